"""The journal's head, at the foot of every page."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from beffroi.apps.gazette import queries
from beffroi.apps.gazette.models import Checkpoint
from beffroi.web.still import shared


def short_root(head: Checkpoint) -> str:
    """The first 20 digits of the root, in the groups that a reader can compare by eye."""
    return f"{head.root[:8]} {head.root[8:16]} {head.root[16:20]}"


def journal_head(request: HttpRequest) -> dict[str, Any]:
    """`journal_head`: None, or a dictionary of size, at and root_short. Read only by a page that shows it."""

    def read() -> dict[str, Any] | None:
        head = shared(("gazette.head",), queries.head)
        return {"size": head.size, "at": head.at, "root_short": short_root(head)} if head else None

    return {"journal_head": SimpleLazyObject(read)}
