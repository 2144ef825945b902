"""The village of the stories, on a real server, with a real mail server and a clock that the story moves."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from pytest_django.live_server_helper import LiveServer

from beffroi.apps.roll import pausing
from tests.apps.roll.conftest import Mailbox, mailbox
from tests.stories.village import PACK, START, Village, found

__all__ = ["mailbox"]


@pytest.fixture
def clock() -> Iterator[Any]:
    """The time of the server; the browser keeps its own."""
    with time_machine.travel(START, tick=True) as traveller:
        yield traveller


@pytest.fixture
def village(
    transactional_db: None,
    settings: Any,
    clock: Any,
    mailbox: Mailbox,
    live_server: LiveServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Village:
    """Built by its own command, with nothing but its people: twelve of the roll, and five who work for the commune."""
    settings.PACK = PACK
    monkeypatch.setattr(pausing, "ANSWER_SECONDS", 0)  # the wait that hides which addresses are known
    return found(live_server.url, clock, mailbox)
