"""The names behind the signatures are erased when nothing can depend on them any more. The figures stay.

Not before: the petition is closed, every list is judged and every effect over, a delay has passed (time to contest
before a court), and no legal request of the quarter still stands in the way of a second one.
"""

from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max, Q
from django.utils.timezone import get_current_timezone, localdate, make_aware

from beffroi.apps.gazette.actions import publish
from beffroi.apps.letters.models import Letter, Subscription
from beffroi.apps.petitions.actions.sheets import remove_scan
from beffroi.apps.petitions.actions.state import locked, quarter_of
from beffroi.apps.petitions.models import (
    CheckedLine,
    Crossing,
    Effect,
    JudgedSignature,
    NamesSeen,
    PaperLine,
    Petition,
    ReadLine,
    SheetReading,
    SheetScan,
    Signal,
    Signature,
    Trace,
)
from beffroi.web import pack

CHUNK: Final = 500


def erase_due(now: datetime) -> int:
    """Erases what is due; of how many petitions. Killed anywhere, it goes on the next time."""
    closed = Petition.objects.filter(state=Petition.State.CLOSED, erased_at=None)
    due = [petition for petition in closed if _is_due(petition, now)]
    for petition in due:
        _erase(petition, now)
    return len(due)


def _is_due(petition: Petition, now: datetime) -> bool:
    end = over_on(petition, now)
    if end is None:
        return False
    delay = timedelta(days=pack.current().number("checking.keep_days", localdate(now)))
    if now < end + delay:
        return False
    last = Signature.objects.filter(petition=petition).aggregate(last=Max("legal_quarter"))["last"]
    return last is None or last < quarter_of(localdate(now))  # "2026-Q4" sorts as time does


def over_on(petition: Petition, now: datetime) -> datetime | None:
    """When the petition and all that it caused were over; None while something still depends on its signatures."""
    if petition.state != Petition.State.CLOSED or petition.closes_at is None:
        return None
    ends = [petition.closes_at]
    for crossing in Crossing.objects.filter(rung__petition=petition).select_related("rung__effect__votation"):
        if crossing.verified_at is None or crossing.valid is None:
            return None
        ends.append(crossing.verified_at)
        if crossing.valid >= crossing.rung.needed:
            effect = getattr(crossing.rung, "effect", None)
            if effect is None and petition.closing_code:
                continue  # a recall that ended early: it causes nothing any more
            end = None if effect is None else _end_of(effect, now)
            if end is None:
                return None
            ends.append(end)
    return max(ends)


def _end_of(effect: Effect, now: datetime) -> datetime | None:
    """When an effect was over, or was due to be: a promise that is kept late or never does not keep names longer."""
    if effect.hearing is not None:
        hearing = effect.hearing
        answer = getattr(hearing, "answer", None)
        due = hearing.answer_due_on or localdate(hearing.item.sitting.starts_at) + timedelta(
            days=pack.current().number("petitions.answer_days", localdate(now))
        )
        return _evening(due if answer is None else answer.recorded_on)
    if effect.item is not None:
        return effect.item.sitting.starts_at
    assert effect.votation is not None  # of a referendum or of a recall
    votation = effect.votation
    ends = [votation.closes_at, _evening(votation.due_on) if votation.due_on else None]
    return votation.decided_at or max((end for end in ends if end is not None), default=None)


def _evening(day: date) -> datetime:
    return make_aware(datetime.combine(day, time(23, 59, 59)), get_current_timezone())


def _erase(petition: Petition, now: datetime) -> None:
    """Chunk by chunk, each in its own transaction; the petition is marked at the end.

    Sheets stay, each accounted for, with the agents who printed them or took them in: acts of office that name nobody.
    """
    for scan in SheetScan.objects.filter(sheet__petition=petition, removed_at=None):
        remove_scan(scan, now)
    for model, rows in (
        (Trace, Q(signature__petition=petition)),
        (CheckedLine, Q(sample__crossing__rung__petition=petition)),
        (JudgedSignature, Q(crossing__rung__petition=petition)),
        (NamesSeen, Q(signal__petition=petition)),
        (ReadLine, Q(reading__sheet__petition=petition)),
        (SheetReading, Q(sheet__petition=petition)),
        # A line leads to a sheet, where the name is written. Refused lines hold no name; their reasons are published.
        (PaperLine, Q(petition=petition, signature__isnull=False)),
        (Signal.signatures.through, Q(signal__petition=petition)),
    ):
        while keys := list(model.objects.filter(rows).values_list("pk", flat=True)[:CHUNK]):
            model.objects.filter(pk__in=keys).delete()
    while _erase_some(petition):
        pass
    with transaction.atomic():
        row = locked(petition.pk)
        if row.erased_at is None:
            row.erased_at = now
            row.save(update_fields=["erased_at"])
            # Which agent a signal was about is told no longer; the decisions keep theirs, they are acts of the panel.
            for signal in Signal.objects.filter(petition=row, agent__isnull=False):
                Signal.objects.filter(pk=signal.pk).update(agent=None, subject=f"erased-{signal.pk}")
            # A letter about a petition says that its recipient signed. Its author is public.
            Letter.objects.filter(reference=row.number).exclude(recipient=row.author.ref).delete()
            Subscription.objects.filter(reference=row.number).delete()
            publish("petition.erased", now, petition=row.number, count=Signature.objects.filter(petition=row).count())


@transaction.atomic
def _erase_some(petition: Petition) -> bool:
    rows = list(Signature.objects.select_for_update().filter(petition=petition, erased=False).order_by("pk")[:CHUNK])
    for row in rows:
        row.person, row.agent, row.receipt_hash, row.named_since, row.erased = None, None, None, None, True
        row.signed_at = _day(row.signed_at)
        row.withdrawn_at = None if row.withdrawn_at is None else _day(row.withdrawn_at)
    Signature.objects.bulk_update(
        rows, ["person", "agent", "receipt_hash", "named_since", "erased", "signed_at", "withdrawn_at"], batch_size=80
    )
    return bool(rows)


def _day(instant: datetime) -> datetime:
    return make_aware(datetime.combine(localdate(instant), time()), get_current_timezone())
