"""The pack of a commune: its name, its parameters, its neighbourhoods and its polling stations (docs/specs/pack.md)."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Final

from beffroi.core.errors import Malformed
from beffroi.core.rules.parameters import read_parameters
from beffroi.core.rules.reading import Place, did_you_mean, listed, read_csv, read_toml
from beffroi.core.rules.values import DatedValue, Parameter

KINDS: Final = ("commune", "association")
ASSEMBLY_KINDS: Final = ("council", "neighbourhood")
#: The texts that a pack may bring: the charter that officials sign.
TEXTS: Final = ("charter",)
_TABLES = ("neighbourhoods", "stations")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_INSEE = re.compile(r"[0-9][0-9AB][0-9]{3}", re.ASCII)
_DEPARTMENT = re.compile(r"[0-9][0-9AB][0-9]?", re.ASCII)


@dataclass(frozen=True)
class Neighbourhood:
    """A quartier. `slug` is its name in addresses."""

    slug: str
    name: str


@dataclass(frozen=True)
class Station:
    """A polling station: `code` is public and stands in the journal, `neighbourhood` is a slug."""

    code: str
    name: str
    neighbourhood: str


@dataclass(frozen=True)
class Assembly:
    """A council. `seats` is the path of the parameter that counts its members, `name` is by language."""

    code: str
    kind: str
    name: dict[str, str]
    seats: str


@dataclass(frozen=True)
class Table:
    """Where a table of the pack comes from. `demonstration`: invented, and pages say so."""

    name: str
    source: str
    demonstration: bool


@dataclass(frozen=True)
class Text:
    """A text that people sign or read as it is, with who says so. `proposed`: the commune has not decided it yet."""

    content: str
    source: str
    proposed: bool

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the text in UTF-8, in hexadecimal."""
        return hashlib.sha256(self.content.encode()).hexdigest()


@dataclass(frozen=True)
class Pack:
    """One commune as data. `kind` is who organises (a commune, or an association that builds its own roll).

    `organiser` is the sentence that every page shows, by language; `code` is the INSEE code, as text.
    """

    root: Path
    code: str
    name: str
    department_code: str
    department: str
    kind: str
    organiser: dict[str, str]
    parameters: dict[str, Parameter]
    neighbourhoods: tuple[Neighbourhood, ...]
    stations: tuple[Station, ...]
    assemblies: tuple[Assembly, ...]
    tables: dict[str, Table]
    texts: dict[str, Text]

    def parameter(self, path: str) -> Parameter:
        """The parameter at `path`. `Malformed` with the nearest known path when there is none."""
        return known_parameter(self.parameters, path, "path")

    def value(self, path: str, on: date) -> DatedValue:
        """The value in force on the day `on`, with its dates and source."""
        return self.parameter(path).at(on)

    def share(self, path: str, on: date) -> Fraction:
        """The exact share in force on the day `on`."""
        return self.parameter(path).share(on)

    def number(self, path: str, on: date) -> int:
        """The whole number in force on the day `on`."""
        return self.parameter(path).number(on)


def known_parameter(parameters: dict[str, Parameter], path: str, where: str) -> Parameter:
    """The parameter at `path`, or `Malformed` at the place `where` that refers to it."""
    if path not in parameters:
        found = f'"{path}"{did_you_mean(path, tuple(parameters))}'
        raise Malformed(where, found, f"a path of the pack: {listed(tuple(parameters))}")
    return parameters[path]


def read_pack(root: Path) -> Pack:
    """Reads the pack in the folder `root`. `Malformed` at the first thing that is not as docs/specs/pack.md says."""
    top = read_toml(root, "pack.toml")
    top.only("code", "name", "department", "kind", "organiser", "assemblies", "tables", "texts")
    parameters = read_parameters(root)
    neighbourhoods = _neighbourhoods(root)
    department = top.inner("department")
    department.only("code", "name")
    return Pack(
        root=root,
        code=_matching(top, "code", _INSEE, 'the five characters of the INSEE code, in quotes: "01001"'),
        name=top.text("name"),
        department_code=_matching(department, "code", _DEPARTMENT, 'the code of the department, in quotes: "01"'),
        department=department.text("name"),
        kind=_one_of(top, "kind", KINDS),
        organiser=top.bilingual("organiser"),
        parameters=parameters,
        neighbourhoods=neighbourhoods,
        stations=_stations(root, neighbourhoods),
        assemblies=tuple(_assembly(place, parameters) for place in top.tables("assemblies")),
        tables=_tables(top.inner("tables")),
        texts=_texts(root, top.inner("texts")) if top.has("texts") else {},
    )


