"""Counting methods on shuffled ballots: the same results as belenios-tool's, and what each promises."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from beffroi.core.cli import app
from beffroi.core.voting.methods import Levels, majority_judgement, schulze, single_transferable_vote
from tests.core.voting.elections import RANKED, YES, YES_NO, cast, count, set_up
from tests.core.voting.test_belenios_tool import Belenios, the_tool

__all__ = ["the_tool"]

ELECTIONS = range(25)


def draw(seed: int, most: int, choices: int) -> list[list[int]]:
    """Ballots that are often equal, sometimes blank or invalid."""
    chance = random.Random(seed)
    few = [[chance.randint(0, most) for _ in range(choices)] for _ in range(4)] + [[0] * choices]
    return [
        chance.choice(few) if chance.random() < 0.4 else chance.choices(range(1, most + 1), k=choices)
        for _ in range(seed * 2)
    ]


def orders(seed: int, choices: int) -> list[list[int]]:
    """Rankings of some of the choices, and a few invalid ones."""
    chance = random.Random(seed)
    made = []
    for _ in range(seed * 3):
        ranks = list(range(1, choices + 1))
        chance.shuffle(ranks)
        last = chance.randint(0, choices)
        made.append([rank if rank <= last else 0 for rank in ranks])
    return [*made, *([2] * choices for _ in range(seed % 3))]


def said(tool: Belenios, *words: str, ballots: list[list[int]]) -> Any:
    return json.loads(tool.must("method", *words, given=json.dumps(ballots).encode()))


def sets(levels: Any) -> list[set[int]]:
    return [set(level) for level in levels]


def test_belenios_finds_the_same_majority_judgement(tmp_path: Path) -> None:
    for seed in ELECTIONS:
        ballots = draw(seed, 5, 4)
        words = ("majority-judgment", "--ngrades=5", "--nchoices=4", "--blank-allowed=true")
        theirs = said(Belenios(tmp_path), *words, ballots=ballots)
        ours = majority_judgement(ballots, 4, 5)
        assert (ours.valid, ours.blank) == (theirs["valid"], theirs["blank"])
        assert [list(row) for row in ours.grades] == theirs["raw"]
        assert sorted(map(list, ours.invalid)) == sorted(theirs["invalid"])
        assert sets(ours.winners) == sets(theirs["winners"]), seed


def test_belenios_finds_the_same_ranking_of_schulze(tmp_path: Path) -> None:
    for seed in ELECTIONS:
        ballots = draw(seed, 4, 5)
        theirs = said(Belenios(tmp_path), "schulze", "--nchoices=5", "--blank-allowed=true", ballots=ballots)
        ours = schulze(ballots, 5)
        assert (ours.valid, ours.blank) == (theirs["valid"], theirs["blank"])
        assert [list(row) for row in ours.preferred] == theirs["raw"]
        assert [[list(link) for link in row] for row in ours.strengths] == theirs["beatpaths"]
        assert sets(ours.winners) == sets(theirs["winners"]), seed


def test_belenios_elects_the_same_by_transfers(tmp_path: Path) -> None:
    for seed in ELECTIONS:
        ballots = orders(seed, 6)
        theirs = said(Belenios(tmp_path), "stv", "--nseats=3", ballots=ballots)
        ours = single_transferable_vote(ballots, 3)
        assert list(ours.winners) == theirs["winners"], seed
        assert ours.valid == len(theirs["ballots"])
        assert [list(step.choices) for step in ours.steps if step.kind == "lose"] == [
            [event[1]] for event in theirs["events"] if event[0] == "Lose"
        ]


# ---------------------------------------------------------------- the command line


def method(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["method", *map(str, words)])


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three voters rank bread, wine and cheese."""
    played = set_up((YES_NO, RANKED), voters=3)
    for number, ranks in (("1", (1, 2, 3)), ("2", (1, 3, 2)), ("3", (2, 1, 0))):
        cast(played, number, YES, ranks)
    found = tmp_path_factory.mktemp("method") / "box.bel"
    found.write_bytes(count(played).archive)
    return found


def test_the_command_counts_a_verified_archive_in_each_way(path: Path) -> None:
    asked = ("--question", "2")
    assert method("schulze", path, *asked).output.splitlines() == ["1. bread", "2. wine", "3. cheese"]
    assert method("majority-judgement", path, *asked, "--grades", "3").output.startswith("1. bread")
    assert method("stv", path, *asked, "--seats", "2").output.splitlines() == ["1. bread", "2. wine"]
    assert json.loads(method("schulze", path, *asked, "--json").output)["valid"] == 3


