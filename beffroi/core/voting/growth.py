"""Has a public archive only grown? An archive is a chain that is only added to: its beginning never changes again.

Whoever kept an earlier copy sees what a later one has lost; from one copy alone nobody can (spec 10).
"""

from collections.abc import Sequence

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import archive, canon
from beffroi.core.voting.archive import Event
from beffroi.core.voting.ballot import tracker
from beffroi.core.voting.download import Download, Unreachable
from beffroi.core.voting.receive import check_added, failures
from beffroi.core.voting.store import whole_length

_SETUP = ("election", "list of trustees", "list of credentials")


class Alarm(Refused):
    """Something disappeared, changed, or was added that is wrong: `lines` say what, `raw` is the evidence."""

    def __init__(self, rule: str, lines: Sequence[str], raw: bytes) -> None:
        super().__init__(rule, "; ".join(lines[:20]))
        self.lines, self.raw = tuple(lines), raw


def judge(before: bytes, got: Download, *, trusted: bool) -> archive.Archive:
    """What was downloaded, read, when it verifies and begins with `before` (empty when nothing was kept).

    `trusted`: `before` was verified, so that of new ballots only the new ones are checked. Raises Unreachable for what
    a network can have done, Alarm "board.changed" or "board.wrong" otherwise.
    """
    raw = got.raw
    if not raw.startswith(b"BELENIOS\0"):
        raise Unreachable("pull.network", "the answer is no archive, but some other page")
    if not raw.startswith(before):
        raise Alarm("board.changed", lost(before, raw), raw)
    try:
        whole = whole_length(raw)
        if whole < len(raw):
            raise Unreachable("pull.network", "the answer ends in the middle of an event")
        read = archive.read(raw)
    except Malformed as error:
        raise Alarm("board.wrong", [str(error)], raw) from error
    if trusted and before:
        _check_new(raw, read, len(archive.read(before).events))
    elif faults := failures(raw):
        raise Alarm("board.wrong", faults, raw)
    return read


def stops_early(before: bytes, got: Download) -> bool:
    """Whether the answer is a beginning of `before`: something was taken away, or the answer was cut on its way."""
    return len(got.raw) < len(before) and before.startswith(got.raw) and got.raw.startswith(b"BELENIOS\0")


def judge_early(before: bytes, answers: Sequence[Download]) -> Refused:
    """What several answers that stop early are. A proxy can hide a cut; it does not cut at one place each time.

    An Alarm when they are the same and say that they are whole, or end with a whole event; Unreachable otherwise.
    """
    raw = answers[-1].raw
    same = all(got.raw == raw for got in answers)
    if same and (all(got.ended for got in answers) or before[: len(raw)] == raw[: _whole_or_none(raw)]):
        return Alarm("board.changed", lost(before, raw), raw)
    return Unreachable("pull.network", "the answer stops early each time")


def _whole_or_none(raw: bytes) -> int:
    try:
        return whole_length(raw)
    except Malformed:
        return 0


def _check_new(raw: bytes, read: archive.Archive, known: int) -> None:
    if known == len(read.events):
        return
    try:
        check_added(raw, read, len(read.events) - known)
    except (Malformed, Refused) as error:
        raise Alarm("board.wrong", [str(error)], raw) from error


# ---------------------------------------------------------------- what was lost


def lost(before: bytes, after: bytes) -> list[str]:
    """One line for each object of `before`, an archive, that `after` no longer has, or has elsewhere or otherwise."""
    old = archive.read(before)
    try:
        new = archive.survey(after[: whole_length(after)])
    except Malformed as error:
        return [f"the archive can no longer be read: {error}"]
    hashes = new.hashes
    lines = [] if new.timestamp == old.timestamp else ["the archive bears another date"]
    if 0 in new.others and new.others[0].kind == old.events[0].kind == "Setup":
        lines += _setup_lines(old.events[0], new.others[0])
    lines += _ballot_lines(old.events, new)
    for height, (event, name) in enumerate(zip(old.events, old.hashes, strict=True)):
        if height >= len(hashes):
            lines.append(f"the archive ends after {len(hashes)} events, it had {len(old.hashes)}")
            break
        if hashes[height] != name:
            lines.append(f"height {height} ({event.kind}): the head is {hashes[height]}, it was {name}")
            break
    return lines or ["bytes changed that say nothing"]


def _setup_lines(old: Event, new: Event) -> list[str]:
    pairs = zip(_SETUP, old.data, new.data, strict=False)
    return [
        f"the {what} is another one: SHA-256 {canon.sha256_hex(now)}, it was {canon.sha256_hex(then)}"
        for what, then, now in pairs
        if then != now
    ]


def _ballot_lines(old: Sequence[Event], new: archive.Board) -> list[str]:
    # An event without its ballot, a fault of the chain, shifts those behind it: the alarm stands all the same.
    heights = [h for h, kind in enumerate(new.kinds) if kind == "Ballot"]
    now = {new.box.tracker(n): h for n, h in zip(range(len(new.box)), heights, strict=False)}
    lines: list[str] = []
    for height, event in enumerate(old):
        if event.kind != "Ballot":
            continue
        name = tracker(event.data[-1])
        if name not in now:
            lines.append(f"the ballot of tracker {name}, at height {height}, has disappeared")
        elif now[name] != height:
            lines.append(f"the ballot of tracker {name} stands at height {now[name]}, it stood at {height}")
    return lines
