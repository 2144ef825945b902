"""Reads `examples/*.toml`: results that anybody can work out by hand, kept beside the rules and run as tests.

The rooms of the core do not know one another: this one reads the examples, and who runs them calls `core.suffrage`.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from beffroi.core.errors import Malformed
from beffroi.core.rules.pack import Pack, known_parameter
from beffroi.core.rules.reading import Place, read_toml
from beffroi.core.rules.values import UNITS, parse_share

OUTCOMES = ("adopted", "minimum_not_met", "refused")
_MORE_THAN_HALF = "more than half"


@dataclass(frozen=True)
class Threshold:
    """How many are needed. `share` is None for "more than half", as the quorum of a council."""

    title: str
    share: Fraction | None
    base: int
    expected: int


@dataclass(frozen=True)
class Decided:
    """What a count decides under the pack's rules. `minimum` is None when the vote has no participation minimum."""

    title: str
    registered: int
    minimum: Fraction | None
    majority: str
    yes: int
    no: int
    blank: int
    outcome: str
    minimum_needed: int


Example = Threshold | Decided


def read_examples(pack: Pack) -> tuple[Example, ...]:
    """The examples of a pack, in the order of the files. `Malformed` when one refers to what the pack does not have."""
    examples: list[Example] = []
    for file in sorted((pack.root / "examples").glob("*.toml")):
        top = read_toml(pack.root, f"examples/{file.name}")
        top.only("thresholds", "decisions")
        examples += [_threshold(pack, place) for place in top.tables("thresholds")]
        examples += [_decided(pack, place) for place in top.tables("decisions")]
    return tuple(examples)


def _threshold(pack: Pack, place: Place) -> Threshold:
    place.only("title", "on", "share", "base", "expected")
    on = place.day("on")
    return Threshold(
        place.text("title"), _share(pack, place, on), _number(pack, place, "base", on), place.whole("expected")
    )


def _share(pack: Pack, place: Place, on: date) -> Fraction | None:
    """A share written out ("1/3"), "more than half", or the path of one."""
    text = place.text("share", f'the path of a share, "{_MORE_THAN_HALF}", or {UNITS["share"]}')
    if text == _MORE_THAN_HALF:
        return None
    try:
        return parse_share(text)
    except ValueError:
        return known_parameter(pack.parameters, text, f"{place.where}: share").share(on)


def _number(pack: Pack, place: Place, key: str, on: date) -> int:
    """A whole number written out, or the path of one."""
    if isinstance(place.get(key, "a whole number, or the path of one"), int):
        return place.whole(key)
    path = place.text(key, "a whole number, or the path of one")
    return known_parameter(pack.parameters, path, f"{place.where}: {key}").number(on)


def _decided(pack: Pack, place: Place) -> Decided:
    place.only("title", "on", "registered", "minimum", "majority", "yes", "no", "blank", "outcome", "minimum_needed")
    on = place.day("on")
    outcome = place.text("outcome", ", ".join(OUTCOMES))
    if outcome not in OUTCOMES:
        raise place.fail("outcome", ", ".join(OUTCOMES))
    minimum = None
    if place.has("minimum"):
        minimum = known_parameter(pack.parameters, place.text("minimum"), f"{place.where}: minimum").share(on)
    majority = known_parameter(pack.parameters, place.text("majority"), f"{place.where}: majority")
    if majority.unit != "choice":
        raise Malformed(f"{place.where}: majority", f"a parameter of unit {majority.unit}", "one of unit choice")
    return Decided(
        title=place.text("title"),
        registered=_number(pack, place, "registered", on),
        minimum=minimum,
        majority=str(majority.at(on).value),
        yes=place.whole("yes"),
        no=place.whole("no"),
        blank=place.whole("blank"),
        outcome=outcome,
        minimum_needed=place.whole("minimum_needed"),
    )
