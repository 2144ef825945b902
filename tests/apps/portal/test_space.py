"""My space is mine alone: what I signed, what I may vote on, what is held about me."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import Traveller

from beffroi.apps.petitions import actions
from beffroi.apps.petitions.models import Petition
from beffroi.apps.portal import export
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll import letter_codes
from beffroi.apps.roll.acting import Acting
from beffroi.apps.roll.models import Account, Person
from tests.apps import town
from tests.apps.portal.conftest import browser

SPACE, DATA = "portal:space", "portal:my_data"


@pytest.fixture
def mine(commune: None) -> Person:
    return town.person(5, last_name="Loriot", first_name="Tomasz", email="tomasz@example.org")


@pytest.fixture
def home(mine: Person) -> Client:
    return browser(roll.open_account(mine))


def test_a_stranger_is_sent_to_sign_in_and_comes_back(client: Client, db: None) -> None:
    answer = client.get(reverse(SPACE))
    assert answer.status_code == 302
    assert "next=%2Fmon-espace" in answer["Location"]


def test_what_i_signed_is_there_with_its_state(petition: Petition, mine: Person, home: Client, now: Traveller) -> None:
    actions.sign(petition, town.herself(mine), town.NOON)
    assert "Comptée dans un instant" in home.get(reverse(SPACE)).content.decode()
    actions.count(town.NOON)
    assert ">Comptée<" in home.get(reverse(SPACE)).content.decode()
    actions.withdraw(petition, town.herself(mine), town.NOON)
    assert ">Retirée<" in home.get(reverse(SPACE)).content.decode()


def test_what_somebody_else_signed_is_not_there(petition: Petition, home: Client, now: Traveller) -> None:
    town.signed_by(petition, town.people(2, start=10))
    assert petition.title not in home.get(reverse(SPACE)).content.decode()


def test_my_page_and_my_data_are_kept_by_no_cache(home: Client) -> None:
    assert all("no-store" in home.get(reverse(name))["Cache-Control"] for name in (SPACE, DATA))


def test_my_data_hold_all_that_names_me_and_no_secret(
    petition: Petition, mine: Person, home: Client, agent: Account, now: Traveller
) -> None:
    receipt = actions.sign(petition, town.herself(mine), town.NOON)
    roll.begin_counter_session(agent, mine, "passport", town.NOON)
    answer = home.get(reverse(DATA))
    held = json.loads(answer.content)
    assert held["person"]["email"] == "tomasz@example.org"
    assert [row["petition"] for row in held["signatures"]] == [petition.number]
    assert held["at_the_counter"][0]["proof"] == "passport"
    assert receipt.text not in answer.content.decode()
    assert receipt.signature.receipt_hash not in answer.content.decode()


def test_my_data_hold_nothing_of_others(petition: Petition, home: Client) -> None:
    town.signed_by(petition, town.people(2, start=10))
    assert "p10@example.org" not in home.get(reverse(DATA)).content.decode()


def test_every_column_of_the_roll_is_in_my_data(mine: Person, home: Client) -> None:
    held = json.loads(home.get(reverse(DATA)).content)["person"]
    left_out = {"id", "name_key"}  # a row number, and the name again
    assert {field.name for field in Person._meta.fields} - left_out == set(held)


def test_an_account_at_work_has_no_data_of_a_resident(agent: Account) -> None:
    assert browser(agent).get(reverse(DATA)).status_code == 403


def test_a_councillor_finds_the_answers_that_are_due(commune: None) -> None:
    account = roll.open_work_account("Rachid Sansonnet", "rachid@mairie.example.org")
    assert "Au conseil" not in browser(account).get(reverse(SPACE)).content.decode()
    town.councillor(account)
    with_seat = browser(account)
    assert "Aucune réponse n’est due" in _later(with_seat)


def _later(client: Client) -> str:
    return client.get(reverse(SPACE)).content.decode()


def test_a_resident_is_shown_no_desk(home: Client) -> None:
    assert reverse("portal:counter") not in home.get(reverse(SPACE)).content.decode()


def test_what_is_printed_is_what_the_file_holds(
    petition: Petition, mine: Person, home: Client, agent: Account, now: Traveller
) -> None:
    actions.sign(petition, town.herself(mine), town.NOON)
    roll.begin_counter_session(agent, mine, "passport", town.NOON)
    held = export.of_person(mine)
    shown = export.in_words(held)
    assert [len(part.rows) for part in shown] == [len(part) if isinstance(part, list) else 1 for part in held.values()]
    page = home.get(reverse("portal:my_data_page")).content.decode()
    for value in (mine.roll_number, "tomasz@example.org", petition.number, "passport"):
        assert value in page


def test_each_field_of_my_data_has_its_words(
    petition: Petition, mine: Person, agent: Account, clerk: Account, now: Traveller
) -> None:
    actions.sign(petition, town.herself(mine), town.NOON)
    actions.refuse(town.filed(mine), clerk, "unclear", "La question ne dit pas ce qui serait fait.", town.NOON)
    actions.appeal(Petition.objects.get(author=mine), town.herself(mine), "La question le dit pourtant.", town.NOON)
    actions.begin_draft(mine, actions.Words("Un banc", "", ""), town.NOON)
    town.on_paper(petition, [mine], (agent, town.second_agent()))
    letter_codes.print_one(mine, agent, town.NOON)
    roll.begin_counter_session(agent, mine, "passport", town.NOON)
    roll.note_counter_act(Acting(mine, "counter", agent), "petition.signed", town.NOON)
    held = export.of_person(mine)
    assert fields_of(held) - set(export.LABELS) == set()


def fields_of(part: object) -> set[str]:
    """Each name of a field, however deep."""
    if isinstance(part, list):
        return {name for row in part for name in fields_of(row)}
    if not isinstance(part, dict):
        return set()
    return set(part) | {name for value in part.values() for name in fields_of(value)}


def test_the_agent_reads_the_data_of_the_person_in_front_of_her_and_of_nobody_else(
    mine: Person, agent: Account, now: Traveller
) -> None:
    assert browser(agent).get(reverse("portal:my_data_page")).status_code == 403
    roll.begin_counter_session(agent, mine, "passport", town.NOON + timedelta(hours=1))
    page = browser(agent).get(reverse("portal:my_data_page"))
    assert mine.roll_number in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    now.shift(16 * 60)  # her session has closed itself
    assert browser(agent).get(reverse("portal:my_data_page")).status_code == 403
    assert browser(agent).get(reverse(DATA)).status_code == 403
