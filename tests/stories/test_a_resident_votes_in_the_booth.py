"""The booth with the real box: the pages, the endpoints and the rows of the votation."""

from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account, Person, Role
from beffroi.apps.votations import queries
from beffroi.apps.votations.models import Ballot, Voter
from beffroi.core.voting import ballot
from tests.apps.votations import world as w
from tests.let_in import let_in
from tests.stories.booth_site import choose, close, heading, number, press, say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _while_the_vote_is_open() -> Iterator[None]:
    with time_machine.travel(w.WHILE_OPEN, tick=True):
        yield


@pytest.fixture
def world() -> w.World:
    return w.ready()


def sign_in(page: Page, server: LiveServer, someone: Person | Account) -> None:
    """Her session's cookie, as signing in leaves it (the way there is another story)."""
    client = Client()
    let_in(client, roll.open_account(someone) if isinstance(someone, Person) else someone)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server.url}])


def booth(page: Page, server: LiveServer, world: w.World) -> None:
    page.goto(f"{server.url}/votations/{world.votation.number}/isoloir")


def test_a_resident_votes_and_votes_again_and_the_box_holds_what_she_was_shown(
    phone: Page, live_server: LiveServer, world: w.World
) -> None:
    anna = world.people[0]
    sign_in(phone, live_server, anna)
    booth(phone, live_server, world)
    trackers = []
    for answer in ("Yes", "Blank"):
        choose(phone, answer)
        close(phone, world.credentials[anna.pk])
        press(phone, "Put in the box")
        heading(phone, "Your ballot is in the box")
        expect(phone.locator('[data-fill="received"]')).to_contain_text("23\u00a0novembre 2026")
        trackers.append(number(phone))
        press(phone, "Vote again")
        expect(phone.get_by_role("heading", name=say("You have already voted"))).to_be_visible()
    assert list(Ballot.objects.order_by("height").values_list("tracker", flat=True)) == trackers
    election = queries.election(world.fresh())
    for row in Ballot.objects.all():
        assert ballot.check_ballot(election, bytes(row.raw)).tracker == row.tracker
    assert Voter.objects.exclude(credential_mac=None).count() == 1
    booth(phone, live_server, world)
    expect(phone.get_by_role("heading", name=say("You have already voted"))).to_be_visible()


def test_whoever_has_voted_online_is_not_told_that_she_can_vote_on_paper(
    phone: Page, live_server: LiveServer, world: w.World
) -> None:
    anna = world.people[0]
    paper = phone.get_by_text(say("Can somebody see your screen? The paper station exists for that."))
    sign_in(phone, live_server, anna)
    booth(phone, live_server, world)
    expect(paper).to_be_visible()
    world.cast(anna)
    booth(phone, live_server, world)
    expect(phone.get_by_role("heading", name=say("You have already voted"))).to_be_visible()
    expect(paper).to_be_hidden()


def test_a_resident_who_types_the_code_of_another_letter_corrects_it(
    phone: Page, live_server: LiveServer, world: w.World, allow: list[str]
) -> None:
    allow += ["answered 409", "status of 409"]
    anna, other = world.people[:2]
    world.cast(other)
    sign_in(phone, live_server, anna)
    booth(phone, live_server, world)
    choose(phone, "No")
    close(phone, world.credentials[other.pk])
    press(phone, "Put in the box")
    press(phone, "Correct the code")
    close(phone, world.credentials[anna.pk])
    press(phone, "Put in the box")
    heading(phone, "Your ballot is in the box")
    assert Ballot.objects.count() == 2


def test_a_resident_whose_session_ended_signs_in_and_casts_the_ballot_that_she_closed(
    phone: Page, live_server: LiveServer, world: w.World, allow: list[str]
) -> None:
    allow += ["answered 401", "status of 401"]
    anna = world.people[0]
    sign_in(phone, live_server, anna)
    booth(phone, live_server, world)
    choose(phone, "Yes")
    close(phone, world.credentials[anna.pk])
    Session.objects.all().delete()
    press(phone, "Put in the box")
    heading(phone, "Sign in to put your ballot in the box")
    tracker = number(phone)
    sign_in(phone, live_server, anna)
    press(phone, "I am signed in: put in the box")
    heading(phone, "Your ballot is in the box")
    assert Ballot.objects.get().tracker == tracker


def test_a_stranger_may_try_the_booth_and_casts_nothing(
    phone: Page, live_server: LiveServer, world: w.World, allow: list[str]
) -> None:
    allow += ["answered 401", "status of 401"]
    booth(phone, live_server, world)
    expect(phone.get_by_role("heading", name=say("You will have to sign in"))).to_be_visible()
    choose(phone, "Yes")
    close(phone, world.credentials[world.people[0].pk])
    press(phone, "Put in the box")
    heading(phone, "Sign in to put your ballot in the box")
    assert not Ballot.objects.exists()


def test_an_agents_session_finds_the_booth_shut(phone: Page, live_server: LiveServer, world: w.World) -> None:
    agent = w.account("Claude", Role.Kind.AGENT)
    sign_in(phone, live_server, agent)
    booth(phone, live_server, world)
    expect(phone.get_by_role("heading", name=say("You cannot vote here now"))).to_be_visible()
    expect(phone.get_by_role("radio")).to_have_count(0)


def test_after_the_closing_the_booth_says_when_the_vote_closed(
    phone: Page, live_server: LiveServer, world: w.World
) -> None:
    with time_machine.travel(w.CLOSES, tick=True):
        booth(phone, live_server, world)
        expect(phone.get_by_role("heading", name=say("You cannot vote here now"))).to_be_visible()
        expect(phone.locator('[data-fill="reason"]')).to_contain_text("5\u00a0décembre 2026")


def test_without_javascript_the_real_page_says_how_to_vote_on_paper(
    no_js: Page, live_server: LiveServer, world: w.World
) -> None:
    booth(no_js, live_server, world)
    assert say("Your browser cannot encrypt a ballot") in no_js.inner_text("main")
    assert "dimanche 6\u00a0décembre 2026" in no_js.inner_text("main")
