"""What every verifier returns: the list of its steps, each with the objects at fault. Never a bare bool."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

WORDS: Final = {True: "passed", False: "FAILED", None: "NOT RUN"}
_SHOWN_FAULTS: Final = 20


@dataclass(frozen=True)
class Step:
    """One check. `passed` is None when it could not run because an earlier step failed.

    `code` is stable ("ballots.proofs"), `title` an English sentence (a msgid for the pages), `count` the number of
    objects checked, `faults` one line for each object at fault.
    """

    code: str
    title: str
    passed: bool | None
    count: int = 0
    faults: tuple[str, ...] = ()


def accepted(steps: Iterable[Step]) -> bool:
    """True when there is at least one step and every step ran and passed."""
    listed = list(steps)
    return bool(listed) and all(step.passed is True for step in listed)


def fault_lines(steps: Iterable[Step], *, numbered: bool) -> list[str]:
    """What a command line prints below its steps: the objects at fault, each after its step's number or code.

    Escaped, because the file that is verified comes from a stranger.
    """
    lines: list[str] = []
    for n, step in enumerate(steps, 1):
        name = f"{n}." if numbered else f"{step.code}:"
        lines += [f"{name} {printable(fault)}" for fault in step.faults[:_SHOWN_FAULTS]]
        if len(step.faults) > _SHOWN_FAULTS:
            lines.append(f"{name} and {len(step.faults) - _SHOWN_FAULTS} more")
    return lines


def printable(text: str) -> str:
    """The text without what could steer a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
