"""Signing in by a one-time code sent to an address. What the server keeps: keyed hashes, and for ten minutes.

An unknown address is treated exactly as a known one: the same rows, the same limits, the same answers; no mail leaves.
"""

import hmac
import logging
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from smtplib import SMTPException

from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import QuerySet, Sum
from django.utils.crypto import salted_hmac

from beffroi.apps.letters.actions import send_now
from beffroi.apps.roll.models import Account, SignInCode
from beffroi.apps.roll.queries import candidates, normal_address
from beffroi.core.errors import Refused

CODE_DIGITS = 6
LIFETIME = timedelta(minutes=10)
MOST_ATTEMPTS = 5
MOST_CODES_AN_HOUR = 5
AN_HOUR = timedelta(hours=1)
#: Wrong codes of everybody in an hour, above which somebody is trying addresses one after another.
MANY_WRONG_CODES = 100
#: Then an account at work, which has no birth date to ask for, may have been guessed at this often within the hour.
FEW_WRONG_CODES = 2

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checked:
    """A right code. `settled`: one account, the code is used up; else the page asks which person and her birth date."""

    code_id: int
    accounts: tuple[Account, ...]
    settled: bool


def address_mac(address: str) -> str:
    """What stands for an address in the table of codes."""
    return salted_hmac("beffroi.roll.address", normal_address(address), algorithm="sha256").hexdigest()


def code_mac(mac: str, code: str) -> str:
    """What stands for a code sent to one address."""
    return salted_hmac("beffroi.roll.code", f"{mac} {code}", algorithm="sha256").hexdigest()


def issue_code(address: str, now: datetime, lifetime: timedelta = LIFETIME) -> str:
    """Makes a code for an address and returns it; sends nothing, and has no limit (the demonstration, the counter)."""
    mac, code = address_mac(address), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    SignInCode.objects.create(address_mac=mac, code_mac=code_mac(mac, code), created_at=now, expires_at=now + lifetime)
    return code


def send_code(address: str, now: datetime, language: str) -> str:
    """Sends a code inside the request, to the address if an account has it. The same answer whether one has or not.

    Returns the code, which only a demonstration shows. `Refused("roll.too_many_codes")` beyond 5 in an hour.
    """
    code = _issue_within_limit(address, now)
    if candidates(address):
        try:
            send_now("sign_in_code", normal_address(address), {"code": f"{code[:3]} {code[3:]}"}, language)
        except (SMTPException, OSError) as error:  # said to the log only: a page that says it would tell who is known
            log.error("a sign-in code could not be sent: %s", type(error).__name__)
    return code


def send_confirmation(address: str, now: datetime, language: str) -> str:
    """Sends a code that shows whose mailbox it is, and opens no account. Returns it, as `send_code` does.

    `Refused`: roll.too_many_codes; roll.not_sent, which tells nothing, since any address is written to.
    """
    code = _issue_within_limit(_unknown(address), now)
    try:
        send_now("enrolment_code", normal_address(address), {"code": f"{code[:3]} {code[3:]}"}, language)
    except (SMTPException, OSError) as error:
        log.error("a confirmation code could not be sent: %s", type(error).__name__)
        raise Refused("roll.not_sent") from None
    return code


@transaction.atomic
def _confirm(address: str, digits: str, now: datetime) -> bool:
    mac = address_mac(_unknown(address))
    living = list(_living(now).filter(address_mac=mac))
    right = [row for row in living if hmac.compare_digest(row.code_mac, code_mac(mac, digits))]
    for row in right[:1]:
        _use_up(row, now)
    for row in living if not right else []:
        _count_attempt(row)
    return bool(right)


def confirm_address(address: str, code: str, now: datetime) -> None:
    """Uses up a code of `send_confirmation`. `Refused("roll.wrong_code")`; the fifth wrong one kills them all."""
    if not _confirm(address, "".join(sign for sign in code if sign in "0123456789"), now):
        raise Refused("roll.wrong_code")


def _unknown(address: str) -> str:
    """What a confirmation's code is kept under: no account ever has it, so such a code never signs anybody in."""
    return f"confirmation {normal_address(address)}"


@transaction.atomic
def _issue_within_limit(address: str, now: datetime) -> str:
    mac = address_mac(address)
    _one_at_a_time(mac)
    recent = SignInCode.objects.filter(address_mac=mac, created_at__gt=now - AN_HOUR)
    if recent.count() >= MOST_CODES_AN_HOUR:
        raise Refused("roll.too_many_codes")
    return issue_code(address, now)


