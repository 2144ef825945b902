"""Sheets of paper: printed, handed in, lost, refused. Each one that was printed is accounted for.

Handing a sheet in at the counter, before the petition closes, is the signers' act (docs/decisions/0019): its lines are
entered afterwards, within a delay.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.timezone import localdate

from beffroi.apps.gazette.actions import publish
from beffroi.apps.petitions import sheet_codes
from beffroi.apps.petitions.actions.state import must_be_open
from beffroi.apps.petitions.models import (
    Crossing,
    PaperLine,
    Petition,
    Printing,
    ReadLine,
    Sheet,
    SheetReading,
    SheetScan,
)
from beffroi.apps.petitions.paper_models import LINES_OF_A_SHEET
from beffroi.apps.roll.models import Account
from beffroi.core.errors import Malformed, Refused
from beffroi.web import pack, uploads

MOST_AT_ONCE: Final = 50
MOST_OF_A_PETITION: Final = 3000  # printed and not back: somebody who fills the table, not somebody who collects
ROOM: Final = "sheets"
State = Sheet.State


@transaction.atomic
def print_sheets(petition: Petition, number: int, by: Account, now: datetime, large: bool = False) -> Printing:
    """Draws the identifiers of so many sheets. Only what is registered here is taken back at the counter."""
    if not 1 <= number <= MOST_AT_ONCE:
        raise Malformed("number", str(number), f"1 to {MOST_AT_ONCE}")
    must_be_open(petition, now, shared=True)
    if petition.sheets.filter(state=State.PRINTED).count() + number > MOST_OF_A_PETITION:
        raise Refused("petitions.too_many_sheets")
    printing = Printing.objects.create(petition=petition, by=by, at=now, large=large)
    Sheet.objects.bulk_create(
        Sheet(petition=petition, printing=printing, place=place, code=sheet_codes.new())
        for place in range(1, number + 1)
    )
    publish("petition.sheets_printed", now, petition=petition.number, sheets=number)
    return printing


def held(sheet: Sheet) -> Sheet:
    """The sheet as it is now, held until the end of the transaction: those who read it come one after another."""
    return Sheet.objects.select_for_update(of=("self",)).select_related("petition").get(pk=sheet.pk)


def move(sheet: Sheet, to: str) -> None:
    """From one state to the next. The caller has locked the sheet, and saves it."""
    if to not in Sheet.TRANSITIONS[Sheet.State(sheet.state)]:
        raise Refused(f"petitions.sheet_{sheet.state}", sheet_codes.shown(sheet.code))
    sheet.state = to


def _must_be_on_a_sheet(lines: int) -> None:
    if not 1 <= lines <= LINES_OF_A_SHEET:
        raise Malformed("lines", str(lines), f"1 to {LINES_OF_A_SHEET}")


@transaction.atomic
def receive(sheet: Sheet, lines: int, agent: Account, now: datetime) -> Sheet:
    """Handed in with so many filled lines, before the petition closes. A lost sheet may be found again."""
    _must_be_on_a_sheet(lines)
    row = held(sheet)
    # Shared: closing waits, so whoever is told that her sheet is taken has it counted.
    must_be_open(row.petition, now, shared=True)
    move(row, State.RECEIVED)
    row.received_at, row.received_by, row.lines = now, agent, lines
    row.ended_at, row.ended_by, row.refusal = None, None, ""
    row.save()
    publish(
        "petition.sheet_received",
        now,
        petition=row.petition.number,
        sheet=row.code,
        lines=lines,
    )
    return row


@transaction.atomic
def correct_lines(sheet: Sheet, lines: int) -> Sheet:
    """The number of filled lines was miscounted. A line that somebody has read cannot be counted away."""
    _must_be_on_a_sheet(lines)
    row = held(sheet)
    if row.state not in {State.RECEIVED, State.ENTERED}:
        raise Refused(f"petitions.sheet_{row.state}", sheet_codes.shown(row.code))
    if ReadLine.objects.filter(reading__sheet=row, line__gt=lines, replaced_at=None).exists():
        raise Refused("petitions.line_read", str(lines))
    row.lines = lines
    row.save(update_fields=["lines"])
    return row


@transaction.atomic
def lose(sheet: Sheet, by: Account, now: datetime) -> Sheet:
    """The paper cannot be found: nothing of it counts, and its loss is public."""
    row = held(sheet)
    move(row, State.LOST)
    _end(row, by, now)
    publish("petition.sheet_lost", now, petition=row.petition.number, sheet=row.code)
    return row


@transaction.atomic
def refuse_sheet(sheet: Sheet, code: str, by: Account, now: datetime) -> Sheet:
    """The whole sheet is refused, for a published reason."""
    if code not in Sheet.Refusal.values:
        raise Malformed("code", code[:20], ", ".join(Sheet.Refusal.values))
    row = held(sheet)
    move(row, State.REFUSED)
    row.refusal = code
    _end(row, by, now)
    publish("petition.sheet_refused", now, petition=row.petition.number, sheet=row.code, code=code)
    return row


def _end(row: Sheet, by: Account, now: datetime) -> None:
    row.ended_at, row.ended_by = now, by
    row.save()


@transaction.atomic
def take_back(sheet: Sheet, now: datetime) -> Sheet:
    """A sheet declared lost or refused after it was handed in is there after all: it is read, as of its first day."""
    row = held(sheet)
    if row.received_at is None or row.state not in {State.LOST, State.REFUSED}:
        raise Refused(f"petitions.sheet_{row.state}", sheet_codes.shown(row.code))
    must_take_paper(row.petition)
    row.state, row.ended_at, row.ended_by, row.refusal = State.RECEIVED, None, None, ""
    if SheetReading.objects.filter(sheet=row, done_at__isnull=False).exists():
        row.state = State.ENTERED
    row.save()
    assert row.lines is not None
    publish("petition.sheet_received", now, petition=row.petition.number, sheet=row.code, lines=row.lines)
    return row


def must_take_paper(petition: Petition) -> None:
    """A sheet handed in in time is entered until the petition's state is closed, not until its clock has run out."""
    if Petition.objects.get(pk=petition.pk).state != Petition.State.OPEN:
        raise Refused("petitions.closed", petition.number)


