"""Following a public thing: who asked is told each step once. A step is queued for everybody before it counts as told.

A worker killed in the middle begins that step again, and the queue's own constraint leaves out who is in it already:
each step is queued exactly once for each. Sending itself is at least once (delivering.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from beffroi.apps.letters.kinds import STEPS
from beffroi.apps.letters.models import Announcement, Letter, Subscription
from beffroi.core.errors import Refused

CHUNK = 200


@dataclass(frozen=True)
class Always:
    """Recipients who did not have to ask, and those who are left out because they are told in another letter."""

    also: frozenset[UUID] = frozenset()
    without: frozenset[UUID] = frozenset()


def subscribe(recipient: UUID, reference: str, now: datetime) -> None:
    """This recipient is told what follows about `reference`. Asked again, nothing changes."""
    Subscription.objects.get_or_create(recipient=recipient, reference=reference, defaults={"since": now})


@transaction.atomic
def unsubscribe(recipient: UUID, reference: str, now: datetime) -> None:
    """No more letters about it, not even those that wait in the queue."""
    Subscription.objects.filter(recipient=recipient, reference=reference).delete()
    Letter.objects.filter(recipient=recipient, reference=reference, kind__in=STEPS, sent_at=None).delete()


def unsubscribe_by_link(subscription: int, now: datetime) -> None:
    """The same, by the link of a letter: its key has been checked. Done already: nothing."""
    row = Subscription.objects.filter(pk=subscription).first()
    if row is not None:
        unsubscribe(row.recipient, row.reference, now)


def announce(kind: str, reference: str, step: str, at: datetime) -> None:
    """Something happened to `reference` at `at`: told once."""
    if kind not in STEPS:
        raise Refused("letters.kind", kind)
    Announcement.objects.get_or_create(kind=kind, reference=reference, step=step, defaults={"at": at})


def tell(now: datetime, always: Callable[[str, str], Always]) -> int:
    """Queues the letters of the announcements that wait; how many were queued now."""
    waiting = Announcement.objects.filter(done_at=None).order_by("at", "pk")
    return sum(_tell(row, now, always(row.kind, row.reference)) for row in waiting)


def _tell(row: Announcement, now: datetime, always: Always) -> int:
    asked = Subscription.objects.filter(reference=row.reference, since__lte=row.at)
    recipients = sorted((set(asked.values_list("recipient", flat=True)) - always.without) | always.also)
    before = Letter.objects.filter(kind=row.kind, reference=row.reference, step=row.step).count()
    for start in range(0, len(recipients), CHUNK):
        Letter.objects.bulk_create(
            (
                Letter(kind=row.kind, recipient=one, reference=row.reference, step=row.step, queued_at=now)
                for one in recipients[start : start + CHUNK]
            ),
            ignore_conflicts=True,
        )
    Announcement.objects.filter(pk=row.pk).update(done_at=now)
    return Letter.objects.filter(kind=row.kind, reference=row.reference, step=row.step).count() - before
