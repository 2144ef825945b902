"""What a signer chooses beside her signature: her name is public, she is told what follows. Both default to no."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from beffroi.apps.gazette import queries as gazette
from beffroi.apps.letters import actions as letters
from beffroi.apps.letters.models import Subscription
from beffroi.apps.petitions.models import Petition, Signature
from beffroi.apps.roll.acting import Acting
from beffroi.apps.roll.models import Person
from beffroi.core.errors import Refused

#: An act of the journal that names the petition -> the letter to those who follow it.
STEPS: Final = {
    "petition.crossed": "step_crossed",
    "petition.verified": "step_verified",
    "hearing.scheduled": "step_scheduled",
    "hearing.held": "step_heard",
    "hearing.answered": "step_answered",
    "votation.called": "step_called",
    "votation.opened": "step_opened",
    "votation.decided": "step_decided",
    "petition.closed": "step_closed",
}
#: What the author gets a letter of her own about.
HER_OWN: Final = {"step_scheduled", "step_answered", "step_called"}
#: Longer than any breakdown of the worker.
LATELY: Final = timedelta(days=30)


@transaction.atomic
def choose(petition: Petition, acting: Acting, public_name: bool, follow: bool, now: datetime) -> None:
    """The signer's two choices, at any time, herself or at the counter. `Refused` when she has not signed."""
    row = Signature.objects.filter(petition=petition, person=acting.person, withdrawn_at=None, refusal="").first()
    if row is None:
        raise Refused("petitions.not_signed", petition.number)
    set_choices(row, public_name, follow, now)


def may_follow(petition: Petition, person: Person) -> bool:
    """Who has an address, and is not the author: she is written to without asking."""
    return bool(person.email) and petition.author_id != person.pk


def set_choices(signature: Signature, public_name: bool, follow: bool, now: datetime) -> None:
    """Writes both; an older consent keeps its date."""
    since = (signature.named_since or now) if public_name else None
    if since != signature.named_since:
        signature.named_since = since
        signature.save(update_fields=["named_since"])
    person, petition = signature.person, signature.petition
    assert person is not None, "an erased signature is nobody's"
    number = petition.number
    if follow and may_follow(petition, person):
        letters.subscribe(person.ref, number, now)
    else:
        letters.unsubscribe(person.ref, number, now)


def announce(now: datetime) -> int:
    """Hands the new steps of the petitions that somebody follows to the letters; how many letters were queued.

    A step is an act of the journal. Announced once, whoever runs this and however often it is killed.
    """
    followed = Subscription.objects.values("reference")
    wanted = Petition.objects.filter(Q(number__in=followed) | Q(closes_at__gte=now - LATELY))
    for petition in wanted:
        for kind, index, at in _steps(petition, now - LATELY):
            letters.announce(kind, petition.number, str(index), at)
    return letters.tell(now, _authors)


def _steps(petition: Petition, since: datetime) -> list[tuple[str, int, datetime]]:
    """(letter, number of the act, instant) of what happened since: to the petition, and to the votation it caused."""
    named = [petition.number]
    votation = petition.rungs.filter(effect__votation__isnull=False).values_list("effect__votation__number", flat=True)
    named += [number for number in votation if number]
    found = {
        row.index: (STEPS[row.kind], row.at)
        for subject in named
        for row in gazette.about(subject)
        if row.kind in STEPS and row.at >= since and row.index is not None
    }
    return [(kind, index, at) for index, (kind, at) in sorted(found.items())]


def _authors(kind: str, number: str) -> letters.Always:
    """The author is told every step, once: where she gets a letter of her own, not by this one too."""
    author = frozenset(Petition.objects.filter(number=number).values_list("author__ref", flat=True))
    return letters.Always(also=frozenset() if kind in HER_OWN else author, without=author)
