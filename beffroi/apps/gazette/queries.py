"""The reads of the journal. What is public is what a signed head covers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from beffroi.apps.gazette.models import Checkpoint, Entry
from beffroi.core.journal.log import proof_json
from beffroi.core.journal.tree import leaf_hash

PAGE = 50
BATCH = 1000


@dataclass(frozen=True)
class Inclusion:
    """One entry, the head that covers it, and the proof that leads from one to the other (JSON, as published)."""

    entry: Entry
    head: Checkpoint
    proof: bytes

    @property
    def leaf(self) -> bytes:
        return self.entry.leaf.encode("ascii")

    @property
    def leaf_hash(self) -> str:
        return leaf_hash(self.leaf).hex()

    @property
    def hashes(self) -> list[str]:
        """The hashes of the proof, nearest the leaf first."""
        return list(json.loads(self.proof)["hashes"])


def head(size: int | None = None) -> Checkpoint | None:
    """The last signed head, or the one of `size` entries; None when there is none."""
    heads = Checkpoint.objects.filter(size__gt=0).order_by("-size")
    return (heads if size is None else heads.filter(size=size)).first()


def entries(page: int | str = 1, subject: str = "") -> Page[Entry]:
    """A page of the journal, newest first. With `subject`, a public id, only the acts that name it."""
    rows = Entry.objects.filter(index__isnull=False).order_by("-index")
    if subject:
        rows = rows.filter(mentions__public_id=subject)
    return Paginator(rows, PAGE).get_page(page)


def latest(count: int) -> list[Entry]:
    """The newest entries."""
    return list(Entry.objects.filter(index__isnull=False).order_by("-index")[:count])


def about(subject: str) -> list[Entry]:
    """Every numbered entry that names the public id `subject`, oldest first."""
    return list(Entry.objects.filter(index__isnull=False, mentions__public_id=subject).order_by("index"))


def leaves(size: int) -> Iterator[bytes]:
    """The first `size` leaves, in order. They never change, so they need not be read in one transaction."""
    rows = Entry.objects.order_by("index").values_list("leaf", flat=True)
    for start in range(0, size, BATCH):
        # Each batch is a query that ends: a slow download must not keep a snapshot that the server has to forget.
        for leaf in list(rows.filter(index__gte=start, index__lt=min(start + BATCH, size))):
            yield leaf.encode("ascii")


def inclusion(index: int, size: int | None = None) -> Inclusion:
    """The proof of one entry under the last head, or under the one of `size` entries.

    `Entry.DoesNotExist` when there is no such entry, `Checkpoint.DoesNotExist` when that head does not cover it.
    Hashes every leaf: a thousand entries take a few milliseconds, a million a few seconds.
    """
    entry = Entry.objects.get(index=index)
    covering = head(size)
    if size is not None and (covering is None or index >= size):
        raise Checkpoint.DoesNotExist
    # An entry is numbered in the transaction that signs its head.
    assert covering is not None
    assert index < covering.size
    return Inclusion(entry, covering, proof_json([leaf_hash(leaf) for leaf in leaves(covering.size)], index))
