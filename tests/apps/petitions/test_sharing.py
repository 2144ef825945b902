"""What goes out: a card that others may frame, and nothing else; a poster, feeds that programs read, public figures."""

import json
import re
import xml.etree.ElementTree as ET
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from beffroi.apps.gazette import actions as gazette
from beffroi.apps.petitions import actions
from beffroi.apps.petitions.models import Petition
from beffroi.apps.roll.models import Account, Person
from beffroi.web import still
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
OUT = ("partager", "affiche", "integrer", "atom.xml", "chiffres.json", "signataires")
HOUR = timedelta(hours=1)


@pytest.fixture
def anybody() -> Client:
    return Client(headers={"accept-language": "en"})


def policy(answer: Any) -> dict[str, str]:
    rows = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in rows}


def test_only_the_card_may_be_framed_and_nothing_can_be_done_on_it(anybody: Client, petition: Petition) -> None:
    card = anybody.get(f"/petitions/{petition.number}/integrer")
    assert policy(card)["frame-ancestors"] == "*"
    assert policy(card)["script-src"] == policy(card)["form-action"] == "'none'"
    assert "X-Frame-Options" not in card
    page = card.content.decode()
    assert not re.search("<form|<script|<input|<button", page)
    assert not card.cookies
    for path in ("", *(f"/{name}" for name in OUT if name != "integrer")):
        assert policy(anybody.get(f"/petitions/{petition.number}{path}"))["frame-ancestors"] == "'none'"


def test_the_card_says_the_same_to_somebody_who_has_signed_in(visitors: dict[str, Client], petition: Petition) -> None:
    """Another site frames it: nothing of who reads it may be there to be seen."""
    one, two = (visitors[role].get(f"/petitions/{petition.number}/integrer") for role in ("anonymous", "resident"))
    assert one.content == two.content


@pytest.mark.parametrize("name", OUT)
def test_what_is_filed_or_refused_is_not_shared(anybody: Client, author: Person, clerk: Account, name: str) -> None:
    filed = town.filed(author)
    assert anybody.get(f"/petitions/{filed.number}/{name}").status_code == 404
    actions.refuse(filed, clerk, "unclear", "La question ne dit pas ce qui serait fait.", NOON)
    assert anybody.get(f"/petitions/{filed.number}/{name}").status_code == 404
    assert anybody.get(f"/petitions/2099-001/{name}").status_code == 404


@pytest.mark.parametrize("name", ["", *(f"/{name}" for name in OUT)])
def test_a_visitor_who_reads_gets_no_cookie(anybody: Client, petition: Petition, name: str) -> None:
    assert not anybody.get(f"/petitions/{petition.number}{name}").cookies


def read_atom(answer: Any) -> ET.Element:
    """What RFC 4287 asks of every feed and of every entry."""
    assert answer["Content-Type"].startswith("application/atom+xml")
    root = ET.fromstring(answer.content)
    assert root.tag == f"{ATOM}feed"
    for part in [root, *root.findall(f"{ATOM}entry")]:
        for needed in ("id", "title", "updated"):
            (found,) = part.findall(f"{ATOM}{needed}")
            assert found.text
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", part.findtext(f"{ATOM}updated"))
    ids = [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    return root


def test_the_feed_of_petitions_names_the_open_ones_newest_first(
    anybody: Client, author: Person, clerk: Account
) -> None:
    first, second = (town.opened(author, clerk, NOON + n * HOUR) for n in range(2))
    town.filed(author)
    feed = read_atom(anybody.get("/petitions/atom.xml"))
    links = [entry.find(f"{ATOM}link").get("href") for entry in feed.findall(f"{ATOM}entry")]
    assert [link.rpartition("/")[2] for link in links] == [second.number, first.number]


def test_an_empty_feed_is_a_feed(anybody: Client, commune: None) -> None:
    assert read_atom(anybody.get("/petitions/atom.xml")).findall(f"{ATOM}entry") == []


def test_a_feed_survives_a_title_that_looks_like_markup(anybody: Client, author: Person, clerk: Account) -> None:
    title = 'Des <bancs> & de l\'ombre "vite"'
    filed = actions.file(author, title, "Le texte.", "Oui & <non> ?", NOON)
    actions.admit(filed, clerk, NOON)
    feed = read_atom(anybody.get("/petitions/atom.xml"))
    assert feed.findtext(f"{ATOM}entry/{ATOM}title") == title
    page = anybody.get(f"/petitions/{filed.number}/partager").content.decode()
    assert "<bancs>" not in page
    # What a person copies is itself markup: the quotes of the title do not end the attribute.
    assert "&amp;quot;vite&amp;quot;" in page


def test_the_life_of_a_petition_is_the_acts_of_the_journal(anybody: Client, petition: Petition) -> None:
    town.signed_by(petition, town.people(5))
    actions.count(NOON)
    gazette.sequence(NOON)
    feed = read_atom(anybody.get(f"/petitions/{petition.number}/atom.xml"))
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]
    assert titles[0].startswith("5 signatures")
    assert titles[-1] == "The text is filed."


