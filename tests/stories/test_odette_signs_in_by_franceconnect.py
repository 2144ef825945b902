"""Odette signs in by FranceConnect, played by a real provider on this machine; then out of both."""

import re
from collections.abc import Callable
from datetime import UTC
from typing import Any

import time_machine
from playwright.sync_api import Page, expect

from beffroi.apps.roll import oidc
from tests.browser import PHONE
from tests.provider import running
from tests.stories.village import Village, follow, heading, overflow, press, say


def test_odette_signs_in_and_out_by_franceconnect(
    village: Village, visitor: Callable[..., Page], axe: Callable[[Page], None], settings: Any, allow: list[str]
) -> None:
    page = visitor(width=PHONE)
    village.wait_until(time_machine.escape_hatch.datetime.datetime.now(UTC))  # the provider lives today
    with running("franceconnect", village.url) as provider:
        settings.OIDC = provider.settings()
        oidc.forget()
        provider.be(sub="fc-odette", given_name="Odette", family_name="PINSON", birthdate="1951-03-03")
        village.open(page, "/connexion?next=/petitions")
        axe(page)
        assert not overflow(page)
        page.get_by_role("link", name=say("Sign in with %(name)s", name="FranceConnect")).click()
        page.wait_for_url(f"{village.url}/petitions")
        village.open(page, "/mon-espace")
        press(page, "Sign out")
        heading(page, "You are signed out here")
        axe(page)
        page.get_by_role("link", name=re.compile("FranceConnect")).click()
        page.wait_for_load_state()
        assert page.url.startswith(provider.base)

        allow += ["answered 422", "status of 422"]
        provider.be(sub="fc-nobody", given_name="Nadia", family_name="INCONNUE", birthdate="1990-01-01")
        other = visitor(width=PHONE)
        village.open(other, "/connexion")
        other.get_by_role("link", name=say("Sign in with %(name)s", name="FranceConnect")).click()
        heading(other, "You are not signed in")
        axe(other)
        assert not overflow(other)
        follow(other, "Sign in another way")
        expect(other.get_by_role("heading", name=say("Sign in"), exact=True)).to_be_visible()
