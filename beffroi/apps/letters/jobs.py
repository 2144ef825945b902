"""What the worker does for letters."""

from datetime import datetime

from beffroi.apps.letters.actions import deliver
from beffroi.web.jobs import Job


def run(now: datetime) -> None:
    """Sends what is due."""
    deliver(now)


JOBS = [Job("letters.deliver", 30, run)]
