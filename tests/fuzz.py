"""Fuzzing of whatever reads what strangers wrote: python -m tests.fuzz TARGET [options of libFuzzer] (script/fuzz).

A target may raise Malformed or Refused, or return steps; anything else that comes out of it is a crash. `TARGETS` says
what each reads; `SEEDS` what it begins with: records of the true archives and of some mutants.
"""

import contextlib
import json
import random
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["beffroi.core"]):
    from beffroi.core.errors import Malformed, Refused
    from beffroi.core.journal import entry, log, note, tree
    from beffroi.core.voting import (
        archive,
        ballot,
        canon,
        ceremony,
        complaint,
        credentials,
        election,
        opened,
        sealing,
        shuffle,
        tally,
        trustees,
    )
    from beffroi.core.voting.group import ED25519, PlainEd25519, get_group

from tests.core.voting import remember
from tests.vectors.mutants import chain, subject, tar
from tests.vectors.voting import mutate_bel

FAMILIES = (chain, tar)  # importing them fills subject.CHANGES
TARGETS: dict[str, Callable[[bytes], object]] = {}
SEEDS: dict[str, Callable[[], list[bytes]]] = {}
BASE_NAMES = ("tallied", "threshold", "mixed")


def target(seeds: Callable[[], list[bytes]]) -> Callable[[Callable[[bytes], object]], Callable[[bytes], object]]:
    def put(function: Callable[[bytes], object]) -> Callable[[bytes], object]:
        TARGETS[function.__name__], SEEDS[function.__name__] = function, seeds
        return function

    return put


def all_records() -> list[bytes]:
    """The records of three true archives."""
    found = {raw: None for name in BASE_NAMES for e in archive.read(subject.base(name).raw).events for raw in e.data}
    return list(found)


def whole_archives() -> list[bytes]:
    names = [name for name in subject.CHANGES if name.startswith(("tar_", "header_", "chain_"))]
    made = [subject.base("tallied").raw, *map(subject.mutant, [subject.base("tallied")] * len(names), names)]
    return [raw for raw in made if len(raw) < 60_000]


# ---------------------------------------------------------------- targets


@target(all_records)
def canonical(data: bytes) -> None:
    """Strict JSON: what was read is written and read again as the same value."""
    value = canon.parse(data, "fuzz")
    assert canon.parse(canon.compact(value), "fuzz") == value


@target(whole_archives)
def archives(data: bytes) -> None:
    """Whole files: the reader, and the verifier, which raises nothing at all."""
    with contextlib.suppress(Malformed):
        archive.read(data)
    remember.steps(data)


PHASES = {"Setup": 0, "Ballot": 1, "EncryptedTally": 2, "Shuffle": 3, "PartialDecryption": 4, "Result": 5}


def numbered_records() -> list[bytes]:
    """Which archive, which kind of event, which of its records; then the record."""
    return [
        bytes([n, PHASES[event.kind], place]) + raw
        for n, name in enumerate(BASE_NAMES)
        for event in archive.read(subject.base(name).raw).events
        for place, raw in enumerate(event.data)
    ]


@target(numbered_records)
def records(data: bytes) -> None:
    """One record of a true archive replaced, hashes and chain made anew: the whole verification."""
    if len(data) < 3:
        return
    kind = list(PHASES)[data[1] % len(PHASES)]
    model = mutate_bel.load(subject.base(BASE_NAMES[data[0] % len(BASE_NAMES)]).raw)
    heights = mutate_bel.find(model, kind)
    if not heights:
        return
    content = model["events"][heights[-1]]["data"]
    content[data[2] % len(content)] = data[3:]
    if kind in ("Shuffle", "PartialDecryption") and data[2] % 2 == 0:
        content[1] = tally.owned(1, content[0])
    remember.steps(mutate_bel.tar_write(mutate_bel.records(model)))


def _elections() -> list[election.Election]:
    return [base.played.election for base in map(subject.base, BASE_NAMES) if base.played is not None]


