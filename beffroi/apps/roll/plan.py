"""What an import would do, as it is previewed, confirmed and kept: changes to persons, and doubts."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from beffroi.apps.roll.models import Person

NEW, BACK, MOVED, CHANGED, RENUMBERED, GONE = "new", "back", "moved", "changed", "renumbered", "gone"
KINDS = (NEW, BACK, MOVED, CHANGED, RENUMBERED, GONE)
HOMONYMS, TWO_LISTS, PERHAPS_RENAMED = "homonyms", "two_lists", "perhaps_renamed"
NO_STATION, EUROPEAN_ONLY = "no_station", "european_only"
Value = str | int | None


@dataclass(frozen=True)
class Change:
    """What happens to one person: the fields that change, before and after. `person` is None for somebody new."""

    kind: str
    line: int
    person: int | None
    before: dict[str, Value] = field(default_factory=dict)
    after: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Doubt:
    """Lines, and numbers of persons, for which nothing changes until somebody has said who is who."""

    reason: str
    lines: tuple[int, ...]
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decisions:
    """What a person has settled: `same` says who a line is (line to number of the roll), `new` that she is new."""

    same: Mapping[int, str] = field(default_factory=dict)
    new: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Plan:
    """All that the import would do. `electors` counts persons of the file, `listed` the register's electors now."""

    changes: tuple[Change, ...]
    doubts: tuple[Doubt, ...]
    same_line: tuple[int, ...]
    european_only: tuple[int, ...]
    partial: tuple[int, ...]
    lines: int
    electors: int
    listed: int

    def count(self, kind: str) -> int:
        """How many persons the import does `kind` to."""
        return sum(change.kind == kind for change in self.changes)

    @property
    def fingerprint(self) -> str:
        """What is confirmed: the changes and the doubts, one by one, and not the day on which they are written."""
        told = [[c.kind, c.line, c.person, c.after] for c in self.changes if c.kind != GONE]
        gone = sorted(c.person or 0 for c in self.changes if c.kind == GONE)
        doubts = [[d.reason, d.lines, d.numbers] for d in self.doubts]
        text = json.dumps([self.lines, told, gone, doubts], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def asks_for_the_number(self) -> bool:
        """More than a tenth of the register's electors would leave."""
        return 10 * self.count(GONE) > self.listed


FIELDS = (
    *("register", "last_name", "first_name", "name_key", "birth_date", "street", "neighbourhood_id", "station_id"),
    *("roll_identity", "order_number", "left_on"),
)


def fields_of(person: Person) -> dict[str, Value]:
    """The fields that an import may change, as they are compared and kept."""
    values = {name: getattr(person, name) for name in FIELDS}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}


def kind_of(after: Mapping[str, Value]) -> str:
    if "left_on" in after:
        return BACK
    if {"street", "station_id"} & after.keys():
        return MOVED
    return CHANGED if after.keys() - {"order_number", "roll_identity"} else RENUMBERED