@pytest.mark.parametrize(
    "words", [("schulze",), ("schulze", "--question", "3"), ("stv", "--question", "2", "--seats", "4")]
)
def test_a_question_of_sums_or_too_many_seats_is_refused(path: Path, words: tuple[str, ...]) -> None:
    assert method(words[0], path, *words[1:]).exit_code == 1


def test_an_archive_that_does_not_verify_is_not_counted(path: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.bel"
    damaged.write_bytes(path.read_bytes()[:-512])
    assert method("schulze", damaged, "--question", "2").exit_code == 1


def test_budget_ballots_become_a_profile_that_names_each_invalid_one_in_its_count(path: Path, tmp_path: Path) -> None:
    head = tmp_path / "head.pb"
    head.write_text("META\nkey;value\nnum_votes;0\nPROJECTS\nproject_id;cost\n1;100\n2;200\n")
    out = tmp_path / "out.pb"
    done = method("budget-profile", path, "--question", "2", "--projects", head, "--out", out)
    assert done.output.startswith("1 ballots written")
    assert out.read_text() == (
        "META\nkey;value\nnum_votes;1\nPROJECTS\nproject_id;cost\n1;100\n2;200\nVOTES\nvoter_id;vote\n1;2,1\n"
    )
    head.write_text("META\nkey;value\nPROJECTS\nproject_id;cost\n256;100\n")
    assert method("budget-profile", path, "--question", "2", "--projects", head, "--out", out).exit_code == 1


# ---------------------------------------------------------------- promises

GRADES = st.lists(st.tuples(*[st.integers(1, 4)] * 3), max_size=12)


def place(levels: Levels, choice: int) -> int:
    return next(n for n, level in enumerate(levels) if choice in level)


@given(GRADES, st.permutations(range(3)))
def test_names_do_not_matter_to_a_judgement_nor_to_duels(ballots: list[tuple[int, ...]], order: list[int]) -> None:
    renamed = [tuple(ballot[i] for i in order) for ballot in ballots]
    for method in (lambda given: majority_judgement(given, 3, 4), lambda given: schulze(given, 3)):
        before, after = method(ballots).winners, method(renamed).winners
        assert [{order[i] for i in level} for level in after] == sets(before)


@given(GRADES, st.integers(0, 2))
def test_a_better_grade_never_harms(ballots: list[tuple[int, ...]], choice: int) -> None:
    better = [tuple(max(1, g - 1) if i == choice else g for i, g in enumerate(ballot)) for ballot in ballots]
    before, after = (majority_judgement(given, 3, 4).winners for given in (ballots, better))
    assert place(after, choice) <= place(before, choice)


@given(GRADES)
def test_whoever_wins_every_duel_comes_first_alone(ballots: list[tuple[int, ...]]) -> None:
    found = schulze(ballots, 3)
    for i in range(3):
        if all(found.preferred[i][j] > found.preferred[j][i] for j in range(3) if j != i):
            assert found.winners[0] == (i,)


@given(st.lists(st.permutations(range(1, 5)), min_size=1, max_size=30), st.integers(1, 4))
def test_every_seat_is_taken_once(ballots: list[list[int]], seats: int) -> None:
    found = single_transferable_vote(ballots, seats)
    assert len(found.winners) == len(set(found.winners)) == seats


@pytest.mark.parametrize("ballot", [(1, 1, 0), (2, 0, 0), (1, 3, 0), (0, 0, 255)])
def test_ranks_with_a_gap_or_a_tie_are_invalid_for_transfers(ballot: tuple[int, ...]) -> None:
    assert single_transferable_vote([ballot, (1, 2, 3)], 1).invalid == (ballot,)


def test_a_solid_group_of_a_third_elects_one_of_three() -> None:
    """Proportionality: 40 of 100 who rank only theirs get one seat of two, whatever the others do."""
    ballots = [(0, 0, 1)] * 40 + [(1, 2, 0)] * 30 + [(2, 1, 0)] * 30
    found = single_transferable_vote(ballots, 2)
    assert 2 in found.winners


def test_a_tie_that_the_order_of_the_question_decides_is_told() -> None:
    found = single_transferable_vote([(1, 0), (0, 1)], 1)
    assert [(step.kind, step.choices, step.tied_with) for step in found.steps] == [
        ("lose", (1,), 0),
        ("rest", (0,), None),
    ]
