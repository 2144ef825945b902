"""What the worker does for votations. Each job finds what is due by itself, so that it can be killed and run again."""

from datetime import datetime

from beffroi.apps.votations import actions, queries
from beffroi.apps.votations.models import Votation
from beffroi.web.jobs import Job

State = Votation.State


def close_due(now: datetime) -> None:
    """Seals each box whose hour has come. No ballot waits for this job: the clock has closed the vote already."""
    for votation in Votation.objects.filter(state=State.READY, closes_at__lte=now):
        actions.close(votation, now)


def forget(now: datetime) -> None:
    """Forgets who cast what, then adds up the encrypted ballots."""
    for votation in Votation.objects.filter(state=State.CLOSED):
        actions.forget(votation, now)
    for votation in Votation.objects.filter(state=State.FORGOTTEN):
        actions.tally(votation, now)


def decide(now: datetime) -> None:
    """Decides once every trustee has decrypted and every station is agreed; then verifies the archive."""
    for votation in Votation.objects.filter(state=State.TALLIED):
        if queries.may_be_decided(votation):
            actions.decide(votation, now)
    for votation in Votation.objects.filter(state=State.DECIDED, verification=""):
        actions.verify(votation, now)


JOBS = [
    Job("votations.close", 5, close_due),
    Job("votations.forget", 5, forget),
    Job("votations.decide", 5, decide),
    Job("votations.publish_heads", 120, actions.publish_heads),
]
