"""The second step of signing in: a code of an authenticator app, a recovery code, or a passkey (passkeys.py).

Needed before a role or a seat is used, whoever has one; residents without a task are never asked. Whoever reads an
agent's mail then still has no desk. Five wrong codes make the account wait a quarter of an hour: only somebody who has
passed the first step gets here, so no stranger can make an agent wait.
"""

import hmac
from datetime import datetime, timedelta

import pyotp
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.timezone import localdate

from beffroi.apps.roll import sealing
from beffroi.apps.roll.models import AccessTrace, Account, RecoveryCode, SecondFactor
from beffroi.core.errors import Refused

PASSED = "roll.second_factor"
STEP_SECONDS = 30
#: A telephone's clock may be one step early or late.
STEPS_AROUND = (0, -1, 1)
MOST_WRONG = 5
WAIT = timedelta(minutes=15)
RECOVERY_CODES = 10
RECOVERY_SIGNS = 12  # 60 bits, and five tries a quarter of an hour


def is_passed(session: SessionBase, account: Account) -> bool:
    """Whether the second step was passed in this session, by this account."""
    return bool(session.get(PASSED) == account.pk)


def pass_it(session: SessionBase, account: Account) -> None:
    """Notes in the session that the second step was passed."""
    session[PASSED] = account.pk


def is_needed(account: Account) -> bool:
    """Whoever has a role, or a power that an upper floor knows of (settings.POWERS): a seat in an assembly."""
    return account.roles.exists() or any(import_string(power)(account) for power in settings.POWERS)


def is_set(account: Account) -> bool:
    """Whether the account has something to pass the second step with."""
    return has_app(account) or account.passkeys.exists()


def has_app(account: Account) -> bool:
    """Whether an authenticator app gives its codes."""
    return SecondFactor.objects.filter(account=account).exclude(sealed_secret="").exists()


def set_accounts() -> list[Account]:
    """The accounts that have a second factor, for whoever takes one away."""
    has_one = (Q(second_factor__isnull=False) & ~Q(second_factor__sealed_secret="")) | Q(passkeys__isnull=False)
    return list(Account.objects.filter(has_one).select_related("person").distinct().order_by("display_name", "pk"))


def new_secret() -> str:
    """A secret for an authenticator app, sealed: it waits in the session until a first code proves that it arrived."""
    return sealing.seal("totp", pyotp.random_base32())


def reading(sealed: str, account: Account, issuer: str) -> tuple[str, str]:
    """The secret as it is typed by hand, and as the QR code tells it."""
    secret = sealing.unseal("totp", sealed) or ""
    return secret, pyotp.TOTP(secret).provisioning_uri(name=str(account), issuer_name=issuer)


def current_code(sealed: str, now: datetime) -> str:
    """What the app shows now: for the screen of a demonstration only (roll.checks.may_show_codes)."""
    return pyotp.TOTP(sealing.unseal("totp", sealed) or "").at(now)


@transaction.atomic
def set_up(account: Account, sealed: str, code: str, now: datetime) -> list[str]:
    """Takes the app for the account once its first code is right. Gives the recovery codes, which are shown once.

    `Refused("roll.wrong_second_code")`.
    """
    step = _step_of(sealed, code, now)
    if step is None:
        raise Refused("roll.wrong_second_code")
    SecondFactor.objects.update_or_create(
        account=account, defaults={"sealed_secret": sealed, "last_step": step, "wrong": 0, "wrong_since": None}
    )
    trace(account, account, AccessTrace.Kind.FACTOR_SET, now)
    return new_recovery_codes(account)


@transaction.atomic
def new_recovery_codes(account: Account) -> list[str]:
    """Ten codes for the day when the telephone is lost; those of before no longer work."""
    codes = [sealing.new_code(RECOVERY_SIGNS) for _ in range(RECOVERY_CODES)]
    account.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(account=account, code_mac=_mac(account, code)) for code in codes)
    return codes


def check(account: Account, code: str, now: datetime) -> None:
    """A code of the app, or a recovery code; each works once.

    `Refused`: roll.wrong_second_code, roll.second_factor_waits.
    """
    with transaction.atomic():
        row, _ = SecondFactor.objects.get_or_create(account=account)
        row = SecondFactor.objects.select_for_update().get(pk=row.pk)
        if _waits(row, now):
            raise Refused("roll.second_factor_waits")
        right = _use_step(row, code, now) or _use_recovery(account, code)
        row.wrong, row.wrong_since = (0, None) if right else (_recent_wrong(row, now) + 1, now)
        row.save(update_fields=["wrong", "wrong_since", "last_step"])
    if not right:
        raise Refused("roll.wrong_second_code")


def _waits(row: SecondFactor, now: datetime) -> bool:
    return _recent_wrong(row, now) >= MOST_WRONG


def _recent_wrong(row: SecondFactor, now: datetime) -> int:
    return row.wrong if row.wrong_since is not None and now - row.wrong_since < WAIT else 0


def _use_step(row: SecondFactor, code: str, now: datetime) -> bool:
    """A code of a step later than the last one used: what somebody read over a shoulder opens nothing any more."""
    step = _step_of(row.sealed_secret, code, now) if row.sealed_secret else None
    if step is None or step <= row.last_step:
        return False
    row.last_step = step
    return True


def _step_of(sealed: str, code: str, now: datetime) -> int | None:
    digits = "".join(sign for sign in code if sign in "0123456789")
    secret = sealing.unseal("totp", sealed)
    if secret is None or len(digits) != 6:
        return None
    totp, step = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    found = [step + away for away in STEPS_AROUND if hmac.compare_digest(totp.generate_otp(step + away), digits)]
    return found[0] if found else None


def _use_recovery(account: Account, code: str) -> bool:
    mac = _mac(account, sealing.plain(code))
    deleted, _ = RecoveryCode.objects.filter(account=account, code_mac=mac).delete()
    return deleted == 1


def _mac(account: Account, code: str) -> str:
    return sealing.mac("recovery", f"{account.pk} {code}")


@transaction.atomic
def reset(account: Account, by: Account | None, now: datetime) -> None:
    """Takes every second factor away, and ends every session: at the next sign-in a new one is set up.

    `Refused("roll.own_reset")`: nobody resets her own. `by` is None for the server's own command.
    """
    if by is not None and by.pk == account.pk:
        raise Refused("roll.own_reset")
    SecondFactor.objects.filter(account=account).delete()
    account.recovery_codes.all().delete()
    account.passkeys.all().delete()
    end_sessions(account)
    trace(account, by, AccessTrace.Kind.FACTOR_RESET, now)


def end_sessions(account: Account) -> None:
    """Every session of the account has ended."""
    account.epoch += 1
    Account.objects.filter(pk=account.pk).update(epoch=account.epoch)


def trace(account: Account, by: Account | None, kind: str, now: datetime) -> None:
    """Writes who changed what in how an account is opened; its owner reads it."""
    AccessTrace.objects.create(account=account, by=by, kind=AccessTrace.Kind(kind), on=localdate(now))


def forget_steps(now: datetime) -> None:
    """Every app's last step becomes the present one: it no longer says when somebody signed in, and replays nothing."""
    SecondFactor.objects.update(last_step=int(now.timestamp()) // STEP_SECONDS)
    SecondFactor.objects.filter(wrong_since__lte=now - WAIT).update(wrong=0, wrong_since=None)
