"""Who asked to be told is told each step once; one click ends it, and only a click."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from beffroi.apps.letters import actions, kinds, unsubscribing
from beffroi.apps.letters.actions import Always
from beffroi.apps.letters.models import Announcement, Letter, Subscription
from beffroi.core.errors import Refused
from tests.apps.letters.test_deliver import NOW
from tests.apps.roll.conftest import Mailbox, mailbox

__all__ = ["mailbox"]
pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ONE, TWO, AUTHOR = UUID(int=1), UUID(int=2), UUID(int=3)


def address_of(ref: UUID) -> str:
    return f"{ref.hex[-4:]}@example.org"


@pytest.fixture(autouse=True)
def _book(settings: Any) -> None:
    settings.ADDRESS_BOOK = f"{__name__}.address_of"
    settings.ADDRESS = "https://beffroi.example"


@pytest.fixture
def followed() -> None:
    for one in (ONE, TWO):
        actions.subscribe(one, "2026-001", NOW)


def nobody(kind: str, reference: str) -> Always:
    return Always()


def happened(step: str = "7", kind: str = "step_crossed", reference: str = "2026-001") -> None:
    actions.announce(kind, reference, step, NOW + HOUR)


def recipients() -> list[UUID]:
    return sorted(Letter.objects.values_list("recipient", flat=True))


@pytest.mark.usefixtures("followed")
def test_each_step_is_queued_once_for_each_however_often_it_is_announced() -> None:
    for _ in range(3):
        happened()
        actions.tell(NOW + HOUR, nobody)
    assert recipients() == [ONE, TWO]
    happened("8")
    assert actions.tell(NOW + HOUR, nobody) == 2


@pytest.mark.usefixtures("followed")
def test_who_asked_after_a_step_is_not_told_it_and_who_follows_another_petition_neither() -> None:
    actions.subscribe(uuid4(), "2026-001", NOW + 2 * HOUR)
    actions.subscribe(uuid4(), "2026-002", NOW)
    happened()
    actions.tell(NOW + 3 * HOUR, nobody)
    assert recipients() == [ONE, TWO]


@pytest.mark.usefixtures("followed")
def test_a_worker_killed_in_the_middle_leaves_nobody_out_and_tells_nobody_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The kill: some letters are written, the announcement is not marked."""
    happened()
    Letter.objects.create(kind="step_crossed", recipient=ONE, reference="2026-001", step="7", queued_at=NOW)
    assert Announcement.objects.get().done_at is None
    assert actions.tell(NOW + HOUR, nobody) == 1
    assert recipients() == [ONE, TWO]


@pytest.mark.usefixtures("followed")
def test_an_author_is_told_without_asking_and_never_twice() -> None:
    happened()
    actions.tell(NOW + HOUR, lambda kind, ref: Always(also=frozenset({AUTHOR}), without=frozenset({AUTHOR})))
    assert recipients() == [ONE, TWO, AUTHOR]
    happened("8")
    actions.tell(NOW + HOUR, lambda kind, ref: Always(without=frozenset({ONE})))
    assert Letter.objects.filter(step="8").get().recipient == TWO


def test_only_a_step_can_be_announced() -> None:
    with pytest.raises(Refused):
        happened(kind="sign_in_code")


def test_the_queue_and_the_subscriptions_hold_no_address() -> None:
    actions.subscribe(ONE, "2026-001", NOW)
    happened()
    actions.tell(NOW + HOUR, nobody)
    held = [*Letter.objects.values(), *Subscription.objects.values(), *Announcement.objects.values()]
    assert "@" not in str(held)


@pytest.mark.usefixtures("followed")
def test_a_letter_that_has_travelled_carries_the_one_click_of_rfc_8058_and_nothing_that_watches(
    mailbox: Mailbox,
) -> None:
    happened()
    actions.tell(NOW + HOUR, nobody)
    assert actions.deliver(NOW + HOUR) == 2
    message = mailbox.messages[0]
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = str(message["List-Unsubscribe"]).strip(" <>")
    assert re.fullmatch(r"https://beffroi\.example/courriels/\d+/[0-9a-f]{32}/arreter", link)
    body = message.get_content()
    assert link in body
    assert body.count("http") == 1
    assert message.get_content_type() == "text/plain"
    assert not message.is_multipart()
    assert "2026-001" not in message["Subject"]


def link_of(recipient: UUID) -> str:
    row = Subscription.objects.get(recipient=recipient)
    return unsubscribing.address(row).removeprefix("https://beffroi.example")


@pytest.mark.usefixtures("followed")
def test_a_mail_scanner_that_reads_the_link_ends_nothing() -> None:
    stranger = Client(enforce_csrf_checks=True)
    for _ in range(2):
        assert stranger.get(link_of(ONE)).status_code == 200
        assert stranger.head(link_of(ONE)).status_code == 200
    assert Subscription.objects.count() == 2


@pytest.mark.usefixtures("followed")
def test_the_mail_programs_click_ends_it_without_cookie_or_token_and_takes_back_what_waits() -> None:
    happened()
    actions.tell(NOW + HOUR, nobody)
    path = link_of(ONE)
    program = Client(enforce_csrf_checks=True)
    answer = program.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert list(Subscription.objects.values_list("recipient", flat=True)) == [TWO]
    assert recipients() == [TWO]
    assert program.post(path).status_code == 200  # again: the same answer
    happened("8")
    assert actions.tell(NOW + HOUR, nobody) == 1


@pytest.mark.usefixtures("followed")
def test_nobody_ends_anothers_subscription_by_guessing_or_by_changing_a_number() -> None:
    stranger = Client()
    mine, hers = link_of(ONE), link_of(TWO)
    number = hers.split("/")[2]
    forged = [
        re.sub(r"/\d+/", f"/{number}/", mine, count=1),
        f"/courriels/{number}/{'0' * 32}/arreter",
        f"/courriels/{number}/{hers.split('/')[3][:31]}/arreter",
        f"/courriels/999999/{hers.split('/')[3]}/arreter",
    ]
    for path in forged:
        assert stranger.post(path).status_code == 404
    assert Subscription.objects.count() == 2


@pytest.mark.usefixtures("followed")
def test_the_page_says_neither_who_nor_about_what_and_gives_its_address_to_nobody() -> None:
    answer = Client(headers={"accept-language": "en"}).get(link_of(ONE))
    page = answer.content.decode()
    assert "2026-001" not in page
    assert "example.org" not in page
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    assert 'content="noindex"' in page


@pytest.mark.usefixtures("followed")
def test_a_letter_of_an_author_has_no_link(mailbox: Mailbox) -> None:
    happened("9", reference="2026-009")
    actions.tell(NOW + HOUR, lambda kind, ref: Always(also=frozenset({AUTHOR})))
    actions.deliver(NOW + HOUR)
    (message,) = mailbox.messages
    assert message["List-Unsubscribe"] is None
    assert "http" not in message.get_content()


@pytest.mark.parametrize("kind", [*kinds.STEPS, "petition_heard", "petition_answered", "votation_called"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_letter_about_a_petition_is_true_of_a_recall_and_of_an_association_too(kind: str, language: str) -> None:
    """A recall is voted on by the electors alone, and an association has no council and no commune."""
    letter = kinds.render(kind, {"reference": "2026-001"}, language)
    told = f"{letter.subject} {letter.body}".lower()
    assert not [
        word for word in ("council", "conseil", "votation", "whole commune", "toute la commune") if word in told
    ]
