"""A votation on a recall: electors vote, the charter is the effect; who called it is kept; a draft may end."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils.translation import override

from beffroi.apps.gazette.models import Entry
from beffroi.apps.roll.models import Person, Role
from beffroi.apps.votations import actions, explain, queries, rules
from beffroi.apps.votations.models import Votation, Voter
from beffroi.core.errors import Refused
from tests.apps.votations import world as w

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def recall() -> Votation:
    return actions.prepare(
        "Révocation demandée : Rachid Sansonnet",
        "Faut-il mettre fin au mandat de Rachid Sansonnet ?",
        "2026-001",
        None,
        w.CALLED - DAY,
        Votation.Kind.RECALL,
    )


def called(votation: Votation) -> Votation:
    return actions.call(votation, None, w.OPENS, w.CLOSES, w.PAPER, w.ARGUMENTS, w.CALLED)


def test_who_is_not_on_the_electoral_roll_is_not_on_the_list_and_reads_why() -> None:
    people = w.town()
    Person.objects.filter(pk=people[0].pk).update(register="resident")
    Person.objects.filter(pk=people[1].pk).update(register="municipal_eu")
    row = called(recall())
    listed = set(Voter.objects.filter(votation=row).values_list("person", flat=True))
    assert listed == {person.pk for person in people[1:]}
    people[0].refresh_from_db()
    assert queries.standing(row, people[0]).reason == "not_elector"


def test_its_frozen_rules_say_kind_body_age_and_the_pack_s_minimum_and_majority() -> None:
    w.town()
    row = called(recall())
    frozen = rules.read(row.rules)
    assert (frozen.kind, frozen.body, frozen.age.value) == ("recall", "electors", 18)
    assert frozen.minimum_value.path == rules.MINIMUM
    assert frozen.majority_value.path == rules.MAJORITY


def test_rules_that_were_frozen_before_there_were_recalls_are_read_as_before() -> None:
    w.town()
    row = called(w.draft())
    old = json.loads(row.rules)
    del old["kind"]
    assert rules.read(rules.canonical(old)) == rules.read(row.rules)


def test_who_called_it_is_kept() -> None:
    w.town()
    clerk = w.account("Pic", Role.Kind.CLERK)
    row = actions.call(w.draft(), clerk, w.OPENS, w.CLOSES, w.PAPER, w.ARGUMENTS, w.CALLED)
    assert Votation.objects.get(pk=row.pk).called_by == clerk


def test_the_pages_say_electors_and_charter_and_never_everybody_who_lives_here() -> None:
    w.town()
    row = called(recall())
    with time_machine.travel(w.WHILE_OPEN, tick=False):
        page = Client().get(f"/votations/{row.number}", headers={"accept-language": "en"}).content.decode()
    assert "everybody on the electoral roll" in page
    assert "The law knows no recall" in page
    assert "everybody who lives in" not in page
    assert "council to follow this vote" not in page


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ("adopted", "commits her or him to resign"),
        ("refused", "The mandate goes on"),
        ("minimum_not_met", "the charter commits to nothing"),
    ],
)
def test_its_result_says_what_the_charter_commits_to(outcome: str, told: str) -> None:
    count = {"yes": 0, "no": 0, "blank": 0}
    decision = {"outcome": outcome, "reasons": [], "registered": 1, "participants": 0, "minimum": 1}
    decision |= {"total": count, "online": count, "paper": {}, "archive": {"bytes": 0, "sha256": ""}}
    with override("en"):
        assert told in explain.read(json.dumps(decision), "recall").consequence
        assert told not in explain.read(json.dumps(decision)).consequence


def test_a_draft_is_dropped_once_and_seen_by_nobody() -> None:
    row = recall()
    assert actions.drop(row, "left_office", w.CALLED)
    assert not actions.drop(row, "left_office", w.CALLED)
    assert Entry.objects.filter(kind="votation.dropped").count() == 1
    w.town()
    with pytest.raises(Refused, match="wrong_state"):
        called(row)
    assert not queries.public(w.WHILE_OPEN)
    assert not queries.drafts()
    assert Client().get(f"/votations/{row.number}").status_code == 404


def test_what_was_called_is_never_dropped() -> None:
    w.town()
    row = called(recall())
    assert not actions.drop(row, "left_office", w.CALLED)
    assert Votation.objects.get(pk=row.pk).state == "called"
