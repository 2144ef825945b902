"""The reads of councils: sittings, one sitting with its agenda, the answers owed and how late they are."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, Q, QuerySet
from django.utils.timezone import localdate

from beffroi.apps.assemblies.actions import days_late
from beffroi.apps.assemblies.models import AgendaItem, Assembly, Charter, CharterText, Hearing, Official, Sitting
from beffroi.apps.roll.queries import name_key
from beffroi.core import suffrage
from beffroi.web import pack


@dataclass(frozen=True)
class Owed:
    """An answer that the council owes, or gave. `late`: days after the due date, of the answer or of today."""

    hearing: Hearing
    late: int

    @property
    def is_answered(self) -> bool:
        return hasattr(self.hearing, "answer")


def with_agenda(sittings: QuerySet[Sitting]) -> QuerySet[Sitting]:
    """The sittings with their items and hearings, in two queries."""
    items = AgendaItem.objects.select_related("hearing__answer__official")
    return sittings.select_related("assembly").prefetch_related(Prefetch("items", items))


def get(number: str) -> Sitting:
    """One sitting with its agenda. `Sitting.DoesNotExist`."""
    return with_agenda(Sitting.objects.all()).get(number=number)


def ahead(now: datetime) -> QuerySet[Sitting]:
    """The sittings that have not begun, nearest first."""
    return with_agenda(Sitting.objects.filter(starts_at__gt=now)).order_by("starts_at")


def past(now: datetime) -> QuerySet[Sitting]:
    """The sittings that have begun, newest first."""
    return with_agenda(Sitting.objects.filter(starts_at__lte=now)).order_by("-starts_at")


def _hearings() -> QuerySet[Hearing]:
    return Hearing.objects.select_related("item__sitting", "answer__official")


def hearing(number: str) -> Hearing:
    """One hearing with its sitting and its answer. `Hearing.DoesNotExist`."""
    return _hearings().get(number=number)


def owed(today: date) -> list[Owed]:
    """Every answer owed or given, the latest ones without an answer first."""
    rows = [
        _owed(row, today) for row in _hearings().filter(answer_due_on__isnull=False).order_by("answer_due_on", "pk")
    ]
    return sorted(rows, key=lambda row: (row.is_answered, -row.late))


def _owed(row: Hearing, today: date) -> Owed:
    assert row.answer_due_on is not None
    until = row.answer.recorded_on if hasattr(row, "answer") else today
    return Owed(row, days_late(row.answer_due_on, until))


def late(today: date) -> list[Owed]:
    """The answers that are due and not there: the site counts the days, and comments nothing."""
    return [row for row in owed(today) if row.late and not row.is_answered]


def quorum(assembly: Assembly) -> int:
    """More than half of the members in office (CGCT L2121-17); of the seats while nobody has been appointed."""
    in_office = assembly.officials.filter(until=None).count()
    return suffrage.more_than_half(in_office or assembly.seats)


def left_in_time(sitting: Sitting, clear_days: int) -> bool:
    """Whether the convocation left, or is planned to leave, early enough for the law's clear days."""
    last_day = suffrage.clear_days_before(localdate(sitting.starts_at), clear_days)
    return localdate(sitting.convened_at or sitting.convocation_at) <= last_day


def in_office(assembly: Assembly, on: date) -> QuerySet[Official]:
    """Who sits on that day, the presiding member first."""
    seated = Official.objects.filter(Q(until=None) | Q(until__gt=on), assembly=assembly, since__lte=on)
    return seated.order_by("-presides", "side", "name")


@dataclass(frozen=True)
class Signatory:
    """One official in office: her standing signature, or the last one that she withdrew, or neither."""

    official: Official
    charter: Charter | None
    withdrawn: Charter | None

    @property
    def state(self) -> str:
        return "signed" if self.charter else "withdrawn" if self.withdrawn else "none"


def signatories(on: date) -> list[Signatory]:
    """Everybody in office, by name: who signed and who did not stand in one order, that of the alphabet."""
    seated = Official.objects.filter(Q(until=None) | Q(until__gt=on), since__lte=on)
    charters = Prefetch("charters", Charter.objects.select_related("text").order_by("pk"))
    rows = seated.select_related("assembly", "account").prefetch_related(charters)
    return [_signatory(row) for row in sorted(rows, key=lambda row: name_key(row.name))]


def _signatory(official: Official) -> Signatory:
    listed = list(official.charters.all())
    standing = next((row for row in listed if row.withdrawn_at is None), None)
    return Signatory(official, standing, listed[-1] if listed and standing is None else None)


def official(number: str) -> Official:
    """One mandate by its public number. `Official.DoesNotExist`."""
    return Official.objects.select_related("assembly", "account").get(number=number)


def standing_charter(official: Official) -> Charter | None:
    """The signature that holds today."""
    return official.charters.filter(withdrawn_at=None).select_related("text").first()


def charter_text(sha256: str) -> str:
    """A charter that somebody signed, or the one of the pack. `CharterText.DoesNotExist`."""
    offered = pack.current().texts.get("charter")
    if offered is not None and offered.fingerprint == sha256:
        return offered.content
    return CharterText.objects.get(sha256=sha256).text


def found_by_words(words: str) -> QuerySet[Sitting]:
    """The sittings on whose agenda every word stands."""
    rows = Sitting.objects.all()
    for word in words.split()[:8]:
        rows = rows.filter(Q(items__title__icontains=word) | Q(number=word) | Q(place__icontains=word))
    return rows.distinct().order_by("-starts_at")
