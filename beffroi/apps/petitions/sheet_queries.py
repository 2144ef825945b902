"""The reads of paper: where each sheet is, what an agent has read, where two agents differ, the public totals."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from beffroi.apps.petitions import sheet_codes
from beffroi.apps.petitions.models import PaperLine, Petition, Printing, ReadLine, Sheet, SheetReading
from beffroi.apps.petitions.sheet_codes import normalised
from beffroi.apps.roll.models import Account

State = Sheet.State
WAITING = (State.RECEIVED, State.ENTERED, State.DIFFERS)


def get(code: str) -> Sheet:
    """The sheet of a typed or scanned identifier. `Malformed` when none can have it, `Sheet.DoesNotExist`."""
    return Sheet.objects.select_related("petition").get(code=normalised(code))


@dataclass(frozen=True)
class Totals:
    """The sheets of a petition, each accounted for, and what became of the lines. No names, no sheet by itself."""

    printed: int
    out: int
    waiting: int
    agreed: int
    lost: int
    refused: tuple[tuple[str, int], ...]
    lines: int
    signatures: int
    refused_lines: tuple[tuple[str, int], ...]

    @property
    def received(self) -> int:
        """Handed in, whatever became of them but loss and refusal."""
        return self.waiting + self.agreed

    @property
    def refused_sheets(self) -> int:
        return sum(number for _, number in self.refused)


def totals(petition: Petition) -> Totals:
    """For everybody: three queries."""
    rows = Sheet.objects.filter(petition=petition).order_by().values("state", "refusal")
    states: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    lines = 0
    for row in rows.annotate(number=Count("pk"), filled=Sum("lines")):
        states[row["state"]] += row["number"]
        if row["state"] == State.REFUSED:
            refused[row["refusal"]] += row["number"]
        if row["state"] in {*WAITING, State.AGREED}:
            lines += row["filled"] or 0
    outcome = PaperLine.objects.filter(petition=petition).order_by().values_list("refusal").annotate(Count("pk"))
    codes = Counter(dict(outcome))
    signatures = codes.pop("", 0)
    if petition.erased_at is not None:  # the lines that became signatures are gone, with whom they named
        signatures = lines - codes.total()
    return Totals(
        printed=states.total(),
        out=states[State.PRINTED],
        waiting=sum(states[state] for state in WAITING),
        agreed=states[State.AGREED],
        lost=states[State.LOST],
        refused=tuple(refused.most_common()),
        lines=lines,
        signatures=signatures,
        refused_lines=tuple(codes.most_common()),
    )


def in_hand(petition: Petition) -> list[Sheet]:
    """The sheets that an agent has work with, the oldest first, each with its readings."""
    rows = petition.sheets.filter(state__in=WAITING).prefetch_related("readings")
    return list(rows.order_by("received_at", "pk"))


def printings(petition: Petition, by: Account | None = None) -> QuerySet[Printing]:
    """What was printed, newest first; of one account only if it is given."""
    rows = Printing.objects.filter(petition=petition).annotate(number=Count("sheets")).order_by("-at", "-pk")
    return rows if by is None else rows.filter(by=by)


def reading_of(sheet: Sheet, agent: Account) -> SheetReading | None:
    """What this agent reads, or has settled, on the sheet."""
    return sheet.readings.filter(agent=agent).first()


def lines_of(reading: SheetReading | None) -> dict[int, ReadLine]:
    """The standing lines of one reading."""
    rows = ReadLine.objects.none() if reading is None else reading.lines.filter(replaced_at=None)
    return {row.line: row for row in rows.select_related("person")}


def next_line(sheet: Sheet, read: Iterable[int]) -> int | None:
    """The first line that has not been read; None when all are."""
    return min(set(range(1, (sheet.lines or 0) + 1)) - set(read), default=None)


@dataclass(frozen=True)
class Seen:
    """One line of a sheet that two agents have finished: what each read, and the outcome once there is one."""

    line: int
    one: ReadLine | None
    two: ReadLine | None
    outcome: PaperLine | None
    corrected: int

    @property
    def legal_only(self) -> bool:
        """They agree but for the box of the legal request."""
        one, two = self.one, self.two
        return one is not None and two is not None and one.person_id is not None and one.person_id == two.person_id


def compared(sheet: Sheet) -> list[Seen]:
    """Each filled line, side by side. Only for a sheet that both agents have finished: before, they are blind."""
    assert sheet.state in {State.DIFFERS, State.AGREED}, "nobody sees what the other reads before both have finished"
    rows = ReadLine.objects.filter(reading__sheet=sheet).select_related("person", "reading")
    standing = {(row.line, row.reading.round): row for row in rows if row.replaced_at is None}
    corrected = Counter(row.line for row in rows if row.replaced_at is not None)
    outcomes = {row.line: row for row in sheet.paper_lines.select_related("signature__person")}
    return [
        Seen(line, standing.get((line, 1)), standing.get((line, 2)), outcomes.get(line), corrected[line])
        for line in range(1, (sheet.lines or 0) + 1)
    ]


def shown(sheet: Sheet) -> str:
    """The identifier as it is printed."""
    return sheet_codes.shown(sheet.code)
