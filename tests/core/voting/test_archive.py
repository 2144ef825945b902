"""The archive's bytes: the same as belenios-tool's, and nothing else is read."""

import hashlib
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from beffroi.core.errors import Malformed
from beffroi.core.voting import archive
from beffroi.core.voting.archive import Event
from tests.core.voting.elections import yes_no_election
from tests.vectors.voting import mutate_bel

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "voting"
TALLIED = (VECTORS / "homomorphic-belenios2048-3.3.0.bel").read_bytes()
OPEN = (VECTORS / "threshold-open-ed25519-3.3.0.bel").read_bytes()


@pytest.mark.parametrize("raw", [TALLIED, OPEN], ids=["tallied", "open"])
def test_an_archive_of_belenios_tool_is_written_again_byte_for_byte(raw: bytes) -> None:
    read = archive.read(raw)
    assert b"".join(archive.write(read.timestamp, read.events)) == raw


def test_the_events_and_their_hashes_are_those_that_a_server_keeps() -> None:
    played = yes_no_election()
    read = archive.read(played.archive)
    assert list(read.events) == played.events
    parent = None
    for height, event in enumerate(read.events):
        written = archive.event_bytes(event.kind, height, parent, event.data[-1] if event.data else None)
        parent = archive.event_hash(written)
        assert read.hashes[height] == parent


def test_the_same_events_always_give_the_same_bytes() -> None:
    played = yes_no_election()
    assert played.archive == played.archive
    assert hashlib.sha256(played.archive).hexdigest() == hashlib.sha256(played.archive).hexdigest()


def test_events_are_made_from_the_objects_that_they_announce() -> None:
    read = archive.read(TALLIED)
    for event in read.events:
        if event.kind == "EndBallots":
            assert archive.end_ballots_event() == event
        elif event.kind == "PartialDecryption":
            owner = int(event.data[1].split(b":")[1].split(b",")[0])
            assert archive.decryption_event(owner, event.data[0]) == event


def test_the_whole_archive_is_never_in_memory() -> None:
    size, number = 100_000, 200

    def events() -> Iterator[Event]:
        for n in range(number):
            yield archive.ballot_event(n.to_bytes(2, "big") * (size // 2))

    tracemalloc.start()
    written = sum(len(piece) for piece in archive.write(1, events()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert written > size * number
    assert peak < 10 * size


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "an empty file"),
        (b"\0" * 10240, "another kind"),
        (b"%PDF-1.7" + b"x" * 5000, "another kind"),
        (b"BELENIOS", "another kind"),
        (TALLIED[:700], "truncated"),
        (TALLIED[:1024], "no event"),
        (TALLIED[:-1], "truncated"),
        (TALLIED[:-512], "truncated"),
        (TALLIED + b"\0" * 1024, "header"),
        (TALLIED + TALLIED, "name"),
    ],
)
def test_a_file_that_is_no_whole_archive_is_refused_in_one_sentence(raw: bytes, says: str) -> None:
    if says == "no event":  # a header and nothing else is whole, but holds no election
        assert archive.read(raw).events == ()
        return
    with pytest.raises(Malformed, match=says) as raised:
        archive.read(raw)
    assert "\n" not in str(raised.value)


def test_an_archive_inside_another_folder_is_refused() -> None:
    recs = mutate_bel.tar_read(OPEN)
    recs[1] = ("../" + recs[1][0], *recs[1][1:])
    with pytest.raises(Malformed, match="name"):
        archive.read(mutate_bel.tar_write(recs))


def test_a_record_of_an_event_says_whose_it_is_when_its_content_changed() -> None:
    place = OPEN.index(b'"challenge"', OPEN.index(b'{"election_uuid"'))
    flipped = bytearray(OPEN)
    flipped[place + 14] ^= 1
    with pytest.raises(Malformed, match=r"record 7 \(ballot 1, tracker [A-Za-z0-9+/]{43}\)"):
        archive.read(bytes(flipped))
