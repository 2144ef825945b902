"""The home page says what can be done today, and only that; what was decided; what is late, in days."""

from datetime import timedelta

import pytest
from django.test import Client
from time_machine import Traveller

from beffroi.apps.assemblies import actions as assemblies
from beffroi.apps.assemblies.models import Hearing
from beffroi.apps.gazette.actions import sequence
from beffroi.apps.petitions import actions as counting
from beffroi.apps.petitions.models import Petition
from beffroi.apps.portal import queries
from beffroi.apps.roll.models import Person
from beffroi.apps.votations import actions as votations
from beffroi.apps.votations.models import Votation
from tests.apps import town


def page(client: Client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def heard(petition: Petition) -> Hearing:
    """The petition reaches its first threshold, and the council hears it forty days later."""
    town.sitting(days=40)
    town.signed_by(petition, town.people(5, start=10))
    after = town.NOON + timedelta(hours=1)
    counting.count(after)
    counting.verify_waiting(after)
    counting.fire_waiting(after)
    hearing = Hearing.objects.get()
    return assemblies.hold_hearing(hearing, town.NOON + timedelta(days=40, hours=2))


def test_an_empty_commune_invites_to_lay_the_first_stone(commune: None, client: Client) -> None:
    shown = page(client)
    assert "La première pierre peut être la vôtre" in shown
    assert "<b>Signer</b>" not in shown
    assert "<b>Voter</b>" not in shown
    assert "<b>Assister</b>" not in shown
    assert "<b>Proposer</b>" in shown


def test_an_open_petition_can_be_signed_and_says_what_is_missing(
    petition: Petition, client: Client, now: Traveller
) -> None:
    town.signed_by(petition, town.people(3, start=10))
    counting.count(town.NOON)
    shown = page(client)
    assert "<b>Signer</b>" in shown
    assert "encore 2\u00a0signatures avant la cloche" in shown
    assert f"/petitions/{petition.number}" in shown


def test_the_petition_that_lacks_the_fewest_signatures_stands_first(odette: Person, petition: Petition) -> None:
    other = town.opened(odette, town.agent("Paule Sittelle"))
    town.signed_by(other, town.people(4, start=10))
    counting.count(town.NOON)
    nearest = queries.street().nearest
    assert nearest is not None
    assert nearest.petition == other


def test_petitions_with_other_thresholds_share_no_line(odette: Person, petition: Petition) -> None:
    other = town.opened(odette, town.agent("Paule Sittelle"))
    assert queries.street().shared
    other.rungs.filter(code="hearing").update(needed=7)
    assert not queries.street().shared


def test_a_closed_petition_is_no_longer_offered(petition: Petition, client: Client, now: Traveller) -> None:
    after = petition.closes_at + timedelta(days=1) if petition.closes_at else None
    assert after is not None
    counting.close_due(after)
    now.move_to(after)
    assert "<b>Signer</b>" not in page(client)


def test_a_votation_is_offered_only_while_it_is_open(commune: None, client: Client, now: Traveller) -> None:
    votations.prepare("Le quai sans voitures", "Faut-il fermer le quai ?", "", None, town.NOON)
    assert "<b>Voter</b>" not in page(client)


def test_the_next_sitting_is_offered_with_its_hearing(petition: Petition, client: Client, now: Traveller) -> None:
    town.sitting(days=40)
    town.signed_by(petition, town.people(5, start=10))
    for job in (counting.count, counting.verify_waiting, counting.fire_waiting):
        job(town.NOON + timedelta(minutes=1))
    shown = page(client)
    assert "<b>Assister</b>" in shown
    assert "Audition\u00a0: Des bancs et de l’ombre" in shown


def test_an_answer_is_late_from_the_day_after_and_counted_in_days(
    petition: Petition, client: Client, now: Traveller
) -> None:
    hearing = heard(petition)
    assert hearing.answer_due_on is not None
    assert not queries.late(hearing.answer_due_on)
    assert [late.days for late in queries.late(hearing.answer_due_on + timedelta(days=12))] == [12]
    now.move_to(town.NOON.replace(hour=12) + (hearing.answer_due_on - town.NOON.date()) + timedelta(days=12))
    assert '<span class="late-days">12<small>jours</small></span>' in page(client)


def test_an_answer_that_came_is_decided_and_not_late(petition: Petition, client: Client, now: Traveller) -> None:
    hearing = heard(petition)
    at = town.NOON + timedelta(days=50)
    assemblies.record_answer(hearing, town.councillor(), "Oui, en mars.", at)
    assert not queries.late((at + timedelta(days=300)).date())
    assert [item.hearing for item in queries.decided()] == [hearing]
    now.move_to(at)
    assert "réponse du conseil" in page(client)


def test_a_votation_that_was_not_held_in_time_is_late(commune: None) -> None:
    row = votations.prepare("Le quai", "Faut-il ?", "", town.TODAY, town.NOON)
    assert not queries.late(town.TODAY)
    assert [late.votation for late in queries.late(town.TODAY + timedelta(days=1))] == [row]


def test_a_votation_in_preparation_is_not_public(commune: None, client: Client) -> None:
    votations.prepare("Le quai sans voitures", "Faut-il fermer le quai ?", "", None, town.NOON)
    assert "Le quai sans voitures" not in page(client)
    assert "Le quai sans voitures" not in client.get("/chercher?q=quai").content.decode()


def test_the_last_acts_of_the_journal_are_there(petition: Petition, client: Client, now: Traveller) -> None:
    sequence(town.NOON)
    assert page(client).count('<span class="no">') == 3


@pytest.mark.parametrize("count", [1, 4])
def test_the_number_of_queries_does_not_grow_with_the_petitions(
    odette: Person, client: Client, now: Traveller, django_assert_max_num_queries: object, count: int
) -> None:
    for number in range(count):
        town.opened(odette, town.agent(f"Agent{number} Sittelle"))
    with django_assert_max_num_queries(20):
        client.get("/")


def test_the_home_page_knows_no_votation_that_is_only_called(commune: None) -> None:
    assert not Votation.objects.exists()
    assert not queries.home(town.NOON).open_votations
