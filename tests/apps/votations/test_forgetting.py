"""Closing and forgetting: afterwards nothing joins a voter and a ballot, and a crash anywhere is mended."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, connections, transaction

from beffroi.apps.gazette.models import Entry
from beffroi.apps.letters import actions as letters
from beffroi.apps.letters.models import Letter
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import SignInCode
from beffroi.apps.votations import actions, archive, erasing, jobs, keys
from beffroi.apps.votations.models import Ballot, PollBookEntry, SealedBallot, Votation, Voter
from beffroi.core.errors import Refused
from tests.apps.votations import world as w

pytestmark = pytest.mark.django_db(transaction=True)
AFTER = w.CLOSES + timedelta(seconds=5)


def voted() -> w.World:
    """Six voters: five ballots of four persons, cast in an order that is not the roll's."""
    world = w.ready()
    for place in (3, 0, 2, 1):
        world.cast(world.people[place], (w.YES, w.NO)[place % 2])
    world.cast(world.people[3], w.NO)
    return world


def forgotten() -> w.World:
    world = voted()
    actions.close(world.fresh(), AFTER)
    actions.forget(world.fresh(), AFTER)
    return world


def archived(votation: Votation) -> bytes:
    return b"".join(archive.archive_bytes(votation))


def test_closing_publishes_the_number_of_ballots_and_the_head_once() -> None:
    world = voted()
    actions.close(world.fresh(), AFTER)
    actions.close(world.fresh(), AFTER + timedelta(minutes=1))
    row = world.fresh()
    entries = list(Entry.objects.filter(kind="votation.closed"))
    assert len(entries) == 1
    for part in ('"ballots":5', '"height":6', f'"head":"{row.head}"'):
        assert part in entries[0].leaf


def test_a_vote_is_not_closed_before_its_hour() -> None:
    world = w.ready()
    with pytest.raises(Refused):
        actions.close(world.fresh(), w.CLOSES - timedelta(microseconds=1))


def test_after_forgetting_no_row_holds_a_voter_or_an_open_ballot() -> None:
    forgotten()
    assert not Voter.objects.exists()
    assert not Ballot.objects.exists()


def test_the_key_is_on_the_disk_for_its_owner_only_and_then_is_no_more() -> None:
    world = voted()
    file = keys.path(world.votation.uuid)
    assert file.stat().st_mode & 0o777 == 0o600
    secret = file.read_bytes()
    actions.close(world.fresh(), AFTER)
    actions.forget(world.fresh(), AFTER)
    assert not keys.exists(world.votation.uuid)
    assert not any(secret in path.read_bytes() for path in Path(settings.HOME).rglob("*") if path.is_file())


def test_sessions_and_codes_are_erased_and_letters_lose_their_times() -> None:
    world = voted()
    roll.issue_code("anna1@example.org", w.WHILE_OPEN)
    letters.queue("petition_heard", world.people[0].ref, "2026-001", w.WHILE_OPEN)
    SessionStore().save()
    assert Session.objects.exists()
    actions.close(world.fresh(), AFTER)
    actions.forget(world.fresh(), AFTER)
    assert not Session.objects.exists()
    assert not SignInCode.objects.exists()
    assert Letter.objects.get().queued_at == AFTER


def test_the_poll_book_is_written_in_the_order_of_the_roll() -> None:
    world = forgotten()
    rows = list(PollBookEntry.objects.order_by("pk").values_list("person__name_key", flat=True))
    assert rows == sorted(rows)
    book = dict(PollBookEntry.objects.values_list("person_id", "voted_online"))
    assert [book[person.pk] for person in world.people] == [True, True, True, True, False, False]


def test_the_sealed_box_is_written_in_the_order_of_the_trackers() -> None:
    forgotten()
    trackers = list(SealedBallot.objects.order_by("pk").values_list("tracker", flat=True))
    assert len(trackers) == 5
    assert trackers == sorted(trackers)


def test_the_archive_is_the_same_bytes_before_and_after_but_for_the_events_added() -> None:
    world = voted()
    while_open = archived(world.fresh())
    actions.close(world.fresh(), AFTER)
    closed = archived(world.fresh())
    actions.forget(world.fresh(), AFTER)
    assert closed.startswith(while_open)
    assert archived(world.fresh()) == closed
    actions.tally(world.fresh(), AFTER)
    assert archived(world.fresh()).startswith(closed)


def test_an_archive_that_is_being_read_while_the_box_is_sealed_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "BATCH", 2)
    world = voted()
    expected = archived(world.fresh())
    pieces = archive.archive_bytes(world.fresh())
    begun = [next(pieces) for _ in range(4)]  # up to the second ballot of five
    actions.close(world.fresh(), AFTER)
    actions.forget(world.fresh(), AFTER)
    assert b"".join([*begun, *pieces]) == expected


def test_forgetting_publishes_how_many_voted_and_only_then_can_there_be_a_tally() -> None:
    world = voted()
    actions.close(world.fresh(), AFTER)
    with pytest.raises(Refused):
        actions.tally(world.fresh(), AFTER)
    actions.forget(world.fresh(), AFTER)
    assert '"voted":4' in Entry.objects.get(kind="votation.forgotten").leaf
    actions.tally(world.fresh(), AFTER)