@cache
def _readers() -> list[Callable[[bytes], Any]]:
    found: list[Callable[[bytes], Any]] = [
        election.parse_election,
        tally.read_sized,
        tally.read_owned,
        trustees.read_private,
        trustees.check_public,
        lambda raw: trustees.read_trustees(raw, ED25519),
        lambda raw: trustees.read_trustees(raw, get_group("RFC-3526-2048")),
        lambda raw: credentials.parse_credentials(raw, ED25519),
        sealing.read_seed,
        lambda raw: archive.scan(raw),
    ]
    for one in _elections():
        cells = tally.read_tally(one, tally.encrypted_tally(one, [], {}))
        found += [
            lambda raw, one=one: ballot.check_ballot(one, raw),  # type: ignore[misc]
            lambda raw, one=one: tally.read_tally(one, raw),  # type: ignore[misc]
            lambda raw, one=one: tally.read_result(one, raw),  # type: ignore[misc]
            lambda raw, one=one, cells=cells: tally.read_partial_decryption(one, raw, cells),  # type: ignore[misc]
            lambda raw, one=one: shuffle.read_shuffle(one, raw),  # type: ignore[misc]
            lambda raw, one=one: opened.check_opened(one, raw),  # type: ignore[misc]
        ]
    return found


@target(lambda: [b"", *all_records()])
def readers(data: bytes) -> None:
    """Each reader of a file alone, the voter's opened ballot and the trustee's key among them."""
    for read in _readers():
        with contextlib.suppress(Malformed, Refused):
            read(data)


KEY = note.LogKey("fuzz", bytes(range(32)))
LEAVES = [
    entry.encode("petition.closed", datetime(2026, 11, 15, 18, tzinfo=UTC), {"petition": f"2026-{n:03}", "count": n})
    for n in range(3)
]
JOURNAL = b"".join(leaf + b"\n" for leaf in LEAVES)
HASHES = [tree.leaf_hash(leaf) for leaf in LEAVES]
CHECKPOINT = note.sign_checkpoint(KEY, "fuzz", len(LEAVES), tree.root(HASHES)).encode()


@target(lambda: [JOURNAL, *LEAVES, CHECKPOINT, log.proof_json(HASHES, 1), KEY.vkey.encode()])
def journal(data: bytes) -> None:
    """The journal's entries, tree heads, proofs and keys."""
    log.verify_log(data, CHECKPOINT, KEY.vkey, data)
    log.verify_log(JOURNAL, data, KEY.vkey, CHECKPOINT)
    log.verify_log(JOURNAL, CHECKPOINT, data.decode("utf-8", "replace"))
    log.verify_entry(data, LEAVES[1], CHECKPOINT, KEY.vkey)
    log.verify_entry(LEAVES[1], data, CHECKPOINT, KEY.vkey)
    entry.decode(data)


def _ceremony_seeds() -> list[bytes]:
    made = subject.base("threshold").made
    assert made is not None
    return [*made.certificates, *made.commitments, *made.handed, *made.outputs, made.record]


@target(_ceremony_seeds)
def meeting(data: bytes) -> None:
    """What members of a group of trustees send one another."""
    made = subject.base("threshold").made
    assert made is not None
    seed, circle, known = made.seeds[0], made.circle, made.polynomials
    attempts: tuple[Callable[[], object], ...] = (
        lambda: ceremony.read_certificates([data, *made.certificates[1:]]),
        lambda: ceremony.read_commitments(circle, [data, *made.commitments[1:]]),
        lambda: ceremony.read_polynomials(circle, [data, *made.handed[1:]], None),
        lambda: ceremony.record(circle, known, [data, *made.outputs[1:]], ["a", "b", "c"]),
        lambda: ceremony.decryption_key(seed, data),
        lambda: ceremony.sealed_key(data),
        lambda: sealing.unseal(seed, circle.certificates[1].signing_key, data.decode("utf-8", "replace"), "fuzz"),
        lambda: complaint.judge(circle, known, data),
    )
    for read in attempts:
        with contextlib.suppress(Malformed, Refused):
            read()


