"""The reads: lists, one petition with its ladder, where its signatures come from, what a receipt stands for."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Final

from django.db import connection
from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from beffroi.apps.assemblies.models import Official
from beffroi.apps.assemblies.queries import signatories
from beffroi.apps.letters.models import Subscription
from beffroi.apps.petitions import receipts
from beffroi.apps.petitions.actions.state import quarter_of
from beffroi.apps.petitions.actions.state import signature_of as signature_of
from beffroi.apps.petitions.models import (
    Crossing,
    Effect,
    JudgedSignature,
    PaperLine,
    Petition,
    Reply,
    Rung,
    Signature,
    Tally,
)
from beffroi.apps.roll.models import Person
from beffroi.apps.roll.queries import name_key, search
from beffroi.web.templatetags.beffroi import percent
from beffroi.web.tower import Ladder, Level

State = Petition.State


@dataclass(frozen=True)
class RungSeen:
    """A rung as a reader sees it. `count` is on its own base.

    `state` is waiting, verifying, verified (its effect waits) or fired; `judged`: how many of a list have been checked.
    """

    rung: Rung
    count: int
    state: str
    crossing: Crossing | None
    failed: Sequence[Crossing]
    effect: Effect | None
    judged: int = 0

    @property
    def missing(self) -> int:
        return max(self.rung.needed - self.count, 0)

    @property
    def rung_bell(self) -> bool:
        """A bell rings when its effect is due: enough signatures were verified."""
        return self.state in {"verified", "fired"}

    @property
    def share(self) -> Fraction:
        return Fraction(self.rung.share)


@dataclass(frozen=True)
class ChannelSeen:
    """One line of the table of means."""

    channel: str
    signatures: int
    refused: int


@dataclass(frozen=True)
class Channels:
    """Where the signatures come from, and why some were refused (code, number), the most frequent first."""

    rows: tuple[ChannelSeen, ...]
    reasons: tuple[tuple[str, int], ...]
    counted_at: datetime | None

    @property
    def signatures(self) -> int:
        return sum(row.signatures for row in self.rows)

    @property
    def refused(self) -> int:
        return sum(row.refused for row in self.rows)


def with_ladder(petitions: QuerySet[Petition]) -> QuerySet[Petition]:
    """The petitions with all that `ladder` reads, in a fixed number of queries."""
    crossings = Prefetch("crossings", Crossing.objects.order_by("attempt"))
    effects = (
        "effect__hearing__item__sitting",
        "effect__hearing__answer",
        "effect__item__sitting",
        "effect__votation",
    )
    rungs = Rung.objects.select_related(*effects).prefetch_related(crossings)
    return petitions.prefetch_related("tallies", Prefetch("rungs", rungs))


def in_state(*states: str) -> QuerySet[Petition]:
    """The petitions of these states, newest first, with their ladders."""
    return with_ladder(Petition.objects.filter(state__in=states)).order_by("-filed_at", "-pk")


def open_petitions() -> QuerySet[Petition]:
    """What can be signed."""
    return in_state(State.OPEN)


def get(number: str) -> Petition:
    """One petition with its ladder. `Petition.DoesNotExist`."""
    return with_ladder(Petition.objects.select_related("author", "official__account")).get(number=number)


def total(petition: Petition, legal: bool = False) -> int:
    """What the batch has counted."""
    return sum(tally.legal if legal else tally.signatures for tally in petition.tallies.all())


_COUNT_NOW: Final = """
SELECT (SELECT count(*) FROM petitions_signature
        WHERE petition_id = %s AND NOT counted AND withdrawn_at IS NULL AND refusal = ''),
       coalesce(sum(signatures), 0), coalesce(sum(legal), 0)
