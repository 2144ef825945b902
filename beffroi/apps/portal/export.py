"""What is held about a resident, for herself: on her page in words, and as a file that a program can read."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from beffroi.apps.letters.models import Subscription
from beffroi.apps.petitions.models import Appeal, CoPetitioner, Draft, Petition, ReadLine
from beffroi.apps.petitions.queries import signatures_of, state_of
from beffroi.apps.roll.models import Account, Address, CounterSession, Enrolment, Move, Person
from beffroi.apps.votations.models import PollBookEntry, Voter
from beffroi.web.words import day, moment


def of_person(person: Person) -> dict[str, Any]:
    """Every row of the database that names her. Receipts and credentials are not there: the site does not have them.

    While a vote is open, `has_voted` is known. Which encrypted ballot is hers could be found only with a key file that
    is destroyed at closing: it is not written out here.
    """
    return {
        "person": _person(person),
        "residence": _residence(person),
        "signatures": [_signature(row) for row in signatures_of(person)],
        "petitions": [
            {"number": row.number, "kind": row.kind, "title": row.title, "filed_at": row.filed_at, "state": row.state}
            for row in Petition.objects.filter(author=person).order_by("filed_at")
        ],
        "drafts": [
            {"title": row.title, "text": row.text, "question": row.question, "saved_at": row.saved_at}
            for row in Draft.objects.filter(author=person).order_by("saved_at")
        ],
        "carried": [
            {"petition": row.petition.number, "joined_at": row.joined_at, "left_at": row.left_at, "name": row.name}
            for row in CoPetitioner.objects.filter(person=person).select_related("petition").order_by("joined_at")
        ],
        "appeals": [
            {"petition": row.petition.number, "text": row.text, "filed_at": row.filed_at, "outcome": row.outcome}
            for row in Appeal.objects.filter(petition__author=person).select_related("petition").order_by("filed_at")
        ],
        "read_on_paper": [
            {"petition": row.reading.sheet.petition.number, "sheet": row.reading.sheet_id, "line": row.line}
            for row in ReadLine.objects.filter(person=person).select_related("reading__sheet__petition").order_by("pk")
        ],
        "told_what_follows": [
            {"petition": row.reference, "since": row.since}
            for row in Subscription.objects.filter(recipient=person.ref).order_by("reference")
        ],
        "votations": _votations(person),
        "at_the_counter": [
            {
                "opened_at": row.opened_at,
                "closed_at": row.closed_at,
                "proof": row.proof,
                "agent": str(row.agent),
                "acts": list(row.acts.values("at", "act")),
            }
            for row in CounterSession.objects.filter(person=person).select_related("agent").order_by("opened_at")
        ],
        "account": _account(person),
    }


def _person(person: Person) -> dict[str, Any]:
    return {
        "ref": str(person.ref),
        "roll_number": person.roll_number,
        "register": person.register,
        "last_name": person.last_name,
        "first_name": person.first_name,
        "birth_date": person.birth_date,
        "street": person.street,
        "neighbourhood": person.neighbourhood.name,
        "station": person.station.name,
        "email": person.email,
        "since": person.since,
        "left_on": person.left_on,
        "roll_identity": person.roll_identity,
        "order_number": person.order_number,
        "confirmed_on": person.confirmed_on,
        "enrolled_as": person.enrolled_as,
    }


def _residence(person: Person) -> dict[str, Any]:
    return {
        "former_addresses": [
            {"street": row.street, "neighbourhood": row.neighbourhood.name, "since": row.since, "until": row.until}
            for row in Address.objects.filter(person=person).select_related("neighbourhood").order_by("since")
        ],
        "declared_addresses": [
            {"street": row.street, "moved_on": row.moved_on, "state": row.state, "asked_at": row.asked_at}
            for row in Move.objects.filter(person=person).order_by("asked_at")
        ],
        "enrolment": [
            {"number": row.number, "channel": row.channel, "asked_at": row.asked_at, "decided_at": row.decided_at}
            for row in Enrolment.objects.filter(person=person).order_by("asked_at")
        ],
    }


def _account(person: Person) -> dict[str, Any]:
    """How her account is opened, and what was changed in that. No secret, and no instant of a sign-in."""
    account = Account.objects.filter(person=person).first()
    return {
        "letter_codes": list(person.letter_codes.order_by("pk").values("asked_on", "expires_at", "closed_on")),
        "linked_identities": list(account.foreign_identities.values("provider")) if account else [],
        "access_changes": list(account.traces.order_by("pk").values("kind", "on")) if account else [],
    }


def _signature(row: Any) -> dict[str, Any]:
    return {
        "petition": row.petition.number,
        "title": row.petition.title,
        "channel": row.channel,
        "signed_at": row.signed_at,
        "withdrawn_at": row.withdrawn_at,
        "state": state_of(row),
        "legal_quarter": row.legal_quarter,
        "refusal": row.refusal,
        # Keyed hashes of the device and the connection: they tell nobody which, and live a few weeks.
        "traces": list(row.traces.order_by("at").values("at", "device", "network")),
        "paper_lines": list(row.paper_lines.order_by("pk").values("sheet", "line", "entered_at")),
        "signals": list(row.signals.order_by("pk").values("code", "found_at")),
        "name_public_since": row.named_since,
    }


def _votations(person: Person) -> list[dict[str, Any]]:
    now = Voter.objects.filter(person=person).select_related("votation").order_by("votation__number")
    past = PollBookEntry.objects.filter(person=person).select_related("votation").order_by("votation__number")
    listed = [{"votation": r.votation.number, "has_voted": r.credential_mac is not None} for r in now]
    return listed + [{"votation": r.votation.number, "has_voted": r.voted_online} for r in past]


# In words ----------------------------------------------------------------------------------------------------------

#: Section or field -> what it is. One that is not here is shown under its own name: a missing word hides nothing.
LABELS: dict[str, str | Promise] = {
    "person": gettext_lazy("The roll"),
    "signatures": gettext_lazy("Signatures"),
    "petitions": gettext_lazy("Petitions filed"),
    "votations": gettext_lazy("Votations: whether a ballot was cast, never which"),
    "at_the_counter": gettext_lazy("Sessions at the counter"),
    "ref": gettext_lazy("Internal reference"),
    "roll_number": gettext_lazy("Number on the roll"),
    "register": gettext_lazy("Register"),
    "last_name": gettext_lazy("Last name"),
    "first_name": gettext_lazy("First name"),
    "birth_date": gettext_lazy("Date of birth"),
    "street": gettext_lazy("Address"),
    "neighbourhood": gettext_lazy("Neighbourhood"),
    "station": gettext_lazy("Polling station"),
    "email": gettext_lazy("E-mail"),
    "since": gettext_lazy("Since"),
    "left_on": gettext_lazy("Left on"),
    "roll_identity": gettext_lazy("Identity on the electoral roll (fingerprint)"),
    "order_number": gettext_lazy("Order number in the station"),
    "petition": gettext_lazy("Petition"),
    "number": pgettext_lazy("my data", "Number"),
    "kind": gettext_lazy("Kind"),
    "title": gettext_lazy("Title"),
    "channel": gettext_lazy("Means"),
    "signed_at": pgettext_lazy("my data", "Signed"),
    "withdrawn_at": gettext_lazy("Withdrawn"),
    "filed_at": gettext_lazy("Filed"),
    "state": gettext_lazy("State"),
    "legal_quarter": gettext_lazy("Legal request of the quarter"),
    "votation": gettext_lazy("Votation"),
    "has_voted": gettext_lazy("Has voted online"),
    "opened_at": gettext_lazy("Opened"),
    "closed_at": pgettext_lazy("my data", "Closed"),
    "proof": gettext_lazy("Paper seen"),
    "agent": gettext_lazy("Agent"),
    "residence": pgettext_lazy("my data", "Addresses and enrolment"),
    "drafts": pgettext_lazy("my data", "Drafts of petitions"),
    "carried": pgettext_lazy("my data", "Petitions carried with their author"),
    "appeals": pgettext_lazy("my data", "Refusals contested"),
    "told_what_follows": pgettext_lazy("my data", "Petitions followed by e-mail"),
    "confirmed_on": pgettext_lazy("my data", "Address confirmed on"),
    "enrolled_as": pgettext_lazy("my data", "Identity in the register of residents (fingerprint)"),
    "former_addresses": pgettext_lazy("my data", "Former addresses"),
    "declared_addresses": pgettext_lazy("my data", "Addresses declared"),
    "enrolment": pgettext_lazy("my data", "Requests for enrolment"),
    "until": pgettext_lazy("my data", "Until"),
    "moved_on": pgettext_lazy("my data", "Moved on"),
    "asked_at": pgettext_lazy("my data", "Asked"),
    "decided_at": pgettext_lazy("my data", "Decided"),
    "text": pgettext_lazy("my data", "Text"),
    "question": pgettext_lazy("my data", "Question"),
    "saved_at": pgettext_lazy("my data", "Saved"),
    "joined_at": pgettext_lazy("my data", "Joined"),
    "left_at": pgettext_lazy("my data", "Left"),
    "name": pgettext_lazy("my data", "Name shown"),
    "outcome": pgettext_lazy("my data", "Outcome"),
    "refusal": pgettext_lazy("my data", "Why it does not count"),
    "traces": pgettext_lazy("my data", "Device and connection, as fingerprints"),
    "paper_lines": pgettext_lazy("my data", "Lines on paper"),
    "signals": pgettext_lazy("my data", "Signals of the verification"),
    "name_public_since": pgettext_lazy("my data", "Name public since"),
    "sheet": pgettext_lazy("my data", "Sheet"),
    "line": pgettext_lazy("my data", "Line"),
    "entered_at": pgettext_lazy("my data", "Entered"),
    "code": pgettext_lazy("my data", "Code"),
    "found_at": pgettext_lazy("my data", "Found"),
    "at": pgettext_lazy("my data", "When"),
    "device": pgettext_lazy("my data", "Device"),
    "network": pgettext_lazy("my data", "Connection"),
    "acts": pgettext_lazy("my data", "What was done"),
    "act": pgettext_lazy("my data", "Act"),
    "account": pgettext_lazy("my data", "How the account is opened"),
    "read_on_paper": pgettext_lazy("my data", "Lines of sheets read as yours, until the petition is closed"),
    "letter_codes": pgettext_lazy("my data", "Letters with a code"),
    "linked_identities": pgettext_lazy("my data", "FranceConnect or ProConnect"),
    "access_changes": pgettext_lazy("my data", "Changes of access"),
    "asked_on": pgettext_lazy("my data", "Asked on"),
    "expires_at": pgettext_lazy("my data", "Works until"),
    "closed_on": pgettext_lazy("my data", "Used or ended on"),
    "provider": pgettext_lazy("my data", "Provider"),
    "on": pgettext_lazy("my data", "On"),
}


@dataclass(frozen=True)
class Section:
    """One part of the data: rows, each a list of (label, value)."""

    title: str
    rows: tuple[tuple[tuple[str, str], ...], ...]


def in_words(data: dict[str, Any]) -> list[Section]:
    """The export as a reader sees it, nothing left out: what has no value is said to have none."""
    return [Section(_label(name), tuple(map(_row, _rows(part)))) for name, part in data.items()]


def _rows(part: Any) -> list[dict[str, Any]]:
    return part if isinstance(part, list) else [part]


def _row(row: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((_label(name), _value(value)) for name, value in row.items())


def _pair(shown: tuple[str, str]) -> dict[str, str]:
    return {"name": shown[0], "value": shown[1]}


def _label(name: str) -> str:
    return str(LABELS.get(name, name))


def _value(value: Any) -> str:
    if value is None or value in ("", []):
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return " ; ".join(", ".join(_("%(name)s: %(value)s") % pair for pair in map(_pair, _row(row))) for row in value)
    if isinstance(value, datetime):
        return moment(value)
    return day(value) if isinstance(value, date) else str(value)
