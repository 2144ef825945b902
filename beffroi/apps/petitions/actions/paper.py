"""Reading a sheet: two agents, each without seeing what the other read; then what differs is settled.

A line becomes a signature, or a coded refusal, when two persons have read the same on it: an agent's mistake takes
nobody's right to sign. A correction is a new row.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Max

from beffroi.apps.petitions.actions.sheets import all_written, held, move, must_take_paper
from beffroi.apps.petitions.actions.signing import sign_for
from beffroi.apps.petitions.actions.state import locked
from beffroi.apps.petitions.models import PaperLine, ReadLine, Sheet, SheetReading, Signature
from beffroi.apps.petitions.sheet_codes import shown
from beffroi.apps.roll.models import Account, Person
from beffroi.core.errors import Malformed, Refused

State = Sheet.State
STALLED: Final = timedelta(hours=1)
LOOKUPS_OF_A_LINE: Final = 40  # keys typed in a name or two; somebody who leafs through the roll needs more


@dataclass(frozen=True)
class Read:
    """What somebody reads on a line: a person of the roll, or why nobody. `legal`: the box is ticked."""

    person: Person | None = None
    refusal: str = ""
    legal: bool = False

    def __post_init__(self) -> None:
        if self.person is None and self.refusal not in PaperLine.READ:
            raise Malformed("refusal", self.refusal[:20], ", ".join(PaperLine.READ))

    @property
    def fields(self) -> dict[str, object]:
        """As a row holds it: a box ticked beside nobody's name means nothing."""
        if self.person is None:
            return {"person": None, "refusal": self.refusal, "legal": False}
        return {"person": self.person, "refusal": "", "legal": self.legal}


@transaction.atomic
def read_line(sheet: Sheet, line: int, agent: Account, read: Read, now: datetime) -> ReadLine:
    """One line as this agent reads it, again and again until she has finished the sheet."""
    row = held(sheet)
    must_take_paper(row.petition)
    if row.lines is None or not 1 <= line <= row.lines:
        raise Refused("petitions.no_such_line", str(line))
    return _write_reading(_blind(row, agent, now), line, read, now)


def _blind(sheet: Sheet, agent: Account, now: datetime) -> SheetReading:
    """This agent's reading, begun if need be: one of the first two, and not finished."""
    if sheet.state not in {State.RECEIVED, State.ENTERED}:
        raise Refused(f"petitions.sheet_{sheet.state}", shown(sheet.code))
    mine = SheetReading.objects.filter(sheet=sheet, agent=agent).first()
    if mine is None:
        begun = sheet.readings.count()
        if begun == 2:
            raise Refused("petitions.two_agents_read", shown(sheet.code))
        mine = SheetReading.objects.create(sheet=sheet, agent=agent, round=begun + 1, begun_at=now)
    if mine.done_at is not None:
        raise Refused("petitions.reading_done", shown(sheet.code))
    return mine


def _write_reading(reading: SheetReading, line: int, read: Read, now: datetime) -> ReadLine:
    ReadLine.objects.filter(reading=reading, line=line, replaced_at=None).update(replaced_at=now)
    return ReadLine.objects.create(reading=reading, line=line, read_at=now, **read.fields)


@transaction.atomic
def look_up(sheet: Sheet, agent: Account, now: datetime) -> None:
    """Counts one question to the roll. Refused past what a sheet needs: the roll is not to be leafed through."""
    row = held(sheet)
    must_take_paper(row.petition)
    mine = _blind(row, agent, now)
    if mine.lookups >= LOOKUPS_OF_A_LINE * (row.lines or 0):
        raise Refused("petitions.too_many_lookups", shown(row.code))
    SheetReading.objects.filter(pk=mine.pk).update(lookups=F("lookups") + 1)


def is_stalled(reading: SheetReading, now: datetime) -> bool:
    """Begun, not finished, and not gone on with for a while: somebody was called away, or keeps the place."""
    last = reading.lines.aggregate(last=Max("read_at"))["last"] or reading.begun_at
    return reading.done_at is None and now - last >= STALLED


@transaction.atomic
def drop_reading(sheet: Sheet, agent: Account, by: Account, now: datetime) -> None:
    """An agent began and will not finish: what she has read, which counts for nothing yet, makes room for another.

    Her own at any time; somebody else's once it has stood still for an hour. Otherwise one agent alone could keep a
    sheet from ever being read by two.
    """
    row = held(sheet)
    mine = SheetReading.objects.filter(sheet=row, agent=agent, done_at=None).first()
    if mine is None:
        raise Refused("petitions.no_reading", shown(row.code))
    if by.pk != agent.pk and not is_stalled(mine, now):
        raise Refused("petitions.still_reading", shown(row.code))
    mine.lines.all().delete()
    other = row.readings.exclude(pk=mine.pk).first()
    mine.delete()
    if other is not None and other.round == 2:
        SheetReading.objects.filter(pk=other.pk).update(round=1)


@transaction.atomic
def finish(sheet: Sheet, agent: Account, now: datetime) -> Sheet:
    """This agent has read every line. When both have, the lines on which they agree are written."""
    row = held(sheet)
    must_take_paper(row.petition)
    mine = _blind(row, agent, now)
    lines = range(1, (row.lines or 0) + 1)
    missing = sorted(set(lines) - set(standing(mine)))
    if missing:
        raise Refused("petitions.lines_missing", ", ".join(map(str, missing)))
    mine.done_at = now
    mine.save(update_fields=["done_at"])
    if row.state == State.RECEIVED:
        move(row, State.ENTERED)
        row.save(update_fields=["state"])
        return row
    for line in lines:
        _write_if_agreed(row, line, agent, now)
    move(row, State.AGREED if all_written(row) else State.DIFFERS)
    _close(row, now)
    return row


