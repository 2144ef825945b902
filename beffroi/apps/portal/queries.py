"""What the roof shows together: reads that cross petitions, votations, councils and the journal."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate

from beffroi.apps.assemblies.models import AgendaItem, Answer, Hearing, Sitting
from beffroi.apps.assemblies.perms import sits_on
from beffroi.apps.gazette import queries as gazette
from beffroi.apps.gazette.models import Entry
from beffroi.apps.petitions import queries as petitions
from beffroi.apps.petitions.models import Petition, Reply, Sheet, Signature
from beffroi.apps.petitions.sheet_queries import WAITING
from beffroi.apps.roll.models import Person
from beffroi.apps.votations import queries as votations
from beffroi.apps.votations.models import Votation
from beffroi.web.tower import Ladder, Level

STREET, NEWS, ENTRIES, FOUND, LONGEST_WORDS = 6, 3, 5, 20, 100


# Home ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class House:
    """One open petition of the street."""

    petition: Petition
    ladder: Ladder


@dataclass(frozen=True)
class Street:
    """The open petitions, tallest first. `shared`: the thresholds that all of them have, empty when they differ."""

    houses: tuple[House, ...]
    shared: tuple[Level, ...]

    @property
    def shown(self) -> tuple[House, ...]:
        return self.houses[:STREET]

    @property
    def nearest(self) -> House | None:
        """The one that lacks the fewest signatures to its next bell: where one more counts most."""
        waiting = [house for house in self.houses if house.ladder.missing]
        return min(waiting or self.houses, key=lambda house: (house.ladder.missing, -house.ladder.count), default=None)


@dataclass(frozen=True)
class Decided:
    """Something that has come to an end: a votation's result or a council's written answer."""

    on: date
    votation: Votation | None = None
    hearing: Hearing | None = None


@dataclass(frozen=True)
class Late:
    """What was due and has not come: a council's answer (`hearing`) or a votation to hold (`votation`)."""

    days: int
    due: date
    hearing: Hearing | None = None
    votation: Votation | None = None


@dataclass(frozen=True)
class Home:
    """What can be done today, what was decided, what is late."""

    street: Street
    open_votations: tuple[Votation, ...]
    on_paper: tuple[Votation, ...]
    sitting: Sitting | None
    decided: tuple[Decided, ...]
    late: tuple[Late, ...]
    entries: tuple[Entry, ...]


def home(now: datetime) -> Home:
    """Everything that the home page shows, in a fixed number of queries."""
    today, voted = localdate(now), votations.public(now)
    return Home(
        street=street(),
        open_votations=tuple(row for row, phase in voted if phase == "open"),
        on_paper=tuple(row for row, phase in voted if phase == "closed" and row.paper_on and row.paper_on >= today),
        sitting=next_sitting(now),
        decided=tuple(decided()),
        late=tuple(late(today)),
        entries=tuple(gazette.latest(ENTRIES)),
    )


def street() -> Street:
    """The open petitions with their towers."""
    houses = [House(row, petitions.ladder(row)) for row in petitions.open_petitions()]
    houses.sort(key=lambda house: (-house.ladder.count, house.petition.number))
    kinds = {tuple((level.at, level.by_law) for level in house.ladder.levels) for house in houses}
    return Street(tuple(houses), houses[0].ladder.levels if len(kinds) == 1 else ())


def next_sitting(now: datetime) -> Sitting | None:
    """The next sitting of a council, whether convened or only planned."""
    rows = (
        Sitting.objects.filter(starts_at__gte=now, cancelled_at=None)
        .select_related("assembly")
        .prefetch_related("items__hearing")
    )
    return rows.order_by("starts_at").first()


def decided() -> list[Decided]:
    """The last results and the last answers, newest first."""
    results = Votation.objects.filter(state=Votation.State.DECIDED).order_by("-decided_at")[:NEWS]
    answers = Answer.objects.select_related("hearing__item").order_by("-recorded_at")[:NEWS]
    news = [Decided(localdate(row.decided_at), votation=row) for row in results]
    news += [Decided(localdate(row.recorded_at), hearing=row.hearing) for row in answers]
    return sorted(news, key=lambda item: item.on, reverse=True)[:NEWS]


