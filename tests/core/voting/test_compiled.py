"""The compiled path gives the plain path's verdicts: on points, on sums, on every mutant of a ballot."""

import copy
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.core import edwards
from beffroi.core.errors import Malformed
from beffroi.core.voting import archive, ballot, batch, box, canon, compiled, credentials, fast, group, plan, tally
from beffroi.core.voting.field25519 import WIDTH
from beffroi.core.voting.group import ED25519, Point
from beffroi.core.voting.questions import Question
from tests.core.voting.elections import BLANK, NO, TIMESTAMP, YES, YES_NO, Played, cast, set_up, yes_no_election
from tests.vectors.voting import mutate_bel

ROOT = Path(__file__).resolve().parents[3]
LISTED = Question("Which of them?", ("a", "b", "c"), 0, 2, False)
SCALARS = st.one_of(st.integers(0, 300), st.integers(ED25519.q - 300, ED25519.q - 1), st.integers(0, ED25519.q - 1))
DECODED = [edwards.decode(y.to_bytes(32, "little")) for y in range(2, 40)]
SMALL = [edwards.multiply(edwards.q, P) for P in DECODED if P is not None]  # what is left outside of the subgroup
TORSION = [edwards.encode(P) for P in SMALL if not edwards.same(P, edwards.IDENTITY)]


