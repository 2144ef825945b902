"""What is done daily: papers that waited too long, files that no row names, old requests, the journal's numbers."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.timezone import localdate

from beffroi.apps.gazette.actions import publish
from beffroi.apps.letters.actions import queue
from beffroi.apps.roll.enrolment.models import Enrolment, EnrolmentDay, Proof
from beffroi.apps.roll.enrolment.state import ROOM, State, delete_proofs, held
from beffroi.web import pack, uploads

LOST_AFTER = timedelta(hours=24)  # a file without a row: far longer than any request takes
DAYS_TOLD = 31  # longer than any breakdown of the worker


def delete_old_proofs(now: datetime) -> None:
    """Deletes the papers on which nobody has decided in time. The request stays, and the person is told."""
    days = pack.current().number("enrolment.proof_days", localdate(now))
    old = Enrolment.objects.filter(
        state=State.WAITING, asked_at__lt=now - timedelta(days=days), proofs__isnull=False
    ).distinct()
    for request in old:
        with transaction.atomic():
            row = held(request)
            if row.state == State.WAITING and delete_proofs(row):
                row.proofs_deleted_at = now
                row.save(update_fields=["proofs_deleted_at"])
                queue("enrolment_papers_deleted", row.ref, row.number, now)


def sweep(now: datetime) -> None:
    """Removes the files that a crash has left without a row."""
    uploads.sweep(ROOM, set(Proof.objects.values_list("file", flat=True)), now - LOST_AFTER)


def erase_old_requests(now: datetime) -> None:
    """Deletes the requests that ended without an enrolment, once the delay of the rules has passed."""
    limit = now - timedelta(days=pack.current().number("enrolment.erasure_days", localdate(now)))
    Enrolment.objects.filter(
        Q(state=State.REFUSED, decided_at__lt=limit)
        | Q(state=State.APPEAL_REFUSED, appeal_decided_at__lt=limit)
        | Q(state=State.WITHDRAWN, asked_at__lt=limit)
    ).delete()


def tell_the_journal(now: datetime) -> None:
    """For each past day, once: how many asked, were accepted, were refused, appealed. Numbers, and nobody.

    A day's numbers and not each act: the hour of an entry would say whose it is to whoever saw her at the counter.
    """
    today = localdate(now)
    told = set(EnrolmentDay.objects.filter(day__gte=today - timedelta(days=DAYS_TOLD)).values_list("day", flat=True))
    for back in range(DAYS_TOLD, 0, -1):
        day = today - timedelta(days=back)
        numbers = {} if day in told else _numbers(day)
        if any(numbers.values()):
            try:
                with transaction.atomic():
                    EnrolmentDay.objects.create(day=day)
                    publish("enrolment.day", now, date=day, **numbers)
            except IntegrityError:
                continue  # another worker has just told it


def _numbers(day: date) -> dict[str, int]:
    rows = Enrolment.objects
    return {
        "asked": rows.filter(asked_at__date=day).count(),
        "counter": rows.filter(asked_at__date=day, channel=Enrolment.Channel.COUNTER).count(),
        "accepted": rows.filter(decided_at__date=day, reason="").count(),
        "refused": rows.filter(decided_at__date=day).exclude(reason="").count(),
        "appealed": rows.filter(appealed_at__date=day).count(),
        "appeals_accepted": rows.filter(appeal_decided_at__date=day, state=State.ACCEPTED).count(),
        "appeals_refused": rows.filter(appeal_decided_at__date=day, state=State.APPEAL_REFUSED).count(),
    }
