"""Two agents, two mailboxes, two clicks at the same instant: one decision, one row, one request. On both databases."""

from datetime import timedelta

import pytest

from beffroi.apps.gazette.models import Entry
from beffroi.apps.roll.acting import WEB, Acting
from beffroi.apps.roll.enrolment import asking, daily, deciding, residence
from beffroi.apps.roll.models import Account, Enrolment, Move, Person, Proof
from tests.apps.roll.conftest import NOW
from tests.apps.roll.enrolling import accepted, account, asked, asker, papers
from tests.apps.roll.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_agents_who_decide_at_once_one_decides(agent: Account) -> None:
    agents = (agent, account("agent"))
    for number in range(5):
        row = asked(first_name=f"Amina {'abcde'[number]}")

        def decide(turn: int, row: Enrolment = row) -> object:
            return accepted(row, agents[0]) if turn else deciding.refuse(row, agents[1], "too_young", NOW)

        assert sorted(at_once(2, decide)) == ["", "enrolment.decided"]
        row.refresh_from_db()
        assert (row.person is None) == (row.state == "refused")
    assert Person.objects.count() == Enrolment.objects.filter(state="accepted").count()
    assert not Proof.objects.exists()


def test_ten_requests_for_one_person_accepted_at_once_make_one_row(agent: Account) -> None:
    rows = [asked(email=f"m{number}@example.org") for number in range(10)]
    told = at_once(10, lambda number: accepted(rows[number], agent))
    assert sorted(told) == ["", *["enrolment.on_roll"] * 9]
    assert Person.objects.count() == 1
    assert Enrolment.objects.filter(state="waiting").count() == 9


def test_the_same_request_sent_ten_times_at_once_is_one(town: None) -> None:
    told = at_once(10, lambda _: asking.ask_online(asker(), papers(), NOW))
    assert sorted(told) == ["", *["enrolment.asked_already"] * 9]
    assert (Enrolment.objects.count(), Proof.objects.count()) == (1, 2)


def test_twenty_persons_who_ask_at_once_have_twenty_numbers(town: None) -> None:
    told = at_once(20, lambda n: asking.ask_online(asker(email=f"m{n}@example.org"), papers(), NOW))
    assert told == [""] * 20
    assert Enrolment.objects.values("number").distinct().count() == 20


def test_a_move_declared_ten_times_at_once_waits_once(tomasz: Person) -> None:
    acting = Acting(tomasz, WEB, None)
    told = at_once(10, lambda n: residence.declare_move(acting, f"{n} rue des Loutres", NOW.date(), NOW))
    assert told.count("") == 1
    assert Move.objects.count() == 1


def test_of_two_workers_one_tells_the_journal(agent: Account) -> None:
    asked()
    at_once(4, lambda _: daily.tell_the_journal(NOW + timedelta(days=1)))
    assert Entry.objects.filter(kind="enrolment.day").count() == 1
