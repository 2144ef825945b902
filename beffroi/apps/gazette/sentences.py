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
    "charter.signed": _("Charter: signed by the holder of the mandate %(official)s, on %(signed)s"),
    "charter.withdrawn": _("Charter: the holder of the mandate %(official)s has withdrawn the signature"),
    "petition.replied": _("Petition %(petition)s: the official concerned has replied, version %(version)s of the text"),
    "enrolment.day": _(
        "Register of residents, %(date)s: %(asked)s requests, of which %(counter)s at the counter; "
        "%(accepted)s accepted, %(refused)s refused; %(appealed)s appeals made, %(appeals_accepted)s accepted, "
        "%(appeals_refused)s refused"
    ),
    "roles.changed": _("Accounts at work: the role “%(role)s” has changed, persons who hold it: %(holders)s"),
    "boundaries.planned": _("New boundaries of polling stations from %(date)s on, streets concerned: %(streets)s"),
    "boundaries.dropped": _("The new boundaries planned for %(date)s are given up"),
    "boundaries.applied": _("The boundaries of %(date)s hold: persons who vote in another polling station: %(moved)s"),
    "petition.filed": _("Petition %(petition)s: filed"),
    "petition.admitted": _("Petition %(petition)s: admitted"),
    "petition.refused": _("Petition %(petition)s: refused (%(code)s)"),
    "petition.withheld": _("Petition %(petition)s: its text is no longer shown (%(code)s)"),
    "petition.appealed": _("Petition %(petition)s: the refusal is contested, the bureau decides by %(due)s"),
    "petition.appeal_decided": _("Petition %(petition)s: the bureau on the appeal, %(outcome)s"),
    "petition.carried": _("Petition %(petition)s: persons who carry it, %(carriers)s"),
    "petition.opened": _("Petition %(petition)s: open for signatures until %(closes)s"),
    "petition.crossed": _(
        "Petition %(petition)s: %(count)s signatures, the threshold of %(needed)s is reached (%(rung)s)"
    ),
    "petition.verified": _(
        "Petition %(petition)s: signatures verified (%(rung)s), %(valid)s valid, %(refused)s refused, %(outcome)s"
    ),
    "petition.effect": _("Petition %(petition)s: a threshold has its effect, %(effect)s"),
    "petition.closed": _("Petition %(petition)s: closed with %(count)s signatures"),
    "petition.sample_fixed": _(
        "Petition %(petition)s, %(rung)s, attempt %(attempt)s: the list of %(lines)s paper lines to check is fixed, "
        "before any draw"
    ),
    "petition.sample_drawn": _(
        "Petition %(petition)s, %(rung)s, attempt %(attempt)s: %(size)s of %(lines)s paper lines drawn by lot"
    ),
    "petition.lines_judged": _(
        "Petition %(petition)s, %(rung)s, attempt %(attempt)s: %(size)s of %(lines)s paper lines compared with their "
        "sheets, %(refused)s refused; between %(low)s and %(high)s are valid"
    ),
    "panel.decided": _(
        "Petition %(petition)s: the verification panel decided on a signal (%(signal)s): %(decision)s, %(code)s, "
        "signatures struck off: %(count)s"
    ),
    "petition.erased": _("Petition %(petition)s: the names behind %(count)s signatures are erased, the figures remain"),
    "petition.sheets_printed": _("Petition %(petition)s: paper sheets printed, %(sheets)s"),
    "petition.sheet_received": _("Petition %(petition)s: sheet %(sheet)s handed in, filled lines: %(lines)s"),
    "petition.sheet_lost": _("Petition %(petition)s: sheet %(sheet)s declared lost"),
    "petition.sheet_refused": _("Petition %(petition)s: sheet %(sheet)s refused (%(code)s)"),
    "recount.alarm": _(
        "Petition %(petition)s: alarm, the recount finds %(recounted)s signatures where %(counted)s were counted"
    ),
    "assembly.bureau": _("Assembly %(assembly)s: members of the bureau, %(members)s"),
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
    "votation.dropped": _("Votation %(votation)s: no longer prepared (%(code)s)"),
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
    "recall": _p("code", "recall of an official"),
    "left_office": _p("code", "the official has left office"),
    "insult": _p("code", "the text insults the person"),
    "private_life": _p("code", "the text speaks of private life"),
    "not_this_mandate": _p("code", "it does not concern this mandate"),
    "not_elector_author": _p("code", "its author is not on the electoral roll"),
    "enough": _p("code", "enough"),
    "too_few": _p("code", "too few"),
    "straddles": _p("code", "not sure yet"),
    "device": _p("code", "one device for many persons"),
    "network": _p("code", "one connection for many persons"),
    "burst": _p("code", "an unusual hour"),
    "agent_day": _p("code", "many acts of one agent"),
    "agent_pace": _p("code", "acts very close to one another"),
    "streak": _p("code", "same street or name in a row"),
    "sheet": _p("code", "a sheet with many refusals"),
    "keep": _p("code", "kept"),
    "check": _p("code", "a check is asked for"),
    "strike": _p("code", "struck off"),
    "household": _p("code", "a household or a shared device"),
    "gathering": _p("code", "a stand, a meeting or a press article"),
    "to_confirm": _p("code", "the persons are asked to confirm"),
    "to_compare": _p("code", "the papers are to be compared"),
    "not_hers": _p("code", "not given by the person herself"),
    "no_presence": _p("code", "the person was not there"),
    "deliberation": _p("code", "put to the assembly"),
    "votation": _p("code", "a votation is prepared"),
    "adopted": _p("code", "adopted"),
    "refused": _p("code", "not adopted"),
    "minimum_not_met": _p("code", "participation minimum not met"),
    "not_communal": _p("code", "the commune has no say in it"),
    "personal_attack": _p("code", "it attacks a person"),
    "admitted": _p("code", "admitted"),
    "upheld": _p("code", "the refusal stands"),
    "by_itself": _p("code", "no decision in time, so it opens"),
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
    "altered": _p("code", "the printed text was changed"),
    "copied": _p("code", "a copy of another sheet"),
    "unreadable": _p("code", "it cannot be read"),
}

