"""Reads the electoral roll's export: 27 columns, `;`, UTF-8 or cp1252. Reading only: no database, nobody is written.

The columns hold no national elector number, and the order number in the polling station is given anew at each
revision, sometimes twice: neither can tell persons apart. The civil identity does: birth name, all given names, sex,
birth date. `Elector.identity` is its hash; homonyms share it, and `comparing` tells them apart by their address.
"""

import csv
import hashlib
import io
import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from beffroi.apps.roll.queries import name_key
from beffroi.core.errors import Malformed

COMMUNE_CODE, COMMUNE, LIST = "code du l'ugle", "libellé de l'ugle", "libellé du type de liste"
BIRTH_NAME, USAGE_NAME, FIRST_NAMES = "nom de naissance", "nom d'usage", "prénoms"
SEX, BORN = "sexe", "date de naissance"
HOUSE, STREET, HAMLET = "numéro de voie", "libellé de voie", "lieu-dit"
STATION, ORDER = "code du bureau de vote", "numéro d'ordre dans le bureau de vote"
NEEDED = (
    *(COMMUNE_CODE, COMMUNE, LIST, BIRTH_NAME, USAGE_NAME, FIRST_NAMES, SEX, BORN),
    *(HOUSE, STREET, HAMLET, STATION, ORDER),
)
#: Columns of the export that decide nothing here: read past, never kept.
PASSED_OVER = frozenset(
    {
        *("code commune de naissance", "code de la commune de naissance", "libellé commune de naissance"),
        *("code département de naissance", "code du département de naissance", "pays de naissance"),
        *("libellé nationalité", "nationalité", "identifiant nationalité"),
        *("complément 1", "complément 2", "code postal", "commune", "pays", "libellé du bureau de vote"),
        *("code circonscription législative du bureau de vote", "libellé canton du bureau de vote"),
        *("code canton du bureau de vote", "libellé circonscription métropolitaine du bureau de vote"),
        "code circonscription métropolitaine du bureau de vote",
    }
)
VARIANTS = {"code de l'ugle": COMMUNE_CODE}

MAIN, MUNICIPAL, EUROPEAN = "LP", "LCM", "LCE"
LISTS = {
    "liste principale": MAIN,
    "lp": MAIN,
    "liste complementaire municipale": MUNICIPAL,
    "lcm": MUNICIPAL,
    "liste complementaire europeenne": EUROPEAN,
    "lce": EUROPEAN,
}
LONGEST, LONGEST_CODE = 400, 16
DATES = "DD/MM/YYYY, 00/MM/YYYY, 00/00/YYYY or YYYY, from 1850 to this year"
Progress = Callable[[str, int, int], None]


def quiet(stage: str, done: int, total: int) -> None:
    """Shows no progress."""


@dataclass(frozen=True)
class Elector:
    """One line of the export. `birth_date` is the last day that the roll's date allows (docs/glossary.md, partial)."""

    line: int
    commune_code: str
    commune: str
    list: str
    birth_name: str
    usage_name: str
    first_names: str
    sex: str
    born: str
    birth_date: date
    street: str
    station: str
    order: str

    @property
    def identity(self) -> str:
        """The civil identity's hash: the register keeps no birth name beside the name in use."""
        parts = (name_key(self.birth_name), name_key(self.first_names), name_key(self.sex), self.born)
        return hashlib.sha256("|".join(parts).encode()).hexdigest()

    @property
    def is_partial(self) -> bool:
        """The roll does not know the day of birth."""
        return self.born.startswith("00/") or len(self.born) == 4


def read(raw: bytes, on: date, progress: Progress = quiet) -> tuple[Elector, ...]:
    """The lines of the export. `Malformed` says line, column, what was found and what is accepted."""
    text = decode(raw)
    total = text.count("\n")
    rows = _rows(text)
    _, first = next(rows, (1, []))
    columns = _header(first)
    electors = []
    for number, row in rows:
        if len(row) != len(first):
            raise Malformed(f"line {number}", f"{len(row)} fields", f"{len(first)} fields, as in the first line")
        electors.append(_elector(number, {name: row[place] for name, place in columns.items()}, on))
        if len(electors) % 1000 == 0:
            progress("reading", number, total)
    if not electors:
        raise Malformed("line 2", "the end of the file", "at least one elector")
    progress("reading", total, total)
    return tuple(electors)


