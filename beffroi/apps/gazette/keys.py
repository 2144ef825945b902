"""The log's key: one file that only the server reads, and its public half in a file beside it."""

import os
import tempfile
from pathlib import Path

from django.conf import settings

from beffroi.core.journal.note import LogKey
from beffroi.web import pack

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "testserver", "*", ""})


def origin() -> str:
    """The name of the log: the site's host, or the pack's code on a machine that has no public name yet."""
    named = [host.lstrip(".") for host in settings.ALLOWED_HOSTS if host not in LOCAL_HOSTS]
    return f"{named[0] if named else pack.current().code}/journal"


def make() -> LogKey:
    """Makes and stores a new key. `FileExistsError` when there is one: a key is never overwritten."""
    key = LogKey.generate(origin())
    # Written aside and then given its name: another process sees the whole file or none.
    written = _aside(f"{key.private_text()}\n")
    try:
        os.link(written, settings.HOME / "log.key")
    finally:
        written.unlink()
    publish_half(key)
    return key


def publish_half(key: LogKey) -> None:
    """Writes the public half beside the key, if it is not there."""
    there = settings.HOME / "log.vkey"
    if not there.exists():
        _aside(f"{key.vkey}\n").replace(there)


def _aside(text: str) -> Path:
    descriptor, name = tempfile.mkstemp(prefix="log.", dir=settings.HOME)  # readable by its owner only
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def read() -> LogKey | None:
    """The key of this server, or None when it has none."""
    try:
        return LogKey.from_private_text((settings.HOME / "log.key").read_text())
    except FileNotFoundError:
        return None


def vkey() -> str:
    """The published half of the key, empty before the key is made."""
    try:
        return (settings.HOME / "log.vkey").read_text().strip()
    except FileNotFoundError:
        return ""
