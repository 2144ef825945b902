"""The verbs of letters: queue one, deliver what waits, send one at once."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import F, Q
from django.utils.module_loading import import_string

from beffroi.apps.letters import unsubscribing
from beffroi.apps.letters.kinds import QUEUED, STEPS, render
from beffroi.apps.letters.models import Letter, Subscription
from beffroi.core.errors import Refused

MOST_ATTEMPTS = 20
BATCH = 200

log = logging.getLogger(__name__)


def queue(kind: str, recipient: UUID, reference: str, now: datetime) -> Letter:
    """Queues the letter `kind` about the public id `reference`, once: asked again, it gives back the same letter."""
    if kind not in QUEUED:
        raise Refused("letters.kind", kind)
    letter, _ = Letter.objects.get_or_create(
        kind=kind, recipient=recipient, reference=reference, defaults={"queued_at": now}
    )
    return letter


def wait(attempts: int) -> timedelta:
    """How long after its queueing a letter is tried again: 3 minutes, 12, 27 ... the twentieth time after 18 hours."""
    return timedelta(minutes=3 * attempts * attempts)


def due(now: datetime) -> list[Letter]:
    """The letters to try now, oldest first."""
    ripe = Q()
    for attempts in range(MOST_ATTEMPTS):
        ripe |= Q(attempts=attempts, queued_at__lte=now - wait(attempts))
    return list(Letter.objects.filter(ripe, sent_at=None).order_by("queued_at", "pk")[:BATCH])


def deliver(now: datetime) -> int:
    """Sends what is due; how many were sent. A mail server that does not answer ends the round; the letters wait."""
    sent = 0
    for letter in due(now):
        if not _claimed(letter):
            continue
        try:
            sent += _deliver_one(letter, now)
        except SMTPRecipientsRefused:
            log.warning("letter %s: the mail server refused the recipient", letter.pk)
        except (SMTPException, OSError) as error:
            log.warning("letters wait: %s", type(error).__name__)
            break
    return sent


def _claimed(letter: Letter) -> bool:
    """Takes the letter for this worker: the attempt is counted first, and only one of two workers counts it.

    No lock is held while the mail server is spoken to. A worker killed in between tries again later, so a letter may
    arrive twice; it never fails to leave.
    """
    mine = Letter.objects.filter(pk=letter.pk, sent_at=None, attempts=letter.attempts)
    return mine.update(attempts=F("attempts") + 1) == 1


def _deliver_one(letter: Letter, now: datetime) -> int:
    address = import_string(settings.ADDRESS_BOOK)(letter.recipient)
    if not _is_one(address):  # no e-mail, or gone: paper letters come with a later issue
        Letter.objects.filter(pk=letter.pk).update(attempts=MOST_ATTEMPTS)
        return 0
    message = render(letter.kind, _context(letter), settings.LANGUAGE_CODE)
    message.to = [address]
    message.send()
    Letter.objects.filter(pk=letter.pk).update(sent_at=now)
    return 1


def _context(letter: Letter) -> dict[str, str]:
    context = {"reference": letter.reference}
    if letter.kind in STEPS:
        row = Subscription.objects.filter(recipient=letter.recipient, reference=letter.reference).first()
        context |= {"unsubscribe": unsubscribing.address(row)} if row else {}
    return context


def _is_one(address: str) -> bool:
    """An imported roll may hold what is no address, or two: mail's own errors would stop the worker, and repeat it."""
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


def send_now(kind: str, address: str, context: Mapping[str, str], language: str) -> None:
    """Sends one e-mail inside the request; nothing of it is stored or logged. `SMTPException`, `OSError` go through."""
    message = render(kind, context, language)
    message.to = [address]
    message.send()


def forget_times(since: datetime, now: datetime) -> int:
    """Erases the instants of the letters queued since `since`: after a votation nothing says who was here when."""
    recent = Letter.objects.filter(queued_at__gte=since)
    recent.exclude(sent_at=None).update(sent_at=now)
    return recent.update(queued_at=now)
