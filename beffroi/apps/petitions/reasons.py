"""Why a petition can be refused: a closed list of published codes, each with the sentence that its author reads."""

from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: Final = MappingProxyType[str, str | Promise](
    {
        "not_communal": _("The commune has no say in what is asked: another authority decides on it."),
        "personal_attack": _("The text accuses or attacks a person."),
        "private_life": _("The text shows somebody's private life."),
        "against_rights": _("What is asked would take away a right that the law gives to everybody."),
        "advertising": _("The text sells something or serves an election campaign."),
        "same_as_open": _("A petition that asks for the same thing is open already."),
        "unclear": _("The question cannot be answered by yes or no, so nobody could vote on it."),
        "not_resident": _("The person who filed it is not on the register of residents of 16 and over."),
    }
)

#: For these two the words themselves do harm: the secretariat may stop showing them.
WITHHOLDABLE: Final = frozenset({"personal_attack", "private_life"})
