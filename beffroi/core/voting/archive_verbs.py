"""`beffroi archive`: list what an archive holds, add an event to it, pull the one that a site shows (spec 11.3)."""

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import archive, canon, files, stages, store
from beffroi.core.voting.archive import Archive, Event
from beffroi.core.voting.ballot import tracker
from beffroi.core.voting.growth import Alarm
from beffroi.core.voting.pull import pull
from beffroi.core.voting.receive import ballot_faults
from beffroi.core.voting.store import Store
from beffroi.core.voting.told import told

app = typer.Typer(no_args_is_help=True, help="An election's archive: what it holds, what is added, what a site shows.")

Given = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="ARCHIVE")]


# ---------------------------------------------------------------- list


@app.command("list")
def list_events(file: Given, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """The events in their order: height, kind, hash, and each ballot's tracker. Reads only; checks form and chain."""
    with told():
        raw = file.read_bytes()
        length = store.whole_length(raw)
        read = archive.read(raw[:length])
        rows = described(read)
        election = stages.election_of(read.events)
    if as_json:
        about = {"uuid": election.uuid, "name": election.name, "fingerprint": election.fingerprint}
        typer.echo(json.dumps({**about, "torn": len(raw) - length, "events": rows}, ensure_ascii=False, indent=1))
    else:
        typer.echo(f"election {election.uuid}, fingerprint {election.fingerprint}")
        for row in rows:
            typer.echo(_line(row))
    if length < len(raw):
        typer.echo(f"{len(raw) - length} bytes at the end belong to no whole event", err=True)
        raise typer.Exit(1)


def described(read: Archive) -> list[dict[str, object]]:
    """Of each event: height, kind, hash, hashes of its data; a ballot's tracker, and the height that replaced it.

    What the data say is not checked here: what cannot be read is left out.
    """
    last: dict[object, int] = {}
    rows: list[dict[str, object]] = []
    for height, (event, name) in enumerate(zip(read.events, read.hashes, strict=True)):
        row: dict[str, object] = {"height": height, "kind": event.kind, "hash": name}
        row["data"] = [canon.sha256_hex(raw) for raw in event.data]
        if event.kind == "Ballot":
            row["tracker"] = tracker(event.data[0])
            credential = _field(event.data[0], "credential")
            if credential in last:
                rows[last[credential]]["replaced_by"] = height
            if credential is not None:
                last[credential] = height
        elif event.kind in ("Shuffle", "PartialDecryption"):
            row["trustee"] = _field(event.data[1], "owner")
        rows.append(row)
    return rows


def _field(raw: bytes, name: str) -> str | int | None:
    try:
        value = canon.as_object(canon.parse(raw, "record"), "record").get(name)
    except Malformed:
        return None
    return value if isinstance(value, str | int) else None


def _line(row: dict[str, object]) -> str:
    kind = str(row["kind"])[:40].encode("unicode_escape").decode()  # a stranger's file must not steer the terminal
    words = [f"{row['height']:>6} {kind:<17} {row['hash']}"]
    words += [f"tracker {row['tracker']}"] if "tracker" in row else []
    words += [f"replaced at {row['replaced_by']}"] if "replaced_by" in row else []
    words += [f"trustee {row['trustee']}"] if "trustee" in row else []
    return "  ".join(words)


# ---------------------------------------------------------------- add


class Kind(StrEnum):
    """What can be added; the first event is made by `beffroi election make`."""

    BALLOT = "Ballot"
    END_BALLOTS = "EndBallots"
    TALLY = "EncryptedTally"
    SHUFFLE = "Shuffle"
    END_SHUFFLES = "EndShuffles"
    DECRYPTION = "PartialDecryption"
    RESULT = "Result"


_FILES = {Kind.END_BALLOTS: 0, Kind.END_SHUFFLES: 0}


@app.command("add")
def add_event(
    file: Given,
    kind: Annotated[Kind, typer.Option(help="What the file is.")],
    records: Annotated[
        list[Path] | None, typer.Argument(exists=True, dir_okay=False, metavar="FILE", help="Several: ballots only.")
    ] = None,
    trustee: Annotated[int | None, typer.Option(min=1, help="Whose shuffle or decryption it is, from 1.")] = None,
) -> None:
    """Add one event with its records, once all of it is checked: whether it may follow, and what it says.

    A ballot is checked by itself; anything else is added when the whole archive verifies with it. What is there already
    is not added again.
    """
    with told():
        raws = [record(path) for path in records or ()]
        if kind is Kind.BALLOT and raws:
            receive(file, records or (), raws)
            return
        if len(raws) != _FILES.get(kind, 1):
            raise Refused("archive.files", f"{kind} takes {_FILES.get(kind, 1)} file, {len(raws)} given")
        if (trustee is not None) != (kind in (Kind.SHUFFLE, Kind.DECRYPTION)):
            raise Refused("archive.trustee", "--trustee goes with Shuffle and PartialDecryption")
        with store.opened(file) as kept:
            say_cut(kept)
            event = _event(kept, kind, raws, trustee or 0)
            if event in kept.events:
                typer.echo(f"{kind} is there already, at height {kept.events.index(event)}: nothing was added")
                return
            kept.add([event])
            say_added(kept, 1)


def record(path: Path) -> bytes:
    """A record as another program may have written it: with a line's end."""
    return path.read_bytes().removesuffix(b"\n")


def _event(kept: Store, kind: Kind, raws: Sequence[bytes], owner: int) -> Event:
    if kind is Kind.TALLY:
        made = stages.tally_of(kept.events)
        if made.data[0] != raws[0]:
            raise Refused("archive.added", "the encrypted tally is not the sum of the ballots")
        return made
    if kind is Kind.SHUFFLE:
        return archive.shuffle_event(owner, raws[0])
    if kind is Kind.DECRYPTION:
        taken, _, faults = stages.bound(kept.events, [(owner, raws[0])])
        if faults:
            raise Refused("archive.added", faults[0])
        return archive.decryption_event(*taken[0])
    return Event(kind.value, tuple(raws))


def say_cut(kept: Store) -> None:
    """What an interrupted command had left is said, not hidden."""
    if kept.cut:
        typer.echo(f"{kept.cut} bytes of an addition that was interrupted were cut off", err=True)


def say_added(kept: Store, added: int) -> None:
    """The last events, and the head that everybody can compare."""
    first = len(kept.events) - added
    for height in range(first, len(kept.events)):
        typer.echo(f"{kept.events[height].kind} added at height {height}; its hash: {kept.read.hashes[height]}")


def receive(file: Path, paths: Sequence[Path], raws: Sequence[bytes]) -> None:
    """Ballots enter the box, each after its checks. Wrong ones are named and stay out; the exit status is then 1."""
    with store.opened(file) as kept:
        say_cut(kept)
        there = {event.data[0]: height for height, event in enumerate(kept.events) if event.kind == "Ballot"}
        new = [(path, raw) for path, raw in zip(paths, raws, strict=True) if raw not in there]
        for path, raw in zip(paths, raws, strict=True):
            if raw in there:
                typer.echo(f"{path.name}: in the box already, at height {there[raw]}; tracker {tracker(raw)}")
        faults = ballot_faults(kept.events, [raw for _, raw in new]) if new else []
        right = [raw for (_, raw), fault in zip(new, faults, strict=True) if not fault]
        if right:
            kept.add_checked([archive.ballot_event(raw) for raw in right])
        for raw in right:
            height = len(kept.events) - len(right) + right.index(raw)
            typer.echo(f"received at height {height}; tracker {tracker(raw)}; head {kept.read.hashes[height]}")
    for (path, _), fault in zip(new, faults, strict=True):
        if fault:
            typer.echo(f"{path.name}: not taken: {fault}", err=True)
    if any(faults):
        raise typer.Exit(1)


# ---------------------------------------------------------------- pull


@app.command("pull")
def pull_archive(
    url: Annotated[str, typer.Argument(help="The votation's page, or its archive.bel.")],
    into: Annotated[Path, typer.Option(dir_okay=False, help="Where to; what is there must be its beginning.")] = Path(
        "archive.bel"
    ),
) -> None:
    """Download the public archive of an election and verify it. What was there before stays until then.

    Exit status 0 when the archive verifies and begins with what was there, 1 otherwise; what was sent instead is kept.
    """
    with told():
        try:
            found = pull(url, into, tell=lambda said: typer.echo(said, err=True))
        except Alarm as alarm:
            sent = alarm.raw
            other = into.with_name(f"{into.name}.refused-{canon.sha256_hex(sent)[:12]}")
            files.keep_same(other, sent)
            typer.echo(f"{into} is as it was; what the site sent is in {other}", err=True)
            raise
        typer.echo(f"{found.new} new events, {len(found.read.events)} in all; head {found.read.hashes[-1]}")
