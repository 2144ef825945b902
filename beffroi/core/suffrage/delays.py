"""Delays: months, clear days, the sitting that hears a petition (docs/specs/suffrage.md, 4)."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from beffroi.core.errors import Malformed


def add_months(day: date, months: int) -> date:
    """The same day of the month, `months` later; the month's last day where it has no such day.

    31 August and 6 months give 28 February (29 in a leap year): code de procédure civile, art. 641.
    """
    if months < 0:
        raise Malformed("months", str(months), "0 or more months")
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def clear_days_before(day: date, n: int) -> date:
    """The last day on which something may be done so that `n` clear days lie between it and `day`.

    Neither the day of the act nor `day` itself counts (CGCT art. L2121-12: five clear days before the sitting).
    """
    if n < 0:
        raise Malformed("n", str(n), "0 or more days")
    return day - timedelta(days=n + 1)


def next_sitting(verified_at: datetime, sittings: Sequence[tuple[datetime, datetime]]) -> int | None:
    """The place in `sittings` of the one that hears a petition verified at `verified_at`, None when none is planned.

    `sittings` holds pairs (convocation, beginning). It is the first to begin among those whose convocation has not
    left yet: a convocation that leaves at the very instant of the verification can no longer carry it.
    """
    later = [
        (starts_at, place)
        for place, (convocation_at, starts_at) in enumerate(sittings)
        if convocation_at > verified_at and starts_at > verified_at
    ]
    return min(later)[1] if later else None
