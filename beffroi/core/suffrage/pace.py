"""At which day a count reaches a number, if its pace holds (docs/specs/suffrage.md, 6). Whole numbers and fractions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import Final

from beffroi.core.errors import Malformed

#: How many whole days make a pace, and how few signatures within them say nothing.
WINDOW: Final = 14
LEAST_DAYS: Final = 7
LEAST_SIGNATURES: Final = 10
#: Beyond this many days an estimate is a fancy.
FARTHEST: Final = 366


@dataclass(frozen=True)
class Pace:
    """`signatures` in the last `days` whole days: what an estimate rests on."""

    signatures: int
    days: int

    @property
    def a_day(self) -> Fraction:
        """Signatures a day, exactly."""
        return Fraction(self.signatures, self.days)


def pace(per_day: Sequence[int]) -> Pace | None:
    """The pace of the last 14 whole days, or of all when there are fewer.

    `per_day`: signatures of each whole day, oldest first, none left out. None when there are fewer than 7 days, or
    fewer than 10 signatures within them: an estimate from so little would be a rumour.
    """
    if any(number < 0 for number in per_day):
        raise Malformed("per_day", str(min(per_day)), "0 or more signatures a day")
    last = per_day[-WINDOW:]
    total = sum(last)
    return Pace(total, len(last)) if len(last) >= LEAST_DAYS and total >= LEAST_SIGNATURES else None


def reached_on(pace: Pace, missing: int, from_day: date) -> date | None:
    """The day on which `missing` more signatures are there, counted from `from_day`, if the pace holds.

    `from_day` itself when nothing is missing. None when that is more than a year ahead.
    """
    days = ceil(max(missing, 0) / pace.a_day)
    return from_day + timedelta(days=days) if days <= FARTHEST else None
