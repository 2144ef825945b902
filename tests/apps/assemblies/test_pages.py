"""What the council's pages say and who may do what on them."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from beffroi.apps.assemblies import actions
from beffroi.apps.assemblies.models import Answer, Hearing
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ROLES = ("anonymous", "resident", "agent", "counter", "clerk", "opposition", "majority", "former")


def words(answer: Any) -> str:
    main = re.search(r"<main.*?</main>", answer.content.decode(), re.DOTALL)
    assert main is not None
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main[0])).split())


def paths(hearing: Hearing) -> tuple[str, str, str]:
    return "/conseils", f"/conseils/{hearing.item.sitting.number}", f"/conseils/auditions/{hearing.number}/reponse"


@pytest.mark.parametrize("role", ROLES)
def test_everybody_reads_the_councils_pages(visitors: dict[str, Client], hearing: Hearing, role: str) -> None:
    for path in paths(hearing):
        assert visitors[role].get(path).status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_only_the_secretariat_records_that_a_hearing_was_held(
    visitors: dict[str, Client], hearing: Hearing, role: str
) -> None:
    path = f"/conseils/auditions/{hearing.number}/tenue"
    assert visitors[role].get(path).status_code == 405
    answer = town.post(visitors[role], path)
    hearing.refresh_from_db()
    assert (hearing.held_at is not None) == (role == "clerk")
    assert answer.status_code == (302 if role in {"clerk", "anonymous"} else 403)


@pytest.mark.parametrize("role", ROLES)
def test_only_a_member_in_office_answers_whatever_her_side(
    visitors: dict[str, Client], hearing: Hearing, role: str
) -> None:
    actions.hold_hearing(hearing, hearing.item.sitting.starts_at)
    path = paths(hearing)[2]
    may = role in {"opposition", "majority"}
    assert ("<textarea" in visitors[role].get(path).content.decode()) == may
    answer = town.post(visitors[role], path, text="Le conseil répond oui.")
    assert Answer.objects.exists() == may
    assert answer.status_code == (302 if may or role == "anonymous" else 403)


def test_a_forged_request_without_the_forms_token_does_nothing(visitors: dict[str, Client], hearing: Hearing) -> None:
    assert visitors["clerk"].post(f"/conseils/auditions/{hearing.number}/tenue").status_code == 403
    assert visitors["opposition"].post(paths(hearing)[2], {"text": "Oui."}).status_code == 403


@pytest.mark.parametrize("text", ["", "   ", "a\0b", "é" * 20_001])
def test_an_answer_that_cannot_be_published_is_a_sentence(
    visitors: dict[str, Client], hearing: Hearing, text: str
) -> None:
    actions.hold_hearing(hearing, hearing.item.sitting.starts_at)
    answer = town.post(visitors["opposition"], paths(hearing)[2], text=text)
    assert (answer.status_code, Answer.objects.count()) == (400, 0)


def test_a_second_answer_and_one_before_the_hearing_are_refused_with_a_sentence(
    visitors: dict[str, Client], hearing: Hearing
) -> None:
    path = paths(hearing)[2]
    early = town.post(visitors["opposition"], path, text="Oui.")
    assert (early.status_code, "not been heard yet" in words(early)) == (422, True)
    actions.hold_hearing(hearing, hearing.item.sitting.starts_at)
    assert town.post(visitors["opposition"], path, text="Oui.").status_code == 302
    assert town.post(visitors["majority"], path, text="Non.").status_code == 422
    said = words(visitors["anonymous"].get(path))
    assert "Recorded by Rachid Sansonnet on 21 November 2026. It was due on 20 January 2027. Oui." in said


def test_an_answers_exact_text_can_be_downloaded_and_its_markup_is_shown_as_text(
    visitors: dict[str, Client], hearing: Hearing
) -> None:
    path = paths(hearing)[2]
    assert visitors["anonymous"].get(f"{path}.txt").status_code == 404
    actions.hold_hearing(hearing, hearing.item.sitting.starts_at)
    town.post(visitors["opposition"], path, text="<b>Oui</b>")
    assert visitors["anonymous"].get(f"{path}.txt").content == b"<b>Oui</b>\n"
    assert "<b>Oui</b>" not in visitors["anonymous"].get(path).content.decode()


def test_the_agenda_shows_the_hearing_as_a_pause_and_a_promise(visitors: dict[str, Client], hearing: Hearing) -> None:
    answer = visitors["anonymous"].get(paths(hearing)[1])
    assert '<li class="pause">' in answer.content.decode()
    said = words(answer)
    assert "The sitting is suspended Promise Hearing: Des bancs et de l’ombre" in said
    assert "speaks for 10 minutes" in said
    assert "5 clear days kept" in said


def test_a_convocation_that_left_too_late_is_said(visitors: dict[str, Client], hearing: Hearing) -> None:
    sitting = hearing.item.sitting
    for days, told in ((6, "5 clear days kept"), (5, "5 clear days not kept")):
        sitting.convened_at = sitting.starts_at - days * DAY
        sitting.save()
        assert told in words(visitors["anonymous"].get(paths(hearing)[1]))


def test_lateness_is_said_in_days(visitors: dict[str, Client], hearing: Hearing, clock: Any) -> None:
    actions.hold_hearing(hearing, hearing.item.sitting.starts_at)
    for path in paths(hearing):
        assert "late" not in words(visitors["anonymous"].get(path)).replace("Late:", "late").replace("latest", "")
    clock.move_to(hearing.item.sitting.starts_at + 72 * DAY)
    for path in paths(hearing)[:2]:
        said = words(visitors["anonymous"].get(path))
        assert "12 days Late: Des bancs et de l’ombre" in said
        assert "Written answer due on 20 January 2027. No answer is published to this day." in said
    assert "12 days Late" in words(visitors["anonymous"].get(paths(hearing)[2]))


def test_an_unknown_sitting_or_hearing_is_a_page_that_says_so(visitors: dict[str, Client]) -> None:
    for path in ("/conseils/2099-S1", "/conseils/auditions/A-2099-001/reponse", "/conseils/auditions/x/reponse.txt"):
        assert visitors["anonymous"].get(path).status_code == 404
    assert town.post(visitors["clerk"], "/conseils/auditions/x/tenue").status_code == 404


def test_a_page_costs_the_same_number_of_queries_with_ten_hearings_as_with_one(
    visitors: dict[str, Client], hearing: Hearing
) -> None:
    def cost(path: str) -> int:
        visitors["opposition"].get(path)
        with CaptureQueriesContext(connection) as made:
            assert visitors["opposition"].get(path).status_code == 200
        return len(made)

    actions.hold_hearing(hearing, hearing.item.sitting.starts_at)
    before = [cost(path) for path in paths(hearing)]
    for number in range(2, 11):
        more = actions.schedule_hearing(f"2026-{number:03d}", "Autre", "", NOON, NOON)
        actions.hold_hearing(more, hearing.item.sitting.starts_at)
    assert [cost(path) for path in paths(hearing)] == before
    assert max(before) <= 18
