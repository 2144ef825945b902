"""Signals are computed, persons decide: keep, ask for a check, strike off, each with a published code."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from beffroi.apps.gazette.models import Entry
from beffroi.apps.letters.models import Letter
from beffroi.apps.petitions import actions, queries, traces, unusual
from beffroi.apps.petitions.models import Crossing, Petition, Ruling, Signal, Signature, Trace
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account
from beffroi.core.errors import Malformed, Refused
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LATER = NOON + HOUR


@pytest.fixture
def member(commune: None) -> Account:
    return roll.open_work_account("Irène Bruant", "irene@mairie.example.org", "panel")


def traced(signature: Signature, device: str, network: str = "", minutes: int = 0) -> None:
    Trace.objects.create(signature=signature, device=device, network=network, at=NOON + minutes * MINUTE)


def from_one_device(petition: Petition, count: int) -> None:
    for someone in town.people(count):
        traced(actions.sign(petition, town.herself(someone), NOON).signature, "d" * 64)


@pytest.fixture
def signal(petition: Petition) -> Signal:
    """Five persons on one device."""
    from_one_device(petition, 5)
    actions.count(LATER)
    unusual.look(LATER)
    return Signal.objects.get()


def kinds(petition: Petition) -> set[str]:
    return {found.code for found in unusual.find(petition, NOON + 12 * HOUR)}


class TestSignals:
    def test_one_device_that_signed_for_many_is_shown_from_the_published_number_on(self, petition: Petition) -> None:
        from_one_device(petition, 4)
        assert kinds(petition) == set()
        traced(actions.sign(petition, town.herself(town.person(90)), NOON).signature, "d" * 64)
        assert kinds(petition) == {"device"}

    def test_one_connection_of_many_is_shown_and_an_unknown_one_is_not(self, petition: Petition) -> None:
        for number, someone in enumerate(town.people(40)):
            signed = actions.sign(petition, town.herself(someone), NOON + number * HOUR).signature
            traced(signed, f"{number:064d}", "")
        assert kinds(petition) == set()
        Trace.objects.update(network="n" * 64)
        assert kinds(petition) == {"network"}

    def test_an_hour_far_above_the_petitions_own_pace_is_shown(self, petition: Petition) -> None:
        for number in range(10):
            actions.sign(petition, town.herself(town.person(number + 100)), NOON + number * HOUR)
        town.signed_by(petition, town.people(49), NOON + 5 * HOUR + MINUTE)
        assert kinds(petition) == {"burst"}

    def test_a_quick_start_is_no_burst_when_it_is_the_petitions_usual_pace(self, petition: Petition) -> None:
        town.signed_by(petition, town.people(49))
        assert kinds(petition) == set()

    def test_acts_too_close_to_one_another_are_shown(self, petition: Petition, agent: Account) -> None:
        for number, someone in enumerate(town.people(10)):
            at = NOON + timedelta(seconds=20 * number)
            actions.sign(petition, town.at_counter(someone, agent), at)
        found = [row for row in unusual.find(petition, LATER) if row.code == "agent_pace"]
        assert [(row.number, row.agent) for row in found] == [(10, agent.pk)]

    def test_persons_of_one_street_or_one_name_in_a_row_are_shown(self, petition: Petition, agent: Account) -> None:
        def signing(number: int, **more: object) -> None:
            someone = town.person(number + 100, **more)
            actions.sign(petition, town.at_counter(someone, agent), NOON + number * MINUTE)

        for number in range(6):
            signing(number, street=f"{number} rue du Butor", last_name=f"Nom{'abcdef'[number]}")
        for number in range(6, 11):
            signing(number, street=f"rue {'abcdefghijkl'[number]}", last_name="Râle")
        assert [row.number for row in unusual.find(petition, LATER) if row.code == "streak"] == [6]
        signing(11, street="rue z", last_name="RALE")
        assert [row.number for row in unusual.find(petition, LATER) if row.code == "streak"] == [6, 6]

    def test_an_agent_with_many_acts_in_a_day_is_shown(self, petition: Petition, agent: Account) -> None:
        for number in range(60):
            someone = town.person(number + 100, street="rue paire" if number % 2 else "rue impaire")
            actions.sign(petition, town.at_counter(someone, agent), NOON + number * MINUTE)
        assert kinds(petition) == {"agent_day"}

    def test_a_sheet_of_which_most_lines_were_refused_is_shown(
        self, petition: Petition, agent: Account, colleague: Account
    ) -> None:
        sheet = town.on_paper(petition, [*["not_on_roll"] * 5, *town.people(3)], (agent, colleague))
        found = next(row for row in unusual.find(petition, LATER) if row.code == "sheet")
        assert (found.number, found.subject, len(found.signatures)) == (5, sheet.code, 3)

    def test_looking_again_finds_the_same_signals_and_a_decided_one_does_not_come_back(
        self, petition: Petition, signal: Signal, member: Account
    ) -> None:
        assert unusual.look(LATER) == 0
        actions.rule(signal, member, "keep", "household", [], LATER)
        traced(actions.sign(petition, town.herself(town.person(77)), NOON).signature, "d" * 64)
        assert unusual.look(LATER) == 0
        signal.refresh_from_db()
        assert signal.number == 5


class TestDecisions:
    def test_keeping_changes_nothing_and_says_why(self, petition: Petition, signal: Signal, member: Account) -> None:
        actions.rule(signal, member, "keep", "household", [], LATER)
        assert queries.total(queries.get(petition.number)) == 5
        leaf = Entry.objects.get(kind="panel.decided").leaf
        assert '"code":"household","count":0,"decision":"keep"' in leaf

    def test_asking_for_a_check_leaves_the_signal_to_be_decided(self, signal: Signal, member: Account) -> None:
        actions.rule(signal, member, "check", "to_confirm", [], LATER)
        actions.rule(signal, member, "keep", "household", [], LATER)
        assert [row.decision for row in signal.rulings.all()] == ["check", "keep"]

    def test_striking_off_lowers_the_count_tells_the_persons_and_names_nobody(
        self, petition: Petition, signal: Signal, member: Account
    ) -> None:
        chosen = list(signal.signatures.order_by("pk")[:2])
        ruling = actions.rule(signal, member, "strike", "not_hers", [row.pk for row in chosen], LATER)
        assert ruling.struck == 2
        assert queries.total(queries.get(petition.number)) == 3
        assert actions.recount(LATER) == 0
        told = Letter.objects.filter(kind="signature_struck", reference=petition.number)
        assert {row.recipient for row in told} == {row.person.ref for row in chosen if row.person}
        assert '"count":2' in Entry.objects.get(kind="panel.decided").leaf

    def test_only_signatures_of_the_signal_are_struck_off(
        self, petition: Petition, signal: Signal, member: Account
    ) -> None:
        other = actions.sign(petition, town.herself(town.person(99)), NOON).signature
        with pytest.raises(Refused, match="nothing_to_strike"):
            actions.rule(signal, member, "strike", "not_hers", [other.pk], LATER)
        other.refresh_from_db()
        assert other.refusal == ""

    def test_what_was_caused_stays_caused(self, petition: Petition, signal: Signal, member: Account) -> None:
        town.sitting()
        actions.verify_waiting(LATER)
        actions.fire_waiting(LATER)
        keys = list(signal.signatures.values_list("pk", flat=True))
        actions.rule(signal, member, "strike", "not_hers", keys, LATER)
        actions.fire_waiting(LATER)
        assert petition.rungs.filter(effect__isnull=False).count() == 1
        assert queries.total(queries.get(petition.number)) == 0

    def test_what_is_struck_off_while_a_list_is_judged_is_refused_on_that_list(
        self, petition: Petition, signal: Signal, member: Account
    ) -> None:
        keys = list(signal.signatures.values_list("pk", flat=True))
        actions.rule(signal, member, "strike", "not_hers", keys[:1], LATER)
        closed = actions.verify(Crossing.objects.get(), LATER)
        assert (closed.valid, closed.refused) == (4, 1)
        assert Signature.objects.get(pk=keys[0]).refusal == "not_hers"

    @pytest.mark.parametrize("channel", ["web", "paper"])
    def test_whoever_was_struck_off_signs_again_at_the_counter_only(
        self,
        petition: Petition,
        signal: Signal,
        member: Account,
        agent: Account,
        colleague: Account,
        channel: str,
    ) -> None:
        row = signal.signatures.all()[0]
        assert row.person is not None
        actions.rule(signal, member, "strike", "not_hers", [row.pk], LATER)
        if channel == "web":
            with pytest.raises(Refused, match="struck_off"):
                actions.sign(petition, town.herself(row.person), LATER)
        else:
            line = town.on_paper(petition, [row.person], (agent, colleague), LATER).paper_lines.get()
            assert (line.refusal, line.signature) == ("struck_off", None)
        actions.sign(petition, town.at_counter(row.person, agent), LATER)
        actions.count(LATER)
        assert queries.total(queries.get(petition.number)) == 5

    @pytest.mark.parametrize(
        ("decision", "reason"), [("keep", "not_hers"), ("strike", "household"), ("strike", ""), ("burn", "household")]
    )
    def test_a_decision_has_a_reason_of_its_own_list(
        self, signal: Signal, member: Account, decision: str, reason: str
    ) -> None:
        with pytest.raises(Malformed):
            actions.rule(signal, member, decision, reason, [], LATER)

    @pytest.mark.parametrize("decision", [("keep", "household"), ("check", "to_confirm"), ("strike", "not_hers")])
    def test_a_signal_is_decided_once(self, signal: Signal, member: Account, decision: tuple[str, str]) -> None:
        keys = list(signal.signatures.values_list("pk", flat=True))
        actions.rule(signal, member, "keep", "household", [], LATER)
        with pytest.raises(Refused, match="signal_decided"):
            actions.rule(signal, member, *decision, keys, LATER)

    def test_the_database_itself_takes_one_final_decision(self, signal: Signal, member: Account) -> None:
        actions.rule(signal, member, "keep", "household", [], LATER)
        with pytest.raises(IntegrityError), transaction.atomic():
            Ruling.objects.create(signal=signal, decision="strike", reason="not_hers", member=member, at=LATER)


class TestNobodyDecidesOnHerOwnActs:
    def at_the_counter(self, petition: Petition, account: Account) -> Signal:
        for number, someone in enumerate(town.people(10)):
            actions.sign(petition, town.at_counter(someone, account), NOON + timedelta(seconds=number))
        unusual.look(LATER)
        return Signal.objects.get(code="agent_pace")

    @pytest.mark.parametrize(
        "act",
        [
            lambda signal, account: actions.rule(signal, account, "keep", "household", [], LATER),
            lambda signal, account: actions.see_names(signal, account, LATER),
        ],
        ids=["rule", "see_names"],
    )
    def test_an_agent_who_sits_on_the_panel_leaves_her_own_to_another(
        self, petition: Petition, member: Account, act: Callable[[Signal, Account], object]
    ) -> None:
        both = roll.open_work_account("Paul Loriot", "paul@mairie.example.org", "agent", "panel")
        signal = self.at_the_counter(petition, both)
        with pytest.raises(Refused, match="own_act"):
            act(signal, both)
        act(signal, member)

    @pytest.mark.parametrize("reader", [0, 1])
    def test_whoever_read_a_sheet_leaves_the_signal_about_it_to_another(
        self, petition: Petition, member: Account, reader: int
    ) -> None:
        both = roll.open_work_account("Paul Loriot", "paul@mairie.example.org", "agent", "panel")
        other = town.agent("Ange Bruant")
        agents = (both, other) if reader == 0 else (other, both)
        town.on_paper(petition, [*["not_on_roll"] * 9], agents)
        unusual.look(LATER)
        signal = Signal.objects.get(code="sheet")
        with pytest.raises(Refused, match="own_act"):
            actions.rule(signal, both, "keep", "household", [], LATER)
        actions.rule(signal, member, "keep", "household", [], LATER)

    def test_a_member_who_signed_leaves_the_signal_of_her_signature_to_another(self, signal: Signal) -> None:
        signer = signal.signatures.all()[0].person
        assert signer is not None
        with pytest.raises(Refused, match="own_act"):
            actions.rule(signal, town.open_account(signer), "keep", "household", [], LATER)


class TestTraces:
    def test_the_same_device_is_another_one_on_another_petition(self, petition: Petition, clerk: Account) -> None:
        other = town.opened(town.person(50), clerk)
        assert traces._mac(petition, "device", "a") != traces._mac(other, "device", "a")

    def test_traces_live_for_the_published_days(self, petition: Petition) -> None:
        from_one_device(petition, 2)
        traced(actions.sign(petition, town.herself(town.person(60)), NOON).signature, "e" * 64, minutes=60 * 24)
        assert traces.forget(NOON + timedelta(days=30, minutes=1)) == 2
        assert Trace.objects.count() == 1

    @pytest.mark.parametrize(
        ("address", "kept"),
        [
            ("127.0.0.1", ""),
            ("10.1.2.3", ""),
            ("", ""),
            ("unix:", ""),
            ("81.2.69.142", "81.2.69.142"),
            ("2a01:e0a:1:2:3:4:5:6", "2a01:e0a:1:2::/64"),
        ],
    )
    def test_an_address_behind_a_proxy_says_nothing(self, address: str, kept: str) -> None:
        assert traces._network(address) == kept

    def test_signing_on_the_web_sets_a_cookie_and_keeps_no_address(self, petition: Petition, at_noon: object) -> None:
        client = town.browser(town.open_account(town.person(1)))
        town.post(client, f"/petitions/{petition.number}/signer")
        cookie = client.cookies["beffroi_device"]
        assert cookie["httponly"]
        assert len(cookie.value) == 32
        row = Trace.objects.get()
        assert cookie.value not in (row.device, row.network)

    def test_one_device_does_not_sign_for_a_crowd_within_an_hour(self, petition: Petition, at_noon: object) -> None:
        def signing(number: int) -> int:
            client = town.browser(town.open_account(town.person(number)))
            client.cookies["beffroi_device"] = "a" * 32
            return int(town.post(client, f"/petitions/{petition.number}/signer").status_code)

        assert [signing(number) for number in range(1, 13)] == [302] * 12
        assert signing(13) == 422
        assert Signature.objects.count() == 12
