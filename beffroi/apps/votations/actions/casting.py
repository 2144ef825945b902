"""Casting: a ballot enters the box. Proofs are checked before the transaction, the clock inside it.

Nothing is stored of a ballot but its height, tracker, credential and bytes; nothing of a voter but a keyed hash of her
credential; no time of either.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from beffroi.apps.gazette import actions as gazette
from beffroi.apps.roll.models import Person
from beffroi.apps.votations import archive, keys, queries
from beffroi.apps.votations.actions.state import State
from beffroi.apps.votations.models import Ballot, HourCount, Votation, Voter
from beffroi.core.errors import Malformed, Refused
from beffroi.core.receipt import sign
from beffroi.core.voting import ballot as core
from beffroi.core.voting.archive import ballot_event

MOST_BYTES = 64 * 1024  # a ballot of three answers is 2.8 kB
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Receipt:
    """What the voter keeps: the tracker of her ballot, its height in the public chain, and both signed."""

    tracker: str
    height: int
    signed: bytes


def cast(votation: Votation, person: Person, ballot: bytes, now: datetime | Clock) -> Receipt:
    """Puts the ballot of this voter in the box; a later one of hers replaces it. `Refused` says why not.

    `now` is an instant, or the clock itself: then it is read when the box is locked, so that a ballot that waited for
    its turn beyond the closing is late. `ImproperlyConfigured` when the journal's key is lost: a box that cannot sign a
    receipt takes no ballot.
    """
    _check_open(votation, _read(now))
    key = gazette.ensure_key()
    voter = _voter(votation, person)
    checked = _checked(votation, ballot)
    mac = keys.mac(votation.uuid, checked.credential)
    with transaction.atomic():
        box = _lock(votation)
        moment = _read(now)
        _check_open(box, moment)
        _bind(box, voter.pk, mac, moment)
        if Ballot.objects.filter(votation=box, tracker=checked.tracker).exists():
            raise Refused("votations.already_in_box")
        archive.extend(box, ballot_event(ballot))
        assert box.height is not None
        Ballot.objects.create(
            votation=box, height=box.height, tracker=checked.tracker, credential=checked.credential, raw=ballot
        )
        Votation.objects.filter(pk=box.pk).update(height=box.height, head=box.head)
    signed = sign(key, votation.fingerprint, checked.tracker, box.height, box.head)
    return Receipt(checked.tracker, box.height, signed)


def receipt(votation: Votation, ballot: bytes) -> bytes:
    """The receipt of a ballot that is in the box, the same as when it came in: the first may have been lost on its way.

    Empty when the ballot is not there. A receipt holds nothing that the box does not show to anybody.
    """
    tracker = core.tracker(ballot)
    line = queries.find(votation, tracker)
    if line is None:
        return b""
    head = archive.head_at(votation, line.height)
    return sign(gazette.ensure_key(), votation.fingerprint, tracker, line.height, head)


def _read(now: datetime | Clock) -> datetime:
    return now if isinstance(now, datetime) else now()


def _lock(votation: Votation) -> Votation:
    """The box alone, without the large files of its row: the lock is held for a few milliseconds."""
    columns = ("pk", "state", "opens_at", "closes_at", "height", "head")
    return Votation.objects.select_for_update().only(*columns).get(pk=votation.pk)


def _check_open(votation: Votation, moment: datetime) -> None:
    if votation.state in {State.DRAFT, State.DROPPED, State.CALLED}:
        raise Refused("votations.not_open")
    assert votation.opens_at is not None
    assert votation.closes_at is not None
    if moment < votation.opens_at:
        raise Refused("votations.not_open")
    if votation.state != State.READY or moment >= votation.closes_at:
        raise Refused("votations.closed")


def _voter(votation: Votation, person: Person) -> Voter:
    voter = Voter.objects.filter(votation=votation, person=person).first()
    if voter is None:
        raise Refused("votations.not_registered")
    return voter


def _checked(votation: Votation, raw: bytes) -> core.Ballot:
    """The ballot with every proof checked, and its credential on the list."""
    if len(raw) > MOST_BYTES:
        raise Refused("votations.too_large")
    try:
        checked = core.check_ballot(queries.election(votation), raw)
    except Malformed as error:
        raise Refused("votations.bad_ballot", error.where) from error
    except Refused as error:
        raise Refused("votations.bad_ballot", error.rule) from error
    if checked.credential not in queries.listed_credentials(votation):
        raise Refused("votations.unknown_credential")
    return checked


def _bind(box: Votation, voter: int, mac: str, moment: datetime) -> None:
    """One credential, one voter: her first ballot binds them. Under the box's lock: nobody does it at the same time."""
    voters = Voter.objects.filter(votation=box)
    mine = voters.filter(pk=voter).values_list("credential_mac", flat=True).get()
    if mine == mac:
        return
    if voters.filter(credential_mac=mac).exists():
        raise Refused("votations.credential_used")
    if mine is not None:
        raise Refused("votations.wrong_credential")
    voters.filter(pk=voter).update(credential_mac=mac)
    _count_hour(box, moment)


def _count_hour(box: Votation, moment: datetime) -> None:
    hour = moment.replace(minute=0, second=0, microsecond=0)
    if not HourCount.objects.filter(votation=box, hour=hour).update(count=F("count") + 1):
        HourCount.objects.create(votation=box, hour=hour, count=1)
