"""A resident signs at home on her telephone; the counter knows it, and serves those who have no telephone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from beffroi.apps.petitions.models import Petition, Signature
from beffroi.apps.roll.models import Account, CounterSession
from beffroi.apps.votations.models import Ballot
from tests.apps.votations import world as w
from tests.browser import PHONE
from tests.stories.village import AGENT, TITLE, Village, follow, heading, overflow, press, say, tracker, write

Axe = Callable[[Page], None]


@pytest.fixture
def petition(village: Village) -> Petition:
    """Open, and in the journal."""
    opened = village.opened()
    village.work()
    return opened


def find_person(page: Page, last: str, first: str = "") -> None:
    write(page, "Last name", last)
    write(page, "First name", first)
    page.locator("main").get_by_role("button", name=say("Search")).click()


def check_receipt(page: Page, receipt: str) -> None:
    write(page, "The number of your receipt", receipt)
    press(page, "Check")


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_lea_signs_finds_her_receipt_withdraws_and_signs_again(
    visitor: Callable[..., Page], axe: Axe, village: Village, petition: Petition, javascript: bool
) -> None:
    page = visitor(width=PHONE, javascript=javascript)

    def look() -> None:
        assert overflow(page) == []
        if javascript:
            axe(page)

    village.open(page, f"/petitions/{petition.number}")
    look()
    follow(page, "Sign this petition")
    look()
    village.send_code(page, "lea@village.example")
    look()
    village.type_code(page)
    heading(page, "You sign the petition")
    expect(page.locator("main")).to_contain_text("Léa Fauvette")
    look()
    press(page, "I sign")
    heading(page, "Thank you, it is signed.")
    look()
    receipt = tracker(page)
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{26}", receipt)
    assert receipt not in page.url

    page.reload()
    heading(page, "The receipt has been shown")
    assert receipt not in page.content()

    village.open(page, "/petitions/recu")
    look()
    check_receipt(page, receipt.lower())
    heading(page, "This signature is recorded. It will be counted within a few seconds.")
    look()
    village.work()
    village.open(page, "/petitions/recu")
    check_receipt(page, receipt)
    heading(page, "This signature is counted.")
    assert "Fauvette" not in page.content()
    press(page, "Withdraw this signature")
    heading(page, "This signature is withdrawn.")
    look()
    village.work()
    village.open(page, f"/petitions/{petition.number}")
    expect(page.locator("p.figure").first).to_have_text("0")

    follow(page, "Sign this petition")
    press(page, "I sign")
    heading(page, "Thank you, it is signed.")
    assert tracker(page) != receipt
    village.work()
    village.open(page, f"/petitions/{petition.number}")
    expect(page.locator("p.figure").first).to_have_text("1")
    heading(page, "You have signed")
    look()
    assert Signature.objects.filter(person=village.people["lea"]).count() == 1


class Taps:
    """What a finger touches: each link, button and box counts; a field that is typed in is one touch."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def follow(self, message: str) -> None:
        self.count += 1
        follow(self.page, message)

    def press(self, message: str) -> None:
        self.count += 1
        press(self.page, message)

    def write(self, label: str, text: str) -> None:
        self.count += 1
        write(self.page, label, text)


def test_signed_in_lea_signs_in_two_taps(phone: Page, village: Village, petition: Petition) -> None:
    village.let_in(phone, village.people["lea"])
    village.open(phone, f"/petitions/{petition.number}")
    taps = Taps(phone)
    taps.follow("Sign this petition")
    taps.press("I sign")
    heading(phone, "Thank you, it is signed.")
    assert taps.count == 2


