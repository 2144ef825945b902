"""An import's plan in rows and figures, for the page and for the command. Names are for whoever keeps the roll."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from beffroi.apps.roll.importing import Elector, read
from beffroi.apps.roll.models import Person
from beffroi.apps.roll.plan import KINDS, Plan

HEAD = ("what", "line", "number", "name", "before", "after")
SHOWN = {"register", "last_name", "first_name", "birth_date", "street", "order_number", "left_on"}
#: How many of each kind the page shows; the file has them all.
MOST_SHOWN = 50

Row = tuple[str, str, str, str, str, str]


def rows(plan: Plan) -> Iterator[Row]:
    """Every change, then every doubt."""
    people = {person.pk: person for person in Person.objects.all()}
    for change in plan.changes:
        person = people.get(change.person or 0)
        name = str(person) if person else f"{change.after['first_name']} {change.after['last_name']}"
        before, after = (
            ", ".join(f"{value}" for field, value in sorted(values.items()) if field in SHOWN and value is not None)
            for values in (change.before, change.after)
        )
        yield change.kind, str(change.line or ""), person.roll_number if person else "", name, before, after
    for doubt in plan.doubts:
        yield doubt.reason, ", ".join(map(str, doubt.lines)), ", ".join(doubt.numbers), "", "", ""


def changes_csv(plan: Plan) -> bytes:
    """All the rows as a table. A cell never begins as a formula does: a spreadsheet would run it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(HEAD)
    for row in rows(plan):
        writer.writerow([f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell for cell in row])
    return ("\ufeff" + out.getvalue()).encode()


def summary(plan: Plan, raw: bytes, now: datetime) -> dict[str, Any]:
    """What the page shows: figures, the first of each kind, each doubt with what the file says of its lines."""
    shown: dict[str, list[Row]] = {kind: [] for kind in KINDS}
    for row in rows(plan):
        if row[0] in shown and len(shown[row[0]]) < MOST_SHOWN:
            shown[row[0]].append(row)
    doubtful = {line for doubt in plan.doubts for line in doubt.lines}
    lines = {elector.line: elector for elector in read(raw, localdate(now))} if doubtful else {}
    return {
        "lines": plan.lines,
        "electors": plan.electors,
        "listed": plan.listed,
        "changes": len(plan.changes),
        "counts": {kind: plan.count(kind) for kind in KINDS},
        "asks": plan.asks_for_the_number,
        "shown": shown,
        "doubts": [
            {"reason": d.reason, "numbers": d.numbers, "lines": [_told(lines[line]) for line in d.lines]}
            for d in plan.doubts
        ],
        "same_line": plan.same_line,
        "european_only": plan.european_only,
        "partial": plan.partial,
    }


def _told(elector: Elector) -> dict[str, str | int]:
    last = elector.birth_name + (f" ({elector.usage_name})" if elector.usage_name else "")
    return {
        "line": elector.line,
        "name": f"{last}, {elector.first_names}",
        "born": elector.born,
        "street": elector.street,
        "station": elector.station,
        "list": elector.list,
    }
