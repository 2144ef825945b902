"""The reads of the checks: reports, lines to judge, signals, alarms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from django.db.models import Count, Q, QuerySet

from beffroi.apps.gazette.models import Entry
from beffroi.apps.petitions.models import (
    CheckedLine,
    Crossing,
    Petition,
    Ruling,
    Sample,
    SheetReading,
    SheetScan,
    Signal,
    Signature,
)
from beffroi.apps.roll.models import Account
from beffroi.web import pack

ALARM_DAYS = 30
SHOWN = 50
FINAL = (Ruling.Decision.KEEP, Ruling.Decision.STRIKE)


@dataclass(frozen=True)
class Attempt:
    """One list that was judged, with what was compared on paper; `sample` is None where paper decided nothing."""

    crossing: Crossing
    sample: Sample | None
    judged: int
    to_judge: int

    @property
    def confidence(self) -> Fraction:
        return Fraction(self.sample.confidence) if self.sample else Fraction(0)

    @property
    def is_enough(self) -> bool:
        return self.crossing.valid is not None and self.crossing.valid >= self.crossing.rung.needed

    @property
    def is_bound(self) -> bool:
        """The figure is what the interval makes sure of, not a count."""
        return self.sample is not None and self.sample.finished_at is not None and not self.sample.whole


def attempts(petition: Petition) -> list[Attempt]:
    """Every list of a petition, oldest first."""
    rows = Crossing.objects.filter(rung__petition=petition).select_related("rung", "sample").order_by("pk")
    return [_attempt(row) for row in rows]


def _attempt(crossing: Crossing) -> Attempt:
    sample = getattr(crossing, "sample", None)
    if sample is None:
        return Attempt(crossing, None, 0, 0)
    if sample.finished_at is not None:
        size = sample.lines if sample.whole else sample.size
        return Attempt(crossing, sample, size, size)
    counts = sample.rows.filter(to_judge=True).aggregate(
        judged=Count("pk", filter=Q(verdict__isnull=False)), to_judge=Count("pk")
    )
    return Attempt(crossing, sample, counts["judged"], counts["to_judge"])


@dataclass(frozen=True)
class RulesOfChecks:
    """What the pack says of checks, for the report."""

    whole_up_to: int
    drawn: int
    confidence: Fraction
    keep_days: int


def rules_of_checks(today: date) -> RulesOfChecks:
    """In force on that day."""
    rules = pack.current()
    return RulesOfChecks(
        rules.number("checking.whole_up_to", today),
        rules.number("checking.drawn", today),
        rules.share("checking.confidence", today),
        rules.number("checking.keep_days", today),
    )


def rulings(petition: Petition) -> QuerySet[Ruling]:
    """The panel's decisions on a petition, newest first."""
    return Ruling.objects.filter(signal__petition=petition).select_related("signal").order_by("-pk")


def _unfinished(petition: Petition) -> QuerySet[CheckedLine]:
    lines = CheckedLine.objects.filter(sample__crossing__rung__petition=petition, sample__finished_at=None)
    return lines.filter(to_judge=True).select_related("sample__crossing__rung", "signature__person")


def lines_to_judge(petition: Petition, judge: Account) -> tuple[list[CheckedLine], int]:
    """The lines that this account may judge, and how many wait for somebody else."""
    waiting = list(_unfinished(petition).filter(verdict=None).order_by("sample", "place"))
    read = set(SheetReading.objects.filter(agent=judge).values_list("sheet__code", flat=True))
    own = {row.pk for row in waiting if row.entered_by_id == judge.pk or row.sheet in read}
    mine = [row for row in waiting if row.pk not in own and not _is_hers(row.signature, judge)]
    return mine, len(waiting) - len(mine)


def scans_of(line: CheckedLine) -> list[SheetScan]:
    """The pictures of the line's sheet that are still kept."""
    return list(SheetScan.objects.filter(sheet__code=line.sheet, removed_at=None))


def _is_hers(signature: Signature, judge: Account) -> bool:
    return judge.person_id is not None and signature.person_id == judge.person_id


def line_of(petition: Petition, pk: int) -> CheckedLine | None:
    """A line of this petition."""
    rows = CheckedLine.objects.filter(sample__crossing__rung__petition=petition).select_related("sample__crossing")
    return rows.filter(pk=pk).first()


def last_judged(petition: Petition, judge: Account) -> CheckedLine | None:
    """What this account has judged last, while it may still be mended."""
    return _unfinished(petition).filter(judge=judge).order_by("-judged_at", "-pk").first()


def waiting_samples() -> list[Attempt]:
    """The lists whose paper lines wait for persons, oldest first."""
    rows = Crossing.objects.filter(verified_at=None, sample__isnull=False).select_related("rung__petition", "sample")
    return [_attempt(row) for row in rows.order_by("pk")]


def open_signals() -> QuerySet[Signal]:
    """What is to be decided, newest first."""
    decided = Ruling.objects.filter(decision__in=FINAL).values("signal")
    rows = Signal.objects.exclude(pk__in=decided).select_related("petition")
    return rows.filter(petition__erased_at=None).annotate(checks=Count("rulings"))


def last_rulings() -> QuerySet[Ruling]:
    """What was decided lately."""
    return Ruling.objects.select_related("signal__petition", "member").order_by("-pk")[:SHOWN]


def signatures_of(signal: Signal) -> Sequence[Signature]:
    """The signatures of a signal in the order of time."""
    return list(signal.signatures.select_related("person").order_by("signed_at", "pk"))


def to_compare() -> QuerySet[Petition]:
    """The petitions that have paper lines to compare: the desk."""
    lines = CheckedLine.objects.filter(to_judge=True, verdict=None, sample__finished_at=None)
    return Petition.objects.filter(pk__in=lines.values("sample__crossing__rung__petition")).order_by("-number")


def alarms(now: datetime) -> list[Entry]:
    """The recounts of the last weeks that found another figure than the one shown, newest first."""
    since = now - timedelta(days=ALARM_DAYS)
    return list(Entry.objects.filter(kind="recount.alarm", at__gte=since).order_by("-at", "-pk"))
