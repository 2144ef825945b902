"""Who may, in sentences. The rest is in roll.perms: clerks hand in files, scrutineers enter paper counts."""

from django.utils.translation import gettext_lazy as _

from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.perms import acts_for_herself

ALONE = _("A ballot is cast from the resident's own session, never from an agent's screen, not even at the counter.")


def may_cast(request: Request) -> bool:
    """The resident herself, in her own session. The roll of this votation decides afterwards."""
    return acts_for_herself(request)


def is_at_work(request: Request) -> bool:
    """An account that nobody votes with: no page offers it the booth, whomever it acts for at the counter."""
    return request.account is not None and request.account.person_id is None
