"""Keeps the tests at home: only loopback may be reached, and nothing is read beside the repository.

An audit hook sees every `open`, `listdir`, `connect` and name look-up made by Python, whichever library asks. It does
not see what another program or a C library does by itself (libpq, a server that a test starts); the browser has a guard
of its own in tests/browser.py.

"Beside the repository" means in its parent folder, where a checkout of something else could lie and be read by mistake.
The system, Python's own folders, hidden folders (caches) and the temporary folder are left alone: a rule that names
them all would depend on the machine.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PARENT = str(ROOT.parent)
TEMPORARY = os.path.realpath(tempfile.gettempdir())
OWN = tuple(
    os.path.join(os.path.realpath(folder), "") for folder in (ROOT, sys.prefix, sys.base_prefix, sys.exec_prefix)
)
READS = {"open", "os.listdir", "os.scandir", "sqlite3.connect"}
LOOPBACK = ("127.", "::1", "localhost")


class _State:
    on = False


def outside(path: str) -> bool:
    """Whether a path lies beside the repository. Directly under / or the temporary folder nothing counts as beside."""
    if PARENT in {os.sep, TEMPORARY}:
        return False
    absolute = os.path.realpath(path)
    if not absolute.startswith(PARENT + os.sep) or any((absolute + os.sep).startswith(own) for own in OWN):
        return False
    return not absolute[len(PARENT) + 1 :].startswith(".")


def abroad(host: str | bytes | None) -> bool:
    """Whether a host is another machine. No host at all means this one."""
    name = host.decode() if isinstance(host, bytes) else host or "localhost"
    return not name.startswith(LOOPBACK)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if not _State.on:
        return
    # pytest.fail raises a BaseException: no `except OSError` of the product can hide it.
    if event in READS:
        path = arguments[0]
        if isinstance(path, str | bytes | os.PathLike) and outside(os.fsdecode(path)):
            pytest.fail(f"a test reads outside the repository: {os.fsdecode(path)}")
    elif event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and abroad(address[0]):
            pytest.fail(f"a test reaches another machine: {address[0]}")
    elif event == "socket.getaddrinfo" and abroad(arguments[0]):
        pytest.fail(f"a test asks for the address of another machine: {arguments[0]}")


def install() -> None:
    """Once for a process: an audit hook cannot be taken away, only switched."""
    sys.addaudithook(_watch)


def switch(on: bool) -> None:
    """On during tests, off while pytest itself collects."""
    _State.on = on
