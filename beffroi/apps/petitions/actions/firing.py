"""What a verified rung causes, once: a hearing, a deliberation, a votation."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.timezone import localdate

from beffroi.apps.assemblies import actions as assemblies
from beffroi.apps.gazette.actions import publish
from beffroi.apps.letters.actions import queue
from beffroi.apps.petitions.actions.state import locked
from beffroi.apps.petitions.models import Crossing, Effect, Petition, Rung
from beffroi.apps.votations import actions as votations
from beffroi.apps.votations.models import Votation
from beffroi.core.errors import Refused
from beffroi.web import pack


def fire_waiting(now: datetime) -> None:
    """Fires the effects of the rungs found crossed. Where no sitting is planned yet, the next run tries again."""
    found = Crossing.objects.filter(valid__gte=F("rung__needed"), rung__effect=None, rung__petition__closing_code="")
    for crossing in found.select_related("rung").order_by("rung__needed"):
        try:
            fire(crossing, now)
        except Refused as refusal:
            if refusal.rule != "assemblies.no_sitting":
                raise


@transaction.atomic
def fire(crossing: Crossing, now: datetime) -> Effect | None:
    """Causes what the rung promises, once, whoever else is trying. None when it was already, or has no object now."""
    petition = locked(crossing.rung.petition_id)
    crossing = Crossing.objects.select_related("rung").get(pk=crossing.pk)
    rung = crossing.rung
    if crossing.verified_at is None or crossing.valid is None or crossing.valid < rung.needed:
        raise Refused("petitions.not_verified", petition.number)
    if Effect.objects.filter(rung=rung).exists() or petition.closing_code:
        return None
    effect = _EFFECTS[rung.code](petition, rung, crossing.verified_at, now)
    effect.save()
    if effect.hearing:
        queue("petition_heard", petition.author.ref, petition.number, now)
    said = {"effect": effect_code(effect), "reference": _reference(effect)}
    publish("petition.effect", now, petition=petition.number, rung=rung.code, **said)
    return effect


def _hear(petition: Petition, rung: Rung, verified_at: datetime, now: datetime) -> Effect:
    hearing = assemblies.schedule_hearing(petition.number, petition.title, _link(petition), verified_at, now)
    return Effect(rung=rung, fired_at=now, hearing=hearing)


def _put_to_the_council(petition: Petition, rung: Rung, verified_at: datetime, now: datetime) -> Effect:
    item = assemblies.add_deliberation(petition.title, _link(petition), "law", verified_at, now)
    return Effect(rung=rung, fired_at=now, item=item)


def _prepare_votation(petition: Petition, rung: Rung, verified_at: datetime, now: datetime) -> Effect:
    verified_on = localdate(verified_at)
    due_on = verified_on + timedelta(days=pack.current().number("petitions.votation_days", verified_on))
    return Effect(
        rung=rung,
        fired_at=now,
        votation=votations.prepare(
            petition.title, petition.question, petition.number, due_on, now, _VOTATIONS[Petition.Kind(petition.kind)]
        ),
    )


_VOTATIONS = {
    Petition.Kind.INITIATIVE: Votation.Kind.VOTATION,
    Petition.Kind.RECALL: Votation.Kind.RECALL,
}
_EFFECTS: dict[str, Callable[[Petition, Rung, datetime, datetime], Effect]] = {
    Rung.Code.HEARING: _hear,
    Rung.Code.LEGAL: _put_to_the_council,
    Rung.Code.REFERENDUM: _prepare_votation,
    Rung.Code.RECALL: _prepare_votation,
}


def effect_code(effect: Effect) -> str:
    """The name of an effect in the journal."""
    return "hearing" if effect.hearing else "deliberation" if effect.item else "votation"


def _reference(effect: Effect) -> str:
    if effect.hearing:
        return effect.hearing.number
    if effect.item:
        return effect.item.sitting.number
    assert effect.votation is not None
    return effect.votation.number


def _link(petition: Petition) -> str:
    return reverse("petitions:petition", args=[petition.number])
