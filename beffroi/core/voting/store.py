"""An archive on the disk that grows: one writer at a time, each event whole or not at all (spec 11.3).

An event counts once it is on the disk with its data. What an interrupted writer left behind it is no event: the next
writer cuts it off, and nobody was told that it had been taken.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import archive, files
from beffroi.core.voting.archive import Archive, Event
from beffroi.core.voting.receive import check_added
from beffroi.core.voting.tar import BLOCK, MOST_BYTES, tar_header

_SIZE = slice(124, 135)


@dataclass
class Store:
    """An archive open for writing: its whole events, as bytes and as read. `cut`: bytes of no event, taken away."""

    handle: int
    raw: bytes = field(repr=False)
    read: Archive
    cut: int

    @property
    def events(self) -> tuple[Event, ...]:
        return self.read.events

    def add(self, events: Sequence[Event]) -> None:
        """Add these events, on the disk when this returns.

        Raises Refused, or Malformed, when they may not follow or are wrong; nothing is added then.
        """
        grown, read = self._grown(events)
        check_added(grown, read, len(events))
        self._append(grown, read)

    def add_checked(self, events: Sequence[Event]) -> None:
        """The same for events of which the caller has checked all that `add` would."""
        self._append(*self._grown(events))

    def _grown(self, events: Sequence[Event]) -> tuple[bytes, Archive]:
        hashes = list(self.read.hashes)
        pieces = [self.raw]
        for event in events:
            piece, name = archive.event_members(self.read.timestamp, len(hashes), hashes[-1], event)
            pieces.append(piece)
            hashes.append(name)
        return b"".join(pieces), Archive(self.read.timestamp, (*self.events, *events), tuple(hashes))

    def _append(self, grown: bytes, read: Archive) -> None:
        os.lseek(self.handle, len(self.raw), os.SEEK_SET)
        try:
            files.put(self.handle, grown[len(self.raw) :])
        except OSError as error:  # a full disk: a part of an event must not stay
            os.ftruncate(self.handle, len(self.raw))
            raise Refused("archive.disk", f"nothing was added ({error.strerror})") from error
        self.raw, self.read = grown, read


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    """The archive for one writer; another one waits. Raises Malformed when it is damaged elsewhere than at its end."""
    handle = _lock(path)
    try:
        raw = _read(handle)
        length = whole_length(raw)
        read = archive.read(raw[:length])
        if length < len(raw):
            os.ftruncate(handle, length)
            os.fsync(handle)
        yield Store(handle, raw[:length], read, len(raw) - length)
    finally:
        os.close(handle)


def _lock(path: Path) -> int:
    while True:
        handle = os.open(path, os.O_RDWR)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_ino == os.stat(path).st_ino:
            return handle
        os.close(handle)  # `archive pull` put another file in its place while we waited


def _read(handle: int) -> bytes:
    with os.fdopen(os.dup(handle), "rb") as file:
        return file.read()


def whole_length(raw: bytes) -> int:
    """How many bytes at the beginning are whole events; the rest is what an interrupted writer can have left.

    Raises Malformed when the rest is anything else, or nothing is whole: then it is damage, and nothing is cut off.
    """
    position = whole = 0
    while (following := _following(raw, position)) is not None:
        if _is_event(raw, position):
            whole = following
        position = following
    if not whole:
        raise Malformed("archive", "no whole event", "an archive that holds its first event: take a good copy")
    rest = raw[position:]
    if len(rest) >= BLOCK and any(rest) and not _is_header(rest[:BLOCK]):
        raise Malformed("archive", f"damage at byte {position}", "whole records: take a good copy")
    return whole


def _following(raw: bytes, position: int) -> int | None:
    """Where the record at this place ends; None when it is not whole or no record."""
    head = raw[position : position + BLOCK]
    if len(head) < BLOCK or not _is_header(head):
        return None
    size = int(head[_SIZE], 8)
    end = position + BLOCK + size + (-size % BLOCK)
    return end if end <= len(raw) else None


def _is_header(head: bytes) -> bool:
    try:
        name, size, mtime = head[: head.index(0)].decode("ascii"), int(head[_SIZE], 8), int(head[136:147], 8)
    except ValueError:
        return False
    return 0 <= size <= MOST_BYTES and 0 <= mtime < 8**11 and tar_header(name, size, mtime) == head


def _is_event(raw: bytes, position: int) -> bool:
    return raw[position : raw.index(0, position)].endswith(b".event.json")
