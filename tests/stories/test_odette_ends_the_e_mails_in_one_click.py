"""Odette asked to be told what follows. A mail scanner opens every link; she ends the letters with one click."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from beffroi.apps.letters.models import Subscription
from tests.browser import PHONE
from tests.stories.village import Village, follow, heading, overflow, press, say


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_letter_at_each_step_until_one_click(
    visitor: Callable[..., Page], axe: Callable[[Page], None], village: Village, settings: Any, javascript: bool
) -> None:
    settings.ADDRESS = village.url
    petition = village.opened()
    village.work()
    page = visitor(width=PHONE, javascript=javascript)
    village.let_in(page, village.people["odette"])
    village.open(page, f"/petitions/{petition.number}")
    follow(page, "Sign this petition")
    page.get_by_label(say("Tell me by e-mail what follows")).check()
    press(page, "I sign")
    heading(page, "Thank you, it is signed.")
    expect(page.locator("main")).to_contain_text(say("An e-mail at each step. One click stops them."))

    village.sign(petition, "simone", "tomasz", "paul", "awa", "hugo")
    village.wait_until(village.now() + timedelta(minutes=1))
    village.work(4)
    hers = [m for m in village.mailbox.messages if m["To"] == "odette@village.example" and m["List-Unsubscribe"]]
    assert hers
    (link,) = set(re.findall(r"http\S+/arreter", hers[0].get_content()))

    scanner = Client(headers={"host": village.url.removeprefix("http://")})
    for _ in range(2):
        assert scanner.get(link.removeprefix(village.url)).status_code == 200
    assert Subscription.objects.count() == 1

    stranger = visitor(width=PHONE, javascript=javascript)  # her mail program's browser knows nobody
    stranger.goto(link)
    heading(stranger, "Stop these e-mails?")
    if javascript:
        axe(stranger)
    assert overflow(stranger) == []
    press(stranger, "Stop the e-mails")
    heading(stranger, "It is done: no more e-mails about this petition.")
    if javascript:
        axe(stranger)
    assert not Subscription.objects.exists()
    before = len(village.mailbox.messages)
    village.wait_until(petition.closes_at + timedelta(hours=1))
    village.work(4)
    later = village.mailbox.messages[before:]
    assert not [message for message in later if message["To"] == "odette@village.example"]
