"""The verbs of a sitting that is planned: change it while its convocation has not left, or cancel it with a reason.

What waits on a cancelled agenda goes to the next sitting whose convocation has not left; when there is none, it stays
on the cancelled page, which says so, until one is planned.
"""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from beffroi.apps.assemblies import actions
from beffroi.apps.assemblies.models import AgendaItem, Assembly, Hearing, Sitting
from beffroi.apps.gazette.actions import publish
from beffroi.core.errors import Malformed, Refused

LONGEST_PLACE, LONGEST_REASON = 200, 300


@transaction.atomic
def plan(assembly: Assembly, starts_at: datetime, place: str, convocation_at: datetime, now: datetime) -> Sitting:
    """A sitting to come, as a clerk plans it; what waits on cancelled agendas goes to it. `Refused`: as `change`."""
    check_times(starts_at, convocation_at, now)
    row = actions.plan_sitting(assembly, starts_at, one_line(place, LONGEST_PLACE), convocation_at, now)
    carry_over(now)
    return row


@transaction.atomic
def change(sitting: Sitting, starts_at: datetime, place: str, convocation_at: datetime, now: datetime) -> Sitting:
    """Another day, place or convocation. `Refused`: assemblies.already_convened, assemblies.is_cancelled,
    assemblies.sitting_past, assemblies.convocation_past, assemblies.convocation_too_late.
    """
    row = _planned(sitting, now)
    if row.convened_at is not None or row.convocation_at <= now:
        raise Refused("assemblies.already_convened", row.number)
    check_times(starts_at, convocation_at, now)
    row.starts_at, row.place, row.convocation_at = starts_at, one_line(place, LONGEST_PLACE), convocation_at
    row.save(update_fields=["starts_at", "place", "convocation_at"])
    publish("sitting.moved", now, sitting=row.number, date=localdate(starts_at))
    return row


@transaction.atomic
def cancel(sitting: Sitting, reason: str, now: datetime) -> Sitting:
    """The sitting is not held. The reason is published, and what waited on its agenda goes to the next one."""
    row = _planned(sitting, now)
    row.cancelled_at, row.cancel_reason = now, one_line(reason, LONGEST_REASON)
    row.save(update_fields=["cancelled_at", "cancel_reason"])
    publish("sitting.cancelled", now, sitting=row.number, date=localdate(row.starts_at))
    carry_over(now)
    return row


def check_times(starts_at: datetime, convocation_at: datetime, now: datetime) -> None:
    """Both to come, in their order, with the law's clear days between them."""
    if starts_at <= now:
        raise Refused("assemblies.sitting_past")
    if convocation_at <= now:
        raise Refused("assemblies.convocation_past")
    actions.check_clear_days(starts_at, convocation_at)


def one_line(text: str, longest: int) -> str:
    """One line of text that is not empty. `Malformed` when it is, or too long."""
    line = " ".join(text.split())
    if not line or len(line) > longest or not line.isprintable():
        raise Malformed("text", f"{len(line)} signs", f"1 to {longest} signs on one line")
    return line


@transaction.atomic
def carry_over(now: datetime) -> None:
    """Moves what waits on cancelled agendas: hearings that were not held, deliberations."""
    waiting = AgendaItem.objects.filter(sitting__cancelled_at__isnull=False)
    waiting = waiting.filter(kind__in=[AgendaItem.Kind.HEARING, AgendaItem.Kind.DELIBERATION])
    for item in waiting.select_related("hearing").order_by("sitting__starts_at", "position"):
        hearing: Hearing | None = getattr(item, "hearing", None)
        if hearing is not None and hearing.held_at is not None:
            continue
        try:
            actions.move_to_next(item, now)
        except Refused as refused:
            if refused.rule == "assemblies.no_sitting":
                return
            raise
        if hearing is not None:
            actions.publish_hearing(hearing, now)


def _planned(sitting: Sitting, now: datetime) -> Sitting:
    row = Sitting.objects.select_for_update().get(pk=sitting.pk)
    if row.cancelled_at is not None:
        raise Refused("assemblies.is_cancelled", row.number)
    if row.starts_at <= now:
        raise Refused("assemblies.sitting_past", row.number)
    return row
