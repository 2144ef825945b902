"""Search finds public things by words, and bears any words."""

import pytest
from django.test import Client

from beffroi.apps.petitions.models import Petition
from tests.apps import town


def found(client: Client, words: str) -> str:
    answer = client.get("/chercher", {"q": words})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_petition_is_found_by_words_of_its_title_in_any_order(petition: Petition, client: Client) -> None:
    assert f"/petitions/{petition.number}" in found(client, "ombre bancs")


def test_a_petition_is_found_by_its_number(petition: Petition, client: Client) -> None:
    assert petition.title.split()[0] in found(client, petition.number)


def test_every_word_must_be_there(petition: Petition, client: Client) -> None:
    assert "Rien pour" in found(client, "bancs piscine")


def test_a_sitting_is_found_by_what_is_on_its_agenda(commune: None, client: Client) -> None:
    row = town.sitting()
    row.items.create(position=500, kind="deliberation", nature="law", title="Le passage du Merle-Blanc")
    assert f"/conseils/{row.number}" in found(client, "merle")


def test_a_person_is_never_found(petition: Petition, client: Client) -> None:
    town.person(7, last_name="Chardonneret")
    assert "Rien pour" in found(client, "Chardonneret")


@pytest.mark.parametrize(
    "words", ["", "a", "%", "_", "'; DROP TABLE", "\x00bancs", "أ" * 300, "<script>alert(1)</script>"]
)
def test_any_words_are_borne(petition: Petition, client: Client, words: str) -> None:
    assert "<script>" not in found(client, words)
