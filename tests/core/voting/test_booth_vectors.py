"""The booth's vectors: ballots that the browser's prover and ours must both make, byte for byte, from the same draws.

`beffroi/web/booth/test/ballots.json` is read here and by the booth's own tests (`npm test` there).
Written anew by `python -m tests.core.voting.test_booth_vectors`, which is only needed when the protocol changes.
"""

import json
from collections.abc import Iterator
from hashlib import sha512
from pathlib import Path
from typing import Any

import pytest

from beffroi.core.voting import ballot, secret
from beffroi.core.voting.election import Election, election_json, parse_election
from beffroi.core.voting.group import ED25519
from beffroi.core.voting.questions import Question

VECTORS = Path(__file__).resolve().parents[3] / "beffroi" / "web" / "booth" / "test" / "ballots.json"
UUID = "BooTh5vectors7"
CREDENTIAL = "aBcDe-FGHJKL-12345-MNPQRS"

YES_NO_BLANK = Question("Le vieux pont doit-il rester ouvert ?", ("Oui", "Non"), 1, 1, True)
UP_TO_TWO = Question("Quels chemins réparer ?", ("Gué", "Ruche", "Étang"), 0, 2, False)
EXACTLY_TWO = Question("Deux jours de marché :", ("Mardi", "Jeudi", "Samedi", "Dimanche"), 2, 2, False)
ONE_TO_THREE = Question("Arbres de la place \U0001f333", ("Tilleul", "Érable", "Chêne"), 0, 3, True)

CASES: dict[str, tuple[list[Question], list[list[list[int]]]]] = {
    "with blank": ([YES_NO_BLANK], [[[0, 1, 0]], [[0, 0, 1]], [[1, 0, 0]]]),
    "without blank, none to two": ([UP_TO_TWO], [[[0, 0, 0]], [[0, 1, 0]], [[1, 0, 1]]]),
    "exactly two": ([EXACTLY_TWO], [[[1, 0, 0, 1]], [[0, 1, 1, 0]]]),
    "blank beside an empty answer": ([ONE_TO_THREE], [[[1, 0, 0, 0]], [[0, 0, 0, 0]], [[0, 1, 1, 1]]]),
    "several questions": (
        [YES_NO_BLANK, UP_TO_TWO, EXACTLY_TWO, ONE_TO_THREE],
        [[[0, 0, 1], [0, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0]]],
    ),
}


def draws(name: str) -> Iterator[bytes]:
    """Scalars that look drawn and are always the same."""
    n = 0
    while True:
        yield secret.from_int(int.from_bytes(sha512(f"{name}|{n}".encode()).digest(), "big"))
        n += 1


def election(name: str, questions: list[Question]) -> bytes:
    key = ED25519.to_string(secret.base(next(draws(f"key of {name}"))))
    return election_json(UUID, "Votation d'essai", "Vecteurs de l'isoloir « Beffroi »", key, questions)


def make() -> list[dict[str, Any]]:
    """Every vector, computed by the core."""
    vectors = []
    for name, (questions, choices) in CASES.items():
        raw = election(name, questions)
        for chosen in choices:
            used: list[str] = []
            source = draws(f"{name} {chosen}")

            def draw(source: Iterator[bytes] = source, used: list[str] = used) -> bytes:
                s = next(source)
                used.append(str(secret.to_int(s)))
                return s

            made = ballot.encrypt(parse_election(raw), CREDENTIAL, chosen, draw)
            vectors.append(
                {
                    "name": f"{name}: {chosen}",
                    "election": raw.decode(),
                    "credential": CREDENTIAL,
                    "choices": chosen,
                    "draws": used,
                    "ballot": made.decode(),
                    "tracker": ballot.tracker(made),
                }
            )
    return vectors


@pytest.fixture(scope="module")
def vectors() -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(VECTORS.read_text())["ballots"]
    return read


def test_the_core_makes_the_booths_ballots_from_the_same_draws(vectors: list[dict[str, Any]]) -> None:
    assert vectors == make()


def test_the_core_accepts_the_booths_ballots(vectors: list[dict[str, Any]]) -> None:
    for vector in vectors:
        parsed: Election = parse_election(vector["election"].encode())
        assert ballot.check_ballot(parsed, vector["ballot"].encode()).tracker == vector["tracker"]


if __name__ == "__main__":
    note = (
        "Made by tests/core/voting/test_booth_vectors.py. Draws in decimal, in the order of docs/specs/voting.md 7.4."
    )
    VECTORS.write_text(json.dumps({"note": note, "ballots": make()}, ensure_ascii=False, indent=1) + "\n")
