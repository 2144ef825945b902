"""The `.bel` archive: written byte for byte as belenios-tool writes it, read strictly (spec 9)."""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from beffroi.core.errors import Malformed
from beffroi.core.voting import canon, tally
from beffroi.core.voting.canon import Json
from beffroi.core.voting.election import Election
from beffroi.core.voting.tar import Record, Source, member, records

DATA = {"Setup": 4, "Ballot": 1, "EndBallots": 0, "EncryptedTally": 2}
DATA |= {"Shuffle": 2, "EndShuffles": 0, "PartialDecryption": 2, "Result": 1}
_CREDENTIAL = re.compile(rb'\{"election_uuid":"[^"]*","election_hash":"[^"]*","credential":"([^"]*)"')


@dataclass(frozen=True)
class Event:
    """An event and the data records that precede it, the last one being its payload."""

    kind: str
    data: tuple[bytes, ...] = field(repr=False)


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


def _ballot_event_bytes(height: int, parent: str, payload_hash: str) -> bytes:
    """`_event_bytes` of a ballot after another event, quickly."""
    return f'{{"parent":"{parent}","height":{height},"type":"Ballot","payload":"{payload_hash}"}}'.encode()


def event_hash(raw: bytes) -> str:
    """The hash by which the next event names this one: the head of the chain, in hexadecimal."""
    return canon.sha256_hex(raw)


def ballot_head(height: int, parent: str, tracker: str) -> str:
    """The hash of a ballot's event from the ballot's tracker: a chain of ballots is computed without reading them."""
    return event_hash(_ballot_event_bytes(height, parent, base64.b64decode(tracker + "=").hex()))


# ---------------------------------------------------------------- writing


def write(timestamp: int, events: Iterable[Event]) -> Iterator[bytes]:
    """The archive in pieces, in order; never more than one event in memory."""
    yield member("BELENIOS", header_json(timestamp), timestamp)
    parent: str | None = None
    for height, event in enumerate(events):
        written, parent = event_members(timestamp, height, parent, event)
        yield written


def event_members(timestamp: int, height: int, parent: str | None, event: Event) -> tuple[bytes, str]:
    """One event with its data before it, as the archive holds them, and its hash: what an archive grows by."""
    data = [member(f"{canon.sha256_hex(raw)}.data.json", raw, timestamp) for raw in event.data]
    written = event_bytes(event.kind, height, parent, event.data[-1] if event.data else None)
    name = event_hash(written)
    return b"".join([*data, member(f"{name}.event.json", written, timestamp)]), name


def header_json(timestamp: int) -> bytes:
    """The content of the first member."""
    return canon.compact({"version": 1, "timestamp": str(timestamp)})


# ---------------------------------------------------------------- reading


def read(raw: Source) -> Archive:
    """Read an archive and check its form: records, names, chain. Raises Malformed with one sentence.

    The grammar of the events and what they say are for `verify`.
    """
    board = survey(raw)
    for fault in board.name_faults + board.chain_faults:
        raise Malformed("archive", fault, "an archive whose records and events are chained by their hashes")
    ballots = (Event("Ballot", (raw,)) for raw in board.box)
    events = tuple(board.others[h] if h in board.others else next(ballots) for h in range(len(board.kinds)))
    return Archive(board.timestamp, events, tuple(board.hashes))


def credential_of(raw: bytes) -> str | None:
    """The credential of a ballot, without reading it; None where the bytes do not begin as those of a ballot."""
    found = _CREDENTIAL.match(raw)
    return found[1].decode(errors="replace") if found else None


@dataclass
class Box:
    """The ballots of an archive, which stay where they are: of each its place and size, SHA-256 and credential.

    The credential is None where the bytes do not begin as those of a ballot.
    """

    raw: Source = field(repr=False)
    places: list[tuple[int, int]] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    credentials: list[str | None] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, n: int) -> bytes:
        """A ballot's bytes. Raises Malformed when they are no longer those that were read before."""
        start, size = self.places[n]
        raw = self.raw[start : start + size]
        if canon.sha256(raw) != self.digests[n]:
            raise Malformed("archive", "a file that changed while it was read", "a file that stays as it is")
        return raw

    def __iter__(self) -> Iterator[bytes]:
        return (self[n] for n in range(len(self)))

    def tracker(self, n: int) -> str:
        """What its voter finds ballot n by, from 0."""
        return _base64(self.digests[n])

    def add(self, record: Record) -> None:
        """One more ballot."""
        self.places.append((record.start, len(record.content)))
        self.digests.append(bytes.fromhex(record.digest))
        self.credentials.append(credential_of(record.content))


