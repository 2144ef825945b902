"""Who holds the keys of a votation, as its pages show it."""

from dataclasses import dataclass

from django.utils.functional import Promise

from beffroi.apps.roll.acting import Request
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


def way_in(request: Request, found: group.Group | None) -> str:
    """What is missing before a page can tell a member what to do: "sign_in", "second_factor"; "" when nothing is."""
    account = request.account
    if account is None:
        return "sign_in"
    return "second_factor" if account.half_way and found and found.of(str(account.ref)) else ""


def folder(votation: Votation, member: group.Member) -> str:
    """The folder on the member's machine; another one for each attempt, because the seed is a new one."""
    attempt = member.part.attempt
    return f"cle-{votation.number}" + (f"-{attempt}" if attempt > 1 else "")
