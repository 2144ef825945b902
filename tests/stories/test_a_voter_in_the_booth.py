"""What a voter meets in the booth, whatever the network, the box or her own fingers do."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Dialog, Page, expect

from beffroi.core import receipt
from beffroi.core.journal.note import LogKey
from beffroi.core.voting import ballot
from beffroi.core.voting.credentials import new_credential, public_credential
from beffroi.core.voting.opened import check_opened
from beffroi.web.typography import french
from tests.stories.booth_site import KEY, RECEIVED, Box, choose, close, heading, number, press, say, serving

NARROW = {"width": 320, "height": 640}
SENTENCE = "Ce code n’est celui d’aucune lettre de cette votation."


@pytest.fixture(autouse=True)  # begun before the browser, so ended after it: no request is cut off
def box() -> Iterator[Box]:
    with serving() as box:
        yield box


def refusing(rule: str) -> Callable[[bytes], tuple[int, dict[str, str]]]:
    return lambda raw: (422, {"rule": rule, "sentence": SENTENCE})


def width(page: Page) -> int:
    found: int = page.evaluate("document.documentElement.scrollWidth")
    return found


def ask_before_leaving(page: Page) -> list[str]:
    """Answers "stay" whenever the browser asks, and notes it."""
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    return asked


# ------------------------------------------------------------ the way through


def test_every_screen_is_accessible_and_fits_320_pixels(
    visitor: Callable[..., Page], box: Box, axe: Callable[[Page], None], allow: list[str]
) -> None:
    allow += ["answered 4", "status of 4"]
    page = visitor(width=NARROW)

    def look(message: str) -> None:
        expect(page.get_by_role("heading", name=say(message))).to_be_visible()
        axe(page)
        assert width(page) <= NARROW["width"], message

    box.state["signed_in"] = False
    page.goto(box.booth)
    look("You will have to sign in")
    press(page, "Continue")
    expect(page.get_by_text(say("Choose yes, no or blank."))).to_be_visible()
    axe(page)
    page.get_by_role("radio", name=say("No"), exact=True).check()
    press(page, "Continue")
    look("You have chosen")
    press(page, "Continue")
    look("The code of your letter")
    press(page, "Close my ballot")
    axe(page)
    close(page, box.code)
    look("Your ballot is closed")
    press(page, "Open to check")
    page.get_by_text(say("Show the numbers")).click()
    look("This ballot held")
    press(page, "Close a new ballot")
    choose(page, "No")
    press(page, "Close my ballot")
    press(page, "Put in the box")
    look("Sign in to put your ballot in the box")
    box.state["signed_in"] = True
    box.answer = refusing("votations.bad_ballot")
    page.get_by_role("button", name=say("I am signed in: put in the box")).click()
    look("The box did not take this ballot")
    box.answer = None
    press(page, "Make another ballot")
    choose(page, "Yes")
    press(page, "Close my ballot")
    press(page, "Put in the box")
    page.get_by_text(say("Show the receipt")).click()
    look("Your ballot is in the box")


def test_a_voter_votes_with_the_keyboard_alone(desk: Page, box: Box) -> None:
    desk.goto(box.booth)
    yes = desk.get_by_role("radio", name=say("Yes"))
    expect(yes).to_be_visible()
    expect(desk.get_by_role("radio", checked=True)).to_have_count(0)
    keys = desk.keyboard
    while not yes.evaluate("node => node === document.activeElement"):
        keys.press("Tab")
    keys.press("Space")
    keys.press("ArrowDown")
    keys.press("Enter")
    heading(desk, "You have chosen")
    expect(desk.locator(".chosen:visible")).to_have_text(say("No"))
    keys.press("Tab")
    keys.press("Enter")
    heading(desk, "The code of your letter")
    keys.press("Tab")
    keys.type(box.code)
    keys.press("Enter")
    heading(desk, "Your ballot is closed")
    keys.press("Tab")
    keys.press("Enter")
    heading(desk, "Your ballot is in the box")
    expect(desk).to_have_title(f"{say('Step 4 of 4: find again')} · {say('Booth')} – Beffroi de Rocheclaire")
    (raw,) = box.received
    assert number(desk) == ballot.check_ballot(box.election, raw).tracker
    expect(desk.get_by_text(RECEIVED)).to_be_visible()


def test_the_question_and_every_word_are_there_in_english(desk: Page, box: Box) -> None:
    box.language = "en"
    desk.goto(box.booth)
    desk.get_by_role("radio", name="Blank").check()
    desk.get_by_role("button", name="Continue").click()
    expect(desk.locator(".chosen:visible")).to_have_text("Blank")
    expect(desk.get_by_text(french(box.question)).locator("visible=true")).to_have_count(1)


def test_a_voter_changes_her_mind_before_closing(desk: Page, box: Box) -> None:
    desk.goto(box.booth)
    desk.get_by_role("radio", name=say("Yes")).check()
    press(desk, "Continue")
    press(desk, "Change")
    expect(desk.get_by_role("radio", name=say("Yes"))).to_be_checked()
    desk.get_by_role("radio", name=say("No"), exact=True).check()
    press(desk, "Continue")
    expect(desk.locator(".chosen:visible")).to_have_text(say("No"))


def test_a_button_pressed_twice_casts_one_ballot(desk: Page, box: Box) -> None:
    desk.goto(box.booth)
    choose(desk, "Yes")
    close(desk, box.code)
    desk.get_by_role("button", name=say("Put in the box")).dblclick()
    heading(desk, "Your ballot is in the box")
    assert len(box.received) == 1


# ------------------------------------------------------------ the code


def test_a_code_without_dashes_is_the_same_code(desk: Page, box: Box) -> None:
    desk.goto(box.booth)
    choose(desk, "Yes")
    close(desk, f" {box.code.replace('-', ' ')} ")
    press(desk, "Put in the box")
    heading(desk, "Your ballot is in the box")
    made = ballot.check_ballot(box.election, box.received[0])
    assert made.credential == public_credential(box.election.uuid, box.code)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Write the code of your letter."),
        ("abcde-fghijk", "A code has 22 signs. Signs that you have written:"),
        ("0" * 22, "There is no such sign in a code:"),
    ],
)
def test_a_code_that_cannot_be_one_is_told_what_is_wrong(desk: Page, box: Box, typed: str, told: str) -> None:
    desk.goto(box.booth)
    choose(desk, "Yes")
    field = desk.get_by_label(say("Your code"))
    field.fill(typed)
    press(desk, "Close my ballot")
    expect(desk.get_by_text(say(told))).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill(box.code)
    expect(desk.get_by_text(say(told))).to_be_hidden()
    press(desk, "Close my ballot")
    heading(desk, "Your ballot is closed")


@pytest.mark.parametrize(
    "rule", ["votations.unknown_credential", "votations.credential_used", "votations.wrong_credential"]
)
def test_a_code_that_the_box_refuses_can_be_corrected(desk: Page, box: Box, allow: list[str], rule: str) -> None:
    allow += ["answered 422", "status of 422"]
    wrong = new_credential()
    desk.goto(box.booth)
    choose(desk, "No")
    close(desk, wrong)
    box.answer = refusing(rule)
    press(desk, "Put in the box")
    expect(desk.get_by_text(SENTENCE).locator("visible=true")).to_have_count(1)
    press(desk, "Correct the code")
    expect(desk.get_by_label(say("Your code"))).to_have_value(wrong)
    box.answer = None
    close(desk, box.code)
    press(desk, "Put in the box")
    heading(desk, "Your ballot is in the box")
    first, second = (ballot.check_ballot(box.election, raw) for raw in box.received)
    assert first.credential != second.credential == public_credential(box.election.uuid, box.code)


# ------------------------------------------------------------ what goes wrong on the way


def test_when_the_network_is_down_the_same_ballot_is_sent_again(desk: Page, box: Box, allow: list[str]) -> None:
    allow += ["failed: net::ERR_FAILED", "ERR_FAILED"]
    desk.goto(box.booth)
    choose(desk, "Yes")
    close(desk, box.code)
    desk.route("**/bulletins", lambda route: route.abort())
    press(desk, "Put in the box")
    heading(desk, "The box does not answer")
    tracker = number(desk)
    desk.unroute("**/bulletins")
    press(desk, "Send again")
    heading(desk, "Your ballot is in the box")
    assert number(desk) == tracker == ballot.tracker(box.received[0])


def test_a_ballot_whose_receipt_was_lost_counts_once_and_is_found(desk: Page, box: Box, allow: list[str]) -> None:
    allow += ["answered 5", "answered 4", "status of"]
    desk.goto(box.booth)
    choose(desk, "Yes")
    close(desk, box.code)
    box.answer = lambda raw: (502, {})  # it arrived, and a machine on the way fell
    press(desk, "Put in the box")
    heading(desk, "The box does not answer")
    box.answer = lambda raw: (
        409,
        {"rule": "votations.already_in_box", "sentence": SENTENCE, "receipt": box.receipt(raw)},
    )
    press(desk, "Send again")
    heading(desk, "Your ballot is in the box")
    expect(desk.get_by_text(say("It had already arrived."))).to_be_visible()
    expect(desk.get_by_role("link", name=say("Save the receipt"))).to_be_visible()
    assert box.received[0] == box.received[1]


def test_a_voter_who_was_signed_out_signs_in_and_casts_the_same_ballot(desk: Page, box: Box, allow: list[str]) -> None:
    allow += ["answered 401", "status of 401"]
    desk.goto(box.booth)
    choose(desk, "Yes")
    close(desk, box.code)
    box.state["signed_in"] = False
    press(desk, "Put in the box")
    heading(desk, "Sign in to put your ballot in the box")
    tracker = number(desk)
    with desk.expect_popup() as opened:
        desk.get_by_role("link", name=say("Sign in in another tab")).click()
    assert opened.value.url == f"{box.address}/connexion"
    opened.value.close()
    box.state |= {"signed_in": True, "csrf": "another token after signing in"}
    press(desk, "I am signed in: put in the box")
    heading(desk, "Your ballot is in the box")
    assert number(desk) == tracker == ballot.tracker(box.received[-1])


def test_a_refusal_is_told_in_the_words_of_the_box(desk: Page, box: Box, allow: list[str]) -> None:
    allow += ["answered 422", "status of 422"]
    box.answer = refusing("votations.closed")
    desk.goto(box.booth)
    choose(desk, "Yes")
    close(desk, box.code)
    press(desk, "Put in the box")
    heading(desk, "The box did not take this ballot")
    expect(desk.get_by_text(SENTENCE).locator("visible=true")).to_have_count(1)


def test_a_box_that_answers_for_another_ballot_is_not_believed(desk: Page, box: Box) -> None:
    box.answer = lambda raw: (201, {"tracker": "A" * 43, "height": 1, "received": RECEIVED})
    desk.goto(box.booth)
    choose(desk, "Yes")
    close(desk, box.code)
    press(desk, "Put in the box")
    heading(desk, "The booth has stopped")
    assert number(desk) == ballot.tracker(box.received[0])


def test_leaving_with_a_closed_ballot_is_asked_twice_and_otherwise_never(desk: Page, box: Box) -> None:
    asked = ask_before_leaving(desk)
    leave = desk.get_by_role("link", name=say("Leave without voting"))
    desk.goto(box.booth)
    choose(desk, "Yes")
    close(desk, box.code)
    leave.click()
    expect(desk.get_by_role("heading", name=say("Your ballot is closed"))).to_be_visible()
    assert asked == ["beforeunload"]
    press(desk, "Put in the box")
    heading(desk, "Your ballot is in the box")
    desk.get_by_role("link", name=say("Leave the booth")).first.click()
    desk.wait_for_url("**/votations/V-2026-05")
    assert asked == ["beforeunload"]


# ------------------------------------------------------------ the receipt


def test_the_voter_saves_a_receipt_that_the_program_checks(desk: Page, box: Box) -> None:
    desk.goto(box.booth)
    choose(desk, "Yes")
    close(desk, box.code)
    press(desk, "Put in the box")
    heading(desk, "Your ballot is in the box")
    with desk.expect_download() as download:
        desk.get_by_role("link", name=say("Save the receipt")).click()
    assert download.value.suggested_filename == "recu-bulletin-V-2026-05.json"
    found, signed = receipt.read(download.value.path().read_bytes())
    assert (signed, found.tracker, found.key) == (True, ballot.tracker(box.received[0]), KEY.vkey)
    desk.get_by_text(say("Show the receipt")).click()
    shown = desk.get_by_label(say("The receipt"), exact=True).inner_text()
    assert json.loads(shown) == json.loads(download.value.path().read_bytes())
    press(desk, "Vote again")
    expect(desk.locator("#receipt")).not_to_have_attribute("href", re.compile("."))


@pytest.mark.parametrize("wrong", ["none", "another key", "another ballot"])
def test_a_receipt_that_proves_nothing_is_said_at_once(
    wrong: str, desk: Page, box: Box, axe: Callable[[Page], None]
) -> None:
    made = {
        "none": lambda raw: "",
        "another key": lambda raw: box.receipt(raw, LogKey(KEY.name, bytes(32))),
        "another ballot": lambda raw: box.receipt(raw + b" "),
    }[wrong]
    box.answer = lambda raw: (
        201,
        {"tracker": ballot.tracker(raw), "height": 1, "received": RECEIVED, "receipt": made(raw)},
    )
    desk.goto(box.booth)
    choose(desk, "Yes")
    close(desk, box.code)
    press(desk, "Put in the box")
    heading(desk, "Your ballot is in the box")
    expect(desk.get_by_role("heading", name=say("The box gave no valid receipt"))).to_be_visible()
    expect(desk.get_by_role("link", name=say("Save the receipt"))).to_have_count(0)
    axe(desk)


# ------------------------------------------------------------ the check


def test_a_ballot_that_is_opened_shows_its_choice_and_is_never_cast(desk: Page, box: Box) -> None:
    desk.goto(box.booth)
    choose(desk, "No")
    close(desk, box.code)
    seal = number(desk)
    press(desk, "Open to check")
    heading(desk, "This ballot held")
    expect(desk.locator(".chosen:visible")).to_have_text(say("No"))
    assert number(desk) == seal
    with desk.expect_download() as download:
        desk.get_by_role("link", name=say("Download the numbers")).click()
    assert download.value.suggested_filename == "bulletin-ouvert-V-2026-05.json"
    file = download.value.path().read_bytes()
    assert "signature" not in json.loads(file)["ballot"]
    assert check_opened(box.election, file, seal) == [[0, 0, 1]]
    press(desk, "Close a new ballot")
    choose(desk, "No")
    press(desk, "Close my ballot")
    heading(desk, "Your ballot is closed")
    assert number(desk) != seal
    press(desk, "Put in the box")
    heading(desk, "Your ballot is in the box")
    (raw,) = box.received
    assert json.loads(raw)["signature"]["hash"] != seal


def test_a_signed_ballot_can_no_longer_be_opened(desk: Page, box: Box, allow: list[str]) -> None:
    allow += ["answered 503", "status of 503"]
    box.answer = lambda raw: (503, {})
    desk.goto(box.booth)
    choose(desk, "Yes")
    close(desk, box.code)
    press(desk, "Put in the box")
    heading(desk, "The box does not answer")
    expect(desk.get_by_role("button", name=say("Open to check"))).to_have_count(0)


# ------------------------------------------------------------ what leaves the device, and what stays


def test_neither_choice_nor_code_leaves_the_device_and_nothing_is_kept_on_it(desk: Page, box: Box) -> None:
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(f"{request.method} {request.url.removeprefix(box.address)}"))
    desk.goto(box.booth)
    choose(desk, "Yes")
    close(desk, box.code)
    assert not [request for request in asked if not request.startswith("GET ")]
    press(desk, "Put in the box")
    heading(desk, "Your ballot is in the box")
    assert [request for request in asked if not request.startswith("GET ")] == ["POST /votations/V-2026-05/bulletins"]
    assert not [request for request in asked if "?" in request], "nothing rides in an address"
    (raw,) = box.received
    assert box.code.encode() not in raw
    kept = "[localStorage.length, sessionStorage.length, document.cookie, navigator.serviceWorker.controller]"
    assert desk.evaluate(kept) == [0, 0, "", None]
    assert desk.evaluate("indexedDB.databases()") == []
    assert desk.evaluate("history.length") == 2, "no screen is an entry of the history"
    assert desk.locator("#code").input_value() == ""
    assert desk.locator("input:checked").count() == 0
    assert box.code not in desk.content()


def test_the_script_leaves_nothing_for_other_scripts_to_read(desk: Page, box: Box) -> None:
    desk.goto(f"{box.address}/connexion")
    before = set(desk.evaluate("Object.getOwnPropertyNames(window)"))
    desk.goto(box.booth)
    expect(desk.get_by_role("radio", name=say("Yes"))).to_be_visible()
    assert set(desk.evaluate("Object.getOwnPropertyNames(window)")) - before == set()


def test_a_form_of_the_booth_can_never_be_sent_by_the_browser(no_js: Page, box: Box) -> None:
    no_js.goto(box.booth)
    assert [form.get_attribute("method") for form in no_js.locator("form").all()] == ["dialog", "dialog"]


# ------------------------------------------------------------ when there is no voting


def test_a_script_that_is_not_the_announced_one_does_not_run(desk: Page, box: Box, allow: list[str]) -> None:
    allow += ["integrity"]
    box.script = b"document.title = 'stolen'"
    desk.goto(box.booth)
    expect(desk.get_by_role("heading", name=say("The booth is being prepared"))).to_be_visible()
    assert "stolen" not in desk.title()


def test_a_page_that_asks_another_question_than_the_election_does_not_open(desk: Page, box: Box) -> None:
    box.question = "Faut-il fermer le moulin ?"
    desk.goto(box.booth)
    expect(desk.get_by_role("heading", name=say("The booth cannot open"))).to_be_visible()
    expect(desk.get_by_role("radio")).to_have_count(0)


@pytest.mark.parametrize("state", [{"open": False}, {"registered": False}, {"signed_in": False}])
def test_a_voter_who_cannot_vote_now_is_told_why(desk: Page, box: Box, state: dict[str, bool]) -> None:
    box.state |= state | {"reason": "Vous aurez 16 ans le 3 mars : vous pourrez voter au prochain vote."}
    desk.goto(box.booth)
    expect(desk.get_by_text(box.state["reason"])).to_be_visible()
    expect(desk.get_by_role("radio")).to_have_count(0)


def test_without_javascript_the_page_says_how_to_vote(no_js: Page, box: Box) -> None:
    no_js.goto(box.booth)
    expect(no_js.get_by_role("heading", name=say("Your browser cannot encrypt a ballot"))).to_be_visible()
    assert "dimanche 6\u00a0décembre 2026" in no_js.inner_text("main")
    expect(no_js.get_by_text(say("The booth is being prepared"))).to_be_hidden()
    assert width(no_js) <= 390
