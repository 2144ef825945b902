"""Who may, in sentences."""

from datetime import date

from django.db.models import Q
from django.utils.timezone import localdate

from beffroi.apps.assemblies.models import Official
from beffroi.apps.roll.models import Account
from beffroi.apps.roll.perms import is_clerk


def _seat(account: Account, on: date) -> Official | None:
    in_office = Q(until=None) | Q(until__gt=on)
    return Official.objects.filter(in_office, account=account, since__lte=on).first()


def official_of(account: Account | None, on: date) -> Official | None:
    """The seat that this account holds on a day: from the day it was appointed, to the day before it left.

    None before the second step of signing in: whoever reads a councillor's mail answers nothing in her name.
    """
    return None if account is None or account.half_way else _seat(account, on)


def is_councillor(account: Account | None, on: date) -> bool:
    """Whoever sits in the assembly on that day, majority or opposition."""
    return official_of(account, on) is not None


def sits_on(official: Official, on: date) -> bool:
    """From the day of the appointment to the day before leaving."""
    return official.since <= on and (official.until is None or official.until > on)


def is_herself(official: Official, account: Account | None) -> bool:
    """This account is the one of the official herself."""
    return account is not None and official.account_id == account.pk


def may_record_charter(account: Account | None, official: Official, on: date) -> bool:
    """Herself while she sits, or the secretariat that holds her signed paper."""
    return is_clerk(account) or (is_herself(official, account) and sits_on(official, on))


def holds_a_seat(account: Account) -> bool:
    """Whether this account has a power in an assembly today, the second step passed or not (settings.POWERS)."""
    return _seat(account, localdate()) is not None


def is_of_the_bureau(official: Official | None, on: date) -> bool:
    """Who decides for the council between its sittings: whoever presides, and the members designated, in office."""
    if official is None or not (official.presides or official.in_bureau):
        return False
    return sits_on(official, on)