def late(today: date) -> list[Late]:
    """Answers and votations that are past their date, the longest first."""
    hearings = Hearing.objects.filter(answer_due_on__lt=today, answer=None).select_related("item")
    waiting = (Votation.State.DRAFT, Votation.State.CALLED, Votation.State.READY)
    owed = Votation.objects.filter(due_on__lt=today, state__in=waiting)
    found = [_late(today, row.answer_due_on, hearing=row) for row in hearings]
    found += [_late(today, row.due_on, votation=row) for row in owed]
    return sorted(found, key=lambda item: -item.days)


def _late(today: date, due: date | None, hearing: Hearing | None = None, votation: Votation | None = None) -> Late:
    assert due is not None
    return Late((today - due).days, due, hearing, votation)


# Search ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Results:
    """What the words were found in."""

    petitions: tuple[Petition, ...]
    votations: tuple[Votation, ...]
    sittings: tuple[Sitting, ...]

    @property
    def count(self) -> int:
        return len(self.petitions) + len(self.votations) + len(self.sittings)


def search(words: str) -> Results:
    """Petitions, votations and sittings that hold every word; at most twenty of each."""
    voted, sat = Votation.objects.exclude(state__in=votations.UNCALLED), Sitting.objects.all()
    for word in words.split()[:8]:
        voted = voted.filter(Q(title__icontains=word) | Q(question__icontains=word) | Q(number__iexact=word))
        sat = sat.filter(Q(items__title__icontains=word) | Q(place__icontains=word) | Q(number__iexact=word))
    return Results(
        tuple(petitions.found_by_words(words)[:FOUND]),
        tuple(voted.order_by("-number")[:FOUND]),
        tuple(sat.select_related("assembly").distinct().order_by("-starts_at")[:FOUND]),
    )


# My space --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Signed:
    """One of my signatures and what it is now: counted, to_count, withdrawn or refused."""

    signature: Signature
    state: str
    can_withdraw: bool


@dataclass(frozen=True)
class MyVote:
    """A votation that is open or to come, and where I stand in it."""

    votation: Votation
    phase: str
    standing: votations.Standing


def signed_by(person: Person, now: datetime) -> list[Signed]:
    """What a resident has signed, newest first."""
    rows = petitions.signatures_of(person)
    return [Signed(row, petitions.state_of(row), petitions.can_still_withdraw(row, now)) for row in rows]


def votes_of(person: Person, now: datetime) -> list[MyVote]:
    """The votations that are open or to come. Of a past one, only the poll book says who voted."""
    listed = [pair for pair in votations.public(now) if pair[1] in {"open", "ready", "called"}]
    return [MyVote(row, phase, votations.standing(row, person)) for row, phase in listed]


# The counter's desk ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ToSign:
    """An open petition, and whether the person in front of the agent has signed it."""

    petition: Petition
    signature: Signature | None


def to_sign(person: Person) -> list[ToSign]:
    """The open petitions for the person in front of the agent."""
    rows = Petition.objects.filter(state=Petition.State.OPEN).order_by("-number")
    mine = {row.petition_id: row for row in Signature.objects.filter(person=person, petition__in=rows)}
    standing = {key: row for key, row in mine.items() if petitions.stands(row)}
    return [ToSign(row, standing.get(row.pk)) for row in rows]


def open_for_paper() -> QuerySet[Petition]:
    """The petitions whose sheets can be handed in, or were, and are still to be read. `differing`: sheets to settle."""
    rows = Petition.objects.annotate(
        unread=Count("sheets", filter=Q(sheets__state__in=WAITING)),
        differing=Count("sheets", filter=Q(sheets__state=Sheet.State.DIFFERS)),
    )
    return rows.filter(Q(state=Petition.State.OPEN) | Q(unread__gt=0)).order_by("-number")


def to_settle() -> QuerySet[Petition]:
    """The petitions with sheets that two agents have read differently."""
    return open_for_paper().filter(pk__in=Sheet.objects.filter(state=Sheet.State.DIFFERS).values("petition"))


def to_admit() -> QuerySet[Petition]:
    """What waits for the secretariat's decision, the oldest first."""
    return Petition.objects.filter(state=Petition.State.FILED).order_by("filed_at")


@dataclass(frozen=True)
class Step:
    """A votation and what the secretariat has to do next: call it, prepare its keys, or hand in decryptions."""

    votation: Votation
    code: str


def to_prepare() -> list[Step]:
    """The votations that wait for the secretariat, the oldest first."""
    state = Votation.State
    steps = {state.DRAFT: "call", state.CALLED: "prepare", state.TALLIED: "decryption"}
    rows = Votation.objects.filter(state__in=list(steps)).defer(
        "credentials", "trustees", "election", "encrypted_tally"
    )
    return [Step(row, steps[state(row.state)]) for row in rows.order_by("number")]


