"""The reads of votations. What a page shows of a person is hers alone; what it shows of the box is public."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.core.paginator import Page, Paginator
from django.db.models import Max, QuerySet

from beffroi.apps.roll import queries as roll
from beffroi.apps.roll.models import Account, Person, Station
from beffroi.apps.votations import archive, rules
from beffroi.apps.votations.models import Ballot, HourCount, PaperCount, PollBookEntry, SealedBallot, Votation, Voter
from beffroi.core.suffrage import Count
from beffroi.core.voting.election import Election, parse_election

State = Votation.State
#: What nobody but the secretariat sees: nothing of it is frozen.
UNCALLED = (State.DRAFT, State.DROPPED)
PAGE = 50
HOUR = timedelta(hours=1)


# ---------------------------------------------------------------- the election


@lru_cache(maxsize=16)
def _election(fingerprint: str, pk: int) -> Election:
    raw = Votation.objects.values_list("election", flat=True).get(pk=pk, fingerprint=fingerprint)
    assert raw is not None
    return parse_election(bytes(raw))


def election(votation: Votation) -> Election:
    """The election's public parameters. They never change, so each process reads them once."""
    return _election(votation.fingerprint, votation.pk)


@lru_cache(maxsize=4)
def _listed(fingerprint: str, pk: int) -> frozenset[str]:
    raw = Votation.objects.values_list("credentials", flat=True).get(pk=pk, fingerprint=fingerprint)
    assert raw is not None
    return frozenset(json.loads(bytes(raw)))  # each point was checked when the list was received


def listed_credentials(votation: Votation) -> frozenset[str]:
    """The public credentials that may sign a ballot of this election."""
    return _listed(votation.fingerprint, votation.pk)


# ---------------------------------------------------------------- where it stands


def phase(votation: Votation, now: datetime) -> str:
    """draft, called, ready (not open yet), open, closed (clock or state), decided: what the pages speak of."""
    if votation.state != State.READY:
        return {State.FORGOTTEN: "closed", State.TALLIED: "closed"}.get(State(votation.state), votation.state)
    assert votation.opens_at is not None
    assert votation.closes_at is not None
    if now < votation.opens_at:
        return "ready"
    return "open" if now < votation.closes_at else "closed"


def public(now: datetime) -> list[tuple[Votation, str]]:
    """Every votation that has been called, with its phase: open ones first, then those to come, then the past."""
    order = {"open": 0, "ready": 1, "called": 1, "closed": 2, "decided": 3}
    rows = Votation.objects.exclude(state__in=UNCALLED).defer("credentials", "trustees", "election")
    listed = [(row, phase(row, now)) for row in rows]
    return sorted(listed, key=lambda pair: order[pair[1]])


def drafts() -> QuerySet[Votation]:
    """What waits for the clerk's call."""
    return Votation.objects.filter(state=State.DRAFT).order_by("number")


# ---------------------------------------------------------------- one person


@dataclass(frozen=True)
class Standing:
    """What one person may do in one votation. `reason` is a code of the roll when she is not registered."""

    registered: bool
    voted: bool
    reason: str = ""


def standing(votation: Votation, person: Person) -> Standing:
    """Whether she is registered and has voted online; the reason why not, at the day that the rules fix."""
    voter = Voter.objects.filter(votation=votation, person=person).first()
    if voter is not None:
        return Standing(True, voter.credential_mac is not None)
    entry = PollBookEntry.objects.filter(votation=votation, person=person).first()
    if entry is not None:
        return Standing(True, entry.voted_online)
    if not votation.rules:
        return Standing(False, False, "not_called")
    frozen = rules.read(votation.rules)
    reason = roll.eligibility(person, frozen.body, frozen.body_on)
    return Standing(False, False, reason or "listed_later")


# ---------------------------------------------------------------- the box


@dataclass(frozen=True)
class BoxLine:
    """A ballot as the public box shows it. `replaced`: a later one of the same credential stands for it."""

    height: int
    tracker: str
    replaced: bool


def _box(votation: Votation) -> QuerySet[Ballot] | QuerySet[SealedBallot]:
    sealed = SealedBallot.objects.filter(votation=votation)
    return sealed if sealed.exists() else Ballot.objects.filter(votation=votation)


@dataclass(frozen=True)
class BoxPage:
    """A page of the box, and the lines on it."""

    page: Page[tuple[int, str, str]]
    lines: list[BoxLine]


def box(votation: Votation, page: int | str) -> BoxPage:
    """A page of the box in the order of the chain, the latest ballot first."""
    rows = _box(votation).order_by("-height").values_list("height", "tracker", "credential")
    found = Paginator(rows, PAGE).get_page(page)
    return BoxPage(found, _lines(votation, found.object_list))


def find(votation: Votation, tracker: str) -> BoxLine | None:
    """The ballot of this tracker, or None."""
    row = _box(votation).filter(tracker=tracker).values_list("height", "tracker", "credential").first()
    return _lines(votation, [row])[0] if row else None


