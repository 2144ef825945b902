"""Debian's chromium for the stories: pages at two widths and one without JavaScript, each watched, and axe.

phone, desk, no_js   a Page; open several people's with `visitor(width=...)`
allow                regular expressions of the console errors and failed requests that this test provokes on purpose
axe                  axe(page) fails with what axe-core finds wrong in the page as it is now
"""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / "var" / "node" / "node_modules" / "axe-core" / "axe.min.js"
SCREENSHOTS = ROOT / "var" / "screenshots"
# Rules of axe that are switched off, each with its reason. None so far.
AXE_OFF: dict[str, str] = {}

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page asks for, no other machine has an address.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
LOCAL = {"localhost", "127.0.0.1", ""}


class Watch:
    """What went wrong in a visitor's pages: console errors, exceptions, failed and foreign requests."""

    def __init__(self, context: BrowserContext) -> None:
        self.faults: list[str] = []
        context.on(
            "console",
            lambda said: self._note(said.type == "error", f"console: {said.text} ({said.location.get('url', '')})"),
        )
        context.on("weberror", lambda error: self._note(True, f"exception: {error.error}"))
        context.on("request", lambda request: self._note(self._foreign(request.url), f"third party: {request.url}"))
        # ERR_ABORTED is a download, or a page left before its last file came.
        context.on(
            "requestfailed",
            lambda request: self._note(
                "ERR_ABORTED" not in (request.failure or ""), f"failed: {request.failure} {request.url}"
            ),
        )
        context.on(
            "response", lambda answer: self._note(answer.status >= 400, f"answered {answer.status}: {answer.url}")
        )

    def _note(self, wrong: bool, what: str) -> None:
        if wrong:
            self.faults.append(what)

    @staticmethod
    def _foreign(url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https", "ws", "wss"} and (parts.hostname or "") not in LOCAL


@pytest.fixture(scope="session")
def _playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(_playwright: Playwright) -> Iterator[Browser]:
    """One chromium for the session, the one that the system has."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail("chromium is not installed: script/test installs it, or `apt-get install chromium`")
    with _playwright.chromium.launch(executable_path=program, args=ARGUMENTS) as running:
        yield running


@pytest.fixture
def allow() -> list[str]:
    """Add regular expressions of the faults that the test provokes on purpose: allow.append("answered 404")."""
    return []


@pytest.fixture
def watches() -> list[Watch]:
    """One for each visitor of the test."""
    return []


@pytest.fixture
def visitor(
    browser: Browser, allow: list[str], watches: list[Watch], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Opens a page for one more person, with cookies of her own: visitor(width=PHONE, javascript=True)."""
    contexts: list[BrowserContext] = []

    def open_page(width: dict[str, int] = DESK, javascript: bool = True, language: str = "fr-FR") -> Page:
        context = browser.new_context(
            viewport={"width": width["width"], "height": width["height"]},
            java_script_enabled=javascript,
            locale=language,
            timezone_id="Europe/Paris",
            reduced_motion="reduce",
            accept_downloads=True,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        watches.append(Watch(context))
        return context.new_page()

    yield open_page
    for number, context in enumerate(contexts):
        if ("failed", True) in request.node.user_properties:
            keep_screenshots(context, f"{request.node.name}-{number}")
        context.close()
    faults = [fault for watch in watches for fault in watch.faults if not any(re.search(p, fault) for p in allow)]
    if faults:
        pytest.fail("the browser complained:\n" + "\n".join(faults), pytrace=False)


def keep_screenshots(context: BrowserContext, name: str) -> None:
    """What a person saw when the test failed, in var/screenshots."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for index, page in enumerate(context.pages):
        page.screenshot(path=SCREENSHOTS / f"{re.sub(r'[^A-Za-z0-9_-]+', '_', name)}-{index}.png", full_page=True)


@pytest.fixture
def phone(visitor: Callable[..., Page]) -> Page:
    """A telephone, 390 pixels wide."""
    return visitor(width=PHONE)


@pytest.fixture
def desk(visitor: Callable[..., Page]) -> Page:
    """A computer, 1280 pixels wide."""
    return visitor(width=DESK)


@pytest.fixture
def no_js(visitor: Callable[..., Page]) -> Page:
    """A telephone without JavaScript (axe cannot run there)."""
    return visitor(width=PHONE, javascript=False)


@pytest.fixture(scope="session")
def axe_source() -> str:
    """axe-core, as script/test installed it from tests/node/package-lock.json."""
    if not AXE.exists():
        pytest.fail(f"{AXE.relative_to(ROOT)} is missing: script/test installs it, or sh script/lib/node.sh axe")
    return AXE.read_text()


@pytest.fixture
def axe(axe_source: str) -> Callable[[Page], None]:
    """Fails with every rule that the page breaks, and where. Evaluated: the page's policy forbids adding a script."""

    def check(page: Page) -> None:
        page.wait_for_load_state()  # a click has only begun to lead here
        page.evaluate(axe_source)
        rules = {rule: {"enabled": False} for rule in AXE_OFF}
        found: list[dict[str, Any]] = page.evaluate(
            "rules => axe.run(document, {rules}).then(done => done.violations)", rules
        )
        told = [
            f"{rule['id']} ({rule['impact']}): {rule['help']}\n    {node['html']}"
            for rule in found
            for node in rule["nodes"]
        ]
        if told:
            pytest.fail(f"axe on {page.url}:\n" + "\n".join(told), pytrace=False)

    return check
