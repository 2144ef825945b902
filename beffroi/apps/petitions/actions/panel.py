"""The verification panel decides on a signal: keep, ask for a check, or strike off. Each decision is in the journal."""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from beffroi.apps.gazette.actions import publish
from beffroi.apps.letters.actions import queue
from beffroi.apps.petitions.actions.counting import uncount
from beffroi.apps.petitions.actions.state import locked
from beffroi.apps.petitions.models import JudgedSignature, NamesSeen, Ruling, SheetReading, Signal, Signature
from beffroi.apps.roll.models import Account
from beffroi.core.errors import Malformed, Refused

Decision = Ruling.Decision
#: Which coded reasons each decision may have.
REASONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        Decision.KEEP: ("household", "gathering"),
        Decision.CHECK: ("to_confirm", "to_compare"),
        Decision.STRIKE: Signature.STRUCK,
    }
)


def is_concerned(signal: Signal, member: Account) -> bool:
    """Nobody judges her own acts: whom a signal is about, who took or read one of its signatures, or a signer."""
    sheets = [signal.subject] if signal.code == Signal.Code.SHEET else []
    read = SheetReading.objects.filter(agent=member)
    has_read = read.filter(Q(sheet__code__in=sheets) | Q(sheet__paper_lines__signature__in=signal.signatures.all()))
    if signal.agent_id == member.pk or has_read.exists():
        return True
    theirs = signal.signatures.filter(agent=member)
    if member.person_id is not None:
        theirs = theirs | signal.signatures.filter(person=member.person_id)
    return theirs.exists()


@transaction.atomic
def rule(
    signal: Signal, member: Account, decision: str, reason: str, signatures: Collection[int], now: datetime
) -> Ruling:
    """A member's decision. `signatures`: the numbers of those struck off, among the signal's; none otherwise."""
    if reason not in REASONS.get(decision, ()):
        raise Malformed("reason", reason[:20], ", ".join(REASONS.get(decision, ())) or "a decision")
    petition = locked(signal.petition_id)
    _must_be_free(signal, member)
    struck = []
    if decision == Decision.STRIKE:
        struck = list(signal.signatures.filter(pk__in=list(signatures)[:CHOSEN], refusal="", withdrawn_at=None))
        if not struck:
            raise Refused("petitions.nothing_to_strike")
        _strike(struck, reason, now)
    try:
        with transaction.atomic():
            ruling = Ruling.objects.create(
                signal=signal, decision=decision, reason=reason, member=member, at=now, struck=len(struck)
            )
    except IntegrityError:
        raise Refused("petitions.signal_decided") from None
    publish(
        "panel.decided",
        now,
        petition=petition.number,
        signal=signal.code,
        decision=decision,
        code=reason,
        count=len(struck),
    )
    return ruling


CHOSEN: Final = 500  # signatures struck off by one decision, at most


def _must_be_free(signal: Signal, member: Account) -> None:
    if is_concerned(signal, member):
        raise Refused("petitions.own_act")
    if signal.rulings.filter(decision__in=[Decision.KEEP, Decision.STRIKE]).exists():
        raise Refused("petitions.signal_decided")


def _strike(rows: list[Signature], reason: str, now: datetime) -> None:
    """They count no more, here and in the lists that are being judged. What has been caused stays caused."""
    uncount(rows, now)
    keys = [row.pk for row in rows]
    Signature.objects.filter(pk__in=keys).update(refusal=reason)
    JudgedSignature.objects.filter(crossing__verified_at=None, signature__in=keys).update(verdict=reason)
    for row in rows:
        assert row.person is not None
        queue("signature_struck", row.person.ref, row.petition.number, now)


@transaction.atomic
def see_names(signal: Signal, member: Account, now: datetime) -> None:
    """Leaves a trace of who looked at the names behind a signal, before they are shown."""
    if is_concerned(signal, member):
        raise Refused("petitions.own_act")
    NamesSeen.objects.create(signal=signal, member=member, at=now)
