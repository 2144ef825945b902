"""Before anything is caused, a crossing's list is checked: each signature against the roll, paper lines by persons."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from beffroi.apps.gazette.actions import publish
from beffroi.apps.petitions.actions.counting import CHUNK, chunks, cross, uncount, uncount_legal
from beffroi.apps.petitions.actions.sampling import figures
from beffroi.apps.petitions.actions.state import locked, why_not_of_body
from beffroi.apps.petitions.models import Crossing, JudgedSignature, Rung, Signature
from beffroi.apps.roll.queries import ELECTORS, eligibility

Progress = Callable[[int, int], None]


def verify_waiting(now: datetime) -> None:
    """Judges every crossing that waits for it."""
    for crossing in Crossing.objects.filter(verified_at=None).order_by("pk"):
        verify(crossing, now)


def verify(crossing: Crossing, now: datetime, progress: Progress | None = None) -> Crossing:
    """Checks every signature of the crossing's list against the roll, then closes the attempt with its figures.

    Where paper decides, it stays open until persons have compared lines with their sheets (sampling.py): called again,
    it goes on from there. Chunk by chunk, each in its own transaction: the page shows how far it is, and a killed
    worker loses nothing.
    """
    waiting = JudgedSignature.objects.filter(crossing=crossing, verdict=None)
    total = crossing.judged.count()
    done = total - waiting.count()
    while chunk := list(waiting.select_related("signature__person", "signature__petition").order_by("pk")[:CHUNK]):
        _judge(chunk, crossing.rung.code == Rung.Code.LEGAL, now)
        done += len(chunk)
        if progress:
            progress(done, total)
    return _close_attempt(crossing.pk, now)


@transaction.atomic
def _judge(chunk: Sequence[JudgedSignature], legal: bool, now: datetime) -> None:
    verdicts: dict[str, list[int]] = {}
    for judged in chunk:
        verdicts.setdefault(_verdict(judged.signature, legal, now), []).append(judged.pk)
    for verdict, keys in verdicts.items():
        JudgedSignature.objects.filter(pk__in=keys).update(verdict=verdict)


def _verdict(signature: Signature, legal: bool, now: datetime) -> str:
    """Empty when the signer is today one of those who may sign this petition; a coded refusal otherwise.

    `not_elector` refuses the legal request only: the person is a resident who may sign.
    """
    if signature.refusal in Signature.STRUCK:  # by the panel, since the crossing
        return signature.refusal
    person, today = signature.person, localdate(now)
    assert person is not None, "no list is judged after its signatures were erased"
    if code := why_not_of_body(signature.petition, person, today):
        return code
    return "not_elector" if legal and eligibility(person, ELECTORS, today) else ""


@transaction.atomic
def _close_attempt(crossing_id: int, now: datetime) -> Crossing:
    petition = locked(Crossing.objects.values_list("rung__petition_id", flat=True).get(pk=crossing_id))
    crossing = Crossing.objects.select_related("rung__petition").get(pk=crossing_id)
    if crossing.verified_at is not None:  # another worker was first
        return crossing
    found = figures(crossing, now)
    if found is None:  # persons have lines to judge
        return crossing
    crossing.verified_at, crossing.valid, crossing.refused = now, found.valid, found.refused
    crossing.save(update_fields=["verified_at", "valid", "refused"])
    # Whoever withdrew and signed again since was judged anew at that moment: the verdict is of the earlier signature.
    refused = crossing.judged.exclude(verdict="").filter(signature__signed_at__lte=crossing.crossed_at)
    _strike_off(list(refused.select_related("signature")), now)
    passed = crossing.valid >= crossing.rung.needed
    publish(
        "petition.verified",
        now,
        petition=petition.number,
        rung=crossing.rung.code,
        attempt=crossing.attempt,
        valid=crossing.valid,
        refused=crossing.refused,
        outcome="enough" if passed else "too_few",
    )
    # Others signed while the list was judged, and a petition that has closed meanwhile will see no other batch.
    cross(petition, now)
    return crossing


def _strike_off(judged: Sequence[JudgedSignature], now: datetime) -> None:
    """A refused signature counts no more; one refused as a legal request only still counts for the promises."""
    wholly = [item for item in judged if item.verdict != "not_elector"]
    as_legal = [item for item in judged if item.verdict == "not_elector"]
    uncount((item.signature for item in wholly), now)
    uncount_legal((item.signature for item in as_legal), now)
    for item in wholly:
        if item.signature.refusal not in Signature.STRUCK:
            Signature.objects.filter(pk=item.signature_id).update(refusal=item.verdict)
    for chunk in chunks([item.signature_id for item in as_legal]):
        Signature.objects.filter(pk__in=chunk).update(legal_refused=True)
