"""The verbs of the charter: an official signs it, herself or on paper at the secretariat, and may withdraw.

A withdrawal holds from the instant at which it is recorded, never from an earlier day: nobody slips out of a recall
that somebody is filing. The journal names the mandate by its number.
"""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from beffroi.apps.assemblies.models import Charter, CharterText, Official
from beffroi.apps.assemblies.perms import is_herself, sits_on
from beffroi.apps.gazette.actions import publish
from beffroi.apps.letters.actions import queue
from beffroi.apps.roll.models import Account
from beffroi.apps.roll.perms import is_clerk
from beffroi.core.errors import Refused
from beffroi.web import pack


def sign(official: Official, account: Account, signed_on: date, now: datetime) -> Charter:
    """Records a signature under the pack's charter as it reads today. Her own account signs today and on no other day.

    `Refused`: assemblies.not_hers, no_charter, not_in_office, charter_date, charter_signed.
    """
    _must_be_hers(official, account)
    text = pack.current().texts.get("charter")
    today = localdate(now)
    if text is None:
        raise Refused("assemblies.no_charter")
    if not sits_on(official, today):
        raise Refused("assemblies.not_in_office", official.name)
    day = today if is_herself(official, account) else signed_on
    if not official.since <= day <= today:
        raise Refused("assemblies.charter_date")
    try:
        with transaction.atomic():
            kept, _ = CharterText.objects.get_or_create(sha256=text.fingerprint, defaults={"text": text.content})
            charter = Charter.objects.create(
                official=official, text=kept, signed_on=day, recorded_at=now, recorded_by=account
            )
            publish("charter.signed", now, official=official.number, signed=day, text_sha256=kept.sha256)
            _tell("charter_signed", charter, account, now)
    except IntegrityError:
        raise Refused("assemblies.charter_signed", official.name) from None
    return charter


@transaction.atomic
def withdraw(official: Official, account: Account, now: datetime) -> Charter:
    """Takes the standing signature back from this instant on. `Refused`: assemblies.not_hers, charter_not_signed."""
    _must_be_hers(official, account)
    charter = Charter.objects.select_for_update().filter(official=official, withdrawn_at=None).first()
    if charter is None:
        raise Refused("assemblies.charter_not_signed", official.name)
    charter.withdrawn_at, charter.withdrawn_by = now, account
    charter.save(update_fields=["withdrawn_at", "withdrawn_by"])
    publish("charter.withdrawn", now, official=official.number, text_sha256=charter.text.sha256)
    _tell("charter_withdrawn", charter, account, now)
    return charter


def _must_be_hers(official: Official, account: Account) -> None:
    if not is_herself(official, account) and not is_clerk(account):
        raise Refused("assemblies.not_hers", official.name)


def _tell(kind: str, charter: Charter, account: Account, now: datetime) -> None:
    """What the secretariat records in her name, she reads in a letter: nobody commits her behind her back."""
    official = charter.official
    if official.account is not None and not is_herself(official, account):
        # She may sign, withdraw and sign again: each time is a letter of its own.
        queue(kind, recipient(official.account), f"{official.number}-{charter.pk}", now)


def recipient(account: Account) -> UUID:
    """Under what reference the address book knows an official: her row of the roll, else her account at work."""
    return account.person.ref if account.person is not None else account.ref
