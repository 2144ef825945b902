"""A code that travels in a paper letter, for whoever has no e-mail address. Opens an account once, with the birth date.

80 bits: nobody guesses it, so nothing has to be counted against a stranger. Whoever found the letter has five tries at
the birth date. Only a keyed hash is kept.
"""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from beffroi.apps.roll import sealing
from beffroi.apps.roll.models import AccessTrace, Account, LetterCode, Person
from beffroi.core.errors import Refused
from beffroi.web import pack

SIGNS = 16
MOST_ATTEMPTS = 5
VALID_DAYS = "access.letter_code_days"
#: A closed letter leaves its row this long, for whoever asks what happened.
KEPT = timedelta(days=365)


def _mac(code: str) -> str:
    return sealing.mac("letter", sealing.plain(code))


def valid_until(now: datetime) -> datetime:
    """The end of a letter printed now, by the rules of the day."""
    return now + timedelta(days=pack.current().number(VALID_DAYS, localdate(now)))


def has_left(person: Person, now: datetime) -> bool:
    return person.left_on is not None and person.left_on <= localdate(now)


@transaction.atomic
def ask(person: Person, now: datetime) -> LetterCode:
    """She wants a letter: the town hall finds it among those to print. `Refused`: roll.letter_asked, roll.left."""
    if has_left(person, now):
        raise Refused("roll.left")
    _close(person, now)
    try:
        with transaction.atomic():
            return LetterCode.objects.create(person=person, asked_on=localdate(now))
    except IntegrityError:
        raise Refused("roll.letter_asked") from None


@transaction.atomic
def print_one(person: Person, by: Account, now: datetime) -> str:
    """The code of a new letter, shown to the printer and kept nowhere; the letter of before no longer works.

    `Refused("roll.left")`.
    """
    if has_left(person, now):
        raise Refused("roll.left")
    Person.objects.select_for_update().get(pk=person.pk)  # two agents at the same instant: the second replaces
    row = LetterCode.objects.filter(person=person, closed_on=None, code_mac=None).first()
    _close(person, now)
    row = row or LetterCode(person=person, asked_on=localdate(now))
    code = sealing.new_code(SIGNS)
    row.code_mac, row.printed_by = _mac(code), by
    row.expires_at = valid_until(now)
    row.save()
    account = Account.objects.get_or_create(person=person)[0]
    AccessTrace.objects.create(account=account, by=by, kind=AccessTrace.Kind.LETTER_PRINTED, on=localdate(now))
    return code


def waiting() -> list[LetterCode]:
    """The letters that were asked for and are not printed yet, in the order of the post."""
    rows = LetterCode.objects.filter(closed_on=None, code_mac=None).select_related("person__neighbourhood")
    return list(rows.order_by("person__street", "person__name_key", "pk"))


def enter(code: str, birth_date: date, now: datetime) -> Account:
    """Whose account the letter opens; the letter is used up. `Refused("roll.wrong_letter")`: the same for every fault.

    A wrong birth date beside a right code is an attempt; the fifth kills the letter.
    """
    person = use(code, birth_date, now)
    account = Account.objects.get_or_create(person=person)[0] if person else None
    if account is None or not account.is_active:
        raise Refused("roll.wrong_letter")
    return account


@transaction.atomic
def use(code: str, birth_date: date, now: datetime, of: Person | None = None) -> Person | None:
    """Whose letter it is, used up; None when it is not right. `of`: it must be hers."""
    living = LetterCode.objects.filter(closed_on=None, expires_at__gt=now, attempts__lt=MOST_ATTEMPTS)
    row = living.select_for_update(of=("self",)).select_related("person").filter(code_mac=_mac(code)).first()
    if row is None or (of is not None and row.person_id != of.pk):
        return None
    if row.person.birth_date != birth_date or has_left(row.person, now):
        row.attempts += 1
        row.save(update_fields=["attempts"])
        return None
    row.closed_on = localdate(now)
    row.save(update_fields=["closed_on"])
    return row.person


def state_of(person: Person, now: datetime) -> str:
    """What her page says: "none", "asked", "sent"."""
    row = LetterCode.objects.filter(person=person, closed_on=None).first()
    if row is None or (row.expires_at is not None and (row.expires_at <= now or row.attempts >= MOST_ATTEMPTS)):
        return "none"
    return "asked" if row.code_mac is None else "sent"


def _close(person: Person, now: datetime) -> None:
    """Her letter that is on its way stops working; what she asked for, and is not printed, stays."""
    LetterCode.objects.filter(person=person, closed_on=None).exclude(code_mac=None).update(closed_on=localdate(now))


def tidy(now: datetime) -> None:
    """Forgets the letters that were closed, or expired, more than a year ago."""
    LetterCode.objects.filter(closed_on__lte=localdate(now) - KEPT).delete()
    LetterCode.objects.filter(expires_at__lte=now - KEPT).delete()
