"""Who may, in sentences."""

from django.utils.translation import gettext_lazy as _

from beffroi.apps.roll.models import Account
from beffroi.apps.roll.perms import is_clerk, is_of_the_panel, is_scrutineer, may_act_at_counter

DESK = _("This page is for those who work here: counter, secretariat, scrutineers, verification panel.")


def has_a_desk(account: Account | None) -> bool:
    """Agents, clerks, scrutineers and the panel find their own work there; residents have nothing to do at it."""
    return may_act_at_counter(account) or is_clerk(account) or is_scrutineer(account) or is_of_the_panel(account)