def test_somebody_new_signs_in_six_taps_and_the_way_back_keeps_the_petition(
    phone: Page, village: Village, petition: Petition
) -> None:
    """Her address, the code of the mail: the page that she wanted to sign comes back by itself."""
    village.open(phone, f"/petitions/{petition.number}")
    taps = Taps(phone)
    taps.follow("Sign this petition")
    taps.write("Your e-mail address", "lea@village.example")
    taps.press("Send me a code")
    heading(phone, "Write the code you received")
    taps.write("The code", village.mailbox.code())
    taps.press("Sign in")
    heading(phone, "You sign the petition")
    assert phone.url.endswith(f"/petitions/{petition.number}/signer")
    taps.press("I sign")
    heading(phone, "Thank you, it is signed.")
    assert taps.count == 6


def test_lea_lets_her_name_be_shown_and_takes_it_off(
    phone: Page, no_js: Page, axe: Axe, village: Village, petition: Petition
) -> None:
    village.let_in(phone, village.people["lea"])
    village.open(phone, f"/petitions/{petition.number}/signer")
    box = phone.get_by_label(say("Show my name on the page of those who signed"))
    expect(box).not_to_be_checked()
    expect(phone.get_by_label(say("Tell me by e-mail what follows"))).not_to_be_checked()
    box.check()
    axe(phone)
    press(phone, "I sign")
    heading(phone, "Thank you, it is signed.")

    village.open(no_js, f"/petitions/{petition.number}/signataires")
    expect(no_js.locator("ul.names")).to_contain_text("Léa Fauvette")
    assert overflow(no_js) == []

    village.open(phone, f"/petitions/{petition.number}/signataires")
    axe(phone)
    village.open(phone, f"/petitions/{petition.number}")
    phone.get_by_text(say("My name and the e-mails")).click()
    axe(phone)
    phone.get_by_label(say("Show my name on the page of those who signed")).uncheck()
    press(phone, "Keep these choices")
    no_js.reload()
    assert "Fauvette" not in no_js.locator("main").inner_text()
    assert Signature.objects.get(person=village.people["lea"]).withdrawn_at is None


@pytest.mark.parametrize("name", ["partager", "affiche", "integrer", "signataires"])
def test_what_is_shared_of_a_petition_can_be_read_by_everyone(
    phone: Page, axe: Axe, village: Village, petition: Petition, name: str
) -> None:
    village.open(phone, f"/petitions/{petition.number}/{name}")
    axe(phone)
    for width in (320, 390, 1280):
        phone.set_viewport_size({"width": width, "height": 800})
        assert overflow(phone) == []


def test_a_wrong_receipt_is_told_so_and_shows_nothing(
    phone: Page, axe: Axe, village: Village, petition: Petition, allow: list[str]
) -> None:
    allow += ["answered 400", "status of 400"]
    village.open(phone, "/petitions/recu")
    check_receipt(phone, "not a receipt")
    expect(phone.locator("main")).to_contain_text(
        say("A receipt has 26 letters and digits. Check that none is missing.")
    )
    axe(phone)
    write(phone, "The number of your receipt", "0" * 26)
    press(phone, "Check")
    expect(phone.locator("main .error").first).to_be_visible()
    expect(phone.locator(".receipt")).to_have_count(0)


