"""What every verifier returns: the list of its steps, each with the objects at fault. Never a bare bool."""

from collections.abc import Iterable
from dataclasses import dataclass


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
