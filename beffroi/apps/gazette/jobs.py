"""What the worker does for the journal."""

from datetime import datetime

from beffroi.apps.gazette.actions import sequence
from beffroi.web.jobs import Job


def run(now: datetime) -> None:
    """Numbers what has committed, and signs the new head."""
    sequence(now)


JOBS = [Job("gazette.sequence", 2, run)]
