"""The few ways in which the voting verbs touch the disk: never overwrite, and secrets readable by their owner only."""

import os
from collections.abc import Callable
from pathlib import Path

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


def read_all(path: Path) -> list[bytes]:
    """The content of a file; or, of a folder, that of each of its .json files in the order of their names."""
    return [one.read_bytes() for one in (sorted(path.glob("*.json")) if path.is_dir() else [path])]


def make_folder(path: Path, mode: int = 0o700) -> None:
    """The folder, made with its parents when it is not there."""
    path.mkdir(mode=mode, parents=True, exist_ok=True)
