"""Recovering an account at the counter, and the receipt of what an agent did there."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from beffroi.apps.roll import actions, addresses, counter_acts, letter_codes
from beffroi.apps.roll.acting import COUNTER, WEB, Acting
from beffroi.apps.roll.models import AccessTrace, Account, CounterAct, ForeignIdentity, Person
from beffroi.core.errors import Refused
from tests.apps.roll.conftest import NOW, Mailbox, enrol
from tests.let_in import let_in

pytestmark = pytest.mark.django_db
NEW = "odette.nouvelle@example.org"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(agent: Account, odette: Person) -> Client:
    """The agent's browser, Odette in front of her."""
    client = Client()
    let_in(client, agent)
    client.post(f"/guichet/personne/{odette.ref}/ouvrir", {"proof": "passport"})
    return client


def at_home(person: Person) -> Client:
    client = Client()
    let_in(client, Account.objects.get(person=person))
    return client


def is_in(client: Client) -> bool:
    return client.get("/mon-espace").status_code == 200


def change(desk: Client, mailbox: Mailbox, address: str = NEW) -> Any:
    desk.post("/mon-espace/acces/adresse", {"email": address})
    return desk.post("/mon-espace/acces/adresse/code", {"code": mailbox.code()})


def test_the_agent_changes_the_address_once_the_code_sent_there_is_said(
    desk: Client, odette: Person, mailbox: Mailbox
) -> None:
    desk.post("/mon-espace/acces/adresse", {"email": f" {NEW.upper()} "})
    assert mailbox.recipients == [NEW]
    odette.refresh_from_db()
    assert odette.email == "odette@example.org", "nothing changes before the code"
    desk.post("/mon-espace/acces/adresse/code", {"code": mailbox.code()})
    odette.refresh_from_db()
    assert odette.email == NEW


@pytest.mark.django_db(transaction=True)
def test_the_former_address_is_told_and_every_device_is_signed_out(
    desk: Client, odette: Person, mailbox: Mailbox
) -> None:
    thief = at_home(odette)
    assert is_in(thief)
    change(desk, mailbox)
    assert not is_in(thief)
    assert is_in(desk) or desk.get("/guichet").status_code == 200, "the agent's own session goes on"
    assert mailbox.recipients == [NEW, "odette@example.org"]
    told = mailbox.messages[-1]
    assert NEW not in told.get_content()
    assert NEW not in str(told["Subject"])


def test_a_wrong_code_changes_nothing_and_five_kill_it(desk: Client, odette: Person, mailbox: Mailbox) -> None:
    desk.post("/mon-espace/acces/adresse", {"email": NEW})
    wrong = f"{(int(mailbox.code().replace(' ', '')) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert desk.post("/mon-espace/acces/adresse/code", {"code": wrong}).status_code == 422
    assert desk.post("/mon-espace/acces/adresse/code", {"code": mailbox.code()}).status_code == 422
    odette.refresh_from_db()
    assert odette.email == "odette@example.org"


def test_the_code_of_one_address_confirms_no_other(desk: Client, odette: Person, mailbox: Mailbox) -> None:
    """An agent who has a code sent to herself cannot write another address with it."""
    acting = Acting(odette, COUNTER, Account.objects.get(person=None))
    addresses.send_code(acting, NEW, NOW, "fr")
    with pytest.raises(Refused, match="wrong_code"):
        addresses.confirm(acting, "somebody@example.org", mailbox.code(), NOW, "fr")


def test_an_address_begun_for_one_person_is_not_confirmed_for_the_next(
    desk: Client, odette: Person, simone: Person, mailbox: Mailbox
) -> None:
    desk.post("/mon-espace/acces/adresse", {"email": NEW})
    desk.post("/guichet/fermer")
    desk.post(f"/guichet/personne/{simone.ref}/ouvrir", {"proof": "passport"})
    assert desk.post("/mon-espace/acces/adresse/code", {"code": mailbox.code()})["Location"].endswith("/adresse")
    simone.refresh_from_db()
    assert simone.email == "loriot@example.org"


def test_six_codes_in_an_hour_are_not_sent_for_one_person(desk: Client, mailbox: Mailbox) -> None:
    for number in range(6):
        answer = desk.post("/mon-espace/acces/adresse", {"email": f"n{number}@example.org"})
    assert answer.status_code == 422
    assert len(mailbox.messages) == 5


def test_an_address_of_an_account_at_work_is_nobodys(desk: Client, mailbox: Mailbox) -> None:
    assert desk.post("/mon-espace/acces/adresse", {"email": "guichet@example.org"}).status_code == 422
    assert not mailbox.messages


def test_at_home_nobody_changes_an_address_that_is_there(odette: Person, mailbox: Mailbox) -> None:
    """Whoever finds her telephone does not take her account over."""
    home = at_home(odette)
    assert home.post("/mon-espace/acces/adresse", {"email": NEW}).status_code == 422
    assert home.post("/mon-espace/acces/adresse/retirer").status_code == 422
    with pytest.raises(Refused, match="address_by_counter"):
        addresses.confirm(Acting(odette, WEB, None), NEW, "123456", NOW, "fr")
    assert not mailbox.messages


