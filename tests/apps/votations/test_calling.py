"""Preparing and calling a vote: what is frozen, from which values, for whom; what others hand in before it opens."""

import json
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from beffroi.apps.gazette.models import Entry
from beffroi.apps.roll import actions as roll
from beffroi.apps.votations import actions, keys, rules
from beffroi.apps.votations.models import Argument, Trustee, Votation, Voter
from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import trustees
from beffroi.core.voting.credentials import make_credentials, public_list
from beffroi.core.voting.election import parse_election
from beffroi.web import pack
from tests.apps.votations import world as w

pytestmark = pytest.mark.django_db


def call(arguments: dict[str, tuple[str, str]] = w.ARGUMENTS, **changed: object) -> Votation:
    given = {"opens_at": w.OPENS, "closes_at": w.CLOSES, "paper_on": w.PAPER, "now": w.CALLED} | changed
    return actions.call(w.draft(), None, arguments=arguments, **given)  # type: ignore[arg-type]


def test_votations_are_numbered_by_year_and_a_petition_has_one_only() -> None:
    first, second = w.draft("2026-001"), w.draft("2026-001")
    assert first.pk == second.pk
    assert first.number == "V-2026-01"
    assert w.draft().number == "V-2026-02"
    with pytest.raises(IntegrityError), transaction.atomic():
        Votation.objects.create(number="V-2026-09", petition="2026-001", prepared_at=w.CALLED, title="x", question="x")


def test_the_call_freezes_the_values_in_force_with_their_sources_and_publishes_the_fingerprint() -> None:
    w.town()
    row = call()
    assert row.rules_sha256 == rules.sha256(row.rules)
    found = json.loads(row.rules)
    value = pack.current().value(rules.MINIMUM, w.CALLED.date())
    assert found["values"][rules.MINIMUM]["value"] == value.value
    assert found["values"][rules.MINIMUM]["source"] == value.source
    assert found["values"][rules.MINIMUM]["proposed"] is value.proposed
    leaf = json.loads(Entry.objects.get(kind="votation.called").leaf)["data"]
    assert leaf["rules_sha256"] == row.rules_sha256
    assert leaf["opens"] == "2026-11-23T07:00:00Z"


def test_what_is_frozen_is_read_back() -> None:
    w.town()
    frozen = rules.read(call().rules)
    assert frozen.registered == 6
    assert frozen.minimum_needed == 2
    assert frozen.body_on == w.PAPER
    assert frozen.stations == tuple(station.code for station in pack.current().stations)


def test_the_list_holds_who_is_old_enough_on_the_last_day_and_who_has_not_left() -> None:
    people = w.town(4)
    people[0].birth_date = date(2010, 12, 6)
    people[1].birth_date = date(2010, 12, 7)
    for person in people[:2]:
        person.save()
    roll.leave(people[2], w.PAPER)
    row = call()
    assert set(Voter.objects.filter(votation=row).values_list("person_id", flat=True)) == {people[0].pk, people[3].pk}


def test_voter_numbers_are_drawn_so_that_they_say_nothing_about_the_roll() -> None:
    people = w.town(40)
    row = call()
    assert actions.voter_numbers(row) == list(range(1, 41))
    by_person = dict(Voter.objects.values_list("person_id", "number"))
    assert [by_person[person.pk] for person in people] != list(range(1, 41))
    assert list(Voter.objects.order_by("pk").values_list("number", flat=True)) == list(range(1, 41))


def test_a_vote_without_anybody_to_vote_is_not_called() -> None:
    with pytest.raises(Refused, match="nobody"):
        call()


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"opens_at": w.CALLED - timedelta(seconds=1)}, "votations.calendar"),
        ({"closes_at": w.OPENS}, "votations.calendar"),
        ({"paper_on": date(2026, 12, 5)}, "votations.paper_after_online"),
    ],
)
def test_the_calendar_goes_forward_and_paper_comes_after_the_online_closing(
    changed: dict[str, object], rule: str
) -> None:
    w.town()
    with pytest.raises(Refused) as caught:
        call(**changed)
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"yes": ("a", "b")}, "votations.both_sides"),
        ({"yes": ("a", "b"), "no": (" ", "c")}, "votations.both_sides"),
        ({"yes": ("a", "b"), "no": ("c", "")}, "votations.both_sides"),
        ({"yes": ("a", "b"), "no": ("c" * 601, "d")}, "votations.argument_too_long"),
    ],
)
def test_both_sides_have_the_same_space_and_named_authors(arguments: dict[str, tuple[str, str]], rule: str) -> None:
    w.town()
    with pytest.raises(Refused) as caught:
        call(arguments)
    assert caught.value.rule == rule


def test_an_argument_of_600_signs_is_taken() -> None:
    w.town()
    call({"yes": ("é" * 600, "a"), "no": ("b", "c")})
    assert Argument.objects.count() == 2


