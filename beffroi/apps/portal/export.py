"""What is held about a resident, for herself: on her page in words, and as a file that a program can read."""

from typing import Any

from beffroi.apps.letters.models import Subscription
from beffroi.apps.petitions.models import Petition
from beffroi.apps.petitions.queries import signatures_of, state_of
from beffroi.apps.roll.models import CounterSession, Person
from beffroi.apps.votations.models import PollBookEntry, Voter


def of_person(person: Person) -> dict[str, Any]:
    """Every row of the database that names her. Receipts and credentials are not there: the site does not have them.

    While a vote is open, `has_voted` is known. Which encrypted ballot is hers could be found only with a key file that
    is destroyed at closing: it is not written out here.
    """
    return {
        "person": _person(person),
        "signatures": [_signature(row) for row in signatures_of(person)],
        "petitions": [
            {"number": row.number, "title": row.title, "filed_at": row.filed_at, "state": row.state}
            for row in Petition.objects.filter(author=person).order_by("filed_at")
        ],
        "told_what_follows": [
            {"petition": row.reference, "since": row.since}
            for row in Subscription.objects.filter(recipient=person.ref).order_by("reference")
        ],
        "votations": _votations(person),
        "at_the_counter": [
            {"opened_at": row.opened_at, "closed_at": row.closed_at, "proof": row.proof, "agent": str(row.agent)}
            for row in CounterSession.objects.filter(person=person).select_related("agent").order_by("opened_at")
        ],
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
        "name_public_since": row.named_since,
    }


def _votations(person: Person) -> list[dict[str, Any]]:
    now = Voter.objects.filter(person=person).select_related("votation").order_by("votation__number")
    past = PollBookEntry.objects.filter(person=person).select_related("votation").order_by("votation__number")
    listed = [{"votation": r.votation.number, "has_voted": r.credential_mac is not None} for r in now]
    return listed + [{"votation": r.votation.number, "has_voted": r.voted_online} for r in past]
