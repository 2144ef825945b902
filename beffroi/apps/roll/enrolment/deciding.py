"""The verbs of the desk: accept, refuse, decide an appeal. Each deletes the papers in its own transaction."""

import hashlib
from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from beffroi.apps.letters.actions import queue
from beffroi.apps.roll.actions import enrol, open_account
from beffroi.apps.roll.enrolment.asking import LONGEST_APPEAL, must_be_old_enough
from beffroi.apps.roll.enrolment.models import Enrolment
from beffroi.apps.roll.enrolment.queries import same_identity
from beffroi.apps.roll.enrolment.reasons import REASONS
from beffroi.apps.roll.enrolment.residence import change_address
from beffroi.apps.roll.enrolment.state import State, delete_proofs, held, pass_to
from beffroi.apps.roll.imports import one_at_a_time
from beffroi.apps.roll.models import Account, Person, Station
from beffroi.apps.roll.perms import is_clerk, may_act_at_counter
from beffroi.core.errors import Malformed, Refused


def may_decide(account: Account | None, request: Enrolment) -> bool:
    """A request: an agent. An appeal: a clerk, and never whoever refused."""
    if request.state == State.WAITING:
        return may_act_at_counter(account)
    if request.state == State.APPEALED:
        return account is not None and is_clerk(account) and account.pk != request.decided_by_id
    return False


@transaction.atomic
def accept(
    request: Enrolment,
    by: Account,
    station: Station,
    now: datetime,
    *,
    others: Collection[UUID] = (),
    papers_seen: bool = False,
    answer: str = "",
) -> Person:
    """Writes the person in the roll, or brings back her own row when she had left.

    `others`: persons of the roll with the same name and birth date, of whom `by` says that they are somebody else.
    `answer`: of an appeal, in writing. `Refused`: enrolment.decided, enrolment.not_yours, enrolment.no_proof,
    enrolment.on_roll, enrolment.too_young.
    """
    one_at_a_time()
    row = held(request)
    first = _decide(row, by, State.ACCEPTED, now, answer)
    if first and not (row.proofs.exists() or row.papers_seen or papers_seen):
        raise Refused("enrolment.no_proof")
    assert row.birth_date is not None
    must_be_old_enough(row.birth_date, localdate(now))
    row.papers_seen = row.papers_seen or papers_seen
    row.person = _person(row, station, others, localdate(now))
    if row.person.email:
        open_account(row.person)
    # What the roll now holds is not held twice.
    row.last_name = row.first_name = row.name_key = row.street = row.email = ""
    row.birth_date = None
    row.save()
    delete_proofs(row)
    queue("enrolment_accepted", row.person.ref, row.number, now)
    return row.person


def _person(row: Enrolment, station: Station, others: Collection[UUID], today: date) -> Person:
    same = same_identity(row)
    if any(person.ref not in others for person in same if _is_here(person, today)):
        raise Refused("enrolment.on_roll", row.number)
    back = next((person for person in same if not _is_here(person, today) and person.ref not in others), None)
    if back is not None:
        return _bring_back(back, row, station, today)
    try:
        with transaction.atomic():
            person = enrol(
                roll_number=f"R{_last_number() + 1:07d}",
                register=Person.Register.RESIDENT,
                last_name=row.last_name,
                first_name=row.first_name,
                birth_date=row.birth_date or today,
                street=row.street,
                station=station,
                since=today,
                email=row.email,
            )
            person.enrolled_as, person.confirmed_on = identity(row, len(same)), today
            person.save(update_fields=["enrolled_as", "confirmed_on"])
            return person
    except IntegrityError:
        raise Refused("enrolment.on_roll", row.number) from None


def _is_here(person: Person, today: date) -> bool:
    return person.left_on is None or person.left_on > today


def identity(row: Enrolment, namesakes: int) -> str:
    """What is unique in the roll: name and birth date, and how many namesakes the roll had, who are somebody else."""
    return hashlib.sha256(f"{row.name_key}|{row.birth_date}|{namesakes}".encode()).hexdigest()


def _bring_back(person: Person, row: Enrolment, station: Station, today: date) -> Person:
    """Her own row: what she did before stays hers, and the time between was lived elsewhere."""
    change_address(person, row.street, station, person.left_on or today)
    person.register, person.since, person.left_on = Person.Register.RESIDENT, today, None
    person.email, person.confirmed_on = row.email or person.email, today
    person.save(update_fields=["register", "since", "left_on", "email", "confirmed_on"])
    return person


def _last_number() -> int:
    last = Person.objects.filter(roll_number__regex=r"^R[0-9]{7}$").order_by("-roll_number").first()
    return int(last.roll_number[1:]) if last else 0


@transaction.atomic
def refuse(request: Enrolment, by: Account, reason: str, now: datetime) -> Enrolment:
    """Refuses a request for one of the published reasons. The papers are deleted at once, appeal or not."""
    if reason not in REASONS:
        raise Malformed("reason", reason[:40], ", ".join(REASONS))
    row = held(request)
    if row.state != State.WAITING:
        raise Refused("enrolment.decided", row.number)
    _decide(row, by, State.REFUSED, now, "")
    row.reason = reason
    row.save()
    delete_proofs(row)
    queue("enrolment_refused", row.ref, row.number, now)
    return row


@transaction.atomic
def refuse_appeal(request: Enrolment, by: Account, answer: str, now: datetime) -> Enrolment:
    """Another person than the one who refused upholds the refusal, in writing."""
    row = held(request)
    if row.state != State.APPEALED:
        raise Refused("enrolment.decided", row.number)
    _decide(row, by, State.APPEAL_REFUSED, now, answer)
    row.save()
    queue("enrolment_appeal_refused", row.ref, row.number, now)
    return row


def _decide(row: Enrolment, by: Account, state: Enrolment.State, now: datetime, answer: str) -> bool:
    """Notes who decides and when. Whether it is a first decision, and not an appeal's."""
    first = row.state == State.WAITING
    if row.state in (State.WAITING, State.APPEALED) and not may_decide(by, row):
        raise Refused("enrolment.not_yours", row.number)
    pass_to(row, state)
    if first:
        row.decided_at, row.decided_by = now, by
        return True
    written = answer.replace("\r\n", "\n").strip()
    if not written or len(written) > LONGEST_APPEAL or "\x00" in written:
        raise Malformed("answer", f"{len(written)} signs", f"1 to {LONGEST_APPEAL} signs")
    row.appeal_decided_at, row.appeal_decided_by, row.appeal_answer = now, by, written
    return False
