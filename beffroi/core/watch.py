"""`beffroi watch`: look at a running election again and again, and raise the alarm when anything is lost (spec 11.4).

Above the rooms, because the journal says what was announced of the ballot box. What a network can have done is said
and tried again; it is never an alarm.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from beffroi.core.audit import announced_in
from beffroi.core.errors import Malformed, Refused
from beffroi.core.journal.log import Entry, verify_log
from beffroi.core.verdict import fault_lines, printable
from beffroi.core.voting import archive, canon, files, growth, stages
from beffroi.core.voting.archive import Archive
from beffroi.core.voting.ballot import tracker
from beffroi.core.voting.download import Gone, Unreachable, check_address, download
from beffroi.core.voting.pull import Pulled, pull

ALARM, NOT_REACHED = 1, 3  # exit statuses; 0: looked, nothing lost
_SHOWN = 20
_NOTE = "\n\n\N{EM DASH} ".encode()  # before a tree head's signature


class Lost(Refused):
    """The alarm: what was lost or is wrong, and the files that show it, by name."""

    def __init__(self, lines: Sequence[str], evidence: Mapping[str, bytes]) -> None:
        super().__init__("watch.alarm", "; ".join(lines))
        self.lines, self.evidence = tuple(lines), dict(evidence)


@dataclass(frozen=True)
class Watched:
    """What is watched: the votation's address, our folder, the journal's address and key ("" without it)."""

    url: str
    folder: Path
    journal: str = ""
    log_key: str = field(default="", repr=False)

    @property
    def board(self) -> Path:
        """The last archive that was seen and verified."""
        return self.folder / "board.bel"

    @property
    def checkpoint(self) -> Path:
        """The last tree head of the journal that was seen and verified."""
        return self.folder / "checkpoint"


def look(watched: Watched, tell: Callable[[str], None]) -> Pulled:
    """Look once. Raises Lost, the alarm; Unreachable or Refused when it could not look; Malformed for a bad address."""
    # The journal first: the archive that is downloaded after it must hold every state of the box that it announces.
    entries, raw = _journal(watched, tell) if watched.journal else (None, b"")
    found = _archive(watched, tell)
    if entries is not None and (lines := _against_journal(found.read, entries, tell)):
        raise Lost(lines, {"after.bel": watched.board.read_bytes(), "entries.jsonl": raw})
    return found


# ---------------------------------------------------------------- the archive


def _archive(watched: Watched, tell: Callable[[str], None]) -> Pulled:
    before = watched.board.read_bytes() if watched.board.exists() else b""
    try:
        return pull(watched.url, watched.board, trusted=True, tell=tell)
    except growth.Alarm as alarm:
        evidence = {"after.bel": alarm.raw} | ({"before.bel": before} if before else {})
        raise Lost(alarm.lines, evidence) from alarm
    except Gone as error:
        if not before:
            raise
        line = f"the archive has disappeared, with its {len(archive.read(before).events)} events: {error.at_fault}"
        raise Lost([line], {"before.bel": before}) from error


def news(found: Pulled) -> list[str]:
    """What is new since the last look: a line for each event, and the head, which watchers can compare."""
    read = found.read
    first = len(read.events) - found.new
    lines = []
    for height in range(first, len(read.events)):
        event = read.events[height]
        more = f", tracker {tracker(event.data[0])}" if event.kind == "Ballot" else ""
        lines.append(f"new at height {height}: {event.kind}{more}")
    if len(lines) > _SHOWN:
        lines = [*lines[:_SHOWN], f"and {len(lines) - _SHOWN} more"]
    state = f"{len(read.events)} events, head {read.hashes[-1]}"
    return [*lines, f"nothing is lost; {state}" if found.new else f"nothing new, nothing is lost; {state}"]


# ---------------------------------------------------------------- the journal


def _journal(watched: Watched, tell: Callable[[str], None]) -> tuple[list[Entry], bytes]:
    """The entries, read and as downloaded, under the signed head, which must continue the one seen before."""
    base = watched.journal.rstrip("/")
    check_address(base)
    head = download(f"{base}/checkpoint", tell=tell).raw
    if _NOTE not in head:
        raise Unreachable("watch.journal", "the answer is no tree head, but some other page")
    size = head.split(b"\n")[1].decode("ascii", "replace")
    if not (size.isascii() and size.isdigit() and len(size) < 19):
        raise Unreachable("watch.journal", "the answer is no tree head, but some other page")
    got = download(f"{base}/entries.jsonl?taille={size}", tell=tell)
    if int(size) and not got.raw.startswith(b"{"):
        raise Unreachable("watch.journal", "the answer is no entries, but some other page")
    if not got.ended and got.raw.count(b"\n") < int(size):
        raise Unreachable("watch.journal", "the entries stop early, and the server did not say where they end")
    earlier = watched.checkpoint.read_bytes() if watched.checkpoint.exists() else None
    steps, entries = verify_log(got.raw, head, watched.log_key, earlier)
    if lines := fault_lines(steps, numbered=False):
        evidence = {"checkpoint": head, "entries.jsonl": got.raw}
        raise Lost(lines, evidence | ({"checkpoint.before": earlier} if earlier is not None else {}))
    if head != earlier:
        files.replace(watched.checkpoint, head)
    return entries, got.raw


def _against_journal(read: Archive, entries: Sequence[Entry], tell: Callable[[str], None]) -> list[str]:
    """What the journal announced of this election and the archive does not keep."""
    uuid = stages.election_of(read.events).uuid
    if not any(entry.kind == "votation.opened" and entry.data["uuid"] == uuid for entry in entries):
        tell("the journal does not announce this election, or not yet: not compared")
        return []
    announced, step = announced_in(entries, uuid, None)
    if announced is None:
        return list(step.faults)
    setup = read.events[0].data
    pairs = (
        ("fingerprint", stages.election_of(read.events).fingerprint, announced.fingerprint),
        ("list of trustees", canon.sha256_hex(setup[1]), announced.trustees),
        ("list of credentials", canon.sha256_hex(setup[2]), announced.credentials),
    )
    lines = [f"the {what} is {here}, the journal announced {said}" for what, here, said in pairs if here != said]
    for height, head in announced.heads:
        if not 0 <= height < len(read.hashes):
            lines.append(f"height {height}: the archive ends before it, the journal announced {head}")
        elif read.hashes[height] != head:
            lines.append(f"height {height}: it is {read.hashes[height]}, the journal announced {head}")
    return lines


# ---------------------------------------------------------------- the command


def watch(
    url: Annotated[str, typer.Argument(help="The votation's page, or its archive.bel.")],
    folder: Annotated[Path, typer.Option(file_okay=False, help="Where the last state seen is kept.")] = Path("watched"),
    every: Annotated[int, typer.Option(min=1, help="Seconds between two looks.")] = 60,
    once: Annotated[bool, typer.Option("--once", help="One look, for cron.")] = False,
    journal: Annotated[str, typer.Option(help="The journal's page: the box is compared with what it announced.")] = "",
    log_key: Annotated[str, typer.Option(help="The published key of the journal.")] = "",
) -> None:
    """Follow a running election: say what is new, and raise the alarm if anything disappeared or changed.

    Exit status 1: the alarm, with what was seen before and after kept in the folder. --once: 0 when nothing is lost, 3
    when the site could not be reached. Without --once it looks until the alarm, and tries again after network errors.
    """
    if bool(journal) != bool(log_key):
        raise typer.BadParameter("--journal and --log-key go together")
    files.make_folder(folder)
    watched = Watched(url, folder, journal, log_key)
    while True:
        status = _look(watched)
        if once or status == ALARM:
            raise typer.Exit(status)
        time.sleep(every)


def _look(watched: Watched) -> int:
    try:
        for line in news(look(watched, _say)):
            _say(line)
    except Lost as alarm:
        _raise_alarm(watched, alarm)
        return ALARM
    except Malformed as error:
        raise typer.BadParameter(str(error)) from error
    except (Refused, OSError) as error:  # the last: our own disk
        _say(f"not looked: {error}")
        return NOT_REACHED
    return 0


def _raise_alarm(watched: Watched, alarm: Lost) -> None:
    for line in alarm.lines[:_SHOWN]:
        _say(f"ALARM: {line}")
    if len(alarm.lines) > _SHOWN:
        _say(f"ALARM: and {len(alarm.lines) - _SHOWN} more, in said.txt")
    try:
        place = keep_evidence(watched.folder, alarm)
    except OSError as error:
        _say(f"What was seen could not be kept: {error}")
        return
    _say(f"What was seen is kept in {place}: show it to others, and do not delete {watched.folder}.")


def keep_evidence(folder: Path, alarm: Lost) -> Path:
    """The files and what was said, in a folder of their own; the same alarm is kept once."""
    name = canon.sha256_hex(b"".join(alarm.evidence[part] for part in sorted(alarm.evidence)))
    place = folder / f"alarm-{name[:16]}"
    files.make_folder(place)
    said = "".join(f"{printable(line)}\n" for line in alarm.lines).encode()
    for part, raw in {**alarm.evidence, "said.txt": said}.items():
        _keep(place / part, raw)
    return place


def _keep(path: Path, raw: bytes) -> None:
    files.keep(path, lambda: raw)


def _say(text: str) -> None:
    typer.echo(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {printable(text)}")
