"""Letters wait in a queue that holds no address; each leaves once, whoever sends, when the mail server answers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connections
from django.utils.translation import override

from beffroi.apps.letters import actions
from beffroi.apps.letters.kinds import AT_ONCE, SUBJECTS, render
from beffroi.apps.letters.models import Letter
from beffroi.core.errors import Refused

NOW = datetime(2026, 11, 23, 8, 41, tzinfo=UTC)
GONE = UUID(int=0)
#: Sent at once, and about nothing that has a number or a code.
ONLY_TOLD = {"address_changed", "factor_reset"}


def address_of(ref: UUID) -> str:
    """The tests' address book."""
    return "" if ref == GONE else f"{ref.hex[:8]}@example.org"


@pytest.fixture(autouse=True)
def _book(settings: Any) -> None:
    settings.ADDRESS_BOOK = f"{__name__}.address_of"


class Away(EmailBackend):
    """A mail server that does not answer."""

    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError


class Refusing(EmailBackend):
    """A mail server that does not know one recipient."""

    def send_messages(self, messages: Any) -> int:
        if messages[0].to[0].startswith("00000001"):
            raise SMTPRecipientsRefused({})
        return super().send_messages(messages)


@pytest.mark.django_db
def test_a_letter_leaves_once_and_is_marked() -> None:
    ref = uuid4()
    actions.queue("petition_heard", ref, "2026-001", NOW)
    assert actions.deliver(NOW) == 1
    assert actions.deliver(NOW + timedelta(days=1)) == 0
    assert [message.to for message in mail.outbox] == [[address_of(ref)]]
    assert Letter.objects.get().sent_at == NOW


@pytest.mark.django_db
def test_the_same_letter_is_queued_once() -> None:
    ref = uuid4()
    first = actions.queue("petition_heard", ref, "2026-001", NOW)
    assert actions.queue("petition_heard", ref, "2026-001", NOW + timedelta(hours=1)) == first
    actions.queue("petition_heard", ref, "2026-002", NOW)
    assert Letter.objects.count() == 2


@pytest.mark.django_db
def test_the_queue_holds_no_address() -> None:
    actions.queue("petition_heard", uuid4(), "2026-001", NOW)
    assert "@" not in str(list(Letter.objects.values()))


@pytest.mark.django_db
def test_an_unknown_kind_of_letter_is_refused() -> None:
    for kind in ("advertising", "sign_in_code"):
        with pytest.raises(Refused, match=r"letters\.kind"):
            actions.queue(kind, uuid4(), "2026-001", NOW)


@pytest.mark.django_db
def test_a_mail_server_that_is_away_leaves_the_letters_waiting_longer_and_longer(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Away"
    for number in range(3):
        actions.queue("petition_heard", uuid4(), f"2026-{number:03d}", NOW)
    assert actions.deliver(NOW) == 0
    # The round ended at the first: the others have lost no attempt.
    assert sorted(Letter.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert actions.deliver(NOW) == 2
    assert actions.deliver(NOW + timedelta(minutes=3)) == 1


@pytest.mark.django_db
def test_a_letter_is_tried_twenty_times_at_most(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Away"
    actions.queue("petition_heard", uuid4(), "2026-001", NOW)
    for hour in range(200):
        actions.deliver(NOW + timedelta(hours=hour))
    assert Letter.objects.get().attempts == 20
    assert Letter.objects.get().sent_at is None


@pytest.mark.django_db
def test_a_recipient_who_is_refused_does_not_keep_the_others_waiting(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    for ref in (UUID(int=1 << 96), uuid4()):
        actions.queue("petition_heard", ref, "2026-001", NOW)
    assert actions.deliver(NOW) == 1


@pytest.mark.django_db
def test_a_person_without_an_address_is_not_tried_again() -> None:
    actions.queue("petition_heard", GONE, "2026-001", NOW)
    assert actions.deliver(NOW) == 0
    assert Letter.objects.get().attempts == actions.MOST_ATTEMPTS
    assert not mail.outbox


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_instant_send_each_letter_once() -> None:
    for number in range(20):
        actions.queue("petition_heard", uuid4(), f"2026-{number:03d}", NOW)
    gate = Barrier(4)

    def work(_: int) -> int:
        try:
            gate.wait()
            return actions.deliver(NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 20
    assert len(mail.outbox) == len({message.to[0] for message in mail.outbox}) == 20


@pytest.mark.parametrize("kind", sorted(SUBJECTS))
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_letter_exists_in_both_languages_without_a_link_and_with_nothing_in_its_subject(
    kind: str, language: str
) -> None:
    context = {} if kind in ONLY_TOLD else {"code": "123 456"} if kind in AT_ONCE else {"reference": "2026-001"}
    message = render(kind, context, language)
    assert all(value in message.body for value in context.values())
    assert "2026" not in message.subject
    assert "123" not in message.subject
    assert "http" not in message.body
    assert "www" not in message.body
    with override(language):
        assert str(SUBJECTS[kind]) in message.subject
    assert ("aucun lien" in message.body) == (language == "fr")
