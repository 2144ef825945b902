"""Giving an account another e-mail address, at the counter: a code sent to the new one shows that she reads it.

The sessions of before end, and the former address is told: whoever had taken the account over is out, and whoever was
robbed of it knows. At home somebody may only give a first address: a stolen session changes none.
"""

import hmac
import logging
from datetime import datetime
from smtplib import SMTPException

from django.db import transaction

from beffroi.apps.letters.actions import send_now
from beffroi.apps.roll import counter_acts, signing_in
from beffroi.apps.roll.acting import WEB, Acting
from beffroi.apps.roll.models import AccessTrace, Account, Person, SignInCode
from beffroi.apps.roll.queries import normal_address
from beffroi.apps.roll.second_factor import end_sessions, trace
from beffroi.core.errors import Refused

log = logging.getLogger(__name__)


def may_change(acting: Acting) -> bool:
    """At the counter always; at home only who has none."""
    return acting.channel != WEB or not acting.person.email


def _key(person: Person) -> str:
    return signing_in.address_mac(f"change {person.pk}")


def _code_mac(person: Person, address: str, code: str) -> str:
    return signing_in.code_mac(_key(person), f"{normal_address(address)} {code}")


@transaction.atomic
def send_code(acting: Acting, address: str, now: datetime, language: str) -> str:
    """Sends a code to the new address; returns it, which only a demonstration shows.

    `Refused`: roll.address_by_counter, roll.address_taken, roll.too_many_codes.
    """
    if not may_change(acting):
        raise Refused("roll.address_by_counter")
    wanted, person = normal_address(address), acting.person
    if Account.objects.filter(work_email=wanted).exists():
        raise Refused("roll.address_taken")
    Person.objects.select_for_update().get(pk=person.pk)
    recent = SignInCode.objects.filter(address_mac=_key(person), created_at__gt=now - signing_in.AN_HOUR)
    if recent.count() >= signing_in.MOST_CODES_AN_HOUR:
        raise Refused("roll.too_many_codes")
    code = signing_in.new_digits()
    SignInCode.objects.create(
        address_mac=_key(person),
        code_mac=_code_mac(person, wanted, code),
        created_at=now,
        expires_at=now + signing_in.LIFETIME,
    )
    _tell("address_code", wanted, {"code": f"{code[:3]} {code[3:]}"}, language)
    return code


def confirm(acting: Acting, address: str, code: str, now: datetime, language: str) -> Account:
    """The code was right: the address is hers. `Refused`: roll.wrong_code, roll.address_by_counter."""
    if not may_change(acting):
        raise Refused("roll.address_by_counter")
    if not _is_right(acting.person, address, code, now):
        raise Refused("roll.wrong_code")
    return _change(acting, normal_address(address), "access.address", now, language)


@transaction.atomic
def _is_right(person: Person, address: str, code: str, now: datetime) -> bool:
    digits = "".join(sign for sign in code if sign in "0123456789")
    given = _code_mac(person, address, digits)
    living = SignInCode.objects.select_for_update().filter(
        address_mac=_key(person), used_at=None, expires_at__gt=now, attempts__lt=signing_in.MOST_ATTEMPTS
    )
    rows = list(living)
    right = [row for row in rows if hmac.compare_digest(row.code_mac, given)]
    for row in right or rows:
        if right:
            row.used_at = now
        else:
            row.attempts += 1
        row.save(update_fields=["used_at", "attempts"])
    return bool(right)


def remove(acting: Acting, now: datetime, language: str) -> Account:
    """She no longer reads that mailbox, and has no other: a letter opens her account. At the counter only.

    `Refused("roll.address_by_counter")`.
    """
    if acting.channel == WEB:
        raise Refused("roll.address_by_counter")
    return _change(acting, "", "access.no_address", now, language)


@transaction.atomic
def _change(acting: Acting, address: str, act: str, now: datetime, language: str) -> Account:
    person = Person.objects.select_for_update().get(pk=acting.person.pk)
    before, person.email = person.email, address
    person.save(update_fields=["email"])
    acting.person.email = address
    account = Account.objects.get_or_create(person=person)[0]
    end_sessions(account)
    trace(account, acting.agent or account, AccessTrace.Kind.ADDRESS_CHANGED, now)
    counter_acts.note(acting, act, now)
    if before and before != address:
        transaction.on_commit(lambda: _tell("address_changed", before, {}, language))
    return account


def _tell(kind: str, address: str, context: dict[str, str], language: str) -> None:
    try:
        send_now(kind, address, context, language)
    except (SMTPException, OSError) as error:
        log.error("a letter about an address could not be sent: %s", type(error).__name__)


def tell_reset(account: Account, language: str) -> None:
    """Tells its owner that an administrator has taken the second factor away."""
    address = account.work_email or (account.person.email if account.person else "")
    if address:
        _tell("factor_reset", address, {}, language)
