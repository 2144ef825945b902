"""From filing to opening: the text, the decision on admissibility, the rungs that freeze; the letters to the author."""

import hashlib
import re
from datetime import date, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.timezone import get_current_timezone, localdate
from django.utils.translation import gettext, override

from beffroi.apps.gazette.actions import publish
from beffroi.apps.letters.actions import queue
from beffroi.apps.petitions.actions import ladder
from beffroi.apps.petitions.actions.state import locked, must_be_eligible, must_sit
from beffroi.apps.petitions.actions.texts import as_lines, written
from beffroi.apps.petitions.actions.writing import Words, cleaned
from beffroi.apps.petitions.models import (
    Attachment,
    CoPetitioner,
    Decision,
    Draft,
    Petition,
    Rung,
    Signature,
    Tally,
    Withheld,
)
from beffroi.apps.petitions.reasons import WITHHOLDABLE, reasons_for
from beffroi.apps.roll.acting import Acting
from beffroi.apps.roll.models import Account, Person
from beffroi.core import suffrage
from beffroi.core.errors import Malformed, Refused
from beffroi.web import pack

NOTE_LIMITS: Final = (20, 600)  # signs of the sentence that goes with a refusal
#: An address or a telephone number: a published sentence names nobody, and these two can be recognised.
PRIVATE: Final = re.compile(r"\S@\S+\.\S|(?:\d[\s.\-\u00a0\u202f]?){9,}")


def ladder_of(petition: Petition, today: date) -> tuple[ladder.Step, ...]:
    """The rungs that it would climb if it opened today."""
    return ladder.of(petition, pack.current(), today)


def text_bytes(petition: Petition) -> bytes:
    """The petition as published and fingerprinted: title, text, question, sources, separated by empty lines, UTF-8."""
    parts = [petition.title, petition.text, petition.question]
    if petition.sources:
        parts.append(as_lines(petition.sources))
    return "\n\n".join([*parts, ""]).encode()


def _digest(petition: Petition) -> str:
    return hashlib.sha256(text_bytes(petition)).hexdigest()


def file(author: Person, title: str, text: str, question: str, now: datetime) -> Petition:
    """A resident of 16 or over files a petition for the whole commune. It waits for the decision on admissibility."""
    return file_words(Acting(author, "web", None), Words(title, text, question), now)


def file_words(acting: Acting, words: Words, now: datetime, draft: Draft | None = None) -> Petition:
    """The same with all that a petition may hold. The draft that it comes from becomes it, with its attachments."""
    author, fields = acting.person, cleaned(words)
    must_be_eligible(author, now)
    if words.neighbourhood is not None and words.neighbourhood.pk != author.neighbourhood_id:
        raise Refused("petitions.other_neighbourhood")
    year = localdate(now).year
    for _ in range(20):  # two petitions filed at the same instant ask for the same number: the second asks again
        try:
            with transaction.atomic():
                petition = Petition.objects.create(
                    number=next_number(year),
                    author=author,
                    author_name=str(author),
                    filed_at=now,
                    filed_by=acting.agent,
                    **fields,
                )
                if draft is not None:
                    _take_over(draft, petition)
                publish("petition.filed", now, petition=petition.number, text_sha256=_digest(petition))
                return petition
        except IntegrityError:
            continue
    raise Refused("petitions.too_busy")


def _take_over(draft: Draft, petition: Petition) -> None:
    row = Draft.objects.select_for_update().filter(pk=draft.pk, author=petition.author).first()
    if row is None:  # filed from another tab, or deleted
        raise Refused("petitions.draft_gone")
    Attachment.objects.filter(draft=row).update(draft=None, petition=petition)
    row.delete()


def next_number(year: int) -> str:
    """The number after the newest one; the database lets only one petition have it."""
    # The newest row, not the highest text: "2026-1000" sorts before "2026-999".
    numbers = Petition.objects.filter(number__startswith=f"{year}-").values_list("number", flat=True)
    last = numbers.order_by("-pk").first()
    return f"{year}-{int(last.rpartition('-')[2]) + 1 if last else 1:03d}"


@transaction.atomic
def admit(petition: Petition, clerk: Account, now: datetime) -> Petition:
    """The commune finds it admissible: it opens at once, with its rungs frozen."""
    petition = _filed(petition)
    must_not_decide_on_her_own(petition, clerk)
    petition.decided_at = now
    Decision.objects.create(petition=petition, clerk=clerk, decided_at=now)
    publish("petition.admitted", now, petition=petition.number)
    _open(petition, now)
    queue("petition_admitted", petition.author.ref, petition.number, now)
    return petition


