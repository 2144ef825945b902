"""Groups of trustees, ours and belenios-tool's: each program reads, verifies and decrypts what the other has made."""

import json
from functools import cache
from pathlib import Path

import pytest

from beffroi.core.verdict import accepted
from beffroi.core.voting import archive, canon, ceremony, rounds, sealing, tally, trustees
from beffroi.core.voting.election import parse_election
from beffroi.core.voting.sealing import Seed
from beffroi.core.voting.verify import verify
from tests.core.voting import circles
from tests.core.voting.circles import Made, make, set_up
from tests.core.voting.elections import BLANK, NO, YES, Played, cast
from tests.core.voting.test_belenios_tool import (
    Belenios,
    close,
    finish,
    make_election,
    the_tool,
    vote,
)

__all__ = ["the_tool"]  # a fixture: a missing auditor is a failure here too
STEP = ("setup", "generate-trustee-key-threshold", "--group", "Ed25519", "--step")


@cache
def made() -> Made:
    return make(2, 3)


def counted(*members: int) -> tuple[Played, bytes]:
    """Our election, decrypted by these members of our group: with the encrypted tally."""
    played = set_up(made())
    for number, choice in zip("12345", (YES, YES, NO, BLANK, YES), strict=True):
        cast(played, number, choice)
    added, total = circles.close(played)
    circles.finish(played, added, total, circles.decrypted(played.election, made(), added, *members))
    return played, added


@pytest.mark.parametrize("members", [(1, 2), (3, 1), (2, 3, 1)], ids=str)
def test_belenios_verifies_our_group_and_counts_as_we_do(members: tuple[int, ...], tmp_path: Path) -> None:
    """Also when one of three is missing."""
    played, _ = counted(*members)
    belenios = Belenios(tmp_path)
    name = belenios.file(f"{played.election.uuid}.bel", played.archive)
    belenios.must("election", "verify")
    belenios.file(name, played.cut("PartialDecryption"))
    assert belenios.must("election", "compute-result").strip() == played.events[-1].data[-1]


def test_belenios_decrypts_with_the_seeds_of_our_members(tmp_path: Path) -> None:
    played, added = counted(1, 2)
    belenios = Belenios(tmp_path)
    belenios.file(f"{played.election.uuid}.bel", played.cut("EncryptedTally"))
    events = played.events[: [event.kind for event in played.events].index("PartialDecryption")]
    listed = trustees.read_trustees(played.trustees, played.election.group)
    handed = []
    for n in (3, 2):
        key = belenios.file("a.key", made().seeds[n - 1].text.encode())
        sealed = belenios.file("a.dkey", ceremony.sealed_key(made().outputs[n - 1]))
        words = ("--key", key, "--decryption-key", sealed, "--trustee-id", str(n))
        pd, record = belenios.must("election", "decrypt-threshold", *words).splitlines()
        assert record == tally.owned(n, pd)
        handed.append((n, pd))
        events.append(archive.decryption_event(n, pd))
    assert tally.valid_decryptions(played.election, listed, added, handed) == (handed, [])
    events.append(archive.result_event(tally.result_of(played.election, listed, added, handed, 5)))
    assert events[-1] == played.events[-1]
    assert accepted(verify(b"".join(archive.write(1, events)), processes=1))


def test_a_group_made_by_belenios_decrypts_with_our_program(tmp_path: Path) -> None:
    """A single trustee besides, and the second of three members is missing."""
    belenios = Belenios(tmp_path)
    uuid = make_election(belenios, "Ed25519", threshold=True)
    vote(belenios)
    close(belenios)
    events = archive.read((tmp_path / f"{uuid}.bel").read_bytes()).events
    election, added = parse_election(events[0].data[0]), events[-1].data[0]
    kinds = [kind for kind, _ in json.loads(belenios.read("trustees.json")[0])]
    first, single = (1, 4) if kinds[0] == "Pedersen" else (2, 1)
    members = (tmp_path / "order").read_text().split()
    keys = [(single, trustees.read_private(next(tmp_path.glob("*.privkey")).read_bytes()))]
    for index in (2, 0):
        seed = sealing.read_seed((tmp_path / f"{members[index]}.key").read_bytes())
        sealed = (tmp_path / f"{members[index]}.dkey").read_bytes()
        keys.append((first + index, ceremony.decryption_key(seed, sealed)))
    for owner, key in keys:
        pd = tally.partial_decryption(election, key, added)
        belenios.must("archive", "add-event", "--type=PartialDecryption", given=pd + b"\n" + tally.owned(owner, pd))
    read = finish(belenios, uuid)
    listed = trustees.read_trustees(read.events[0].data[1], election.group)
    handed = [
        (tally.read_owned(event.data[-1])[0], event.data[0])
        for event in read.events
        if event.kind == "PartialDecryption"
    ]
    valid, faults = tally.valid_decryptions(election, listed, added, handed)
    assert faults == []
    assert tally.result_of(election, listed, added, valid, 4) == read.events[-1].data[-1]


