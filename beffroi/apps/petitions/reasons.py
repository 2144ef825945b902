"""Why a petition can be refused: a closed list of published codes, each with the sentence that its author reads."""

from collections.abc import Mapping
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

#: A recall concerns a person by its nature: criticism of what she does in office is no reason to refuse it.
RECALL_REASONS: Final = MappingProxyType[str, str | Promise](
    {
        "insult": _("The text insults the person, or accuses her or him of a crime or an offence."),
        "private_life": REASONS["private_life"],
        "not_this_mandate": _("What is held against the person does not concern this mandate."),
        "advertising": REASONS["advertising"],
        "not_elector_author": _("The person who filed it is not on the electoral roll."),
    }
)

#: Nobody decides these: the rules say so by themselves.
BY_ITSELF: Final = MappingProxyType[str, str | Promise](
    {"left_office": _("The person concerned has left office: what was asked for no longer has an object.")}
)


def reasons_for(kind: str) -> Mapping[str, str | Promise]:
    """The only reasons to refuse a petition of this kind (`Petition.Kind`)."""
    return RECALL_REASONS if kind == "recall" else REASONS


def reason(code: str) -> str | Promise:
    """The sentence of any published code; empty for none."""
    return (REASONS | RECALL_REASONS | BY_ITSELF).get(code, code)


#: For these the words themselves do harm: the secretariat may stop showing them.
WITHHOLDABLE: Final = frozenset({"personal_attack", "private_life", "insult"})
