"""Co-petitioners: the author shares a code; whoever has it asks, in her own name, to be named beside her.

Nobody is looked up in the roll: a code goes from hand to hand, and only the person herself gives her consent.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from beffroi.apps.gazette.actions import publish
from beffroi.apps.petitions import receipts
from beffroi.apps.petitions.actions.state import locked, why_not_of_body
from beffroi.apps.petitions.models import CoPetitioner, Petition
from beffroi.apps.roll.acting import Acting
from beffroi.core.errors import Refused

MOST_CO_PETITIONERS = 10
_LIVE = (Petition.State.FILED, Petition.State.REFUSED, Petition.State.OPEN)


@transaction.atomic
def invite(petition: Petition, acting: Acting) -> str:
    """A new code, shown this once; the one before opens nothing any more. Only the author gives it."""
    row = locked(petition.pk)
    _must_be_author(row, acting)
    _must_live(row)
    code = receipts.new()
    row.invitation_hash = receipts.hashed(code)
    row.save(update_fields=["invitation_hash"])
    return code


@transaction.atomic
def uninvite(petition: Petition, acting: Acting) -> None:
    """The code opens nothing any more; who has joined stays."""
    row = locked(petition.pk)
    _must_be_author(row, acting)
    row.invitation_hash = None
    row.save(update_fields=["invitation_hash"])


def join(petition: Petition, acting: Acting, code: str, now: datetime) -> CoPetitioner:
    """The person consents to be named: she carries the petition too, and may speak at its hearing."""
    wanted = receipts.hashed(receipts.normalised(code))
    try:
        with transaction.atomic():
            row = locked(petition.pk)
            if row.invitation_hash != wanted:
                raise Refused("petitions.unknown_invitation")
            _must_live(row)
            if why := why_not_of_body(row, acting.person, localdate(now)):
                raise Refused(f"petitions.{why}")
            if row.author_id == acting.person.pk:
                raise Refused("petitions.is_the_author")
            standing = CoPetitioner.objects.filter(petition=row, left_at=None)
            if standing.filter(person=acting.person).exists():
                raise Refused("petitions.already_carries")
            if standing.count() >= MOST_CO_PETITIONERS:
                raise Refused("petitions.enough_carry", str(MOST_CO_PETITIONERS))
            given = {"name": str(acting.person), "agent": acting.agent, "joined_at": now, "left_at": None}
            joined, _ = CoPetitioner.objects.update_or_create(petition=row, person=acting.person, defaults=given)
            _tell(row, now)
            return joined
    except IntegrityError:
        raise Refused("petitions.too_busy") from None


@transaction.atomic
def step_back(petition: Petition, acting: Acting, now: datetime) -> None:
    """She is named no more. The journal says how many carry it, and no name."""
    row = locked(petition.pk)
    mine = CoPetitioner.objects.filter(petition=row, person=acting.person, left_at=None)
    # The name goes, at once; the row stays, so that she takes it back when she joins again.
    if not mine.update(left_at=now, name=""):
        raise Refused("petitions.does_not_carry")
    _tell(row, now)


def _tell(petition: Petition, now: datetime) -> None:
    others = CoPetitioner.objects.filter(petition=petition, left_at=None).count()
    publish("petition.carried", now, petition=petition.number, carriers=1 + others)


def _must_be_author(petition: Petition, acting: Acting) -> None:
    if petition.author_id != acting.person.pk:
        raise Refused("petitions.not_the_author")


def _must_live(petition: Petition) -> None:
    if petition.state not in _LIVE:
        raise Refused("petitions.closed", petition.number)
