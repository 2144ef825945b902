"""Where an address votes and which neighbourhood it is of: the reads. `boundaries` writes what they read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from beffroi.apps.roll.models import AddressPoint, Neighbourhood, Station, StreetRule
from beffroi.apps.roll.streets import Written, street_key, written

EXACT, STREET = "exact", "street"
MOST_STREETS = 12


@dataclass(frozen=True)
class Place:
    """`certainty`: EXACT when a rule holds for this number, STREET when no number was needed or given."""

    station: Station
    neighbourhood: Neighbourhood
    certainty: str


@dataclass(frozen=True)
class Street:
    """A street with its parts, in the order of their numbers."""

    key: str
    name: str
    parts: tuple[StreetRule, ...]


def in_force(day: date) -> QuerySet[StreetRule]:
    """The rules of that day, with their stations and neighbourhoods."""
    rules = StreetRule.objects.filter(Q(until=None) | Q(until__gt=day), since__lte=day)
    return rules.select_related("station__neighbourhood")


def find(text: str, day: date) -> Place | None:
    """The polling station of an address; None when the street is unknown, or its number is needed and not there."""
    asked = written(text)
    return among(in_force(day).filter(street_key=asked.street_key), asked)


def among(rules: Iterable[StreetRule], asked: Written) -> Place | None:
    """`find`, among the rules of that street."""
    held = list(rules)
    if asked.number:
        fitting = [rule for rule in held if covers(rule, asked.number)]
        return _place(fitting[0], EXACT) if fitting else None
    # Without a number the street tells only when all of it, from the first house to the last, is of one station.
    if held and len({rule.station_id for rule in held}) == 1 and any(_is_whole(rule) for rule in held):
        return _place(held[0], STREET)
    return None


def covers(rule: StreetRule, number: int) -> bool:
    """Whether the rule holds for that number."""
    side = {"both": True, "even": number % 2 == 0, "odd": number % 2 == 1}[rule.side]
    return side and rule.first <= number <= rule.last


def _is_whole(rule: StreetRule) -> bool:
    return rule.side == StreetRule.Side.BOTH and rule.first == 0 and rule.last == 99999


def _place(rule: StreetRule, certainty: str) -> Place:
    return Place(rule.station, rule.station.neighbourhood, certainty)


def by_street(rules: Iterable[StreetRule]) -> Mapping[str, list[StreetRule]]:
    """The rules of each street."""
    parts: dict[str, list[StreetRule]] = defaultdict(list)
    for rule in rules:
        parts[rule.street_key].append(rule)
    return parts


def streets(rules: Iterable[StreetRule]) -> list[Street]:
    """The streets of some rules, by name."""
    return [Street(key, parts[0].street, tuple(parts)) for key, parts in sorted(by_street(rules).items())]


def search(text: str, day: date) -> list[Street]:
    """Streets by what somebody types: those that begin so first, then those that hold it. A number is passed over."""
    wanted = written(text).street_key or street_key(text)
    if len(wanted) < 2:
        return []
    found = streets(in_force(day).filter(street_key__contains=wanted).order_by("street_key", "first", "side"))
    found.sort(key=lambda street: (not street.key.startswith(wanted), f" {wanted}" not in street.key, street.key))
    return found[:MOST_STREETS]


def of_neighbourhood(neighbourhood: Neighbourhood, day: date) -> list[Street]:
    """The streets that are, in whole or in part, of a neighbourhood: its own parts only."""
    rules = in_force(day).filter(station__neighbourhood=neighbourhood)
    return streets(rules.order_by("street_key", "first", "side"))


@dataclass(frozen=True)
class Coverage:
    """How many addresses have a station, and the streets whose addresses have none, with how many."""

    points: int
    covered: int
    missing: tuple[tuple[str, int], ...]
    unused: tuple[str, ...]  # streets of the rules that have no address

    @property
    def left(self) -> int:
        return self.points - self.covered


def coverage(day: date) -> Coverage:
    """Compares the addresses with the rules of that day."""
    rules = by_street(in_force(day))
    missing: dict[str, int] = defaultdict(int)
    points, seen = 0, set()
    for key, name, number in AddressPoint.objects.values_list("street_key", "street", "number"):
        points += 1
        seen.add(key)
        if among(rules.get(key, ()), Written(number, "", key)) is None:
            missing[name] += 1
    unused = sorted(parts[0].street for key, parts in rules.items() if points and key not in seen)
    return Coverage(points, points - sum(missing.values()), tuple(sorted(missing.items())), tuple(unused))
