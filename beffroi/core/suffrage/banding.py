"""Counts by place that give nobody away: bands, and nothing at all when bands would not be enough (spec, 7).

Each count is published as the band of `step` numbers in which it lies: 37 is "30 to 39". The total is public and exact,
so what the bands leave out of it, the rest, is known too. It is the sum of each place's distance from the foot of its
band. Each distance lies between 0 and step - 1. When the rest lies between step - 1 and (step - 1)(places - 1), each
place can still have any distance, whatever the others have: its count can be any number of its band. Otherwise some
count could be narrowed down, and no place is published. Whether the table is published depends on the rest alone, so
that even its absence tells no place apart.
"""

from collections.abc import Mapping

from beffroi.core.errors import Malformed


def banded(counts: Mapping[str, int], step: int) -> dict[str, int] | None:
    """The foot of each place's band, in the given order; None when the bands would give a count away.

    `step` is 2 or more: the width of a band. `Malformed` for a negative count or a smaller step.
    """
    if step < 2:
        raise Malformed("step", str(step), "2 or more")
    if any(count < 0 for count in counts.values()):
        raise Malformed("counts", str(min(counts.values())), "0 or more")
    feet = {place: count - count % step for place, count in counts.items()}
    rest = sum(counts.values()) - sum(feet.values())
    return feet if step - 1 <= rest <= (step - 1) * (len(counts) - 1) else None
