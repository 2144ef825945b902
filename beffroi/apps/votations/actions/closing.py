"""Closing the box, forgetting who cast what, and publishing the heads of the chain while it grows.

Each step can be done again after a crash anywhere: the worker asks until the last one has been done.
"""

from collections.abc import Iterator
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction

from beffroi.apps.gazette.actions import publish
from beffroi.apps.letters import actions as letters
from beffroi.apps.letters.models import Letter
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import CounterSession, SignInCode
from beffroi.apps.votations import archive, erasing, keys
from beffroi.apps.votations.actions.state import State, locked, move
from beffroi.apps.votations.models import Ballot, HourCount, PollBookEntry, SealedBallot, Votation, Voter
from beffroi.core.errors import Refused
from beffroi.core.voting.archive import end_ballots_event

BATCH = 500
# Every table that held a voter, a ballot or an instant of those days.
TABLES = (
    *(Voter, Ballot, PollBookEntry, SealedBallot, HourCount, Votation),
    *(Session, SignInCode, CounterSession, Letter),
)
NOT_BEFORE = (State.DRAFT, State.CALLED, State.READY)


def close(votation: Votation, now: datetime) -> Votation:
    """Ends the ballots once the clock has closed the vote; publishes how many there are and the head of the chain."""
    with transaction.atomic():
        row = Votation.objects.select_for_update().get(pk=votation.pk)
        if row.state not in NOT_BEFORE:
            return row
        if row.state != State.READY or row.closes_at is None or now < row.closes_at:
            raise Refused("votations.wrong_state", row.number)
        held = archive.ballots(row)
        move(row, State.CLOSED)
        row.closed_at = now
        archive.extend(row, end_ballots_event())
        row.save()
        publish(
            "votation.closed",
            now,
            votation=row.number,
            uuid=row.uuid,
            ballots=held,
            height=row.height or 0,
            head=row.head,
        )
    return row


def forget(votation: Votation, now: datetime) -> Votation:
    """From here on nobody can join a voter and a ballot: not with the server, not with its disk.

    Rows are rewritten in orders that say nothing, the key is destroyed, the files are made anew; only then does the
    state say so, and only then can there be a tally. `NotErasedError` when the database does not allow it.
    """
    row = Votation.objects.get(pk=votation.pk)
    if row.state in NOT_BEFORE:
        raise Refused("votations.wrong_state", row.number)
    if row.state != State.CLOSED:
        return row
    _rewrite(row, now)
    keys.destroy(row.uuid)
    erasing.erase(TABLES)
    return _forgotten(row, now)


def _rewrite(votation: Votation, now: datetime) -> None:
    """Poll book in the order of the roll, box in the order of the trackers: one transaction, done once."""
    with transaction.atomic():
        row = locked(votation, State.CLOSED)
        if Voter.objects.filter(votation=row).exists():
            PollBookEntry.objects.bulk_create(_poll_book(row), batch_size=BATCH)
            SealedBallot.objects.bulk_create(_sealed(row), batch_size=BATCH)
            Voter.objects.filter(votation=row).delete()
            Ballot.objects.filter(votation=row).delete()
            # Here, and not at each new try: while the disk cannot be erased, people must still be able to sign in.
            assert row.opens_at is not None
            roll.forget_logins(now)
            letters.forget_times(row.opens_at, now)


def _poll_book(row: Votation) -> Iterator[PollBookEntry]:
    voters = Voter.objects.filter(votation=row).order_by("person__name_key", "person__roll_number")
    for person, mac in voters.values_list("person_id", "credential_mac").iterator(chunk_size=BATCH):
        yield PollBookEntry(votation=row, person_id=person, voted_online=mac is not None)


def _sealed(row: Votation) -> Iterator[SealedBallot]:
    columns = ("height", "tracker", "credential", "raw")
    for values in Ballot.objects.filter(votation=row).order_by("tracker").values(*columns).iterator(chunk_size=BATCH):
        yield SealedBallot(votation=row, **values)


def _forgotten(votation: Votation, now: datetime) -> Votation:
    with transaction.atomic():
        row = locked(votation, State.CLOSED)
        move(row, State.FORGOTTEN)
        row.forgotten_at = now
        row.save()
        voted = PollBookEntry.objects.filter(votation=row, voted_online=True).count()
        publish("votation.forgotten", now, votation=row.number, uuid=row.uuid, voted=voted)
    return row


def publish_head(votation: Votation, now: datetime) -> bool:
    """Publishes the height and head of an open box when they have moved: nothing can be taken out unseen."""
    with transaction.atomic():
        row = locked(votation, State.READY)
        if row.height is None or row.height <= row.published_height:
            return False
        Votation.objects.filter(pk=row.pk).update(published_height=row.height)
        publish("votation.box_head", now, votation=row.number, uuid=row.uuid, height=row.height, head=row.head)
    return True


def publish_heads(now: datetime) -> None:
    """Does so for every open box."""
    for votation in Votation.objects.filter(state=State.READY, opens_at__lte=now):
        publish_head(votation, now)
