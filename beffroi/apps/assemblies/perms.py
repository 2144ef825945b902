"""Who may, in sentences."""

from datetime import date

from django.db.models import Q

from beffroi.apps.assemblies.models import Official
from beffroi.apps.roll.models import Account


def official_of(account: Account | None, on: date) -> Official | None:
    """The seat that this account holds on a day: from the day it was appointed, to the day before it left."""
    if account is None:
        return None
    in_office = Q(until=None) | Q(until__gt=on)
    return Official.objects.filter(in_office, account=account, since__lte=on).first()


def is_councillor(account: Account | None, on: date) -> bool:
    """Whoever sits in the assembly on that day, majority or opposition."""
    return official_of(account, on) is not None


def is_of_the_bureau(official: Official | None, on: date) -> bool:
    """Who decides for the council between its sittings: whoever presides, and the members designated, in office."""
    if official is None or not (official.presides or official.in_bureau):
        return False
    return official.since <= on and (official.until is None or official.until > on)
