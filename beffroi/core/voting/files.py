"""The few ways in which the voting verbs touch the disk: never overwrite, and secrets readable by their owner only."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Self

from beffroi.core.errors import Refused

PUBLIC, SECRET = 0o644, 0o600


def write_new(path: Path, content: bytes, mode: int = PUBLIC) -> None:
    """Write a file that must not exist yet, with its final permissions from the first byte. Raises Refused."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise Refused("file.exists", f"{path} is there already and is not overwritten") from error
    with os.fdopen(handle, "wb") as out:
        out.write(content)


def keep(path: Path, make: Callable[[], bytes], mode: int = PUBLIC) -> bytes:
    """The file's content, made now if there is none: whole or not at all, so that a step taken again continues."""
    if not path.exists():
        part = path.with_name(path.name + ".part")
        part.unlink(missing_ok=True)  # of a step that was interrupted
        write_new(part, make(), mode)
        part.rename(path)
    return path.read_bytes()


def make_folder(path: Path, mode: int = 0o700) -> None:
    """The folder, made with its parents when it is not there."""
    path.mkdir(mode=mode, parents=True, exist_ok=True)


class OnDisk:
    """A file as bytes that are read when they are asked for, in order most of the time: never all of it in memory."""

    _WINDOW = 1 << 20

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._size = os.fstat(self._file.fileno()).st_size
        self._start, self._window = 0, b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice, /) -> bytes:
        start, end, _ = part.indices(self._size)
        first = start - self._start
        if first < 0 or end > self._start + len(self._window):
            self._start, first = start, 0
            self._window = os.pread(self._file.fileno(), max(end - start, self._WINDOW), start)
        return self._window[first : first + end - start]
