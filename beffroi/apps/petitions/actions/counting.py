"""The batch: it counts what waits, writes the crossings, closes what is due, and recounts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from beffroi.apps.gazette.actions import publish
from beffroi.apps.petitions.actions.sheets import waits_for_paper
from beffroi.apps.petitions.actions.state import locked
from beffroi.apps.petitions.models import Crossing, JudgedSignature, Petition, Rung, Signature, Tally

CHUNK = 500  # rows of one statement: SQLite takes at most 999 values in one


def uncount(signatures: Iterable[Signature], now: datetime) -> None:
    """Takes rows that no longer stand off the tally. The caller has locked their petition, and saved nothing yet."""
    counted = [signature for signature in signatures if signature.counted]
    channels = Counter((row.petition_id, row.channel, row.counted_legal) for row in counted)
    for (petition_id, channel, legal), number in channels.items():
        Tally.objects.filter(petition_id=petition_id, channel=channel).update(
            signatures=F("signatures") - number, legal=F("legal") - (number if legal else 0), counted_at=now
        )
    for chunk in chunks([row.pk for row in counted]):
        Signature.objects.filter(pk__in=chunk).update(counted=False, counted_legal=False)
    for row in counted:
        row.counted = row.counted_legal = False


def uncount_legal(signatures: Iterable[Signature], now: datetime) -> None:
    """The same for rows that stand, but no longer as legal requests."""
    counted = [signature for signature in signatures if signature.counted_legal]
    for (petition_id, channel), number in Counter((row.petition_id, row.channel) for row in counted).items():
        Tally.objects.filter(petition_id=petition_id, channel=channel).update(legal=F("legal") - number, counted_at=now)
    for chunk in chunks([row.pk for row in counted]):
        Signature.objects.filter(pk__in=chunk).update(counted_legal=False)


def count(now: datetime) -> int:
    """Adds the signatures that wait to the tallies of their petitions; writes the crossings. How many were added."""
    waiting = Signature.objects.filter(_to_count(), petition__state=Petition.State.OPEN)
    petitions = set(waiting.values_list("petition_id", flat=True))
    return sum(_count_petition(petition_id, now) for petition_id in sorted(petitions))


def _to_count() -> Q:
    # The condition of the partial index `signature_to_count`, word for word.
    return Q(counted=False, withdrawn_at=None, refusal="")


@transaction.atomic
def _count_petition(petition_id: int, now: datetime) -> int:
    petition = locked(petition_id)
    if petition.state != Petition.State.OPEN:  # closed since; closing has counted
        return 0
    added = _add(petition, now)
    cross(petition, now)
    return added


def _add(petition: Petition, now: datetime) -> int:
    """Every row not yet counted, whatever its number: transactions commit out of order."""
    rows = list(
        Signature.objects.select_for_update()
        .filter(_to_count(), petition=petition)
        .order_by("pk")
        .values_list("pk", "channel", "legal_quarter", "legal_refused")
    )
    plain = [pk for pk, _, quarter, refused in rows if quarter is None or refused]
    legal = [pk for pk, _, quarter, refused in rows if quarter is not None and not refused]
    for pks, is_legal in ((plain, False), (legal, True)):
        for chunk in chunks(pks):
            Signature.objects.filter(pk__in=chunk).update(counted=True, counted_legal=is_legal)
    also_legal = set(legal)
    per_channel = Counter(channel for _, channel, _, _ in rows)
    per_channel_legal = Counter(channel for pk, channel, _, _ in rows if pk in also_legal)
    for channel, number in per_channel.items():
        Tally.objects.filter(petition=petition, channel=channel).update(
            signatures=F("signatures") + number, legal=F("legal") + per_channel_legal[channel], counted_at=now
        )
    return len(rows)


def chunks(keys: Sequence[int]) -> Iterable[Sequence[int]]:
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))


def cross(petition: Petition, now: datetime) -> None:
    """Writes a crossing for each rung that the count has reached, unless one is being judged or was found enough."""
    if petition.closing_code:
        return
    tallies = list(petition.tallies.all())
    totals = {True: sum(tally.legal for tally in tallies), False: sum(tally.signatures for tally in tallies)}
    for rung in petition.rungs.all():
        number = totals[rung.code == Rung.Code.LEGAL]
        if number < rung.needed:
            continue
        last = rung.crossings.order_by("-attempt").first()
        if last is None or (last.valid is not None and last.valid < rung.needed):
            _write_crossing(rung, last.attempt + 1 if last else 1, number, now)


def _write_crossing(rung: Rung, attempt: int, number: int, now: datetime) -> None:
    crossing = Crossing.objects.create(rung=rung, attempt=attempt, crossed_at=now, count=number)
    standing = Signature.objects.filter(petition=rung.petition, counted=True)
    if rung.code == Rung.Code.LEGAL:
        standing = standing.filter(counted_legal=True)
    keys = standing.values_list("pk", flat=True)
    JudgedSignature.objects.bulk_create(
        (JudgedSignature(crossing=crossing, signature_id=pk) for pk in keys), batch_size=CHUNK // 2
    )
    publish(
        "petition.crossed",
        now,
        petition=rung.petition.number,
        rung=rung.code,
        attempt=attempt,
        count=number,
        needed=rung.needed,
    )


def close_due(now: datetime) -> None:
    """Closes the petitions whose time is over, once the sheets handed in before are entered or their delay over."""
    due = Petition.objects.filter(state=Petition.State.OPEN, closes_at__lte=now)
    for petition_id in due.values_list("pk", flat=True):
        _close(petition_id, now)


@transaction.atomic
def _close(petition_id: int, now: datetime) -> None:
    petition = locked(petition_id, alone=True)
    if petition.state == Petition.State.OPEN and not waits_for_paper(petition, now):
        close(petition, now)


def close(petition: Petition, now: datetime, code: str = "") -> None:
    """The last batch, then no more signatures. With a code it ends for a reason, and no threshold is crossed any more.

    The caller holds the petition alone. A recall that is closed already may still end so, before its effect.
    """
    petition.closing_code = code
    _add(petition, now)
    cross(petition, now)
    petition.state = Petition.State.CLOSED
    petition.save(update_fields=["state", "closing_code"])
    signatures = sum(tally.signatures for tally in petition.tallies.all())
    publish("petition.closed", now, petition=petition.number, count=signatures, **({"code": code} if code else {}))


def recount(now: datetime) -> int:
    """Counts the rows of open petitions anew beside their tallies; a difference is published, never mended silently."""
    open_now = Petition.objects.filter(state=Petition.State.OPEN).values_list("pk", flat=True)
    return sum(_recount(pk, now) for pk in list(open_now))


@transaction.atomic
def _recount(petition_id: int, now: datetime) -> int:
    petition = locked(petition_id)
    rows: Counter[str] = Counter()
    legal: Counter[str] = Counter()
    counted = Signature.objects.filter(petition=petition, counted=True)
    for channel, is_legal in counted.values_list("channel", "counted_legal").iterator():
        rows[channel] += 1
        legal[channel] += is_legal
    tallies = list(petition.tallies.all())
    if all((tally.signatures, tally.legal) == (rows[tally.channel], legal[tally.channel]) for tally in tallies):
        return 0
    publish(
        "recount.alarm",
        now,
        petition=petition.number,
        counted=sum(tally.signatures for tally in tallies),
        recounted=sum(rows.values()),
    )
    return 1
