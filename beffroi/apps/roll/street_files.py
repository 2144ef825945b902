"""Reads the commune's address files: the Base Adresse Locale, and `rues.csv`. Reading only: nothing is written.

Base Adresse Locale (formats 1.1 to 1.5, https://github.com/BaseAdresseNationale/bal-admin): `;`, UTF-8, one line an
address or one of its positions. The street is `voie_nom`, since 1.5 `toponyme`; the number 99999 is a place without
numbers. `rues.csv` says which part of a street votes where: rue;cote;du;au;bureau.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from beffroi.apps.roll.importing import decode
from beffroi.apps.roll.queries import name_key
from beffroi.apps.roll.streets import street_key, suffix_key
from beffroi.core.errors import Malformed

NO_NUMBER = 99999
HIGHEST = 99999
SIDES = {"": "both", "tous": "both", "toutes": "both", "pair": "even", "pairs": "even", "impair": "odd"} | {
    "impairs": "odd",
    "both": "both",
    "even": "even",
    "odd": "odd",
}
COLUMNS = ("rue", "cote", "du", "au", "bureau")
_STREET, _INSEE, _OLD_INSEE = ("toponyme", "voie_nom"), "commune_insee", "commune_deleguee_insee"


@dataclass(frozen=True)
class Point:
    """An address with where it stands on the ground, when the file says so."""

    insee: str
    street_key: str
    street: str
    number: int
    suffix: str
    longitude: Decimal | None
    latitude: Decimal | None


@dataclass(frozen=True)
class Rule:
    """A part of a street and the code of its polling station; numbers from `first` to `last`, both included."""

    street_key: str
    street: str
    side: str
    first: int
    last: int
    station: str
    line: int = 0

    @property
    def part(self) -> tuple[str, str, int, int]:
        """What tells a part from another, whatever its station."""
        return self.street_key, self.side, self.first, self.last


@dataclass(frozen=True)
class Points:
    """The addresses of the commune, and the lines that were not taken: another commune's, and second positions."""

    points: tuple[Point, ...]
    elsewhere: tuple[int, ...]
    again: tuple[int, ...]


def read_points(raw: bytes, insee: str) -> Points:
    """The Base Adresse Locale of the commune `insee`. `Malformed` says the line and the column."""
    found: dict[tuple[str, str, int, str], Point] = {}
    elsewhere, again = [], []
    for line, row in _rows(raw, ("numero",)):
        name = next((row[column] for column in _STREET if row.get(column)), "")
        if not street_key(name):
            raise Malformed(f"line {line}, voie_nom", f'"{name}"', "the name of a street")
        if row.get(_INSEE) and row[_INSEE] != insee:
            elsewhere.append(line)
            continue
        number = _number(line, "numero", row["numero"], NO_NUMBER)
        point = Point(
            insee=(row.get(_OLD_INSEE) or insee)[:5],
            street_key=street_key(name),
            street=name[:200],
            number=0 if number == NO_NUMBER else number,
            suffix=suffix_key(row.get("suffixe", "")),
            longitude=_degrees(line, "long", row.get("long", ""), 180),
            latitude=_degrees(line, "lat", row.get("lat", ""), 90),
        )
        key = point.insee, point.street_key, point.number, point.suffix
        if key in found:
            again.append(line)
        else:
            found[key] = point
    if not found:
        raise Malformed("the file", "no address of this commune", f"addresses of the commune {insee}")
    return Points(tuple(found.values()), tuple(elsewhere), tuple(again))


def read_rules(raw: bytes, stations: Mapping[str, str]) -> tuple[Rule, ...]:
    """The rules of `rues.csv`. `stations`: codes without their zeros in front, to the codes as they are.

    `Malformed` for a street that is not written, an unknown station, or a number that two rules claim.
    """
    rules: list[Rule] = []
    for line, row in _rows(raw, COLUMNS):
        if not street_key(row["rue"]):
            raise Malformed(f"line {line}, rue", f'"{row["rue"]}"', "the name of a street")
        side = SIDES.get(name_key(row["cote"]))
        if side is None:
            raise Malformed(f"line {line}, cote", f'"{row["cote"]}"', "tous, pairs or impairs")
        station = stations.get(row["bureau"].lstrip("0"))
        if station is None:
            raise Malformed(f"line {line}, bureau", f'"{row["bureau"]}"', ", ".join(sorted(stations.values())))
        first = _number(line, "du", row["du"] or "0", HIGHEST)
        last = _number(line, "au", row["au"] or str(HIGHEST), HIGHEST)
        if last < first:
            raise Malformed(f"line {line}, au", f'"{row["au"]}"', f"{first} or more")
        rules.append(Rule(street_key(row["rue"]), row["rue"][:200], side, first, last, station, line))
    if not rules:
        raise Malformed("line 2", "the end of the file", "at least one street")
    _no_overlap(rules)
    return tuple(rules)


def overlap(one: Rule, other: Rule) -> bool:
    """Whether some number of the street is claimed by both."""
    if one.street_key != other.street_key or {one.side, other.side} == {"even", "odd"}:
        return False
    first, last = max(one.first, other.first), min(one.last, other.last)
    sides = {one.side, other.side} - {"both"}
    if not sides:
        return first <= last
    return first + (first % 2 != (sides == {"odd"})) <= last


def _no_overlap(rules: list[Rule]) -> None:
    by_street: dict[str, list[Rule]] = {}
    for rule in rules:
        for other in by_street.setdefault(rule.street_key, []):
            if overlap(rule, other):
                found = f'"{rule.street}", numbers that line {other.line} has too'
                raise Malformed(f"line {rule.line}", found, "each number of a street once")
        by_street[rule.street_key].append(rule)


def _rows(raw: bytes, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row by its columns; `;`, or `,` when the first line has no `;`. Unknown columns are read past."""
    text = decode(raw)
    between = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    header: list[str] = []
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Malformed(f"line {reader.line_num}", str(error), f'fields between "{between}"') from None
        if not any(cell.strip() for cell in row):
            continue
        if not header:
            header = [name_key(name).replace(" ", "_") for name in row]
            _check_header(header, needed)
        elif len(row) != len(header):
            raise Malformed(f"line {reader.line_num}", f"{len(row)} fields", f"{len(header)} fields")
        else:
            cells = (" ".join(cell.split()) for cell in row)
            yield reader.line_num, dict(zip(header, cells, strict=True))


def _check_header(header: list[str], needed: tuple[str, ...]) -> None:
    missing = [name for name in needed if name not in header]
    if "rue" not in needed and not {"toponyme", "voie_nom"} & set(header):
        missing.append("voie_nom")
    twice = [name for name in header if header.count(name) > 1 and (name in needed or name in _STREET)]
    if missing or twice:
        found = f"no column {', '.join(missing)}" if missing else f'"{twice[0]}" twice'
        raise Malformed("line 1", found, f"the columns {', '.join(needed)}, each once")


def _number(line: int, column: str, text: str, highest: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 6 and int(text) <= highest):
        raise Malformed(f"line {line}, {column}", f'"{text}"', f"a whole number, {highest} at most")
    return int(text)


def _degrees(line: int, column: str, text: str, most: int) -> Decimal | None:
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) > most:
        raise Malformed(f"line {line}, {column}", f'"{text}"', f"degrees from -{most} to {most}")
    return round(value, 7)