FROM petitions_tally WHERE petition_id = %s"""


def count_now(petition: Petition) -> tuple[int, int]:
    """What the batch has counted and what the next one will, together; and the legal requests counted."""
    # One statement, so that no batch comes in between: what it counts would be missing, or counted twice.
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_NOW, [petition.pk, petition.pk])
        still, counted, legal = cursor.fetchone()
    return counted + still, legal


def rungs(petition: Petition) -> list[RungSeen]:
    """The ladder, lowest rung first."""
    return [_seen(petition, rung) for rung in petition.rungs.all()]


def _seen(petition: Petition, rung: Rung) -> RungSeen:
    crossings = list(rung.crossings.all())
    failed = [row for row in crossings if row.valid is not None and row.valid < rung.needed]
    last = crossings[-1] if crossings and crossings[-1] not in failed else None
    effect = getattr(rung, "effect", None)
    state, judged = "waiting", 0
    if effect is not None:
        state = "fired"
    elif last is not None and last.verified_at is not None:
        state = "verified"
    elif last is not None:
        state = "verifying"
        judged = JudgedSignature.objects.filter(crossing=last, verdict__isnull=False).count()
    return RungSeen(rung, total(petition, rung.code == Rung.Code.LEGAL), state, last, failed, effect, judged)


def ladder(petition: Petition, seen: Iterable[RungSeen] | None = None) -> Ladder:
    """What the tower draws."""
    levels = tuple(
        Level(item.rung.needed, item.rung.by_law, item.rung_bell, *_labels(item.rung))
        for item in (rungs(petition) if seen is None else seen)
    )
    legal = None if petition.kind == Petition.Kind.RECALL else total(petition, legal=True)
    return Ladder(total(petition), legal, levels)


def _labels(rung: Rung) -> tuple[str, str]:
    share = percent(Fraction(rung.share))
    base = _("%(share)s of inhabitants") if rung.base_kind == "inhabitants" else _("%(share)s of electors")
    effect = {
        Rung.Code.HEARING: _("heard by the council"),
        Rung.Code.LEGAL: _("right of petition"),
        Rung.Code.REFERENDUM: _("votation"),
        Rung.Code.RECALL: _("recall vote"),
    }
    return base % {"share": share}, effect[Rung.Code(rung.code)]


def channels(petition: Petition) -> Channels:
    """The counted and the refused, by means; refusals of paper lines and of verifications together."""
    tallies: list[Tally] = list(petition.tallies.all())
    counted = {tally.channel: tally.signatures for tally in tallies}
    refused: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    rows = Signature.objects.filter(petition=petition).exclude(refusal="").values_list("channel", "refusal")
    for channel, code, number in rows.annotate(number=Count("pk")).order_by():
        refused[channel] += number
        reasons[code] += number
    lines = PaperLine.objects.filter(petition=petition).exclude(refusal="").values_list("refusal")
    for code, number in lines.annotate(number=Count("pk")).order_by():
        refused[Signature.Channel.PAPER] += number
        reasons[code] += number
    return Channels(
        tuple(ChannelSeen(code, counted.get(code, 0), refused[code]) for code in Signature.Channel.values),
        tuple(reasons.most_common()),
        max((tally.counted_at for tally in tallies), default=None),
    )


def signatures_of(person: Person) -> QuerySet[Signature]:
    """What a resident has signed, newest first: her own page."""
    return Signature.objects.filter(person=person).select_related("petition").order_by("-signed_at")


def stands(signature: Signature | None) -> bool:
    """Neither withdrawn nor refused."""
    return signature is not None and signature.withdrawn_at is None and not signature.refusal


def state_of(signature: Signature) -> str:
    """What a receipt says: withdrawn, refused, counted, or to_count (the batch comes every few seconds)."""
    if signature.withdrawn_at is not None:
        return "withdrawn"
    if signature.refusal:
        return "refused"
    return "counted" if signature.counted else "to_count"


def by_receipt(text: str) -> Signature | None:
    """The signature of a receipt, as typed. `Malformed` when it cannot be one."""
    digest = receipts.hashed(receipts.normalised(text))
    return Signature.objects.select_related("petition").filter(receipt_hash=digest).first()


def legal_request_of(person: Person, on: date) -> Signature | None:
    """The signature that is her legal request of the quarter: a person has one, withdrawn or not."""
    return Signature.objects.filter(person=person, legal_quarter=quarter_of(on)).select_related("petition").first()


def can_still_withdraw(signature: Signature, now: datetime) -> bool:
    """While the petition is open."""
    petition = signature.petition
    is_open = petition.state == State.OPEN and petition.closes_at is not None and now < petition.closes_at
    return is_open and signature.withdrawn_at is None


def named(petition: Petition) -> QuerySet[Signature]:
    """The standing signatures whose signers let their names be shown, by name: the order says nothing of when."""
    rows = Signature.objects.filter(petition=petition, named_since__isnull=False, withdrawn_at=None, refusal="")
    return rows.select_related("person").order_by("person__name_key", "pk")


def follows(petition: Petition, person: Person) -> bool:
    """Whether she has asked to be told what follows."""
    return Subscription.objects.filter(recipient=person.ref, reference=petition.number).exists()


@dataclass(frozen=True)
class Found:
    """Whom a paper line may name: `person` when there is no doubt, else the candidates to choose from."""

    person: Person | None
    candidates: tuple[Person, ...]


def find_on_roll(last: str, first: str, year: int | None, street: str) -> Found:
    """Sure only when both names and the year of birth are those of one person; the street tells homonyms apart."""
    near = tuple(search(last, first, year))
    exact = [row for row in near if year is not None and _same(row.last_name, last) and _same(row.first_name, first)]
    if len(exact) > 1 and street.strip():
        exact = [row for row in exact if name_key(street) in name_key(row.street)] or exact
    return Found(exact[0], ()) if len(exact) == 1 else Found(None, tuple(exact) or near)


def _same(one: str, other: str) -> bool:
    return name_key(one) == name_key(other)


def reply_of(petition: Petition) -> Reply | None:
    """The version of the official's reply that stands."""
    return petition.replies.order_by("-version").first()


def replies(petition: Petition) -> QuerySet[Reply]:
    """Every version, the newest first."""
    return petition.replies.order_by("-version")


def recallable(on: date) -> list[Official]:
    """Who may be the subject of a recall on that day: in office, and signed the charter."""
    return [row.official for row in signatories(on) if row.charter]


def found_by_words(words: str) -> QuerySet[Petition]:
    """The petitions whose title, text or number hold every word: the site's search."""
    rows = Petition.objects.all()
    for word in words.split()[:8]:
        rows = rows.filter(Q(title__icontains=word) | Q(text__icontains=word) | Q(number=word))
    return rows.order_by("-filed_at", "-pk")


def days_left(petition: Petition, now: datetime) -> int:
    """Whole days until the last day: 0 on that day."""
    return 0 if petition.closes_at is None else max(0, (localdate(petition.closes_at) - localdate(now)).days)
