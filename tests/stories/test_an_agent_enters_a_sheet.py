"""A paper sheet is entered line by line with the keyboard alone; each line that cannot count says why."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from beffroi.apps.petitions.models import PaperLine, Petition, Signature
from tests.stories.village import AGENT, CLERK, Village, heading, overflow, say


@pytest.fixture
def petition(village: Village) -> Petition:
    opened = village.opened()
    village.sign(opened, "lea")
    village.work()
    return opened


def line(page: Page, last: str = "", first: str = "", year: str = "", street: str = "") -> None:
    """From the last name, where the page puts the cursor, to Enter: no hand leaves the keyboard."""
    expect(page.locator("#id_last_name")).to_be_focused()
    for text in (last, first, year):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.type(street)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def newest(page: Page) -> str:
    return page.locator("main table tbody tr").first.inner_text()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_sheet_is_entered_by_the_keyboard_alone(
    visitor: Callable[..., Page], axe: Callable[[Page], None], village: Village, petition: Petition, javascript: bool
) -> None:
    page = visitor(javascript=javascript)

    def look() -> None:
        assert overflow(page) == []
        if javascript:
            axe(page)

    village.let_in_at_work(page, AGENT)
    village.open(page, f"/guichet/feuilles/{petition.number}")
    heading(page, "Which sheet?")
    look()
    expect(page.locator("#id_sheet")).to_be_focused()
    page.keyboard.type("f-0217")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    look()

    line(page, "pinson", "odette", "1951")  # as she wrote it
    assert "Pinson, Odette" in newest(page)
    line(page, "Fauvette", "Lea", "1998")  # signed on her phone
    assert say("had signed already") in newest(page)
    assert "Fauvette" not in page.locator("main table").inner_text()
    line(page, "Cormoran", "Gaston", "1980")
    assert say("not on the register") in newest(page)
    line(page)  # nothing can be read
    assert say("cannot be read") in newest(page)
    look()

    line(page, "Hulotte", "J.", "1955")  # two persons may be meant: the agent compares with the paper
    first = page.get_by_role("radio").first
    expect(first).to_be_focused()
    look()
    first.focus()  # axe may have moved it
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio").nth(1)).to_be_checked()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Hulotte, Jeanne" in newest(page)
    look()

    village.work()
    lines = PaperLine.objects.order_by("line").values_list("line", "refusal")
    assert list(lines) == [(1, ""), (2, "already_signed"), (3, "not_on_roll"), (4, "illegible"), (5, "")]
    assert Signature.objects.filter(channel="paper", counted=True).count() == 2
    assert Signature.objects.get(person=village.people["lea"]).channel == "web"
    village.open(page, f"/petitions/{petition.number}")
    expect(page.locator("p.figure").first).to_have_text("3")
    look()


def test_a_mistyped_year_is_corrected_without_typing_the_line_again(
    desk: Page, axe: Callable[[Page], None], village: Village, petition: Petition, allow: list[str]
) -> None:
    allow += ["answered 400", "status of 400"]
    village.let_in_at_work(desk, AGENT)
    village.open(desk, f"/guichet/feuilles/{petition.number}?feuille=F-0001")
    line(desk, "Pinson", "Odette", "51")
    expect(desk.get_by_role("alert")).to_contain_text(say("Write the year with four digits."))
    expect(desk.locator("#id_year")).to_have_attribute("aria-invalid", "true")
    axe(desk)
    expect(desk.locator("#id_last_name")).to_have_value("Pinson")
    expect(desk.locator("#id_first_name")).to_have_value("Odette")
    assert not PaperLine.objects.exists()


def test_only_agents_enter_sheets(
    desk: Page, axe: Callable[[Page], None], village: Village, petition: Petition, allow: list[str]
) -> None:
    allow += ["answered 403", "status of 403"]
    village.let_in_at_work(desk, CLERK)
    village.open(desk, f"/guichet/feuilles/{petition.number}")
    expect(desk.locator("main")).to_contain_text(say("This page is for the agents of the counter."))
    axe(desk)
