"""Casting: what enters the box, what is refused and why, and what is stored of it."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from beffroi.apps.gazette import keys as gazette_keys
from beffroi.apps.gazette.actions import sequence
from beffroi.apps.votations import actions, archive, keys
from beffroi.apps.votations.models import Ballot, HourCount, Voter
from beffroi.core import receipt
from beffroi.core.errors import Refused
from beffroi.core.voting.archive import ballot_event, event_bytes, event_hash, write
from beffroi.core.voting.ballot import encrypt
from beffroi.core.voting.credentials import new_credential
from beffroi.core.voting.election import parse_election
from tests.apps.votations import world as w

pytestmark = pytest.mark.django_db


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.rule


def test_a_ballot_enters_the_box_at_the_next_height_and_moves_the_head() -> None:
    world = w.ready()
    before = world.fresh()
    raw = world.ballot(world.people[0])
    receipt = actions.cast(before, world.people[0], raw, w.WHILE_OPEN)
    after = world.fresh()
    assert (before.height, after.height, receipt.height) == (0, 1, 1)
    assert after.head == event_hash(event_bytes("Ballot", 1, before.head, ballot_event(raw).data[0]))
    row = Ballot.objects.get()
    assert (row.tracker, bytes(row.raw)) == (receipt.tracker, raw)


def test_a_voter_may_vote_again_and_both_ballots_stay_in_the_box() -> None:
    world = w.ready()
    first, second = world.cast(world.people[0]), world.cast(world.people[0], w.NO)
    assert (first.height, second.height) == (1, 2)
    assert Ballot.objects.values("credential").distinct().count() == 1
    assert Voter.objects.filter(credential_mac__isnull=False).count() == 1


def test_the_receipt_is_signed_by_the_journals_key_and_the_archive_bears_it_out() -> None:
    world = w.ready()
    taken = [world.cast(person, choice) for person in world.people[:3] for choice in (w.YES, w.NO)]
    for archived, sentence in (
        (b"".join(archive.archive_bytes(world.fresh())), receipt.HELD),
        (box_without(world, 3), receipt.CONTRADICTED),
    ):
        steps, said = receipt.check(taken[2].signed, archived, gazette_keys.vkey())
        assert said == (receipt.REPLACED if sentence == receipt.HELD else sentence), steps
    assert receipt.check(taken[5].signed, b"".join(archive.archive_bytes(world.fresh())))[1] == receipt.HELD


def box_without(world: w.World, height: int) -> bytes:
    """The archive that a box would publish which has lost one of its ballots."""
    events = list(archive.events(world.fresh()))
    return b"".join(write(1, events[:height] + events[height + 1 :]))


def test_a_receipt_that_was_lost_is_given_again_byte_for_byte_also_from_a_sealed_box() -> None:
    world = w.ready()
    raws = [world.ballot(person) for person in world.people[:4]]
    taken = [actions.cast(world.fresh(), *pair, w.WHILE_OPEN) for pair in zip(world.people, raws, strict=False)]
    again = [actions.receipt(world.fresh(), raw) for raw in raws]
    assert again == [one.signed for one in taken]
    assert actions.receipt(world.fresh(), b"another ballot") == b""
    actions.close(world.fresh(), w.CLOSES)
    actions.closing._rewrite(world.fresh(), w.CLOSES)
    assert [actions.receipt(world.fresh(), raw) for raw in raws] == again


def test_a_box_whose_key_is_lost_takes_no_ballot(settings: Any, tmp_path: Path) -> None:
    world = w.ready()
    sequence(w.WHILE_OPEN)
    home = Path(settings.HOME)
    shutil.copytree(home / "keys", tmp_path / "keys")
    settings.HOME = tmp_path
    with pytest.raises(ImproperlyConfigured, match=r"log\.key"):
        world.cast(world.people[0])
    assert not Ballot.objects.exists()


def test_of_a_voter_only_a_keyed_hash_of_her_credential_is_stored() -> None:
    world = w.ready()
    world.cast(world.people[0])
    voter = Voter.objects.get(person=world.people[0])
    assert voter.credential_mac == keys.mac(world.votation.uuid, Ballot.objects.get().credential)
    kept = {field.name for field in Voter._meta.get_fields()}
    assert kept == {"id", "votation", "person", "number", "credential_mac"}
    assert {field.name for field in Ballot._meta.get_fields()} == {
        *("id", "votation", "height", "tracker", "credential", "raw")
    }


def test_an_hour_counts_each_voter_once_when_she_votes_first() -> None:
    world = w.ready()
    world.cast(world.people[0])
    world.cast(world.people[0], w.NO, w.WHILE_OPEN + timedelta(hours=1))
    world.cast(world.people[1], w.NO, w.WHILE_OPEN + timedelta(hours=1))
    assert list(HourCount.objects.values_list("count", flat=True)) == [1, 1]


def test_a_ballot_is_refused_before_the_opening_and_from_the_second_of_the_closing() -> None:
    world = w.ready()
    person, raw = world.people[0], world.ballot(world.people[0])

    def at(moment: object) -> Callable[[], object]:
        return lambda: actions.cast(world.fresh(), person, raw, moment)  # type: ignore[arg-type]

    assert refused(at(w.OPENS - timedelta(seconds=1))) == "votations.not_open"
    assert refused(at(w.CLOSES)) == "votations.closed"
    at(w.CLOSES - timedelta(microseconds=1))()


def test_a_vote_whose_election_is_not_made_takes_no_ballot() -> None:
    world = w.called()
    assert refused(lambda: actions.cast(world.fresh(), world.people[0], b"{}", w.WHILE_OPEN)) == "votations.not_open"


def test_a_ballot_that_waited_for_the_box_beyond_the_closing_is_late() -> None:
    world = w.ready()
    raw = world.ballot(world.people[0])
    instants = iter((w.CLOSES - timedelta(seconds=1), w.CLOSES))
    assert refused(lambda: actions.cast(world.fresh(), world.people[0], raw, lambda: next(instants))) == (
        "votations.closed"
    )
    assert not Ballot.objects.exists()


def test_the_clock_closes_the_vote_whether_the_job_has_run_or_not() -> None:
    world = w.ready()
    raw = world.ballot(world.people[0])
    actions.close(world.fresh(), w.CLOSES)
    assert refused(lambda: actions.cast(world.fresh(), world.people[0], raw, w.WHILE_OPEN)) == "votations.closed"


def test_a_person_who_is_not_on_the_list_is_refused_even_with_a_good_ballot() -> None:
    world = w.ready()
    raw, later = world.ballot(world.people[0]), w.town(1)[0]
    assert refused(lambda: actions.cast(world.fresh(), later, raw, w.WHILE_OPEN)) == "votations.not_registered"


def test_a_ballot_signed_with_anothers_credential_is_refused_once_she_has_voted() -> None:
    world = w.ready()
    world.cast(world.people[0])
    world.credentials[world.people[1].pk] = world.credentials[world.people[0].pk]
    assert refused(lambda: world.cast(world.people[1])) == "votations.credential_used"


def test_a_voter_who_has_voted_cannot_change_credential() -> None:
    world = w.ready()
    world.cast(world.people[0])
    world.credentials[world.people[0].pk] = world.credentials[world.people[1].pk]
    assert refused(lambda: world.cast(world.people[0])) == "votations.wrong_credential"


def test_a_credential_that_is_not_on_the_list_is_refused() -> None:
    world = w.ready()
    world.credentials[world.people[0].pk] = new_credential()
    assert refused(lambda: world.cast(world.people[0])) == "votations.unknown_credential"


def test_the_same_ballot_twice_counts_once_and_the_second_is_told_so() -> None:
    world = w.ready()
    raw = world.ballot(world.people[0])
    actions.cast(world.fresh(), world.people[0], raw, w.WHILE_OPEN)
    assert refused(lambda: actions.cast(world.fresh(), world.people[0], raw, w.WHILE_OPEN)) == (
        "votations.already_in_box"
    )


def test_an_earlier_ballot_cannot_be_brought_back_after_a_later_one() -> None:
    world = w.ready()
    first = world.ballot(world.people[0])
    actions.cast(world.fresh(), world.people[0], first, w.WHILE_OPEN)
    world.cast(world.people[0], w.NO)
    assert refused(lambda: actions.cast(world.fresh(), world.people[0], first, w.WHILE_OPEN)) == (
        "votations.already_in_box"
    )


def test_a_ballot_of_another_election_is_refused() -> None:
    world = w.ready()
    other = parse_election(bytes(world.fresh().election or b"").replace(world.votation.uuid.encode(), b"A" * 14))
    raw = encrypt(other, world.credentials[world.people[0].pk], [w.YES])
    assert refused(lambda: actions.cast(world.fresh(), world.people[0], raw, w.WHILE_OPEN)) == "votations.bad_ballot"


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: b"",
        lambda raw: b"not JSON",
        lambda raw: raw[:-1],
        lambda raw: raw + b" ",
        lambda raw: raw.replace(b'"challenge":"', b'"challenge":"1', 1),
        lambda raw: raw.replace(b'"answers"', b'"answers" ', 1),
    ],
    ids=["empty", "no JSON", "cut", "a space more", "another proof", "not canonical"],
)
def test_a_damaged_ballot_is_refused(damage: Callable[[bytes], bytes]) -> None:
    world = w.ready()
    raw = damage(world.ballot(world.people[0]))
    assert refused(lambda: actions.cast(world.fresh(), world.people[0], raw, w.WHILE_OPEN)) == "votations.bad_ballot"
    assert not Ballot.objects.exists()


def test_what_is_too_large_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    world = w.ready()
    monkeypatch.setattr("beffroi.core.voting.ballot.check_ballot", lambda *_: pytest.fail("it was read"))
    raw = b"x" * (actions.MOST_BYTES + 1)
    assert refused(lambda: actions.cast(world.fresh(), world.people[0], raw, w.WHILE_OPEN)) == "votations.too_large"


def test_a_refused_ballot_binds_no_credential_and_moves_no_head() -> None:
    world = w.ready()
    head = world.fresh().head
    raw = world.ballot(world.people[0])
    with pytest.raises(Refused):
        actions.cast(world.fresh(), world.people[0], raw[:-1], w.WHILE_OPEN)
    assert world.fresh().head == head
    assert not Voter.objects.filter(credential_mac__isnull=False).exists()