def _close(sheet: Sheet, now: datetime) -> None:
    sheet.agreed_at = now if sheet.state == State.AGREED else None
    sheet.save(update_fields=["state", "agreed_at"])


def standing(reading: SheetReading) -> dict[int, ReadLine]:
    """What this agent reads now, line by line."""
    rows = reading.lines.filter(replaced_at=None).select_related("person")
    return {row.line: row for row in rows}


def _both(sheet: Sheet, line: int) -> list[Read]:
    """The readings of the first two agents, one or none where a line was added after an agent had finished."""
    rows = ReadLine.objects.filter(reading__sheet=sheet, reading__round__lte=2, line=line, replaced_at=None)
    ordered = rows.select_related("person").order_by("reading__round")
    return [Read(row.person, row.refusal, row.legal) for row in ordered]


def _write_if_agreed(sheet: Sheet, line: int, agent: Account, now: datetime) -> None:
    both = _both(sheet, line)
    if len(both) == 2 and both[0].fields == both[1].fields:
        _write(sheet, line, both[0], agent, now)


@transaction.atomic
def settle(sheet: Sheet, line: int, by: Account, read: Read, now: datetime) -> Sheet:
    """A line on which two agents differ. One of the two reads it again; or somebody else says which of them is right.

    That third person chooses between what was read, or a coded refusal: she alone can put no other name on a line.
    """
    row = held(sheet)
    must_take_paper(row.petition)
    if row.state != State.DIFFERS:
        raise Refused(f"petitions.sheet_{row.state}", shown(row.code))
    written = PaperLine.objects.filter(sheet=row, line=line).exists()
    if written or not 1 <= line <= (row.lines or 0):
        raise Refused("petitions.line_settled", str(line))
    mine = SheetReading.objects.filter(sheet=row, agent=by).first()
    if mine is not None and mine.round <= 2:
        _write_reading(mine, line, read, now)
        _write_if_agreed(row, line, by, now)
    else:
        _decide(row, mine, line, by, read, now)
    if all_written(row):
        move(row, State.AGREED)
        _close(row, now)
    return row


def _decide(sheet: Sheet, mine: SheetReading | None, line: int, by: Account, read: Read, now: datetime) -> None:
    if read.person is not None and read.fields not in [one.fields for one in _both(sheet, line)]:
        raise Refused("petitions.not_what_was_read", str(line))
    if mine is None:
        last: int = sheet.readings.aggregate(last=Max("round"))["last"]
        mine = SheetReading.objects.create(sheet=sheet, agent=by, round=last + 1, begun_at=now, done_at=now)
    _write_reading(mine, line, read, now)
    _write(sheet, line, read, by, now)


def _write(sheet: Sheet, line: int, read: Read, agent: Account, now: datetime) -> None:
    """The line's outcome, once. Whom it names is judged as of the day on which the sheet was handed in."""
    signature, refusal = None, read.refusal
    if read.person is not None:
        signature, refusal = _signature(sheet, read.person, agent, read.legal)
    PaperLine.objects.create(
        petition=sheet.petition,
        sheet=sheet,
        line=line,
        agent=agent,
        signature=signature,
        refusal=refusal,
        entered_at=now,
    )


# What refuses a person who signs on paper -> the published code of the line.
_LINE_CODES: Final = {
    "petitions.already_signed": PaperLine.Refusal.ALREADY_SIGNED,
    "petitions.too_young": PaperLine.Refusal.TOO_YOUNG,
    "petitions.not_on_roll": PaperLine.Refusal.NOT_ON_ROLL,
    "petitions.left": PaperLine.Refusal.NOT_ON_ROLL,
    "petitions.struck_off": PaperLine.Refusal.STRUCK_OFF,
    "petitions.not_an_elector": PaperLine.Refusal.NOT_AN_ELECTOR,
    "petitions.under_18": PaperLine.Refusal.UNDER_18,
    "petitions.other_neighbourhood": PaperLine.Refusal.OTHER_NEIGHBOURHOOD,
}

# What refuses the ticked box of the legal request, and not the signature.
_BOX_ONLY: Final = {"petitions.not_elector", "petitions.legal_request_used", "petitions.no_legal_request"}


def _signature(sheet: Sheet, person: Person, agent: Account, legal: bool) -> tuple[Signature | None, str]:
    assert sheet.received_at is not None
    locked(sheet.petition_id)  # a withdrawal at this instant comes before or after, not between
    known = Signature.objects.filter(petition=sheet.petition, person=person).first()
    if known is not None and known.withdrawn_at is not None and known.withdrawn_at >= sheet.received_at:
        return None, PaperLine.Refusal.WITHDRAWN
    try:
        with transaction.atomic():
            receipt = sign_for(sheet.petition, person, Signature.Channel.PAPER, agent, sheet.received_at, legal)
        return receipt.signature, ""
    except Refused as refused:
        if refused.rule in _BOX_ONLY:
            # The box that she ticked does not hold; her signature does.
            return _signature(sheet, person, agent, legal=False)
        if refused.rule not in _LINE_CODES:
            raise
        return None, _LINE_CODES[refused.rule]