@transaction.atomic
def refuse(petition: Petition, clerk: Account, code: str, note: str, now: datetime, withhold: bool = False) -> Petition:
    """The commune finds it inadmissible, for one of the published reasons, with a sentence that says why here.

    `withhold`: the words attack somebody or show a private life, and are shown no more. Their fingerprint stays.
    """
    if code not in (allowed := reasons_for(petition.kind)):
        raise Malformed("code", code[:40], ", ".join(allowed))
    if withhold and code not in WITHHOLDABLE:
        raise Refused("petitions.nothing_to_withhold", code)
    least, most = NOTE_LIMITS
    told = written("note", note, most, least)
    if PRIVATE.search(told):
        raise Refused("petitions.note_is_private")
    petition = _filed(petition)
    must_not_decide_on_her_own(petition, clerk)
    petition.state, petition.decided_at, petition.refusal_code = Petition.State.REFUSED, now, code
    petition.save(update_fields=["state", "decided_at", "refusal_code"])
    Decision.objects.create(petition=petition, clerk=clerk, decided_at=now, code=code, note=told)
    note_sha256 = hashlib.sha256(f"{told}\n".encode()).hexdigest()
    publish("petition.refused", now, petition=petition.number, code=code, note_sha256=note_sha256)
    if withhold:
        _withhold(petition, code, now)
    queue("petition_refused", petition.author.ref, petition.number, now)
    return petition


_WORDS: Final = ("title", "text", "question", "sources")


def _withhold(petition: Petition, code: str, now: datetime) -> None:
    """Moves the words out of the petition's row: no list, search, feed or page can show what is not there."""
    publish("petition.withheld", now, petition=petition.number, code=code, text_sha256=_digest(petition))
    Withheld.objects.create(petition=petition, **{name: getattr(petition, name) for name in _WORDS})
    with override(settings.LANGUAGE_CODE):
        petition.title = gettext("Text withheld")
    petition.text = petition.question = ""
    petition.sources = []
    petition.save(update_fields=_WORDS)


def reopen(petition: Petition, now: datetime) -> None:
    """A refused petition opens after its appeal, with its words. The decision that refused it stays beside it."""
    withheld = Withheld.objects.filter(petition=petition).first()
    if withheld is not None:
        for name in _WORDS:
            setattr(petition, name, getattr(withheld, name))
        petition.save(update_fields=_WORDS)
        withheld.delete()
    petition.refusal_code = ""
    try:
        with transaction.atomic():
            _open(petition, now)
    except IntegrityError:  # meanwhile another recall of the same official is open
        raise Refused("petitions.recall_open") from None


def must_not_decide_on_her_own(petition: Petition, account: Account | None) -> None:
    """Whoever carries a petition does not decide on it, nor does the official whose mandate it is about."""
    if account is not None and petition.official is not None and petition.official.account_id == account.pk:
        raise Refused("petitions.decides_on_her_own", petition.number)
    person = account.person_id if account is not None else None
    if person is None:
        return
    carries = CoPetitioner.objects.filter(petition=petition, person_id=person, left_at=None).exists()
    if carries or petition.author_id == person:
        raise Refused("petitions.decides_on_her_own", petition.number)


def admissibility_due(petition: Petition) -> date:
    """The last day of the decision; the day after, the petition opens by itself."""
    filed = localdate(petition.filed_at)
    return filed + timedelta(days=pack.current().number("petitions.admissibility_days", filed))


def open_overdue(now: datetime) -> None:
    """Opens what nobody has decided on in time: silence is consent."""
    for petition in Petition.objects.filter(state=Petition.State.FILED):
        if admissibility_due(petition) >= localdate(now):
            continue
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
    if petition.official is not None:
        must_sit(petition.official, now)
    rungs = [_rung(petition, step, today) for step in ladder_of(petition, today)]
    Rung.objects.bulk_create(rungs)
    tallies = (Tally(petition=petition, channel=channel, counted_at=now) for channel in Signature.Channel.values)
    Tally.objects.bulk_create(tallies)
    last_day = suffrage.add_months(today, pack.current().number("petitions.open_months", today))
    petition.state, petition.opened_at = Petition.State.OPEN, now
    petition.closes_at = datetime.combine(last_day, time(23, 59, 59), get_current_timezone())
    petition.save(update_fields=["state", "decided_at", "refusal_code", "opened_at", "closes_at"])
    needed = {f"{rung.code}_needed": rung.needed for rung in rungs}
    bases = {rung.base_kind: rung.base for rung in rungs}
    where = {} if petition.neighbourhood is None else {"neighbourhood": petition.neighbourhood.slug}
    digest = _digest(petition)
    publish(
        "petition.opened",
        now,
        petition=petition.number,
        closes=last_day,
        text_sha256=digest,
        **where,
        **bases,
        **needed,
    )


def _rung(petition: Petition, step: ladder.Step, today: date) -> Rung:
    share = pack.current().share(step.share, today)
    base = pack.current().value(step.base, today)
    number = pack.current().number(step.base, today)
    return Rung(
        petition=petition,
        code=step.code,
        share=str(share),
        base_kind=step.base_kind,
        base=number,
        base_on=base.since,
        base_source=base.source[:300],
        needed=suffrage.needed(share, number),
        by_law=step.by_law,
    )


def tell_authors(now: datetime) -> None:
    """Queues a letter to the author when her petition was answered or its votation called; each is written once."""
    lately = now - timedelta(days=30)  # longer than any breakdown of the worker
    petitions = Petition.objects.select_related("author")
    for petition in petitions.filter(rungs__effect__hearing__answer__recorded_at__gte=lately):
        queue("petition_answered", petition.author.ref, petition.number, now)
    for petition in petitions.filter(rungs__effect__votation__called_at__gte=lately):
        queue("votation_called", petition.author.ref, petition.number, now)
