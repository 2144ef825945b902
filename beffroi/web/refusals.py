"""A refusal's sentence. Each app has in its `refusals.py` SENTENCES, from a rule's code to what a reader is told.

A sentence may hold {at_fault}: what or who broke the rule, as the action said it.
"""

from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from beffroi.core.errors import Refused
from beffroi.web import offers

SENTENCES: dict[str, str | Promise] = {
    "rules.no_value": _("The rules of this commune have no value for that day. The town hall must complete them."),
    "journal.field": _("This could not be written in the public journal, so nothing was done."),
    "uploads.empty": _("The file is empty. Choose another one."),
    "uploads.too_large": _("The file is too large. Choose one of less than 8 megabytes, or take the picture again."),
    "uploads.kind": _("This file cannot be read. A PDF, a JPEG picture or a PNG picture is taken."),
    "uploads.active": _(
        "This PDF contains a program or another file, so it is not taken. Print it to a new PDF first."
    ),
}


@lru_cache(maxsize=1)
def _all() -> dict[str, str | Promise]:
    found = dict(SENTENCES)
    for module in offers.modules("refusals"):
        found |= module.SENTENCES
    return found


def sentence(refused: Refused) -> str:
    """What to tell the reader. A code without a sentence is shown as it is: better a code than a riddle."""
    told = _all().get(refused.rule)
    if told is None:
        return str(_("A rule does not allow it: %(rule)s.") % {"rule": refused.rule})
    return str(told).replace("{at_fault}", refused.at_fault)
