"""Who may, in sentences."""

from django.utils.translation import gettext_lazy as _

from beffroi.apps.roll.models import Account
from beffroi.apps.roll.perms import is_administrator, is_clerk, is_of_the_panel, is_scrutineer, may_act_at_counter

DESK = _("This page is for those who work for the commune: each role finds its own work there.")


def has_a_desk(account: Account | None) -> bool:
    """Each role finds its own work there; residents have nothing to do at it."""
    roles = (may_act_at_counter, is_clerk, is_scrutineer, is_of_the_panel, is_administrator)
    return any(role(account) for role in roles)
