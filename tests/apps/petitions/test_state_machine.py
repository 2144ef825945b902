"""Any interleaving of what people, agents, the worker, the roll and the panel do leaves the rules standing.

One person counts at most once; each effect fires at most once, and fires if a verified crossing stands; the tally is
what the rows say. In this commune 5 are heard, 6 legal requests go to the council, 10 make a votation; lists of more
than 3 paper lines are drawn from.
"""

import re
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count, Q, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from beffroi.apps.gazette import actions as gazette
from beffroi.apps.gazette.models import Entry
from beffroi.apps.petitions import actions, queries, unusual
from beffroi.apps.petitions.models import (
    CheckedLine,
    Crossing,
    Effect,
    PaperLine,
    Petition,
    ReadLine,
    Sheet,
    Signal,
    Signature,
    Tally,
)
from beffroi.apps.petitions.paper_models import LINES_OF_A_SHEET
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account, Person
from beffroi.core.errors import Refused
from tests.apps import town
from tests.apps.town import NOON

PEOPLE = 16
who = st.integers(0, PEOPLE - 1)
signing = st.sampled_from(["web", "counter"])
channels = st.sampled_from(["web", "counter", "paper"])
verdicts = st.sampled_from(["", "", "", "unsigned", "other_person"])


class Life(RuleBasedStateMachine):
    """One petition from its opening to the erasing of its names. `world` is set by the test."""

    world: SimpleNamespace

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.petition: Petition = self.world.petition
        self.people: list[Person] = self.world.people
        self.now = NOON
        self.late: list[tuple[Sheet, list[tuple[Person, bool]]]] = []  # handed in, not read yet
        self.closed = False
        self.fired: set[int] = set()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    def tick(self) -> None:
        self.now += timedelta(seconds=1)

    # What people do.

    @initialize(mix=st.lists(st.tuples(channels, st.booleans()), min_size=4, max_size=PEOPLE))
    def a_crowd_signs(self, mix: list[tuple[str, bool]]) -> None:
        """A life that begins near a threshold has something to tell."""
        for place, (channel, legal) in enumerate(mix):
            if channel != "paper":
                self.somebody_signs(place, channel, legal)
        lines = [(place, legal) for place, (channel, legal) in enumerate(mix) if channel == "paper"]
        for first in range(0, len(lines), LINES_OF_A_SHEET):
            self.a_sheet_is_handed_in(lines[first : first + LINES_OF_A_SHEET], at_once=True)

    def sign(self, person: Person, channel: str, legal: bool) -> None:
        agent: Account = self.world.agent
        person.refresh_from_db()
        before = queries.signature_of(self.petition, person)
        stood = queries.stands(before)
        acting = town.herself(person) if channel == "web" else town.at_counter(person, agent)
        actions.sign(self.petition, acting, self.now, legal)
        self.check_that_she_could(before, stood, channel)

    def check_that_she_could(self, before: Signature | None, stood: bool, channel: str) -> None:
        """What holds of every act that made a signature, whatever the channel."""
        assert not stood, "a standing signature was given twice"
        assert not self.closed, "a closed petition took a signature"
        if before is not None and before.refusal in Signature.STRUCK:
            assert channel == "counter"

    @rule(person=who, channel=signing, legal=st.booleans())
    def somebody_signs(self, person: int, channel: str, legal: bool) -> None:
        self.tick()
        with suppress(Refused):
            self.sign(self.people[person], channel, legal)

    @rule(start=who, number=st.integers(2, 8), channel=channels, legal=st.booleans())
    def several_sign(self, start: int, number: int, channel: str, legal: bool) -> None:
        places = [place % PEOPLE for place in range(start, start + number)]
        if channel == "paper":
            self.a_sheet_is_handed_in([(place, legal) for place in places], at_once=True)
            return
        for place in places:
            self.somebody_signs(place, channel, legal)

    @rule(lines=st.lists(st.tuples(who, st.booleans()), min_size=1, max_size=4), at_once=st.booleans())
    def a_sheet_is_handed_in(self, lines: list[tuple[int, bool]], at_once: bool) -> None:
        """The same person may be on it twice."""
        self.tick()
        with suppress(Refused):
            sheet = town.handed_in(self.petition, self.world.agent, len(lines), self.now)
            assert not self.closed, "a closed petition took a sheet"
            self.late.append((sheet, [(self.people[person], legal) for person, legal in lines]))
        if at_once:
            self.a_sheet_is_read()

    @precondition(lambda self: self.late)
    @rule()
    def a_sheet_is_read(self) -> None:
        """By two agents alike, whatever has happened since it was handed in; by nobody once the petition is closed."""
        if not self.late:
            return
        self.tick()
        sheet, lines = self.late.pop()
        before = {person: queries.signature_of(self.petition, person) for person, _ in lines}
        stood = {person: queries.stands(row) for person, row in before.items()}
        with suppress(Refused):
            for reader in (self.world.agent, self.world.colleague):
                town.read(sheet, reader, lines, self.now)
        signed = list(
            PaperLine.objects.filter(sheet=sheet, signature__isnull=False).select_related("signature__person")
        )
        for row in signed:
            assert row.signature is not None
            assert row.signature.person is not None
            person = row.signature.person
            self.check_that_she_could(before[person], stood[person], "paper")
        assert len({row.signature_id for row in signed}) == len(signed), "two lines of a sheet took one signature"

    @rule(person=who, at_counter=st.booleans())
    def somebody_withdraws(self, person: int, at_counter: bool) -> None:
        self.tick()
        someone = self.people[person]
        acting = town.at_counter(someone, self.world.agent) if at_counter else town.herself(someone)
        with suppress(Refused):
            actions.withdraw(self.petition, acting, self.now)
            assert not self.closed
            assert not queries.stands(queries.signature_of(self.petition, someone))

    # What happens in the roll.

    @rule(person=who)
    def somebody_dies_or_leaves(self, person: int) -> None:
        Person.objects.filter(pk=self.people[person].pk).update(left_on=self.now.date())

    @rule(person=who)
    def the_roll_is_mended(self, person: int) -> None:
        Person.objects.filter(pk=self.people[person].pk).update(left_on=None)

    @rule(person=who, register=st.sampled_from(list(Person.Register)))
    def somebody_changes_register(self, person: int, register: str) -> None:
        Person.objects.filter(pk=self.people[person].pk).update(register=register)

    @rule(person=who)
    def somebody_moves(self, person: int) -> None:
        Person.objects.filter(pk=self.people[person].pk).update(street="1 rue du Grèbe")

    # What the worker does.

    @rule()
    def the_batch_counts(self) -> None:
        self.tick()
        actions.count(self.now)
        if not self.closed:
            counted = queries.get(self.petition.number)
            assert queries.count_now(counted)[0] == queries.total(counted), "none waits"
            for rung in queries.rungs(counted):
                assert rung.missing or rung.state != "waiting", "a threshold is reached and nothing is verified"

    @rule()
    def the_worker_verifies_and_fires(self) -> None:
        self.the_batch_counts()
        actions.verify_waiting(self.now)  # fixes the list of paper lines, where there is one to look at
        gazette.sequence(self.now)
        actions.verify_waiting(self.now)  # draws
        actions.fire_waiting(self.now)
        for crossing in Crossing.objects.exclude(valid=None).select_related("rung"):
            assert crossing.valid is not None
            if crossing.valid >= crossing.rung.needed:
                assert Effect.objects.filter(rung=crossing.rung).exists(), "a verified crossing caused nothing"

    @precondition(lambda self: not self.closed and self.now > NOON + timedelta(seconds=18))
    @rule()
    def the_petition_closes(self) -> None:
        closes_at = Petition.objects.get(pk=self.petition.pk).closes_at
        assert closes_at is not None
        self.now = max(self.now, closes_at)
        actions.close_due(self.now)
        self.closed = Petition.objects.get(pk=self.petition.pk).state == Petition.State.CLOSED
        assert self.closed or self.late, "nothing was to be waited for"

    @precondition(lambda self: self.closed)
    @rule()
    def the_names_are_erased(self) -> None:
        actions.erase_due(self.now + timedelta(days=800))

    # What the panel does.

    @rule(said=st.lists(verdicts, min_size=1, max_size=PEOPLE))
    def lines_are_judged(self, said: list[str]) -> None:
        self.the_worker_verifies_and_fires()
        waiting = CheckedLine.objects.filter(to_judge=True, verdict=None)
        for row, verdict in zip(waiting, said, strict=False):
            with suppress(Refused):
                actions.judge_line(row, self.world.judge, verdict, self.now)
        self.the_worker_verifies_and_fires()

    @rule(most=st.integers(1, 3))
    def the_panel_strikes_off(self, most: int) -> None:
        self.tick()
        unusual.look(self.now)
        for signal in Signal.objects.all():
            keys = list(signal.signatures.values_list("pk", flat=True)[:most])
            with suppress(Refused):
                actions.rule(signal, self.world.member, "strike", "not_hers", keys, self.now)

    # What always holds.

    @invariant()
    def one_person_counts_at_most_once(self) -> None:
        rows = Signature.objects.filter(petition=self.petition, person__isnull=False).values("person")
        assert not rows.annotate(number=Count("pk")).filter(number__gt=1).exists()
        assert not Signature.objects.filter(~Q(refusal="") | Q(withdrawn_at__isnull=False), counted=True).exists()

    @invariant()
    def the_tally_is_what_the_rows_say(self) -> None:
        counted = Signature.objects.filter(petition=self.petition, counted=True)
        for tally in Tally.objects.filter(petition=self.petition):
            mine = counted.filter(channel=tally.channel)
            assert tally.signatures == mine.count()
            assert tally.legal == mine.filter(counted_legal=True).count()

    @invariant()
    def each_effect_fires_at_most_once_and_stays(self) -> None:
        rungs = list(Effect.objects.values_list("rung", flat=True))
        assert len(rungs) == len(set(rungs))
        assert self.fired <= set(rungs)
        self.fired = set(rungs)
        for rung in rungs:
            assert Crossing.objects.filter(rung=rung, valid__gte=5).exists(), "caused without a verified crossing"
        assert Entry.objects.filter(kind="petition.effect").count() == len(rungs)

    @invariant()
    def a_threshold_has_one_crossing_under_way_at_most(self) -> None:
        open_or_passed = [
            row.rung_id
            for row in Crossing.objects.select_related("rung")
            if row.valid is None or row.valid >= row.rung.needed
        ]
        assert len(open_or_passed) == len(set(open_or_passed))

    @invariant()
    def erased_signatures_are_nobodys(self) -> None:
        petition = Petition.objects.get(pk=self.petition.pk)
        if petition.erased_at is not None:
            assert not Signature.objects.filter(petition=petition, person__isnull=False).exists()
            assert not ReadLine.objects.filter(reading__sheet__petition=petition).exists()
            assert not PaperLine.objects.filter(petition=petition, signature__isnull=False).exists()
            total = Tally.objects.filter(petition=petition).aggregate(total=Sum("signatures"))["total"]
            assert total == Signature.objects.filter(petition=petition, counted=True).count()


@pytest.fixture
def _drawing(settings: Any, tmp_path: Path) -> None:
    there = town.small_pack(tmp_path)
    file = there / "parameters" / "checking.toml"
    text = file.read_text()
    for name, value in (("whole_up_to", "3"), ("drawn", "3"), ("confidence", '"80 %"'), ("streak_persons", "3")):
        text = re.sub(rf"(\[\[{name}\.values\]\]\nvalue = ).*", rf"\g<1>{value}", text)
    file.write_text(text)
    settings.PACK = there


@pytest.mark.django_db
@pytest.mark.usefixtures("_drawing")
def test_any_interleaving_leaves_the_rules_standing(petition: Petition, agent: Account, colleague: Account) -> None:
    assert petition.closes_at is not None
    town.sitting()
    town.sitting(now=petition.closes_at)
    Life.world = SimpleNamespace(
        petition=petition,
        agent=agent,
        colleague=colleague,
        judge=town.agent("Blanche Hulotte"),
        member=roll.open_work_account("Irène Bruant", "irene@mairie.example.org", "panel"),
        people=town.people(PEOPLE),
    )
    few = settings(
        max_examples=15, stateful_step_count=20, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Life, settings=few)
