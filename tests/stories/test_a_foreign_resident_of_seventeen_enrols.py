"""Amina is seventeen and foreign. She enrols from her telephone with two files; an agent decides; she signs.

Then somebody without an address is enrolled at the counter, and a refusal is contested.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from beffroi.apps.petitions.models import Signature
from beffroi.apps.roll.models import Enrolment, Person, Proof
from tests.apps.roll.enrolling import PDF, picture
from tests.browser import PHONE
from tests.stories.village import AGENT, CLERK, Village, heading, overflow, press, say, tracker, write

Axe = Callable[[Page], None]
ADDRESS = "amina@village.example"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """What she has on her telephone: a picture of her permit, and a bill."""
    permit, bill = tmp_path / "titre.jpg", tmp_path / "facture.pdf"
    permit.write_bytes(picture())
    bill.write_bytes(PDF)
    return permit, bill


def fill(page: Page, first: str, last: str, born: str) -> None:
    write(page, "Last name", last)
    write(page, "First names", first)
    write(page, "Birth date", born)
    write(page, "Address in the commune", "8 sente des Trois-Écluses")


def ask(village: Village, page: Page, files: tuple[Path, Path], look: Callable[[Page], None]) -> str:
    """Her whole way, from the sign-in page to the receipt."""
    village.open(page, "/connexion")
    page.get_by_role("link", name=say("Enrol"), exact=True).click()
    heading(page, "Enrol")
    look(page)
    write(page, "Your e-mail address", ADDRESS)
    press(page, "Begin")
    heading(page, "Write the code you received")
    look(page)
    write(page, "The code", village.mailbox.code())
    press(page, "Go on")
    heading(page, "Who you are, and where you live")
    fill(page, "Amina Rose", "Sittelle", "1 6 2012")
    press(page, "Send my request")
    expect(page.locator("main .error").first).to_be_visible()
    look(page)
    write(page, "Birth date", "1 6 2009")
    page.get_by_label(say("Proof of identity")).set_input_files(files[0])
    page.get_by_label(say("Proof of residence")).set_input_files(files[1])
    page.get_by_label(say("I live at this address, and the papers are mine.")).check()
    press(page, "Send my request")
    heading(page, "Thank you, your request has arrived.")
    look(page)
    return tracker(page)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_she_enrols_with_two_files_an_agent_accepts_and_she_signs(
    visitor: Callable[..., Page],
    axe: Axe,
    village: Village,
    files: tuple[Path, Path],
    allow: list[str],
    javascript: bool,
) -> None:
    allow += ["answered 422", "status of 422"]
    petition = village.opened()
    phone = visitor(width=PHONE, javascript=javascript)

    def look(page: Page) -> None:
        assert overflow(page) == []
        if javascript:
            axe(page)

    receipt = ask(village, phone, files, look)
    assert ADDRESS not in phone.url
    follow(village, phone, receipt)
    expect(phone.get_by_role("heading", name=say("An agent has yet to decide."))).to_be_visible()
    assert "Sittelle" not in phone.locator("main").inner_text(), "a receipt names nobody"
    look(phone)

    desk = visitor()
    village.let_in_at_work(desk, AGENT)
    village.open(desk, "/guichet")
    look(desk)
    desk.get_by_role("link", name="1 demande attend").click()
    look(desk)
    desk.get_by_role("link", name="Sittelle, Amina Rose").click()
    expect(desk.locator("main")).to_contain_text(say("Nobody who looks like this person."))
    look(desk)
    paper = desk.request.get(
        village.url + desk.get_by_role("link", name=say("Proof of identity")).get_attribute("href")
    )
    assert (paper.status, paper.headers["content-type"]) == (200, "image/jpeg")
    desk.get_by_label(say("Polling station of this address")).select_option("02")
    press(desk, "Write in the register")
    expect(desk.locator("main")).to_contain_text(say("The person is in the register, and the papers are deleted."))
    look(desk)
    assert not Proof.objects.exists()
    desk.get_by_role("link", name=say("Letter to print")).click()
    look(desk)

    village.sign_in(phone, ADDRESS, f"/petitions/{petition.number}/signer")
    heading(phone, "You sign the petition")
    press(phone, "I sign")
    heading(phone, "Thank you, it is signed.")
    village.open(phone, "/mon-espace/adresse")
    look(phone)
    village.work()
    person = Person.objects.get(last_name="Sittelle", register="resident")
    assert Signature.objects.get(counted=True).person == person
    assert person.station.code == "02"


def follow(village: Village, page: Page, receipt: str) -> None:
    village.open(page, "/inscription/suivre")
    write(page, "The number of your receipt", receipt)
    press(page, "Show")


def test_a_person_at_the_counter_is_refused_contests_and_is_admitted(
    visitor: Callable[..., Page], axe: Axe, village: Village, allow: list[str]
) -> None:
    allow += ["answered 422", "status of 422", "answered 403", "status of 403"]
    desk = visitor()
    village.let_in_at_work(desk, AGENT)
    village.open(desk, "/guichet")
    desk.get_by_role("link", name=say("Enrol a person"), exact=True).click()
    axe(desk)
    fill(desk, "Marthe", "Huppe", "3 3 1950")
    press(desk, "Compare with the roll")
    expect(desk.locator("main .error").first).to_be_visible()
    desk.get_by_label(say("I have seen a valid proof of identity and a proof of residence, in this name.")).check()
    press(desk, "Compare with the roll")
    receipt = tracker(desk)
    axe(desk)
    desk.get_by_role("radio", name=say("The address is not in this commune.")).check()
    press(desk, "Refuse for this reason")
    expect(desk.locator("main")).to_contain_text(say("The request is refused, and its papers are deleted."))

    home = visitor(width=PHONE)
    follow(village, home, receipt)
    expect(home.get_by_role("heading", name=say("The request is refused."))).to_be_visible()
    axe(home)
    write(home, "Why the decision is wrong", "La sente est dans la commune depuis 1890.")
    press(home, "Contest")
    expect(home.get_by_role("heading", name=say("The appeal waits for its answer."))).to_be_visible()
    axe(home)

    desk.reload()
    expect(desk.get_by_role("heading", name=say("For somebody else"))).to_be_visible()
    clerk = visitor()
    village.let_in_at_work(clerk, CLERK)
    village.open(clerk, "/guichet/inscriptions")
    axe(clerk)
    clerk.get_by_role("link", name="Huppe, Marthe").click()
    expect(clerk.locator("main")).to_contain_text("La sente est dans la commune depuis 1890.")
    axe(clerk)
    clerk.get_by_label(say("Polling station of this address")).select_option("02")
    clerk.get_by_label(say("The answer to the appeal")).first.fill("Vous avez raison : la sente est bien ici.")
    press(clerk, "Write in the register")
    expect(clerk.locator("main")).to_contain_text(say("The person is in the register, and the papers are deleted."))
    assert (Enrolment.objects.get().state, Person.objects.get(last_name="Huppe").register) == ("accepted", "resident")
