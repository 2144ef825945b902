"""What the worker does for petitions. Verification is a step that readers see: the page shows how far it is."""

from datetime import datetime, timedelta

from beffroi.apps.letters.models import Letter, Subscription
from beffroi.apps.petitions import actions, traces, unusual
from beffroi.apps.petitions.models import (
    CheckedLine,
    JudgedSignature,
    PaperLine,
    Petition,
    ReadLine,
    SheetReading,
    Signature,
    Trace,
)
from beffroi.apps.votations.erasing import erase
from beffroi.web.jobs import Job

#: The tables of which erasing deletes or empties rows that say who signed.
NAMING = (
    Signature,
    PaperLine,
    SheetReading,
    ReadLine,
    JudgedSignature,
    CheckedLine,
    Trace,
    Letter,
    Subscription,
)


def _count(now: datetime) -> None:
    actions.count(now)


def _verify_and_fire(now: datetime) -> None:
    actions.verify_waiting(now)
    actions.close_left(now)
    actions.fire_waiting(now)


def _close(now: datetime) -> None:
    # First: what has no object any more neither opens by itself nor fires.
    actions.close_left(now)
    actions.close_due(now)
    actions.open_overdue(now)
    actions.open_unanswered(now)


def _forget(now: datetime) -> None:
    actions.forget_drafts(now)
    actions.forget_files(now)


def _forget_paper(now: datetime) -> None:
    actions.forget(now)


def _publish_figures(now: datetime) -> None:
    actions.publish_figures(now)


def _announce(now: datetime) -> None:
    actions.announce(now)


def _recount(now: datetime) -> None:
    actions.recount(now)


def _look(now: datetime) -> None:
    unusual.look(now)


def _forget_names(now: datetime) -> None:
    traces.forget(now)
    # Some days in a row: a rewriting that failed once would otherwise wait for the next petition that ends.
    lately = Petition.objects.filter(erased_at__gte=now - timedelta(days=3)).exists()
    if actions.erase_due(now) or lately:
        erase(NAMING)  # from the disk too


JOBS = [
    Job("petitions.count", 3, _count),
    Job("petitions.verify_and_fire", 5, _verify_and_fire),
    Job("petitions.close", 60, _close),
    Job("petitions.tell_authors", 60, actions.tell_authors),
    Job("petitions.signals", 3600, _look),
    Job("petitions.tell_officials", 60, actions.tell_officials),
    Job("petitions.forget_paper", 24 * 3600, _forget_paper),
    Job("petitions.forget", 24 * 3600, _forget),
    Job("petitions.announce", 30, _announce),
    Job("petitions.figures", 60, _publish_figures),
    Job("petitions.recount", 24 * 3600, _recount),
    Job("petitions.forget_names", 24 * 3600, _forget_names),
]
