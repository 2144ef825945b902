"""Reads `parameters/*.toml`: the names of the file and of the tables are the path (docs/specs/pack.md, 2).

`parameters/petitions.toml` with the table `[recall.share]` holds the parameter `petitions.recall.share`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast

from beffroi.core.errors import Malformed
from beffroi.core.rules.reading import Place, listed, read_toml, shown
from beffroi.core.rules.values import UNITS, DatedValue, Parameter, parse_share

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_KEYS = ("label", "unit", "choices", "values")
_VALUE_KEYS = ("value", "since", "until", "source", "url", "note", "proposed")


def read_parameters(root: Path) -> dict[str, Parameter]:
    """Every parameter of the pack at `root`, by path, in the order of the paths."""
    folder = root / "parameters"
    if not folder.is_dir():
        raise Malformed("parameters", "no such folder", "a folder of TOML files")
    found: dict[str, Parameter] = {}
    for file in sorted(folder.iterdir()):
        if file.name.startswith("."):
            continue
        if file.suffix != ".toml" or not _NAME.fullmatch(file.stem):
            accepted = "a file named in lower case that ends in .toml: its name begins the path of its parameters"
            raise Malformed(f"parameters/{file.name}", "a file that no path can name", accepted)
        for parameter in _under(read_toml(root, f"parameters/{file.name}"), file.stem):
            found[parameter.path] = parameter
    return dict(sorted(found.items()))


def _under(place: Place, path: str) -> Iterator[Parameter]:
    # A table that holds one of a parameter's keys, or anything but tables, is meant as a parameter.
    if any(key in _KEYS or not isinstance(item, dict) for key, item in place.table.items()):
        yield _parameter(place, path)
        return
    for key in place.table:
        if not _NAME.fullmatch(key):
            raise Malformed(f"{place.where}: {key}", f'the name "{key}"', "lower case letters, digits and _")
        yield from _under(place.inner(key), f"{path}.{key}")


def _parameter(place: Place, path: str) -> Parameter:
    place.only(*_KEYS)
    label = place.bilingual("label")
    unit = place.text("unit", listed(tuple(UNITS)))
    if unit not in UNITS:
        raise place.fail("unit", listed(tuple(UNITS)))
    values = place.tables("values")
    if not values:
        raise Malformed(f"{place.where}: values", "no value", "at least one [[...values]] with value, since and source")
    choices = _choices(place, unit)
    return Parameter(path, label, unit, _dated(values, unit, choices))


def _choices(place: Place, unit: str) -> tuple[str, ...]:
    if unit != "choice":
        if place.has("choices"):
            raise Malformed(
                f"{place.where}: choices", f"choices for the unit {unit}", "choices only for the unit choice"
            )
        return ()
    accepted = 'a list of different texts, such as ["a", "b"]'
    choices = place.get("choices", accepted)
    if not isinstance(choices, list) or not choices or not all(isinstance(item, str) and item for item in choices):
        raise place.fail("choices", accepted)
    if len(set(choices)) < len(choices):
        raise Malformed(f"{place.where}: choices", "the same text twice", accepted)
    return tuple(cast("list[str]", choices))


def _dated(places: Sequence[Place], unit: str, choices: Sequence[str]) -> tuple[DatedValue, ...]:
    """The values in the order of their dates. A value without `until` holds until the next one."""
    read = sorted(((_value(place, unit, choices), place) for place in places), key=lambda pair: pair[0].since)
    dated = []
    for (value, place), following in zip(read, [*read[1:], None], strict=True):
        after: date | None = following[0].since if following else None
        if after == value.since:
            found = f"{value.since.isoformat()} twice"
            raise Malformed(f"{place.where}: since", found, "one value for each date of beginning")
        if value.until and value.until <= value.since:
            raise Malformed(f"{place.where}: until", value.until.isoformat(), f"a date after {value.since.isoformat()}")
        if value.until and after and value.until > after:
            found = f"{value.until.isoformat()}, which overlaps the value since {after.isoformat()}"
            raise Malformed(f"{place.where}: until", found, f"at most {after.isoformat()}, or no until at all")
        dated.append(replace(value, until=value.until or after))
    return tuple(dated)


def _value(place: Place, unit: str, choices: Sequence[str]) -> DatedValue:
    place.only(*_VALUE_KEYS)
    return DatedValue(
        value=_typed(place, unit, choices),
        since=place.day("since"),
        until=place.optional_day("until"),
        source=place.text("source", "who says so: a law, a deliberation, a publication"),
        url=_url(place),
        note=place.optional_text("note"),
        proposed=place.flag("proposed"),
    )


def _typed(place: Place, unit: str, choices: Sequence[str]) -> str | int:
    if unit == "date":
        return place.day("value").isoformat()
    if unit == "choice":
        value = place.get("value", listed(choices))
        if value not in choices:
            raise Malformed(f"{place.where}: value", shown(value), listed(choices))
        return cast("str", value)
    if unit != "share":
        return place.whole("value")
    text = place.get("value", UNITS["share"])
    try:
        if isinstance(text, str):
            parse_share(text)
            return text
    except ValueError:
        pass
    raise place.fail("value", UNITS["share"])


def _url(place: Place) -> str:
    url = place.optional_text("url")
    if url and not url.startswith("https://"):
        raise place.fail("url", "an address that begins with https://, or no url at all")
    return url
