"""From filing to opening: the text, the decision on admissibility, the rungs that freeze; the letters to the author."""

import hashlib
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.timezone import get_current_timezone, localdate

from beffroi.apps.gazette.actions import publish
from beffroi.apps.letters.actions import queue
from beffroi.apps.petitions.actions.state import locked, must_be_eligible
from beffroi.apps.petitions.models import Petition, Rung, Signature, Tally
from beffroi.apps.petitions.reasons import REASONS
from beffroi.apps.roll.models import Account, Person
from beffroi.core import suffrage
from beffroi.core.errors import Malformed, Refused
from beffroi.web import pack

#: The most signs of each part of a petition, as the form says them; a line break is one sign.
LIMITS: Final = {"title": 120, "text": 5000, "question": 300}
# Rung -> the parameters of the pack: share, base; the kind of base; whether the law says so.
LADDER: Final = (
    (Rung.Code.HEARING, "petitions.initiative.hearing.share", "inhabitants", False),
    (Rung.Code.LEGAL, "petitions.initiative.legal.share", "electors", True),
    (Rung.Code.REFERENDUM, "petitions.initiative.referendum.share", "inhabitants", False),
)


def ladder() -> tuple[tuple[Rung.Code, str, str, bool], ...]:
    """The rungs of a petition here. An association knows no electors, and nothing that it holds has effect by law."""
    return tuple(rung for rung in LADDER if not (rung[3] and pack.by_association()))


def text_bytes(petition: Petition) -> bytes:
    """The petition's text as published and fingerprinted: title, text, question, separated by empty lines, UTF-8."""
    return "\n\n".join((petition.title, petition.text, petition.question, "")).encode()


def file(author: Person, title: str, text: str, question: str, now: datetime) -> Petition:
    """A resident of 16 or over files a petition. It waits for the decision on admissibility."""
    parts = {"title": title, "text": text, "question": question}
    cleaned = {name: _written(name, value) for name, value in parts.items()}
    must_be_eligible(author, now)
    year = localdate(now).year
    for _ in range(20):  # two petitions filed at the same instant ask for the same number: the second asks again
        try:
            with transaction.atomic():
                petition = Petition.objects.create(
                    number=_next_number(year), author=author, author_name=str(author), filed_at=now, **cleaned
                )
                publish("petition.filed", now, petition=petition.number)
                return petition
        except IntegrityError:
            continue
    raise Refused("petitions.too_busy")


def _written(name: str, value: str) -> str:
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if name != "text":
        text = " ".join(text.split())
    if not text or len(text) > LIMITS[name] or any(ord(sign) < 32 and sign != "\n" for sign in text):
        raise Malformed(name, f"{len(text)} signs", f"1 to {LIMITS[name]} signs, none of them a control character")
    return text


def _next_number(year: int) -> str:
    # The newest row, not the highest text: "2026-1000" sorts before "2026-999".
    numbers = Petition.objects.filter(number__startswith=f"{year}-").values_list("number", flat=True)
    last = numbers.order_by("-pk").first()
    return f"{year}-{int(last.rpartition('-')[2]) + 1 if last else 1:03d}"


@transaction.atomic
def admit(petition: Petition, clerk: Account, now: datetime) -> Petition:
    """The commune finds it admissible: it opens at once, with its rungs frozen."""
    petition = _filed(petition)
    petition.decided_at = now
    publish("petition.admitted", now, petition=petition.number)
    _open(petition, now)
    queue("petition_admitted", petition.author.ref, petition.number, now)
    return petition


@transaction.atomic
def refuse(petition: Petition, clerk: Account, code: str, now: datetime) -> Petition:
    """The commune finds it inadmissible, for one of the published reasons."""
    if code not in REASONS:
        raise Malformed("code", code[:40], ", ".join(REASONS))
    petition = _filed(petition)
    petition.state, petition.decided_at, petition.refusal_code = Petition.State.REFUSED, now, code
    petition.save(update_fields=["state", "decided_at", "refusal_code"])
    publish("petition.refused", now, petition=petition.number, code=code)
    queue("petition_refused", petition.author.ref, petition.number, now)
    return petition


def open_overdue(now: datetime) -> None:
    """Opens what nobody has decided on in time: silence is consent."""
    days = timedelta(days=pack.current().number("petitions.admissibility_days", localdate(now)))
    for petition in Petition.objects.filter(state=Petition.State.FILED, filed_at__lt=now - days):
        with transaction.atomic():
            row = locked(petition.pk)
            if row.state == Petition.State.FILED:
                _open(row, now)
                queue("petition_admitted", row.author.ref, row.number, now)


def _filed(petition: Petition) -> Petition:
    row = locked(petition.pk)
    if row.state != Petition.State.FILED:
        raise Refused("petitions.already_decided", row.number)
    return row


def _open(petition: Petition, now: datetime) -> None:
    """Freezes the rungs with the pack's values of today, and the tallies at zero."""
    today = localdate(now)
    rungs = [_rung(petition, code, share, base, by_law, today) for code, share, base, by_law in ladder()]
    Rung.objects.bulk_create(rungs)
    tallies = (Tally(petition=petition, channel=channel, counted_at=now) for channel in Signature.Channel.values)
    Tally.objects.bulk_create(tallies)
    last_day = suffrage.add_months(today, pack.current().number("petitions.open_months", today))
    petition.state, petition.opened_at = Petition.State.OPEN, now
    petition.closes_at = datetime.combine(last_day, time(23, 59, 59), get_current_timezone())
    petition.save(update_fields=["state", "decided_at", "opened_at", "closes_at"])
    needed = {f"{rung.code}_needed": rung.needed for rung in rungs}
    bases = {rung.base_kind: rung.base for rung in rungs}
    digest = hashlib.sha256(text_bytes(petition)).hexdigest()
    publish("petition.opened", now, petition=petition.number, closes=last_day, text_sha256=digest, **bases, **needed)


def _rung(petition: Petition, code: str, path: str, base_kind: str, by_law: bool, today: date) -> Rung:
    share = pack.current().share(path, today)
    base = pack.current().value(f"population.{base_kind}", today)
    number = pack.current().number(f"population.{base_kind}", today)
    return Rung(
        petition=petition,
        code=code,
        share=str(share),
        base_kind=base_kind,
        base=number,
        base_on=base.since,
        base_source=base.source[:300],
        needed=suffrage.needed(share, number),
        by_law=by_law,
    )


def tell_authors(now: datetime) -> None:
    """Queues a letter to the author when her petition was answered or its votation called; each is written once."""
    lately = now - timedelta(days=30)  # longer than any breakdown of the worker
    petitions = Petition.objects.select_related("author")
    for petition in petitions.filter(rungs__effect__hearing__answer__recorded_at__gte=lately):
        queue("petition_answered", petition.author.ref, petition.number, now)
    for petition in petitions.filter(rungs__effect__votation__called_at__gte=lately):
        queue("votation_called", petition.author.ref, petition.number, now)
