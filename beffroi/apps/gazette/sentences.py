"""What an entry says in words. The leaf is the truth; a sentence only reads it out: public data, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from beffroi.core.journal.entry import ENTRY_KINDS, decode
from beffroi.web.templatetags.beffroi import day, moment, number

Words = str | Promise

SENTENCES: Mapping[str, Words] = {
    "roll.imported": _(
        "Electoral roll imported, %(electors)s electors: arrived %(arrived)s, changed %(changed)s, left %(left)s"
    ),
    "roll.import_undone": _(
        "Import of the electoral roll taken back, with its %(arrived)s arrivals and %(left)s departures"
    ),
    "roles.changed": _("Accounts at work: the role “%(role)s” has changed, persons who hold it: %(holders)s"),
    "boundaries.planned": _("New boundaries of polling stations from %(date)s on, streets concerned: %(streets)s"),
    "boundaries.dropped": _("The new boundaries planned for %(date)s are given up"),
    "boundaries.applied": _("The boundaries of %(date)s hold: persons who vote in another polling station: %(moved)s"),
    "petition.filed": _("Petition %(petition)s: filed"),
    "petition.admitted": _("Petition %(petition)s: admitted"),
    "petition.refused": _("Petition %(petition)s: refused (%(code)s)"),
    "petition.opened": _("Petition %(petition)s: open for signatures until %(closes)s"),
    "petition.crossed": _(
        "Petition %(petition)s: %(count)s signatures, the threshold of %(needed)s is reached (%(rung)s)"
    ),
    "petition.verified": _(
        "Petition %(petition)s: signatures verified (%(rung)s), %(valid)s valid, %(refused)s refused, %(outcome)s"
    ),
    "petition.effect": _("Petition %(petition)s: a threshold has its effect, %(effect)s"),
    "petition.closed": _("Petition %(petition)s: closed with %(count)s signatures"),
    "recount.alarm": _(
        "Petition %(petition)s: alarm, the recount finds %(recounted)s signatures where %(counted)s were counted"
    ),
    "sitting.convened": _("Sitting %(sitting)s: council convened for %(date)s"),
    "sitting.moved": _("Sitting %(sitting)s: its date or its place has changed, it is on %(date)s"),
    "sitting.cancelled": _("Sitting %(sitting)s, planned for %(date)s: cancelled, its page says why"),
    "hearing.scheduled": _(
        "Hearing %(hearing)s: petition %(petition)s is on the agenda of the sitting %(sitting)s, on %(date)s"
    ),
    "hearing.held": _(
        "Hearing %(hearing)s: petition %(petition)s was heard, the council owes an answer by %(answer_due)s"
    ),
    "hearing.answered": _(
        "Hearing %(hearing)s: the council has answered petition %(petition)s, days late: %(days_late)s"
    ),
    "votation.called": _("Votation %(votation)s: called, rules frozen, online from %(opens)s to %(closes)s"),
    "votation.opened": _(
        "Votation %(votation)s: the election is fixed, %(registered)s persons are registered, fingerprint published"
    ),
    "votation.box_head": _("Votation %(votation)s: head of the ballot box, events: %(height)s"),
    "votation.closed": _("Votation %(votation)s: online vote closed with %(ballots)s ballots in the box"),
    "votation.forgotten": _(
        "Votation %(votation)s: %(voted)s persons voted online; the server no longer knows who cast which ballot"
    ),
    "votation.paper_agreed": _(
        "Votation %(votation)s: paper count of station %(station)s agreed, yes %(yes)s, no %(no)s, blank %(blank)s"
    ),
    "votation.decrypted": _("Votation %(votation)s: trustee %(trustee)s has given a part of the decryption"),
    "votation.decided": _(
        "Votation %(votation)s: %(outcome)s, yes %(yes)s, no %(no)s, blank %(blank)s, "
        "%(participants)s participants of %(registered)s"
    ),
}

#: Codes that appear in sentences. A code that is not here is shown as it is written in the journal.
CODES: Mapping[str, Words] = {
    "hearing": _p("code", "hearing by the council"),
    "legal": _p("code", "legal request"),
    "referendum": _p("code", "citizens’ initiative referendum"),
    "enough": _p("code", "enough"),
    "too_few": _p("code", "too few"),
    "deliberation": _p("code", "put to the assembly"),
    "votation": _p("code", "a votation is prepared"),
    "adopted": _p("code", "adopted"),
    "refused": _p("code", "not adopted"),
    "minimum_not_met": _p("code", "participation minimum not met"),
    "not_communal": _p("code", "the commune has no say in it"),
    "personal_attack": _p("code", "it attacks a person"),
    "against_rights": _p("code", "it would take a right away"),
    "advertising": _p("code", "it advertises"),
    "same_as_open": _p("code", "the same as an open one"),
    "unclear": _p("code", "no question to answer by yes or no"),
    "agent": _p("code", "counter"),
    "clerk": _p("code", "secretariat"),
    "scrutineer": _p("code", "scrutineer"),
    "panel": _p("code", "verification panel"),
    "administrator": _p("code", "administrator"),
    "not_resident": _p("code", "its author is not on the register"),
}

LABELS: Mapping[str, Words] = {
    "answer_due": _p("field", "Answer due on"),
    "answer_sha256": _p("field", "SHA-256 of the answer"),
    "archive_sha256": _p("field", "SHA-256 of the archive"),
    "arrived": _p("field", "Arrived"),
    "attempt": _p("field", "Attempt"),
    "ballots": _p("field", "Ballots"),
    "blank": _p("field", "Blank"),
    "changed": _p("field", "Changed"),
    "closes": _p("field", "Closes"),
    "code": _p("field", "Reason"),
    "count": _p("field", "Signatures"),
    "counted": _p("field", "Counted"),
    "credentials": _p("field", "Credentials"),
    "credentials_sha256": _p("field", "SHA-256 of the list of credentials"),
    "date": _p("field", "Date"),
    "days_late": _p("field", "Days late"),
    "due": _p("field", "Due on"),
    "effect": _p("field", "Effect"),
    "electors": _p("field", "Electors"),
    "fingerprint": _p("field", "Fingerprint of the election"),
    "head": _p("field", "Last event of the box (SHA-256)"),
    "hearing": _p("field", "Hearing"),
    "holders": _p("field", "Persons who hold it"),
    "moved": _p("field", "Persons in another polling station"),
    "role": _p("field", "Role"),
    "streets": _p("field", "Streets"),
    "hearing_needed": _p("field", "Needed for a hearing"),
    "height": _p("field", "Events in the box"),
    "inhabitants": _p("field", "Inhabitants"),
    "left": _p("field", "Left"),
    "legal_needed": _p("field", "Needed for the legal request"),
    "minimum": _p("field", "Participation minimum"),
    "needed": _p("field", "Threshold"),
    "no": _p("field", "No"),
    "opens": _p("field", "Opens"),
    "outcome": _p("field", "Outcome"),
    "participants": _p("field", "Participants"),
    "petition": _p("field", "Petition"),
    "recall_needed": _p("field", "Needed for a recall"),
    "recounted": _p("field", "Recounted"),
    "reference": _p("field", "Reference"),
    "referendum_needed": _p("field", "Needed for a votation"),
    "refused": _p("field", "Refused"),
    "registered": _p("field", "Registered"),
    "rules_sha256": _p("field", "SHA-256 of the rules"),
    "rung": _p("field", "Rung"),
    "sitting": _p("field", "Sitting"),
    "station": _p("field", "Polling station"),
    "text_sha256": _p("field", "SHA-256 of the text"),
    "trustee": _p("field", "Trustee"),
    "trustees_sha256": _p("field", "SHA-256 of the trustees’ keys"),
    "uuid": _p("field", "Identifier of the election"),
    "valid": _p("field", "Valid"),
    "voted": _p("field", "Persons who voted online"),
    "voters": _p("field", "Voters"),
    "votation": _p("field", "Votation"),
    "yes": _p("field", "Yes"),
}

#: The titles of core.journal.log's steps, for the catalogues: the core translates nothing.
STEPS: tuple[Words, ...] = (
    _("The tree head is signed by the key of the journal"),
    _("The entry says only what the journal may say"),
    _("The proof is well formed and made for this tree head"),
    _("The proof leads from the entry to the root of the tree head"),
)


@dataclass(frozen=True)
class Fact:
    """One field: its name in the journal, what it is, its value in words; `hashed` values are shown in a fixed type."""

    name: str
    label: Words
    value: str
    hashed: bool


def _in_words(form: str, value: str | int) -> str:
    if form == "number":
        assert isinstance(value, int)
        return number(value)
    assert isinstance(value, str)
    if form == "date":
        return day(value)
    if form == "datetime":
        return moment(value)
    return str(CODES.get(value, value)) if form == "code" else value


def facts(leaf: str) -> list[Fact]:
    """The fields of a leaf, in the order in which its kind lists them."""
    entry = decode(leaf.encode("ascii"))
    forms = {name: field.form for name, field in ENTRY_KINDS[entry.kind].items() if name in entry.data}
    return [
        Fact(name, LABELS[name], _in_words(form, entry.data[name]), form in ("sha256", "fingerprint"))
        for name, form in forms.items()
    ]


def sentence(leaf: str) -> str:
    """The leaf read out in the reader's language."""
    kind = decode(leaf.encode("ascii")).kind
    return str(SENTENCES[kind]) % {fact.name: fact.value for fact in facts(leaf)}
