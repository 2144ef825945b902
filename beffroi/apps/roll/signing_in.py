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
from django.db.models import Q, QuerySet, Sum
from django.utils.crypto import salted_hmac

from beffroi.apps.letters.actions import send_now
from beffroi.apps.roll import letter_codes
from beffroi.apps.roll.models import Account, SignInCode
from beffroi.apps.roll.queries import candidates, normal_address
from beffroi.apps.roll.second_factor import forget_steps
from beffroi.core.errors import Refused

CODE_DIGITS = 6
LIFETIME = timedelta(minutes=10)
MOST_ATTEMPTS = 5
MOST_CODES_AN_HOUR = 5
AN_HOUR = timedelta(hours=1)
#: A code that nobody guesses (66 bits). Sent instead of six digits once an address is being tried, and then at most one
#: in each ten minutes, while the one before still works: whoever knows an address can neither use up its codes nor kill
#: them, so he cannot keep its owner out, and he fills no mailbox.
LONG_DIGITS = 20
LONG_LIFETIME = timedelta(minutes=30)
LONG_EVERY = timedelta(minutes=10)
#: Wrong birth dates in an hour, over all the codes of an address: only somebody who reads the mailbox gets this far.
MOST_WRONG_CHOICES = 10
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


def new_digits(digits: int = CODE_DIGITS) -> str:
    """A code of so many digits."""
    return f"{secrets.randbelow(10**digits):0{digits}d}"


def in_groups(code: str) -> str:
    """A code as it is read: six digits by three, twenty by four."""
    size = 3 if len(code) == CODE_DIGITS else 4
    return " ".join(code[place : place + size] for place in range(0, len(code), size))


def issue_code(address: str, now: datetime, lifetime: timedelta = LIFETIME, is_long: bool = False) -> str:
    """Makes a code for an address and returns it; sends nothing, and has no limit (the demonstration, the counter)."""
    mac = address_mac(address)
    code = new_digits(LONG_DIGITS if is_long else CODE_DIGITS)
    SignInCode.objects.create(
        address_mac=mac, code_mac=code_mac(mac, code), created_at=now, expires_at=now + lifetime, is_long=is_long
    )
    return code


def send_code(address: str, now: datetime, language: str) -> str:
    """Sends a code inside the request, to the address if an account has it. The same answer whether one has or not.

    Returns the code, which only a demonstration shows; "" when the last one still works and no other has left.
    """
    code = _issue_within_limit(address, now)
    if code and candidates(address):
        kind = "sign_in_code" if len(code) == CODE_DIGITS else "sign_in_code_long"
        try:
            send_now(kind, normal_address(address), {"code": in_groups(code)}, language)
        except (SMTPException, OSError) as error:  # said to the log only: a page that says it would tell who is known
            log.error("a sign-in code could not be sent: %s", type(error).__name__)
    return code


def send_confirmation(address: str, now: datetime, language: str) -> str:
    """Sends a code that shows whose mailbox it is, and opens no account. Returns it, as `send_code` does.

    `Refused("roll.not_sent")`, which tells nothing, since any address is written to.
    """
    code = _issue_within_limit(_unknown(address), now)
    if not code:
        return ""
    kind = "enrolment_code" if len(code) == CODE_DIGITS else "enrolment_code_long"
    try:
        send_now(kind, normal_address(address), {"code": in_groups(code)}, language)
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
    """Uses up a code of `send_confirmation`. `Refused("roll.wrong_code")`; the fifth kills those of six digits."""
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
    if not _is_tried(recent, mac, now) and recent.count() < MOST_CODES_AN_HOUR:
        return issue_code(address, now)
    waiting = recent.filter(is_long=True, used_at=None, wrong_choices__lt=MOST_ATTEMPTS)
    if waiting.filter(created_at__gt=now - LONG_EVERY).exists():
        return ""
    return issue_code(address, now, LONG_LIFETIME, is_long=True)


