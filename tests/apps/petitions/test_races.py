"""Threads on a real database (a SQLite file or PostgreSQL): a person counts once, and an effect fires once."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, connections, transaction

from beffroi.apps.assemblies.models import AgendaItem, Hearing
from beffroi.apps.gazette.models import Entry
from beffroi.apps.petitions import actions, queries
from beffroi.apps.petitions.models import Crossing, Effect, PaperLine, Petition, Sheet, Signature, Tally
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account, Person
from beffroi.apps.votations.models import Votation
from beffroi.core.errors import Refused
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
PEOPLE, THREADS = 50, 200


@pytest.fixture(autouse=True)
def _on_disk() -> None:
    name = str(connection.settings_dict["NAME"])
    assert connection.vendor == "postgresql" or "memory" not in name, (
        "a race needs a database that several connections open"
    )


def all_at_once(acts: Sequence[Callable[[], str]]) -> Iterator[str]:
    """Runs each act in a thread of its own, released together; gives what each said, or the rule that refused it."""
    start = Barrier(len(acts), timeout=60)

    def run(act: Callable[[], str]) -> str:
        try:
            start.wait()
            return act()
        except Refused as refused:
            return refused.rule
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        yield from pool.map(run, acts)


def signing(petition: Petition, someone: Person, channel: str, agent: Account) -> Callable[[], str]:
    def act() -> str:
        acting = town.herself(someone) if channel == "web" else town.at_counter(someone, agent)
        actions.sign(petition, acting, NOON)
        return "signed"

    return act


def agreeing(sheet: Sheet, agent: Account) -> Callable[[], str]:
    """The second agent finishes a sheet of one line."""

    def act() -> str:
        actions.finish(sheet, agent, NOON)
        return sheet.paper_lines.get().refusal or "signed"

    return act


def read_but_for_the_end(petition: Petition, someone: Person, agents: tuple[Account, Account]) -> Sheet:
    """A sheet of one line, finished by the first agent, and read by the second one."""
    sheet = town.handed_in(petition, agents[0], 1)
    town.read(sheet, agents[0], [someone])
    actions.read_line(sheet, 1, agents[1], town.as_read(someone), NOON)
    return sheet


def test_200_threads_on_50_persons_and_three_channels_leave_50_rows_and_150_told_that_they_have_signed(
    petition: Petition, agent: Account, colleague: Account
) -> None:
    persons = town.people(PEOPLE)
    acts = []
    for number in range(THREADS):
        someone, channel = persons[number % PEOPLE], ("web", "counter", "paper")[number % 3]
        if channel == "paper":
            acts.append(agreeing(read_but_for_the_end(petition, someone, (agent, colleague)), colleague))
        else:
            acts.append(signing(petition, someone, channel, agent))
    random.shuffle(acts)
    said = Counter(all_at_once(acts))
    assert said["signed"] == PEOPLE
    assert said["petitions.already_signed"] + said["already_signed"] == THREADS - PEOPLE
    assert Signature.objects.filter(petition=petition).count() == PEOPLE
    assert set(Signature.objects.values_list("person", flat=True)) == {someone.pk for someone in persons}
    assert PaperLine.objects.count() == sum(number % 3 == 2 for number in range(THREADS))
    actions.count(NOON + HOUR)
    assert queries.total(queries.get(petition.number)) == PEOPLE


def test_two_agents_who_finish_at_once_write_each_line_once(
    petition: Petition, agent: Account, colleague: Account
) -> None:
    sheets = []
    for start in range(1, 101, 10):
        sheet = town.handed_in(petition, agent, 10)
        for line, someone in enumerate(town.people(10, start), 1):
            for one in (agent, colleague):
                actions.read_line(sheet, line, one, town.as_read(someone), NOON)
        sheets.append(sheet)

    def finishing(sheet: Sheet, one: Account) -> Callable[[], str]:
        return lambda: actions.finish(sheet, one, NOON).state

    acts = [finishing(sheet, one) for sheet in sheets for one in (agent, colleague)]
    assert Counter(all_at_once(acts)) == {"entered": 10, "agreed": 10}
    assert Signature.objects.count() == PaperLine.objects.count() == 100


def test_many_agents_who_begin_a_sheet_at_once_are_two(petition: Petition, agent: Account) -> None:
    sheet = town.handed_in(petition, agent, 1)
    agents = [town.agent(f"Agent{number} Pic") for number in range(8)]

    def beginning(one: Account) -> Callable[[], str]:
        return lambda: actions.read_line(sheet, 1, one, town.as_read("illegible"), NOON).refusal

    said = Counter(all_at_once([beginning(one) for one in agents]))
    assert said == {"illegible": 2, "petitions.two_agents_read": 6}


def test_one_sheet_handed_in_at_two_counters_is_taken_once(petition: Petition, agent: Account) -> None:
    sheet = actions.print_sheets(petition, 1, agent, NOON).sheets.get()
    said = Counter(all_at_once([lambda: actions.receive(sheet, 1, agent, NOON).state] * 6))
    assert said == {"received": 1, "petitions.sheet_received": 5}


def test_a_sheet_that_is_taken_while_the_petition_closes_holds_the_closing(petition: Petition, agent: Account) -> None:
    assert petition.closes_at is not None
    closes = petition.closes_at
    sheets = list(actions.print_sheets(petition, 20, agent, NOON).sheets.all())

    def taking(sheet: Sheet) -> Callable[[], str]:
        return lambda: actions.receive(sheet, 1, agent, closes - timedelta(seconds=1)).state

    def closing() -> str:
        actions.close_due(closes)
        return "tried"

    said = Counter(all_at_once([*map(taking, sheets[:10]), closing, *map(taking, sheets[10:])]))
    petition.refresh_from_db()
    assert (petition.state == "open") == (said["received"] > 0)
    assert said["received"] + said["petitions.closed"] == 20


def test_batches_that_run_while_people_sign_and_withdraw_end_on_the_truth(petition: Petition, agent: Account) -> None:
    persons = town.people(40)
    town.signed_by(petition, persons[:20])

    def withdrawing(someone: Person) -> Callable[[], str]:
        def act() -> str:
            actions.withdraw(petition, town.herself(someone), NOON + HOUR)
            return "withdrawn"

        return act

    def counting() -> str:
        for _ in range(5):
            actions.count(NOON + HOUR)
        return "counted"

    acts: list[Callable[[], str]] = [counting] * 4
    acts += [withdrawing(someone) for someone in persons[:10]]
    acts += [signing(petition, someone, "counter", agent) for someone in persons[20:]]
    random.shuffle(acts)
    assert Counter(all_at_once(acts)) == {"counted": 4, "withdrawn": 10, "signed": 20}
    actions.count(NOON + 2 * HOUR)
    figures = {row.channel: row.signatures for row in Tally.objects.filter(petition=petition)}
    assert figures == {"web": 10, "counter": 20, "paper": 0}
    assert actions.recount(NOON + 2 * HOUR) == 0
    assert Crossing.objects.filter(rung__code="hearing").count() == 1


def test_two_workers_verify_and_fire_each_effect_once(petition: Petition) -> None:
    town.sitting()
    persons = town.people(12)
    town.signed_by(petition, persons, legal=True)
    roll.leave(persons[0], town.TODAY)

    def working() -> str:
        actions.count(NOON + HOUR)
        actions.verify_waiting(NOON + HOUR)
        actions.fire_waiting(NOON + HOUR)
        return "worked"

    assert list(all_at_once([working] * 6)) == ["worked"] * 6
    assert Crossing.objects.count() == Effect.objects.count() == 3
    assert Hearing.objects.count() == Votation.objects.count() == 1
    assert AgendaItem.objects.filter(kind=AgendaItem.Kind.DELIBERATION).count() == 1
    for kind in ("petition.crossed", "petition.verified", "petition.effect"):
        assert Entry.objects.filter(kind=kind).count() == 3
    assert set(Crossing.objects.values_list("valid", "refused")) == {(11, 1)}
    assert queries.total(queries.get(petition.number)) == 11


def test_one_legal_request_of_a_quarter_wins_when_two_petitions_are_signed_at_once(
    petition: Petition, clerk: Account
) -> None:
    others = [town.opened(town.person(number), clerk) for number in range(100, 105)]
    someone = town.person(1)

    def asking(one: Petition) -> Callable[[], str]:
        return lambda: actions.sign(one, town.herself(someone), NOON, legal=True).signature.petition.number and "signed"

    said = Counter(all_at_once([asking(one) for one in [petition, *others]]))
    assert said == {"signed": 1, "petitions.legal_request_used": 5}


def test_whoever_is_told_that_she_has_signed_while_the_petition_closes_is_in_its_final_figure(
    petition: Petition,
) -> None:
    assert petition.closes_at is not None
    closes = petition.closes_at
    persons = town.people(40)

    def act(someone: Person) -> Callable[[], str]:
        def signs() -> str:
            actions.sign(petition, town.herself(someone), closes - timedelta(seconds=1))
            return "signed"

        return signs

    def closing() -> str:
        actions.close_due(closes)
        return "closed"

    acts = [act(someone) for someone in persons]
    acts.insert(20, closing)
    said = Counter(all_at_once(acts))
    assert said["closed"] == 1
    assert said["signed"] + said["petitions.closed"] == 40
    assert Signature.objects.count() == said["signed"]
    assert queries.total(queries.get(petition.number)) == said["signed"]
    assert queries.count_now(petition)[0] == said["signed"]


def test_closing_waits_for_a_signature_whose_transaction_is_still_open(petition: Petition) -> None:
    assert petition.closes_at is not None
    closes = petition.closes_at
    someone = town.person(1)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            actions.sign(petition, town.herself(someone), closes - timedelta(seconds=1))

            def closing() -> None:
                actions.close_due(closes)
                connections.close_all()

            closed = pool.submit(closing)
            with pytest.raises(TimeoutError):
                closed.result(timeout=1)
        closed.result(timeout=60)
    assert queries.total(queries.get(petition.number)) == 1


def test_petitions_filed_at_once_take_different_numbers(commune: None) -> None:
    authors = town.people(12)
    said = list(all_at_once([lambda one=one: town.filed(one).number for one in authors]))
    assert sorted(said) == [f"2026-{number:03d}" for number in range(1, 13)]
