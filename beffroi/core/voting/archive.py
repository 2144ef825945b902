"""The `.bel` archive: written byte for byte as belenios-tool writes it, read strictly (spec 9)."""

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from beffroi.core.errors import Malformed
from beffroi.core.voting import canon, tally
from beffroi.core.voting.canon import Json
from beffroi.core.voting.election import Election

BLOCK = 512
MOST_BYTES = 8 * 1024**3 - 1  # of one record: what 11 octal digits can say
DATA = {"Setup": 4, "Ballot": 1, "EndBallots": 0, "EncryptedTally": 2}
DATA |= {"Shuffle": 2, "EndShuffles": 0, "PartialDecryption": 2, "Result": 1}
_NAME = re.compile(r"([0-9a-f]{64})\.(data|event)\.json")


@dataclass(frozen=True)
class Event:
    """An event and the data records that precede it, the last one being its payload."""

    kind: str
    data: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True)
class Record:
    """One member of the tar; `number` counts from 1, the header BELENIOS being number 1."""

    number: int
    name: str
    content: bytes = field(repr=False)

    @property
    def is_event(self) -> bool:
        return self.name.endswith(".event.json")


@dataclass(frozen=True)
class Archive:
    """A strictly read archive; `hashes[h]` is the hash of the event at height h."""

    timestamp: int
    events: tuple[Event, ...] = field(repr=False)
    hashes: tuple[str, ...] = field(repr=False)


# ---------------------------------------------------------------- events


def setup_event(election: Election, trustees: bytes, credentials: bytes) -> Event:
    """The first event: the three public files and their hashes."""
    hashes = {"election": election.raw, "trustees": trustees, "credentials": credentials}
    setup: Json = {name: canon.sha256_hex(raw) for name, raw in hashes.items()}
    return Event("Setup", (election.raw, trustees, credentials, canon.compact(setup)))


def ballot_event(raw: bytes) -> Event:
    """A ballot enters the box."""
    return Event("Ballot", (raw,))


def end_ballots_event() -> Event:
    """The box is closed."""
    return Event("EndBallots", ())


def tally_event(encrypted: bytes, sized: bytes) -> Event:
    """The encrypted sum of the box, with its size record."""
    return Event("EncryptedTally", (encrypted, sized))


def shuffle_event(owner: int, shuffle: bytes) -> Event:
    """A trustee's shuffle; owners are numbered from 1."""
    return Event("Shuffle", (shuffle, tally.owned(owner, shuffle)))


def end_shuffles_event() -> Event:
    """What the last shuffle left is decrypted."""
    return Event("EndShuffles", ())


def decryption_event(owner: int, pd: bytes) -> Event:
    """A trustee's partial decryption; owners are numbered from 1."""
    return Event("PartialDecryption", (pd, tally.owned(owner, pd)))


def result_event(raw: bytes) -> Event:
    """The numbers."""
    return Event("Result", (raw,))


def event_bytes(kind: str, height: int, parent: str | None, payload: bytes | None) -> bytes:
    """The canonical bytes of an event; `parent` is the hash of the former one (None at height 0)."""
    return _event_bytes(kind, height, parent, None if payload is None else canon.sha256_hex(payload))


def _event_bytes(kind: str, height: int, parent: str | None, payload_hash: str | None) -> bytes:
    value: dict[str, Json] = {} if parent is None else {"parent": parent}
    value |= {"height": height, "type": kind}
    if payload_hash is not None:
        value["payload"] = payload_hash
    return canon.compact(value)


def event_hash(raw: bytes) -> str:
    """The hash by which the next event names this one: the head of the chain, in hexadecimal."""
    return canon.sha256_hex(raw)


def ballot_head(height: int, parent: str, tracker: str) -> str:
    """The hash of a ballot's event from the ballot's tracker: a chain of ballots is computed without reading them."""
    payload_hash = base64.b64decode(tracker + "=").hex()
    return event_hash(_event_bytes("Ballot", height, parent, payload_hash))


# ---------------------------------------------------------------- writing


