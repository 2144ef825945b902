"""Builds the verifier in one file: python3 script/lib/pyz.py FILE.pyz (script/verify --build FILE.pyz calls it).

The file is a zip that Python runs: beffroi/core/bare.py, the modules that it imports, and nothing else. Whoever has the
same source gets the same bytes: names sorted, one date, no compression (whose output depends on zlib's version).
"""

import ast
import io
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENTRY = "beffroi.core.bare"
SHEBANG = b"#!/usr/bin/env -S python3 -I -S\n"  # isolated: no installed package, no variable, no user's folder
MAIN = b'''"""Beffroi's verifier in one file: see docs/specs/voting.md, 11, in Beffroi's source."""

import sys

if sys.version_info < (3, 11):
    sys.exit("Python 3.11 or later is needed.")

from beffroi.core.bare import main

if __name__ == "__main__":
    sys.exit(main())
'''
NO_NACL = b'''"""Stands before an installed PyNaCl, so that this file trusts no package."""

raise ImportError("the verifier in one file uses the standard library alone")
'''


def file_of(module: str) -> Path | None:
    """The file of a module of the source; None when it is none (a name imported from a module)."""
    plain = ROOT.joinpath(*module.split("."))
    return next((path for path in (plain.with_suffix(".py"), plain / "__init__.py") if path.is_file()), None)


def imported_by(source: bytes) -> set[str]:
    """The modules of ours that a source names, with the packages that hold them."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    ours = [name.split(".") for name in names if name.split(".")[0] == "beffroi"]
    return {".".join(parts[:n]) for parts in ours for n in range(1, len(parts) + 1)}


def contents() -> dict[str, bytes]:
    """Name and bytes of each member."""
    found: dict[str, bytes] = {"__main__.py": MAIN, "nacl.py": NO_NACL, "LICENSE": (ROOT / "LICENSE").read_bytes()}
    waiting, seen = {ENTRY}, set[str]()
    while waiting:
        module = waiting.pop()
        seen.add(module)
        path = file_of(module)
        if path is not None:
            source = path.read_bytes()
            found[path.relative_to(ROOT).as_posix()] = source
            waiting |= imported_by(source) - seen
    return found


def build() -> bytes:
    """The whole file."""
    buffer = io.BytesIO()
    buffer.write(SHEBANG)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_STORED) as made:
        for name, content in sorted(contents().items()):
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.create_system, member.external_attr = 3, 0o100644 << 16  # as on Unix, wherever it is built
            made.writestr(member, content)
    return buffer.getvalue()


def main() -> None:
    """Writes the file and prints its SHA-256, by which two builders compare."""
    if len(sys.argv) != 2:
        sys.exit("python3 script/lib/pyz.py FILE.pyz")
    made, path = build(), Path(sys.argv[1])
    path.write_bytes(made)
    path.chmod(0o755)
    print(f"{sha256(made).hexdigest()}  {path}")


if __name__ == "__main__":
    main()
