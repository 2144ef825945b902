"""The desk: each finds her own work there, and nobody votes at it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import Traveller

from beffroi.apps.petitions import actions
from beffroi.apps.petitions.models import Petition
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account, Person
from tests.apps import town
from tests.apps.portal.conftest import browser

DESK = "portal:counter"
NOW = town.NOON + timedelta(hours=1)
TASKS = {"Trouver la personne", "Pétitions à décider", "Urnes de papier à dépouiller"}


@pytest.fixture
def yvonne(commune: None) -> Person:
    return town.person(8, last_name="Chardonneret", first_name="Yvonne", email="")


def desk(account: Account | None) -> str:
    answer = browser(account).get(reverse(DESK))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_stranger_cannot_open_the_desk(client: Client, db: None) -> None:
    assert client.get(reverse(DESK))["Location"].startswith(reverse("roll:sign_in"))
    assert client.post(reverse(DESK), {"last": "Chardonneret"}).status_code == 302


def test_a_resident_cannot_open_the_desk_and_is_told_why(commune: None) -> None:
    account = roll.open_account(town.person(3))
    for answer in (browser(account).get(reverse(DESK)), browser(account).post(reverse(DESK), {"last": "Loriot"})):
        assert answer.status_code == 403
        assert "pour qui travaille pour la commune" in answer.content.decode()


def test_a_councillor_without_another_task_cannot_open_the_desk(commune: None) -> None:
    account = roll.open_work_account("Rachid Sansonnet", "rachid@mairie.example.org")
    town.councillor(account)
    assert browser(account).get(reverse(DESK)).status_code == 403


@pytest.mark.parametrize(
    ("role", "task"),
    [
        ("agent", "Trouver la personne"),
        ("clerk", "Pétitions à décider"),
        ("scrutineer", "Urnes de papier à dépouiller"),
    ],
)
def test_each_finds_her_own_task_and_no_other(request: pytest.FixtureRequest, role: str, task: str) -> None:
    shown = desk(request.getfixturevalue(role))
    assert {each for each in TASKS if each in shown} == {task}


def test_an_agent_finds_a_person_without_her_accents(yvonne: Person, agent: Account) -> None:
    answer = browser(agent).post(reverse(DESK), {"last": "CHARDON", "first": "", "year": "1980"})
    shown = answer.content.decode()
    assert "<strong>Chardonneret</strong>, Yvonne" in shown
    assert reverse("roll:counter_open", args=[yvonne.ref]) in shown


def test_a_name_never_stands_in_an_address(yvonne: Person, agent: Account) -> None:
    shown = browser(agent).get(reverse(DESK), {"last": "Chardon"}).content.decode()
    assert "Chardonneret" not in shown
    assert 'method="post"' in shown


def test_a_clerk_cannot_look_into_the_roll(yvonne: Person, clerk: Account) -> None:
    assert "Chardonneret" not in browser(clerk).post(reverse(DESK), {"last": "Chardon"}).content.decode()


def test_the_roll_cannot_be_leafed_through(yvonne: Person, agent: Account) -> None:
    assert "Chardonneret" not in browser(agent).post(reverse(DESK), {"last": ""}).content.decode()


@pytest.mark.parametrize("form", [{"last": "x" * 500}, {"last": "Loriot", "year": "19a"}, {"last": "\x00"}, {}])
def test_a_bad_search_is_a_form_that_says_what_to_do(agent: Account, form: dict[str, Any]) -> None:
    answer = browser(agent).post(reverse(DESK), form)
    assert answer.status_code == 200
    assert "notice-error" in answer.content.decode()


def test_nobody_found_says_what_to_check(agent: Account) -> None:
    assert "Personne de ce nom" in browser(agent).post(reverse(DESK), {"last": "Autruche"}).content.decode()


def test_while_she_acts_the_band_names_the_person_and_the_petitions_to_sign(
    petition: Petition, yvonne: Person, agent: Account, now: Traveller
) -> None:
    roll.begin_counter_session(agent, yvonne, "identity_card", NOW)
    shown = desk(agent)
    assert "Yvonne Chardonneret, 46\u00a0ans" in shown
    assert reverse("petitions:sign", args=[petition.number]) in shown
    assert reverse("roll:counter_close") in shown


def test_what_the_person_signed_already_says_by_which_means(
    petition: Petition, yvonne: Person, agent: Account, now: Traveller
) -> None:
    actions.sign(petition, town.herself(yvonne), town.NOON)
    roll.begin_counter_session(agent, yvonne, "identity_card", NOW)
    assert "Signée en ligne" in desk(agent)


def test_no_page_of_the_desk_leads_to_the_booth(
    petition: Petition, yvonne: Person, agent: Account, now: Traveller
) -> None:
    roll.begin_counter_session(agent, yvonne, "identity_card", NOW)
    shown = desk(agent)
    assert "isoloir" not in shown.replace("poste isolé", "")
    assert "On ne vote pas ici" in shown


def test_the_band_is_on_every_page_while_she_acts(yvonne: Person, agent: Account, now: Traveller) -> None:
    roll.begin_counter_session(agent, yvonne, "identity_card", NOW)
    for path in ("/", "/regles", "/chercher"):
        assert "Yvonne Chardonneret" in browser(agent).get(path).content.decode()


def test_two_agents_never_see_each_others_person(yvonne: Person, agent: Account, now: Traveller) -> None:
    roll.begin_counter_session(agent, yvonne, "identity_card", NOW)
    assert "Chardonneret" not in desk(town.agent("Paule Sittelle"))


@pytest.mark.parametrize(
    ("role", "doors"),
    [
        ("agent", ["roll:enrol_counter", "roll:enrol_queue", "roll:letters", "roll:counter_receipt"]),
        ("clerk", ["roll:enrol_queue", "roll:letters", "assemblies:plan", "assemblies:councils", "assemblies:charter"]),
        ("panel", ["petitions:panel"]),
        ("administrator", ["roll:import", "roll:boundaries", "roll:accounts", "roll:resets"]),
        ("scrutineer", []),
    ],
)
def test_the_desk_leads_each_role_to_its_doors_and_to_no_other(commune: None, role: str, doors: list[str]) -> None:
    every = {
        *("roll:enrol_counter", "roll:enrol_queue", "roll:letters", "roll:counter_receipt", "assemblies:plan"),
        *("petitions:panel", "roll:import", "roll:boundaries", "roll:accounts", "roll:resets"),
    }
    shown = desk(roll.open_work_account("Yves Tarin", "yves@mairie.example.org", role))
    for door in [*doors, "roll:access"]:
        assert f'href="{reverse(door)}"' in shown
    for door in every - set(doors):
        assert f'href="{reverse(door)}"' not in shown


def test_a_sheet_handed_in_before_the_end_is_still_on_the_desk_after_it(
    petition: Petition, agent: Account, clerk: Account, now: Traveller
) -> None:
    sheet = actions.print_sheets(petition, 1, agent, NOW).sheets.get()
    actions.receive(sheet, 1, agent, NOW)
    Petition.objects.filter(pk=petition.pk).update(state="closed")
    there = reverse("petitions:sheet", args=[petition.number])
    assert there in desk(agent)
    assert there not in desk(clerk), "nothing to settle yet"
    type(sheet).objects.filter(pk=sheet.pk).update(state="differs")
    assert "1 feuille à départager" in desk(agent)
    assert there in desk(clerk)
