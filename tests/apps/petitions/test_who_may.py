"""Role x page: who may do what, and nobody else can."""

from typing import Any

import pytest
from django.test import Client

from beffroi.apps.petitions.models import Petition, Signature
from tests.apps import town

pytestmark = pytest.mark.django_db
ROLES = ("anonymous", "resident", "agent", "counter", "clerk", "councillor")
# 302 to the sign-in page for nobody; 403 with a sentence for somebody else.
NOBODY, NOT_HERS = 302, 403
PAGES = {
    "/petitions": dict.fromkeys(ROLES, 200),
    "/petitions/{number}": dict.fromkeys(ROLES, 200),
    "/petitions/{number}/texte.txt": dict.fromkeys(ROLES, 200),
    "/petitions/atom.xml": dict.fromkeys(ROLES, 200),
    "/petitions/{number}/signataires": dict.fromkeys(ROLES, 200),
    "/petitions/{number}/partager": dict.fromkeys(ROLES, 200),
    "/petitions/{number}/affiche": dict.fromkeys(ROLES, 200),
    "/petitions/{number}/integrer": dict.fromkeys(ROLES, 200),
    "/petitions/{number}/atom.xml": dict.fromkeys(ROLES, 200),
    "/petitions/{number}/chiffres.json": dict.fromkeys(ROLES, 200),
    "/petitions/recu": dict.fromkeys(ROLES, 200),
    "/petitions/ecrire": {
        "anonymous": 302,
        "resident": 200,
        "agent": 403,
        "counter": 200,
        "clerk": 403,
        "councillor": 200,
    },
    "/petitions/{number}/signer": {
        "anonymous": 302,
        "resident": 200,
        "agent": 403,
        "counter": 200,
        "clerk": 403,
        "councillor": 200,
    },
    "/petitions/{number}/recevabilite": {
        "anonymous": 302,
        "resident": 403,
        "agent": 403,
        "counter": 403,
        "clerk": 200,
        "councillor": 403,
    },
    "/guichet/feuilles/{number}": {
        "anonymous": 302,
        "resident": 403,
        "agent": 200,
        "counter": 200,
        "clerk": 200,
        "councillor": 403,
    },
    "/petitions/{number}/feuilles": {
        "anonymous": 302,
        "resident": 403,
        "agent": 200,
        "counter": 200,
        "clerk": 403,
        "councillor": 403,
    },
}


@pytest.mark.parametrize("role", ROLES)
def test_each_page_opens_to_whom_it_is_for(visitors: dict[str, Client], petition: Petition, role: str) -> None:
    for path, row in PAGES.items():
        answer = visitors[role].get(path.format(number=petition.number))
        assert (path, answer.status_code) == (path, row[role])
        if row[role] == 302:
            assert answer["Location"].startswith("/connexion?next=")


@pytest.mark.parametrize(("role", "channel"), [("resident", "web"), ("counter", "counter"), ("councillor", "web")])
def test_a_resident_signs_for_herself_and_an_agent_for_the_person_in_front_of_her(
    visitors: dict[str, Client], petition: Petition, role: str, channel: str
) -> None:
    answer = town.post(visitors[role], f"/petitions/{petition.number}/signer", confirmed="on")
    assert (answer.status_code, answer["Location"]) == (302, f"/petitions/{petition.number}/signee")
    row = Signature.objects.get()
    assert row.channel == channel
    assert (row.agent is None) == (channel == "web")


@pytest.mark.parametrize(("role", "status"), [("anonymous", NOBODY), ("agent", NOT_HERS), ("clerk", NOT_HERS)])
def test_nobody_else_signs_or_withdraws(
    visitors: dict[str, Client], petition: Petition, role: str, status: int
) -> None:
    for path in ("signer", "retirer"):
        answer = town.post(visitors[role], f"/petitions/{petition.number}/{path}", confirmed="on")
        assert answer.status_code == status
    assert not Signature.objects.exists()


@pytest.mark.parametrize("role", [role for role in ROLES if role != "clerk"])
def test_only_the_secretariat_decides(visitors: dict[str, Client], petition: Petition, role: str) -> None:
    waiting = town.filed(petition.author)
    for decision in ("admit", "refuse"):
        fields = {"decision": decision, "reason": "unclear"}
        answer = town.post(visitors[role], f"/petitions/{waiting.number}/recevabilite", **fields)
        assert answer.status_code == (NOBODY if role == "anonymous" else NOT_HERS)
    waiting.refresh_from_db()
    assert waiting.state == "filed"


@pytest.mark.parametrize("path", ["signer", "retirer", "recevabilite"])
def test_a_forged_request_without_the_forms_token_does_nothing(
    visitors: dict[str, Client], petition: Petition, path: str
) -> None:
    for role in ("resident", "counter", "clerk"):
        answer = visitors[role].post(f"/petitions/{petition.number}/{path}", {"confirmed": "on", "decision": "admit"})
        assert answer.status_code == 403
    assert visitors["agent"].post(f"/guichet/feuilles/{petition.number}", {"code": "F-1"}).status_code == 403
    assert visitors["anonymous"].post("/petitions/recu", {"receipt": "0" * 26}).status_code == 403
    assert not Signature.objects.exists()


@pytest.mark.parametrize("path", ["signer", "retirer", "signee"])
def test_reading_a_page_signs_and_withdraws_nothing(visitors: dict[str, Client], petition: Petition, path: str) -> None:
    """Mail scanners follow links."""
    town.post(visitors["councillor"], f"/petitions/{petition.number}/signer")
    for role in ("resident", "counter", "councillor"):
        visitors[role].get(f"/petitions/{petition.number}/{path}")
    assert list(Signature.objects.values_list("withdrawn_at", flat=True)) == [None]


def test_an_agent_whose_session_has_closed_itself_signs_for_nobody(
    visitors: dict[str, Client], petition: Petition, at_noon: Any
) -> None:
    at_noon.shift(16 * 60)
    answer = town.post(visitors["counter"], f"/petitions/{petition.number}/signer", confirmed="on")
    assert answer.status_code == NOT_HERS
    assert not Signature.objects.exists()
