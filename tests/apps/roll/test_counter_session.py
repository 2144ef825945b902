"""An agent acts for a resident who is there; never longer, and never anybody else."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from beffroi.apps.roll import actions
from beffroi.apps.roll.models import Account, CounterSession, Person
from beffroi.core.errors import Refused
from tests.apps.roll.conftest import NOW
from tests.let_in import let_in

pytestmark = pytest.mark.django_db


def acting(client: Client) -> str:
    """Whom a request of this client acts for, and by which channel."""
    found = client.get("/journal").wsgi_request.acting
    return f"{found.person.first_name} {found.channel}" if found else ""


def opened(client: Client, person: Person, proof: str = "identity_card") -> int:
    return client.post(f"/guichet/personne/{person.ref}/ouvrir", {"proof": proof}).status_code


@pytest.fixture
def at_work(client: Client, agent: Account) -> Client:
    let_in(client, agent)
    return client


def test_an_agent_acts_for_the_person_whose_proof_was_seen(at_work: Client, odette: Person) -> None:
    assert acting(at_work) == ""
    assert opened(at_work, odette) == 302
    assert acting(at_work) == "Odette counter"
    row = CounterSession.objects.get()
    assert (row.person, row.proof, row.agent.display_name) == (odette, "identity_card", "Claude Roitelet")


def test_a_resident_acts_for_herself_on_the_web(client: Client, odette: Person) -> None:
    let_in(client, Account.objects.get(person=odette))
    assert acting(client) == "Odette web"


def test_nobody_acts_without_signing_in(client: Client, odette: Person) -> None:
    assert acting(client) == ""


def test_the_agent_ends_it(at_work: Client, odette: Person) -> None:
    opened(at_work, odette)
    at_work.post("/guichet/fermer")
    assert acting(at_work) == ""


def test_it_closes_itself_after_fifteen_minutes_without_use(at_work: Client, odette: Person) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        let_in(at_work, Account.objects.get(person=None))
        opened(at_work, odette)
        clock.shift(timedelta(minutes=14, seconds=59))
        assert acting(at_work) == "Odette counter", "each page that is used begins the time again"
        clock.shift(timedelta(minutes=14, seconds=59))
        assert acting(at_work) == "Odette counter"
        clock.shift(timedelta(minutes=15))
        assert acting(at_work) == ""
    assert CounterSession.objects.get().closed_at is not None


def test_the_worker_closes_what_an_agent_left_open(agent: Account, odette: Person) -> None:
    actions.begin_counter_session(agent, odette, "passport", NOW)
    actions.close_idle(NOW + timedelta(minutes=14))
    assert CounterSession.objects.filter(closed_at=None).exists()
    actions.close_idle(NOW + timedelta(minutes=15))
    assert not CounterSession.objects.filter(closed_at=None).exists()


def test_signing_out_ends_it(at_work: Client, odette: Person) -> None:
    opened(at_work, odette)
    at_work.post("/deconnexion")
    assert not CounterSession.objects.filter(closed_at=None).exists()


def test_an_agent_finishes_with_one_person_before_the_next(at_work: Client, odette: Person, simone: Person) -> None:
    opened(at_work, odette)
    assert opened(at_work, simone) == 422
    assert acting(at_work) == "Odette counter"


def test_no_session_without_a_proof_that_was_seen(at_work: Client, odette: Person) -> None:
    assert opened(at_work, odette, "") == 422
    assert opened(at_work, odette, "a nice face") == 422
    assert acting(at_work) == ""


def test_nobody_acts_for_a_person_who_has_left(at_work: Client, agent: Account, odette: Person) -> None:
    actions.leave(odette, NOW.date())
    with pytest.raises(Refused, match=r"roll\.left"):
        actions.begin_counter_session(agent, odette, "passport", NOW)


def test_the_session_of_one_agent_is_not_that_of_another(at_work: Client, odette: Person) -> None:
    opened(at_work, odette)
    other = Client()
    let_in(other, actions.open_work_account("Solange Pic", "autre@example.org", "agent"))
    assert acting(other) == ""


def test_only_an_account_at_work_can_be_an_agent(odette: Person) -> None:
    with pytest.raises(Refused, match="agent_at_work"):
        actions.grant(Account.objects.get(person=odette), "agent")


@pytest.mark.parametrize("who", ["anonymous", "resident", "clerk", "scrutineer"])
def test_the_counter_is_for_agents_alone(client: Client, odette: Person, simone: Person, who: str) -> None:
    if who in ("clerk", "scrutineer"):
        let_in(client, actions.open_work_account("Autre", "autre@example.org", who))
    elif who != "anonymous":
        let_in(client, Account.objects.get(person=odette))
    for path in (f"/guichet/personne/{simone.ref}/ouvrir", f"/guichet/personne/{uuid4()}/ouvrir", "/guichet/fermer"):
        answer = client.post(path, {"proof": "passport"})
        assert answer.status_code == (302 if who == "anonymous" else 403)
        assert who != "anonymous" or answer["Location"] == "/connexion"
    assert not CounterSession.objects.exists()


def test_an_agent_who_loses_the_role_acts_for_nobody_any_more(at_work: Client, agent: Account, odette: Person) -> None:
    opened(at_work, odette)
    agent.roles.all().delete()
    assert acting(at_work) == ""


def test_opening_a_session_is_a_post_with_its_token(agent: Account, odette: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    let_in(strict, agent)
    assert strict.get(f"/guichet/personne/{odette.ref}/ouvrir").status_code == 405
    assert opened(strict, odette) == 403
    assert not CounterSession.objects.exists()


def test_a_page_costs_an_agent_no_write_each_time(at_work: Client, odette: Person) -> None:
    opened(at_work, odette)
    before = CounterSession.objects.get().last_used_at
    acting(at_work)
    assert CounterSession.objects.get().last_used_at == before
