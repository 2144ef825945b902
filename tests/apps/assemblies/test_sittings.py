"""Planning and convening sittings; what may still enter an agenda; seats."""

from datetime import timedelta

import pytest

from beffroi.apps.assemblies import actions, queries
from beffroi.apps.assemblies.models import AgendaItem, Assembly, Hearing, Sitting
from beffroi.apps.gazette.models import Entry
from beffroi.core.errors import Refused
from beffroi.web import pack as packs
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_building_twice_makes_each_assembly_once(commune: None) -> None:
    again = actions.build(packs.current(), NOON)
    assert Assembly.objects.get() == again
    assert again.seats == 35


def test_a_seat_too_many_is_refused(commune: None) -> None:
    Assembly.objects.update(seats=1)
    town.councillor()
    with pytest.raises(Refused) as refused:
        town.councillor()
    assert refused.value.rule == "assemblies.no_seat_left"


def test_five_clear_days_lie_between_the_convocation_and_the_sitting(commune: None) -> None:
    """CGCT L2121-12: neither the day of the convocation nor that of the sitting counts."""
    starts = NOON + 40 * DAY
    actions.plan_sitting(town.council(), starts, "Salle", starts - 6 * DAY, NOON)
    with pytest.raises(Refused) as refused:
        actions.plan_sitting(town.council(), starts, "Salle", starts - 5 * DAY, NOON)
    assert refused.value.rule == "assemblies.convocation_too_late"


def test_sittings_are_numbered_within_their_year(commune: None) -> None:
    numbers = [town.sitting(days=days).number for days in (40, 60, 100)]
    assert numbers == ["2026-S1", "2026-S2", "2027-S1"]


def test_a_sitting_is_convened_once_and_not_before_its_day(sitting: Sitting) -> None:
    with pytest.raises(Refused) as refused:
        actions.convene(sitting, sitting.convocation_at - timedelta(seconds=1))
    assert refused.value.rule == "assemblies.too_early_to_convene"
    actions.convene_due(sitting.convocation_at - timedelta(seconds=1))
    assert not Entry.objects.filter(kind="sitting.convened").exists()
    for _ in range(2):
        actions.convene_due(sitting.convocation_at)
    assert Entry.objects.filter(kind="sitting.convened").count() == 1
    with pytest.raises(Refused) as refused:
        actions.convene(sitting, sitting.convocation_at)
    assert refused.value.rule == "assemblies.already_convened"


def test_the_agenda_keeps_its_order_whatever_comes_first(sitting: Sitting) -> None:
    def add(number: str) -> None:
        actions.schedule_hearing(number, number, "", NOON, NOON)

    actions.add_deliberation("law", "", "law", NOON, NOON)
    add("2026-002")
    actions.add_deliberation("promise", "", "promise", NOON, NOON)
    add("2026-001")
    items = list(queries.get(sitting.number).items.all())
    assert [item.title for item in items] == ["", "2026-002", "2026-001", "law", "promise", ""]
    assert [item.kind for item in items] == ["minutes", *["hearing"] * 2, *["deliberation"] * 2, "questions"]


def test_a_hearing_is_on_the_first_agenda_whose_convocation_has_not_left(sitting: Sitting) -> None:
    later = town.sitting(days=70)
    before, at = sitting.convocation_at - timedelta(seconds=1), sitting.convocation_at
    assert actions.schedule_hearing("2026-001", "a", "", before, before).item.sitting == sitting
    assert actions.schedule_hearing("2026-002", "b", "", at, at).item.sitting == later


def test_a_worker_that_comes_late_adds_nothing_to_an_agenda_that_has_left(sitting: Sitting) -> None:
    later = town.sitting(days=70)
    verified = sitting.convocation_at - DAY
    hearing = actions.schedule_hearing("2026-001", "a", "", verified, sitting.convocation_at + DAY)
    assert hearing.item.sitting == later


def test_a_petition_is_heard_once(hearing: Hearing) -> None:
    again = actions.schedule_hearing("2026-001", "Des bancs", "", NOON, NOON)
    assert again == hearing
    assert (
        AgendaItem.objects.filter(kind="hearing").count() == Entry.objects.filter(kind="hearing.scheduled").count() == 1
    )


def test_without_a_sitting_ahead_nothing_is_scheduled(commune: None) -> None:
    with pytest.raises(Refused) as refused:
        actions.add_deliberation("a", "", "law", NOON, NOON)
    assert refused.value.rule == "assemblies.no_sitting"


def test_the_quorum_is_more_than_half_of_the_members_in_office(commune: None) -> None:
    assert queries.quorum(town.council()) == 18
    for _ in range(4):
        town.councillor()
    assert queries.quorum(town.council()) == 3