def _one_at_a_time(mac: str) -> None:
    """Requests about one address follow one another. SQLite's transactions all do: settings.database says IMMEDIATE."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(mac[:15], 16)])


def check_code(address: str, code: str, now: datetime) -> Checked:
    """What a code opens. Used up at once when it opens one account. `Refused("roll.wrong_code")` in every other case.

    A wrong code is an attempt against every living code of the address; the fifth kills them.
    """
    digits = "".join(sign for sign in code if sign in "0123456789")
    found = _judge(address, digits, now)
    if found is None:
        raise Refused("roll.wrong_code")
    return found


@transaction.atomic
def _judge(address: str, code: str, now: datetime) -> Checked | None:
    mac = address_mac(address)
    given = code_mac(mac, code)
    living = list(_living(now).filter(address_mac=mac))
    right = [row for row in living if hmac.compare_digest(row.code_mac, given)]
    accounts = tuple(candidates(address))
    if not right or not accounts or not _may_pass(accounts, mac, now):
        for row in living:
            _count_attempt(row)
        return None
    settled = len(accounts) == 1 and (accounts[0].person is None or not _under_attack(now))
    if settled:
        _use_up(right[0], now)
    return Checked(right[0].pk, accounts, settled)


def choose(address: str, code_id: int, account: int, birth_date: date, now: datetime) -> Account:
    """Which person of those who share the address, by her birth date. Uses up the code; a wrong date is an attempt.

    `Refused("roll.wrong_birth_date")`, or `Refused("roll.wrong_code")` when the code has died or has been used.
    """
    with transaction.atomic():
        row = _living(now).filter(pk=code_id, address_mac=address_mac(address)).first()
        chosen = _chosen(address, account, birth_date) if row else None
        if row and chosen:
            _use_up(row, now)
        elif row:
            _count_attempt(row)
    if row is None:
        raise Refused("roll.wrong_code")
    if chosen is None:
        raise Refused("roll.wrong_birth_date")
    return chosen


def is_living(address: str, code_id: int, now: datetime) -> bool:
    """Whether a right code may still be used."""
    return _living(now).filter(pk=code_id, address_mac=address_mac(address)).exists()


def _chosen(address: str, account: int, birth_date: date) -> Account | None:
    for candidate in candidates(address):
        if candidate.pk == account and candidate.person and candidate.person.birth_date == birth_date:
            return candidate
    return None


def _living(now: datetime) -> QuerySet[SignInCode]:
    rows = SignInCode.objects.filter(used_at=None, expires_at__gt=now, attempts__lt=MOST_ATTEMPTS)
    # Locked until the transaction ends: of two right answers at the same instant one finds the row used.
    return rows.select_for_update().order_by("pk")


def _count_attempt(row: SignInCode) -> None:
    row.attempts += 1
    row.save(update_fields=["attempts"])


def _use_up(row: SignInCode, now: datetime) -> None:
    row.used_at = now
    row.save(update_fields=["used_at"])


def _wrong_codes(now: datetime, **of: str) -> int:
    recent = SignInCode.objects.filter(created_at__gt=now - AN_HOUR, **of)
    return recent.aggregate(wrong=Sum("attempts"))["wrong"] or 0


def _under_attack(now: datetime) -> bool:
    """Six digits stop somebody who guesses for one address, not for twenty thousand: then everybody is asked more."""
    return _wrong_codes(now) >= MANY_WRONG_CODES


def _may_pass(accounts: tuple[Account, ...], mac: str, now: datetime) -> bool:
    """An account at work has no birth date to ask for: it passes while hardly anybody has guessed at itself.

    It does not wait until the guessing elsewhere has ended: whoever types wrong codes would shut the town hall out.
    """
    at_home = accounts[0].person is not None
    return at_home or not _under_attack(now) or _wrong_codes(now, address_mac=mac) <= FEW_WRONG_CODES


def forget_logins(now: datetime) -> None:
    """Deletes every session and code. Called when a vote closes: sign-in times could tell whose a ballot is."""
    with transaction.atomic():
        Session.objects.all().delete()
        SignInCode.objects.all().delete()


def tidy(now: datetime) -> None:
    """Deletes the codes of more than an hour ago, and dead sessions."""
    SignInCode.objects.filter(created_at__lte=now - AN_HOUR, expires_at__lte=now).delete()
    Session.objects.filter(expire_date__lt=now).delete()