def write(timestamp: int, events: Iterable[Event]) -> Iterator[bytes]:
    """The archive in pieces, in order; never more than one event in memory."""
    yield _member("BELENIOS", header_json(timestamp), timestamp)
    parent: str | None = None
    for height, event in enumerate(events):
        written, parent = event_members(timestamp, height, parent, event)
        yield written


def event_members(timestamp: int, height: int, parent: str | None, event: Event) -> tuple[bytes, str]:
    """One event with its data before it, as the archive holds them, and its hash: what an archive grows by."""
    data = [_member(f"{canon.sha256_hex(raw)}.data.json", raw, timestamp) for raw in event.data]
    written = event_bytes(event.kind, height, parent, event.data[-1] if event.data else None)
    name = event_hash(written)
    return b"".join([*data, _member(f"{name}.event.json", written, timestamp)]), name


def header_json(timestamp: int) -> bytes:
    """The content of the first member."""
    return canon.compact({"version": 1, "timestamp": str(timestamp)})


def _member(name: str, content: bytes, mtime: int) -> bytes:
    return tar_header(name, len(content), mtime) + content + bytes(-len(content) % BLOCK)


def tar_header(name: str, size: int, mtime: int) -> bytes:
    """The 512 bytes before a member: old V7 tar."""
    head = bytearray(BLOCK)
    head[: len(name)] = name.encode()
    head[100:107] = b"0000644"
    head[108:115] = head[116:123] = b"0000000"
    head[124:135] = b"%011o" % size
    head[136:147] = b"%011o" % mtime
    head[148:156] = b" " * 8  # as spaces while summing
    head[156:157] = b"0"
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


# ---------------------------------------------------------------- reading


def read(raw: bytes) -> Archive:
    """Read an archive and check its form: records, names, chain. Raises Malformed with one sentence.

    The grammar of the events and what they say are for `verify`.
    """
    timestamp, records = scan(raw)
    faults = name_faults(records)
    events, hashes, more = link(records)
    for fault in faults + more:
        raise Malformed("archive", fault, "an archive whose records and events are chained by their hashes")
    return Archive(timestamp, tuple(events), tuple(hashes))


def scan(raw: bytes) -> tuple[int, list[Record]]:
    """The timestamp, and the records after the first. Raises Malformed where it is no archive, or not a whole one."""
    if not raw:
        raise Malformed("archive", "an empty file", "a Belenios archive (.bel)")
    if len(raw) < BLOCK or raw[: len("BELENIOS") + 1] != b"BELENIOS\0":
        raise Malformed("archive", "a file of another kind", "a Belenios archive (.bel)")
    records: list[Record] = []
    position, timestamp = 0, None
    while position < len(raw):
        record, position, mtime = _scan_record(raw, position, len(records) + 1)
        if timestamp is None:
            timestamp = _read_header(record.content)
        if mtime != timestamp:
            raise Malformed(f"record {record.number}", "another time than the archive's", "the time of the archive")
        records.append(record)
    assert timestamp is not None  # the file is not empty
    return timestamp, records[1:]


def _scan_record(raw: bytes, position: int, number: int) -> tuple[Record, int, int]:
    where = f"record {number}"
    head = raw[position : position + BLOCK]
    if len(head) < BLOCK:
        raise Malformed(where, "a truncated archive", "whole records: the download was cut short")
    try:
        name = head[: head.index(0)].decode("ascii")
        size, mtime = int(head[124:135], 8), int(head[136:147], 8)
    except ValueError as error:
        raise Malformed(where, "an unreadable header", "a tar header as Belenios writes it") from error
    if not 0 <= size <= MOST_BYTES or not 0 <= mtime < 8**11 or head != tar_header(name, size, mtime):
        raise Malformed(where, "an altered header", "a tar header as Belenios writes it")
    start, end = position + BLOCK, position + BLOCK + size
    following = end + (-size % BLOCK)
    if following > len(raw):
        raise Malformed(where, "a truncated archive", "whole records: the download was cut short")
    if any(raw[end:following]):
        raise Malformed(where, "bytes after the content", "zeros up to the next record")
    if number > 1 and not _NAME.fullmatch(name):
        raise Malformed(where, f"the name {name[:80]!r}", "a hash and .data.json or .event.json")
    return Record(number, name, raw[start:end]), following, mtime


