"""Planning a sitting on the pages, changing it while its convocation has not left, cancelling it with a reason."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from beffroi.apps.assemblies import actions, planning
from beffroi.apps.assemblies.models import AgendaItem, Hearing, Sitting
from beffroi.apps.gazette.models import Entry
from beffroi.core.errors import Malformed, Refused
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
STARTS, LEAVES = NOON + 40 * DAY, NOON + 30 * DAY


def plan(starts: Any = STARTS, leaves: Any = LEAVES, now: Any = NOON) -> Sitting:
    return planning.plan(town.council(), starts, " Salle  du conseil ", leaves, now)


def rule(act: Any, *given: Any) -> str:
    with pytest.raises(Refused) as refused:
        act(*given)
    return refused.value.rule


# --- Planning and changing


def test_a_planned_sitting_keeps_its_place_on_one_line(commune: None) -> None:
    assert plan().place == "Salle du conseil"
    for wrong in ("", "  ", "x" * 201, "a\x00b"):
        with pytest.raises(Malformed):
            planning.plan(town.council(), STARTS, wrong, LEAVES, NOON)


@pytest.mark.parametrize(
    ("starts", "leaves", "said"),
    [
        (NOON, NOON - 10 * DAY, "assemblies.sitting_past"),
        (NOON + DAY, NOON - 10 * DAY, "assemblies.convocation_past"),
        (NOON + 10 * DAY, NOON, "assemblies.convocation_past"),
        (NOON + 10 * DAY, NOON + 5 * DAY, "assemblies.convocation_too_late"),
    ],
)
def test_what_the_law_or_the_calendar_does_not_allow(commune: None, starts: Any, leaves: Any, said: str) -> None:
    assert rule(plan, starts, leaves) == said
    sitting = plan()
    assert rule(planning.change, sitting, starts, "Salle", leaves, NOON) == said
    sitting.refresh_from_db()
    assert sitting.starts_at == STARTS


def test_a_sitting_changes_until_its_convocation_leaves(commune: None) -> None:
    sitting = plan()
    planning.change(sitting, STARTS + DAY, "Préau", LEAVES + DAY, NOON)
    sitting.refresh_from_db()
    assert (sitting.starts_at, sitting.place, sitting.convocation_at) == (STARTS + DAY, "Préau", LEAVES + DAY)
    assert Entry.objects.filter(kind="sitting.moved").count() == 1
    late = LEAVES + DAY
    assert (
        rule(planning.change, sitting, STARTS + 9 * DAY, "x", LEAVES + 3 * DAY, late) == "assemblies.already_convened"
    )
    actions.convene(sitting, late)
    assert (
        rule(planning.change, sitting, STARTS + 9 * DAY, "x", LEAVES + 3 * DAY, late) == "assemblies.already_convened"
    )


# --- Cancelling


def test_a_cancelled_sitting_is_neither_convened_nor_held_nor_chosen(hearing: Hearing) -> None:
    sitting = hearing.item.sitting
    planning.cancel(sitting, "La salle est inondée.", NOON)
    sitting.refresh_from_db()
    assert sitting.cancel_reason == "La salle est inondée."
    actions.convene_due(sitting.convocation_at)
    assert rule(actions.convene, sitting, sitting.convocation_at) == "assemblies.is_cancelled"
    assert rule(actions.hold_hearing, hearing, sitting.starts_at) == "assemblies.is_cancelled"
    assert rule(planning.cancel, sitting, "encore", NOON) == "assemblies.is_cancelled"
    assert rule(planning.change, sitting, STARTS, "x", LEAVES, NOON) == "assemblies.is_cancelled"
    assert rule(actions.add_deliberation, "a", "", "law", NOON, NOON) == "assemblies.no_sitting"
    assert not Entry.objects.filter(kind="sitting.convened").exists()
    assert Entry.objects.filter(kind="sitting.cancelled").count() == 1


def test_what_waits_goes_to_the_next_sitting_in_its_order(hearing: Hearing) -> None:
    actions.add_deliberation("law", "", "law", NOON, NOON)
    actions.schedule_hearing("2026-002", "second", "", NOON, NOON)
    later = town.sitting(days=70)
    planning.cancel(hearing.item.sitting, "Une raison.", NOON)
    titles = [item.title for item in later.items.all()]
    assert titles == ["", "Des bancs et de l'ombre", "second", "law", ""]
    assert [item.kind for item in hearing.item.sitting.items.all()] == ["minutes", "questions"]
    scheduled = Entry.objects.filter(kind="hearing.scheduled").order_by("pk")
    assert [later.number in entry.leaf for entry in scheduled] == [False, False, True, True]


def test_without_another_sitting_it_waits_until_one_is_planned(hearing: Hearing) -> None:
    planning.cancel(hearing.item.sitting, "Une raison.", NOON)
    hearing.refresh_from_db()
    assert hearing.item.sitting.cancelled_at is not None
    after = plan(STARTS + 30 * DAY, LEAVES + 30 * DAY)
    assert Hearing.objects.get(pk=hearing.pk).item.sitting == after


def test_a_convened_sitting_can_still_be_cancelled_but_not_one_that_has_begun(hearing: Hearing) -> None:
    sitting = hearing.item.sitting
    actions.convene(sitting, sitting.convocation_at)
    assert rule(planning.cancel, sitting, "trop tard", sitting.starts_at) == "assemblies.sitting_past"
    planning.cancel(sitting, "Une raison.", sitting.convocation_at + DAY)
    sitting.refresh_from_db()
    assert sitting.cancelled_at is not None


def test_a_cancelled_sitting_has_a_reason_in_the_database_too(sitting: Sitting) -> None:
    from django.db import IntegrityError, transaction

    for wrong in ({"cancelled_at": NOON}, {"cancel_reason": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Sitting.objects.filter(pk=sitting.pk).update(**wrong)


def test_the_order_of_an_agenda_survives_two_cancellations(hearing: Hearing) -> None:
    second, third = town.sitting(days=70), town.sitting(days=100)
    planning.cancel(hearing.item.sitting, "Une raison.", NOON)
    planning.cancel(second, "Une autre.", NOON)
    assert [item.kind for item in third.items.all()] == ["minutes", "hearing", "questions"]
    assert AgendaItem.objects.filter(kind="hearing").count() == 1


# --- The pages


@pytest.fixture
def before(commune: None) -> Any:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def fields(starts: str = "2026-11-21T18:30", leaves: str = "2026-11-11T09:00") -> dict[str, Any]:
    return {"assembly": town.council().pk, "starts_at": starts, "place": "Préau", "convocation_at": leaves}


def test_a_clerk_plans_changes_and_cancels_on_the_pages(before: Any) -> None:
    clerk = town.browser(town.clerk())
    assert reverse("assemblies:plan") in clerk.get(reverse("assemblies:councils")).content.decode()
    assert "5 clear days" in clerk.get(reverse("assemblies:plan")).content.decode()
    town.post(clerk, reverse("assemblies:plan"), **fields())
    sitting = Sitting.objects.get()
    assert sitting.starts_at.isoformat() == "2026-11-21T17:30:00+00:00"
    change = reverse("assemblies:change", args=[sitting.number])
    assert 'value="2026-11-21T18:30"' in clerk.get(change).content.decode()
    town.post(clerk, change, **fields(starts="2026-11-22T18:30"))
    sitting.refresh_from_db()
    assert sitting.starts_at.day == 22
    cancel = reverse("assemblies:cancel", args=[sitting.number])
    assert town.post(clerk, cancel, reason="La salle est inondée.").status_code == 422  # not sure
    assert town.post(clerk, cancel, reason="", sure="on").status_code == 422
    town.post(clerk, cancel, reason="La salle est inondée.", sure="on")
    stranger = town.browser(None)
    for page in (reverse("assemblies:sitting", args=[sitting.number]), reverse("assemblies:councils")):
        assert "La salle est inondée." in stranger.get(page).content.decode()
    assert sitting.number not in stranger.get(reverse("portal:home")).content.decode()


def test_a_refusal_stands_at_its_field_with_the_last_day(before: Any) -> None:
    answer = town.post(town.browser(town.clerk()), reverse("assemblies:plan"), **fields(leaves="2026-11-17T09:00"))
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "15/11/2026" in shown
    assert 'id="id_convocation_at_error"' in shown


def test_only_the_secretariat_plans(before: Any, visitors: dict[str, Client]) -> None:
    sitting = Sitting.objects.get()
    pages = [reverse("assemblies:plan")]
    pages += [reverse(f"assemblies:{name}", args=[sitting.number]) for name in ("change", "cancel")]
    for role, browser in visitors.items():
        for page in pages:
            expected = 200 if role == "clerk" else 302 if role == "anonymous" else 403
            assert browser.get(page).status_code == expected, (role, page)
            if role != "clerk":
                assert town.post(browser, page, reason="x", sure="on").status_code in {302, 403}
    sitting.refresh_from_db()
    assert sitting.cancelled_at is None


def test_a_sitting_that_is_not_there(before: Any) -> None:
    assert town.browser(town.clerk()).get("/conseils/2026-S9/annuler").status_code == 404
