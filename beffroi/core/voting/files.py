"""The few ways in which the voting verbs touch the disk: whole or not at all, never over something else.

Secrets are readable by their owner only, from their first byte. A command that is killed leaves at most a `.part`,
which the same command, typed again, writes anew.
"""

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from beffroi.core.errors import Refused

PUBLIC, SECRET = 0o644, 0o600
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}  # a USB stick in FAT


def write_new(path: Path, content: bytes, mode: int = PUBLIC) -> None:
    """Write a file that must not exist yet. Raises Refused "file.exists", or "file.busy" while another writes it."""
    with _part(path, content, mode) as part:
        try:
            os.link(part, path)
        except FileExistsError as error:
            os.unlink(part)
            raise _exists(path) from error
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if path.exists():
                raise _exists(path) from error
            os.replace(part, path)
        else:
            os.unlink(part)
    sync_folder(path.parent)


def _exists(path: Path) -> Refused:
    return Refused("file.exists", f"{path} is there already and is not overwritten")


def replace(path: Path, content: bytes, mode: int = PUBLIC) -> None:
    """Put the content in the place of what the file held; a reader sees the one or the other."""
    with _part(path, content, mode) as part:
        os.replace(part, path)
    sync_folder(path.parent)


def keep(path: Path, make: Callable[[], bytes], mode: int = PUBLIC) -> bytes:
    """The file's content, made now if there is none: whole or not at all, so that a step taken again continues."""
    part = path.with_name(path.name + ".part")
    if not path.exists():
        write_new(path, make(), mode)
    elif part.exists() and part.samefile(path):  # killed when its file had both names
        part.unlink()
    return path.read_bytes()


def keep_same(path: Path, content: bytes, mode: int = PUBLIC) -> None:
    """The file holds this content, written now if it is not there. Raises Refused "file.other" when it holds other."""
    if keep(path, lambda: content, mode) != content:
        raise Refused("file.other", f"{path} is there already with another content, and is not overwritten")


def read_all(path: Path) -> list[bytes]:
    """The content of a file; or, of a folder, that of each of its .json files in the order of their names."""
    return [one.read_bytes() for one in (sorted(path.glob("*.json")) if path.is_dir() else [path])]


def make_folder(path: Path, mode: int = 0o700) -> None:
    """The folder, made with its parents when it is not there."""
    path.mkdir(mode=mode, parents=True, exist_ok=True)


def put(handle: int, content: bytes) -> None:
    """All of the content at the handle's place, and on the disk when this returns."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]
    os.fsync(handle)


def sync_folder(path: Path) -> None:
    """What the folder names is on the disk too: a name can be lost when the power fails, beside a file that is not."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _part(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """The content in `path.part`, which nobody else writes or names otherwise until this ends."""
    part = path.with_name(path.name + ".part")
    handle = _open_part(part, mode)
    try:
        if not _locked(handle, part):
            raise Refused("file.busy", f"another command is writing {path}: wait until it has ended")
        if mode == SECRET:
            os.fchmod(handle, mode)  # of a command that was killed, perhaps another one
        os.ftruncate(handle, 0)
        put(handle, content)
        yield part
    finally:
        os.close(handle)


def _open_part(part: Path, mode: int) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW
    handle = os.open(part, flags, mode)
    if os.fstat(handle).st_nlink > 1:  # a command was killed when its file had both names: that file is whole
        os.close(handle)
        os.unlink(part)
        handle = os.open(part, flags, mode)
    return handle


def _locked(handle: int, path: Path) -> bool:
    """Whether the lock is ours, and the file still the one that this path alone names."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = os.fstat(handle)
        return found.st_ino == os.stat(path).st_ino and found.st_nlink == 1
    except (BlockingIOError, FileNotFoundError):
        return False


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
