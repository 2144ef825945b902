"""Somebody who did not read paper lines compares them; the panel decides on a signal; the report says so."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from beffroi.apps.petitions import actions as petitions
from beffroi.apps.petitions import unusual
from beffroi.apps.petitions.models import Crossing, Signal, Trace
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.acting import Acting
from beffroi.apps.roll.models import Account
from tests.apps import town
from tests.stories.village import AGENT, SECOND_AGENT, Village, press, say

pytestmark = pytest.mark.django_db(transaction=True)
SMALL = {"width": 320, "height": 700}


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.fixture
def member(village: Village) -> Account:
    return roll.open_work_account("Maëlle Gravelot", "comite@mairie.village.example", "panel")


def test_a_member_of_the_panel_compares_the_lines_and_the_effect_follows(
    village: Village, visitor: Callable[..., Page], axe: Callable[[Page], None], member: Account
) -> None:
    """Two are heard in the village, four make a votation: two signed online, two on paper."""
    petition = village.opened()
    village.sign(petition, "lea", "odette")
    agents = Account.objects.get(work_email=AGENT), Account.objects.get(work_email=SECOND_AGENT)
    sheet = town.on_paper(petition, [village.people["hugo"], village.people["rose"]], agents, village.now())
    village.work(4)
    desk = visitor(width=SMALL)
    village.let_in(desk, member)
    village.open(desk, "/verification")
    axe(desk)
    fits(desk)
    desk.get_by_role("link", name=petition.title).click()
    for line in (1, 2):
        code = f"{sheet.code[:4]}-{sheet.code[4:]}"  # as it is printed
        expect(desk.get_by_role("heading", name=f"Feuille {code}, ligne {line}")).to_be_visible()
        axe(desk)
        fits(desk)
        desk.get_by_label(say("This person, and a signature: valid")).first.check()
        press(desk, "Record, and go to the next line")
    expect(desk.get_by_role("heading", name=say("No line is to be compared"))).to_be_visible()
    desk.get_by_role("link", name=say("The public report")).click()
    axe(desk)
    fits(desk)
    crossing = Crossing.objects.get(rung__code="referendum")
    assert (crossing.valid, crossing.refused) == (4, 0)


def test_a_member_of_the_panel_keeps_the_signatures_of_a_household(
    village: Village,
    visitor: Callable[..., Page],
    axe: Callable[[Page], None],
    member: Account,
    monkeypatch: Any,
) -> None:
    petition = village.opened()
    for name in ("lea", "odette", "paul"):
        signed = petitions.sign(petition, Acting(village.people[name], "web", None), village.now()).signature
        Trace.objects.create(signature=signed, device="d" * 64, network="", at=village.now())
    monkeypatch.setattr(unusual, "_usual", lambda name, now: 3)
    unusual.look(village.now())
    desk = visitor(width=SMALL)
    village.let_in(desk, member)
    village.open(desk, f"/verification/{Signal.objects.get().pk}")
    axe(desk)
    fits(desk)
    expect(desk.get_by_text("Fauvette")).to_have_count(0)
    press(desk, "Show the names once")
    expect(desk.get_by_text("Fauvette").first).to_be_visible()
    desk.get_by_label(say("Keep these signatures: nothing is wrong")).check()
    desk.get_by_label(say("Reason, published")).select_option("household")
    press(desk, "Record the decision")
    expect(desk.get_by_text(say("Nothing unusual."))).to_be_visible()
    village.work(2)
    village.open(desk, f"/petitions/{petition.number}/verifications")
    expect(desk.get_by_text(say("a household or a shared device"))).to_be_visible()
