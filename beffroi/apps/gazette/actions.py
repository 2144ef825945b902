"""The verbs of the journal: publish an act, number what has committed, make the key."""

from datetime import datetime

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from beffroi.apps.gazette import keys
from beffroi.apps.gazette.models import Checkpoint, Entry, Mention
from beffroi.core.journal.entry import ENTRY_KINDS, Value, encode
from beffroi.core.journal.note import LogKey, sign_checkpoint
from beffroi.core.journal.tree import Frontier, leaf_hash

BATCH = 100  # rows of one UPDATE


def publish(kind: str, at: datetime, **data: Value) -> Entry:
    """Writes one act. Called inside the act's own transaction: both are kept, or neither.

    `Refused("journal.kind")` or `Refused("journal.field")` when the journal may not say it.
    """
    assert connection.in_atomic_block, "an act and its entry are one transaction"
    entry = Entry.objects.create(kind=kind, at=at, leaf=encode(kind, at, data).decode("ascii"))
    named = {str(value) for field, value in data.items() if ENTRY_KINDS[kind][field].form == "id"}
    Mention.objects.bulk_create(Mention(entry=entry, public_id=public_id) for public_id in sorted(named))
    return entry


def ensure_key() -> LogKey:
    """The log's key, made the first time. A log that has begun keeps it: a lost key is never replaced in silence."""
    key = keys.read()
    if key is not None:
        keys.publish_half(key)  # a process killed between the two files left it out
        return key
    if Checkpoint.objects.exists():
        raise ImproperlyConfigured("log.key is missing from BEFFROI_HOME, but the journal has begun: restore the file")
    try:
        return keys.make()
    except FileExistsError:  # another process made it a moment ago
        return ensure_key()


def sequence(now: datetime) -> Checkpoint | None:
    """Gives each committed entry its place in the tree, and signs the new head. None when there was nothing to do.

    Transactions commit out of order, so what is taken is "the rows without a place", never "the rows after the last".
    """
    if not Entry.objects.filter(index=None).exists():
        return None
    key = ensure_key()
    with transaction.atomic():
        last = _locked_head(key, now)
        rows = list(Entry.objects.filter(index=None).order_by("pk"))
        if not rows:  # another sequencer took them while we waited for the lock
            return None
        frontier = Frontier.from_text(last.frontier)
        for row in rows:
            row.index = frontier.size
            frontier = frontier.append(leaf_hash(row.leaf.encode("ascii")))
        Entry.objects.bulk_update(rows, ["index"], batch_size=BATCH)
        return _sign(key, frontier, now)


def _locked_head(key: LogKey, now: datetime) -> Checkpoint:
    """The last head. The lock is on the head of the empty log: every sequencer finds that row, and none replaces it."""
    if not Checkpoint.objects.filter(size=0).exists():
        empty = _head(key, Frontier(), now)
        Checkpoint.objects.bulk_create([empty], ignore_conflicts=True)
    Checkpoint.objects.select_for_update().get(size=0)
    return Checkpoint.objects.latest("size")


def _head(key: LogKey, frontier: Frontier, now: datetime) -> Checkpoint:
    root = frontier.root()
    note = sign_checkpoint(key, key.name, frontier.size, root)
    return Checkpoint(size=frontier.size, root=root.hex(), frontier=frontier.to_text(), note=note, at=now)


def _sign(key: LogKey, frontier: Frontier, now: datetime) -> Checkpoint:
    head = _head(key, frontier, now)
    head.save(force_insert=True)
    return head