def test_at_the_counter_lea_is_told_that_she_has_signed(
    desk: Page, axe: Axe, village: Village, petition: Petition, allow: list[str]
) -> None:
    village.sign(petition, "lea")
    village.sign_in(desk, AGENT)
    heading(desk, "Find the person")
    axe(desk)
    find_person(desk, "fauvette")
    axe(desk)
    assert "fauvette" not in desk.url.lower()
    desk.get_by_role("button", name=f"{say('Choose')} Léa Fauvette").click()
    expect(desk.locator(".acting")).to_contain_text("Léa Fauvette")
    expect(desk.locator("main table")).to_contain_text("14")
    axe(desk)
    village.open(desk, f"/petitions/{petition.number}/signer")
    heading(desk, "This person has already signed")
    axe(desk)
    village.work()
    assert Signature.objects.count() == 1


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_an_agent_signs_for_rose_in_her_presence_and_prints_her_receipt(
    visitor: Callable[..., Page], axe: Axe, village: Village, petition: Petition, allow: list[str], javascript: bool
) -> None:
    allow += ["answered 400", "status of 400"]
    page = visitor(javascript=javascript)
    village.sign_in(page, AGENT)
    find_person(page, "bruant", "rose")
    page.get_by_label(re.compile("Rose Bruant")).first.select_option("passport")
    page.get_by_role("button", name=f"{say('Choose')} Rose Bruant").click()
    page.get_by_role("link", name=f"{say('Sign')} {TITLE}").click()
    heading(page, "She or he signs the petition")
    page.get_by_role("button", name=say("Record the signature")).evaluate("button => button.form.noValidate = true")
    press(page, "Record the signature")
    expect(page.locator("main")).to_contain_text(say("Read the text aloud, ask, then tick this box."))
    page.get_by_label(say("The text was read to the person, who confirms.")).check()
    if javascript:
        axe(page)
    press(page, "Record the signature")
    heading(page, "Thank you, it is signed.")
    receipt = tracker(page)
    if javascript:
        axe(page)

    page.emulate_media(media="print")
    assert tracker(page) == receipt
    expect(page.locator(".actions:visible")).to_have_count(0)
    expect(page.locator(".acting:visible")).to_have_count(0)
    page.emulate_media(media="screen")

    press(page, "Finish and close")
    heading(page, "Find the person")
    signature = Signature.objects.get()
    assert (signature.person, signature.channel) == (village.people["rose"], "counter")
    assert CounterSession.objects.get().closed_at is not None

    stranger = visitor()
    village.open(stranger, "/petitions/recu")
    check_receipt(stranger, receipt)
    expect(stranger.locator(".receipt")).to_be_visible()
    assert "Rose" not in stranger.content()


def test_an_agent_who_acts_for_nobody_cannot_sign(
    desk: Page, axe: Axe, village: Village, petition: Petition, allow: list[str]
) -> None:
    allow += ["answered 403", "status of 403"]
    village.let_in_at_work(desk, AGENT)
    village.open(desk, f"/petitions/{petition.number}/signer")
    expect(desk.locator("main")).to_contain_text(
        say("This page is for residents, and for an agent who acts for the person in front of her.")
    )
    axe(desk)
    assert Account.objects.get(work_email=AGENT).person is None


def test_no_agents_screen_offers_or_opens_the_booth(
    desk: Page, phone: Page, axe: Axe, village: Village, allow: list[str]
) -> None:
    allow += ["answered 403", "status of 403"]
    world = w.ready(list(village.people.values()))
    village.wait_until(w.WHILE_OPEN)
    base = f"/votations/{world.votation.number}"
    village.let_in_at_work(desk, AGENT)
    village.open(desk, "/guichet")
    find_person(desk, "fauvette")
    desk.get_by_role("button", name=f"{say('Choose')} Léa Fauvette").click()
    heading(desk, "Voting is not done here")
    for path in ("/", "/votations", base, f"{base}/urne", "/guichet", "/mon-espace"):
        village.open(desk, path)
        expect(desk.locator("a[href$='/isoloir']")).to_have_count(0)
    axe(desk)
    village.open(desk, f"{base}/isoloir")  # typed by hand
    heading(desk, "You cannot vote here now")
    expect(desk.get_by_role("radio")).to_have_count(0)
    # Not even the ballot that Léa herself closed can be put in the box from there.
    ballot = world.ballot(village.people["lea"]).decode()
    status = desk.evaluate(
        """async ([path, ballot]) => {
            const csrf = (await (await fetch(`${path}/etat.json`)).json()).csrf;
            const headers = {"Content-Type": "application/json", "X-CSRFToken": csrf};
            return (await fetch(`${path}/bulletins`, {method: "POST", headers, body: ballot})).status;
        }""",
        [base, ballot],
    )
    assert status == 403
    assert not Ballot.objects.exists()

    village.let_in(phone, village.people["lea"])  # the same page offers it to her
    village.open(phone, base)
    expect(phone.locator("a[href$='/isoloir']")).not_to_have_count(0)
