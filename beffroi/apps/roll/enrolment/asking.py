"""The verbs of whoever asks: hand in a request, withdraw it, appeal. The counter's agent hands in for who is there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from beffroi.apps.letters.actions import queue
from beffroi.apps.roll.enrolment.models import Enrolment, Proof
from beffroi.apps.roll.enrolment.state import ROOM, State, delete_proofs, held, pass_to
from beffroi.apps.roll.models import Account
from beffroi.apps.roll.perms import may_act_at_counter
from beffroi.apps.roll.queries import RESIDENTS, full_key, minimum_age, normal_address
from beffroi.core import suffrage
from beffroi.core.errors import Malformed, Refused
from beffroi.web import pack, receipts, uploads
from beffroi.web.words import day

MOST_WAITING: Final = 6  # of one mailbox: a family shares one, nobody fills our disk with one
LONGEST_APPEAL: Final = 5000
LONGEST_NAME: Final = 200


@dataclass(frozen=True)
class Asker:
    """Who asks, as she writes it. Nationality is not asked for: the rule does not need it."""

    last_name: str
    first_name: str
    birth_date: date
    street: str
    email: str = ""

    def __post_init__(self) -> None:
        for name in ("last_name", "first_name", "street"):
            value = getattr(self, name)
            if not value.strip() or len(value) > LONGEST_NAME or any(ord(sign) < 32 for sign in value):
                raise Malformed(name, f"{len(value)} signs", f"1 to {LONGEST_NAME} signs, none of them a control")


@dataclass(frozen=True)
class Receipt:
    """What the person keeps: shown once, and only its hash is stored."""

    enrolment: Enrolment
    code: str


def must_be_old_enough(birth_date: date, today: date) -> None:
    """`Refused("enrolment.too_young")` with the day from which she may ask."""
    age = minimum_age(RESIDENTS, today)
    if not suffrage.is_old_enough(birth_date, today, age):
        raise Refused("enrolment.too_young", day(suffrage.turns(birth_date, age)))


def ask_online(asker: Asker, proofs: Mapping[str, uploads.Upload], now: datetime) -> Receipt:
    """A request from the web: the mailbox is confirmed (the caller has seen its code), both papers are files.

    `Refused`: enrolment.too_young, enrolment.no_proof, enrolment.asked_already, enrolment.too_many, roll.address_taken.
    """
    must_be_old_enough(asker.birth_date, localdate(now))
    if set(proofs) != set(Proof.Kind.values) or not asker.email:
        raise Refused("enrolment.no_proof")
    # Files first: a crash leaves a file that no row names, which is swept; never a row whose file is missing.
    files = {kind: uploads.keep(ROOM, upload) for kind, upload in proofs.items()}
    try:
        return _ask(asker, files, None, now)
    except Refused:
        for name in files.values():
            uploads.remove(ROOM, name)
        raise


def ask_at_counter(asker: Asker, agent: Account, now: datetime) -> Receipt:
    """A request at the counter: the person is there, the agent has seen both papers, and no copy is taken."""
    if not may_act_at_counter(agent):
        raise Refused("roll.not_an_agent")
    must_be_old_enough(asker.birth_date, localdate(now))
    return _ask(asker, {}, agent, now)


def _ask(asker: Asker, files: Mapping[str, str], agent: Account | None, now: datetime) -> Receipt:
    code = receipts.new()
    email = normal_address(asker.email)
    if email and Account.objects.filter(work_email=email).exists():  # it would shut that account's desk
        raise Refused("roll.address_taken")
    waiting = Enrolment.objects.filter(email=email, state__in=(State.WAITING, State.APPEALED))
    if email and waiting.count() >= MOST_WAITING:
        raise Refused("enrolment.too_many")
    for _ in range(20):  # two requests at the same instant ask for the same number: the second asks again
        try:
            with transaction.atomic():
                row = Enrolment.objects.create(
                    number=_next_number(localdate(now).year),
                    receipt_hash=receipts.hashed(code),
                    channel=Enrolment.Channel.COUNTER if agent else Enrolment.Channel.WEB,
                    entered_by=agent,
                    papers_seen=agent is not None,
                    asked_at=now,
                    last_name=asker.last_name.strip(),
                    first_name=asker.first_name.strip(),
                    name_key=full_key(asker.last_name, asker.first_name),
                    birth_date=asker.birth_date,
                    street=asker.street.strip(),
                    email=email,
                )
                Proof.objects.bulk_create(Proof(enrolment=row, kind=kind, file=f) for kind, f in files.items())
                queue("enrolment_received", row.ref, row.number, now)
                return Receipt(row, code)
        except IntegrityError:
            if _is_asked(asker, email):
                raise Refused("enrolment.asked_already") from None
    raise Refused("enrolment.busy")


def _is_asked(asker: Asker, email: str) -> bool:
    key = full_key(asker.last_name, asker.first_name)
    same = Enrolment.objects.filter(name_key=key, birth_date=asker.birth_date, email=email)
    return same.filter(state__in=(State.WAITING, State.APPEALED)).exists()


def _next_number(year: int) -> str:
    numbers = Enrolment.objects.filter(number__startswith=f"R{year}-").values_list("number", flat=True)
    last = numbers.order_by("-pk").first()
    return f"R{year}-{int(last.rpartition('-')[2]) + 1 if last else 1:04d}"


@transaction.atomic
def withdraw(request: Enrolment, now: datetime) -> Enrolment:
    """The person takes her request or her appeal back; her papers are deleted at once."""
    row = held(request)
    pass_to(row, State.WITHDRAWN)
    row.save(update_fields=["state"])
    delete_proofs(row)
    return row


def appeal_until(row: Enrolment) -> date:
    """The last day on which a refusal may be contested."""
    assert row.decided_at is not None
    decided = localdate(row.decided_at)
    return decided + timedelta(days=pack.current().number("enrolment.appeal_days", decided))


@transaction.atomic
def appeal(request: Enrolment, text: str, now: datetime) -> Enrolment:
    """The person contests the refusal. `Refused`: enrolment.decided, enrolment.appeal_late, enrolment.asked_already."""
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST_APPEAL or "\x00" in text:
        raise Malformed("appeal", f"{len(text)} signs", f"1 to {LONGEST_APPEAL} signs")
    row = held(request)
    pass_to(row, State.APPEALED)
    if localdate(now) > appeal_until(row):
        raise Refused("enrolment.appeal_late", row.number)
    row.appealed_at, row.appeal_text = now, text
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "appealed_at", "appeal_text"])
    except IntegrityError:  # she has asked anew in the meantime
        raise Refused("enrolment.asked_already") from None
    queue("enrolment_appealed", row.ref, row.number, now)
    return row
