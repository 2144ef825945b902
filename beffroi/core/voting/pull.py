"""The public archive of an election, downloaded into a file that only ever grows (spec 11.4)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from beffroi.core.voting import archive, files
from beffroi.core.voting.archive import Archive
from beffroi.core.voting.download import MOST_BYTES, SILENCE, Download, Unreachable, address, download
from beffroi.core.voting.growth import Alarm, judge, judge_early, stops_early

NAME = "archive.bel"
ANSWERS = 3


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
    """No alarm on what two halves of an answer say, which may not fit for innocent reasons, nor on one short answer."""
    early: list[Download] = []
    for _ in range(ANSWERS):
        got = download(where, most, silence, tell)
        if stops_early(before, got):
            early.append(got)
            tell("the answer stops early; asking again")
            continue
        try:
            return judge(before, got, trusted=trusted), got.raw
        except Alarm:
            if got.in_one:
                raise
            tell("two halves of the archive do not fit; starting again")
    if len(early) == ANSWERS:
        raise judge_early(before, early)
    raise Unreachable("pull.network", "the answer is cut each time")