def _matching(place: Place, key: str, pattern: re.Pattern[str], accepted: str) -> str:
    text = place.text(key, accepted)
    if not pattern.fullmatch(text):
        raise place.fail(key, accepted)
    return text


def _one_of(place: Place, key: str, names: tuple[str, ...]) -> str:
    if (text := place.text(key, listed(names))) not in names:
        raise place.fail(key, listed(names))
    return text


def _assembly(place: Place, parameters: dict[str, Parameter]) -> Assembly:
    place.only("code", "kind", "name", "seats")
    seats = place.text("seats", "the path of a parameter of unit seats")
    if known_parameter(parameters, seats, f"{place.where}: seats").unit != "seats":
        raise place.fail("seats", "the path of a parameter of unit seats")
    code = _matching(place, "code", _SLUG, "lower case letters, digits and -")
    return Assembly(code, _one_of(place, "kind", ASSEMBLY_KINDS), place.bilingual("name"), seats)


def _tables(place: Place) -> dict[str, Table]:
    place.only(*_TABLES)
    tables = {}
    for name in _TABLES:
        inner = place.inner(name)
        inner.only("source", "demonstration")
        tables[name] = Table(name, inner.text("source"), inner.flag("demonstration"))
    return tables


def _texts(root: Path, place: Place) -> dict[str, Text]:
    place.only(*TEXTS)
    texts = {}
    for name in place.table:
        inner = place.inner(name)
        inner.only("source", "proposed")
        texts[name] = Text(_content(root, f"texts/{name}.md"), inner.text("source"), inner.flag("proposed"))
    return texts


def _content(root: Path, name: str) -> str:
    """What is signed must stay the same bytes wherever it is read: line ends are LF, and one ends the file."""
    try:
        text = (root / name).read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise Malformed(name, "no such file", f"a file {name} in the pack") from None
    except UnicodeDecodeError:
        raise Malformed(name, "bytes that are not UTF-8", "a text in UTF-8") from None
    content = "\n".join(text.splitlines()).strip() + "\n"
    if not content.strip():
        raise Malformed(name, "nothing", "a text that is not empty")
    return content


def _neighbourhoods(root: Path) -> tuple[Neighbourhood, ...]:
    file = "data/neighbourhoods.csv"
    rows = read_csv(root, file, ("slug", "name"))
    if not rows:
        raise Malformed(file, "no row", "at least one neighbourhood: a commune without any is one neighbourhood")
    _no_twins(rows, "slug")
    for where, row in rows:
        if not _SLUG.fullmatch(row["slug"]):
            raise Malformed(f"{where}: slug", f'"{row["slug"]}"', "lower case letters, digits and -")
    return tuple(Neighbourhood(row["slug"], row["name"]) for _, row in rows)


def _stations(root: Path, neighbourhoods: Iterable[Neighbourhood]) -> tuple[Station, ...]:
    rows = read_csv(root, "data/stations.csv", ("code", "name", "neighbourhood"))
    _no_twins(rows, "code")
    slugs = tuple(neighbourhood.slug for neighbourhood in neighbourhoods)
    for where, row in rows:
        if not _SLUG.fullmatch(row["code"]):
            raise Malformed(f"{where}: code", f'"{row["code"]}"', "lower case letters, digits and -")
        if row["neighbourhood"] not in slugs:
            found = f'"{row["neighbourhood"]}"{did_you_mean(row["neighbourhood"], slugs)}'
            raise Malformed(f"{where}: neighbourhood", found, f"a slug of data/neighbourhoods.csv: {listed(slugs)}")
    return tuple(Station(row["code"], row["name"], row["neighbourhood"]) for _, row in rows)


def _no_twins(rows: list[tuple[str, dict[str, str]]], column: str) -> None:
    seen: dict[str, str] = {}
    for where, row in rows:
        if row[column] in seen:
            raise Malformed(f"{where}: {column}", f'"{row[column]}" again, as in {seen[row[column]]}', "each one once")
        seen[row[column]] = where
