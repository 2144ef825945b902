"""The booth's three addresses: who may cast, what the answers say, what they never say."""

import io
import json
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account, Person, Role
from beffroi.apps.votations.models import Ballot
from beffroi.core import receipt
from tests.apps.votations import world as w
from tests.let_in import let_in

pytestmark = pytest.mark.django_db


def client_of(someone: Person | Account, at: datetime = w.WHILE_OPEN, **options: Any) -> Client:
    client = Client(headers={"accept-language": "en"}, **options)
    with time_machine.travel(at, tick=False):
        let_in(client, roll.open_account(someone) if isinstance(someone, Person) else someone)
    return client


def post(client: Client, world: w.World, raw: bytes, at: datetime = w.WHILE_OPEN) -> tuple[int, dict[str, Any]]:
    with time_machine.travel(at, tick=False):
        path = f"/votations/{world.votation.number}/bulletins"
        answer = client.post(path, raw, content_type="application/json")
    return answer.status_code, json.loads(answer.content)


def state(client: Client, world: w.World, at: datetime = w.WHILE_OPEN) -> dict[str, Any]:
    with time_machine.travel(at, tick=False):
        answer: HttpResponse = client.get(f"/votations/{world.votation.number}/etat.json")
    assert "no-store" in answer["Cache-Control"]
    return dict(json.loads(answer.content))


def test_a_resident_in_her_own_session_casts_and_gets_her_tracker() -> None:
    world = w.ready()
    raw = world.ballot(world.people[0])
    status, said = post(client_of(world.people[0]), world, raw)
    assert status == 201
    assert said["tracker"] == Ballot.objects.get().tracker
    assert said["height"] == 1
    assert said["received"] == "Received on 23\u00a0November 2026 at 10:00."


def test_the_answer_carries_a_signed_receipt_and_so_does_the_answer_to_a_ballot_sent_again() -> None:
    world = w.ready()
    raw, client = world.ballot(world.people[0]), client_of(world.people[0])
    _, said = post(client, world, raw)
    found, signed = receipt.read(said["receipt"].encode())
    assert signed
    assert (found.tracker, found.height, found.head) == (said["tracker"], 1, world.fresh().head)
    assert found.fingerprint == world.fresh().fingerprint
    world.cast(world.people[1])
    status, again = post(client, world, raw)
    assert (status, again["rule"], again["receipt"]) == (409, "votations.already_in_box", said["receipt"])


def test_who_is_refused_gets_no_receipt() -> None:
    world = w.ready()
    raw = world.ballot(world.people[0])
    world.cast(world.people[0])
    for answer in (post(Client(), world, raw), post(client_of(world.people[1]), world, raw)):
        assert answer[0] in {401, 409}
        assert "receipt" not in answer[1]


def test_the_booth_knows_the_key_that_signs_receipts() -> None:
    world = w.ready()
    key = receipt.read(world.cast(world.people[0]).signed)[0].key
    page = Client().get(f"/votations/{world.votation.number}/isoloir").content.decode()
    assert f'data-key="{key}"' in page


def test_nobody_casts_without_signing_in() -> None:
    world = w.ready()
    status, said = post(Client(), world, world.ballot(world.people[0]))
    assert (status, said["rule"]) == (401, "votations.sign_in")
    assert not Ballot.objects.exists()


def test_no_agents_screen_can_cast_even_with_the_resident_at_the_counter() -> None:
    world = w.ready()
    agent = w.account("Claude", Role.Kind.AGENT)
    raw = world.ballot(world.people[0])
    client = client_of(agent)
    assert post(client, world, raw)[1]["rule"] == "votations.agent"
    with time_machine.travel(w.WHILE_OPEN, tick=False):
        roll.begin_counter_session(agent, world.people[0], "identity_card", w.WHILE_OPEN)
    status, said = post(client, world, raw)
    assert (status, said["rule"]) == (403, "votations.agent")
    assert not Ballot.objects.exists()


@pytest.mark.parametrize("role", [Role.Kind.CLERK, Role.Kind.SCRUTINEER])
def test_nobody_at_work_can_cast(role: str) -> None:
    world = w.ready()
    status, said = post(client_of(w.account("Work", role)), world, world.ballot(world.people[0]))
    assert (status, said["rule"]) == (403, "votations.agent")


