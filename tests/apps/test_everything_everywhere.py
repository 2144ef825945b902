"""Everything a resident can do online can be done at the counter and on paper, the ballot excepted; or a line says why.

ACTS is the declared table: act x {web, counter, paper}. Each cell is a page, or the written reason why there is none.
Two rules keep it true for whatever comes later: a page that is open to residents stands in the table (a new one fails
here until somebody has thought of the counter and of paper), and each page of the table is walked through below.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from beffroi.apps.assemblies import charters
from beffroi.apps.assemblies.models import Official
from beffroi.apps.petitions import actions as petitions
from beffroi.apps.petitions.models import PaperLine, Petition, Signature
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import CounterSession, Person, Role, Station
from beffroi.apps.votations import actions as votations
from beffroi.apps.votations.models import Ballot, PaperCount
from tests.apps import town
from tests.apps.test_doors import listed
from tests.apps.town import NOON
from tests.apps.votations import world as w
from tests.let_in import let_in

pytestmark = pytest.mark.django_db

CHANNELS = ("web", "counter", "paper")


@dataclass(frozen=True)
class Not:
    """No page, and why."""

    why: str


Cell = str | Not  # a page of tests/pages.txt, or the reason


@dataclass(frozen=True)
class Act:
    """What a resident does: by herself, with an agent, on paper (the page on which the paper is entered or printed)."""

    web: Cell
    counter: Cell
    paper: Cell

    def cell(self, channel: str) -> Cell:
        found: Cell = getattr(self, channel)
        return found


TYPED = Not("a text is fingerprinted to the letter: the agent types what its author brings, and she reads it again")
IN_PERSON = Not(
    "whoever asks for it must be seen: a letter does not say who wrote it, so the paper is brought to the counter"
)

ACTS = {
    "sign a petition": Act("petitions:sign", "petitions:sign", "petitions:sheet"),
    "sign a recall": Act("petitions:sign", "petitions:sign", "petitions:sheet"),
    "take the receipt of a signature": Act(
        "petitions:signed",
        "petitions:signed",
        Not("a sheet has many lines and no room for 26 letters each: whoever signed on it asks at the counter"),
    ),
    "withdraw a signature": Act("petitions:withdraw", "petitions:withdraw", IN_PERSON),
    "withdraw with the receipt alone": Act("petitions:receipt", "petitions:receipt", IN_PERSON),
    "sign again": Act("petitions:sign", "petitions:sign", "petitions:sheet"),
    "see what a receipt stands for": Act("petitions:receipt", "petitions:receipt", IN_PERSON),
    "file a petition": Act("petitions:new", "petitions:new", TYPED),
    "ask for the end of a mandate": Act("petitions:recall", "petitions:recall", TYPED),
    "see what I signed": Act("portal:space", "portal:counter", "portal:my_data_page"),
    "read what is held about me": Act("portal:my_data_page", "portal:my_data_page", "portal:my_data_page"),
    "take my data away as a file": Act(
        "portal:my_data", "portal:my_data", Not("a file for a program is no paper: the same is printed to be read")
    ),
    "vote": Act(
        "votations:ballots",
        Not("a vote is secret: no agent's screen can cast a ballot, not even with the resident in front of it"),
        "votations:paper",
    ),
}


# The two rules.


def test_a_page_that_is_open_to_residents_stands_in_the_table() -> None:
    of_residents = {name for name, publics in listed().items() if "resident" in publics}
    in_table = {act.cell(channel) for act in ACTS.values() for channel in ("web", "counter")}
    assert of_residents - in_table == set(), (
        "say in ACTS how this is done at the counter and on paper, or why it is not"
    )


def test_the_counter_s_pages_are_open_to_agents_and_a_missing_one_has_its_reason() -> None:
    publics = listed()
    for name, act in ACTS.items():
        assert isinstance(act.web, str), name
        for channel in ("counter", "paper"):
            cell = act.cell(channel)
            if isinstance(cell, Not):
                assert len(cell.why) > 40, f"{name}: {channel}"
            else:
                assert publics[cell] & {"agent", "scrutineer", "anyone"}, f"{name}: {cell} is closed at the {channel}"


def test_a_page_that_residents_open_is_open_to_the_agent_who_acts_for_one() -> None:
    """Unless its cell of the table says why not."""
    reasoned = {act.web for act in ACTS.values() if isinstance(act.counter, Not)}
    elsewhere = {act.web for act in ACTS.values() if isinstance(act.counter, str) and act.counter != act.web}
    closed = {name for name, publics in listed().items() if "resident" in publics and "agent" not in publics}
    assert closed <= reasoned | elsewhere


# The walk.


@dataclass
class Town:
    """A resident at home, another in front of an agent, an agent with a sheet; a petition and a recall are open."""

    petition: Petition
    recall: Petition
    home: Client
    resident: Person
    counter: Client
    visitor: Person
    agent: Client

    def browser(self, channel: str) -> Client:
        return {"web": self.home, "counter": self.counter, "paper": self.agent}[channel]

    def person(self, channel: str) -> Person:
        return {"web": self.resident, "counter": self.visitor, "paper": self.visitor}[channel]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return town.small_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture
def here(settings: Any, small: Path) -> Iterator[Town]:
    settings.PACK = small
    town.build()
    clerk, author = town.clerk(), town.person(0)
    official = town.councillor()
    charters.sign(official, clerk, NOON.date(), NOON)
    busy, free = town.agent("Paule Sittelle"), town.agent()
    resident, visitor = town.person(town.RESIDENT), town.person(town.VISITOR)
    petition = town.opened(author, clerk)
    recall = petitions.admit(petitions.file_recall(town.herself(author), official, "Un fait.", NOON), clerk, NOON)
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        roll.begin_counter_session(busy, visitor, CounterSession.Proof.PASSPORT, NOON + timedelta(hours=1))
        yield Town(
            petition=petition,
            recall=recall,
            home=town.browser(town.open_account(resident)),
            resident=resident,
            counter=town.browser(busy),
            visitor=visitor,
            agent=town.browser(free),
        )
    translation.deactivate()


def sign(here: Town, channel: str, petition: Petition) -> Signature:
    someone = here.person(channel)
    if channel == "paper":
        fields = {"last_name": someone.last_name, "first_name": someone.first_name, "year": someone.birth_date.year}
        line = PaperLine.objects.count() + 1
        answer = town.post(here.agent, f"/guichet/feuilles/{petition.number}", sheet="F-1", line=line, **fields)
    else:
        answer = town.post(here.browser(channel), f"/petitions/{petition.number}/signer", confirmed="on")
    assert answer.status_code == 302
    row = Signature.objects.get(petition=petition, person=someone)
    assert (row.channel, row.withdrawn_at) == (channel, None)
    return row


def sign_a_petition(here: Town, channel: str) -> None:
    sign(here, channel, here.petition)


def sign_a_recall(here: Town, channel: str) -> None:
    sign(here, channel, here.recall)


def receipt_of(here: Town, channel: str) -> str:
    sign(here, channel, here.petition)
    page = here.browser(channel).get(f"/petitions/{here.petition.number}/signee").content.decode()
    shown = page.split('<p class="tracker" translate="no">')[1].split("</p>")[0]
    return re.sub(r"<[^>]+>|&[a-z]+;|[^0-9A-Z]", "", shown)


def take_the_receipt(here: Town, channel: str) -> None:
    assert len(receipt_of(here, channel)) == 26


def withdraw(here: Town, channel: str) -> None:
    row = sign(here, channel, here.petition)
    assert town.post(here.browser(channel), f"/petitions/{here.petition.number}/retirer").status_code == 302
    row.refresh_from_db()
    assert row.withdrawn_at is not None


def withdraw_with_the_receipt(here: Town, channel: str) -> None:
    receipt = receipt_of(here, channel)
    town.post(here.browser(channel), "/petitions/recu", receipt=receipt, step="withdraw")
    assert Signature.objects.get().withdrawn_at is not None


def sign_again(here: Town, channel: str) -> None:
    first = sign(here, channel, here.petition)
    petitions.withdraw(here.petition, town.herself(here.person(channel)), NOON + timedelta(hours=1))
    assert sign(here, channel, here.petition).pk == first.pk


def look_a_receipt_up(here: Town, channel: str) -> None:
    page = town.post(here.browser(channel), "/petitions/recu", receipt=receipt_of(here, channel)).content.decode()
    assert "This signature is recorded" in page


def file(here: Town, channel: str) -> None:
    fields = {"title": "Un banc", "text": "Il fait chaud.", "question": "Faut-il un banc ?", "named": "on"}
    assert town.post(here.browser(channel), "/petitions/ecrire", step="file", **fields).status_code == 302
    assert Petition.objects.get(title="Un banc").author == here.person(channel)


def ask_for_the_end_of_a_mandate(here: Town, channel: str) -> None:
    other: Official = town.councillor()
    charters.sign(other, town.roll.open_work_account("Pic", "pic@example.org", Role.Kind.CLERK), NOON.date(), NOON)
    fields = {"official": other.number, "text": "Un fait.", "named": "on"}
    assert town.post(here.browser(channel), "/petitions/revocation", step="file", **fields).status_code == 302
    assert Petition.objects.get(official=other).author == here.person(channel)


def see_what_was_signed(here: Town, channel: str) -> None:
    if channel == "paper":  # printed by the agent who has the person in front of her
        sign(here, "counter", here.petition)
        page = here.counter.get("/mon-espace/donnees").content.decode()
    else:
        sign(here, channel, here.petition)
        page = here.browser(channel).get("/mon-espace" if channel == "web" else "/guichet").content.decode()
    assert here.petition.number in page or "Signed at the counter" in page


def read_my_data(here: Town, channel: str) -> None:
    client = here.counter if channel == "paper" else here.browser(channel)
    page = client.get("/mon-espace/donnees").content.decode()
    assert here.person(channel).roll_number in page
    assert (here.resident if channel != "web" else here.visitor).roll_number not in page


def take_my_data(here: Town, channel: str) -> None:
    held = json.loads(here.browser(channel).get("/mon-espace/donnees.json").content)
    assert held["person"]["roll_number"] == here.person(channel).roll_number


def vote(here: Town, channel: str) -> None:
    world = w.ready(w.town())
    number, someone = world.votation.number, world.people[0]
    if channel == "web":
        with time_machine.travel(w.WHILE_OPEN, tick=False):
            browser = Client()
            let_in(browser, roll.open_account(someone))
            raw = world.ballot(someone)
            assert (
                browser.post(f"/votations/{number}/bulletins", raw, content_type="application/json").status_code == 201
            )
        assert Ballot.objects.count() == 1
        return
    votations.close(world.fresh(), w.CLOSES)
    votations.forget(world.fresh(), w.CLOSES)
    with time_machine.travel(w.PAPER_EVENING, tick=False):
        desk = town.browser(w.account("Grive", Role.Kind.SCRUTINEER))
        station = Station.objects.order_by("code").first()
        assert station is not None
        fields = {"station": station.pk, "yes": 0, "no": 0, "blank": 0}
        assert town.post(desk, f"/votations/{number}/depouillement", **fields).status_code == 302
    assert PaperCount.objects.count() == 1


WALKS: dict[str, Callable[[Town, str], None]] = {
    "sign a petition": sign_a_petition,
    "sign a recall": sign_a_recall,
    "take the receipt of a signature": take_the_receipt,
    "withdraw a signature": withdraw,
    "withdraw with the receipt alone": withdraw_with_the_receipt,
    "sign again": sign_again,
    "see what a receipt stands for": look_a_receipt_up,
    "file a petition": file,
    "ask for the end of a mandate": ask_for_the_end_of_a_mandate,
    "see what I signed": see_what_was_signed,
    "read what is held about me": read_my_data,
    "take my data away as a file": take_my_data,
    "vote": vote,
}
# Forgetting who voted rewrites the database's files: that one is outside a transaction.
WHOLE = pytest.mark.django_db(transaction=True)
CELLS = [
    pytest.param(act, channel, id=f"{act}, {channel}", marks=[WHOLE] if act == "vote" else [])
    for act in ACTS
    for channel in CHANNELS
    if isinstance(ACTS[act].cell(channel), str)
]


def test_every_act_of_the_table_is_walked() -> None:
    assert set(WALKS) == set(ACTS)


@pytest.mark.parametrize(("act", "channel"), CELLS)
def test_each_cell_is_true(here: Town, act: str, channel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the pages, as that person does it; the page that the table names is one of those that answered."""
    answered = set()
    request = Client.request

    def noted(client: Client, **environ: Any) -> Any:
        answer = request(client, **environ)
        answered.add(answer.resolver_match.view_name)
        return answer

    monkeypatch.setattr(Client, "request", noted)
    WALKS[act](here, channel)
    assert ACTS[act].cell(channel) in answered


def test_no_page_that_the_counter_has_casts_a_ballot(here: Town) -> None:
    world = w.ready(w.town())
    with time_machine.travel(w.WHILE_OPEN, tick=False):
        agent = w.account("Loriot", Role.Kind.AGENT)
        roll.begin_counter_session(agent, world.people[0], CounterSession.Proof.PASSPORT, w.WHILE_OPEN)
        browser, raw = Client(), world.ballot(world.people[0])
        let_in(browser, agent)
        path = f"/votations/{world.votation.number}/bulletins"
        assert browser.post(path, raw, content_type="application/json").status_code == 403
    assert not Ballot.objects.exists()