def attach_scan(sheet: Sheet, upload: uploads.Upload, by: Account, now: datetime) -> SheetScan:
    """Keeps a picture of the sheet, for those who check."""
    if sheet.received_at is None:
        raise Refused("petitions.sheet_not_received", sheet_codes.shown(sheet.code))
    name = uploads.keep(ROOM, upload)
    return SheetScan.objects.create(sheet=sheet, file=name, fingerprint=upload.fingerprint, by=by, at=now)


def forget(now: datetime) -> int:
    """Some days after a petition has closed: the scans go, and so does who was read on a line. How many scans."""
    days = pack.current().number("petitions.paper_keep_days", localdate(now))
    over = Petition.objects.filter(state=Petition.State.CLOSED, closes_at__lte=now - timedelta(days=days))
    over = over.exclude(pk__in=Crossing.objects.filter(verified_at=None).values("rung__petition"))
    petitions = list(over.values_list("pk", flat=True))
    gone = sum(
        remove_scan(scan, now) for scan in SheetScan.objects.filter(sheet__petition__in=petitions, removed_at=None)
    )
    ReadLine.objects.filter(reading__sheet__petition__in=petitions).delete()
    kept = set(SheetScan.objects.exclude(file="").values_list("file", flat=True))
    uploads.sweep(ROOM, kept, now - timedelta(days=1))
    return gone


@transaction.atomic
def remove_scan(scan: SheetScan, now: datetime) -> int:
    """The picture, which shows names, goes; its fingerprint stays. 1 if it was still there."""
    uploads.remove(ROOM, scan.file)
    return SheetScan.objects.filter(pk=scan.pk, removed_at=None).update(file="", removed_at=now)


def entry_ends(petition: Petition) -> datetime | None:
    """Until when sheets handed in in time may still be entered: some days after the closing."""
    if petition.closes_at is None:
        return None
    days = pack.current().number("petitions.paper_entry_days", localdate(petition.closes_at))
    return petition.closes_at + timedelta(days=days)


def waits_for_paper(petition: Petition, now: datetime) -> bool:
    """Whether sheets handed in in time are still to be agreed on, and may be."""
    ends = entry_ends(petition)
    pending = petition.sheets.filter(state__in=[State.RECEIVED, State.ENTERED, State.DIFFERS])
    return ends is not None and now < ends and pending.exists()


def all_written(sheet: Sheet) -> bool:
    """Whether each filled line is a signature or a coded refusal."""
    return PaperLine.objects.filter(sheet=sheet).count() == sheet.lines
