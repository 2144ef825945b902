"""How a petition goes on: each day, each neighbourhood, when the next threshold would be reached. Read, not counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from django.utils.timezone import localdate

from beffroi.apps.petitions.models import Figures, Petition
from beffroi.core import suffrage
from beffroi.web.tower import Ladder

#: More days than this are told by the week in the table; the picture keeps the days.
MOST_DAYS = 31
HEIGHT = 100


@dataclass(frozen=True)
class Place:
    """A neighbourhood: from `low` to `high` signatures; `share` is its part of the widest bar."""

    name: str
    low: int
    high: int
    share: Fraction


@dataclass(frozen=True)
class Span:
    """Some days in a row, and their signatures."""

    first: date
    last: date
    signatures: int


@dataclass(frozen=True)
class Estimate:
    """If the pace holds. `on` is None when the petition closes before, or when it is more than a year away."""

    pace: suffrage.Pace
    needed: int
    on: date | None

    @property
    def a_day(self) -> int:
        """Rounded, 1 at least: a pace is only told when there is one."""
        return max(1, round(self.pace.a_day))


@dataclass(frozen=True)
class Progress:
    """What the page shows. `places` is None when showing them would give a neighbourhood away."""

    until: date  # the last whole day
    days: tuple[tuple[date, int], ...]
    spans: tuple[Span, ...]
    places: tuple[Place, ...] | None
    step: int
    estimate: Estimate | None

    @property
    def most(self) -> tuple[date, int]:
        """The busiest day."""
        return max(self.days, key=lambda day: day[1])

    @property
    def box(self) -> str:
        """The picture's box: ten units a day."""
        return f"0 0 {10 * len(self.days)} {HEIGHT}"

    @property
    def bars(self) -> str:
        """The picture's path: a bar a day, the busiest as high as the box."""
        most = max(self.most[1], 1)
        drawn = ((n, -(-HEIGHT * number // most)) for n, (_, number) in enumerate(self.days) if number)
        return "".join(f"M{10 * n + 1} {HEIGHT - high}h8v{high}h-8z" for n, high in drawn)


def of(petition: Petition, ladder: Ladder, today: date) -> Progress | None:
    """None before the first whole day."""
    found = Figures.objects.filter(petition=petition).first()
    if found is None:
        return None
    days = tuple((date.fromisoformat(day), number) for day, number in found.days)
    return Progress(
        until=found.on - timedelta(days=1),
        days=days,
        spans=tuple(_spans(days)),
        places=_places(found),
        step=found.step,
        estimate=_estimate(petition, ladder, [number for _, number in days], today),
    )


def _spans(days: tuple[tuple[date, int], ...]) -> Iterable[Span]:
    length = 1 if len(days) <= MOST_DAYS else 7
    for start in range(0, len(days), length):
        part = days[start : start + length]
        yield Span(part[0][0], part[-1][0], sum(number for _, number in part))


def _places(found: Figures) -> tuple[Place, ...] | None:
    if found.places is None:
        return None
    widest = max(low for _, low in found.places) + found.step - 1
    return tuple(
        Place(name, low, low + found.step - 1, Fraction(low + found.step - 1, widest)) for name, low in found.places
    )


def _estimate(petition: Petition, ladder: Ladder, per_day: list[int], today: date) -> Estimate | None:
    next_one, pace = ladder.next_level, suffrage.pace(per_day)
    closes = petition.closes_at and localdate(petition.closes_at)
    if petition.state != Petition.State.OPEN or next_one is None or pace is None or not ladder.missing or not closes:
        return None
    on = suffrage.reached_on(pace, ladder.missing, today)
    return Estimate(pace, next_one.at, on if on is not None and on <= closes else None)