@dataclass
class Board:
    """What one pass over an archive finds: events by height, those other than ballots whole; and what is wrong.

    `kinds` and `hashes` are of every event. Ballots are in the box, those without data left out.
    """

    box: Box
    timestamp: int = 0
    records: int = 0  # those after the header
    kinds: list[str] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    others: dict[int, Event] = field(default_factory=dict)
    name_faults: list[str] = field(default_factory=list)
    chain_faults: list[str] = field(default_factory=list)

    def of_kind(self, kind: str) -> list[Event]:
        """Events of a kind other than Ballot, in order."""
        return [event for event in self.others.values() if event.kind == kind]

    @property
    def setup(self) -> tuple[bytes, ...] | None:
        """The records of the first event, when it is a Setup with all of them."""
        first = self.others.get(0)
        whole = first is not None and first.kind == "Setup" and len(first.data) == DATA["Setup"]
        return first.data if first is not None and whole else None


def survey(raw: Source) -> Board:
    """One pass over an archive. Raises Malformed where it is no archive, or not a whole one."""
    board = Board(Box(raw))
    pending: list[Record] = []
    labels = _Labels(board.name_faults)
    number = 1
    for record in records(raw):
        number = record.number
        if number == 1:
            board.timestamp = _read_header(record.content)
        if record.mtime != board.timestamp:
            raise Malformed(f"record {number}", "another time than the archive's", "the time of the archive")
        if number == 1:
            continue
        board.records += 1
        labels.add(record, right=record.name.startswith(record.digest))
        if record.is_event:
            _add_event(board, record, pending)
            pending = []
        else:
            pending.append(record)
    labels.end()
    if pending:
        board.chain_faults.append(f"record {number}: {len(pending)} data records at the end belong to no event")
    return board


def _add_event(board: Board, record: Record, pending: list[Record]) -> None:
    height = len(board.kinds)
    parent = board.hashes[-1] if board.hashes else None
    kind, problem = _check_event(record, height, parent, pending)
    if problem:
        board.chain_faults.append(f"record {record.number} (event at height {height}): {problem}")
    board.kinds.append(kind)
    board.hashes.append(record.digest)
    if kind != "Ballot":
        board.others[height] = Event(kind, tuple(data.content for data in pending))
    elif pending:
        board.box.add(pending[-1])


def sha256_hex(raw: Source) -> str:
    """Of the whole file, in hexadecimal, a piece after the other."""
    digest = hashlib.sha256()
    for start in range(0, len(raw), 1 << 20):
        digest.update(raw[start : start + (1 << 20)])
    return digest.hexdigest()


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


class _Labels:
    """Says of each record that is not named by its content's hash what it holds, once its event is read.

    The tracker is the one that the voter knows: it is in the record's name.
    """

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        self.wrong: list[tuple[int, str]] = []  # data records before the next event: number, name
        self.ballots = 0

    def add(self, record: Record, *, right: bool) -> None:
        if not record.is_event:
            if not right:
                self.wrong.append((record.number, record.name))
            return
        kind = _kind(record)
        self.ballots += kind == "Ballot"
        for number, name in self.wrong:
            known = _base64(bytes.fromhex(name[:64]))
            self._say(number, f"ballot {self.ballots}, tracker {known}" if kind == "Ballot" else f"data of {kind}")
        self.wrong = []
        if not right:
            self._say(record.number, f"event {kind}")

    def end(self) -> None:
        for number, _ in self.wrong:
            self._say(number, "of no event")

    def _say(self, number: int, label: str) -> None:
        self.faults.append(f"record {number} ({label}): its content is not the one that its name announces")


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode().rstrip("=")


def _kind(record: Record) -> str:
    found = re.search(rb'"type":"([A-Za-z]{1,20})"', record.content)
    return found[1].decode() if found else "of unknown kind"


def _check_event(record: Record, height: int, parent: str | None, pending: list[Record]) -> tuple[str, str]:
    """The kind of the event, and what is wrong with it ("" when nothing is)."""
    payload = pending[-1].digest if pending else None
    if parent and len(pending) == 1 and record.content == _ballot_event_bytes(height, parent, pending[0].digest):
        return "Ballot", ""  # most of an archive is this, and needs no parser
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
    if found.get("payload") != payload:
        return kind, "its payload is not the record before it"
    if _event_bytes(kind, height, parent, payload) != record.content:
        return kind, "its bytes are not canonical"
    return kind, ""
