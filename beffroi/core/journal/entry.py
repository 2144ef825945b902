"""What the journal may say: for each kind of act a list of fields, for each field a form (docs/specs/journal.md, 1).

No form holds free text, so that no name, address or reason can slip in. To add a kind, add a line to `ENTRY_KINDS`.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Final

from beffroi.core.errors import Malformed, Refused

Value = str | int | date | datetime
MAX_NUMBER: Final = 2**53 - 1  # what every JSON reader reads exactly
_CODE = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_FINGERPRINT = re.compile(r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]", re.ASCII)
_DATETIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Entry:
    """One act. `index` is its place in the log, `at` its instant in UTC ("2026-11-15T18:00:00Z"), `data` its fields."""

    index: int
    kind: str
    at: str
    data: dict[str, str | int]


def _number(value: Value) -> str | int | None:
    ok = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_NUMBER
    return value if ok and isinstance(value, int) else None


def _date(value: Value) -> str | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        return value if isinstance(value, str) and date.fromisoformat(value).isoformat() == value else None
    except ValueError:
        return None


def _datetime(value: Value) -> str | None:
    if isinstance(value, datetime):
        # strftime does not pad the year on every system; isoformat does.
        return value.astimezone(UTC).replace(tzinfo=None).isoformat("T", "seconds") + "Z" if value.tzinfo else None
    try:
        parsed = datetime.strptime(value, _DATETIME) if isinstance(value, str) else None  # noqa: DTZ007
    except ValueError:
        return None
    return str(value) if parsed and parsed.isoformat("T", "seconds") + "Z" == value else None


def _matching(pattern: re.Pattern[str], longest: int) -> Callable[[Value], str | None]:
    def form(value: Value) -> str | None:
        ok = isinstance(value, str) and len(value) <= longest and pattern.fullmatch(value)
        return str(value) if ok else None

    return form


# Form -> the function that gives the canonical value, or None when the value has not that form.
FORMS: Final[Mapping[str, Callable[[Value], str | int | None]]] = MappingProxyType(
    {
        "number": _number,
        "date": _date,
        "datetime": _datetime,
        "code": _matching(_CODE, 40),
        "id": _matching(_ID, 64),
        "sha256": _matching(_SHA256, 64),
        "fingerprint": _matching(_FINGERPRINT, 43),
    }
)


@dataclass(frozen=True)
class Field:
    """One field of a kind: its form (a key of `FORMS`), and whether it must be there."""

    form: str
    required: bool = True


def _fields(line: str) -> Mapping[str, Field]:
    """Reads "petition:id closes:date uuid?:id": name, a question mark when it may be left out, form."""
    fields = {}
    for word in line.split():
        name, _, form = word.partition(":")
        assert form in FORMS, word
        fields[name.removesuffix("?")] = Field(form, required=not name.endswith("?"))
    return MappingProxyType(fields)


ENTRY_KINDS: Final[Mapping[str, Mapping[str, Field]]] = MappingProxyType(
    {
        kind: _fields(line)
        for kind, line in {
            "roll.imported": "electors:number arrived:number changed:number left:number",
            "roll.import_undone": "arrived:number left:number",
            "roles.changed": "role:code holders:number",
            "boundaries.planned": "date:date streets:number",
            "boundaries.dropped": "date:date",
            "boundaries.applied": "date:date moved:number",
            "charter.signed": "official:id signed:date text_sha256:sha256",
            "charter.withdrawn": "official:id text_sha256:sha256",
            "enrolment.day": "date:date asked:number counter:number accepted:number refused:number appealed:number "
            "appeals_accepted:number appeals_refused:number",
            "petition.filed": "petition:id official?:id text_sha256?:sha256",
            "petition.replied": "petition:id official:id version:number reply_sha256:sha256",
            "petition.admitted": "petition:id",
            "petition.refused": "petition:id code:code note_sha256?:sha256",
            "petition.withheld": "petition:id code:code text_sha256:sha256",
            "petition.appealed": "petition:id due:date",
            "petition.appeal_decided": "petition:id outcome:code answer_sha256?:sha256",
            "petition.carried": "petition:id carriers:number",
            "petition.opened": "petition:id closes:date text_sha256:sha256 inhabitants?:number electors?:number "
            "neighbourhood?:id "
            "hearing_needed?:number referendum_needed?:number legal_needed?:number recall_needed?:number",
            "petition.crossed": "petition:id rung:code attempt:number count:number needed:number",
            "petition.verified": "petition:id rung:code attempt:number valid:number refused:number outcome:code",
            "petition.sample_fixed": "petition:id rung:code attempt:number lines:number list_sha256:sha256",
            "petition.sample_drawn": "petition:id rung:code attempt:number lines:number size:number "
            "tree_size:number root:sha256 seed:sha256",
            "petition.lines_judged": "petition:id rung:code attempt:number lines:number size:number refused:number "
            "low:number high:number outcome:code",
            "panel.decided": "petition:id signal:code decision:code code:code count:number",
            "petition.erased": "petition:id count:number",
            "petition.effect": "petition:id rung:code effect:code reference?:id",
            "petition.closed": "petition:id count:number code?:code",
            "petition.sheets_printed": "petition:id sheets:number",
            "petition.sheet_received": "petition:id sheet:id lines:number",
            "petition.sheet_lost": "petition:id sheet:id",
            "petition.sheet_refused": "petition:id sheet:id code:code",
            "recount.alarm": "petition:id counted:number recounted:number",
            "assembly.bureau": "assembly:id members:number",
            "sitting.convened": "sitting:id date:date",
            "sitting.moved": "sitting:id date:date",
            "sitting.cancelled": "sitting:id date:date",
            "hearing.scheduled": "hearing:id sitting:id petition:id date:date",
            "hearing.held": "hearing:id petition:id answer_due:date",
            "hearing.answered": "hearing:id petition:id answer_sha256:sha256 due:date days_late:number",
            "votation.dropped": "votation:id petition?:id code:code",
            "votation.called": "votation:id rules_sha256:sha256 opens:datetime closes:datetime petition?:id uuid?:id",
            "votation.opened": "votation:id uuid:id fingerprint:fingerprint credentials:number "
            "credentials_sha256:sha256 trustees_sha256:sha256 registered:number rules_sha256:sha256",
            "votation.box_head": "votation:id uuid?:id height:number head:sha256",
            "votation.closed": "votation:id uuid?:id ballots:number height:number head:sha256",
            "votation.forgotten": "votation:id uuid?:id voted:number",
            "votation.paper_agreed": "votation:id uuid?:id station:id voters:number yes:number no:number blank:number",
            "votation.decrypted": "votation:id uuid?:id trustee:number",
            "votation.decided": "votation:id uuid?:id outcome:code registered:number participants:number "
            "minimum:number yes:number no:number blank:number height:number head:sha256 archive_sha256:sha256",
        }.items()
    }
)


def encode(kind: str, at: datetime, data: Mapping[str, Value]) -> bytes:
    """The leaf of an act: canonical JSON in ASCII, keys sorted, no space, no newline.

    `at` is aware (any zone; written in UTC, to the second). Dates and instants may be given as such or as text.
    `Refused("journal.kind")` or `Refused("journal.field")`, with the names and never the value, for what is not listed.
    """
    instant = _datetime(at)
    if not isinstance(at, datetime) or instant is None:
        raise Refused("journal.field", f"{kind}: at")
    return _canonical(kind, instant, _checked(kind, data))


def _canonical(kind: str, at: str, data: Mapping[str, str | int]) -> bytes:
    return json.dumps({"at": at, "data": data, "kind": kind}, sort_keys=True, separators=(",", ":")).encode("ascii")


def _checked(kind: str, data: Mapping[str, Value]) -> dict[str, str | int]:
    if kind not in ENTRY_KINDS:
        raise Refused("journal.kind", kind[:40])
    fields = ENTRY_KINDS[kind]
    for name in data:
        if name not in fields:
            raise Refused("journal.field", f"{kind}: {name[:40]} is not a field")
    for name, field in fields.items():
        if field.required and name not in data:
            raise Refused("journal.field", f"{kind}: {name} is missing")
    return {name: _formed(kind, name, fields[name].form, value) for name, value in data.items()}


def _formed(kind: str, name: str, form: str, value: Value) -> str | int:
    canonical = FORMS[form](value)
    if canonical is None:
        raise Refused("journal.field", f"{kind}: {name} is not of the form {form}")
    return canonical


def decode(raw: bytes, index: int = 0) -> Entry:
    """The act in a leaf. `Malformed` when it is not the canonical JSON of one, `Refused` as `encode` says."""
    accepted = 'canonical JSON {"at":…,"data":{…},"kind":…}'
    try:
        read = json.loads(raw.decode("ascii"))
    except (ValueError, RecursionError):  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise Malformed(f"entry {index}", "no JSON in ASCII", accepted) from None
    if not isinstance(read, dict) or set(read) != {"at", "data", "kind"}:
        raise Malformed(f"entry {index}", "other JSON", accepted)
    at, data, kind = read["at"], read["data"], read["kind"]
    if not isinstance(at, str) or not isinstance(kind, str) or not isinstance(data, dict) or _datetime(at) is None:
        raise Malformed(f"entry {index}", "other JSON", accepted)
    checked = _checked(kind, data)
    if _canonical(kind, at, checked) != raw:
        raise Malformed(f"entry {index}", "JSON that is not canonical", accepted)
    return Entry(index, kind, at, checked)