def test_a_vote_is_called_once() -> None:
    w.town()
    row = call()
    with pytest.raises(Refused, match="wrong_state"):
        actions.call(row, None, w.OPENS, w.CLOSES, w.PAPER, w.ARGUMENTS, w.CALLED)


def test_there_must_be_one_credential_for_each_voter() -> None:
    world = w.called()
    _, public = make_credentials(world.votation.uuid, ["1", "2"])
    with pytest.raises(Refused, match="credentials_count"):
        actions.receive_credentials(world.votation, public, w.CALLED)


def test_credentials_in_another_order_or_with_weights_are_refused() -> None:
    world = w.called()
    _, public = make_credentials(world.votation.uuid, [str(n) for n in range(6)])
    points = json.loads(public)
    for wrong in (points[::-1], [f"{points[0]},2", *points[1:]]):
        with pytest.raises(Refused, match="credentials_order"):
            actions.receive_credentials(world.votation, json.dumps(wrong, separators=(",", ":")).encode(), w.CALLED)
    with pytest.raises(Malformed):
        actions.receive_credentials(world.votation, b"[1,2]", w.CALLED)
    assert public_list(points) == public


def test_a_trustee_proves_her_key_and_no_two_share_one() -> None:
    world = w.before_groups(w.called())
    key = trustees.new_trustee_key()
    public = trustees.public_json(key)
    actions.receive_trustee(world.votation, 1, "A", "majority", public, w.CALLED)
    with pytest.raises(Refused, match="key_twice"):
        actions.receive_trustee(world.votation, 2, "B", "opposition", public, w.CALLED)
    other = json.loads(trustees.public_json(trustees.new_trustee_key()))
    forged = json.dumps(other | {"pok": json.loads(public)["pok"]}, separators=(",", ":")).encode()
    with pytest.raises(Refused, match=r"trustee\.pok"):
        actions.receive_trustee(world.votation, 2, "B", "opposition", forged, w.CALLED)
    actions.receive_trustee(world.votation, 1, "A", "majority", trustees.public_json(key), w.CALLED)
    assert Trustee.objects.count() == 1


def test_a_key_handed_in_under_a_wrong_number_is_removed_until_the_election_is_made() -> None:
    world = w.before_groups(w.called())
    w.hand_in(world)
    extra = trustees.public_json(trustees.new_trustee_key())
    actions.receive_trustee(world.votation, 9, "Wrong", "resident", extra, w.CALLED)
    with pytest.raises(Refused, match="no_trustees"):
        actions.make_ready(world.votation, w.CALLED)
    actions.remove_trustee(world.votation, 9, w.CALLED)
    with pytest.raises(Refused, match="no_such_trustee"):
        actions.remove_trustee(world.votation, 9, w.CALLED)
    actions.make_ready(world.votation, w.CALLED)
    with pytest.raises(Refused, match="wrong_state"):
        actions.remove_trustee(world.votation, 1, w.CALLED)


def test_the_election_is_made_only_when_all_has_been_handed_in() -> None:
    world = w.before_groups(w.called())
    with pytest.raises(Refused, match="no_credentials"):
        actions.make_ready(world.votation, w.CALLED)
    w.hand_in(world)
    Trustee.objects.filter(owner=2).delete()
    with pytest.raises(Refused, match="no_trustees"):
        actions.make_ready(world.votation, w.CALLED)
    assert not keys.exists(world.votation.uuid)


def test_the_election_holds_the_question_and_the_fingerprint_of_the_rules() -> None:
    world = w.ready()
    row = world.fresh()
    election = parse_election(bytes(row.election or b""))
    assert election.fingerprint == row.fingerprint
    assert election.questions[0].question == row.question
    assert row.rules_sha256 in election.description
    leaf = json.loads(Entry.objects.get(kind="votation.opened").leaf)["data"]
    assert (leaf["fingerprint"], leaf["credentials"], leaf["registered"]) == (row.fingerprint, 6, 6)
    assert keys.exists(row.uuid)


def test_after_the_election_is_made_nothing_can_be_handed_in() -> None:
    world = w.ready()
    public = trustees.public_json(trustees.new_trustee_key())
    with pytest.raises(Refused, match="wrong_state"):
        actions.receive_trustee(world.votation, 4, "D", "resident", public, w.CALLED)
    with pytest.raises(Refused, match="wrong_state"):
        actions.receive_credentials(world.votation, bytes(world.fresh().credentials or b""), w.CALLED)


def test_heads_of_the_open_box_are_published_when_they_have_moved() -> None:
    world = w.ready()
    actions.publish_heads(w.WHILE_OPEN)
    assert not Entry.objects.filter(kind="votation.box_head").exists()
    world.cast(world.people[0])
    actions.publish_heads(w.WHILE_OPEN)
    actions.publish_heads(w.WHILE_OPEN)
    (entry,) = Entry.objects.filter(kind="votation.box_head")
    assert f'"head":"{world.fresh().head}"' in entry.leaf
