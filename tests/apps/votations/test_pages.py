"""Every page in every phase, in both languages, and what each reader finds there."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account, Person, Role
from beffroi.apps.votations import actions
from beffroi.apps.votations.models import Votation
from tests.apps.votations import world as w
from tests.let_in import let_in

pytestmark = pytest.mark.django_db(transaction=True)


def client_of(someone: Person | Account) -> Client:
    client = Client()
    with time_machine.travel(w.WHILE_OPEN, tick=False):
        let_in(client, roll.open_account(someone) if isinstance(someone, Person) else someone)
    return client


def read(path: str, client: Client | None = None, at: datetime = w.WHILE_OPEN, language: str = "en") -> str:
    with time_machine.travel(at, tick=False):
        answer = (client or Client()).get(path, headers={"accept-language": language})
    assert answer.status_code == 200, (path, answer.status_code, getattr(answer, "url", ""))
    return answer.content.decode()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_of_a_decided_votation_can_be_read(language: str) -> None:
    world = w.ready()
    for person in world.people[:4]:
        world.cast(person)
    votation = w.close_and_count(world)
    actions.verify(votation, w.PAPER_EVENING)
    base = f"/votations/{votation.number}"
    for path in ("/votations", base, f"{base}/urne", f"{base}/resultat", f"{base}/dechiffrement", f"{base}/isoloir"):
        read(path, at=w.PAPER_EVENING, language=language)
    for name in ("regles", "election", "trustees", "credentials", "tally"):
        read(f"{base}/{name}.json", language=language)


def test_a_draft_is_seen_by_the_secretariat_only() -> None:
    votation = w.draft()
    assert Client().get(f"/votations/{votation.number}").status_code == 404
    assert votation.number not in read("/votations")
    clerk = client_of(w.account("Pic", Role.Kind.CLERK))
    assert votation.number in read("/votations", clerk)


def test_the_page_of_an_open_vote_shows_rules_with_sources_and_what_is_proposed() -> None:
    world = w.ready()
    page = read(f"/votations/{world.votation.number}")
    assert world.votation.question.removesuffix("?") in page
    assert "Proposed value" in page
    assert "Enter the booth" in page
    assert "whoever holds the server can know which closed ballot is yours" in page
    assert "does not protect you from that" in page
    assert "Any 2 of these 3 persons are enough to open the total" in page


def test_where_each_trustee_has_a_key_of_her_own_the_page_says_that_all_are_needed() -> None:
    world = w.ready(together=False)
    assert "Here all 3 must decrypt" in read(f"/votations/{world.votation.number}")


def test_a_vote_that_has_not_opened_offers_no_booth() -> None:
    world = w.ready()
    page = read(f"/votations/{world.votation.number}", at=w.OPENS - timedelta(hours=1))
    assert "Enter the booth" not in page
    assert "The vote opens online on" in page


def test_between_the_closing_and_its_job_the_page_says_closed() -> None:
    world = w.ready()
    page = read(f"/votations/{world.votation.number}", at=w.CLOSES)
    assert world.fresh().state == Votation.State.READY
    assert "Enter the booth" not in page
    assert "The online vote closed on" in page


def test_a_resident_is_told_that_she_may_vote_that_she_has_voted_or_why_not() -> None:
    world = w.ready()
    path = f"/votations/{world.votation.number}"
    client = client_of(world.people[0])
    assert "Yes: you are on the list" in read(path, client)
    world.cast(world.people[0])
    assert "You have voted online" in read(path, client)
    later = w.town(1)[0]
    assert "drawn up when it was called" in read(path, client_of(later))


def test_a_resident_who_is_too_young_is_told_when_she_can_take_part() -> None:
    people = w.town()
    young = w.town(1)[0]
    young.birth_date = w.PAPER.replace(year=w.PAPER.year - 16, day=7)
    young.save()
    world = w.ready(people)
    page = read(f"/votations/{world.votation.number}", client_of(young))
    assert "You turn 16 on 7" in page.replace(" ", " ")


def test_a_ballot_is_found_by_its_posted_tracker_as_present_replaced_or_not_there() -> None:
    world = w.ready()
    first = world.cast(world.people[0])
    second = world.cast(world.people[0], w.NO)
    path = f"/votations/{world.votation.number}/urne"

    def told(tracker: str) -> str:
        answer = Client().post(path, {"tracker": tracker}, headers={"accept-language": "en"})
        return answer.content.decode()

    assert "This ballot was replaced" in told(first.tracker)
    assert "This ballot is in the box" in told(" ".join(second.tracker[i : i + 5] for i in range(0, 43, 5)))
    assert "This ballot is not in the box" in told("A" * 43)
    assert "Paste the tracking number" in told("")


def test_after_the_tally_a_found_ballot_is_said_to_be_counted() -> None:
    world = w.ready()
    receipt = world.cast(world.people[0])
    votation = w.close_and_count(world)
    answer = Client().post(
        f"/votations/{votation.number}/urne", {"tracker": receipt.tracker}, headers={"accept-language": "en"}
    )
    assert "This ballot was counted" in answer.content.decode()


def test_the_result_is_not_shown_before_the_decision() -> None:
    world = w.ready()
    answer = Client().get(f"/votations/{world.votation.number}/resultat")
    assert answer.status_code == 302


def test_the_box_shows_the_latest_fifty_ballots_and_leads_to_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beffroi.apps.votations.queries.PAGE", 2)
    world = w.ready()
    receipts = [world.cast(person) for person in world.people[:3]]
    path = f"/votations/{world.votation.number}/urne"
    last = f"<span>{receipts[2].tracker[:5]}</span>"
    first = f"<span>{receipts[0].tracker[:5]}</span>"
    page_1, page_2 = (read(f"{path}?page={n}").replace("&#x27;", "'") for n in (1, 2))
    assert last in page_1
    assert first not in page_1
    assert first in page_2
