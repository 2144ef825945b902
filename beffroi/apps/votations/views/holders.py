"""Who holds the keys of a votation, as its pages show it."""

from dataclasses import dataclass

from django.utils.functional import Promise

from beffroi.apps.votations import archive, group
from beffroi.apps.votations.forms import SIDES
from beffroi.apps.votations.models import Trustee, Votation


@dataclass(frozen=True)
class Holder:
    """A trustee. `spared`: the total was opened without her, and nobody owes a reason for that."""

    trustee: Trustee
    side: str | Promise
    spared: bool
    set_aside: bool


def holders(votation: Votation) -> list[Holder]:
    """In the order of their numbers."""
    found = group.of(votation)
    used = {row.pk for row in archive.counted(votation)} if votation.state == Votation.State.DECIDED else None
    aside = {member.trustee.pk for member in found.members if member.part.set_aside} if found else set()
    return [
        Holder(row, SIDES[row.side], used is not None and row.pk not in used, row.pk in aside)
        for row in votation.trustee_rows.all()
    ]


def folder(votation: Votation, member: group.Member) -> str:
    """The folder on the member's machine; another one for each attempt, because the seed is a new one."""
    attempt = member.part.attempt
    return f"cle-{votation.number}" + (f"-{attempt}" if attempt > 1 else "")
