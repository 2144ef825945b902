"""Signing and taking back: one person, one petition, one row, whatever the channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from beffroi.apps.petitions import receipts
from beffroi.apps.petitions.actions.counting import uncount
from beffroi.apps.petitions.actions.following import set_choices
from beffroi.apps.petitions.actions.state import locked, must_be_of_body, must_be_open, quarter_of, signature_of
from beffroi.apps.petitions.models import Petition, Rung, Signature
from beffroi.apps.roll.acting import Acting
from beffroi.apps.roll.models import Account, Person
from beffroi.apps.roll.queries import ELECTORS, eligibility
from beffroi.core.errors import Refused


@dataclass(frozen=True)
class Receipt:
    """What the signer takes away. `text` exists here only: the row holds its hash."""

    text: str
    signature: Signature


def sign(
    petition: Petition,
    acting: Acting,
    now: datetime,
    legal: bool = False,
    public_name: bool = False,
    follow: bool = False,
) -> Receipt:
    """The person signs, herself or at the counter. `legal`: this is also her legal request of the quarter.

    `public_name`, `follow`: she lets her name be shown, she wants to be told what follows.
    """
    receipt = sign_for(petition, acting.person, acting.channel, acting.agent, now, legal, public_name)
    if follow:
        set_choices(receipt.signature, public_name, follow, now)
    return receipt


def sign_for(
    petition: Petition,
    person: Person,
    channel: str,
    agent: Account | None,
    now: datetime,
    legal: bool,
    public_name: bool = False,
) -> Receipt:
    """One row for this person, by any channel. `Refused` says which rule stands in the way."""
    must_be_of_body(petition, person, now)
    if legal and (code := eligibility(person, ELECTORS, localdate(now))):
        raise Refused(f"petitions.{code}")
    if legal and not petition.rungs.filter(code=Rung.Code.LEGAL).exists():
        raise Refused("petitions.no_legal_request")  # it would be spent for nothing
    receipt = receipts.new()
    given = {
        "channel": channel,
        "agent": agent,
        "signed_at": now,
        "receipt_hash": receipts.hashed(receipt),
        "legal_quarter": quarter_of(localdate(now)) if legal else None,
        "named_since": now if public_name else None,
    }
    try:
        with transaction.atomic():
            known = signature_of(petition, person)
            if known is None:
                must_be_open(petition, now, shared=True)
                row = Signature.objects.create(petition=petition, person=person, **given)
            else:
                _must_not_stand(known)
                _must_come_in_person(known, channel)
                row = _take_back(petition, person, now, given)
    except IntegrityError:
        raise _why_not(petition, person, legal, now) from None
    return Receipt(receipt, row)


def _take_back(petition: Petition, person: Person, now: datetime, given: Mapping[str, object]) -> Signature:
    """Signing again after a withdrawal, or after a refusal that the roll no longer gives a reason for: the same row."""
    locked(petition.pk)
    must_be_open(petition, now)
    row = Signature.objects.get(petition=petition, person=person)
    _must_not_stand(row)
    _must_come_in_person(row, str(given["channel"]))
    # A legal request belongs to its quarter: withdrawing does not give a second one, signing again brings it back.
    kept = {"legal_quarter": row.legal_quarter} if row.legal_quarter == quarter_of(localdate(now)) else {}
    for name, value in {**given, **kept}.items():
        setattr(row, name, value)
    row.withdrawn_at, row.refusal, row.legal_refused = None, "", False
    row.save()
    return row


def _stands(row: Signature) -> bool:
    return row.withdrawn_at is None and not row.refusal


def _must_not_stand(row: Signature) -> None:
    if _stands(row):
        raise Refused("petitions.already_signed", row.channel)


def _must_come_in_person(row: Signature, channel: str) -> None:
    """Struck off by the panel: she contests by signing at the counter, where her papers are seen."""
    if row.refusal in Signature.STRUCK and channel != Signature.Channel.COUNTER:
        raise Refused("petitions.struck_off")


def _why_not(petition: Petition, person: Person, legal: bool, now: datetime) -> Refused:
    """Which of the two constraints refused the row: another request of this person was faster, by whatever channel."""
    row = signature_of(petition, person)
    if row is not None and _stands(row):
        return Refused("petitions.already_signed", row.channel)
    used = legal and Signature.objects.filter(person=person, legal_quarter=quarter_of(localdate(now))).exists()
    return Refused("petitions.legal_request_used" if used else "petitions.too_busy")


def withdraw(petition: Petition, acting: Acting, now: datetime) -> Signature:
    """The person takes her signature back, herself or at the counter, until closing."""
    row = signature_of(petition, acting.person)
    if row is None:
        raise Refused("petitions.not_signed", petition.number)
    return _withdraw(row, now)


def withdraw_by_receipt(receipt: str, now: datetime) -> Signature:
    """Whoever holds the receipt takes the signature back, without signing in."""
    row = Signature.objects.filter(receipt_hash=receipts.hashed(receipts.normalised(receipt))).first()
    if row is None:
        raise Refused("petitions.unknown_receipt")
    return _withdraw(row, now)


@transaction.atomic
def _withdraw(signature: Signature, now: datetime) -> Signature:
    petition = locked(signature.petition_id)
    must_be_open(petition, now)
    row = Signature.objects.get(pk=signature.pk)
    # Signed again since the receipt was read: that receipt is no longer the row's.
    if row.withdrawn_at is not None or row.receipt_hash != signature.receipt_hash:
        raise Refused("petitions.not_signed", petition.number)
    uncount([row], now)
    set_choices(row, public_name=False, follow=False, now=now)
    row.withdrawn_at = now
    row.save(update_fields=["withdrawn_at"])
    return row