def to_count(now: datetime) -> list[Votation]:
    """The votations whose paper boxes may be counted."""
    return [row for row, phase in votations.public(now) if phase == "closed"]


def to_hear(now: datetime) -> QuerySet[Hearing]:
    """Hearings of sittings that have begun, not recorded as held yet."""
    rows = Hearing.objects.filter(held_at=None, item__sitting__starts_at__lte=now, item__sitting__cancelled_at=None)
    return rows.select_related("item__sitting").order_by("item__sitting__starts_at")


def to_answer() -> QuerySet[Hearing]:
    """Held hearings that wait for the council's answer, the first due first."""
    rows = Hearing.objects.filter(held_at__isnull=False, answer=None)
    return rows.select_related("item__sitting").order_by("answer_due_on")


# One initiative --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Coming:
    """Something ahead: a code that the page puts into words, and when."""

    code: str
    at: datetime | date


@dataclass(frozen=True)
class Initiative:
    """The whole life of one petition: what it caused and what the journal says of it."""

    petition: Petition
    rungs: tuple[petitions.RungSeen, ...]
    ladder: Ladder
    hearing: Hearing | None
    answer: Answer | None
    item: AgendaItem | None
    votation: Votation | None
    phase: str
    entries: tuple[Entry, ...]
    coming: tuple[Coming, ...]
    reply: Reply | None
    #: Of a recall that the electors decided: "kept" when the official has left, "waiting" while she sits; else empty.
    pledge: str


def initiative(number: str, now: datetime) -> Initiative:
    """One initiative. `Petition.DoesNotExist` when there is none of this number."""
    petition = petitions.get(number)
    rungs = tuple(petitions.rungs(petition))
    effects = [seen.effect for seen in rungs if seen.effect is not None]
    hearing = next((effect.hearing for effect in effects if effect.hearing), None)
    votation = next((effect.votation for effect in effects if effect.votation), None)
    phase = votations.phase(votation, now) if votation else ""
    named = [petition.number, *([hearing.number] if hearing else []), *([votation.number] if votation else [])]
    return Initiative(
        petition=petition,
        rungs=rungs,
        ladder=petitions.ladder(petition, rungs),
        hearing=hearing,
        answer=getattr(hearing, "answer", None) if hearing else None,
        item=next((effect.item for effect in effects if effect.item), None),
        votation=votation,
        phase=phase,
        entries=tuple(_entries(named)),
        coming=tuple(_coming(petition, hearing, votation, now)),
        reply=petitions.reply_of(petition),
        pledge=_pledge(petition, votation, now),
    )


def _pledge(petition: Petition, votation: Votation | None, now: datetime) -> str:
    if petition.official is None or votation is None or not votation.decision:
        return ""
    if json.loads(votation.decision)["outcome"] != "adopted":
        return ""
    return "waiting" if sits_on(petition.official, localdate(now)) else "kept"


def _entries(named: Iterable[str]) -> list[Entry]:
    found = {entry.pk: entry for subject in named for entry in gazette.about(subject)}
    # The heads of an open box come every two minutes: they prove something to an auditor and tell a reader nothing.
    told = [entry for entry in found.values() if entry.kind != "votation.box_head"]
    return sorted(told, key=lambda entry: entry.index or 0)


def _coming(petition: Petition, hearing: Hearing | None, votation: Votation | None, now: datetime) -> list[Coming]:
    ahead: list[tuple[str, datetime | date | None]] = []
    if petition.state == Petition.State.OPEN:
        ahead.append(("petition_closes", petition.closes_at))
    if hearing and hearing.held_at is None and hearing.item.sitting.cancelled_at is None:
        ahead.append(("hearing", hearing.item.sitting.starts_at))
    if hearing and hearing.held_at and not hasattr(hearing, "answer"):
        ahead.append(("answer_due", hearing.answer_due_on))
    if votation and votation.state == Votation.State.DRAFT:
        ahead.append(("votation_due", votation.due_on))
    if votation and votation.state in {Votation.State.CALLED, Votation.State.READY}:
        ahead += [("opens", votation.opens_at), ("closes", votation.closes_at), ("paper", votation.paper_on)]
    future = [Coming(code, at) for code, at in ahead if at is not None and _day(at) >= localdate(now)]
    return sorted(future, key=lambda item: _day(item.at))


def _day(moment: datetime | date) -> date:
    return localdate(moment) if isinstance(moment, datetime) else moment
