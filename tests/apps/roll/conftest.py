"""A town with one family, one agent, and a real mail server on loopback."""

from collections.abc import Iterator
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from socket import socket
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from beffroi.apps.roll import actions, pausing
from beffroi.apps.roll.models import Account, Person, Station
from beffroi.web import pack

NOW = datetime(2026, 11, 23, 9, 41, tzinfo=ZoneInfo("Europe/Paris"))


class Mailbox:
    """What a mail server on this machine received."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    def code(self) -> str:
        """The code of the last letter."""
        body = self.messages[-1].get_content()
        return next(line for line in body.splitlines() if line.startswith("    ")).strip()


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A real SMTP server: what it holds has travelled."""
    box = Mailbox()
    with socket() as probe:  # aiosmtpd wants to be told its port
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield box
    finally:
        controller.stop()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait that hides which addresses are known is tested for itself."""
    monkeypatch.setattr(pausing, "ANSWER_SECONDS", 0)


@pytest.fixture
def town(db: None) -> None:
    actions.build(pack.current())


def enrol(number: str, last: str, first: str, born: date, email: str = "", register: str = "main") -> Person:
    return actions.enrol(
        roll_number=number,
        register=register,
        last_name=last,
        first_name=first,
        birth_date=born,
        street="rue du Héron-Cendré",
        station=Station.objects.earliest("code"),
        since=date(2020, 1, 1),
        email=email,
    )


@pytest.fixture
def odette(town: None) -> Person:
    person = enrol("1", "Fauvette", "Odette", date(1951, 3, 3), "odette@example.org")
    actions.open_account(person)
    return person


@pytest.fixture
def simone(town: None) -> Person:
    """Shares her address with Tomasz."""
    person = enrol("2", "Loriot", "Simone", date(1970, 2, 1), "loriot@example.org")
    actions.open_account(person)
    return person


@pytest.fixture
def tomasz(town: None) -> Person:
    person = enrol("3", "Loriot", "Tomasz", date(2009, 9, 30), "Loriot@Example.org", "resident")
    actions.open_account(person)
    return person


@pytest.fixture
def agent(town: None) -> Account:
    return actions.open_work_account("Claude Roitelet", "guichet@example.org", "agent")
