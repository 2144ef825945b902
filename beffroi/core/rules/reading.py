"""Reads TOML and CSV strictly: each refusal says the file, the place, what was found and what is accepted."""

import csv
import io
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path

from beffroi.core.errors import Malformed


def shown(value: object) -> str:
    """A found value as an error message shows it: short, with its type in words when it is a table or a list."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, date):
        return value.isoformat()
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 80 else text[:77] + "..."


def listed(names: Sequence[str]) -> str:
    """Names in alphabetical order for a message."""
    return ", ".join(sorted(names))


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """The sentence that teaches: the nearest known name, or nothing when none is near."""
    near = get_close_matches(name, known, n=1)
    return f' (did you mean "{near[0]}"?)' if near else ""


@dataclass(frozen=True)
class Place:
    """A table of a TOML file, with the name of its place for messages. Each reader is strict about the type."""

    where: str
    table: Mapping[str, object]

    def only(self, *known: str) -> None:
        """Raises `Malformed` on the first key that is not known."""
        for key in self.table:
            if key not in known:
                raise Malformed(f"{self.where}: {key}", f"an unknown key{did_you_mean(key, known)}", listed(known))

    def has(self, key: str) -> bool:
        """Whether the key is written."""
        return key in self.table

    def get(self, key: str, accepted: str) -> object:
        """The value of a required key."""
        if key not in self.table:
            raise Malformed(f"{self.where}: {key}", "nothing", accepted)
        return self.table[key]

    def fail(self, key: str, accepted: str) -> Malformed:
        """The error for the value that stands at `key`."""
        return Malformed(f"{self.where}: {key}", shown(self.table[key]), accepted)

    def text(self, key: str, accepted: str = "text that is not empty") -> str:
        """A required text that is not empty."""
        value = self.get(key, accepted)
        if not isinstance(value, str) or not value.strip():
            raise self.fail(key, accepted)
        return value

    def optional_text(self, key: str) -> str:
        """A text that may be left out, never written empty."""
        return self.text(key) if self.has(key) else ""

    def flag(self, key: str) -> bool:
        """true or false; false when left out."""
        value = self.table.get(key, False)
        if not isinstance(value, bool):
            raise self.fail(key, "true or false")
        return value

    def whole(self, key: str) -> int:
        """A whole number, 0 or more (TOML's true is not 1 here)."""
        accepted = "a whole number, 0 or more, without quotes"
        value = self.get(key, accepted)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.fail(key, accepted)
        return value

    def day(self, key: str) -> date:
        """A date without a time."""
        accepted = "a date without quotes, such as 2026-03-22"
        value = self.get(key, accepted)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.fail(key, accepted)
        return value

    def optional_day(self, key: str) -> date | None:
        """A date that may be left out."""
        return self.day(key) if self.has(key) else None

    def inner(self, key: str) -> "Place":
        """A required table inside this one."""
        value = self.get(key, "a table")
        if not isinstance(value, Mapping):
            raise self.fail(key, "a table")
        return Place(f"{self.where}: {key}", value)

    def tables(self, key: str) -> tuple["Place", ...]:
        """A list of tables; none when the key is left out."""
        value = self.table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            raise self.fail(key, f"a list of tables, each under [[...{key}]]")
        return tuple(Place(f"{self.where}: {key}[{number}]", item) for number, item in enumerate(value, start=1))

    def bilingual(self, key: str) -> dict[str, str]:
        """A text in French and in English: both, because pages are read in both."""
        texts = self.inner(key)
        texts.only("fr", "en")
        return {language: texts.text(language) for language in ("fr", "en")}


def read_toml(root: Path, name: str) -> Place:
    """The TOML file `name` under `root`, as one place."""
    try:
        return Place(name, tomllib.loads((root / name).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise Malformed(name, "no such file", f"a file {name} in the pack") from None
    except UnicodeDecodeError:
        raise Malformed(name, "bytes that are not UTF-8", "a TOML file in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise Malformed(name, f"no TOML ({error})", "a TOML file") from None


def read_csv(root: Path, name: str, columns: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    """The rows of the CSV file `name`, each with its place ("stations.csv: line 3"). Columns are exactly `columns`."""
    try:
        text = (root / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Malformed(name, "no such file", f"a CSV file with the columns {', '.join(columns)}") from None
    except UnicodeDecodeError:
        raise Malformed(name, "bytes that are not UTF-8", "a CSV file in UTF-8") from None
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        numbered = [(lines.line_num, cells) for cells in lines]
    except csv.Error as error:
        raise Malformed(f"{name}: line {lines.line_num}", f"no CSV ({error})", "a CSV file") from None
    header = numbered[0][1] if numbered else []
    if header != list(columns):
        found = f"the columns {', '.join(header)}" if header else "nothing"
        raise Malformed(f"{name}: line 1", found, f"exactly the columns {', '.join(columns)}")
    return [_row(f"{name}: line {number}", cells, columns) for number, cells in numbered[1:]]


def _row(where: str, cells: list[str], columns: Sequence[str]) -> tuple[str, dict[str, str]]:
    if len(cells) != len(columns):
        raise Malformed(where, f"{len(cells)} cells", f"{len(columns)} cells: {', '.join(columns)}")
    for column, cell in zip(columns, cells, strict=True):
        if not cell or cell != cell.strip():
            raise Malformed(f"{where}: {column}", f'"{cell}"', "text that is not empty, without spaces around it")
    return where, dict(zip(columns, cells, strict=True))