def test_the_database_itself_refuses_a_tally_before_forgetting() -> None:
    world = voted()
    actions.close(world.fresh(), AFTER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Votation.objects.update(state="tallied")


class Crashed(RuntimeError):
    """The power went out."""


SEAMS: dict[str, tuple[str, str]] = {
    "the rows": ("beffroi.apps.votations.actions.closing", "_rewrite"),
    "the logins": ("beffroi.apps.votations.actions.closing.roll", "forget_logins"),
    "the key": ("beffroi.apps.votations.actions.closing.keys", "destroy"),
    "the disk": ("beffroi.apps.votations.actions.closing.erasing", "erase"),
    "the state": ("beffroi.apps.votations.actions.closing", "_forgotten"),
}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("seam", SEAMS)
def test_a_crash_before_or_after_any_step_is_mended_by_trying_again(
    seam: str, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = voted()
    actions.close(world.fresh(), AFTER)
    expected = archived(world.fresh())
    module, name = SEAMS[seam]
    with monkeypatch.context() as crashing:
        _crash(crashing, module, name, moment)
        with pytest.raises(Crashed):
            actions.forget(world.fresh(), AFTER)
    jobs.forget(AFTER)
    row = world.fresh()
    assert row.state == Votation.State.TALLIED
    assert archived(row).startswith(expected)
    assert not Voter.objects.exists()
    assert not keys.exists(row.uuid)
    assert PollBookEntry.objects.count() == 6
    assert SealedBallot.objects.count() == 5
    assert Entry.objects.filter(kind="votation.forgotten").count() == 1


def _crash(monkeypatch: pytest.MonkeyPatch, module: str, name: str, moment: str) -> None:
    import importlib

    parts = module.rpartition(".")
    place = getattr(importlib.import_module(parts[0]), parts[2])
    real: Callable[..., object] = getattr(place, name)

    def crashing(*args: object, **kwargs: object) -> object:
        if moment == "after":
            real(*args, **kwargs)
        raise Crashed

    monkeypatch.setattr(place, name, crashing)


def test_erasing_inside_a_transaction_is_a_mistake_that_says_so() -> None:
    with transaction.atomic(), pytest.raises(erasing.NotErasedError):
        erasing.erase([Voter])


def test_when_the_disk_cannot_be_erased_nothing_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    world = voted()
    actions.close(world.fresh(), AFTER)

    def refuse(*_: object) -> None:
        raise erasing.NotErasedError("not allowed")

    monkeypatch.setattr(erasing, "erase", refuse)
    with pytest.raises(erasing.NotErasedError):
        jobs.forget(AFTER)
    assert world.fresh().state == Votation.State.CLOSED


def test_what_was_written_while_open_is_not_in_the_files_of_the_database() -> None:
    world = voted()
    macs = [mac.encode() for mac in Voter.objects.values_list("credential_mac", flat=True) if mac]
    _write_out()
    before = _files()
    assert all(mac in before for mac in macs), "so that this test can fail"
    actions.close(world.fresh(), AFTER)
    actions.forget(world.fresh(), AFTER)
    left = _files()
    assert not any(mac in left for mac in macs)


def test_a_reader_whose_transaction_is_still_open_keeps_nothing_alive() -> None:
    world = voted()
    macs = [mac.encode() for mac in Voter.objects.values_list("credential_mac", flat=True) if mac]
    actions.close(world.fresh(), AFTER)
    if connection.vendor == "sqlite":
        reader = sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM votations_voter").fetchone()
        connection.cursor().execute("PRAGMA busy_timeout=200")
        with pytest.raises(erasing.NotErasedError):
            actions.forget(world.fresh(), AFTER)
        assert world.fresh().state == Votation.State.CLOSED
        reader.execute("COMMIT")
        reader.close()
    else:
        reader = connections.create_connection("default")
        with reader.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT 1")
    actions.forget(world.fresh(), AFTER)
    left = _files()
    reader.close()
    assert not any(mac in left for mac in macs)


def test_the_hidden_columns_of_the_sealed_box_say_nothing() -> None:
    forgotten()
    hidden = {"sqlite": "SELECT tracker, 0 FROM votations_sealedballot ORDER BY rowid"}.get(
        connection.vendor, "SELECT tracker, xmin::text FROM votations_sealedballot ORDER BY ctid"
    )
    with connection.cursor() as cursor:
        cursor.execute(hidden)
        rows = cursor.fetchall()
    assert [tracker for tracker, _ in rows] == sorted(tracker for tracker, _ in rows)
    assert len({transaction_id for _, transaction_id in rows}) == 1


def _write_out() -> None:
    """What PostgreSQL still holds in memory, put on the disk."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")


def _files() -> bytes:
    """Everything that a thief of the database's disk would hold."""
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        files = [Path(name), Path(name + "-wal")]
    else:
        with connection.cursor() as cursor:
            cursor.execute("SHOW data_directory")
            files = [path for path in Path(cursor.fetchone()[0]).rglob("*") if path.is_file()]
    return b"".join(path.read_bytes() for path in files if path.exists())
