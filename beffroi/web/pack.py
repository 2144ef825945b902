"""The pack of this instance, read once by each process."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language

from beffroi.core.rules import Pack, read_pack


@lru_cache(maxsize=4)
def _read(root: Path) -> Pack:
    return read_pack(root)


def current() -> Pack:
    """The pack that BEFFROI_PACK names. `Malformed` when it does not read: no server without its rules."""
    return _read(Path(settings.PACK))


def in_words(texts: dict[str, str]) -> str:
    """A text of the pack in the reader's language, French when the pack has no other."""
    return texts.get((get_language() or "fr")[:2], texts["fr"])


def by_association() -> bool:
    """Whether an association organises: it builds its own roll, knows no electors, and nothing has effect by law."""
    return current().kind == "association"
