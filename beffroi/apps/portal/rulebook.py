"""The pack's values in words, for the page of rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from beffroi.core.errors import Refused
from beffroi.core.rules import DatedValue, Pack, Parameter
from beffroi.web import pack as packs
from beffroi.web.words import day, number, percent


@dataclass(frozen=True)
class Rule:
    """One parameter on one day: what it is, its value in words, and every other value with its dates."""

    path: str
    label: str
    words: str
    value: DatedValue
    others: tuple[tuple[str, DatedValue], ...]


@dataclass(frozen=True)
class Chapter:
    """The rules of one file of the pack."""

    code: str
    title: str
    rules: tuple[Rule, ...]


def chapters(pack: Pack, on: date) -> list[Chapter]:
    """Every value in force on the day `on`, by file."""
    titles = {
        "population": _("Population"),
        "petitions": _("Petitions"),
        "checking": _("Checks of signatures"),
        "votations": _("Votations"),
        "suffrage": _("Who takes part"),
        "enrolment": _("Enrolment in the register"),
        "council": _("Councils"),
        "demography": _("Ages in the demonstration"),
    }
    # The order in which a resident meets them; files that this program does not know come last, under their own name.
    codes = [*titles, *(path.partition(".")[0] for path in pack.parameters)]
    listed = ((code, tuple(_rules(_under(pack, code), on))) for code in dict.fromkeys(codes))
    return [Chapter(code, titles.get(code, code), rules) for code, rules in listed if rules]


def _under(pack: Pack, code: str) -> list[Parameter]:
    return [parameter for path, parameter in pack.parameters.items() if path.partition(".")[0] == code]


def _rules(parameters: Iterable[Parameter], on: date) -> Iterable[Rule]:
    for parameter in parameters:
        try:
            value = parameter.at(on)
        except Refused:  # not in force yet, or no longer
            continue
        others = tuple((in_words(parameter.unit, other), other) for other in parameter.values if other is not value)
        yield Rule(parameter.path, packs.in_words(parameter.label), in_words(parameter.unit, value), value, others)


def in_words(unit: str, value: DatedValue) -> str:
    """A value with its unit: 27 106 personnes, 5 %, plus de oui que de non."""
    if unit == "share":
        return percent(str(value.value))
    if unit == "date":
        return day(str(value.value))
    if unit == "choice":
        return _choice(str(value.value))
    assert isinstance(value.value, int)
    return _counted(unit, value.value)


def _choice(code: str) -> str:
    known = {
        "more-yes-than-no": _("more yes than no; a tie refuses"),
        "majority-of-votes-cast": _("the majority of the votes cast"),
    }
    return known.get(code, code)


def _counted(unit: str, count: int) -> str:
    words = {
        "persons": ngettext("%(n)s person", "%(n)s persons", count),
        "ballots": ngettext("%(n)s ballot", "%(n)s ballots", count),
        "seats": ngettext("%(n)s seat", "%(n)s seats", count),
        "minutes": ngettext("%(n)s minute", "%(n)s minutes", count),
        "days": ngettext("%(n)s day", "%(n)s days", count),
        "months": ngettext("%(n)s month", "%(n)s months", count),
        "years": ngettext("%(n)s year", "%(n)s years", count),
    }
    return words[unit] % {"n": number(count)}
