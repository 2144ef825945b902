"""manage.py worker: runs what is due, until it is told to stop."""

import logging
import signal
import threading
import time
from argparse import ArgumentParser
from datetime import datetime
from smtplib import SMTPException
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from beffroi.core.errors import Malformed, Refused
from beffroi.web.jobs import Job, all_jobs

logger = logging.getLogger("beffroi.worker")

#: What a job may meet without being wrong: the next round tries again. Anything else is a bug and stops the worker.
TRANSIENT = (DatabaseError, OSError, SMTPException, Refused, Malformed)


def run(job: Job, now: datetime) -> bool:
    """Runs one job; False when it failed in a way that the next round may mend. Logs no more than the error's name."""
    try:
        job.run(now)
    except TRANSIENT as error:
        logger.warning("job %s: %s", job.name, type(error).__name__)
        return False
    return True


class Command(BaseCommand):
    help = "Counts, verifies, closes, publishes and sends what is due. One worker is enough; two do no harm."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="run every job once, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        self.check(databases=["default"])  # as the server does: no codes or mails on a real commune's screen or disk
        jobs = list(all_jobs())
        if options["once"]:
            failed = [job.name for job in jobs if not run(job, timezone.now())]
            self.stdout.write(f"{len(jobs)} jobs" + (f", failed: {', '.join(failed)}" if failed else ""))
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.loop(jobs, stop)

    def loop(self, jobs: list[Job], stop: threading.Event) -> None:
        """Each job at its own pace; between two rounds, half a second."""
        due = {job.name: time.monotonic() for job in jobs}  # a pace: no clock that is set back may stop it
        while not stop.is_set():
            for job in jobs:
                if stop.is_set():
                    break
                if due[job.name] <= time.monotonic():
                    run(job, timezone.now())
                    due[job.name] = time.monotonic() + job.every_seconds
            close_old_connections()
            stop.wait(0.5)
