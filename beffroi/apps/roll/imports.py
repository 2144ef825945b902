"""The verbs of an import: preview what a file changes, do it in one step, take it back. `importing` reads the file."""

from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import ProtectedError
from django.utils.timezone import localdate

from beffroi.apps.gazette.actions import publish
from beffroi.apps.roll.comparing import compare
from beffroi.apps.roll.enrolment.residence import keep_addresses
from beffroi.apps.roll.importing import Elector, Progress, quiet, read
from beffroi.apps.roll.models import Address, Import, Person, Station
from beffroi.apps.roll.plan import GONE, KINDS, MOVED, NEW, Change, Decisions, Plan, Value, fields_of
from beffroi.apps.roll.queries import name_key
from beffroi.core.errors import Refused
from beffroi.web import pack

BATCH = 500
_LOCK = 0x726F6C6C  # "roll": imports follow one another


def preview(raw: bytes, now: datetime, decisions: Decisions | None = None, progress: Progress = quiet) -> Plan:
    """What the file would change. Writes nothing. `Malformed` for a file that cannot be read, `Refused` as below."""
    if pack.by_association():
        raise Refused("roll.no_electors_here")
    lines = read(raw, localdate(now), progress)
    _of_this_commune(lines)
    progress("comparing", 0, len(lines))
    plan = compare(
        lines,
        Person.objects.order_by("pk"),
        Station.objects.order_by("code"),
        decisions or Decisions(),
        localdate(now).isoformat(),
    )
    progress("comparing", len(lines), len(lines))
    return plan


def import_roll(
    raw: bytes,
    confirmed: str,
    now: datetime,
    *,
    leaving: int | None = None,
    decisions: Decisions | None = None,
    progress: Progress = quiet,
) -> Import | None:
    """Does what the preview showed, all of it or nothing; None when nothing changes.

    `Refused`: roll.no_electors_here (an association's instance), roll.other_commune, roll.not_the_preview (the file or
    the register is no longer what was confirmed), roll.many_leave (more than a tenth would leave, and `leaving` is not
    their number), roll.no_such_decision.
    """
    with transaction.atomic():
        one_at_a_time()
        plan = preview(raw, now, decisions, progress)
        if plan.fingerprint != confirmed:
            raise Refused("roll.not_the_preview", plan.fingerprint)
        if not plan.changes:
            return None
        if plan.asks_for_the_number and leaving != plan.count(GONE):
            raise Refused("roll.many_leave", str(plan.count(GONE)))
        return _write(plan, now, progress)


def _of_this_commune(lines: tuple[Elector, ...]) -> None:
    """The code may be another than INSEE's, and the name is spelled in several ways: one of them has to fit."""
    here = pack.current()
    for line in lines:
        if line.commune_code != here.code and name_key(line.commune) != name_key(here.name):
            raise Refused("roll.other_commune", f"{line.line}")


def one_at_a_time() -> None:
    """Held to the end of the transaction by whatever adds persons to the roll.

    SQLite's transactions follow one another anyway (settings.database says IMMEDIATE).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _write(plan: Plan, now: datetime, progress: Progress) -> Import:
    step = _counter(len(plan.changes), progress)
    newcomers = [change for change in plan.changes if change.kind == NEW]
    number = _last_number()
    changes: list[tuple[int, dict[str, Value] | None, dict[str, Value]]] = []
    for start in range(0, len(newcomers), BATCH):
        rows = [
            _row(change, f"E{number + start + place:07d}", now)
            for place, change in enumerate(newcomers[start : start + BATCH], 1)
        ]
        changes += [(row.pk, None, {}) for row in Person.objects.bulk_create(rows)]
        step(len(rows))
    moved = [change.person for change in plan.changes if change.kind == MOVED and change.person is not None]
    for start in range(0, len(moved), BATCH):
        keep_addresses(Person.objects.filter(pk__in=moved[start : start + BATCH]), localdate(now))
    for change in plan.changes:
        if change.person is not None:
            Person.objects.filter(pk=change.person).update(**change.after)
            changes.append((change.person, change.before, change.after))
            step(1)
    Import.objects.filter(changes__isnull=False).update(changes=None)
    counts = {"lines": plan.lines, "electors": plan.electors} | {kind: plan.count(kind) for kind in KINDS}
    done = Import.objects.create(at=now, fingerprint=plan.fingerprint, counts=counts, changes=changes)
    changed = len(plan.changes) - counts[NEW] - counts[GONE]
    publish("roll.imported", now, electors=plan.electors, arrived=counts[NEW], changed=changed, left=counts[GONE])
    return done


def _row(change: Change, number: str, now: datetime) -> Person:
    return Person(roll_number=number, since=localdate(now), **change.after)


def _last_number() -> int:
    """The last number that an import gave. They all have seven digits, so that the order of text is theirs."""
    last = Person.objects.filter(roll_number__regex=r"^E[0-9]{7}$").order_by("-roll_number").first()
    return int(last.roll_number[1:]) if last else 0


def _counter(total: int, progress: Progress) -> Callable[[int], None]:
    done = 0

    def step(more: int) -> None:
        nonlocal done
        done += more
        if done % BATCH == 0 or done == total:
            progress("writing", done, total)

    return step


def undo_import(now: datetime, progress: Progress = quiet) -> Import:
    """Gives back the rows as they were before the last import, all of them or none.

    `Refused`: roll.nothing_to_undo; roll.changed_since, when somebody has acted, given an address, moved or left since.
    """
    with transaction.atomic():
        one_at_a_time()
        last = Import.objects.filter(changes__isnull=False).order_by("-pk").first()
        if last is None or last.changes is None:
            raise Refused("roll.nothing_to_undo")
        people = {person.pk: person for person in Person.objects.all()}
        step = _counter(len(last.changes), progress)
        newcomers = []
        for key, before, after in last.changes:
            person = people.get(key)
            if person is None or not _as_left(person, before, after):
                raise Refused("roll.changed_since", person.roll_number if person else "")
            if before is None:
                newcomers.append(key)
            else:
                Person.objects.filter(pk=key).update(**before)
                if {"street", "station_id"} & before.keys():
                    # Not the address of before new boundaries, when these began on the same day.
                    was = {name: before.get(name, getattr(person, name)) for name in ("street", "station_id")}
                    Address.objects.filter(person=key, until=localdate(last.at), **was).delete()
            step(1)
        _remove(newcomers)
        last.changes, last.undone_at = None, now
        last.save(update_fields=["changes", "undone_at"])
        publish("roll.import_undone", now, arrived=last.counts[NEW], left=last.counts[GONE])
        return last


def _as_left(person: Person, before: dict[str, Value] | None, after: dict[str, Value]) -> bool:
    """Whether the row is as the import left it. Somebody new has given no address and has not left."""
    if before is None:
        return not person.email and person.left_on is None
    now = fields_of(person)
    return all(now[name] == value for name, value in after.items())


def _remove(newcomers: list[int]) -> None:
    for start in range(0, len(newcomers), BATCH):
        try:
            Person.objects.filter(pk__in=newcomers[start : start + BATCH]).delete()
        except ProtectedError as acted:
            person = next(iter(acted.protected_objects))
            raise Refused("roll.changed_since", type(person).__name__.lower()) from None
