"""One page tells the whole life of an initiative, with the journal's numbers."""

from datetime import timedelta

from django.test import Client
from time_machine import Traveller

from beffroi.apps.assemblies import actions as assemblies
from beffroi.apps.assemblies.models import Hearing
from beffroi.apps.gazette.actions import sequence
from beffroi.apps.petitions import actions as counting
from beffroi.apps.petitions.models import Petition
from beffroi.apps.portal import queries
from beffroi.apps.votations.models import Votation
from tests.apps import town


def climb(petition: Petition, signatures: int) -> None:
    town.signed_by(petition, town.people(signatures, start=10))
    for job in (counting.count, counting.verify_waiting, counting.fire_waiting, sequence):
        job(town.NOON + timedelta(minutes=1))


def coming(petition: Petition) -> list[str]:
    return [item.code for item in queries.initiative(petition.number, town.NOON + timedelta(hours=1)).coming]


def test_a_number_without_a_petition_is_a_page_that_says_so(client: Client, db: None) -> None:
    answer = client.get("/initiatives/2026-999")
    assert answer.status_code == 404
    assert "Aucune pétition ne porte ce numéro" in answer.content.decode()


def test_at_first_there_is_only_the_last_day(petition: Petition) -> None:
    assert coming(petition) == ["petition_closes"]


def test_a_first_bell_brings_the_hearing_and_its_act(petition: Petition, client: Client, now: Traveller) -> None:
    town.sitting(days=40)
    climb(petition, 5)
    assert coming(petition) == ["hearing", "petition_closes"]
    shown = client.get(f"/initiatives/{petition.number}").content.decode()
    assert "Audition au conseil" in shown
    assert queries.initiative(petition.number, town.NOON).entries[-1].kind == "petition.effect"


def test_a_late_answer_is_shown_and_then_the_answer(petition: Petition, client: Client, now: Traveller) -> None:
    town.sitting(days=40)
    climb(petition, 5)
    hearing = assemblies.hold_hearing(Hearing.objects.get(), town.NOON + timedelta(days=41))
    now.move_to(town.NOON + timedelta(days=200))
    assert "La réponse est en retard" in client.get(f"/initiatives/{petition.number}").content.decode()
    assemblies.record_answer(hearing, town.councillor(), "Oui ; en mars.", town.NOON + timedelta(days=201))
    shown = client.get(f"/initiatives/{petition.number}").content.decode()
    assert "Oui\u202f; en mars." in shown
    assert "La réponse est en retard" not in shown


def test_the_great_bell_brings_the_votation_and_the_day_by_which_it_is_held(petition: Petition, client: Client) -> None:
    town.sitting(days=40)
    climb(petition, 10)
    assert Votation.objects.get().petition == petition.number
    assert "votation_due" in coming(petition)
    assert "Elle doit avoir lieu au plus tard" in client.get(f"/initiatives/{petition.number}").content.decode()


def test_the_legal_rung_lacks_requests_and_not_signatures_and_after_the_end_lacks_nothing(
    petition: Petition, client: Client, now: Traveller
) -> None:
    climb(petition, 2)
    path = f"/initiatives/{petition.number}"
    assert "demandes légales de personnes inscrites sur la liste électorale" in client.get(path).content.decode()
    assert petition.closes_at is not None
    counting.close_due(petition.closes_at + timedelta(minutes=1))
    now.move_to(petition.closes_at + timedelta(hours=1))
    shown = client.get(path).content.decode()
    assert "Il n’a pas été franchi avant la fin de la pétition." in shown
    assert "Il manque" not in shown


def test_a_petition_that_waits_for_a_decision_has_its_page(odette: object, client: Client) -> None:
    petition = town.filed(odette)
    assert "En attente d’une décision" in client.get(f"/initiatives/{petition.number}").content.decode()