class Table:
    """A ceremony of three: these members by our program, the others and the secretary by belenios-tool."""

    def __init__(self, belenios: Belenios, ours: tuple[int, ...]) -> None:
        self.belenios = belenios
        self.seeds: dict[int, Seed] = {n: sealing.new_seed() for n in ours}
        self.names: dict[int, str] = {}
        self.certificates = [self.certificate(n) for n in (1, 2, 3)]
        self.circle = rounds.read_certificates(self.certificates)
        self.certs = ("--certs", belenios.file("certs.jsons", lines(self.certificates)))
        belenios.must(*STEP, "2", *self.certs)
        self.handed = [self.polynomial(n) for n in (1, 2, 3)]
        self.polynomials = rounds.read_polynomials(self.circle, self.handed, None)
        self.shared = ("--polynomials", belenios.file("polynomials.jsons", lines(self.handed)))
        belenios.must(*STEP, "4", *self.certs, *self.shared)
        self.outputs = [self.output(n) for n in (1, 2, 3)]

    def certificate(self, n: int) -> bytes:
        if n in self.seeds:
            raw = ceremony.certificate(self.seeds[n], n, 2, 3)
            # The secretary's step 4 writes a file for each member, named by the hash of her certificate's message.
            self.names[n] = canon.sha256_hex(json.loads(raw)["message"].encode())
            return raw
        self.names[n] = self.belenios.must(*STEP, "1", "--threshold-context", f"{n}/2/3").decode().strip()
        return (self.belenios.folder / f"{self.names[n]}.cert").read_bytes()

    def polynomial(self, n: int) -> bytes:
        if n in self.seeds:
            return ceremony.polynomial(self.seeds[n], self.circle)
        return self.belenios.must(*STEP, "3", *self.certs, "--key", f"{self.names[n]}.key").strip()

    def output(self, n: int) -> bytes:
        if n in self.seeds:
            return ceremony.verification_key(self.seeds[n], self.circle, self.polynomials)
        given = (self.belenios.folder / f"{self.names[n]}.vinput").read_bytes()
        return self.belenios.must(*STEP, "5", *self.certs, "--key", f"{self.names[n]}.key", given=given).strip()


def lines(raws: list[bytes]) -> bytes:
    return b"".join(raw.strip() + b"\n" for raw in raws)


@pytest.mark.parametrize("ours", [(1,), (3,), (1, 2), (1, 2, 3), ()], ids=str)
def test_members_of_both_programs_make_one_group(ours: tuple[int, ...], tmp_path: Path) -> None:
    table = Table(Belenios(tmp_path), ours)
    theirs = json.loads(table.belenios.must(*STEP, "6", *table.certs, *table.shared, given=lines(table.outputs)))
    mine = json.loads(rounds.record(table.circle, table.polynomials, table.outputs, circles.NAMES[:3]))
    names = [key.pop("name") for key in mine["verification_keys"]]
    assert names == ["Ana", "Bo", "Cé"]
    assert mine == theirs


def test_belenios_refuses_the_share_that_we_refuse(tmp_path: Path) -> None:
    table = Table(Belenios(tmp_path), (1,))
    raw = json.loads(table.handed[0])
    key = table.circle.encryption[1]
    wrong = sealing.seal(table.seeds[1], key, '{"secret":"5"}', lambda: bytes([7]) + bytes(31))
    given = json.loads((tmp_path / f"{table.names[2]}.vinput").read_bytes())
    assert given["secrets"][0] == raw["secrets"][1]
    given["secrets"][0] = wrong
    words = (*STEP, "5", *table.certs, "--key", f"{table.names[2]}.key")
    done = table.belenios.run(*words, given=canon.compact(given))
    assert done.returncode != 0
    assert b"secret 1 does not validate" in b" ".join(done.stderr.split())
