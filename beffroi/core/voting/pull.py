"""The public archive of an election, downloaded into a file that only ever grows (spec 11.3)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from beffroi.core.voting import archive, files
from beffroi.core.voting.archive import Archive
from beffroi.core.voting.download import MOST_BYTES, SILENCE, Unreachable, address, download
from beffroi.core.voting.growth import Alarm, judge

NAME = "archive.bel"


@dataclass(frozen=True)
class Pulled:
    """The archive as it is in the file now, and how many of its events are new there."""

    read: Archive
    new: int


def pull(
    url: str,
    into: Path,
    *,
    trusted: bool = False,
    most: int = MOST_BYTES,
    silence: int = SILENCE,
    tell: Callable[[str], None] = lambda said: None,
) -> Pulled:
    """Download, verify, compare with what the file holds, and only then take its place.

    `trusted`: see `growth.judge`. Raises Malformed (the address), Unreachable, Gone, Refused, or Alarm, the file then
    being what it was.
    """
    where = address(url, NAME)
    before = into.read_bytes() if into.exists() else b""
    kept = len(archive.read(before).events) if before else 0
    read, raw = _judged(where, before, trusted, most, silence, tell)
    if raw != before:
        files.replace(into, raw)
    return Pulled(read, len(read.events) - kept)


def _judged(
    where: str, before: bytes, trusted: bool, most: int, silence: int, tell: Callable[[str], None]
) -> tuple[Archive, bytes]:
    """An alarm is raised on an answer that came in one piece only: two halves may not fit for innocent reasons."""
    for _ in range(3):
        got = download(where, most, silence, tell)
        try:
            return judge(before, got, trusted=trusted), got.raw
        except Alarm:
            if got.in_one:
                raise
            tell("two halves of the archive do not fit; starting again")
    raise Unreachable("pull.network", "the answer is cut each time")