def _read_header(content: bytes) -> int:
    found = canon.fields(canon.parse(content, "archive header"), "archive header", ("version", "timestamp"))
    if canon.as_int(found["version"], "archive header, version") != 1:
        raise Malformed("archive header, version", str(found["version"])[:20], "1")
    stamp = found["timestamp"]  # belenios-tool 3 reads a number as well as a string
    timestamp = canon.as_decimal(stamp, "archive header, timestamp", 8**11) if isinstance(stamp, str) else None
    if timestamp is None:
        timestamp = canon.as_int(stamp, "archive header, timestamp")
    canon.check_canonical(content, {"version": 1, "timestamp": stamp}, "archive header")
    return timestamp


def name_faults(records: Sequence[Record]) -> list[str]:
    """One line for each record that is not named by the hash of its content."""
    labels: dict[int, str] | None = None
    faults: list[str] = []
    for record in records:
        if not record.name.startswith(canon.sha256_hex(record.content)):
            labels = _labels(records) if labels is None else labels
            label = labels.get(record.number, "of no event")
            faults.append(f"record {record.number} ({label}): its content is not the one that its name announces")
    return faults


def _labels(records: Iterable[Record]) -> dict[int, str]:
    """What each record holds, in words. The tracker is the one that the voter knows: it is in the record's name."""
    labels: dict[int, str] = {}
    pending: list[Record] = []
    ballots = 0
    for record in records:
        if not record.is_event:
            pending.append(record)
            continue
        kind = _kind(record)
        ballots += kind == "Ballot"
        labels[record.number] = f"event {kind}"
        for data in pending:
            known = base64.b64encode(bytes.fromhex(data.name[:64])).decode().rstrip("=")
            labels[data.number] = f"ballot {ballots}, tracker {known}" if kind == "Ballot" else f"data of {kind}"
        pending = []
    return labels


def _kind(record: Record) -> str:
    found = re.search(rb'"type":"([A-Za-z]{1,20})"', record.content)
    return found[1].decode() if found else "of unknown kind"


def link(records: Iterable[Record]) -> tuple[list[Event], list[str], list[str]]:
    """Events with their data, their hashes, and one line for each break of the chain. Goes on after a break."""
    events: list[Event] = []
    hashes: list[str] = []
    faults: list[str] = []
    pending: list[bytes] = []
    number = 1
    for record in records:
        number = record.number
        if not record.is_event:
            pending.append(record.content)
            continue
        kind, problem = _check_event(record, len(events), hashes[-1] if hashes else None, pending)
        if problem:
            faults.append(f"record {record.number} (event at height {len(events)}): {problem}")
        events.append(Event(kind, tuple(pending)))
        hashes.append(event_hash(record.content))
        pending = []
    if pending:
        faults.append(f"record {number}: {len(pending)} data records at the end belong to no event")
    return events, hashes, faults


def _check_event(record: Record, height: int, parent: str | None, pending: list[bytes]) -> tuple[str, str]:
    """The kind of the event, and what is wrong with it ("" when nothing is)."""
    try:
        found = canon.fields(canon.parse(record.content, "event"), "event", ("height", "type"), ("parent", "payload"))
        kind = canon.as_str(found["type"], "event, type")
    except Malformed as error:
        return "?", str(error)
    if found.get("parent") != parent or found["height"] != height:
        return kind, "it does not follow the event before it"
    expected = DATA.get(kind, len(pending))
    if len(pending) != expected:
        return kind, f"{len(pending)} data records before it instead of {expected}"
    payload = canon.sha256_hex(pending[-1]) if pending else None
    if found.get("payload") != payload:
        return kind, "its payload is not the record before it"
    if _event_bytes(kind, height, parent, payload) != record.content:
        return kind, "its bytes are not canonical"
    return kind, ""
