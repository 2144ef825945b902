"""Drafts: saved, shared by a secret address, given attachments, deleted; what is forgotten, and when."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.timezone import localdate

from beffroi.apps.petitions.actions.state import must_be_eligible
from beffroi.apps.petitions.actions.texts import LIMITS, Source, checked_sources, written
from beffroi.apps.petitions.models import Appeal, Attachment, Draft, Petition
from beffroi.apps.roll.models import Neighbourhood, Person
from beffroi.core import suffrage
from beffroi.core.errors import Refused
from beffroi.web import pack, uploads

MOST_DRAFTS, MOST_ATTACHMENTS, ATTACHMENT_BYTES = 10, 3, 5 * 1024 * 1024
ROOM: Final = "petitions"  # of the uploads


@dataclass(frozen=True)
class Words:
    """What a petition says, as its author typed it."""

    title: str
    text: str
    question: str
    sources: Sequence[Source] = field(default_factory=list)
    neighbourhood: Neighbourhood | None = None


def cleaned(words: Words, least: int = 1) -> Mapping[str, object]:
    """The fields of a row. `Malformed` names the part; a draft may be empty (`least` 0)."""
    parts = {name: written(name, getattr(words, name), most, least) for name, most in LIMITS.items()}
    return parts | {"sources": checked_sources(words.sources), "neighbourhood": words.neighbourhood}


@transaction.atomic
def begin_draft(author: Person, words: Words, now: datetime) -> Draft:
    """A new draft. Somebody keeps ten at most: what is written nowhere else is not a place to store things."""
    must_be_eligible(author, now)
    fields = cleaned(words, least=0)
    Person.objects.select_for_update().get(pk=author.pk)  # two new drafts at once are counted one after another
    if Draft.objects.filter(author=author).count() >= MOST_DRAFTS:
        raise Refused("petitions.too_many_drafts", str(MOST_DRAFTS))
    return Draft.objects.create(author=author, saved_at=now, **fields)


def save_draft(draft: Draft, words: Words, version: int, now: datetime) -> Draft:
    """Writes over the version that the writer has read. `Refused("petitions.draft_changed")`: another tab was first."""
    known = Draft.objects.filter(pk=draft.pk, author=draft.author, version=version)
    if not known.update(**cleaned(words, least=0), version=F("version") + 1, saved_at=now):
        raise Refused("petitions.draft_changed")
    return Draft.objects.get(pk=draft.pk)


def share_draft(draft: Draft) -> str:
    """Gives the secret of a new address, by which anybody reads the draft. The one before leads nowhere any more."""
    secret = secrets.token_urlsafe(24)  # 192 random bits; the row keeps their hash
    Draft.objects.filter(pk=draft.pk).update(link_hash=link_hash(secret))
    return secret


def unshare_draft(draft: Draft) -> None:
    """The shared address leads nowhere from now on."""
    Draft.objects.filter(pk=draft.pk).update(link_hash=None)


def link_hash(secret: str) -> str:
    """What is stored of the secret of a shared address."""
    return hashlib.sha256(secret.encode()).hexdigest()


def attach(draft: Draft, upload: uploads.Upload, title: str) -> Attachment:
    """One more file, with the words for whoever cannot see it; three at most."""
    told = written("source", title, 120, least=3)
    taken = set(draft.attachments.values_list("place", flat=True))
    places = [place for place in range(1, MOST_ATTACHMENTS + 1) if place not in taken]
    if not places:
        raise Refused("petitions.too_many_attachments")
    name = uploads.keep(ROOM, upload)
    try:
        with transaction.atomic():
            Draft.objects.select_for_update().get(pk=draft.pk)  # filed or deleted meanwhile: nothing hangs on it
            return Attachment.objects.create(
                draft=draft,
                place=places[0],
                title=told,
                file=name,
                media_type=upload.media_type,
                size=len(upload.content),
                sha256=upload.fingerprint,
            )
    except (IntegrityError, Draft.DoesNotExist):
        uploads.remove(ROOM, name)
        raise Refused("petitions.too_busy") from None


def detach(draft: Draft, place: int) -> None:
    """Takes a file off a draft."""
    _remove(Q(draft=draft, place=place))


def delete_draft(draft: Draft) -> None:
    """The draft and its files, for good."""
    with transaction.atomic():
        names = list(Attachment.objects.filter(draft=draft).values_list("file", flat=True))
        Attachment.objects.filter(draft=draft).delete()
        Draft.objects.filter(pk=draft.pk).delete()
    for name in names:
        uploads.remove(ROOM, name)


def _remove(which: Q) -> None:
    """Rows first: a crash in between leaves files that `forget_files` sweeps, never a row without its file."""
    names = list(Attachment.objects.filter(which).values_list("file", flat=True))
    Attachment.objects.filter(file__in=names).delete()
    for name in names:
        uploads.remove(ROOM, name)


def forget_drafts(now: datetime) -> None:
    """Deletes the drafts that nobody has saved for the pack's number of months."""
    today = localdate(now)
    months = pack.current().number("petitions.draft_months", today)
    for draft in Draft.objects.filter(saved_at__lt=now - timedelta(days=27 * months)):
        if suffrage.add_months(localdate(draft.saved_at), months) < today:
            delete_draft(draft)


def forget_files(now: datetime) -> None:
    """Removes the files of petitions refused for good since the pack's number of days, and what crashes left."""
    days = timedelta(days=pack.current().number("petitions.refused_files_days", localdate(now)))
    refused = Petition.objects.filter(state=Petition.State.REFUSED, decided_at__lt=now - days)
    # An appeal that waits, or was decided lately, keeps them: who decides must see the whole.
    kept = Appeal.objects.filter(Q(decided_at=None) | Q(decided_at__gte=now - days))
    _remove(Q(petition__in=refused.exclude(appeal__in=kept)))
    named = set(Attachment.objects.values_list("file", flat=True))
    uploads.sweep(ROOM, named, now - timedelta(days=1))
