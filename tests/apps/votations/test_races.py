"""Two at the same instant: whatever the order, each ballot is in the box once, and what was acknowledged is there."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier, Event

import pytest
from django.db import connection

from beffroi.apps.gazette.models import Entry
from beffroi.apps.roll.models import Person
from beffroi.apps.votations import actions, archive, group
from beffroi.apps.votations.models import Ballot, HourCount, Votation, Voter
from beffroi.core.errors import Refused
from beffroi.core.verdict import accepted
from beffroi.core.voting import ceremony
from beffroi.core.voting.verify import verify
from tests.apps.votations import world as w

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Runs every act in a thread of its own, all let go together: what each returned, or the rule that refused it."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            start.wait(timeout=20)
            return act()
        except Refused as refused:
            return refused.rule
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, act) for act in acts]]


def casting(world: w.World, person: Person, raw: bytes, now: object = w.WHILE_OPEN) -> Callable[[], object]:
    votation = world.fresh()
    return lambda: actions.cast(votation, person, raw, now)  # type: ignore[arg-type]


def rules_of(answers: list[object]) -> list[str]:
    return sorted(answer for answer in answers if isinstance(answer, str))


@pytest.mark.parametrize("turn", range(3))
def test_one_credential_from_two_accounts_counts_for_one_of_them(turn: int) -> None:
    world = w.ready()
    one, other = world.people[:2]
    raw = world.ballot(one), world.ballot(one, w.NO)
    answers = at_once(casting(world, one, raw[0]), casting(world, other, raw[1]))
    assert rules_of(answers) == ["votations.credential_used"]
    assert Ballot.objects.count() == 1
    assert Voter.objects.filter(credential_mac__isnull=False).count() == 1


@pytest.mark.parametrize("turn", range(3))
def test_one_account_with_two_credentials_uses_one_of_them(turn: int) -> None:
    world = w.ready()
    one, other = world.people[:2]
    answers = at_once(casting(world, one, world.ballot(one)), casting(world, one, world.ballot(other)))
    assert rules_of(answers) == ["votations.wrong_credential"]
    assert Ballot.objects.count() == 1
    assert HourCount.objects.get().count == 1


@pytest.mark.parametrize("turn", range(3))
def test_the_same_ballot_sent_twice_is_in_the_box_once(turn: int) -> None:
    world = w.ready()
    raw = world.ballot(world.people[0])
    answers = at_once(*[casting(world, world.people[0], raw)] * 4)
    assert rules_of(answers) == ["votations.already_in_box"] * 3
    assert Ballot.objects.count() == 1


def test_the_same_ballot_from_two_accounts_counts_for_one() -> None:
    world = w.ready()
    raw = world.ballot(world.people[0])
    answers = at_once(casting(world, world.people[0], raw), casting(world, world.people[1], raw))
    assert len(rules_of(answers)) == 1
    assert Ballot.objects.count() == 1


def test_many_at_once_make_one_chain() -> None:
    world = w.ready(w.town(16))
    raws = [world.ballot(person) for person in world.people]
    answers = at_once(*[casting(world, person, raw) for person, raw in zip(world.people, raws, strict=True)])
    assert rules_of(answers) == []
    assert sorted(answer.height for answer in answers if isinstance(answer, actions.Receipt)) == list(range(1, 17))
    assert HourCount.objects.get().count == 16
    steps = verify(b"".join(archive.archive_bytes(world.fresh())), actions.counting.announced(world.fresh()))
    assert accepted(steps)


def test_what_is_acknowledged_while_the_vote_closes_is_in_the_box_and_nothing_else_is() -> None:
    world = w.ready(w.town(12))
    raws = [world.ballot(person) for person in world.people]
    late = Event()

    def clock() -> datetime:
        return w.CLOSES if late.is_set() else w.CLOSES - timedelta(milliseconds=1)

    def closes() -> object:
        late.set()
        return actions.close(world.fresh(), w.CLOSES)

    casts = [casting(world, person, raw, clock) for person, raw in zip(world.people, raws, strict=True)]
    answers = at_once(*casts[:6], closes, *casts[6:])
    receipts = {answer.tracker for answer in answers if isinstance(answer, actions.Receipt)}
    assert set(rules_of(answers)) <= {"votations.closed"}
    assert receipts == set(Ballot.objects.values_list("tracker", flat=True))
    row = world.fresh()
    assert row.state == Votation.State.CLOSED
    assert f'"ballots":{len(receipts)}' in Entry.objects.get(kind="votation.closed").leaf
    assert accepted(verify(b"".join(archive.archive_bytes(row)), actions.counting.announced(row)))


def test_two_workers_that_close_and_forget_together_do_it_once() -> None:
    world = w.ready()
    world.cast(world.people[0])
    at_once(*[lambda: actions.close(world.fresh(), w.CLOSES)] * 2)
    answers = at_once(*[lambda: _forget(world)] * 2)
    assert "done" in answers
    _forget(world)
    assert world.fresh().state == Votation.State.FORGOTTEN
    assert Entry.objects.filter(kind="votation.forgotten").count() == 1


def _forget(world: w.World) -> str:
    from django.db import DatabaseError

    try:
        actions.forget(world.fresh(), w.CLOSES)
    except (DatabaseError, Refused) as error:  # the worker tries again
        return type(error).__name__
    return "done"


def handing(world: w.World, owner: int, raw: bytes) -> Callable[[], object]:
    votation, account = world.fresh(), w.trustee_account(owner)
    return lambda: actions.hand_in(votation, account, raw, w.CALLED) and owner


@pytest.mark.parametrize("turn", range(3))
def test_trustees_who_hand_in_at_once_are_all_there(turn: int) -> None:
    world = w.called()
    w.named(world)
    made = w.made_group()
    for records in (made.certificates, made.commitments):
        assert at_once(*[handing(world, owner, raw) for owner, raw in enumerate(records, 1)]) == [1, 2, 3]
    found = group.of(world.fresh())
    assert found is not None
    assert (found.step, found.records(group.COMMITMENT)) == (group.POLYNOMIAL, made.commitments)


@pytest.mark.parametrize("turn", range(3))
def test_one_key_from_two_trustees_at_once_is_one_of_theirs(turn: int) -> None:
    world = w.called()
    w.named(world)
    seed = w.made_group().seeds[0]
    raws = [ceremony.certificate(seed, owner, 2, 3) for owner in (1, 2)]
    answers = at_once(*[handing(world, owner, raw) for owner, raw in enumerate(raws, 1)])
    assert rules_of(answers) == ["votations.trustee_key_twice"]
