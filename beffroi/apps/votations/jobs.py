"""What the worker does for votations. Each job finds what is due by itself, so that it can be killed and run again."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import DatabaseError

from beffroi.apps.votations import actions, queries
from beffroi.apps.votations.models import Votation
from beffroi.core.errors import Malformed, Refused
from beffroi.web.jobs import Job

State = Votation.State


def each(votations: Iterable[Votation], act: Callable[[Votation, datetime], object], now: datetime) -> None:
    """Does it for every votation: one that cannot go on (a total that nobody can open) holds up no other.

    The last error is raised at the end, so that the worker's log names it.
    """
    failed: Exception | None = None
    for votation in votations:
        try:
            act(votation, now)
        except (DatabaseError, OSError, Refused, Malformed) as error:
            failed = error
    if failed is not None:
        raise failed


def close_due(now: datetime) -> None:
    """Seals each box whose hour has come. No ballot waits for this job: the clock has closed the vote already."""
    each(Votation.objects.filter(state=State.READY, closes_at__lte=now), actions.close, now)


def forget(now: datetime) -> None:
    """Forgets who cast what, then adds up the encrypted ballots."""
    try:
        each(Votation.objects.filter(state=State.CLOSED), actions.forget, now)
    finally:
        each(Votation.objects.filter(state=State.FORGOTTEN), actions.tally, now)


def decide(now: datetime) -> None:
    """Decides once every trustee has decrypted and every station is agreed; then verifies the archive."""
    tallied = Votation.objects.filter(state=State.TALLIED)
    try:
        each((row for row in tallied if queries.may_be_decided(row)), actions.decide, now)
    finally:
        each(Votation.objects.filter(state=State.DECIDED, verification=""), actions.verify, now)


JOBS = [
    Job("votations.close", 5, close_due),
    Job("votations.forget", 5, forget),
    Job("votations.decide", 5, decide),
    Job("votations.publish_heads", 120, actions.publish_heads),
]
