"""Whatever two agents, a clerk and signers do in whatever order: one person one row, and every line accounted for."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from beffroi.apps.petitions import actions, queries, sheet_queries
from beffroi.apps.petitions.models import PaperLine, Petition, ReadLine, Sheet, SheetReading, Signature
from beffroi.apps.roll.models import Account, Person
from beffroi.core.errors import Refused
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
LINES = 3
WHO = st.integers(0, 2)  # two agents and a clerk
WHAT = st.sampled_from([0, 1, 2, "illegible", "ambiguous"])  # one of three persons, or a code
LINE = st.integers(1, LINES)


class Paper(RuleBasedStateMachine):
    """One sheet of three lines, three persons who also sign online and withdraw."""

    petition: Petition
    accounts: list[Account]
    persons: list[Person]

    def __init__(self) -> None:
        super().__init__()
        self.ticks = count(1)
        self.sheet = town.handed_in(self.petition, self.accounts[0], LINES)
        self.written: dict[int, tuple[int | None, str]] = {}

    def now(self) -> Any:
        return NOON + timedelta(minutes=next(self.ticks))

    def may(self, act: Callable[[], object]) -> None:
        """A rule may say no; anything else is a fault."""
        with suppress(Refused):
            act()

    def read_as(self, what: int | str) -> actions.Read:
        return town.as_read(self.persons[what] if isinstance(what, int) else what)

    @rule(who=st.integers(0, 1), line=LINE, what=WHAT)
    def reads(self, who: int, line: int, what: int | str) -> None:
        self.may(lambda: actions.read_line(self.sheet, line, self.accounts[who], self.read_as(what), self.now()))

    @rule(who=st.integers(0, 1), what=st.tuples(WHAT, WHAT, WHAT))
    def reads_all_and_finishes(self, who: int, what: tuple[int | str, ...]) -> None:
        self.may(lambda: town.read(self.sheet, self.accounts[who], [self.given(one) for one in what], self.now()))

    def given(self, what: int | str) -> Any:
        return self.persons[what] if isinstance(what, int) else what

    @rule(who=st.integers(0, 1))
    def finishes(self, who: int) -> None:
        self.may(lambda: actions.finish(self.sheet, self.accounts[who], self.now()))

    @rule(who=WHO, line=LINE, what=WHAT)
    def settles(self, who: int, line: int, what: int | str) -> None:
        self.may(lambda: actions.settle(self.sheet, line, self.accounts[who], self.read_as(what), self.now()))

    @rule(who=st.integers(0, 1))
    def gives_up(self, who: int) -> None:
        self.may(lambda: actions.drop_reading(self.sheet, self.accounts[who], self.accounts[who], self.now()))

    @rule(which=st.integers(0, 2))
    def signs_online(self, which: int) -> None:
        self.may(lambda: actions.sign(self.petition, town.herself(self.persons[which]), self.now()))

    @rule(which=st.integers(0, 2))
    def withdraws(self, which: int) -> None:
        self.may(lambda: actions.withdraw(self.petition, town.herself(self.persons[which]), self.now()))

    @rule(lost=st.booleans())
    def ends_and_is_taken_back(self, lost: bool) -> None:
        agent = self.accounts[0]
        if lost:
            self.may(lambda: actions.lose(self.sheet, agent, self.now()))
        else:
            self.may(lambda: actions.refuse_sheet(self.sheet, "unreadable", agent, self.now()))
        self.may(lambda: actions.take_back(self.sheet, self.now()))

    @rule()
    def counts(self) -> None:
        actions.count(self.now())

    @invariant()
    def a_person_counts_at_most_once(self) -> None:
        rows = list(Signature.objects.filter(petition=self.petition).values_list("person", flat=True))
        assert len(rows) == len(set(rows))
        counted = Signature.objects.filter(petition=self.petition, counted=True).count()
        assert queries.total(queries.get(self.petition.number)) == counted
        assert actions.recount(NOON) == 0

    @invariant()
    def a_written_line_never_changes_and_every_line_is_accounted_for(self) -> None:
        lines = {row.line: (row.signature_id, row.refusal) for row in PaperLine.objects.filter(sheet=self.sheet)}
        assert self.written.items() <= lines.items()
        self.written = lines
        sheet = Sheet.objects.get(pk=self.sheet.pk)
        assert (sheet.state == "agreed") == (set(lines) == set(range(1, LINES + 1)))
        totals = sheet_queries.totals(self.petition)
        assert totals.printed == totals.out + totals.received + totals.lost + totals.refused_sheets

    @invariant()
    def a_signature_on_paper_was_read_alike_by_two_persons(self) -> None:
        for row in PaperLine.objects.filter(sheet=self.sheet, signature__isnull=False):
            signature = row.signature
            assert signature is not None
            agreed = ReadLine.objects.filter(reading__sheet=self.sheet, line=row.line, replaced_at=None)
            assert agreed.filter(person=signature.person).values("reading__agent").distinct().count() >= 2

    @invariant()
    def the_two_readers_are_two(self) -> None:
        rounds = list(SheetReading.objects.filter(sheet=self.sheet).values_list("round", "agent"))
        assert len({agent for _, agent in rounds}) == len(rounds)


def test_any_interleaving_of_readings_settlements_and_signatures_keeps_the_count(
    petition: Petition, agent: Account, colleague: Account, clerk: Account
) -> None:
    persons = town.people(3)

    class Fresh(Paper):
        """Each example begins on a clean petition: what the last one wrote is taken away."""

        def teardown(self) -> None:
            PaperLine.objects.all().delete()
            ReadLine.objects.all().delete()
            SheetReading.objects.all().delete()
            Sheet.objects.all().delete()
            Signature.objects.all().delete()
            petition.tallies.update(signatures=0, legal=0)

    Fresh.petition, Fresh.accounts, Fresh.persons = petition, [agent, colleague, clerk], persons
    run_state_machine_as_test(
        Fresh,
        settings=settings(
            max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
