"""Every field of a mixed election's archive, changed one at a time with the chain made anew: refused, at its own step.

Fields that stand at the same place of the same kind of object are one: `answers.0.choices.*.alpha`.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from beffroi.core.voting import archive, canon, tally
from beffroi.core.voting.archive import Event
from beffroi.core.voting.group import ED25519
from beffroi.core.voting.verify import verify
from tests.core.voting.elections import TIMESTAMP, Played
from tests.core.voting.test_shuffle import ours as mixed

#: Kind of event and record in it -> the step that a changed field fails, unless a more precise line says another.
STEPS = {
    ("Setup", 0): "setup.election",
    ("Setup", 1): "setup.trustees",
    ("Setup", 2): "setup.election",
    ("Setup", 3): "setup.election",
    ("Ballot", 0): "ballots.proofs",
    ("EncryptedTally", 0): "tally.sum",
    ("EncryptedTally", 1): "tally.size",
    ("Shuffle", 0): "shuffles.proofs",
    ("Shuffle", 1): "shuffles.owners",
    ("PartialDecryption", 0): "decryptions.proofs",
    ("PartialDecryption", 1): "decryptions.owners",
    ("Result", 0): "result.count",
}
PRECISE = {
    r"Ballot/0/election_.*": "ballots.form",
    r"Ballot/0/credential": "ballots.credentials",
    r"Ballot/0/signature.*": "ballots.signatures",
    r"Setup/1/.*\.name": "setup.election",  # hashed with the rest, and signed by nobody
}


#: Places in a list that say what stands there: which question; which part of a shuffle's proof.
_KEPT: dict[str | int, tuple[int, ...]] = {"answers": (1,), "proofs": (2, 3)}


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield path
        return
    for key, inner in items:
        yield from leaves(inner, (*path, key))


@cache
def places() -> dict[str, tuple[int, int, tuple[str | int, ...]]]:
    """The name of each field -> event, record, path: the last one of that name."""
    found = {}
    for height, event in enumerate(mixed().events):
        for record, raw in enumerate(event.data):
            for path in leaves(json.loads(raw)):
                fixed = [
                    str(key) if n in _KEPT.get(path[0], ()) or isinstance(key, str) else "*"
                    for n, key in enumerate(path)
                ]
                found[f"{event.kind}/{record}/{'.'.join(fixed)}"] = height, record, path
    return found


def another(value: Any) -> Any:
    """A value of the same form, canonical and within bounds, but not the same."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if re.fullmatch(r"[0-9]+", value):
        return str((int(value) + 1) % ED25519.q)
    if re.fullmatch(r"[0-9a-f]{64}", value):
        try:
            return ED25519.to_string(ED25519.add(ED25519.parse_point(value), ED25519.generator))
        except ValueError:
            return canon.sha256_hex(value.encode())
    if re.fullmatch(r"[A-Za-z0-9+/]{43}", value):
        return canon.sha256_base64(value.encode())
    return value[:-1] + ("2" if value[-1:] != "2" else "3")


def changed(played: Played, height: int, record: int, path: tuple[str | int, ...]) -> list[Event]:
    events = list(played.events)
    data = list(events[height].data)
    value = json.loads(data[record])
    inner: Any = value
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = another(inner[path[-1]])
    data[record] = canon.compact(value)
    if events[height].kind in ("Shuffle", "PartialDecryption") and record == 0:
        data[1] = tally.owned(
            json.loads(data[1])["owner"], data[0]
        )  # as whoever changes the one would change the other
    events[height] = Event(events[height].kind, tuple(data))
    return events


def expected(name: str) -> str:
    for pattern, step in PRECISE.items():
        if re.fullmatch(pattern, name):
            return step
    kind, record, _ = name.split("/", 2)
    return STEPS[kind, int(record)]


@pytest.mark.parametrize("name", sorted(places()))
def test_no_field_can_be_changed(name: str) -> None:
    events = changed(mixed(), *places()[name])
    steps = verify(b"".join(archive.write(TIMESTAMP, events)), processes=1)
    failed = {step.code: step.faults for step in steps if step.passed is False}
    assert expected(name) in failed, failed


def test_the_archive_has_the_fields_of_every_kind_of_question() -> None:
    assert len(places()) >= 60
    for part in ("answers.0.blank_proof", "answers.1.proof", "answers.2.nonzero_proof", "answers.2.list_proofs"):
        assert any(part in name for name in places())
