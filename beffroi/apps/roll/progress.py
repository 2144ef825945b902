"""How far the worker is with an import. A small file, because rows written inside its transaction cannot be seen."""

import os
from pathlib import Path

from django.conf import settings

STAGES = ("reading", "comparing", "writing")


def _path() -> Path:
    return Path(settings.HOME) / "roll-progress"


def report(stage: str, done: int, total: int) -> None:
    """Says how far it is: numbers only. Readers see the old line or the new one, never a half."""
    half = _path().with_suffix(".new")
    half.write_text(f"{stage} {done} {total}")
    os.replace(half, _path())


def current() -> tuple[str, int, int]:
    """Stage, done, total; ("", 0, 0) when the worker has not begun."""
    try:
        stage, done, total = _path().read_text().split()
        return stage, int(done), int(total)
    except (FileNotFoundError, ValueError):  # not begun; or a line that a dying disk has cut
        return "", 0, 0


def clear() -> None:
    """Nothing is under way."""
    _path().unlink(missing_ok=True)
