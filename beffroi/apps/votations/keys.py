"""K, the key of the poll while the vote is open: one file a votation, in no database, log or backup.

A voter's row holds HMAC(K, public credential). Without K it says nothing; at closing K is destroyed.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from django.conf import settings

from beffroi.core.errors import Refused

SIZE = 32


def path(uuid: str) -> Path:
    """Where the key of the election `uuid` lies."""
    return Path(settings.HOME) / "keys" / f"{uuid}.key"


def make(uuid: str) -> None:
    """Makes the key, on disk before this returns. One left by a call that did not commit is replaced."""
    folder = path(uuid).parent
    folder.mkdir(mode=0o700, exist_ok=True)
    destroy(uuid)
    descriptor = os.open(path(uuid), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(SIZE))
        file.flush()
        os.fsync(file.fileno())
    _sync(folder)


def mac(uuid: str, credential: str) -> str:
    """HMAC-SHA256(K, credential), read from the file each time: a key in memory would outlive its file.

    `Refused("votations.closed")` when the key is no more.
    """
    try:
        key = path(uuid).read_bytes()
    except FileNotFoundError:
        raise Refused("votations.closed") from None
    return hmac.new(key, credential.encode(), hashlib.sha256).hexdigest()


def exists(uuid: str) -> bool:
    """Whether the server can still tell whose credential is whose."""
    return path(uuid).exists()


def destroy(uuid: str) -> None:
    """Overwrites the key, then removes it. Without a key it does nothing, so that it can be asked again."""
    try:
        descriptor = os.open(path(uuid), os.O_WRONLY)
    except FileNotFoundError:
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(SIZE))
        file.flush()
        os.fsync(file.fileno())
    path(uuid).unlink(missing_ok=True)
    _sync(path(uuid).parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
