"""Two requests at the same instant: one wins, and nobody enters twice. On a SQLite file and on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from beffroi.apps.roll import actions
from beffroi.apps.roll.models import Account, CounterSession, Person, SignInCode
from beffroi.core.errors import Refused
from tests.apps.roll.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(count: int, act: Callable[[int], object]) -> list[str]:
    """Runs `act` in so many threads that start together; what each was told, "" when it succeeded."""
    gate = Barrier(count)

    def run(number: int) -> str:
        try:
            gate.wait()
            act(number)
            return ""
        except Refused as refused:
            return refused.rule
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_of_two_right_answers_at_the_same_instant_one_signs_in(odette: Person) -> None:
    for _ in range(5):
        SignInCode.objects.all().delete()
        code = actions.issue_code("odette@example.org", NOW)
        told = at_once(2, lambda _, code=code: actions.check_code("odette@example.org", code, NOW))
        assert sorted(told) == ["", "roll.wrong_code"]


def test_of_two_right_birth_dates_at_the_same_instant_one_signs_in(simone: Person, tomasz: Person) -> None:
    code = actions.issue_code("loriot@example.org", NOW)
    checked = actions.check_code("loriot@example.org", code, NOW)
    chosen = Account.objects.get(person=simone).pk
    told = at_once(2, lambda _: actions.choose("loriot@example.org", checked.code_id, chosen, simone.birth_date, NOW))
    assert sorted(told) == ["", "roll.wrong_code"]


def test_forty_guesses_at_the_same_instant_are_not_more_than_five(odette: Person) -> None:
    code = actions.issue_code("odette@example.org", NOW)
    wrong = [f"{number:06d}" for number in range(41) if f"{number:06d}" != code][:40]
    told = at_once(40, lambda number: actions.check_code("odette@example.org", wrong[number], NOW))
    assert set(told) == {"roll.wrong_code"}
    assert SignInCode.objects.get().attempts == 5


def test_thirty_requests_at_the_same_instant_make_five_codes_and_a_long_one_for_an_address(odette: Person) -> None:
    at_once(30, lambda _: actions.send_code("nobody@example.org", NOW, "fr"))
    assert sorted(SignInCode.objects.values_list("is_long", flat=True)) == [False] * 5 + [True]


def test_an_agent_who_opens_two_persons_at_the_same_instant_acts_for_one(
    agent: Account, odette: Person, simone: Person
) -> None:
    persons = (odette, simone)
    told = at_once(2, lambda n: actions.begin_counter_session(agent, persons[n], "identity_card", NOW))
    assert sorted(told) == ["", "roll.counter_busy"]
    assert CounterSession.objects.filter(closed_at=None).count() == 1


def test_the_same_row_of_the_roll_is_written_once(odette: Person, town: None) -> None:
    from datetime import date

    from tests.apps.roll.conftest import enrol

    told = at_once(10, lambda _: enrol("77", "Pinson", "Gaëlle", date(1988, 1, 1)))
    assert told.count("") == 1
    assert Person.objects.filter(roll_number="77").count() == 1
