"""The source of the running version, as one archive: every page links to it (AGPL, section 13)."""

import gzip
import io
import tarfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from django.conf import settings

#: What a checkout holds that is source; an installed server may have fewer of them.
PARTS = (
    *("LICENSE", "README.md", "README.fr.md", "CHANGELOG.md", "THIRD-PARTY.md", "pyproject.toml", "manage.py"),
    *(".ci", "beffroi", "docs", "packs", "requirements", "script", "tests"),
)
NOT_SOURCE = {"__pycache__", "node_modules"}
HIDDEN_SOURCE = {".ci", ".npmrc"}


def files(root: Path) -> Iterator[Path]:
    """The files of the source under `root`, in the order of their names. Links and hidden files are no part of it."""
    for part in PARTS:
        for path in sorted((root / part).rglob("*")) if (root / part).is_dir() else [root / part]:
            names = path.relative_to(root).parts
            if (
                path.is_file()
                and not path.is_symlink()
                and not any(n in NOT_SOURCE or n.startswith(".") for n in names)
            ):
                yield path


@lru_cache(maxsize=1)
def archive() -> bytes:
    """The archive, made once by each process. The same files give the same bytes."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in files(settings.ROOT):
            info = tarfile.TarInfo(f"beffroi/{path.relative_to(settings.ROOT).as_posix()}")
            content = path.read_bytes()
            info.size, info.mode = len(content), 0o755 if path.stat().st_mode & 0o100 else 0o644
            tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()
