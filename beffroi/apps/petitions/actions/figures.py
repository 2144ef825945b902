"""The figures of pace and places: computed once a day for each petition, so that no reader's page computes them."""

from collections import Counter
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils.timezone import get_current_timezone, localdate

from beffroi.apps.petitions.models import Figures, Petition, Signature
from beffroi.apps.roll.models import Neighbourhood
from beffroi.core import suffrage
from beffroi.web import pack


def publish_figures(now: datetime) -> int:
    """Writes the figures of every petition that has none up to its last whole day. How many were written."""
    today = localdate(now)
    known = dict(Figures.objects.values_list("petition_id", "on"))
    written = 0
    for petition in Petition.objects.filter(opened_at__isnull=False, erased_at=None):  # places need the persons
        assert petition.opened_at is not None
        assert petition.closes_at is not None
        first, on = localdate(petition.opened_at), min(today, localdate(petition.closes_at) + timedelta(days=1))
        if first < on and known.get(petition.pk) != on:
            _publish(petition, first, on)
            written += 1
    return written


def _publish(petition: Petition, first: date, on: date) -> None:
    step = pack.current().number("petitions.place_step", on)
    day = TruncDate("signed_at", tzinfo=get_current_timezone())
    rows = Signature.objects.filter(petition=petition, counted=True).annotate(day=day).filter(day__lt=on).order_by()
    per_day = dict(rows.values_list("day").annotate(number=Count("pk")))
    length = (on - first).days
    days = [[(at := first + timedelta(days=n)).isoformat(), per_day.get(at, 0)] for n in range(length)]
    Figures.objects.update_or_create(
        petition=petition, defaults={"on": on, "days": days, "step": step, "places": _places(petition, on, step)}
    )


def _places(petition: Petition, on: date, step: int) -> list[list[str | int]] | None:
    """The bands, largest first. The total that readers can compare is that of the same midnight."""
    day = TruncDate("signed_at", tzinfo=get_current_timezone())
    counted = Signature.objects.filter(petition=petition, counted=True).annotate(day=day).filter(day__lt=on).order_by()
    counts = Counter(dict.fromkeys(Neighbourhood.objects.values_list("name", flat=True), 0))
    counts.update(dict(counted.values_list("person__neighbourhood__name").annotate(number=Count("pk"))))
    bands = suffrage.banded(counts, step)
    if bands is None:
        return None
    return [[name, foot] for name, foot in sorted(bands.items(), key=lambda band: (-band[1], band[0]))]