@target(lambda: [bytes(ED25519.generator), bytes([1]) + bytes(31), subject.ORDER_8, bytes(32), b"\xff" * 32])
def points(data: bytes) -> None:
    """libsodium and plain integers know the same members."""
    verdicts = []
    for one in (ED25519, PLAIN):
        try:
            verdicts.append(one.parse_point(data[:32][::-1].hex()))
        except Malformed:
            verdicts.append(b"")
    assert verdicts[0] == verdicts[1]


PLAIN = PlainEd25519()


# ---------------------------------------------------------------- running


def one(chosen: Callable[[bytes], object]) -> Callable[[bytes], None]:
    """Malformed and Refused are answers; all else is a crash."""

    def run(data: bytes) -> None:
        with contextlib.suppress(Malformed, Refused):
            chosen(data)

    return run


def write_seeds(name: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for raw in SEEDS[name]():
        (folder / sha256(raw).hexdigest()[:16]).write_bytes(raw)
    words = {'"', "{", "}", "[", "]", ":", ",", "null", "true", "-0", "1e3", "NaN", "\\ud800", "\\u0000"}
    for raw in all_records():
        words |= set(_keys(json.loads(raw)))
    lines = ('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in sorted(words))
    (folder.parent / "words").write_text("\n".join(lines) + "\n")


ODD = [None, True, -1, 0, 1 << 64, "", "0", "-0", "01", "1e3", "\u0661", "é", [], {}, [[]], {"a": 1}, "9" * 900]


def changed_json(data: bytes, most: int, seed: int) -> bytes:
    """Half of the time one value inside the JSON is another, left out or there twice; else libFuzzer's own changes."""
    chance = random.Random(seed)
    start = 3 if data[3:4] in (b"{", b"[") else 0  # a numbered record
    if chance.random() < 0.5:
        # What is no JSON, too deep, put into itself or has no UTF-8 form is left to libFuzzer.
        with contextlib.suppress(ValueError, RecursionError):
            value = json.loads(data[start:])
            _change(value, chance)
            return (data[:start] + json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())[:most]
    return bytes(atheris.Mutate(data, most))


def _change(value: Any, chance: random.Random) -> None:
    places = [(inside, key) for inside in _containers(value) for key in _places(inside)]
    if not places:
        return
    inside, key = chance.choice(places)
    what = chance.randrange(4)
    if what == 0:
        inside[key] = chance.choice(ODD)
    elif what == 1:
        other, place = chance.choice(places)
        inside[key] = other[place]
    elif what == 2:
        del inside[key]
    elif isinstance(inside, list):
        inside.insert(key, inside[key])
    else:
        inside[key + chance.choice(("", "x"))] = inside[key]


def _containers(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _containers(inner)


def _places(inside: Any) -> list[Any]:
    return list(inside) if isinstance(inside, dict) else list(range(len(inside)))


def _keys(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for inner in value.values() for key in _keys(inner))]
    return [key for inner in value for key in _keys(inner)] if isinstance(value, list) else []


def main() -> None:
    """The corpus is new each time; a crash stays as a file in the folder where it was found."""
    name, folder, options = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    for module, known, replacement in remember.remembered(most=100):  # what is not changed is checked once
        setattr(module, known, replacement)
    for base in BASE_NAMES:
        remember.steps(subject.base(base).raw)
    write_seeds(name, folder / "corpus")
    words = [sys.argv[0], str(folder / "corpus"), f"-artifact_prefix={folder}/", f"-dict={folder}/words", *options]
    of_json = {"custom_mutator": changed_json} if name in ("canonical", "records", "readers", "meeting") else {}
    atheris.Setup(words, one(TARGETS[name]), **of_json)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
