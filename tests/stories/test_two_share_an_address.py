"""Simone and her son Tomasz have one e-mail address. Each signs in as who she or he is, and each counts once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from beffroi.apps.petitions.models import Signature
from tests.browser import PHONE
from tests.stories.village import Village, heading, overflow, press, say, write

ADDRESS = "loriot@village.example"


def answer(page: Page, first_name: str, born: str) -> None:
    page.get_by_role("radio", name=first_name).check()
    write(page, "Your birth date", born)
    press(page, "Sign in")


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_page_asks_which_of_the_two_and_the_birth_date(
    visitor: Callable[..., Page],
    axe: Callable[[Page], None],
    village: Village,
    allow: list[str],
    javascript: bool,
) -> None:
    allow += ["answered 422", "status of 422"]
    petition = village.opened()
    for first_name, wrong, born in (("Tomasz", "1 2 1970", "30 9 2009"), ("Simone", "30/09/2009", "01/02/1970")):
        page = visitor(width=PHONE, javascript=javascript)
        village.open(page, f"/connexion?next=/petitions/{petition.number}/signer")
        village.send_code(page, ADDRESS)
        village.type_code(page)
        heading(page, "One more question")
        # First names only: the code shows that the mailbox is theirs, not yet who is there.
        assert "Loriot" not in page.locator("main").inner_text()
        assert "2009" not in page.content()
        assert overflow(page) == []
        if javascript:
            axe(page)
        answer(page, first_name, wrong)  # the other one's date
        expect(page.locator("main .error").first).to_be_visible()
        if javascript:
            axe(page)
        answer(page, first_name, born)
        heading(page, "You sign the petition")
        expect(page.locator("main")).to_contain_text(f"{first_name} Loriot")
        # Tomasz is 16: he signs, but the law's request is for the electoral roll.
        request = page.get_by_label(say("It is also my legal request of this quarter"))
        expect(request).to_have_count(0 if first_name == "Tomasz" else 1)
        press(page, "I sign")
        heading(page, "Thank you, it is signed.")
    village.work()
    assert {row.person.first_name for row in Signature.objects.filter(counted=True)} == {"Simone", "Tomasz"}


def test_a_code_serves_one_person_once(desk: Page, village: Village, allow: list[str]) -> None:
    allow += ["answered 422", "status of 422"]
    village.open(desk, "/connexion")
    village.send_code(desk, ADDRESS)
    code = village.mailbox.code()
    village.type_code(desk)
    answer(desk, "Simone", "1 2 1970")
    desk.wait_for_url("**/mon-espace")
    press(desk, "Sign out")
    village.open(desk, "/connexion")
    village.send_code(desk, ADDRESS)
    assert village.mailbox.code() != code
    write(desk, "The code", code)
    press(desk, "Sign in")
    expect(desk.locator("main .error").first).to_be_visible()


def test_five_wrong_dates_end_the_code(desk: Page, village: Village, allow: list[str]) -> None:
    allow += ["answered 422", "status of 422"]
    village.open(desk, "/connexion")
    village.send_code(desk, ADDRESS)
    village.type_code(desk)
    for _ in range(5):
        answer(desk, "Tomasz", "1 1 2001")
    expect(desk.get_by_text(say("This code no longer works. Ask for another one."))).to_be_visible()
    heading(desk, "Sign in")
