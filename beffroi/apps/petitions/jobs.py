"""What the worker does for petitions. Verification is a step that readers see: the page shows how far it is."""

from datetime import datetime

from beffroi.apps.petitions import actions
from beffroi.web.jobs import Job


def _count(now: datetime) -> None:
    actions.count(now)


def _verify_and_fire(now: datetime) -> None:
    actions.verify_waiting(now)
    actions.fire_waiting(now)


def _close(now: datetime) -> None:
    actions.close_due(now)
    actions.open_overdue(now)


def _publish_figures(now: datetime) -> None:
    actions.publish_figures(now)


def _announce(now: datetime) -> None:
    actions.announce(now)


def _recount(now: datetime) -> None:
    actions.recount(now)


JOBS = [
    Job("petitions.count", 3, _count),
    Job("petitions.verify_and_fire", 5, _verify_and_fire),
    Job("petitions.close", 60, _close),
    Job("petitions.tell_authors", 60, actions.tell_authors),
    Job("petitions.announce", 30, _announce),
    Job("petitions.figures", 60, _publish_figures),
    Job("petitions.recount", 24 * 3600, _recount),
]
