"""Found by a stranger's review: what an agent's second tab, a shared terminal and an old file could do."""

import re

import pytest
import time_machine
from django.test import Client

from beffroi.apps.petitions.models import Petition, Signature
from beffroi.apps.roll.models import Account, Person
from tests.apps import town
from tests.apps.roll.conftest import NOW

pytestmark = pytest.mark.django_db


def token(page: bytes) -> str:
    found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found is not None
    return found[1].decode()


def open_for(client: Client, person: Person) -> None:
    page = client.get("/guichet")
    answer = client.post(
        f"/guichet/personne/{person.ref}/ouvrir",
        {"csrfmiddlewaretoken": token(page.content), "proof": "passport"},
    )
    assert answer.status_code == 302


def test_a_form_opened_for_one_person_does_not_sign_for_the_next_one(
    agent: Account, odette: Person, simone: Person
) -> None:
    petition = town.opened(odette, town.clerk())
    with time_machine.travel(NOW, tick=False):
        client = town.browser(agent)
        open_for(client, simone)
        page = client.get(f"/petitions/{petition.number}/signer")
        assert simone.first_name in page.content.decode()
        town.roll.end_counter_session(agent, NOW)  # Simone has left; the tab stays
        open_for(client, odette)
        sent = {"csrfmiddlewaretoken": token(page.content), "confirmed": "on"}
        assert client.post(f"/petitions/{petition.number}/signer", sent).status_code == 403
        assert not Signature.objects.exists()
        sent["csrfmiddlewaretoken"] = token(client.get(f"/petitions/{petition.number}/signer").content)
        assert client.post(f"/petitions/{petition.number}/signer", sent).status_code == 302
        assert Signature.objects.get().person == odette


def test_no_browser_keeps_a_page_that_was_made_for_somebody_signed_in(odette: Person) -> None:
    petition = town.opened(odette, town.clerk())
    for path in ("/", f"/petitions/{petition.number}", "/votations"):
        assert "no-store" in town.browser(odette.account).get(path)["Cache-Control"], path
        assert "no-store" not in Client().get(path).get("Cache-Control", ""), path
    assert Petition.objects.count() == 1
