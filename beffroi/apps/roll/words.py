"""The words of the administrators' pages for codes that the database holds."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from beffroi.apps.roll.models import Role

Words = str | Promise

#: Kinds of change and of doubt (plan.py).
IMPORT_WORDS: Mapping[str, Words] = {
    "new": _p("import", "New in the roll"),
    "back": _p("import", "Back, after having left"),
    "moved": _p("import", "Moved: another address or polling station"),
    "changed": _p("import", "Name, birth date or list corrected"),
    "renumbered": _p("import", "Order number only"),
    "gone": _p("import", "Gone: no longer in the file"),
    "homonyms": _("Several persons have this name and this birth date: who is it?"),
    "two_lists": _("On two lists that exclude each other, or once too often on one."),
    "perhaps_renamed": _("Somebody comes and somebody leaves, born the same day with a name in common: one person?"),
    "no_station": _("New, but without a polling station: not added."),
    "european_only": _("An elector of the register, now on the European list only: not changed."),
}

STAGE_WORDS: Mapping[str, Words] = {
    "": _p("progress", "Waiting for the server"),
    "reading": _p("progress", "Reading the file"),
    "comparing": _p("progress", "Comparing with the register"),
    "writing": _p("progress", "Writing in the register"),
}

#: What a role is called, and what it opens.
ROLE_WORDS: Mapping[str, tuple[Words, Words]] = {
    Role.Kind.AGENT: (_p("role", "Counter"), _("Acts for the person in front of her, enters paper sheets.")),
    Role.Kind.CLERK: (_p("role", "Secretariat"), _("Admissibility of petitions, sittings, calling a votation.")),
    Role.Kind.SCRUTINEER: (_p("role", "Scrutineer"), _("Enters the count of a paper box.")),
    Role.Kind.PANEL: (_p("role", "Verification panel"), _("Judges what looks like fraud in the signatures.")),
    Role.Kind.ADMINISTRATOR: (
        _p("role", "Administrator"),
        _("Accounts at work and their roles, the electoral roll, streets and polling stations."),
    ),
}
