"""Verifies many archives in one process, each thing that they have in common once: for the tests of the mutants.

Most mutants change one ballot or one number of a small archive; the verdict on the others is remembered. Only pure
functions are, by all their arguments. Run as a program (`python -I -S remember.py VERIFY.pyz`) it takes the verifier in
one file, reads paths of archives, one a line, and answers each with a line of JSON: `steps` of it.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any


def remembering(function: Callable[..., Any], most: int) -> Callable[..., Any]:
    """The same function, which raises again what it raised before; of the first `most` calls."""
    known: dict[tuple[Any, ...], tuple[bool, Any]] = {}

    def again(*given: Any) -> Any:
        right, found = known.get(given) or called(*given)
        if len(known) < most:
            known[given] = right, found
        if not right:
            raise found.with_traceback(None)  # which would grow, and keep every archive that it was raised for
        return found

    def called(*given: Any) -> tuple[bool, Any]:
        try:
            return True, function(*given)
        except (ValueError, Refused) as error:
            return False, error

    return again


class Refused(Exception):
    """Stands for the core's own until `remembered` has found that."""


def remembered(most: int = 1_000_000) -> list[tuple[ModuleType, str, Callable[..., Any]]]:
    """Module, name and replacement of each function that is worth it."""
    global Refused
    from beffroi.core import errors
    from beffroi.core.voting import box, shuffle, tally, trustees

    Refused = errors.Refused  # type: ignore[misc]
    places = [
        (box, "check_one"),
        (tally, "check_partial_decryption"),
        (trustees, "check_trustees"),
        (shuffle, "check_shuffle"),
    ]
    return [(module, name, remembering(getattr(module, name), most)) for module, name in places]


def steps(raw: bytes) -> list[list[Any]]:
    """Code, outcome, count and faults of each step."""
    from beffroi.core.voting.verify import verify

    return [[step.code, step.passed, step.count, list(step.faults)] for step in verify(raw, processes=1)]


def main() -> None:
    """See above."""
    sys.path.insert(0, sys.argv[1])
    for module, name, replacement in remembered():
        setattr(module, name, replacement)
    for line in sys.stdin:
        print(json.dumps(steps(Path(line.rstrip("\n")).read_bytes())), flush=True)


if __name__ == "__main__":
    main()
