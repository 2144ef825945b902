"""The members of a `.bel` file: an old V7 tar as belenios-tool writes it, one after another, read strictly (spec 9.1).

What is read may be larger than memory: whatever has a length and gives slices as bytes will do (`files.OnDisk`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from beffroi.core.errors import Malformed

BLOCK = 512
MOST_BYTES = 8 * 1024**3 - 1  # of one record: what 11 octal digits can say
_NAME = re.compile(r"([0-9a-f]{64})\.(data|event)\.json")


class Source(Protocol):
    """Bytes, in memory or not."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Record:
    """One member; `number` counts from 1, the header BELENIOS being number 1, `start` is where its content begins.

    `digest` is the content's SHA-256 in hexadecimal.
    """

    number: int
    name: str
    content: bytes = field(repr=False)
    start: int
    mtime: int
    digest: str

    @property
    def is_event(self) -> bool:
        return self.name.endswith(".event.json")


def member(name: str, content: bytes, mtime: int) -> bytes:
    """One member, filled up to whole blocks."""
    return tar_header(name, len(content), mtime) + content + bytes(-len(content) % BLOCK)


def tar_header(name: str, size: int, mtime: int) -> bytes:
    """The 512 bytes before a member."""
    text = name.encode().ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"%011o\0%011o\0" % (size, mtime)
    total = sum(text) + 8 * ord(" ") + ord("0")  # the sum's own place counts as spaces
    return (text + b"%06o\0 0" % total).ljust(BLOCK, b"\0")


def records(raw: Source) -> Iterator[Record]:
    """Every member in order. Raises Malformed where the file is no archive, or not a whole one."""
    if not len(raw):
        raise Malformed("archive", "an empty file", "a Belenios archive (.bel)")
    if len(raw) < BLOCK or raw[: len("BELENIOS") + 1] != b"BELENIOS\0":
        raise Malformed("archive", "a file of another kind", "a Belenios archive (.bel)")
    position, number = 0, 1
    while position < len(raw):
        record = _record(raw, position, number)
        position = record.start + len(record.content) + -len(record.content) % BLOCK
        number += 1
        yield record


def _record(raw: Source, position: int, number: int) -> Record:
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
    start, filling = position + BLOCK, -size % BLOCK
    if start + size + filling > len(raw):
        raise Malformed(where, "a truncated archive", "whole records: the download was cut short")
    whole = raw[start : start + size + filling]
    if any(whole[size:]):
        raise Malformed(where, "bytes after the content", "zeros up to the next record")
    if number > 1 and not _NAME.fullmatch(name):
        raise Malformed(where, f"the name {name[:80]!r}", "a hash and .data.json or .event.json")
    content = whole[:size]
    return Record(number, name, content, start, mtime, sha256(content).hexdigest())
