"""Moving, leaving, and confirming once a year, for the wider register: the electoral roll has its own rules.

Each is done by the resident, or by an agent in her presence (`Acting`). A declared departure can be taken back until
its day, because until then it is a date in the future and nothing else.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.timezone import localdate

from beffroi.apps.letters.actions import queue
from beffroi.apps.roll.acting import Acting
from beffroi.apps.roll.enrolment.models import Address, Move
from beffroi.apps.roll.models import Account, Person, Station
from beffroi.apps.roll.perms import may_act_at_counter
from beffroi.core import suffrage
from beffroi.core.errors import Malformed, Refused
from beffroi.web import pack

LONGEST_STREET = 200
#: A departure is announced at most this long before.
LONGEST_NOTICE = timedelta(days=366)


def _of_the_register(person: Person, today: date) -> Person:
    """Her row, held; `Refused` when the electoral roll decides for her, or when she has left."""
    row = Person.objects.select_for_update().get(pk=person.pk)
    if row.is_elector:
        raise Refused("residence.elector")
    if row.left_on is not None and row.left_on <= today:
        raise Refused("roll.left")
    return row


def here_since(person: Person) -> date:
    """The first day of her present address."""
    last = Address.objects.filter(person=person).order_by("-until").first()
    return max(last.until, person.since) if last else person.since


@transaction.atomic
def declare_move(acting: Acting, street: str, moved_on: date, now: datetime) -> Move:
    """A new address in the commune; an agent confirms it. `Refused`: residence.elector, residence.move_waits,
    residence.move_day (in the future, or before the present address began), roll.left.
    """
    street, today = " ".join(street.split()), localdate(now)
    if not street or len(street) > LONGEST_STREET or "\x00" in street:
        raise Malformed("street", f"{len(street)} signs", f"1 to {LONGEST_STREET} signs")
    person = _of_the_register(acting.person, today)
    if not here_since(person) <= moved_on <= today:
        raise Refused("residence.move_day")
    try:
        with transaction.atomic():
            return Move.objects.create(
                person=person, street=street, moved_on=moved_on, asked_at=now, entered_by=acting.agent
            )
    except IntegrityError:
        raise Refused("residence.move_waits") from None


@transaction.atomic
def withdraw_move(acting: Acting, now: datetime) -> None:
    """She takes back the move that waits, if one does."""
    waiting = Move.objects.select_for_update().filter(person=acting.person, state=Move.State.WAITING)
    for move in waiting:
        move.state, move.decided_at = Move.State.WITHDRAWN, now
        move.save(update_fields=["state", "decided_at"])


def _waiting(move: Move, agent: Account) -> Move:
    if not may_act_at_counter(agent):
        raise Refused("roll.not_an_agent")
    row = Move.objects.select_for_update().get(pk=move.pk)
    if row.state != Move.State.WAITING:
        raise Refused("residence.move_decided")
    return row


@transaction.atomic
def confirm_move(move: Move, agent: Account, station: Station, now: datetime) -> Person:
    """The agent has seen a proof of the new address: neighbourhood and station change, from the day of the move."""
    row = _waiting(move, agent)
    person = _of_the_register(row.person, localdate(now))
    change_address(person, row.street, station, row.moved_on)
    person.confirmed_on = localdate(now)
    person.save(update_fields=["confirmed_on"])
    row.state, row.decided_at, row.decided_by = Move.State.CONFIRMED, now, agent
    row.save(update_fields=["state", "decided_at", "decided_by"])
    queue("move_confirmed", person.ref, f"{row.pk}", now)
    return person


@transaction.atomic
def refuse_move(move: Move, agent: Account, now: datetime) -> None:
    """No proof, or not in the commune: the address stays, and she is told."""
    row = _waiting(move, agent)
    row.state, row.decided_at, row.decided_by = Move.State.REFUSED, now, agent
    row.save(update_fields=["state", "decided_at", "decided_by"])
    queue("move_refused", row.person.ref, f"{row.pk}", now)


def change_address(person: Person, street: str, station: Station, until: date) -> None:
    """Another address; the former one is kept with its days, the last before `until`, so that any day can be asked."""
    keep_addresses([person], until)
    person.street, person.station, person.neighbourhood_id = street, station, station.neighbourhood_id
    person.save(update_fields=["street", "station", "neighbourhood"])


def keep_addresses(people: Iterable[Person], until: date) -> None:
    """Writes down where these persons live until that day. An address of no day was nobody's."""
    listed = list(people)
    ends = Address.objects.filter(person__in=listed).values_list("person").annotate(Max("until"))
    begun: dict[int, date] = dict(ends)
    rows = []
    for person in listed:
        since = max(begun.get(person.pk, person.since), person.since)
        if since < until:
            where = {"neighbourhood_id": person.neighbourhood_id, "station_id": person.station_id}
            rows.append(Address(person=person, street=person.street, since=since, until=until, **where))
    Address.objects.bulk_create(rows)


@transaction.atomic
def declare_departure(acting: Acting, on: date, now: datetime) -> None:
    """She leaves the commune on that day. `Refused("residence.departure_day")`: past, or more than a year ahead."""
    today = localdate(now)
    person = _of_the_register(acting.person, today)
    if not max(today, person.since) <= on <= today + LONGEST_NOTICE:
        raise Refused("residence.departure_day")
    person.left_on = on
    person.save(update_fields=["left_on"])


@transaction.atomic
def confirm_residence(acting: Acting, now: datetime) -> None:
    """She still lives here: for another year. Takes back a departure that has not come yet."""
    person = _of_the_register(acting.person, localdate(now))
    person.confirmed_on, person.left_on = localdate(now), None
    person.save(update_fields=["confirmed_on", "left_on"])


def confirm_by(person: Person, today: date) -> date:
    """The day until which she should confirm. Nobody owes a confirmation from before the rule was there."""
    rule = pack.current().value("enrolment.renewal_months", today)
    begun = max(person.confirmed_on or person.since, person.since, rule.since)
    return suffrage.add_months(begun, pack.current().number("enrolment.renewal_months", today))


def renew(now: datetime) -> None:
    """Daily. Reminds whoever has to confirm soon; ends, after the grace, the enrolment of whoever did not.

    The end is a date in the future: until then she confirms and stays. Safe to run twice.
    """
    today, rules = localdate(now), pack.current()
    notice = timedelta(days=rules.number("enrolment.notice_days", today))
    grace = timedelta(days=rules.number("enrolment.grace_days", today))
    people = Person.objects.filter(register=Person.Register.RESIDENT, left_on=None, since__lte=today)
    for person in people.order_by("pk").iterator():
        due = confirm_by(person, today)
        if due - notice <= today:
            _remind_or_end(person, due, today + grace if due <= today else None, now)


def _remind_or_end(person: Person, due: date, end: date | None, now: datetime) -> None:
    with transaction.atomic():
        row = Person.objects.select_for_update().get(pk=person.pk)
        if row.left_on is not None or confirm_by(row, localdate(now)) != due:
            return  # she has confirmed, or said that she leaves, since we looked
        if end is None:
            queue("renewal_due", row.ref, f"{due:%d.%m.%Y}", now)
        else:
            row.left_on = end
            row.save(update_fields=["left_on"])
            queue("renewal_ends", row.ref, f"{end:%d.%m.%Y}", now)
