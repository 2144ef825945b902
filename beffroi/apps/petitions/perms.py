"""Who may, in sentences."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from beffroi.apps.assemblies.perms import is_herself, sits_on
from beffroi.apps.petitions.models import Petition
from beffroi.apps.roll.acting import Acting
from beffroi.apps.roll.models import Account
from beffroi.apps.roll.perms import is_clerk, is_of_the_panel, may_act_at_counter

__all__ = ["JUDGES", "is_at_work", "is_of_the_panel", "may_decide", "may_enter_lines", "may_judge_lines"]

JUDGES = _("This page is for the agents of the counter and the verification panel.")


def is_at_work(account: Account | None, acting: Acting | None) -> bool:
    """Signed in to work, with nobody in front of her or him: this account signs and files nothing."""
    return account is not None and acting is None


def may_decide(account: Account | None) -> bool:
    """The secretariat decides on admissibility."""
    return is_clerk(account)


def may_enter_lines(account: Account | None) -> bool:
    """The agents of the counter enter paper sheets."""
    return may_act_at_counter(account)


def may_judge_lines(account: Account | None) -> bool:
    """Agents and the panel compare paper lines with their sheets; never the line that one entered (the action says)."""
    return may_act_at_counter(account) or is_of_the_panel(account)


def may_reply(account: Account | None, petition: Petition, on: date) -> bool:
    """The official whom a recall concerns, while in office; the secretariat only for one who has no account."""
    official = petition.official
    if official is None or not sits_on(official, on):
        return False
    return is_herself(official, account) or (official.account_id is None and is_clerk(account))


def may_settle(account: Account | None) -> bool:
    """An agent, or the secretariat, says which of two readings of a line is right."""
    return may_act_at_counter(account) or is_clerk(account)


def may_see_scans(account: Account | None) -> bool:
    """Agents, the secretariat and the verification panel look at the picture of a sheet."""
    return may_settle(account) or is_of_the_panel(account)


def may_print_sheets(petition: Petition, account: Account | None, acting: Acting | None) -> bool:
    """The agents of the counter, and who carries the petition, at home or in front of an agent."""
    return may_act_at_counter(account) or (acting is not None and acting.person.pk == petition.author_id)
