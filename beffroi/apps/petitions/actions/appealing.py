"""A refusal is contested before the bureau of the council, once, in writing. Its silence opens the petition."""

import hashlib
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.timezone import localdate

from beffroi.apps.assemblies.models import Official
from beffroi.apps.assemblies.perms import is_of_the_bureau
from beffroi.apps.gazette.actions import publish
from beffroi.apps.letters.actions import queue
from beffroi.apps.petitions.actions.filing import must_not_decide_on_her_own, reopen
from beffroi.apps.petitions.actions.state import locked
from beffroi.apps.petitions.actions.texts import written
from beffroi.apps.petitions.models import Appeal, Decision, Petition
from beffroi.apps.roll.acting import Acting
from beffroi.core.errors import Malformed, Refused
from beffroi.web import pack

APPEAL_LIMITS: Final = (20, 2000)  # signs, of the appeal and of its answer
DECISIONS: Final = frozenset({Appeal.Outcome.ADMITTED, Appeal.Outcome.UPHELD})


def last_day_to_appeal(decision: Decision) -> date:
    """The day until the end of which a refusal can be contested here."""
    refused_on = localdate(decision.decided_at)
    return refused_on + timedelta(days=pack.current().number("petitions.appeal_days", refused_on))


@transaction.atomic
def appeal(petition: Petition, acting: Acting, text: str, now: datetime) -> Appeal:
    """The author says why the refusal is wrong. What she writes is published with the petition."""
    least, most = APPEAL_LIMITS
    told = written("text", text, most, least)
    row = locked(petition.pk)
    if row.author_id != acting.person.pk:
        raise Refused("petitions.not_the_author")
    decision = Decision.objects.filter(petition=row).first()
    if row.state != Petition.State.REFUSED or decision is None:
        raise Refused("petitions.not_refused", row.number)
    if Appeal.objects.filter(petition=row).exists():
        raise Refused("petitions.already_appealed", row.number)
    if localdate(now) > last_day_to_appeal(decision):
        raise Refused("petitions.too_late_to_appeal", row.number)
    today = localdate(now)
    due = today + timedelta(days=pack.current().number("petitions.bureau_days", today))
    publish("petition.appealed", now, petition=row.number, due=due)
    return Appeal.objects.create(petition=row, text=told, agent=acting.agent, filed_at=now, due_on=due)


@transaction.atomic
def decide_appeal(petition: Petition, official: Official, outcome: str, answer: str, now: datetime) -> Appeal:
    """A member of the bureau records what it decided, in writing. Admitted: the petition opens at once."""
    if outcome not in DECISIONS:
        raise Malformed("outcome", outcome[:20], ", ".join(sorted(DECISIONS)))
    least, most = APPEAL_LIMITS
    told = written("text", answer, most, least)
    row = locked(petition.pk)
    if not is_of_the_bureau(official, localdate(now)):
        raise Refused("petitions.not_of_the_bureau", official.name)
    must_not_decide_on_her_own(row, official.account)
    waiting = _waiting(row)
    if official.account_id and Decision.objects.filter(petition=row, clerk=official.account_id).exists():
        raise Refused("petitions.refused_it_herself", row.number)
    digest = hashlib.sha256(f"{told}\n".encode()).hexdigest()
    waiting.official, waiting.answer = official, told
    _close(row, waiting, outcome, now, answer_sha256=digest)
    if outcome == Appeal.Outcome.ADMITTED:
        _open(row, now)
    else:
        queue("petition_upheld", row.author.ref, row.number, now)
    return waiting


def open_unanswered(now: datetime) -> None:
    """Opens what the bureau has not decided by the end of its last day."""
    for petition in Petition.objects.filter(appeal__outcome="", appeal__due_on__lt=localdate(now)):
        try:
            _open_unanswered(petition.pk, now)
        except Refused:  # a recall: the official has left, or another recall is open; the next one is not kept waiting
            continue


@transaction.atomic
def _open_unanswered(petition_id: int, now: datetime) -> None:
    row = locked(petition_id)
    waiting = Appeal.objects.get(petition=row)
    if not waiting.outcome:  # decided a moment ago
        _close(row, waiting, Appeal.Outcome.BY_ITSELF, now)
        _open(row, now)


def _waiting(petition: Petition) -> Appeal:
    row = Appeal.objects.filter(petition=petition).first()
    if row is None:
        raise Refused("petitions.not_appealed", petition.number)
    if row.outcome:
        raise Refused("petitions.already_decided", petition.number)
    return row


def _close(petition: Petition, row: Appeal, outcome: str, now: datetime, **digest: str) -> None:
    row.outcome, row.decided_at = outcome, now
    row.save(update_fields=["outcome", "decided_at", "official", "answer"])
    publish("petition.appeal_decided", now, petition=petition.number, outcome=outcome, **digest)


def _open(petition: Petition, now: datetime) -> None:
    reopen(petition, now)
    queue("petition_admitted", petition.author.ref, petition.number, now)
