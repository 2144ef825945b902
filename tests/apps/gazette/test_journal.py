"""The journal: an act and its entry are one transaction; every committed entry gets one place, once."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, connections, transaction

from beffroi.apps.gazette import actions, keys, queries
from beffroi.apps.gazette.models import Checkpoint, Entry
from beffroi.apps.gazette.sentences import CODES, LABELS, SENTENCES, sentence
from beffroi.core.errors import Refused
from beffroi.core.journal.entry import ENTRY_KINDS, decode
from beffroi.core.journal.log import verify_entry, verify_log
from beffroi.core.verdict import accepted

NOW = datetime(2026, 11, 23, 8, 41, tzinfo=UTC)


@transaction.atomic
def act(number: int = 1, at: datetime = NOW) -> Entry:
    return actions.publish("petition.filed", at, petition=f"2026-{number:03d}")


def published() -> bytes:
    head = queries.head()
    assert head is not None
    return b"".join(leaf + b"\n" for leaf in queries.leaves(head.size))


def verified() -> bool:
    head = queries.head()
    assert head is not None
    steps, _ = verify_log(published(), head.note.encode(), keys.vkey())
    return accepted(steps)


@pytest.mark.django_db
def test_an_act_gets_its_place_from_the_sequencer_and_the_log_verifies() -> None:
    entry = act()
    assert entry.index is None
    head = actions.sequence(NOW)
    assert head is not None
    assert (head.size, Entry.objects.get().index) == (1, 0)
    assert verified()


@pytest.mark.django_db
def test_the_log_only_grows() -> None:
    act(1)
    actions.sequence(NOW)
    earlier = queries.head()
    assert earlier is not None
    for number in range(2, 9):
        act(number)
    actions.sequence(NOW + timedelta(seconds=2))
    head = queries.head()
    assert head is not None
    steps, entries = verify_log(published(), head.note.encode(), keys.vkey(), earlier.note.encode())
    assert accepted(steps)
    assert len(entries) == head.size == 8


@pytest.mark.django_db
def test_a_changed_entry_is_seen() -> None:
    act(1)
    act(2)
    actions.sequence(NOW)
    Entry.objects.filter(index=0).update(leaf=Entry.objects.get(index=1).leaf)
    assert not verified()


@pytest.mark.django_db
def test_nothing_to_number_makes_no_head() -> None:
    assert actions.sequence(NOW) is None
    act()
    assert actions.sequence(NOW) is not None
    assert actions.sequence(NOW) is None
    assert queries.head() == Checkpoint.objects.latest("size")


@pytest.mark.django_db
def test_an_act_that_is_rolled_back_leaves_no_entry() -> None:
    with transaction.atomic():
        actions.publish("petition.filed", NOW, petition="2026-001")
        transaction.set_rollback(True)
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_act_outside_a_transaction_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="one transaction"):
        actions.publish("petition.filed", NOW, petition="2026-001")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("petition.filed", {"petition": "Odette Fauvette"}),
        ("petition.filed", {"petition": "2026-001", "author": "odette"}),
        ("petition.filed", {}),
        ("petition.signed", {"petition": "2026-001"}),
        ("petition.refused", {"petition": "2026-001", "code": "odette@example.org"}),
    ],
)
def test_what_the_journal_may_not_say_undoes_the_act(kind: str, data: dict[str, str]) -> None:
    with pytest.raises(Refused, match=r"journal\."), transaction.atomic():
        actions.publish(kind, NOW, **data)
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_a_place_is_taken_once() -> None:
    act(1)
    act(2)
    actions.sequence(NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.filter(index=1).update(index=0)


@pytest.mark.django_db(transaction=True)
def test_sequencers_at_the_same_instant_give_no_place_twice_and_leave_no_gap() -> None:
    gate = Barrier(8)

    def work(worker: int) -> None:
        try:
            gate.wait()
            for number in range(12):
                act(worker * 100 + number)
                actions.sequence(NOW)
        finally:
            connections.close_all()

    actions.ensure_key()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    actions.sequence(NOW)
    assert sorted(Entry.objects.values_list("index", flat=True)) == list(range(96))
    assert verified()
    # Every head that was ever signed is a beginning of the last one.
    head = queries.head()
    assert head is not None
    for earlier in Checkpoint.objects.filter(size__gt=0):
        steps, _ = verify_log(published(), head.note.encode(), keys.vkey(), earlier.note.encode())
        assert accepted(steps)


@pytest.mark.django_db(transaction=True)
def test_the_first_sequencers_of_an_empty_log_agree_on_one_key_and_one_log() -> None:
    gate = Barrier(4)

    def first(number: int) -> None:
        try:
            act(number)
            gate.wait()
            actions.sequence(NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(first, range(4)))
    assert sorted(Entry.objects.values_list("index", flat=True)) == [0, 1, 2, 3]
    assert verified()


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_commits_after_a_later_one_is_not_forgotten() -> None:
    if connection.vendor == "sqlite":
        # One writer at a time, so a row with a number below that of the last one stands for the late transaction.
        act(1)
        actions.sequence(NOW)
        Entry.objects.create(pk=-5, kind="petition.filed", at=NOW, leaf=Entry.objects.get().leaf)
        actions.sequence(NOW)
        assert Entry.objects.get(pk=-5).index == 1
        assert verified()
        return
    started, numbered = Barrier(2), Barrier(2)

    def slow() -> None:
        try:
            with transaction.atomic():
                actions.publish("petition.filed", NOW, petition="2026-001")
                started.wait()
                numbered.wait()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(slow)
        started.wait()
        act(2)
        actions.sequence(NOW)
        assert Entry.objects.get().index == 0
        numbered.wait()
        running.result()
    actions.sequence(NOW)
    assert [decode(entry.leaf.encode()).data["petition"] for entry in Entry.objects.order_by("index")] == [
        "2026-002",
        "2026-001",
    ]
    assert verified()


@pytest.mark.django_db
def test_each_entry_can_be_shown_to_be_in_the_log_under_each_later_head() -> None:
    for number in range(7):
        act(number)
        actions.sequence(NOW)
    for size in range(1, 8):
        for index in range(size):
            found = queries.inclusion(index, size)
            assert accepted(verify_entry(found.leaf, found.proof, found.head.note.encode(), keys.vkey()))
    with pytest.raises(Checkpoint.DoesNotExist):
        queries.inclusion(6, 3)
    with pytest.raises(Entry.DoesNotExist):
        queries.inclusion(7)


@pytest.mark.django_db
def test_the_key_is_made_once_and_only_its_owner_reads_it() -> None:
    home = Path(settings.HOME)
    made = actions.ensure_key()
    assert stat.S_IMODE((home / "log.key").stat().st_mode) == 0o600
    assert actions.ensure_key() == made
    assert (home / "log.vkey").read_text().strip() == made.vkey == keys.vkey()


@pytest.mark.django_db
def test_a_lost_key_stops_the_log_instead_of_beginning_another() -> None:
    act()
    actions.sequence(NOW)
    (Path(settings.HOME) / "log.key").unlink()
    act(2)
    with pytest.raises(ImproperlyConfigured, match="restore"):
        actions.sequence(NOW)


@pytest.mark.parametrize(
    ("hosts", "name"),
    [
        (["localhost", "127.0.0.1"], "CODE/journal"),
        ([".beffroi.example.org", "localhost"], "beffroi.example.org/journal"),
    ],
)
def test_the_log_is_named_after_its_site(settings: Any, hosts: list[str], name: str) -> None:
    from beffroi.web import pack

    settings.ALLOWED_HOSTS = hosts
    assert keys.origin() == name.replace("CODE", pack.current().code)


EXAMPLES: dict[str, Any] = {
    "number": 1356,
    "date": date(2026, 12, 7),
    "datetime": NOW,
    "code": "hearing",
    "id": "2026-001",
    "sha256": "a" * 64,
    "fingerprint": "A" * 43,
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", sorted(ENTRY_KINDS))
def test_every_kind_of_act_is_read_out_with_all_that_its_sentence_names(kind: str) -> None:
    data = {name: EXAMPLES[field.form] for name, field in ENTRY_KINDS[kind].items() if field.required}
    with transaction.atomic():
        entry = actions.publish(kind, NOW, **data)
    said = sentence(entry.leaf)
    assert "%(" not in said
    if any(field.form == "id" for field in ENTRY_KINDS[kind].values()):
        assert "2026-001" in said


def test_every_kind_and_every_field_has_its_words_and_nothing_else_has() -> None:
    assert set(SENTENCES) == set(ENTRY_KINDS)
    assert set(LABELS) == {name for fields in ENTRY_KINDS.values() for name in fields}
    assert len(CODES) > 5
