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

from beffroi.apps.assemblies.models import Official
from beffroi.apps.assemblies.perms import sits_on
from beffroi.apps.petitions.models import Petition, Signature
from beffroi.apps.roll.models import Person
from beffroi.apps.roll.queries import ELECTORS, RESIDENTS, eligibility
from beffroi.core.errors import Refused
from beffroi.web.rows import Rows

_HERS: Final = Rows(
    "SELECT {hers} FROM petitions_signature hers WHERE petition_id = %s AND person_id = %s", hers=Signature
)
_STATE: Final = "SELECT {now} FROM petitions_petition now WHERE id = %s"
_PETITION, _PETITION_SHARED = Rows(_STATE, now=Petition), Rows(f"{_STATE} FOR KEY SHARE", now=Petition)


def locked(petition_id: int, alone: bool = False) -> Petition:
    """The petition, held until the end of the transaction; `alone` also waits for first signatures in flight."""
    return Petition.objects.select_for_update(no_key=not alone).get(pk=petition_id)


def signature_of(petition: Petition, person: Person) -> Signature | None:
    """The one row of a person for a petition, standing or not."""
    found = _HERS(petition.pk, person.pk)
    return found[0][0] if found else None


def must_be_open(petition: Petition, now: datetime, shared: bool = False) -> None:
    """Compares the clock inside the caller's transaction: no job decides whether a signature is in time.

    `shared` also holds the petition against closing (see above): Django's foreign keys are checked at commit only.
    """
    locking = shared and connection.vendor == "postgresql"
    ((row,),) = (_PETITION_SHARED if locking else _PETITION)(petition.pk)
    if row.opened_at is None or row.closes_at is None or now < row.opened_at:
        raise Refused("petitions.not_open", row.number)
    if row.state != Petition.State.OPEN or now >= row.closes_at:
        raise Refused("petitions.closed", row.number)


# A recall is the electors' alone: its refusals say so, and strike a signature off wholly ("not_elector" is the code of
# a legal request that a resident could not make; her signature stands).
_OF_ELECTORS: Final = {"not_elector": "not_an_elector", "too_young": "under_18"}


def why_not_of_body(petition: Petition, person: Person, day: date) -> str:
    """Why this person may not sign this petition on that day, as a published code; empty when she may."""
    if petition.kind == Petition.Kind.RECALL:
        code = eligibility(person, ELECTORS, day)
        return _OF_ELECTORS.get(code, code)
    if code := eligibility(person, RESIDENTS, day):
        return code
    elsewhere = petition.neighbourhood_id is not None and petition.neighbourhood_id != person.neighbourhood_id
    return "other_neighbourhood" if elsewhere else ""


def must_be_of_body(petition: Petition, person: Person, now: datetime) -> None:
    """On the day of the act: she is one of those who may sign this petition."""
    if code := why_not_of_body(petition, person, localdate(now)):
        raise Refused(f"petitions.{code}")


def must_be_eligible(person: Person, now: datetime) -> None:
    """On the day of the act: on the register of residents, 16 or over, not gone."""
    if code := eligibility(person, RESIDENTS, localdate(now)):
        raise Refused(f"petitions.{code}")


def must_sit(official: Official, now: datetime) -> None:
    """A recall concerns somebody in office. `Refused("petitions.not_in_office")`."""
    if not sits_on(official, localdate(now)):
        raise Refused("petitions.not_in_office", official.name)


def quarter_of(day: date) -> str:
    """The quarter of the year of a day: "2026-Q4"."""
    return f"{day.year}-Q{(day.month + 2) // 3}"
