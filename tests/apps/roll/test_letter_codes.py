"""A letter with a code, for whoever has no e-mail address."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from beffroi.apps.roll import actions, letter_codes, second_factor, signing_in
from beffroi.apps.roll.models import AccessTrace, Account, LetterCode, Person, SecondFactor
from beffroi.core.errors import Refused
from tests.apps.roll.conftest import NOW, Mailbox, enrol
from tests.let_in import let_in

pytestmark = pytest.mark.django_db
THIRTY_DAYS = timedelta(days=30)


@pytest.fixture
def rose(town: None) -> Person:
    """Without an address, and without an account."""
    return enrol("5", "Bruant", "Rose", date(1944, 12, 6))


def signed_in(client: Client) -> int | None:
    found = client.session.get("_auth_user_id")
    return int(found) if found else None


def test_the_letter_and_the_birth_date_open_her_account_once(client: Client, rose: Person, agent: Account) -> None:
    with time_machine.travel(NOW):
        code = letter_codes.print_one(rose, agent, NOW)
        written = f" {code[:4].lower()}-{code[4:8]} {code[8:12]}  {code[12:]} "
        assert client.post("/connexion/lettre", {"letter": written, "birth_date": "6 12 1944"}).status_code == 302
        assert signed_in(client) == Account.objects.get(person=rose).pk
        other = Client()
        assert other.post("/connexion/lettre", {"letter": code, "birth_date": "6 12 1944"}).status_code == 422
        assert signed_in(other) is None


def test_the_code_has_eighty_bits_and_the_database_has_its_hash_only(rose: Person, agent: Account) -> None:
    code = letter_codes.print_one(rose, agent, NOW)
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{16}", code)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM roll_lettercode")
        assert code not in str(cursor.fetchall())


def test_reading_the_page_uses_no_letter_up(client: Client, rose: Person, agent: Account) -> None:
    code = letter_codes.print_one(rose, agent, NOW)
    for _ in range(2):
        client.head("/connexion/lettre", {"letter": code, "birth_date": "1944-12-06"})
        client.get("/connexion/lettre", {"letter": code, "birth_date": "1944-12-06"})
    assert letter_codes.enter(code, rose.birth_date, NOW).person == rose


def test_the_letter_works_as_long_as_the_rules_say(rose: Person, agent: Account) -> None:
    code = letter_codes.print_one(rose, agent, NOW)
    with pytest.raises(Refused, match="wrong_letter"):
        letter_codes.enter(code, rose.birth_date, NOW + THIRTY_DAYS)
    assert letter_codes.enter(code, rose.birth_date, NOW + THIRTY_DAYS - timedelta(seconds=1))


def test_five_wrong_birth_dates_kill_the_letter(rose: Person, agent: Account) -> None:
    code = letter_codes.print_one(rose, agent, NOW)
    for _ in range(5):
        with pytest.raises(Refused, match="wrong_letter"):
            letter_codes.enter(code, date(1950, 1, 1), NOW)
    with pytest.raises(Refused, match="wrong_letter"):
        letter_codes.enter(code, rose.birth_date, NOW)


def test_whatever_is_wrong_the_answer_is_the_same_and_takes_the_same_time(
    client: Client, rose: Person, agent: Account
) -> None:
    code = letter_codes.print_one(rose, agent, NOW)
    with time_machine.travel(NOW):
        pages = [
            client.post("/connexion/lettre", {"letter": letter, "birth_date": born})
            for letter, born in ((code, "1 1 1950"), ("0" * 16, "6 12 1944"), ("é", "6 12 1944"), ("", "6 12 1944"))
        ]
    assert [page.status_code for page in pages] == [422] * 4
    assert len({str(page.context["form"].errors) for page in pages[:3]}) == 1


def test_a_new_letter_puts_the_one_before_out_of_use(rose: Person, agent: Account) -> None:
    first, second = (letter_codes.print_one(rose, agent, NOW) for _ in range(2))
    with pytest.raises(Refused):
        letter_codes.enter(first, rose.birth_date, NOW)
    assert letter_codes.enter(second, rose.birth_date, NOW)


def test_whoever_has_left_gets_no_letter_and_the_one_she_has_opens_nothing(rose: Person, agent: Account) -> None:
    code = letter_codes.print_one(rose, agent, NOW)
    actions.leave(rose, NOW.date())
    with pytest.raises(Refused, match="left"):
        letter_codes.print_one(rose, agent, NOW)
    with pytest.raises(Refused, match="wrong_letter"):
        letter_codes.enter(code, rose.birth_date, NOW)


def test_a_letter_opens_no_account_that_is_switched_off(rose: Person, agent: Account) -> None:
    code = letter_codes.print_one(rose, agent, NOW)
    Account.objects.filter(person=rose).update(is_active=False)
    with pytest.raises(Refused, match="wrong_letter"):
        letter_codes.enter(code, rose.birth_date, NOW)


def test_signed_in_she_asks_for_the_next_letter_and_the_town_hall_prints_it_once(
    client: Client, rose: Person, agent: Account
) -> None:
    let_in(client, letter_codes.enter(letter_codes.print_one(rose, agent, NOW), rose.birth_date, NOW))
    assert client.post("/mon-espace/acces/lettre").status_code == 302
    assert client.post("/mon-espace/acces/lettre").status_code == 422, "one is enough"
    desk = Client()
    let_in(desk, agent)
    assert "Bruant" in desk.get("/guichet/lettres").content.decode()
    assert not LetterCode.objects.filter(closed_on=None).exclude(code_mac=None).exists(), "reading prints nothing"
    page = desk.post("/guichet/lettres")
    ((person, code),) = page.context["printed"]
    assert person == rose
    assert "no-store" in page["Cache-Control"]
    assert letter_codes.waiting() == []
    assert letter_codes.enter(code, rose.birth_date, letter_codes.valid_until(NOW) - timedelta(days=1))


@pytest.mark.parametrize("who", ["scrutineer", "panel", "administrator"])
def test_only_agents_and_the_secretariat_print_letters(client: Client, rose: Person, who: str) -> None:
    letter_codes.ask(rose, NOW)
    let_in(client, actions.open_work_account("Autre", "autre@example.org", who))
    assert client.post("/guichet/lettres").status_code == 403
    assert LetterCode.objects.get().code_mac is None


def test_an_agent_prints_a_letter_only_for_the_person_in_front_of_her(
    client: Client, rose: Person, agent: Account
) -> None:
    let_in(client, agent)
    assert client.post("/mon-espace/acces/lettre").status_code == 403
    assert not LetterCode.objects.exists()


def test_every_letter_leaves_a_trace_that_its_owner_reads(client: Client, rose: Person, agent: Account) -> None:
    letter_codes.print_one(rose, agent, NOW)
    account = Account.objects.get(person=rose)
    assert [(row.kind, row.by) for row in AccessTrace.objects.filter(account=account)] == [("letter_printed", agent)]
    let_in(client, account)
    assert "Claude Roitelet" in client.get("/mon-espace/acces").content.decode()


def test_of_two_who_share_an_address_the_letter_tells_them_apart_as_the_birth_date_does(
    client: Client, simone: Person, tomasz: Person, agent: Account, mailbox: Mailbox
) -> None:
    with time_machine.travel(NOW):
        code = letter_codes.print_one(tomasz, agent, NOW)
        client.post("/connexion", {"email": "loriot@example.org"})
        client.post("/connexion/code", {"code": mailbox.code()})
        his, hers = (Account.objects.get(person=one).pk for one in (tomasz, simone))
        assert client.post("/connexion/qui", {"account": hers, "letter": code}).status_code == 422
        client.post("/connexion/qui", {"account": his, "letter": code})
        assert signed_in(client) == his


def test_no_hour_of_signing_in_is_kept(rose: Person, agent: Account, settings: Any) -> None:
    """When a vote closes, nothing says who had just signed in (signing_in.forget_logins)."""
    letter_codes.enter(letter_codes.print_one(rose, agent, NOW), rose.birth_date, NOW)
    assert not any("at" in field.name.split("_") for field in LetterCode._meta.fields if "expires" not in field.name)
    SecondFactor.objects.create(account=agent, last_step=int(NOW.timestamp()) // 30)
    later = NOW + timedelta(hours=3)
    signing_in.forget_logins(later)
    assert SecondFactor.objects.get().last_step == int(later.timestamp()) // second_factor.STEP_SECONDS
