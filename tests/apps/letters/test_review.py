"""Found by a stranger's review: one address that is none, as an imported roll may hold, must not stop the worker."""

import logging
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.core import mail

from beffroi.apps.letters import actions
from beffroi.apps.letters.models import Letter

NOW = datetime(2026, 11, 23, 8, 41, tzinfo=UTC)
WRONG = {1: "odette fauvette@", 2: "a@example.org, b@example.org", 3: "a@example.org\nBcc: b@example.org"}


def address_of(ref: UUID) -> str:
    return WRONG.get(ref.int, "good@example.org")


@pytest.mark.django_db
def test_an_address_that_is_none_stops_no_other_letter_and_is_not_logged(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ADDRESS_BOOK = f"{__name__}.address_of"
    for number in (*WRONG, 9):
        actions.queue("petition_heard", UUID(int=number), "2026-001", NOW)
    with caplog.at_level(logging.WARNING):
        assert actions.deliver(NOW) == 1
    assert [message.to for message in mail.outbox] == [["good@example.org"]]
    assert Letter.objects.filter(sent_at=None).count() == len(WRONG)
    assert "@" not in caplog.text