def decode(raw: bytes) -> str:
    """UTF-8 with or without its mark, else cp1252, in which every letter of a French name can be written."""
    if not raw.removeprefix(b"\xef\xbb\xbf").strip():
        raise Malformed("line 1", "an empty file", "the electoral roll's export, with its line of columns")
    if b"\0" in raw:
        raise Malformed("the file", "a zero byte (UTF-16, a spreadsheet or an archive)", "text, UTF-8 or cp1252")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as not_utf8:
        line = raw.count(b"\n", 0, not_utf8.start) + 1
        try:
            return raw.decode("cp1252")
        except UnicodeDecodeError:
            raise Malformed(f"line {line}", "bytes that are no letter", "text, UTF-8 or cp1252") from None


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line of the file on which it ends; empty lines are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Malformed(f"line {reader.line_num}", str(error), 'fields between ";", quoted with "') from None
        if row:
            yield reader.line_num, row


def _header(row: list[str]) -> dict[str, int]:
    """Where each needed column stands."""
    places: dict[str, int] = {}
    for place, written in enumerate(row):
        plain = unicodedata.normalize("NFC", " ".join(written.replace("’", "'").split())).lower()
        name = VARIANTS.get(plain, plain)
        if name in places:
            raise Malformed(f"line 1, column {place + 1}", f'"{name}" again', "each column once")
        if name not in NEEDED and name not in PASSED_OVER:
            accepted = 'the columns of the roll\'s export, between ";"'
            raise Malformed(f"line 1, column {place + 1}", f'"{written[:60]}"', accepted)
        places[name] = place
    missing = [name for name in NEEDED if name not in places]
    if missing:
        raise Malformed("line 1", f"no column {', '.join(missing)}", "the columns of the roll's export")
    return {name: places[name] for name in NEEDED}


def _elector(line: int, row: dict[str, str], on: date) -> Elector:
    given = {name: " ".join(value.split()) for name, value in row.items()}
    for name, value in given.items():
        longest = LONGEST_CODE if name in {STATION, ORDER, COMMUNE_CODE} else LONGEST
        if len(value) > longest:
            raise Malformed(f"line {line}, {name}", f"{len(value)} characters", f"{longest} at most")
    for name in (BIRTH_NAME, FIRST_NAMES):
        if not name_key(given[name]):
            raise Malformed(f"line {line}, {name}", f'"{given[name]}"', "a name")
    which = LISTS.get(name_key(given[LIST]))
    if which is None:
        accepted = "Liste principale, Liste complémentaire municipale, Liste complémentaire européenne"
        raise Malformed(f"line {line}, {LIST}", f'"{given[LIST]}"', accepted)
    born = _birth_date(given[BORN], on)
    if born is None:
        raise Malformed(f"line {line}, {BORN}", f'"{given[BORN]}"', DATES)
    return Elector(
        line=line,
        commune_code=given[COMMUNE_CODE],
        commune=given[COMMUNE],
        list=which,
        birth_name=given[BIRTH_NAME],
        usage_name=given[USAGE_NAME],
        first_names=given[FIRST_NAMES],
        sex=given[SEX],
        born=f"00/00/{given[BORN]}" if len(given[BORN]) == 4 else given[BORN],
        birth_date=born,
        street=" ".join(part for part in (given[HOUSE], given[STREET] or given[HAMLET]) if part),
        station=given[STATION].lstrip("0"),
        order=given[ORDER],
    )


def _birth_date(written: str, on: date) -> date | None:
    """The last day that the date allows: nobody is held to be older than the roll proves."""
    found = re.fullmatch(r"(?:(\d\d)/(\d\d)/)?(\d{4})", written, re.ASCII)
    if found is None:
        return None
    day, month, year = int(found[1] or 0), int(found[2] or 0), int(found[3])
    if not 1850 <= year <= on.year or month > 12 or (day and not month):
        return None
    month = month or 12
    last = monthrange(year, month)[1]
    return date(year, month, day or last) if day <= last else None
