"""Recalls: filing one against an official who signed the charter, her reply beside it, and what ends it by itself.

What is signed and voted on has one wording for everybody, in French, the commune's language: neither the author nor the
official chooses how the question sounds.
"""

import hashlib
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils.timezone import localdate

from beffroi.apps.assemblies.charters import recipient
from beffroi.apps.assemblies.models import Charter, Official
from beffroi.apps.gazette.actions import publish
from beffroi.apps.letters.actions import queue
from beffroi.apps.petitions.actions import ladder
from beffroi.apps.petitions.actions.counting import close
from beffroi.apps.petitions.actions.filing import next_number
from beffroi.apps.petitions.actions.state import locked, must_be_of_body, must_sit
from beffroi.apps.petitions.actions.texts import LIMITS, written
from beffroi.apps.petitions.models import Crossing, Petition, Reply
from beffroi.apps.roll.acting import Acting
from beffroi.apps.roll.models import Account
from beffroi.apps.votations import actions as votations
from beffroi.apps.votations.models import Votation
from beffroi.core.errors import Refused
from beffroi.web import pack

LEFT_OFFICE = "left_office"
RECALL, State = Petition.Kind.RECALL, Petition.State


def wording(official: Official) -> tuple[str, str]:
    """The title and the question of a recall."""
    title = f"Révocation demandée : {official.name}"
    return title[: LIMITS["title"]], f"Faut-il mettre fin au mandat de {official.name} ?"


def file(acting: Acting, official: Official, text: str, now: datetime) -> Petition:
    """An elector asks for the end of a mandate. The official is told the same day, and may reply at once.

    `Refused`: petitions.no_recall_here, not_an_elector, under_18, left, not_on_roll, not_in_office,
    charter_not_signed, recall_open.
    """
    if not ladder.recalls_exist(pack.current()):
        raise Refused("petitions.no_recall_here")
    grievance = written("text", text, LIMITS["text"])
    must_be_of_body(Petition(kind=RECALL), acting.person, now)
    must_sit(official, now)
    for _ in range(20):  # as for any petition: two filed at the same instant ask for the same number
        try:
            with transaction.atomic():
                return _file(acting, official, grievance, now)
        except IntegrityError:
            continue
    raise Refused("petitions.too_busy")


def _file(acting: Acting, official: Official, text: str, now: datetime) -> Petition:
    # Held: a withdrawal of the charter, or another recall, comes before this one or after it.
    if Charter.objects.select_for_update().filter(official=official, withdrawn_at=None).first() is None:
        raise Refused("petitions.charter_not_signed", official.name)
    if pending(official):
        raise Refused("petitions.recall_open")
    title, question = wording(official)
    petition = Petition.objects.create(
        kind=RECALL,
        official=official,
        number=next_number(localdate(now).year),
        title=title,
        text=text,
        question=question,
        author=acting.person,
        author_name=str(acting.person),
        filed_by=acting.agent,
        filed_at=now,
    )
    publish("petition.filed", now, petition=petition.number, official=official.number)
    if official.account is not None:
        queue("recall_filed", recipient(official.account), petition.number, now)
    return petition


def pending(official: Official) -> Petition | None:
    """The recall that concerns this mandate now: filed, open, being verified, or leading to a vote not decided yet."""
    over = (Votation.State.DECIDED, Votation.State.DROPPED)
    recalls = Petition.objects.filter(kind=RECALL, official=official, closing_code="")
    running = Q(state__in=[State.FILED, State.OPEN]) | (
        Q(state=State.CLOSED, rungs__effect__votation__isnull=False) & ~Q(rungs__effect__votation__state__in=over)
    )
    found = recalls.filter(running).first()
    return found or next((row for row in recalls.filter(state=State.CLOSED) if _may_still_fire(row)), None)


def _may_still_fire(petition: Petition) -> bool:
    """A closed recall whose threshold was crossed: its list is being judged, or was found enough."""
    for crossing in Crossing.objects.filter(rung__petition=petition, rung__effect=None).select_related("rung"):
        if crossing.valid is None or crossing.valid >= crossing.rung.needed:
            return True
    return False


def reply_is_open(petition: Petition, now: datetime) -> bool:
    """From the filing to the opening of the vote, while the petition may still cause one."""
    if petition.kind != RECALL or petition.closing_code or petition.state == State.REFUSED:
        return False
    votation = votation_of(petition)
    if votation is not None:
        return votation.state != Votation.State.DROPPED and (votation.opens_at is None or now < votation.opens_at)
    return petition.state != State.CLOSED or _may_still_fire(petition)


def votation_of(petition: Petition) -> Votation | None:
    """The vote that this petition caused."""
    return Votation.objects.filter(petition=petition.number).first()


@transaction.atomic
def reply(petition: Petition, account: Account, text: str, now: datetime) -> Reply:
    """The official's reply, or a new version of it: as many signs as the grievance may have. Each version is kept."""
    row = locked(petition.pk)
    if row.official is None:
        raise Refused("petitions.not_a_recall")
    if not reply_is_open(row, now):
        raise Refused("petitions.reply_closed")
    told = written("text", text, LIMITS["text"])
    last = row.replies.aggregate(last=Max("version"))["last"] or 0
    if last and row.replies.get(version=last).text == told:
        raise Refused("petitions.reply_unchanged")
    version = Reply.objects.create(
        petition=row,
        version=last + 1,
        text=told,
        written_at=now,
        written_by=account,
        on_paper=row.official.account_id != account.pk,
    )
    publish(
        "petition.replied",
        now,
        petition=row.number,
        official=row.official.number,
        version=version.version,
        reply_sha256=hashlib.sha256(reply_bytes(version)).hexdigest(),
    )
    return version


def reply_bytes(version: Reply) -> bytes:
    """A version of the reply as published and fingerprinted."""
    return (version.text + "\n").encode()


def close_left(now: datetime) -> None:
    """Ends the recalls of officials who have left office: what they asked for has no object any more.

    A vote that has been called goes to its end: its rules are frozen and published.
    """
    left = Petition.objects.filter(kind=RECALL, closing_code="", official__until__lte=localdate(now))
    for petition_id in list(left.exclude(state=State.REFUSED).order_by("pk").values_list("pk", flat=True)):
        _end(petition_id, now)


@transaction.atomic
def _end(petition_id: int, now: datetime) -> None:
    petition = locked(petition_id, alone=True)
    votation = votation_of(petition)
    if petition.state == State.FILED:
        petition.state, petition.decided_at, petition.refusal_code = State.REFUSED, now, LEFT_OFFICE
        petition.save(update_fields=["state", "decided_at", "refusal_code"])
        publish("petition.refused", now, petition=petition.number, code=LEFT_OFFICE)
        queue("petition_refused", petition.author.ref, petition.number, now)
    elif petition.state == State.OPEN or _may_still_fire(petition) or _is_draft(votation):
        close(petition, now, LEFT_OFFICE)
    if votation is not None and _is_draft(votation):
        votations.drop(votation, LEFT_OFFICE, now)


def _is_draft(votation: Votation | None) -> bool:
    return votation is not None and votation.state == Votation.State.DRAFT


def tell_officials(now: datetime) -> None:
    """Queues a letter to the official when the vote is called: until it opens she may change her reply."""
    lately = now - timedelta(days=30)  # longer than any breakdown of the worker
    called = Petition.objects.filter(kind=RECALL, rungs__effect__votation__called_at__gte=lately)
    for petition in called.select_related("official__account__person"):
        if petition.official is not None and petition.official.account is not None:
            queue("recall_called", recipient(petition.official.account), petition.number, now)
