"""Rose has no e-mail address: a letter from the counter opens her account. And a mail scanner spoils nothing."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import PHONE
from tests.stories.village import AGENT, Village, follow, heading, overflow, press, say, write


def test_rose_gets_a_letter_at_the_counter_and_signs_in_at_home(
    village: Village, visitor: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    desk, home = visitor(), visitor(width=PHONE)
    village.let_in_at_work(desk, AGENT)
    village.open(desk, "/guichet")
    write(desk, "Last name", "bruant")
    press(desk, "Search")
    desk.get_by_role("button", name=re.compile(say("Choose"))).click()
    follow(desk, "E-mail address, letter with a code, devices")
    axe(desk)
    press(desk, "Print a letter now")
    code = desk.locator(".letter .tracker").inner_text()
    axe(desk)
    desk.emulate_media(media="print")
    assert desk.locator(".letter").is_visible()
    assert not desk.locator("footer").is_visible(), "a letter holds nothing of the site's foot"
    desk.emulate_media(media="screen")
    village.open(desk, "/guichet/recu")
    expect(desk.get_by_text(say("A letter with a sign-in code was printed."))).to_be_visible()
    axe(desk)

    village.open(home, "/connexion")
    follow(home, "I have a letter")
    axe(home)
    assert not overflow(home)
    write(home, "The code of your letter", code.lower())
    write(home, "Your birth date", "6 12 1944")
    press(home, "Sign in")
    heading(home, "My space")
    follow(home, "How I sign in")
    assert not overflow(home)
    axe(home)
    follow(home, "Give an address")
    axe(home)
    write(home, "The new e-mail address", "rose@village.example")
    press(home, "Send a code to this address")
    axe(home)
    write(home, "The code", village.mailbox.code())
    press(home, "Confirm")
    expect(home.get_by_text("rose@village.example")).to_be_visible()


def test_a_mail_scanner_opens_everything_first_and_lea_still_signs_in(
    village: Village, visitor: Callable[..., Page]
) -> None:
    """It runs in a browser of its own, and tries the pages of signing in with the code in their address."""
    lea, scanner = visitor(width=PHONE), visitor()
    village.open(lea, "/connexion")
    village.send_code(lea, "lea@village.example")
    letter = village.mailbox.messages[-1].get_content()
    assert not re.findall(r"https?://|www\.", letter), "nothing to follow"
    for _ in range(2):
        for path in ("/connexion", "/connexion/code", "/connexion/lettre", "/connexion/qui"):
            village.open(scanner, f"{path}?code={village.mailbox.code().replace(' ', '')}")
    village.type_code(lea)
    heading(lea, "My space")
