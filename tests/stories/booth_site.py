"""A box for the booth's stories: serves the real page, script and style, and answers as it is told to. No database.

The real box is in the stories of a whole votation; here the box can go silent, forget who signed in, or refuse.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import override_settings
from django.urls import include, path
from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect

from beffroi.core import receipt
from beffroi.core.errors import Malformed, Refused
from beffroi.core.journal.note import LogKey
from beffroi.core.voting import ballot, secret
from beffroi.core.voting.credentials import new_credential
from beffroi.core.voting.election import election_json, new_uuid, parse_election
from beffroi.core.voting.group import ED25519
from beffroi.core.voting.questions import Question
from beffroi.web.booth_asset import integrity

STATIC = Path(__file__).resolve().parents[2] / "beffroi" / "web" / "static"
KINDS = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml"}
QUESTION = "Le vieux moulin doit-il devenir une maison des associations ?"
# Any other page: it asks for nothing more, so that nothing is on its way when the box stops.
PLAIN = b"<!doctype html><title>.</title><link rel=icon href=data:,>"
RECEIVED = "Reçu le 23 novembre 2026 à 10 h 04."
Answer = tuple[int, dict[str, Any]]
KEY = LogKey("rocheclaire.example/journal", bytes(range(32)))


def _nowhere(request: HttpRequest, number: str = "") -> HttpResponse:
    raise AssertionError("only the addresses of these views are used")


_votation = "votations/<number>"
urlpatterns = [
    path(
        "",
        include(
            (
                [
                    path(_votation, _nowhere, name="votation"),
                    path(f"{_votation}/isoloir", _nowhere, name="booth"),
                    path(f"{_votation}/bulletins", _nowhere, name="ballots"),
                    path(f"{_votation}/etat.json", _nowhere, name="state"),
                    path(f"{_votation}/election.json", _nowhere, name="election"),
                    path(f"{_votation}/urne", _nowhere, name="box"),
                ],
                "votations",
            )
        ),
    ),
    path("", include(([path("connexion", _nowhere, name="sign_in")], "roll"))),
]


def _open_state() -> dict[str, Any]:
    return {"open": True, "signed_in": True, "registered": True, "voted": False, "csrf": "token", "reason": ""}


@dataclass
class Box:
    """One votation. `state` and `answer` are what the server says; `received` is what it was sent."""

    address: str = ""
    code: str = field(default_factory=new_credential)
    state: dict[str, Any] = field(default_factory=_open_state)
    received: list[bytes] = field(default_factory=list)
    answer: Callable[[bytes], Answer] | None = None
    language: str = "fr"
    theme: str = "auto"
    question: str = QUESTION
    script: bytes | None = None  # another script than the committed one, as a tampering server would send

    def __post_init__(self) -> None:
        key = ED25519.to_string(secret.base(secret.random_scalar()))
        questions = [Question(QUESTION, ("Oui", "Non"), 1, 1, True)]
        self.election = parse_election(election_json(new_uuid(), "Le vieux moulin", "", key, questions))

    @property
    def booth(self) -> str:
        return f"{self.address}/votations/V-2026-05/isoloir"

    def page(self) -> str:
        votation = SimpleNamespace(
            number="V-2026-05",
            question=self.question,
            closes_at=datetime(2026, 12, 5, 19, tzinfo=UTC),
            paper_on=date(2026, 12, 6),
        )
        with override(self.language), override_settings(ROOT_URLCONF=__name__):
            return render_to_string(
                "votations/booth.html",
                {
                    "votation": votation,
                    "answers": "Oui|Non",
                    "integrity": integrity(),
                    "archive_name": "votation-2026-05.bel",
                    "log_key": KEY.vkey,
                    "place": "Rocheclaire",
                    "theme": self.theme,
                    "demonstration": True,
                    "source_url": "/source.tar.gz",
                    "LANGUAGE_CODE": self.language,
                },
            )

    def take(self, raw: bytes) -> Answer:
        """As the real box: only from somebody signed in, and the ballot's proofs and signature are checked."""
        if not self.state["signed_in"]:
            return 401, {"rule": "votations.sign_in", "sentence": "Identifiez-vous."}
        self.received.append(raw)
        if self.answer is not None:
            return self.answer(raw)
        try:
            checked = ballot.check_ballot(self.election, raw)
        except (Malformed, Refused) as fault:
            return 422, {"rule": "votations.bad_ballot", "sentence": str(fault)}
        said = {"tracker": checked.tracker, "height": len(self.received), "received": RECEIVED}
        return 201, said | {"receipt": self.receipt(raw)}

    def receipt(self, raw: bytes, key: LogKey | None = None) -> str:
        """What the box signs for this ballot; the head is invented, the story has no archive."""
        height, tracker = len(self.received), ballot.tracker(raw)
        return receipt.sign(key or KEY, self.election.fingerprint, tracker, height, "0" * 64).decode()


def _handler(box: Box) -> type[BaseHTTPRequestHandler]:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    csp = "; ".join(f"{name} {' '.join(str(source) for source in sources)}" for name, sources in directives.items())

    class Handler(BaseHTTPRequestHandler):
        def _send(self, status: int, kind: str, body: bytes, policy: str = csp) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def _json(self, status: int, value: object) -> None:
            self._send(status, "application/json", json.dumps(value).encode())

        def do_GET(self) -> None:
            asked = self.path.partition("?")[0]
            if asked.startswith("/static/"):
                file = STATIC / asked.removeprefix("/static/")
                body = box.script if box.script is not None and file.suffix == ".js" else file.read_bytes()
                self._send(200, KINDS[file.suffix], body)
            elif asked.endswith("/isoloir"):
                self._send(200, "text/html; charset=utf-8", box.page().encode())
            elif asked.endswith("/etat.json"):
                self._json(200, box.state)
            elif asked.endswith("/election.json"):
                self._send(200, "application/json", box.election.raw)
            else:
                self._send(200, "text/html; charset=utf-8", PLAIN, "default-src 'none'; img-src data:")

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["X-CSRFToken"] != box.state["csrf"]:
                self._send(403, "text/html", b"token")
                return
            self._json(*box.take(raw))

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@contextmanager
def serving() -> Iterator[Box]:
    """A box that answers at `box.address` until the end of the block."""
    box = Box()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(box))
    box.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# What a voter does, by what she sees.


def say(message: str) -> str:
    """The French of a message, as the page shows it."""
    with override("fr"):
        return gettext(message)


def press(page: Page, message: str) -> None:
    page.get_by_role("button", name=say(message)).click()


def choose(page: Page, answer: str) -> None:
    """Yes, No or Blank, read over and confirmed."""
    page.get_by_role("radio", name=say(answer)).check()
    press(page, "Continue")
    expect(page.locator(".chosen:visible")).to_have_text(say(answer))
    press(page, "Continue")


def close(page: Page, code: str) -> None:
    page.get_by_label(say("Your code")).fill(code)
    press(page, "Close my ballot")
    heading(page, "Your ballot is closed")


def heading(page: Page, message: str) -> None:
    """This screen is shown, and its heading has the focus: a screen reader says it."""
    expect(page.get_by_role("heading", name=say(message))).to_be_focused()


def number(page: Page) -> str:
    """The seal or the tracking number that the screen shows in groups."""
    return page.locator(".tracker:visible").inner_text().replace("\n", "").replace(" ", "")
