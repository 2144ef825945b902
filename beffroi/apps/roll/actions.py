"""The verbs of the roll: build, enrol, open accounts, act for a person at the counter.

Signing in has modules of its own: signing_in.py, letter_codes.py, identities.py, second_factor.py, addresses.py.
"""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from beffroi.apps.roll.counter_acts import note as note_counter_act
from beffroi.apps.roll.imports import import_roll, undo_import
from beffroi.apps.roll.models import Account, CounterSession, Neighbourhood, Person, Role, Station
from beffroi.apps.roll.perms import may_act_at_counter
from beffroi.apps.roll.queries import full_key, normal_address
from beffroi.apps.roll.signing_in import check_code, choose, forget_logins, issue_code, send_code
from beffroi.core.errors import Refused
from beffroi.core.rules import Pack

__all__ = [
    "begin_counter_session",
    "build",
    "check_code",
    "choose",
    "close_idle",
    "end_counter_session",
    "enrol",
    "forget_logins",
    "grant",
    "import_roll",
    "issue_code",
    "leave",
    "new_person",
    "note_counter_act",
    "open_account",
    "open_work_account",
    "send_code",
    "undo_import",
    "use_counter_session",
]

COUNTER_MINUTES = 15
#: The counter session's last use is written at most this often: a page is not worth a write each time.
WRITTEN_EVERY = timedelta(seconds=30)


@transaction.atomic
def build(pack: Pack) -> None:
    """Creates the pack's neighbourhoods and polling stations, or brings their names up to date."""
    for place in pack.neighbourhoods:
        Neighbourhood.objects.update_or_create(slug=place.slug, defaults={"name": place.name})
    for station in pack.stations:
        where = Neighbourhood.objects.get(slug=station.neighbourhood)
        Station.objects.update_or_create(code=station.code, defaults={"name": station.name, "neighbourhood": where})


def new_person(
    *,
    roll_number: str,
    register: str,
    last_name: str,
    first_name: str,
    birth_date: date,
    street: str,
    station: Station,
    since: date,
    email: str = "",
) -> Person:
    """A row of the roll, not saved: an official list of twenty thousand is written in one go. Else `enrol`."""
    return Person(
        roll_number=roll_number,
        register=register,
        last_name=last_name,
        first_name=first_name,
        name_key=full_key(last_name, first_name),
        birth_date=birth_date,
        street=street,
        neighbourhood_id=station.neighbourhood_id,
        station=station,
        email=normal_address(email),
        since=since,
    )


def enrol(
    *,
    roll_number: str,
    register: str,
    last_name: str,
    first_name: str,
    birth_date: date,
    street: str,
    station: Station,
    since: date,
    email: str = "",
) -> Person:
    """Writes one person in the roll. `Refused("roll.number_taken")`: that row of the roll is somebody already."""
    person = new_person(
        roll_number=roll_number,
        register=register,
        last_name=last_name,
        first_name=first_name,
        birth_date=birth_date,
        street=street,
        station=station,
        since=since,
        email=email,
    )
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        raise Refused("roll.number_taken", roll_number) from None
    return person


@transaction.atomic
def leave(person: Person, on: date) -> None:
    """Takes a person off the roll from the day `on`; the row stays, because acts point to it."""
    person.left_on = on
    person.save(update_fields=["left_on"])


def open_account(person: Person) -> Account:
    """The account of a person, made the first time. It is opened by her e-mail address, so she must have given one."""
    if not person.email:
        raise Refused("roll.no_address")
    return Account.objects.get_or_create(person=person)[0]


@transaction.atomic
def open_work_account(display_name: str, address: str, *roles: str) -> Account:
    """An account at work: a name and an address of its own. `Refused("roll.address_taken")` when a person has it."""
    wanted = normal_address(address)
    taken = Account.objects.filter(work_email=wanted) or Person.objects.filter(email=wanted)
    if not wanted or taken.exists():
        raise Refused("roll.address_taken")
    account = Account.objects.create(display_name=display_name, work_email=wanted)
    for kind in roles:
        grant(account, kind)
    return account


def grant(account: Account, kind: str) -> Role:
    """Gives an account a role. The counter is for accounts at work only."""
    if kind == Role.Kind.AGENT and account.person_id is not None:
        raise Refused("roll.agent_at_work")
    return Role.objects.get_or_create(account=account, kind=Role.Kind(kind))[0]


def begin_counter_session(agent: Account, person: Person, proof: str, now: datetime) -> CounterSession:
    """The agent acts for `person`, whose proof of identity she has seen. One person at a time.

    `Refused`: roll.not_an_agent, roll.left, roll.proof, roll.counter_busy.
    """
    if not may_act_at_counter(agent):
        raise Refused("roll.not_an_agent")
    if person.left_on is not None and person.left_on <= localdate(now):
        raise Refused("roll.left")
    if proof not in CounterSession.Proof.values:
        raise Refused("roll.proof")
    close_idle(now)
    try:
        with transaction.atomic():
            return CounterSession.objects.create(
                agent=agent, person=person, proof=proof, opened_at=now, last_used_at=now
            )
    except IntegrityError:
        raise Refused("roll.counter_busy") from None


def use_counter_session(agent: Account, now: datetime) -> CounterSession | None:
    """The agent's open session, its last use noted; None when there is none, or when it has just closed itself."""
    current = CounterSession.objects.filter(agent=agent, closed_at=None).select_related("person").first()
    if current is None:
        return None
    if _is_idle(current, now):
        close_idle(now)
        return None
    if now - current.last_used_at >= WRITTEN_EVERY:
        current.last_used_at = now
        CounterSession.objects.filter(pk=current.pk, closed_at=None).update(last_used_at=now)
    return current


def end_counter_session(agent: Account, now: datetime) -> None:
    """Closes the agent's session, if one is open."""
    CounterSession.objects.filter(agent=agent, closed_at=None).update(closed_at=now)


def close_idle(now: datetime) -> None:
    """Closes each session that nobody has used for 15 minutes."""
    limit = now - timedelta(minutes=COUNTER_MINUTES)
    CounterSession.objects.filter(closed_at=None, last_used_at__lte=limit).update(closed_at=now)


def _is_idle(session: CounterSession, now: datetime) -> bool:
    return now - session.last_used_at >= timedelta(minutes=COUNTER_MINUTES)
