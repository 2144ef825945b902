"""Claude works at the counter: he sets up the second step, an app or a passkey; his mailbox alone opens no desk."""

from collections.abc import Callable
from typing import Any

import pyotp
from playwright.sync_api import Page, expect

from tests.browser import PHONE
from tests.stories.village import AGENT, COUNCILLOR, Village, follow, heading, overflow, press, say, write


def keys_of(page: Page) -> Any:
    """The telephone's own keeper of passkeys, which answers at once with a fingerprint."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return devtools


def sign_out(page: Page, village: Village) -> None:
    village.open(page, "/mon-espace")
    press(page, "Sign out")


def first_step(page: Page, village: Village, address: str = AGENT) -> None:
    village.open(page, "/connexion")
    village.send_code(page, address)
    village.type_code(page)


def test_claude_sets_up_his_app_the_first_time_and_writes_its_code_the_next(
    village: Village, visitor: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = visitor(width=PHONE)
    first_step(page, village)
    heading(page, "Set up the second step")
    axe(page)
    assert not overflow(page)
    secret = page.locator("[data-secret]").get_attribute("data-secret")
    assert secret
    expect(page.get_by_text(say("The key was not made. Try again, or use an app."))).to_be_hidden()
    drawn = page.locator(".qr svg").bounding_box()
    assert drawn
    assert abs(drawn["width"] - drawn["height"]) < 1, "a QR code cut off is read by no camera"
    assert page.locator(".qr svg").get_attribute("viewBox")
    village.set_up_app(page)
    heading(page, "My desk")
    village.open(page, "/mon-espace/acces")
    axe(page)
    assert not overflow(page)
    sign_out(page, village)
    village.clock.shift(60)
    first_step(page, village)
    heading(page, "Show that it is you")
    axe(page)
    assert not overflow(page)
    village.open(page, "/guichet")
    heading(page, "Show that it is you")  # the desk stays shut
    write(page, "The code of your app", pyotp.TOTP(secret).at(village.now()))
    press(page, "Continue")
    heading(page, "My desk")


def test_claude_uses_a_passkey_instead(village: Village, desk: Page, axe: Callable[[Page], None]) -> None:
    keys_of(desk)
    first_step(desk, village)
    press(desk, "Use a passkey")
    heading(desk, "Your recovery codes")
    press(desk, "Show ten new codes")
    expect(desk.locator(".secrets li")).to_have_count(10)
    axe(desk)
    follow(desk, "I have kept them")
    heading(desk, "My desk")
    sign_out(desk, village)
    first_step(desk, village)
    press(desk, "Use my passkey")
    heading(desk, "My desk")


def test_a_telephone_without_the_key_opens_no_desk(
    village: Village, visitor: Callable[..., Page], allow: list[str]
) -> None:
    mine, thiefs = visitor(), visitor()
    keys_of(mine)
    first_step(mine, village)
    press(mine, "Use a passkey")
    heading(mine, "Your recovery codes")
    keys_of(thiefs)
    first_step(thiefs, village)
    press(thiefs, "Use my passkey")
    expect(thiefs.get_by_text(say("The key did not answer. Try again, or write a code."))).to_be_visible()
    village.open(thiefs, "/guichet")
    heading(thiefs, "Show that it is you")


def test_a_councillor_passes_the_second_step_without_javascript(village: Village, no_js: Page) -> None:
    first_step(no_js, village, COUNCILLOR)
    heading(no_js, "Set up the second step")
    village.set_up_app(no_js)
    expect(no_js.get_by_role("heading", name=say("At the council"))).to_be_visible()
