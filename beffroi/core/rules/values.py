"""A parameter of the rule book: what it is, its unit, its dated values, each with a source (docs/specs/pack.md, 2)."""

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from beffroi.core.errors import Malformed, Refused

# Unit -> what a value of it looks like, in words: the words are what an error message shows.
UNITS: Final = MappingProxyType(
    {
        "persons": "a whole number, 0 or more, without quotes",
        "ballots": "a whole number, 0 or more, without quotes",
        "seats": "a whole number, 0 or more, without quotes",
        "minutes": "a whole number, 0 or more, without quotes",
        "days": "a whole number, 0 or more, without quotes",
        "months": "a whole number, 0 or more, without quotes",
        "years": "a whole number, 0 or more, without quotes",
        "share": 'text between 0 and 1, such as "5 %", "19.6 %" or "1/2"',
        "choice": "one of the texts listed in choices",
        "date": "a date without quotes, such as 2026-03-22",
    }
)

_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,9}))? %", re.ASCII)
_QUOTIENT = re.compile(r"([0-9]{1,9})/([1-9][0-9]{0,8})", re.ASCII)


def parse_share(text: str) -> Fraction:
    """The exact share that a text names: "5 %" is 1/20, "19.6 %" is 49/250, "1/2" is 1/2.

    Raises `ValueError` when the text is neither, or is above 1: a share of a whole is never more than the whole.
    """
    if percent := _PERCENT.fullmatch(text):
        whole, decimals = percent[1], percent[2] or ""
        share = Fraction(int(whole + decimals), 100 * 10 ** len(decimals))
    elif quotient := _QUOTIENT.fullmatch(text):
        share = Fraction(int(quotient[1]), int(quotient[2]))
    else:
        raise ValueError(text)
    if share > 1:
        raise ValueError(text)
    return share


@dataclass(frozen=True)
class DatedValue:
    """A value that holds from the day `since` to the day before `until` (None: no end known), and who says so.

    `value` is a number, or the exact text of a share ("5 %"), a choice or a date (ISO 8601). `proposed` marks a value
    that the commune has not decided yet: pages say so.
    """

    value: str | int
    since: date
    until: date | None
    source: str
    url: str = ""
    note: str = ""
    proposed: bool = False

    def holds_on(self, day: date) -> bool:
        """Whether the value is in force on `day`."""
        return self.since <= day and (self.until is None or day < self.until)

    @property
    def share(self) -> Fraction:
        """The value as an exact share. Raises `ValueError` when it is not a share."""
        return parse_share(str(self.value))


@dataclass(frozen=True)
class Parameter:
    """One place of the rule book. `label` is by language (fr, en); `values` are in the order of their dates."""

    path: str
    label: dict[str, str]
    unit: str
    values: tuple[DatedValue, ...]

    def at(self, day: date) -> DatedValue:
        """The value in force on `day`. `Refused("rules.no_value")` when there is none: a rule is never guessed."""
        for value in self.values:
            if value.holds_on(day):
                return value
        raise Refused("rules.no_value", f"{self.path} on {day.isoformat()}")

    def share(self, day: date) -> Fraction:
        """The share in force on `day`. `Malformed` when this parameter is not a share."""
        if self.unit != "share":
            raise Malformed(self.path, f"unit {self.unit}", "a parameter of unit share")
        return self.at(day).share

    def number(self, day: date) -> int:
        """The whole number in force on `day`. `Malformed` when this parameter is not counted in whole units."""
        value = self.at(day).value
        if not isinstance(value, int):
            raise Malformed(self.path, f"unit {self.unit}", "a parameter counted in whole units")
        return value
