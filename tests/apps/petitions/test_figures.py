"""Pace and places: once a day, whole days only, and nothing by which a neighbourhood's number could be worked out."""

from datetime import date, timedelta

import pytest
from django.test import Client

from beffroi.apps.petitions import actions, progress, queries
from beffroi.apps.petitions.models import Figures, Petition, Signature
from beffroi.apps.roll.models import Neighbourhood, Station
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def signed(petition: Petition, per_day: list[int]) -> None:
    """So many signatures on each day from the opening on, spread over the stations in turn, and counted."""
    stations = list(Station.objects.all())
    number = 100
    for day, count in enumerate(per_day):
        for _ in range(count):
            number += 1
            person = town.person(number, station=stations[number % len(stations)])
            actions.sign(petition, town.herself(person), NOON + day * DAY)
    actions.count(NOON + len(per_day) * DAY)


def seen(petition: Petition, today: date) -> progress.Progress | None:
    row = queries.get(petition.number)
    return progress.of(row, queries.ladder(row), today)


def test_a_petition_opened_today_has_no_figures_yet(petition: Petition) -> None:
    signed(petition, [3])
    assert actions.publish_figures(NOON + timedelta(hours=2)) == 0
    assert seen(petition, NOON.date()) is None


def test_figures_are_of_whole_days_and_made_once_a_day(petition: Petition) -> None:
    signed(petition, [2, 0, 3, 1])
    now = NOON + 3 * DAY
    assert actions.publish_figures(now) == 1
    assert actions.publish_figures(now + timedelta(hours=5)) == 0
    found = seen(petition, now.date())
    assert found is not None
    assert [number for _, number in found.days] == [2, 0, 3]  # today is not over
    assert found.until == NOON.date() + 2 * DAY
    assert actions.publish_figures(now + DAY) == 1


def test_after_the_closing_the_figures_stand_still(petition: Petition) -> None:
    signed(petition, [1])
    assert petition.closes_at is not None
    after = petition.closes_at + 5 * DAY
    actions.close_due(after)
    assert actions.publish_figures(after) == 1
    assert actions.publish_figures(after + 9 * DAY) == 0


def test_what_is_published_of_places_are_bands_or_nothing(petition: Petition) -> None:
    signed(petition, [12, 11, 10])
    actions.publish_figures(NOON + 3 * DAY)
    row = Figures.objects.get()
    places = Neighbourhood.objects.count()
    assert places > 2
    assert row.places is not None
    assert {low % row.step for _, low in row.places} == {0}
    assert len(row.places) == places
    exact = {n.name: Signature.objects.filter(person__neighbourhood=n).count() for n in Neighbourhood.objects.all()}
    assert all(low <= exact[name] < low + row.step for name, low in row.places)


def test_too_few_signatures_show_no_place(petition: Petition) -> None:
    signed(petition, [4])
    actions.publish_figures(NOON + DAY)
    assert Figures.objects.get().places is None
    page = Client(headers={"accept-language": "en"}).get(f"/petitions/{petition.number}").content.decode()
    assert "Not shown today" in page


def test_an_estimate_needs_a_week_and_ten_signatures_and_says_when_or_that_it_will_not_be(petition: Petition) -> None:
    row = queries.get(petition.number)
    rung = row.rungs.get(code="referendum")
    rung.needed = 40
    rung.save()
    row.rungs.get(code="hearing").delete()
    signed(petition, [2] * 7)
    actions.publish_figures(NOON + 6 * DAY)
    found = seen(petition, (NOON + 6 * DAY).date())
    assert found is not None
    assert found.estimate is None
    actions.publish_figures(NOON + 7 * DAY)
    found = seen(petition, (NOON + 7 * DAY).date())
    assert found is not None
    assert found.estimate is not None
    assert found.estimate.on == (NOON + 7 * DAY).date() + 13 * DAY  # 26 are missing, two a day
    rung.needed = 5000
    rung.save()
    found = seen(petition, (NOON + 7 * DAY).date())
    assert found is not None
    assert found.estimate is not None
    assert found.estimate.on is None


def test_a_reader_costs_no_counting(petition: Petition, django_assert_max_num_queries: object) -> None:
    """The page reads one row of figures, whatever the number of signatures."""
    signed(petition, [3])
    actions.publish_figures(NOON + DAY)
    Signature.objects.update(signed_at=NOON + 40 * DAY)  # nobody looks at these rows again today
    found = seen(petition, (NOON + DAY).date())
    assert found is not None
    assert [number for _, number in found.days] == [3]
