"""The table of mutants (tests/vectors/mutants/table.toml): each gets its verdict, at its step, from all three paths.

The plain path, the compiled one and the verifier in one file, run by a bare Python, must give the same steps.
"""

import json
import subprocess
import sys
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from beffroi.core.errors import Malformed
from beffroi.core.verdict import Step, accepted
from beffroi.core.voting import archive, ballot, group, verify
from beffroi.core.voting.election import parse_election
from beffroi.core.voting.group import PlainEd25519
from beffroi.core.voting.report import TITLES
from tests.core.voting import remember
from tests.core.voting.elections import announce
from tests.vectors.mutants import (
    ballots,
    chain,
    decryptions,
    forged_ballots,
    own_ballots,
    results,
    setup,
    shuffles,
    subject,
    tallies,
    tar,
    trustees,
)

ROOT = Path(__file__).resolve().parents[3]
# Importing them fills subject.CHANGES.
FAMILIES = (ballots, chain, decryptions, forged_ballots, own_ballots, results, setup, shuffles, tallies, tar, trustees)
TABLE: dict[str, dict[str, str]] = tomllib.loads((Path(subject.__file__).parent / "table.toml").read_text())
BASES = subject.BASES


@pytest.fixture(autouse=True, scope="module")
def each_part_is_checked_once() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        for module, name, replacement in remember.remembered():
            patch.setattr(module, name, replacement)
        yield


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("built") / "verify.pyz"
    subprocess.run(["sh", str(ROOT / "script/verify"), "--build", str(path)], check=True, capture_output=True)
    return path


@cache
def mutants(base: str) -> dict[str, bytes]:
    return {name: subject.mutant(subject.base(base), name) for name, row in TABLE.items() if base in row["on"].split()}


@cache
def judged(base: str) -> dict[str, list[Step]]:
    """By the plain path."""
    return {name: verify.verify(raw, processes=1) for name, raw in mutants(base).items()}


def failed(steps: list[Step]) -> set[str]:
    return {step.code for step in steps if step.passed is False}


@pytest.mark.parametrize("base", BASES)
def test_every_mutant_is_refused_by_its_step_and_by_no_other_than_the_table_says(base: str) -> None:
    wrong = []
    for name, steps in judged(base).items():
        by, also = TABLE[name]["by"], set(TABLE[name].get("also", "").split())
        right = accepted(steps) if by in ("accepted", "consistent") else {by} <= failed(steps) <= {by} | also
        if not right:
            wrong.append(f"{name}: {sorted(failed(steps))}")
    assert wrong == []


@pytest.mark.parametrize("base", BASES)
def test_what_is_consistent_in_itself_is_refused_with_what_was_announced(base: str) -> None:
    announced = announce(subject.base(base).raw)
    for name, raw in mutants(base).items():
        if TABLE[name]["by"] in ("accepted", "consistent"):
            steps = verify.verify(raw, announced, processes=1)
            assert accepted(steps) == (TABLE[name]["by"] == "accepted"), name
            assert all(code.startswith("announced.") for code in failed(steps))


@pytest.mark.parametrize("base", BASES)
def test_a_reader_that_does_not_verify_refuses_what_fails_records_or_chain(base: str) -> None:
    for name, raw in mutants(base).items():
        wrong = bool(failed(judged(base)[name]) & {"archive.records", "archive.chain"})
        try:
            archive.read(raw)
        except Malformed:
            assert wrong, name
        else:
            assert not wrong, name


@pytest.mark.parametrize("base", [base for base in BASES if base != "belenios-2048"])
def test_the_compiled_path_gives_every_mutant_the_same_steps(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "_WORTH_COMPILING", 1)
    for name, raw in mutants(base).items():
        assert verify.verify(raw, processes=1) == judged(base)[name], name


@pytest.mark.parametrize("base", BASES)
def test_the_verifier_in_one_file_gives_every_mutant_the_same_steps(base: str, pyz: Path, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in mutants(base)]
    for path in paths:
        path.write_bytes(mutants(base)[path.name])
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", remember.__file__, str(pyz)],
        input="".join(f"{path}\n" for path in paths),
        cwd=tmp_path,
        env={"LC_ALL": "C"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for path, steps in zip(paths, found, strict=True):
        plain = judged(base)[path.name]
        assert steps == [[step.code, step.passed, step.count, list(step.faults)] for step in plain], path.name


# ---------------------------------------------------------------- the table


def test_the_table_has_a_row_for_every_change_and_names_only_steps_and_archives_that_exist() -> None:
    assert set(TABLE) == set(subject.CHANGES)
    for name, row in TABLE.items():
        assert set(row) <= {"by", "also", "on", "did"}, name
        assert {row["by"]} <= {"accepted", "consistent", *TITLES}, name
        assert set(row.get("also", "").split()) <= set(TITLES) - {row["by"]}, name
        assert row["on"], name
        assert set(row["on"].split()) <= set(BASES), name
        assert row["did"], name


def test_every_step_but_those_of_what_was_announced_refuses_some_mutant() -> None:
    used = {row["by"] for row in TABLE.values()}
    # Second proofs stand beside an archive, not in it: test_second_proof.py.
    assert {code for code in TITLES if not code.startswith(("announced.", "decryptions.bound"))} <= used


# ---------------------------------------------------------------- what a forger gains where membership is not checked


class Trusting(PlainEd25519):
    """Ed25519 whose points need only be on the curve."""

    def _is_member(self, P: bytes) -> bool:
        return True


@pytest.mark.parametrize(
    ("base", "name"),
    [
        ("open", "ballot_alpha_outside"),
        ("open", "ballot_beta_outside"),
        ("open", "ballot_credential_order2"),
        ("mixed", "lists_no_candidate_order2"),
    ],
)
def test_membership_alone_stands_between_a_forged_ballot_and_the_box(base: str, name: str) -> None:
    """Every equation of these ballots holds: a verifier that only checks equations takes them."""
    events = archive.read(mutants(base)[name]).events
    election = parse_election(events[0].data[0])
    raw = next(event.data[0] for event in reversed(events) if event.kind == "Ballot")
    with pytest.raises(Malformed, match="a canonical point of the prime-order subgroup"):
        ballot.check_ballot(election, raw)
    ballot.check_ballot(replace(election, group=Trusting()), raw)