@pytest.fixture(autouse=True)
def always_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if each list were long."""
    monkeypatch.setattr(group, "_WORTH_COMPILING", 1)


def two_questions() -> Played:
    played = set_up((YES_NO, LISTED), voters=6)
    for number, *choices in [
        ("1", NO, (0, 0, 0)),
        ("2", BLANK, (1, 0, 1)),
        ("3", YES, (0, 1, 0)),
        ("1", YES, (1, 1, 0)),
    ]:
        cast(played, number, *choices)
    return played


# ---------------------------------------------------------------- points


def commit(P: Point, key: Point, c: int, s: int, v: int, on_key: bool) -> Point:
    """By compiled code, in the last lane; the others have other numbers."""
    others = [(ED25519.base(n + 2), n, 3 * n) for n in range(WIDTH - 1)]
    lanes = [*others, (P, c, s)]
    encoded, challenges = np.zeros(4 * WIDTH, dtype=np.uint64), np.zeros(4 * WIDTH, dtype=np.uint64)
    batch.check_ballots(
        compiled.words(b"".join(point for point, _, _ in lanes)),
        compiled.words(b"".join(n.to_bytes(32, "little") for _, *pair in lanes for n in pair)),
        np.full(WIDTH, 2**64 - 1, dtype=np.uint64),
        np.zeros(WIDTH, dtype=np.uint64),
        np.zeros((0, 2), dtype=np.int64),
        np.array([(0, 0, on_key, 0, 1, v, 0)], dtype=np.int64),
        compiled.masks(1, 1),
        compiled.fixed(ED25519.generator),
        compiled.fixed(key),
        encoded,
        challenges,
        np.zeros(0, dtype=np.uint64),
    )
    return encoded.tobytes()[-32:]


@settings(max_examples=150)
@given(SCALARS, SCALARS, SCALARS, st.one_of(st.just(0), st.integers(0, 40)), st.integers(1, 9), st.booleans())
def test_a_commitment_is_libsodium_s(p: int, c: int, s: int, v: int, y: int, on_key: bool) -> None:
    P, key = ED25519.base(p), ED25519.base(y)
    base = key if on_key else ED25519.generator
    right = ED25519.add(ED25519.multiply(s, base), ED25519.multiply(c, ED25519.sub(P, ED25519.base(v))))
    assert commit(P, key, c, s, v, on_key) == right


@settings(max_examples=30)
@given(st.lists(SCALARS, min_size=1, max_size=40))
def test_a_sum_is_libsodium_s(scalars: list[int]) -> None:
    points = [ED25519.base(s) for s in scalars]
    assert compiled.total(points) == ED25519.base(sum(scalars))


@settings(max_examples=200)
@given(
    st.one_of(
        st.binary(min_size=32, max_size=32),
        st.integers(0, 60).map(lambda n: (2**255 - 20 + n).to_bytes(33, "little")[:32]),
    )
)
def test_thirty_two_bytes_are_a_member_for_both_or_for_none(raw: bytes) -> None:
    try:
        ED25519.parse_point(raw[::-1].hex())
        right = True
    except Malformed:
        right = False
    assert bool(compiled.read([raw])[0][0]) == right


def test_one_point_outside_of_the_subgroup_is_found_among_many() -> None:
    assert len(TORSION) > 3
    points = [ED25519.base(n) for n in range(1, 200)]
    assert compiled.all_members(points)
    for place, torsion in enumerate(TORSION * 3):
        low = edwards.decode(torsion)
        P = edwards.decode(points[place])
        assert low is not None
        assert P is not None
        mixed = [*points[:place], edwards.encode(edwards.add(P, low)), *points[place + 1 :]]
        assert compiled.read(mixed)[0].tolist() == [n != place for n in range(len(points))]


def test_two_points_whose_parts_outside_cancel_are_found() -> None:
    """The sum of all is in the subgroup; random sums of some are not."""
    low = edwards.decode(TORSION[0])
    one, other = edwards.decode(ED25519.base(3)), edwards.decode(ED25519.base(4))
    assert low is not None
    assert one is not None
    assert other is not None
    pair = [edwards.encode(edwards.add(one, low)), edwards.encode(edwards.add(other, edwards.negative(low)))]
    assert not compiled.all_members(pair)


@pytest.mark.parametrize(
    "wrong", [b"\xff" * 32, bytes([1]) + bytes(30) + b"\x80", (2**255 - 19).to_bytes(32, "little"), bytes(32)]
)
def test_a_second_writing_or_a_small_order_is_no_member(wrong: bytes) -> None:
    assert not compiled.all_members([ED25519.base(1), wrong])


# ---------------------------------------------------------------- ballots


def mutants(raw: bytes) -> list[tuple[str, bytes]]:
    base = mutate_bel.load(raw)
    made = []
    for name, change, _, _ in mutate_bel.MUT:
        model = copy.deepcopy(base)
        try:
            change(model)
        except mutate_bel.Skip:
            continue
        made += [(name, event["data"][-1]) for event in model["events"] if event["type"] == "Ballot"]
    return made


def test_every_mutant_of_a_ballot_of_two_questions_is_right_for_both_paths_or_for_none() -> None:
    """Whole archives with one question are for test_mutants."""
    played = two_questions()
    made = mutants(b"".join(archive.write(TIMESTAMP, played.events)))
    plain = [not box.check_one(played.election, raw).faults for _, raw in made]
    ours = fast.check(played.election, [raw for _, raw in made], [True] * len(made)).right
    assert [name for (name, _), a, b in zip(made, plain, ours, strict=True) if a != b] == []
    assert 24 <= plain.count(False) < len(plain)


@pytest.mark.parametrize("played", [yes_no_election(), two_questions()], ids=["one question", "two"])
def test_one_wrong_ballot_among_many_is_found_and_the_others_are_added_up(played: Played) -> None:
    made = [raw for _, raw in mutants(b"".join(archive.write(TIMESTAMP, played.events)))]
    for start in range(0, len(made), 37):
        raws = made[start : start + 37]
        counts = tuple(n % 3 for n in range(len(raws)))  # replaced, counted, of a weight of 2
        window = box.Window(5, tuple(raws), counts)
        plain, ours = box.check_window(played.election, window, 0), box.check_window(played.election, window, 10**6)
        assert ours == plain


def test_a_ballot_of_which_one_byte_is_another_is_right_for_neither_path() -> None:
    played = yes_no_election()
    raw = played.ballots[0]
    changed = [raw[:n] + bytes([raw[n] ^ 1]) + raw[n + 1 :] for n in range(0, len(raw), 3)]
    cut = [raw[:n] for n in range(0, len(raw), 50)] + [raw + b" ", raw + raw]
    assert not any(fast.check(played.election, changed + cut, [True] * len(changed + cut)).right)


QUOTED = [*range(11), *(ED25519.q + n for n in range(-3, 3)), 2**252, 2**253 - 1, 2**256 - 1, 2**256, 10**76, 10**90]


@settings(max_examples=100)
@given(st.one_of(st.sampled_from(QUOTED).map(str), st.from_regex(r"[0-9]{0,80}[^0-9\n]?", fullmatch=True)))
def test_a_number_is_read_as_the_plain_path_reads_it(text: str) -> None:
    try:
        expected = canon.as_decimal(text, "number", ED25519.q)
    except Malformed:
        expected = None
    raw = text.encode() + b'"'
    fine, scalars = np.zeros(1, dtype=np.uint64), np.zeros(4, dtype=np.uint64)
    tokens = np.array([(batch.SCALAR, 0, 0), (batch.LITERAL, 0, 1)], dtype=np.int64)
    batch.parse_ballots(
        np.frombuffer(raw, dtype=np.uint8),
        np.array([0]),
        np.array([len(raw)]),
        tokens,
        np.frombuffer(b'"', dtype=np.uint8),
        1,
        np.zeros(4, dtype=np.uint64),
        scalars,
        fine,
        np.zeros(1, dtype=np.int64),
    )
    assert bool(fine[0]) == (expected is not None)
    if expected is not None:
        assert int.from_bytes(scalars.tobytes(), "little") == expected


def test_the_plan_is_that_of_the_plain_path() -> None:
    """Its terms are as many as the commitments that the specification counts; every point is on some claim."""
    for played, terms in ((yes_no_election(), 21), (two_questions(), 21 + 12 + 6)):
        made = plan.plan(played.election)
        assert len(made.terms) == terms
        assert set(made.terms[:, 1]) == set(range(made.points + made.sums_of))


@pytest.mark.parametrize("uuid", ["f" * 60 + "1111", "f" * 60 + "9999", "1" * 64])
def test_an_election_whose_identifier_looks_like_a_mark_is_read_as_any_other(uuid: str) -> None:
    """Whoever makes the archive chooses it, and compiled code writes where the plan says."""
    played = set_up(uuid=uuid)
    raws = [cast(played, number, choice) for number, choice in (("1", YES), ("2", NO), ("3", BLANK))]
    raws.append(raws[0].replace(uuid.encode(), uuid.replace(uuid[-1], "2").encode()))
    assert fast.check(played.election, raws, [True] * len(raws)).right == [True, True, True, False]


def test_only_what_it_knows_goes_this_way() -> None:
    played = yes_no_election()
    assert fast.serves(played.election)
    many = [Question("Which?", tuple(f"{n}" for n in range(size)), 0, 1, False) for size in (4998, 4999)]
    assert [fast.serves(replace(played.election, questions=(question,))) for question in many] == [True, False]
    assert len(plan._mark(plan._NUMBERED - 1)) == len(ED25519.generator)
    assert not fast.serves(replace(played.election, group=group.get_group("BELENIOS-2048")))


def test_a_long_list_of_credentials_names_the_one_that_is_wrong() -> None:
    texts = [ED25519.to_string(ED25519.base(n)) for n in range(1, 601)]
    raw = credentials.public_list(texts)
    assert len(credentials.parse_credentials(raw, ED25519)) == 600
    wrong = raw.replace(texts[300].encode(), TORSION[0][::-1].hex().encode())
    with pytest.raises(Malformed, match="credentials, item"):
        credentials.parse_credentials(wrong, ED25519)


def test_a_long_box_is_added_up_as_a_short_one() -> None:
    played = yes_no_election()
    read = [ballot.read_ballot(played.election, raw) for raw in played.ballots]
    many = [replace(read[n % len(read)], credential=f"{n}") for n in range(700)]
    weights = {one.credential: 1 for one in many}
    added = tally.read_tally(played.election, tally.encrypted_tally(played.election, many, weights))
    for i, total in enumerate(added[0]):
        short = [one.answers[0].choices[i].alpha for one in many]
        P = ED25519.identity
        for point in short:
            P = ED25519.add(P, point)
        assert total.alpha == P


def test_without_vectors_the_verdicts_are_the_same(tmp_path: Path) -> None:
    """The other width: one number at a time, as on a processor that has no eight. Compiled anew, in a folder apart."""
    if WIDTH == 1:
        return  # this run is that one
    script = """
from hypothesis import settings
settings.register_profile("slow", deadline=None)
settings.load_profile("slow")
from beffroi.core.voting.field25519 import WIDTH
from tests.core.voting import test_compiled as t
assert WIDTH == 1
t.group._WORTH_COMPILING = 1
for played in (t.yes_no_election(), t.two_questions()):
    t.test_one_wrong_ballot_among_many_is_found_and_the_others_are_added_up(played)
t.test_one_point_outside_of_the_subgroup_is_found_among_many()
t.test_a_commitment_is_libsodium_s()
t.test_thirty_two_bytes_are_a_member_for_both_or_for_none()
"""
    environment = os.environ | {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