def test_a_post_without_the_token_is_refused() -> None:
    world = w.ready()
    client = client_of(world.people[0], enforce_csrf_checks=True)
    path = f"/votations/{world.votation.number}/bulletins"
    with time_machine.travel(w.WHILE_OPEN, tick=False):
        raw = world.ballot(world.people[0])
        assert client.post(path, raw, content_type="application/json").status_code == 403
        token = json.loads(client.get(f"/votations/{world.votation.number}/etat.json").content)["csrf"]
        headers = {"x-csrftoken": token}
        assert client.post(path, raw, content_type="application/json", headers=headers).status_code == 201


def test_ten_megabytes_are_refused_without_being_read() -> None:
    world = w.ready()
    client = client_of(world.people[0])

    class Body(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            pytest.fail("the body was read")

    with time_machine.travel(w.WHILE_OPEN, tick=False):
        answer = client.generic(
            "POST",
            f"/votations/{world.votation.number}/bulletins",
            b"",
            content_type="application/json",
            **{"CONTENT_LENGTH": str(10 * 1024 * 1024), "wsgi.input": Body()},
        )
    assert answer.status_code == 413
    assert json.loads(answer.content)["rule"] == "votations.too_large"


@pytest.mark.parametrize(
    ("at", "status", "rule"),
    [
        (w.OPENS.replace(hour=6), 409, "votations.not_open"),
        (w.CLOSES, 409, "votations.closed"),
    ],
)
def test_outside_its_hours_the_box_says_why(at: datetime, status: int, rule: str) -> None:
    world = w.ready()
    found, said = post(client_of(world.people[0], at), world, world.ballot(world.people[0]), at)
    assert (found, said["rule"]) == (status, rule)
    assert said["sentence"]


def test_a_damaged_ballot_is_answered_with_a_sentence_and_never_repeated() -> None:
    world = w.ready()
    status, said = post(client_of(world.people[0]), world, b'{"election_uuid":"<script>"}')
    assert (status, said["rule"]) == (400, "votations.bad_ballot")
    assert "script" not in said["sentence"]


def test_the_state_says_what_this_reader_may_do() -> None:
    world = w.ready()
    anonymous = state(Client(), world)
    assert (anonymous["open"], anonymous["signed_in"], anonymous["registered"], anonymous["voted"]) == (
        *(True, False),
        *(False, False),
    )
    client = client_of(world.people[0])
    assert state(client, world)["registered"] is True
    world.cast(world.people[0])
    assert state(client, world)["voted"] is True
    assert state(client, world)["reason"] == ""
    late = state(client_of(world.people[0], w.CLOSES), world, w.CLOSES)
    assert "closed" in late["reason"]
    assert late["open"] is False
    assert "own session" in state(client_of(w.account("Claude", Role.Kind.AGENT)), world)["reason"]
    later = state(client_of(w.town(1)[0]), world)
    assert (later["registered"], later["open"]) == (False, True)
    assert "drawn up when it was called" in later["reason"]


def test_the_booth_is_the_same_page_for_everybody() -> None:
    world = w.ready()
    path = f"/votations/{world.votation.number}/isoloir"
    with time_machine.travel(w.WHILE_OPEN, tick=False):
        pages = [client.get(path).content for client in (Client(), client_of(world.people[0]))]
    assert pages[0].count(b"data-cast-url") == 1
    assert world.people[0].last_name.encode() not in pages[1]


def test_published_files_are_the_exact_bytes() -> None:
    world = w.ready()
    row, base = world.fresh(), f"/votations/{world.votation.number}"
    assert Client().get(f"{base}/election.json").content == bytes(row.election or b"")
    assert Client().get(f"{base}/trustees.json").content == bytes(row.trustees or b"")
    assert Client().get(f"{base}/credentials.json").content == bytes(row.credentials or b"")
    assert Client().get(f"{base}/regles.json").content.decode() == row.rules
    assert Client().get(f"{base}/tally.json").status_code == 404
