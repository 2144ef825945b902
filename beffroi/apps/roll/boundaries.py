"""The verbs of streets and polling stations: take the addresses, plan new boundaries, apply them on their day."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils.timezone import localdate

from beffroi.apps.gazette.actions import publish
from beffroi.apps.roll import places
from beffroi.apps.roll.enrolment.residence import keep_addresses
from beffroi.apps.roll.imports import one_at_a_time as no_import_meanwhile
from beffroi.apps.roll.models import AddressPoint, BoundaryChange, Person, Station, StreetRule
from beffroi.apps.roll.street_files import Points, Rule, read_points, read_rules
from beffroi.apps.roll.streets import written
from beffroi.core.errors import Refused
from beffroi.core.rules import Pack
from beffroi.web import pack as packs
from beffroi.web import uploads

ROOM = "streets"  # where a file lies between its preview and its confirmation
BATCH = 1000
_LOCK = 0x72756573  # "rues": changes of boundaries follow one another


@dataclass(frozen=True)
class RulesPlan:
    """What a file of streets changes from the day `since` on. `fingerprint` is what the administrator confirms."""

    since: date
    begin: tuple[Rule, ...]
    end: tuple[StreetRule, ...]
    kept: int

    @property
    def streets(self) -> tuple[str, ...]:
        """The streets that are concerned, by name."""
        names = {rule.street_key: rule.street for rule in self.end} | {r.street_key: r.street for r in self.begin}
        return tuple(names[key] for key in sorted(names))

    @property
    def fingerprint(self) -> str:
        """Binds the confirmation to this very change."""
        told = [[*rule.part, rule.station] for rule in self.begin] + [[rule.pk] for rule in self.end]
        return hashlib.sha256(json.dumps([self.since.isoformat(), told]).encode()).hexdigest()[:16]


def plan_rules(raw: bytes, since: date, now: datetime) -> RulesPlan:
    """What `rues.csv` would change. Writes nothing.

    `Malformed`; `Refused`: roll.boundaries_past (rules are there already, and the day is gone), roll.boundaries_ahead
    (another change is planned), roll.boundaries_same_day (persons have moved by a change of that day already).
    """
    there = StreetRule.objects.exists()
    if there and since < localdate(now):
        raise Refused("roll.boundaries_past")
    if BoundaryChange.objects.filter(applied_at__isnull=False, since__gte=since).exists():
        raise Refused("roll.boundaries_same_day")
    ahead = BoundaryChange.objects.filter(applied_at=None, since__gt=localdate(now)).first()
    if ahead is not None:
        raise Refused("roll.boundaries_ahead", f"{ahead.since:%d/%m/%Y}")
    codes = Station.objects.values_list("code", flat=True)
    rules = read_rules(raw, {code.lstrip("0"): code for code in codes})
    now_held = {_part(rule): rule for rule in places.in_force(since)}
    wanted = {rule.part: rule for rule in rules}
    begin = [rule for part, rule in wanted.items() if part not in now_held or _differs(now_held[part], rule)]
    end = [rule for part, rule in now_held.items() if part not in wanted or _differs(rule, wanted[part])]
    return RulesPlan(since, tuple(begin), tuple(end), len(wanted) - len(begin))


def _part(rule: StreetRule) -> tuple[str, str, int, int]:
    return rule.street_key, rule.side, rule.first, rule.last


def _differs(held: StreetRule, wanted: Rule) -> bool:
    return held.station.code != wanted.station


def change_rules(raw: bytes, since: date, confirmed: str, now: datetime) -> BoundaryChange | None:
    """Writes what the preview showed, all of it or nothing; None when nothing changes. `Refused`: as `plan_rules`,
    and roll.not_the_preview.
    """
    with transaction.atomic():
        _one_at_a_time()
        plan = plan_rules(raw, since, now)
        if plan.fingerprint != confirmed:
            raise Refused("roll.not_the_preview", plan.fingerprint)
        if not plan.begin and not plan.end:
            return None
        _end(plan.end, since)
        stations = {station.code: station for station in Station.objects.all()}
        StreetRule.objects.bulk_create((_row(rule, stations, since) for rule in plan.begin), batch_size=BATCH)
        change, _ = BoundaryChange.objects.update_or_create(
            since=since, defaults={"streets": len(plan.streets), "applied_at": None}
        )
        publish("boundaries.planned", now, date=since, streets=len(plan.streets))
        return change


def _end(rules: Iterable[StreetRule], since: date) -> None:
    """A rule of the same day was never in force: it goes. Any other ends the day before."""
    ended = list(rules)
    StreetRule.objects.filter(pk__in=[rule.pk for rule in ended if rule.since == since]).delete()
    for start in range(0, len(ended), BATCH):
        batch = [rule.pk for rule in ended[start : start + BATCH] if rule.since < since]
        StreetRule.objects.filter(pk__in=batch).update(until=since)


def _row(rule: Rule, stations: dict[str, Station], since: date) -> StreetRule:
    return StreetRule(
        street_key=rule.street_key,
        street=rule.street,
        side=rule.side,
        first=rule.first,
        last=rule.last,
        station=stations[rule.station],
        since=since,
    )


def drop_planned(change: BoundaryChange, now: datetime) -> None:
    """Gives up boundaries whose day has not come: the rules are as they were. `Refused`: roll.boundaries_hold."""
    with transaction.atomic():
        _one_at_a_time()
        row = BoundaryChange.objects.filter(pk=change.pk, applied_at=None, since__gt=localdate(now)).first()
        if row is None:
            raise Refused("roll.boundaries_hold")
        StreetRule.objects.filter(since=row.since).delete()
        StreetRule.objects.filter(until=row.since).update(until=None)
        publish("boundaries.dropped", now, date=row.since)
        row.delete()


def apply_due(now: datetime) -> None:
    """The worker's part: once for each change, on its day, moves the persons whose polling station changes with it.

    Only those who stood where the old rules said: whoever stands elsewhere was put there by the electoral roll, which
    is the stronger source, and the report of `strangers` counts her.
    """
    for pk in BoundaryChange.objects.filter(applied_at=None, since__lte=localdate(now)).values_list("pk", flat=True):
        with transaction.atomic():
            _one_at_a_time()
            no_import_meanwhile()
            change = BoundaryChange.objects.select_for_update().filter(pk=pk, applied_at=None).first()
            if change is not None:
                _apply(change, now)


def _apply(change: BoundaryChange, now: datetime) -> None:
    before = places.by_street(places.in_force(change.since - timedelta(days=1)))
    after = places.by_street(places.in_force(change.since))
    moves: dict[int, list[int]] = {}
    # Held until the end: an agent who confirms a move meanwhile comes before or after, never in between.
    people = Person.objects.select_for_update().filter(left_on=None).order_by("pk")
    for person in people.only("pk", "street", "station_id"):
        asked = written(person.street)
        was = places.among(before.get(asked.street_key, ()), asked)
        becomes = places.among(after.get(asked.street_key, ()), asked)
        if was and becomes and was.station.pk == person.station_id != becomes.station.pk:
            moves.setdefault(becomes.station.pk, []).append(person.pk)
    for station in Station.objects.filter(pk__in=moves):
        for start in range(0, len(moves[station.pk]), BATCH):
            batch = moves[station.pk][start : start + BATCH]
            # Where they lived before stays known: a count asks of which neighbourhood somebody was on a past day.
            keep_addresses(Person.objects.filter(pk__in=batch), change.since)
            Person.objects.filter(pk__in=batch).update(station=station, neighbourhood_id=station.neighbourhood_id)
    change.applied_at, change.moved = now, sum(map(len, moves.values()))
    change.save(update_fields=["applied_at", "moved"])
    publish("boundaries.applied", now, date=change.since, moved=change.moved)


def strangers(day: date) -> int:
    """How many persons vote elsewhere than their street says: to be looked at in the electoral roll."""
    rules = places.by_street(places.in_force(day))
    count = 0
    for street, station in Person.objects.filter(left_on=None).values_list("street", "station_id"):
        asked = written(street)
        place = places.among(rules.get(asked.street_key, ()), asked)
        count += place is not None and place.station.pk != station
    return count


def plan_points(raw: bytes) -> Points:
    """The addresses of a Base Adresse Locale. Writes nothing. `Malformed`."""
    return read_points(raw, packs.current().code)


def replace_points(raw: bytes, now: datetime) -> Points:
    """The file's addresses instead of those that are there, all or nothing. Nobody's row points to an address."""
    found = plan_points(raw)
    with transaction.atomic():
        _one_at_a_time()
        AddressPoint.objects.all().delete()
        rows = (AddressPoint(**vars(point)) for point in found.points)
        AddressPoint.objects.bulk_create(rows, batch_size=BATCH)
    return found


def sweep(now: datetime) -> None:
    """Files of streets that nobody has confirmed within a day."""
    uploads.sweep(ROOM, (), now - timedelta(days=1))


def build(pack: Pack, now: datetime) -> None:
    """The streets and the addresses that the pack brings, the first time only: afterwards the pages change them."""
    rules, points = pack.root / "data" / "rues.csv", pack.root / "data" / "adresses.csv"
    if rules.exists() and not StreetRule.objects.exists():
        raw, since = rules.read_bytes(), localdate(now)
        change_rules(raw, since, plan_rules(raw, since, now).fingerprint, now)
    if points.exists() and not AddressPoint.objects.exists():
        replace_points(points.read_bytes(), now)


def _one_at_a_time() -> None:
    """SQLite's transactions follow one another anyway (settings.database says IMMEDIATE)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
