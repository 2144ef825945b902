"""Files that people hand in: what is taken, and where it lies until a rule removes it.

A picture is decoded and written anew, so that neither the place where it was taken nor anything hidden behind its last
byte is kept. A PDF is kept as it is, and refused when it could act on whoever opens it. A file is on the disk before
the row that names it is written: a crash leaves a file without a row (`sweep`), never a row without its file.
"""

import hashlib
import io
import os
import re
import secrets
import threading
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files.base import File
from PIL import Image, ImageOps

from beffroi.core.errors import Refused

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_PIXELS: Final = 25_000_000  # a telephone's picture; a small file can hold a huge empty one
#: A picture that is decoded takes some 100 MB: several at once would fill a small server.
_DECODING: Final = threading.Semaphore(1)
LONGEST_SIDE: Final = 3000  # pixels; a page at 250 dots an inch
PDF, JPEG, PNG, CSV = "application/pdf", "image/jpeg", "image/png", "text/csv"
#: A table (CSV) is never taken by `read`: whoever expects one reads it with rules of her own, and may keep it here.
EXTENSIONS: Final = {PDF: "pdf", JPEG: "jpg", PNG: "png", CSV: "csv"}
#: What makes a PDF act by itself (ISO 32000-1, 12.6 and 7.11.4), in its plain spelling; viewers guard their users too.
_ACTIVE: Final = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")
_NAME: Final = re.compile(r"[0-9a-f]{32}\.(pdf|jpg|png|csv)")


@dataclass(frozen=True)
class Upload:
    """A file that was taken. `media_type` was read in its bytes, never in its name."""

    content: bytes
    media_type: str

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def read(file: "File[bytes]", most_bytes: int = MOST_BYTES) -> Upload:
    """Takes a PDF, a JPEG or a PNG. `Refused`: uploads.empty, uploads.too_large, uploads.kind, uploads.active."""
    if (file.size or 0) > most_bytes:
        raise Refused("uploads.too_large")
    content = file.read(most_bytes + 1)
    if not content:
        raise Refused("uploads.empty")
    if len(content) > most_bytes:
        raise Refused("uploads.too_large")
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]:
        if _ACTIVE.search(content):
            raise Refused("uploads.active")
        return Upload(content, PDF)
    return _picture(content)


def _picture(content: bytes) -> Upload:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise Refused("uploads.too_large")
                kind = picture.format or ""
                clean = _redrawn(picture, "RGB" if kind == "JPEG" else "RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("uploads.too_large") from None
    except (OSError, SyntaxError, ValueError):  # neither picture, cut short or damaged: Pillow's three ways to say so
        raise Refused("uploads.kind") from None
    out = io.BytesIO()
    if kind == "JPEG":
        clean.save(out, "JPEG", quality=85)
    else:
        clean.save(out, "PNG")
    return Upload(out.getvalue(), JPEG if kind == "JPEG" else PNG)


def _redrawn(picture: Image.Image, mode: str) -> Image.Image:
    """The pixels, upright and no larger than a page, and nothing that came with them. One picture at a time."""
    with _DECODING:
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # of a JPEG: read at a half, a quarter... at once
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(picture).convert(mode)
        clean = Image.new(mode, upright.size)
        clean.paste(upright)
    return clean


def keep(room: str, upload: Upload) -> str:
    """Writes the file to the disk and returns its name, drawn by chance. Call it before the row is written."""
    folder = _folder(room)
    name = f"{secrets.token_hex(16)}.{EXTENSIONS[upload.media_type]}"
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(upload.content)
        file.flush()
        os.fsync(file.fileno())
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return name


def load(room: str, name: str) -> Upload:
    """The file of that name. `FileNotFoundError` when a rule has removed it."""
    kinds = {extension: media_type for media_type, extension in EXTENSIONS.items()}
    return Upload(_path(room, name).read_bytes(), kinds[name.rpartition(".")[2]])


def remove(room: str, name: str) -> None:
    """Removes the file; nothing happens when it is gone already."""
    _path(room, name).unlink(missing_ok=True)


def sweep(room: str, named: Collection[str], before: datetime) -> int:
    """Removes the files that no row names and that are older than `before`: what crashes left. How many."""
    unnamed = (path for path in _folder(room).iterdir() if path.name not in named)
    lost = [path for path in unnamed if path.stat().st_mtime < before.timestamp()]
    for path in lost:
        path.unlink(missing_ok=True)
    return len(lost)


def _folder(room: str) -> Path:
    assert re.fullmatch(r"[a-z_]+", room), room
    folder = Path(settings.HOME) / "uploads" / room
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _path(room: str, name: str) -> Path:
    assert _NAME.fullmatch(name), "a name that keep() gave"
    return _folder(room) / name