def _is_tried(recent: QuerySet[SignInCode], mac: str, now: datetime) -> bool:
    """Whether somebody guesses at this very address: then six digits no longer do."""
    killed = recent.filter(Q(attempts__gte=MOST_ATTEMPTS) | Q(is_long=True)).exists()
    return killed or (_under_attack(now) and _wrong_codes(now, address_mac=mac) > FEW_WRONG_CODES)


def _one_at_a_time(mac: str) -> None:
    """Requests about one address follow one another. SQLite's transactions all do: settings.database says IMMEDIATE."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(mac[:15], 16)])


def check_code(address: str, code: str, now: datetime) -> Checked:
    """What a code opens. Used up at once when it opens one account. `Refused("roll.wrong_code")` in every other case.

    A wrong code is an attempt against every living code of the address; the fifth kills those of six digits.
    """
    found = _judge(address, "".join(sign for sign in code if sign in "0123456789"), now)
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
    if not right or not accounts or not (right[0].is_long or _may_pass(accounts, mac, now)):
        for row in living:
            _count_attempt(row)
        return None
    certain = accounts[0].person is None or right[0].is_long or not _under_attack(now)
    settled = len(accounts) == 1 and certain
    if settled:
        _use_up(right[0], now)
    return Checked(right[0].pk, accounts, settled)


def choose(address: str, code_id: int, account: int, proof: date | str, now: datetime) -> Account:
    """Which person of those who share the address, by her birth date or the code of her letter. Uses up the code.

    `Refused`: roll.wrong_birth_date, which is an attempt; roll.wrong_code when the code has died or has been used.
    """
    mac = address_mac(address)
    with transaction.atomic():
        row = _living(now).filter(pk=code_id, address_mac=mac).first()
        guessed = _wrong(now, "wrong_choices", address_mac=mac) >= MOST_WRONG_CHOICES
        chosen = _chosen(address, account, proof, now) if row and not guessed else None
        if row and chosen:
            _use_up(row, now)
        elif row:
            row.wrong_choices += 1
            row.save(update_fields=["wrong_choices"])
    if row is None:
        raise Refused("roll.wrong_code")
    if chosen is None:
        raise Refused("roll.wrong_birth_date")
    return chosen


@transaction.atomic
def is_living(address: str, code_id: int, now: datetime) -> bool:
    """Whether a right code may still be used."""
    return _living(now).filter(pk=code_id, address_mac=address_mac(address)).exists()


def _chosen(address: str, account: int, proof: date | str, now: datetime) -> Account | None:
    found = next((one for one in candidates(address) if one.pk == account), None)
    if found is None or found.person is None:
        return None
    if isinstance(proof, date):
        right = found.person.birth_date == proof
    else:
        right = letter_codes.use(proof, found.person.birth_date, now, of=found.person) is not None
    return found if right else None


def _living(now: datetime) -> QuerySet[SignInCode]:
    rows = SignInCode.objects.filter(
        Q(attempts__lt=MOST_ATTEMPTS) | Q(is_long=True),
        used_at=None,
        expires_at__gt=now,
        wrong_choices__lt=MOST_ATTEMPTS,
    )
    # Locked until the transaction ends: of two right answers at the same instant one finds the row used.
    return rows.select_for_update().order_by("pk")


def _count_attempt(row: SignInCode) -> None:
    row.attempts = min(row.attempts + 1, 32767)  # a long code outlives as many as somebody cares to send
    row.save(update_fields=["attempts"])


def _use_up(row: SignInCode, now: datetime) -> None:
    row.used_at = now
    row.save(update_fields=["used_at"])


def _wrong(now: datetime, what: str, **of: str) -> int:
    recent = SignInCode.objects.filter(created_at__gt=now - AN_HOUR, **of)
    return recent.aggregate(wrong=Sum(what))["wrong"] or 0


def _wrong_codes(now: datetime, **of: str) -> int:
    return _wrong(now, "attempts", **of) + _wrong(now, "wrong_choices", **of)


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
        forget_steps(now)


def tidy(now: datetime) -> None:
    """Deletes the codes of more than an hour ago, and dead sessions."""
    SignInCode.objects.filter(created_at__lte=now - AN_HOUR, expires_at__lte=now).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    letter_codes.tidy(now)
