"""The reads of the desk, and of whoever follows a request."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from beffroi.apps.roll.enrolment.models import Enrolment, Move
from beffroi.apps.roll.enrolment.residence import confirm_by
from beffroi.apps.roll.models import Person
from beffroi.core.errors import Refused
from beffroi.web import pack, receipts

MOST_LIKELY = 20


@dataclass(frozen=True)
class Queued:
    """A request on the desk, and the day by which it should be decided."""

    enrolment: Enrolment
    due: date

    def late(self, today: date) -> int:
        """Days past the day by which it was due; 0 when it is not."""
        return max((today - self.due).days, 0)


def due_on(begun: datetime) -> date:
    """The day by which a request or an appeal of that instant should be decided."""
    first = localdate(begun)
    return first + timedelta(days=pack.current().number("enrolment.decision_days", first))


def waiting() -> list[Queued]:
    """The requests that wait for an agent, the oldest first."""
    rows = Enrolment.objects.filter(state=Enrolment.State.WAITING).order_by("asked_at", "pk")
    return [Queued(row, due_on(row.asked_at)) for row in rows]


def appeals() -> list[Queued]:
    """The appeals that wait for the secretariat, the oldest first."""
    rows = Enrolment.objects.filter(state=Enrolment.State.APPEALED).order_by("appealed_at", "pk")
    return [Queued(row, due_on(row.appealed_at)) for row in rows if row.appealed_at]


def moves() -> QuerySet[Move]:
    """The new addresses that wait for an agent, the oldest first."""
    return Move.objects.filter(state=Move.State.WAITING).select_related("person").order_by("asked_at", "pk")


@dataclass(frozen=True)
class Desk:
    """How much waits for an account, and how much of it is late."""

    count: int
    late: int


def desk(agent: bool, clerk: bool, today: date) -> Desk:
    """Requests and moves for an agent, appeals for the secretariat."""
    listed = (waiting() if agent else []) + (appeals() if clerk else [])
    return Desk(len(listed) + (moves().count() if agent else 0), sum(item.late(today) > 0 for item in listed))


def decided_lately(now: datetime) -> QuerySet[Enrolment]:
    """What was decided within thirty days: letters are printed from here."""
    since = now - timedelta(days=30)
    rows = Enrolment.objects.filter(Q(decided_at__gte=since) | Q(appeal_decided_at__gte=since))
    return rows.exclude(state=Enrolment.State.WITHDRAWN).select_related("person").order_by("-decided_at")


def same_identity(row: Enrolment) -> list[Person]:
    """The persons of the roll, gone or not, with this name and birth date: one of them, or a true homonym."""
    assert row.birth_date is not None, "nothing is left to compare once it is accepted"
    return list(Person.objects.filter(name_key=row.name_key, birth_date=row.birth_date).order_by("pk"))


def likely(row: Enrolment) -> list[Person]:
    """Persons of the roll whom the request may be about, first those that fit best; shown before anything is decided.

    The same birth date with a last or a first name in common; the same name with another birth date, perhaps mistyped.
    """
    last, _bar, first = row.name_key.partition("|")
    given = first.split(" ")[0]
    born = Q(birth_date=row.birth_date)
    named = Q(name_key__startswith=f"{last}|") | Q(name_key__contains=f"|{given}")
    found = Person.objects.filter((born & named) | Q(name_key__startswith=f"{last}|{given}"))
    people = list(found.select_related("neighbourhood").order_by("pk")[: 5 * MOST_LIKELY])
    people.sort(key=lambda person: (person.name_key != row.name_key, person.birth_date != row.birth_date, person.pk))
    return people[:MOST_LIKELY]


def same_request(row: Enrolment) -> QuerySet[Enrolment]:
    """Other requests under the same name and birth date that wait: from another mailbox, or from the counter."""
    open_states = (Enrolment.State.WAITING, Enrolment.State.APPEALED)
    return Enrolment.objects.filter(name_key=row.name_key, birth_date=row.birth_date, state__in=open_states).exclude(
        pk=row.pk
    )


def by_receipt(text: str) -> Enrolment:
    """The request of a receipt. `Malformed` when it cannot be one, `Refused("enrolment.no_such_receipt")`."""
    hashed = receipts.hashed(receipts.normalised(text))
    found = Enrolment.objects.filter(receipt_hash=hashed).first()
    if found is None:
        raise Refused("enrolment.no_such_receipt")
    return found


def without_address(today: date) -> list[Person]:
    """Who has to confirm that she lives here, has no e-mail address, and so is written to on paper."""
    notice = timedelta(days=pack.current().number("enrolment.notice_days", today))
    people = Person.objects.filter(register=Person.Register.RESIDENT, email="")
    here = people.filter(Q(left_on=None) | Q(left_on__gt=today)).order_by("name_key", "pk")
    return [person for person in here if confirm_by(person, today) - notice <= today]


def to_confirm(person: Person, today: date) -> date | None:
    """The day by which she is asked to confirm, once it is near; the end of her enrolment, when that was not done."""
    if person.is_elector:
        return None
    if person.left_on is not None:
        return person.left_on if person.left_on > today else None
    due = confirm_by(person, today)
    notice = timedelta(days=pack.current().number("enrolment.notice_days", today))
    return due if due - notice <= today else None