def test_who_signed_in_by_a_letter_gives_a_first_address_herself(agent: Account, mailbox: Mailbox, town: None) -> None:
    rose = enrol("5", "Bruant", "Rose", date(1944, 12, 6))
    letter_codes.print_one(rose, agent, NOW)
    home = at_home(rose)
    home.post("/mon-espace/acces/adresse", {"email": "rose@example.org"})
    home.post("/mon-espace/acces/adresse/code", {"code": mailbox.code()})
    rose.refresh_from_db()
    assert rose.email == "rose@example.org"
    assert is_in(home), "her own session goes on"


def test_an_address_that_she_no_longer_reads_is_taken_away_at_the_counter_and_a_letter_opens(
    desk: Client, odette: Person
) -> None:
    desk.post("/mon-espace/acces/adresse/retirer")
    odette.refresh_from_db()
    assert odette.email == ""
    ((_person, code),) = desk.post("/mon-espace/acces/lettre").context["printed"]
    assert letter_codes.enter(code, odette.birth_date, NOW).person == odette


def test_the_agent_signs_every_device_out_and_takes_a_link_away(desk: Client, odette: Person) -> None:
    account = Account.objects.get(person=odette)
    ForeignIdentity.objects.create(account=account, provider="franceconnect", subject_mac="x")
    phone = at_home(odette)
    desk.post("/mon-espace/acces/lien/franceconnect")
    desk.post("/mon-espace/acces/appareils")
    assert not is_in(phone)
    assert not ForeignIdentity.objects.exists()


def test_a_resident_signs_her_other_devices_out_and_stays(odette: Person) -> None:
    phone, computer = at_home(odette), at_home(odette)
    phone.post("/mon-espace/acces/appareils")
    assert is_in(phone)
    assert not is_in(computer)


def test_each_act_at_the_counter_is_on_the_receipt_without_a_name_or_an_address(
    desk: Client, odette: Person, mailbox: Mailbox, agent: Account
) -> None:
    change(desk, mailbox)
    desk.post("/mon-espace/acces/lettre")
    desk.post("/mon-espace/acces/appareils")
    assert [row.act for row in CounterAct.objects.all()] == ["access.address", "access.letter", "access.sessions"]
    page = desk.get("/guichet/recu")
    assert [said for _at, said in page.context["acts"]] == [
        counter_acts.sentence(act) for act in ("access.address", "access.letter", "access.sessions")
    ]
    receipt = page.content.decode().partition("receipt")[2].partition("</article>")[0]
    assert "Claude Roitelet" in receipt
    assert not any(secret in receipt for secret in ("Odette", "Fauvette", NEW, "odette@"))
    assert AccessTrace.objects.filter(account__person=odette, kind="address_changed", by=agent).count() == 1


def test_the_receipt_is_of_the_agents_own_last_session_for_an_hour(desk: Client, odette: Person) -> None:
    desk.post("/mon-espace/acces/appareils")
    desk.post("/guichet/fermer")
    assert desk.get("/guichet/recu").context["acts"]
    other = Client()
    let_in(other, actions.open_work_account("Andrée", "andree@example.org", "agent"))
    assert other.get("/guichet/recu").context["session"] is None
    with time_machine.travel(NOW + timedelta(hours=1)):
        assert desk.get("/guichet/recu").context["session"] is None


def test_an_act_at_home_is_on_no_receipt(odette: Person) -> None:
    at_home(odette).post("/mon-espace/acces/appareils")
    assert not CounterAct.objects.exists()


def test_an_act_without_a_sentence_is_a_fault_of_the_program(odette: Person, agent: Account) -> None:
    with pytest.raises(AssertionError, match="counter_acts"):
        actions.note_counter_act(Acting(odette, COUNTER, agent), "unknown.act", NOW)


@pytest.mark.parametrize("who", ["agent", "clerk", "scrutineer", "panel"])
def test_only_an_administrator_takes_a_second_step_away(client: Client, agent: Account, who: str) -> None:
    let_in(client, actions.open_work_account("Autre", "autre@example.org", who))
    assert client.post("/administration/second-facteur", {"account": agent.pk}).status_code == 403


def test_an_administrator_takes_a_second_step_away_on_the_page_and_its_owner_is_told(
    client: Client, agent: Account, mailbox: Mailbox
) -> None:
    from tests.apps.roll.test_second_factor import app_of

    app_of(agent)
    let_in(client, actions.open_work_account("Ada", "ada@example.org", "administrator"))
    assert "Claude Roitelet" in client.get("/administration/second-facteur").content.decode()
    client.post("/administration/second-facteur", {"account": agent.pk})
    assert mailbox.recipients == ["guichet@example.org"]
    assert "Claude Roitelet" not in client.get("/administration/second-facteur").content.decode().partition("<main")[2]
    for wrong in ("", "x", "999999", "²", "9" * 30):
        assert client.post("/administration/second-facteur", {"account": wrong}).status_code == 404
