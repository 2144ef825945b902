"""Each public page, on the smallest screen, in large letters, in both appearances, and by its weight on a slow line."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Response

from beffroi.apps.votations.models import Votation
from tests.browser import PHONE
from tests.stories.history import History, addresses, played, publics
from tests.stories.village import Village, overflow

SMALL = {"width": 320, "height": 640}
MOST_BYTES = 150_000


@pytest.fixture
def history(village: Village) -> History:
    return played(village)


def letters_twice_as_large(page: Page) -> None:
    """As somebody sets them in her browser: what is measured in letters grows, the page's own conditions too."""
    session = page.context.new_cdp_session(page)
    session.send("Page.enable")
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})


def main_pages(history: History) -> dict[str, str]:
    """The pages that most people open."""
    return {
        "home": "/",
        "petition": f"/petitions/{history.petition.number}",
        "names": f"/petitions/{history.petition.number}/signataires",
        "share": f"/petitions/{history.petition.number}/partager",
        "poster": f"/petitions/{history.petition.number}/affiche",
        "votation": f"/votations/{history.open.number}",
        "result": f"/votations/{history.decided.number}/resultat",
        "booth": f"/votations/{history.open.number}/isoloir",
    }


def public_pages(page: Page, village: Village, history: History) -> list[str]:
    """Every address that shows a page to a stranger."""
    public = {name for name, listed in publics().items() if "anyone" in listed}
    found = []
    for name, path in addresses(history):
        if name in public and name != "web:source":
            answer = page.request.get(village.url + path, max_redirects=0)
            if answer.status == 200 and answer.headers["content-type"].startswith("text/html"):
                found.append(path)
    return found


def test_a_first_visit_weighs_less_than_150_kilobytes(
    visitor: Callable[..., Page], village: Village, history: History
) -> None:
    weights = {}
    for name, path in main_pages(history).items():
        page = visitor(width=PHONE)
        answers: list[Response] = []
        page.on("response", lambda answer, answers=answers: answers.append(answer))
        village.open(page, path)
        page.wait_for_load_state("networkidle")
        weights[name] = sum(answer.request.sizes()["responseBodySize"] for answer in answers)
        page.context.close()
    print("\n" + ", ".join(f"{name} {weight / 1000:.0f} kB" for name, weight in weights.items()))
    assert {name: weight for name, weight in weights.items() if not 5_000 < weight < MOST_BYTES} == {}


def test_no_public_page_scrolls_sideways_and_axe_finds_nothing(
    visitor: Callable[..., Page], axe: Callable[[Page], None], village: Village, history: History
) -> None:
    small, large = visitor(width=SMALL), visitor(width=PHONE)
    letters_twice_as_large(large)
    paths = public_pages(small, village, history)
    assert len(paths) > 20
    assert Votation.objects.count() == 2
    wide = {}
    for path in paths:
        village.open(small, path)
        axe(small)
        if found := overflow(small):
            wide[f"{path} at 320 px"] = found[:3]
        village.open(large, path)
        assert large.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
        if found := overflow(large):
            wide[f"{path} in letters twice as large"] = found[:3]
    assert wide == {}


def test_the_dark_appearance_is_as_readable(
    visitor: Callable[..., Page], axe: Callable[[Page], None], village: Village, history: History
) -> None:
    page = visitor(width=PHONE)
    page.emulate_media(color_scheme="dark")
    for path in main_pages(history).values():
        village.open(page, path)
        axe(page)


def test_the_same_pages_read_in_english(
    visitor: Callable[..., Page], axe: Callable[[Page], None], village: Village, history: History
) -> None:
    page = visitor(width=SMALL, language="en-GB")
    for path in main_pages(history).values():
        village.open(page, path)
        assert page.locator("html").get_attribute("lang") == "en"
        assert overflow(page) == []
        axe(page)
