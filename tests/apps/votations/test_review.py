"""Found by a stranger's review: a ballot sent as a form, slow readers, stubborn errors, the hundredth votation."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from beffroi.apps.gazette import queries as gazette
from beffroi.apps.gazette.models import Entry
from beffroi.apps.roll import actions as roll
from beffroi.apps.votations import actions, erasing, jobs
from beffroi.apps.votations.models import Votation
from beffroi.core.errors import Refused
from tests.apps import town
from tests.apps.votations import world as w

AFTER = w.CLOSES + timedelta(seconds=5)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain"])
def test_a_body_of_another_kind_than_a_ballot_is_refused_with_a_sentence(kind: str) -> None:
    world = w.ready()
    with time_machine.travel(w.WHILE_OPEN, tick=False):
        client = town.browser(roll.open_account(world.people[0]))
        client.cookies["csrftoken"] = "a" * 32
        client.raise_request_exception = False
        answer = client.post(
            f"/votations/{world.votation.number}/bulletins",
            b"--x--\r\n",
            content_type=kind,
            headers={"X-CSRFToken": "a" * 32},
        )
    assert (answer.status_code, answer.json()["rule"]) == (400, "votations.bad_ballot")


@pytest.mark.django_db(transaction=True)
def test_somebody_who_downloads_the_journal_slowly_does_not_keep_the_server_from_forgetting() -> None:
    world = w.ready()
    world.cast(world.people[0])
    leaf = Entry.objects.latest("pk").leaf
    many = (Entry(kind="petition.filed", at=w.CALLED, leaf=leaf, index=index) for index in range(1500))
    Entry.objects.bulk_create(many)
    slow = gazette.leaves(1500)
    next(slow)
    actions.close(world.fresh(), AFTER)
    actions.forget(world.fresh(), AFTER)
    assert world.fresh().state == Votation.State.FORGOTTEN
    assert 1 + sum(1 for _ in slow) == 1500


@pytest.mark.django_db(transaction=True)
def test_while_the_disk_cannot_be_erased_people_can_still_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    world = w.ready()
    world.cast(world.people[0])
    SessionStore().save()
    actions.close(world.fresh(), AFTER)

    def refuse(*_: object) -> None:
        raise erasing.NotErasedError("not allowed")

    monkeypatch.setattr(erasing, "erase", refuse)
    with pytest.raises(erasing.NotErasedError):
        actions.forget(world.fresh(), AFTER)
    assert not Session.objects.exists()
    SessionStore().save()  # a sign-in after the closing says nothing about a ballot
    with pytest.raises(erasing.NotErasedError):
        actions.forget(world.fresh(), AFTER + timedelta(seconds=5))
    assert Session.objects.count() == 1


@pytest.mark.django_db
def test_a_votation_that_cannot_go_on_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trustee's useless factor makes a total that nobody can open: for ever, and of one votation only."""
    people = w.town()
    first, second = w.called(people), w.called(people)
    done: list[int] = []

    def act(votation: Votation, now: object) -> None:
        if votation.pk == first.votation.pk:
            raise Refused("result.logarithm")
        done.append(votation.pk)

    rows = Votation.objects.filter(pk__in=[first.votation.pk, second.votation.pk]).order_by("pk")
    with pytest.raises(Refused):
        jobs.each(rows, act, AFTER)
    assert done == [second.votation.pk]


@pytest.mark.django_db
def test_after_votation_ninety_nine_of_a_year_comes_votation_one_hundred() -> None:
    year = w.CALLED.year
    for number in (99, 100):
        row = w.draft()
        Votation.objects.filter(pk=row.pk).update(number=f"V-{year}-{number}")
    assert w.draft().number == f"V-{year}-101"