LABELS: Mapping[str, Words] = {
    "accepted": _p("field", "Accepted"),
    "answer_due": _p("field", "Answer due on"),
    "carriers": _p("field", "Carried by"),
    "neighbourhood": _p("field", "Neighbourhood"),
    "note_sha256": _p("field", "SHA-256 of the sentence"),
    "answer_sha256": _p("field", "SHA-256 of the answer"),
    "appealed": _p("field", "Appeals made"),
    "appeals_accepted": _p("field", "Appeals accepted"),
    "appeals_refused": _p("field", "Appeals refused"),
    "archive_sha256": _p("field", "SHA-256 of the archive"),
    "arrived": _p("field", "Arrived"),
    "asked": _p("field", "Requests"),
    "assembly": _p("field", "Assembly"),
    "attempt": _p("field", "Attempt"),
    "ballots": _p("field", "Ballots"),
    "blank": _p("field", "Blank"),
    "changed": _p("field", "Changed"),
    "closes": _p("field", "Closes"),
    "code": _p("field", "Reason"),
    "count": _p("field", "Signatures"),
    "counted": _p("field", "Counted"),
    "counter": _p("field", "At the counter"),
    "credentials": _p("field", "Credentials"),
    "credentials_sha256": _p("field", "SHA-256 of the list of credentials"),
    "date": _p("field", "Date"),
    "days_late": _p("field", "Days late"),
    "decision": _p("field", "Decision"),
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
    "high": _p("field", "Valid at most"),
    "inhabitants": _p("field", "Inhabitants"),
    "left": _p("field", "Left"),
    "legal_needed": _p("field", "Needed for the legal request"),
    "lines": _p("field", "Paper lines"),
    "list_sha256": _p("field", "SHA-256 of the list of lines"),
    "low": _p("field", "Valid at least"),
    "members": _p("field", "Members"),
    "minimum": _p("field", "Participation minimum"),
    "needed": _p("field", "Threshold"),
    "no": _p("field", "No"),
    "official": _p("field", "Mandate"),
    "opens": _p("field", "Opens"),
    "outcome": _p("field", "Outcome"),
    "participants": _p("field", "Participants"),
    "petition": _p("field", "Petition"),
    "recall_needed": _p("field", "Needed for a recall"),
    "recounted": _p("field", "Recounted"),
    "reference": _p("field", "Reference"),
    "reply_sha256": _p("field", "SHA-256 of the reply"),
    "referendum_needed": _p("field", "Needed for a votation"),
    "refused": _p("field", "Refused"),
    "registered": _p("field", "Registered"),
    "root": _p("field", "Root of the tree head"),
    "rules_sha256": _p("field", "SHA-256 of the rules"),
    "rung": _p("field", "Rung"),
    "seed": _p("field", "Seed of the draw"),
    "signal": _p("field", "Signal"),
    "signed": _p("field", "Signed on"),
    "sheet": _p("field", "Sheet"),
    "sheets": _p("field", "Sheets"),
    "sitting": _p("field", "Sitting"),
    "size": _p("field", "Lines judged"),
    "station": _p("field", "Polling station"),
    "text_sha256": _p("field", "SHA-256 of the text"),
    "tree_size": _p("field", "Entries under the tree head"),
    "trustee": _p("field", "Trustee"),
    "trustees_sha256": _p("field", "SHA-256 of the trustees’ keys"),
    "uuid": _p("field", "Identifier of the election"),
    "valid": _p("field", "Valid"),
    "version": _p("field", "Version"),
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
