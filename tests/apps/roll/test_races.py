"""Two requests at the same instant: one wins, and nobody enters twice. On a SQLite file and on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pyotp
import pytest
from django.db import connections

from beffroi.apps.roll import actions, identities, letter_codes, second_factor, signing_in
from beffroi.apps.roll.models import Account, CounterSession, ForeignIdentity, LetterCode, Person, SignInCode
from beffroi.apps.roll.oidc import Identity
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


def test_a_code_of_the_app_passes_one_of_ten_who_send_it_at_the_same_instant(agent: Account) -> None:
    sealed = second_factor.new_secret()
    app = pyotp.TOTP(second_factor.reading(sealed, agent, "x")[0])
    second_factor.set_up(agent, sealed, app.at(NOW - timedelta(minutes=2)), NOW - timedelta(minutes=2))
    told = at_once(4, lambda _: second_factor.check(agent, app.at(NOW), NOW))
    assert sorted(told) == ["", *["roll.wrong_second_code"] * 3]


def test_a_recovery_code_passes_one_of_those_who_send_it_at_the_same_instant(agent: Account) -> None:
    code = second_factor.new_recovery_codes(agent)[0]
    told = at_once(4, lambda _: second_factor.check(agent, code, NOW))
    assert sorted(told) == ["", *["roll.wrong_second_code"] * 3]


def test_a_letter_opens_once_for_ten_who_send_it_at_the_same_instant(agent: Account, odette: Person) -> None:
    code = letter_codes.print_one(odette, agent, NOW)
    told = at_once(10, lambda _: letter_codes.enter(code, odette.birth_date, NOW))
    assert sorted(told) == ["", *["roll.wrong_letter"] * 9]


def test_two_letters_for_one_person_at_the_same_instant_leave_one_that_works(agent: Account, odette: Person) -> None:
    at_once(6, lambda _: letter_codes.print_one(odette, agent, NOW))
    assert LetterCode.objects.filter(person=odette, closed_on=None).count() == 1


def test_two_identities_for_one_person_at_the_same_instant_link_one(odette: Person) -> None:
    claims = {"given_name": "Odette", "family_name": "Fauvette", "birthdate": "1951-03-03"}
    told = at_once(
        4, lambda n: identities.account_of(Identity("franceconnect", "https://fc.example", f"s{n}", "", claims), NOW)
    )
    assert sorted(told) == ["", *["roll.identity_other"] * 3]
    assert ForeignIdentity.objects.count() == 1


def test_the_page_that_asks_which_person_looks_at_the_code_outside_any_transaction(simone: Person) -> None:
    code = actions.issue_code("loriot@example.org", NOW)
    row = SignInCode.objects.get()
    assert signing_in.is_living("loriot@example.org", row.pk, NOW)
    assert not signing_in.is_living("odette@example.org", row.pk, NOW), code
