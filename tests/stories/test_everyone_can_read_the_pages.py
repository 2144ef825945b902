"""The frame on small screens, with large text, in the dark, at the counter: nothing is lost, and axe finds nothing."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, Playwright

from beffroi.apps.petitions import actions as counting
from beffroi.apps.petitions.models import Petition
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account
from tests.apps import town
from tests.let_in import let_in

pytestmark = pytest.mark.django_db(transaction=True)
PUBLIC = [
    "/",
    "/chercher?q=bancs",
    "/regles",
    "/donnees-personnelles",
    "/accessibilite",
    "/contester",
    "/quartiers",
    "/nulle-part",
]
SMALL = {"width": 320, "height": 640}


@pytest.fixture(autouse=True)
def _small(settings: Any, tmp_path: Path) -> None:
    settings.PACK = town.small_pack(tmp_path)


@pytest.fixture
def petition(transactional_db: None) -> Petition:
    town.build()
    row = town.opened(town.person(0, last_name="Fauvette", first_name="Odette"), town.clerk())
    town.sitting(days=40)
    town.signed_by(row, town.people(7, start=10))
    for job in (counting.count, counting.verify_waiting, counting.fire_waiting):
        job(town.NOON + timedelta(minutes=1))
    return row


def sideways(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def signed_in(page: Page, account: Account, server: Any) -> None:
    client = Client()
    let_in(client, account)
    page.context.add_cookies(
        [{"name": name, "value": cookie.value, "url": server.url} for name, cookie in client.cookies.items()]
    )


@pytest.mark.parametrize("path", [*PUBLIC, "/initiatives/2026-001"])
def test_a_page_is_read_from_320_pixels_and_axe_finds_nothing(
    petition: Petition,
    live_server: Any,
    visitor: Callable[..., Page],
    axe: Callable[[Page], None],
    allow: list[str],
    path: str,
) -> None:
    allow += ["404"] if path == "/nulle-part" else []
    page = visitor(width=SMALL)
    page.goto(live_server.url + path)
    assert sideways(page) == 0
    axe(page)
    page.emulate_media(color_scheme="dark")
    axe(page)


@pytest.fixture(scope="module")
def large_text(_playwright: Playwright) -> Iterator[Browser]:
    """A browser whose reader asks for text of twice the size."""
    program = shutil.which("chromium")
    assert program is not None
    with _playwright.chromium.launch(executable_path=program, args=["--blink-settings=defaultFontSize=32"]) as running:
        yield running


def test_with_text_of_twice_the_size_nothing_scrolls_sideways_on_a_telephone(
    petition: Petition, live_server: Any, large_text: Browser
) -> None:
    page = large_text.new_page(viewport={"width": 390, "height": 844}, locale="fr-FR")
    wide = []
    for path in [*PUBLIC, "/initiatives/2026-001"]:
        page.goto(live_server.url + path)
        wide += [path] if sideways(page) else []
    page.close()
    assert not wide


@pytest.mark.parametrize("width", [320, 360, 390, 1280])
def test_the_towers_words_are_never_under_15_pixels(
    petition: Petition, live_server: Any, visitor: Callable[..., Page], width: int
) -> None:
    page = visitor(width={"width": width, "height": 800})
    page.goto(live_server.url + "/initiatives/2026-001")
    sizes = page.evaluate(
        """() => [...document.querySelectorAll('.tower text')].filter(t => t.getBoundingClientRect().width).map(t =>
            parseFloat(getComputedStyle(t).fontSize) * t.ownerSVGElement.getBoundingClientRect().width
            / t.ownerSVGElement.viewBox.baseVal.width)"""
    )
    assert len(sizes) == 11
    assert min(sizes) >= 15


def test_the_agent_finds_a_person_and_acts_for_her_on_a_telephone_without_javascript(
    petition: Petition, live_server: Any, no_js: Page
) -> None:
    agent = town.agent()
    town.person(8, last_name="Chardonneret", first_name="Yvonne")
    signed_in(no_js, agent, live_server)
    no_js.goto(live_server.url + "/guichet")
    no_js.get_by_label("Nom", exact=True).fill("chardon")
    no_js.get_by_role("button", name="Chercher").click()
    assert sideways(no_js) == 0
    no_js.get_by_role("button", name="Choisir").click()
    assert no_js.get_by_text("Vous agissez pour").is_visible()
    assert sideways(no_js) == 0
    no_js.get_by_role("button", name="Terminer et fermer").click()
    assert no_js.get_by_text("Vous agissez pour").count() == 0


def test_axe_finds_nothing_at_the_desk_nor_in_my_space(
    petition: Petition, live_server: Any, visitor: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    resident = roll.open_account(town.person(9))
    for account, path in ((town.agent(), "/guichet"), (resident, "/mon-espace")):
        page = visitor(width=SMALL)
        signed_in(page, account, live_server)
        page.goto(live_server.url + path)
        assert sideways(page) == 0
        axe(page)


def test_the_appearance_and_the_language_are_chosen_without_javascript(live_server: Any, no_js: Page) -> None:
    no_js.goto(live_server.url + "/regles")
    no_js.get_by_role("button", name="Sombre").click()
    assert no_js.locator("html").get_attribute("data-theme") == "dark"
    no_js.locator(".langs summary").click()
    no_js.get_by_role("button", name="English").click()
    assert no_js.locator("html").get_attribute("lang") == "en"
    assert no_js.url.endswith("/regles")
