"""Why a request can be refused: a closed list of published codes, each with the sentence that the person reads."""

from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: Final = MappingProxyType[str, str | Promise](
    {
        "already_on_roll": _(
            "You are on the roll already: there is nothing to ask for. If you cannot sign in, come to the counter with "
            "a proof of identity, and give your e-mail address there."
        ),
        "another_commune": _("The address is not in this commune."),
        "identity_unclear": _("The proof of identity cannot be read, or is no longer valid."),
        "residence_unclear": _("The proof of residence cannot be read, is too old, or does not show this address."),
        "not_the_same": _("The papers name another person than the request does."),
        "too_young": _("You have not reached the age that the rules ask for."),
        "papers_missing": _("A paper was missing, and it did not come in time."),
    }
)
