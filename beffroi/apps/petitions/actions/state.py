"""What the verbs share: the locks on a petition, and whether it is open to whom.

Locks. A batch, a withdrawal and a verification hold the petition's row (FOR NO KEY UPDATE) and so come one after
another. A first signature only shares it (FOR KEY SHARE): signers never wait for one another nor for a batch, but
closing (FOR UPDATE) waits for the signatures in flight, and those that come later see the petition closed. On SQLite
each transaction is alone from its first statement, and no lock is needed.
"""

from datetime import date, datetime
from typing import Final

from django.db import connection
from django.utils.timezone import localdate

from beffroi.apps.petitions.models import Petition
from beffroi.apps.roll.models import Person
from beffroi.apps.roll.queries import RESIDENTS, eligibility
from beffroi.core.errors import Refused

_OPENING: Final = "SELECT id, number, state, opened_at, closes_at FROM petitions_petition WHERE id = %s"


def locked(petition_id: int, alone: bool = False) -> Petition:
    """The petition, held until the end of the transaction; `alone` also waits for first signatures in flight."""
    return Petition.objects.select_for_update(no_key=not alone).get(pk=petition_id)


def must_be_open(petition: Petition, now: datetime, shared: bool = False) -> None:
    """Compares the clock inside the caller's transaction: no job decides whether a signature is in time.

    `shared` also holds the petition against closing (see above): Django's foreign keys are checked at commit only.
    """
    lock = " FOR KEY SHARE" if shared and connection.vendor == "postgresql" else ""
    (row,) = Petition.objects.raw(f"{_OPENING}{lock}", [petition.pk])
    if row.opened_at is None or row.closes_at is None or now < row.opened_at:
        raise Refused("petitions.not_open", row.number)
    if row.state != Petition.State.OPEN or now >= row.closes_at:
        raise Refused("petitions.closed", row.number)


def must_be_eligible(person: Person, now: datetime) -> None:
    """On the day of the act: on the register of residents, 16 or over, not gone."""
    if code := eligibility(person, RESIDENTS, localdate(now)):
        raise Refused(f"petitions.{code}")


def quarter_of(day: date) -> str:
    """The quarter of the year of a day: "2026-Q4"."""
    return f"{day.year}-Q{(day.month + 2) // 3}"
