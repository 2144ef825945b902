"""The pages of the stories are watched (tests/browser.py): each guard can itself refuse."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import Page

from tests.browser import Watch

PAGES = {
    "/good": '<!doctype html><html lang="fr"><title>Bien</title><main><h1>Bien</h1></main>',
    "/console": '<!doctype html><html lang="fr"><title>Mal</title><script>console.error("oh")</script>',
    "/exception": '<!doctype html><html lang="fr"><title>Mal</title><script>throw new Error("oh")</script>',
    "/foreign": '<!doctype html><html lang="fr"><title>Mal</title><img src="http://example.org/spy.png" alt="">',
    "/missing": '<!doctype html><html lang="fr"><title>Mal</title><img src="/nothing.png" alt="">',
    "/unlabelled": '<!doctype html><html lang="fr"><title>Mal</title><main><h1>Mal</h1><input></main>',
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        page = PAGES.get(self.path) if self.path != "/favicon.ico" else ""
        self.send_response(404 if page is None else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write((page or "").encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/console", "console: oh"),
        ("/exception", "exception"),
        ("/foreign", "third party: http://example.org/spy.png"),
        ("/missing", "answered 404"),
    ],
)
def test_what_goes_wrong_in_a_page_is_noted(
    site: str, phone: Page, watches: list[Watch], allow: list[str], path: str, fault: str
) -> None:
    allow.append(".")  # this test looks by itself
    phone.goto(site + path)
    phone.wait_for_load_state("networkidle")
    faults = watches[0].faults
    assert any(found.startswith(fault) for found in faults), faults


def test_a_good_page_leaves_no_note(site: str, phone: Page, axe: Callable[[Page], None]) -> None:
    phone.goto(site + "/good")
    axe(phone)
    assert phone.viewport_size == {"width": 390, "height": 844}


def test_axe_names_a_field_without_a_label(site: str, desk: Page, axe: Callable[[Page], None]) -> None:
    desk.goto(site + "/unlabelled")
    with pytest.raises(pytest.fail.Exception, match="label"):
        axe(desk)


def test_a_page_without_javascript_runs_none(site: str, no_js: Page) -> None:
    no_js.goto(site + "/exception")
    assert no_js.title() == "Mal"
