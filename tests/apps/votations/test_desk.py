"""The desk: clerks call, take in files; scrutineers count; and nobody else does either."""

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account, Role
from beffroi.apps.votations import actions
from beffroi.apps.votations.models import Votation
from beffroi.core.voting import trustees
from beffroi.core.voting.credentials import make_credentials
from tests.apps.votations import world as w
from tests.let_in import let_in

pytestmark = pytest.mark.django_db(transaction=True)
CLOSED_DOORS = {
    "appel": {Role.Kind.CLERK},
    "preparation": {Role.Kind.CLERK},
    "depouillement": {Role.Kind.SCRUTINEER},
}


def client_of(account: Account) -> Client:
    client = Client(headers={"accept-language": "en"})
    let_in(client, account)
    return client


@pytest.mark.parametrize("role", ["nobody", "resident", *Role.Kind.values])
@pytest.mark.parametrize("door", CLOSED_DOORS)
def test_who_may_open_a_desk_and_nobody_else(door: str, role: str) -> None:
    world = w.ready()
    path = f"/votations/{world.votation.number}/{door}"
    if role == "nobody":
        for answer in (Client().get(path), Client().post(path)):
            assert answer.status_code == 302
            assert answer["Location"].startswith("/connexion")
        return
    client = client_of(roll.open_account(world.people[0]) if role == "resident" else w.account("Work", role))
    status = client.get(path, follow=True).status_code
    assert status == (200 if role in CLOSED_DOORS[door] else 403)
    if role not in CLOSED_DOORS[door]:
        assert client.post(path).status_code == 403


@pytest.mark.parametrize("role", ["resident", Role.Kind.AGENT, Role.Kind.SCRUTINEER])
def test_where_each_has_a_key_of_her_own_only_the_secretariat_hands_in_a_decryption(role: str) -> None:
    world = w.ready(together=False)
    path = f"/votations/{world.votation.number}/dechiffrement"
    assert Client().get(path).status_code == 200
    assert Client().post(path).status_code == 302
    client = client_of(roll.open_account(world.people[0]) if role == "resident" else w.account("Work", role))
    assert client.post(path).status_code == 403


def test_the_secretariat_calls_a_vote_by_its_form() -> None:
    w.town()
    votation = w.draft()
    client = client_of(w.account("Pic", Role.Kind.CLERK))
    path = f"/votations/{votation.number}/appel"
    form = {
        "opens_at": "2026-11-23T08:00",
        "closes_at": "2026-12-05T20:00",
        "paper_on": "2026-12-05",
        "yes_text": "a",
        "yes_authors": "b",
        "no_text": "c",
        "no_authors": "d",
    }
    with time_machine.travel(w.CALLED, tick=False):
        client = client_of(Account.objects.get(display_name="Pic"))
        page = client.post(path, form).content.decode()
        assert "The paper day comes after" in page
        assert client.post(path, form | {"paper_on": "2026-12-06"}).status_code == 302
    row = Votation.objects.get(pk=votation.pk)
    assert (row.state, row.opens_at, row.closes_at) == (Votation.State.CALLED, w.OPENS, w.CLOSES)


def test_the_secretariat_takes_in_credentials_and_keys_and_makes_the_election() -> None:
    world = w.before_groups(w.called())
    account = w.account("Pic", Role.Kind.CLERK)
    path = f"/votations/{world.votation.number}/preparation"
    _, public = make_credentials(world.votation.uuid, [str(n) for n in actions.voter_numbers(world.votation)])
    key = trustees.public_json(trustees.new_trustee_key())
    with time_machine.travel(w.CALLED, tick=False):
        client = client_of(account)
        page = client.post(path, {"step": "credentials", "c-file": SimpleUploadedFile("c", b"[]")}).content.decode()
        assert "one credential for each voter" in page
        page = client.post(path, {"step": "credentials", "c-file": SimpleUploadedFile("c", b"x")}).content.decode()
        assert "does not have the form" in page
        assert client.post(path, {"step": "credentials", "c-file": SimpleUploadedFile("c", public)}).status_code == 302
        who = {"t-owner": 1, "t-name": "Grive", "t-side": "majority"}
        given = {"step": "trustee", "t-file": SimpleUploadedFile("t", key), **who}
        assert client.post(path, given).status_code == 302
        assert "Remove this key" in client.get(path).content.decode()
        for owner, left in (("9", 1), ("x", 1), ("1", 0)):
            client.post(path, {"step": "remove", "owner": owner})
            assert world.votation.trustee_rows.count() == left
        given = {"step": "trustee", "t-file": SimpleUploadedFile("t", key), **who}
        client.post(path, given)
        assert client.post(path, {"step": "ready"}).status_code == 302
        assert "The election is made" in client.get(path).content.decode()
    assert Votation.objects.get().state == Votation.State.READY


def test_the_secretariat_hands_in_a_decryption_which_is_checked_at_once() -> None:
    world = w.ready(together=False)
    actions.close(world.fresh(), w.CLOSES)
    actions.forget(world.fresh(), w.CLOSES)
    row = actions.tally(world.fresh(), w.CLOSES)
    account = w.account("Pic", Role.Kind.CLERK)
    path = f"/votations/{row.number}/dechiffrement"
    handed = w.handed_in(row, world.keys[0])
    with time_machine.travel(w.PAPER_EVENING, tick=False):
        client = client_of(account)

        def send(owner: int) -> object:
            return client.post(path, {"owner": owner, "file": SimpleUploadedFile("handed.json", handed)})

        assert "only when every station" in send(1).content.decode()  # type: ignore[attr-defined]
        w.count_paper(world)
        assert "handed in for trustee 2 (Trustee 2) carries a wrong proof" in send(2).content.decode()  # type: ignore[attr-defined]
        assert send(1).status_code == 302  # type: ignore[attr-defined]
    assert world.fresh().trustee_rows.get(owner=1).decrypted_at == w.PAPER_EVENING
