"""An association's instance: a roll that it builds itself, no electors, no effect by law, and every page says so."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from beffroi.apps.gazette.models import Entry
from beffroi.apps.petitions import actions
from beffroi.apps.petitions.models import Petition, Rung
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.acting import Acting
from beffroi.apps.roll.models import Account, Person
from beffroi.core.errors import Refused
from beffroi.web import pack
from tests.apps import town
from tests.apps.roll.enrolling import accepted, asked

pytestmark = pytest.mark.django_db
PACK = Path(__file__).resolve().parents[2] / "packs" / "association"
SAID = "An association organises this site, not the commune."


@pytest.fixture
def association(settings: Any, capsys: Any) -> Account:
    """Built by its own command; one agent."""
    settings.PACK = PACK
    call_command("build", pack=PACK)
    return roll.open_work_account("Claude Roitelet", "guichet@association.example.org", "agent", "clerk")


def enrolled(agent: Account, count: int) -> list[Person]:
    return [accepted(asked(first_name=f"Amina {n}", email=f"a{n}@example.org"), agent) for n in range(count)]


def opened(agent: Account, people: list[Person]) -> Petition:
    return town.opened(people[0], agent, town.NOON.replace(month=11, day=25))


def test_it_reads_no_electoral_roll(association: Account) -> None:
    with pytest.raises(Refused, match="no_electors_here"):
        roll.import_roll(b"", "x", town.NOON)


def test_a_petition_has_no_rung_by_law_and_still_has_its_effects(association: Account) -> None:
    people = enrolled(association, 3)
    petition = opened(association, people)
    assert [rung.code for rung in petition.rungs.order_by("needed")] == [Rung.Code.HEARING, Rung.Code.REFERENDUM]
    assert not Rung.objects.filter(by_law=True).exists()
    leaf = Entry.objects.get(kind="petition.opened").leaf
    assert "electors" not in leaf
    assert "legal" not in leaf
    now = town.NOON.replace(month=11, day=26)
    for person in people:
        actions.sign(petition, Acting(person, "web", None), now)
    actions.count(now)
    assert petition.rungs.get(code=Rung.Code.HEARING).crossings.count() == 1


def test_nobody_makes_a_legal_request_there(association: Account) -> None:
    people = enrolled(association, 1)
    petition = opened(association, people)
    with pytest.raises(Refused, match="not_elector"):
        actions.sign(petition, Acting(people[0], "web", None), town.NOON.replace(month=11, day=26), legal=True)


def test_every_page_says_who_organises_and_what_the_effects_are(association: Account) -> None:
    petition = opened(association, enrolled(association, 1))
    visitor = Client(headers={"accept-language": "en"})
    pages = ("/", "/petitions", f"/petitions/{petition.number}", "/regles", "/inscription", "/connexion", "/votations")
    for page in (*pages, "/donnees-personnelles", "/inscription/suivre", "/nowhere"):
        shown = visitor.get(page).content.decode()
        assert SAID in shown, page
    shown = visitor.get(f"/petitions/{petition.number}").content.decode()
    assert "effect by law" not in shown
    at_work = town.browser(association)
    for page in ("/guichet", "/guichet/inscriptions"):
        assert SAID in at_work.get(page).content.decode(), page


def test_a_commune_says_nothing_of_the_kind(db: None) -> None:
    town.build()
    assert not pack.by_association()
    assert SAID not in Client(headers={"accept-language": "en"}).get("/petitions").content.decode()
