"""Who may, in sentences. The rest is in roll.perms: clerks hand in files, scrutineers enter paper counts."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.models import Account
from beffroi.apps.roll.perms import acts_for_herself
from beffroi.apps.votations import group

ALONE = _("A ballot is cast from the resident's own session, never from an agent's screen, not even at the counter.")

MEMBERS = _("Only the trustees of this vote hand in files here, each her own, from her own account.")


def member(found: group.Group | None, account: Account | None) -> group.Member | None:
    """Which trustee of this group the account is, after its second step; None for everybody else."""
    if found is None or account is None or not account.is_active or account.half_way:
        return None
    return found.of(str(account.ref))


def is_member_of(found: group.Group | None) -> Callable[[Account | None], bool]:
    """The trustees of this group, each with her own account; nobody for them."""
    return lambda account: member(found, account) is not None


def holds_a_key(account: Account) -> bool:
    """Whether a vote that is not decided waits for her: then signing in asks for the second step (settings.POWERS)."""
    return group.is_waited_for(account)


def may_cast(request: Request) -> bool:
    """The resident herself, in her own session. The roll of this votation decides afterwards."""
    return acts_for_herself(request)


def is_at_work(request: Request) -> bool:
    """An account that nobody votes with: no page offers it the booth, whomever it acts for at the counter."""
    return request.account is not None and request.account.person_id is None