def _lines(votation: Votation, rows: Iterable[tuple[int, str, str]]) -> list[BoxLine]:
    rows = list(rows)
    credentials = {credential for _, _, credential in rows}
    latest = _box(votation).filter(credential__in=credentials).values("credential").annotate(last=Max("height"))
    last = dict(latest.values_list("credential", "last"))
    return [BoxLine(height, tracker, height < last[credential]) for height, tracker, credential in rows]


# ---------------------------------------------------------------- participation by hour


@dataclass(frozen=True)
class Hours:
    """Several hours joined: from `start` to `end`, and how many voted for the first time in them."""

    start: datetime
    end: datetime
    count: int


def join_hours(counts: Iterable[tuple[datetime, int]], least: int, complete: bool) -> list[Hours]:
    """Hours of fewer than `least` voters are joined to the next one.

    What remains at the end is joined to the last group when the vote is over (`complete`), and not shown before.
    """
    joined: list[Hours] = []
    start, total, end = None, 0, None
    for hour, count in sorted(counts):
        start = hour if start is None else start
        total, end = total + count, hour + HOUR
        if total >= least:
            joined.append(Hours(start, end, total))
            start, total = None, 0
    if complete and start is not None and end is not None:
        if not joined:
            return [Hours(start, end, total)]
        last = joined.pop()
        joined.append(Hours(last.start, end, last.count + total))
    return joined


def hours(votation: Votation, now: datetime) -> list[Hours]:
    """The public participation curve. While the vote is open, only hours that are over."""
    rows = HourCount.objects.filter(votation=votation)
    complete = phase(votation, now) != "open"
    if not complete:
        rows = rows.filter(hour__lte=now - HOUR)
    return join_hours(rows.values_list("hour", "count"), rules.read(votation.rules).hour_mask, complete)


# ---------------------------------------------------------------- paper


@dataclass(frozen=True)
class Agreed:
    """A station's count on which two scrutineers agree, or the station into which its box was mixed."""

    count: Count
    mixed_into: str = ""


def standing_counts(votation: Votation) -> list[PaperCount]:
    """The entries that stand, station by station."""
    rows = votation.paper_counts.filter(corrected_at=None).select_related("station", "mixed_into", "scrutineer")
    return list(rows.order_by("station__code", "pk"))


def agreed_counts(votation: Votation) -> dict[str, Agreed]:
    """By station code: the counts that two standing entries of two persons give alike."""
    seen: set[tuple[str, Agreed]] = set()
    agreed: dict[str, Agreed] = {}
    for row in standing_counts(votation):
        entry = Agreed(Count(row.yes, row.no, row.blank), row.mixed_into.code if row.mixed_into else "")
        if (row.station.code, entry) in seen:
            agreed[row.station.code] = entry
        seen.add((row.station.code, entry))
    return agreed


def stations(votation: Votation) -> list[Station]:
    """The stations that the frozen rules name."""
    return list(Station.objects.filter(code__in=rules.read(votation.rules).stations).order_by("code"))


def stations_left(votation: Votation) -> list[Station]:
    """The stations that are not agreed yet."""
    agreed = agreed_counts(votation)
    return [station for station in stations(votation) if station.code not in agreed]


@dataclass(frozen=True)
class Desk:
    """A station as a scrutineer sees it: her own entry, and the other ones only once she has entered hers."""

    station: Station
    mine: PaperCount | None
    others: tuple[PaperCount, ...]
    agreed: Agreed | None

    @property
    def differs(self) -> bool:
        """Two entries stand and do not agree: both count again."""
        return self.agreed is None and self.mine is not None and bool(self.others)


def desks(votation: Votation, scrutineer: Account) -> list[Desk]:
    """Every station for one scrutineer."""
    agreed, listed = agreed_counts(votation), []
    entries = standing_counts(votation)
    for station in stations(votation):
        here = [entry for entry in entries if entry.station_id == station.pk]
        mine = next((entry for entry in here if entry.scrutineer_id == scrutineer.pk), None)
        others = tuple(entry for entry in here if entry.scrutineer_id != scrutineer.pk) if mine else ()
        listed.append(Desk(station, mine, others, agreed.get(station.code)))
    return listed


# ---------------------------------------------------------------- envelopes


def envelopes(votation: Votation) -> QuerySet[Voter]:
    """Voter numbers with the persons to whom the printer addresses the authority's letters. Empty after the closing."""
    return Voter.objects.filter(votation=votation).select_related("person").order_by("number")


def archive_name(votation: Votation) -> str:
    """The name under which the archive is downloaded."""
    return f"votation-{votation.number.removeprefix('V-')}.bel"


def ballots(votation: Votation) -> int:
    """How many ballots the box holds, replaced ones included."""
    return archive.ballots(votation)


def may_be_decided(votation: Votation) -> bool:
    """Whether all that a decision needs is there."""
    return is_decrypted(votation) and not stations_left(votation)


def is_decrypted(votation: Votation) -> bool:
    """Whether enough trustees have decrypted: all, or as many of a group as it takes."""
    missing = votation.trustee_rows.filter(decryption=None).count()
    found = rules.read(votation.rules).group
    return missing <= (found[1] - found[0] if found else 0)
