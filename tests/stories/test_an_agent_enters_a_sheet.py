"""A full sheet is read by the keyboard alone, read again by a colleague who sees nothing, and a difference settled."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from beffroi.apps.petitions import actions
from beffroi.apps.petitions.models import PaperLine, Petition, Sheet, Signature
from beffroi.apps.roll.models import Account
from tests.stories.village import AGENT, CLERK, SECOND_AGENT, Village, heading, overflow, press, say, write

#: What is typed for each line of the paper: keys, then what the page must say of the line.
PAPER = (
    (["pin", "?"], "Pinson, Odette"),
    (["fauv", "?"], "Fauvette, Léa"),  # signed on her phone: told once both have read the sheet
    (["cormoran", "?", "F4"], "not on the register"),
    (["F2"], "cannot be read"),
    (["hulotte", "?", "ArrowDown", "ArrowDown"], "Hulotte, Jeanne"),  # two persons may be meant
    (["linotte", "?", "F9"], "Linotte, Paul"),  # also her legal request
    (["bruant", "?"], "Bruant, Rose"),
    (["sitt", "?"], "Sittelle, Igor"),
    (["F8"], "several persons of that name"),
    (["mesange", "?"], "Mésange, Awa"),
)


@pytest.fixture
def petition(village: Village) -> Petition:
    opened = village.opened()
    village.sign(opened, "lea")
    village.work()
    return opened


@pytest.fixture
def sheet(village: Village, petition: Petition) -> Sheet:
    agent = Account.objects.get(work_email=AGENT)
    return actions.print_sheets(petition, 1, agent, village.now()).sheets.get()


def newest(page: Page) -> str:
    return page.locator("main table tbody tr").first.inner_text()


def read(page: Page, keys: list[str]) -> int:
    """One line, from the last name where the page puts the cursor. Gives the number of keys that were pressed."""
    expect(page.locator("#id_last_name")).to_be_focused()
    pressed = 0
    with page.expect_navigation():
        for key in keys:
            if key == "?":  # the roll answers while one types
                expect(page.locator("#who-said")).not_to_be_empty()
            elif key[0].isupper():
                page.keyboard.press(key)
                pressed += 1
            else:
                page.keyboard.type(key)
                pressed += len(key)
        if keys[-1] not in {"F2", "F4", "F8"}:
            page.keyboard.press("Enter")
            pressed += 1
    return pressed


def test_a_full_sheet_is_read_twice_and_one_difference_is_settled(
    visitor: Callable[..., Page],
    axe: Callable[[Page], None],
    village: Village,
    sheet: Sheet,
    tell: Callable[[str], None],
) -> None:
    page, colleague = visitor(), visitor()

    def look(seen: Page) -> None:
        assert overflow(seen) == []
        axe(seen)

    # The first agent finds the sheet by its number, and takes it in.
    village.let_in_at_work(page, AGENT)
    village.open(page, f"/guichet/feuilles/{sheet.petition.number}")
    heading(page, "Which sheet is in your hand?")
    look(page)
    expect(page.locator("#id_code")).to_be_focused()
    page.keyboard.type(sheet.code.lower())
    page.keyboard.press("Enter")
    heading(page, "Take this sheet in")
    look(page)
    expect(page.locator("#id_lines")).to_be_focused()
    page.keyboard.type("10")
    page.keyboard.press("Enter")

    # Ten lines, by the keyboard alone.
    keys, begun = 0, time.monotonic()
    for typed, told in PAPER:
        keys += read(page, typed)
        words = say(told)
        assert words in newest(page)
    seconds = time.monotonic() - begun
    tell(f"a full sheet by the keyboard alone: {keys / 10:.1f} keys and {seconds / 10:.2f} s of machine a line")
    heading(page, "All lines are read")
    look(page)

    # A slip of the hand is corrected before the end: back to the last line, and the same person again.
    page.keyboard.press("PageUp")
    expect(page.locator("#id_last_name")).to_have_value("Mésange")
    look(page)
    expect(page.locator("#id_last_name")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=say("Finish my reading"))).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    heading(page, "Which sheet is in your hand?")
    assert Signature.objects.count() == 1

    # The colleague sees nothing of it, and reads one line otherwise.
    village.let_in_at_work(colleague, SECOND_AGENT)
    village.open(colleague, f"/guichet/feuille/{sheet.code}")
    assert "Pinson" not in colleague.content()
    for place, (typed, _told) in enumerate(PAPER, 1):
        read(colleague, ["F2"] if place == 7 else typed)
    expect(colleague.get_by_role("button", name=say("Finish my reading"))).to_be_focused()
    colleague.keyboard.press("Enter")
    heading(colleague, "Two agents do not read the same")
    look(colleague)
    assert Signature.objects.filter(channel="paper").count() == 5

    # The first agent looks at the paper again: her colleague was wrong, and sees it.
    colleague.get_by_role("radio", name="Bruant").focus()
    colleague.keyboard.press("Space")
    with colleague.expect_navigation():
        colleague.keyboard.press("Enter")
    heading(colleague, "This sheet is entered")
    look(colleague)

    village.work()
    lines = PaperLine.objects.order_by("line").values_list("refusal", flat=True)
    assert list(lines) == ["", "already_signed", "not_on_roll", "illegible", "", "", "", "", "ambiguous", ""]
    assert Signature.objects.filter(channel="paper", counted=True).count() == 6
    assert Signature.objects.filter(channel="paper", counted_legal=True).get().person == village.people["paul"]
    village.open(page, f"/petitions/{sheet.petition.number}")
    expect(page.locator("p.figure").first).to_have_text("7")
    look(page)


def test_a_sheet_is_read_without_javascript(no_js: Page, village: Village, sheet: Sheet) -> None:
    actions.receive(sheet, 2, Account.objects.get(work_email=AGENT), village.now())
    village.let_in_at_work(no_js, AGENT)
    village.open(no_js, f"/guichet/feuille/{sheet.code}")
    write(no_js, "Last name", "Hulotte")
    no_js.keyboard.press("Enter")
    no_js.get_by_role("radio", name="Jeanne").check()
    press(no_js, "Record the line")
    assert "Hulotte, Jeanne" in newest(no_js)
    no_js.locator("button[value=illegible]").click()
    heading(no_js, "All lines are read")
    press(no_js, "Finish my reading")
    sheet.refresh_from_db()
    assert sheet.state == "entered"


def test_a_mistyped_year_is_corrected_without_typing_the_line_again(
    desk: Page, axe: Callable[[Page], None], village: Village, sheet: Sheet, allow: list[str]
) -> None:
    allow += ["answered 400", "status of 400"]
    actions.receive(sheet, 1, Account.objects.get(work_email=AGENT), village.now())
    village.let_in_at_work(desk, AGENT)
    village.open(desk, f"/guichet/feuille/{sheet.code}")
    write(desk, "Last name", "Pinson")
    write(desk, "Born in", "51")
    with desk.expect_navigation():
        desk.keyboard.press("Enter")
    expect(desk.get_by_role("alert")).to_contain_text(say("Write the year with four digits."))
    axe(desk)
    expect(desk.locator("#id_last_name")).to_have_value("Pinson")
    assert not PaperLine.objects.exists()


def test_who_carries_a_petition_prints_sheets_at_home(
    visitor: Callable[..., Page], axe: Callable[[Page], None], village: Village, petition: Petition
) -> None:
    page = visitor()
    village.let_in(page, village.people["nour"])
    village.open(page, f"/petitions/{petition.number}/feuilles")
    axe(page)
    write(page, "How many sheets", "3")
    press(page, "Prepare the sheets")
    axe(page)
    assert overflow(page) == []
    with page.expect_download() as download:
        page.locator("main a[download]").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-1.7")
    village.open(page, f"/feuilles/{Sheet.objects.first().code}")
    heading(page, "This sheet is not back yet")
    axe(page)


def test_the_secretariat_settles_but_takes_no_sheet_in(
    desk: Page, axe: Callable[[Page], None], village: Village, sheet: Sheet
) -> None:
    village.let_in_at_work(desk, CLERK)
    village.open(desk, f"/guichet/feuille/{sheet.code}")
    expect(desk.locator("main")).to_contain_text(say("An agent of the counter takes it in."))
    axe(desk)