def test_the_figures_are_those_of_the_page_and_any_site_may_read_them(anybody: Client, petition: Petition) -> None:
    town.signed_by(petition, town.people(3))
    actions.count(NOON)
    answer = anybody.get(f"/petitions/{petition.number}/chiffres.json")
    assert answer["Access-Control-Allow-Origin"] == "*"
    told = json.loads(answer.content)
    assert told["signatures"] == 3
    assert [row["needed"] for row in told["thresholds"]] == [5, 6, 10]
    assert told["channels"]["web"] == {"signatures": 3, "refused": 0}
    assert "Fauvette" not in answer.content.decode()


def test_the_poster_carries_the_address_in_words_and_as_a_square(anybody: Client, petition: Petition) -> None:
    page = anybody.get(f"/petitions/{petition.number}/affiche").content.decode()
    assert f"http://testserver/petitions/{petition.number}" in page
    assert 'class="qr"' in page
    assert " style=" not in page


@pytest.fixture
def copies(settings: Any) -> Any:
    settings.STILL_SECONDS = 3
    still.forget()
    yield
    still.forget()


@pytest.mark.usefixtures("copies")
@pytest.mark.parametrize("name", ["", "/integrer", "/chiffres.json", "/atom.xml", "/partager", "/affiche"])
def test_in_a_rush_a_page_costs_no_query_and_is_the_same_bytes(anybody: Client, petition: Petition, name: str) -> None:
    path = f"/petitions/{petition.number}{name}"
    first = anybody.get(path)
    assert first["Cache-Control"] == "public, max-age=10"
    with CaptureQueriesContext(connection) as queries:
        second = anybody.get(path)
    assert len(queries) == 0
    assert first.content == second.content
    assert anybody.get(path, headers={"if-none-match": first["ETag"]}).status_code == 304


@pytest.mark.usefixtures("copies")
def test_the_copy_of_the_card_keeps_its_own_policy(anybody: Client, petition: Petition) -> None:
    for _ in range(2):
        assert policy(anybody.get(f"/petitions/{petition.number}/integrer"))["frame-ancestors"] == "*"
        assert policy(anybody.get(f"/petitions/{petition.number}"))["frame-ancestors"] == "'none'"


@pytest.mark.usefixtures("copies")
def test_who_has_signed_in_never_gets_or_makes_the_copy_of_the_others(
    visitors: dict[str, Client], petition: Petition
) -> None:
    path = f"/petitions/{petition.number}"
    town.post(visitors["resident"], f"{path}/signer")
    hers = visitors["resident"].get(path)
    assert "You have signed" in hers.content.decode()
    assert "no-store" in hers["Cache-Control"]
    for _ in range(2):
        assert "You have signed" not in visitors["anonymous"].get(path).content.decode()
    assert "You have signed" in visitors["resident"].get(path).content.decode()
