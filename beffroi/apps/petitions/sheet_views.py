"""Paper at the counter: the sheets of a petition, one sheet read by the keyboard alone, what two agents differ on.

An address holds a sheet's identifier and nobody's name; whom a line may name is asked by POST.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from beffroi.apps.petitions import actions, perms, queries, sheet_codes, sheet_paper, sheet_queries
from beffroi.apps.petitions.actions import Read
from beffroi.apps.petitions.models import Petition, Printing, Sheet, SheetScan
from beffroi.apps.petitions.sheet_forms import Filled, Line, Print, RefuseSheet, Scan, SheetCode
from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.actions import note_counter_act
from beffroi.apps.roll.models import Account, Person
from beffroi.apps.roll.perms import AGENTS, requires, to_sign_in
from beffroi.core.errors import Malformed, Refused
from beffroi.web import uploads
from beffroi.web.refusals import sentence

State = Sheet.State
MOST_SHOWN = 8


def _petition(number: str) -> Petition:
    return get_object_or_404(Petition, number=number)


def _sheet(code: str) -> Sheet:
    try:
        return sheet_queries.get(code)
    except (Malformed, Sheet.DoesNotExist):
        raise Http404(_("No sheet was printed with this number.")) from None


def _account(request: Request) -> Account:
    assert request.account is not None
    return request.account


# The sheets of a petition


@never_cache
@require_http_methods(["GET", "POST"])
@requires(perms.may_settle, AGENTS)
def sheet(request: Request, number: str) -> HttpResponse:
    """Which sheet is in your hand? And those that wait."""
    petition = _petition(number)
    form = SheetCode(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data["code"]
        if found.petition_id == petition.pk:
            return redirect("petitions:read_sheet", found.code)
        form.add_error("code", _("This sheet is of petition no. %(number)s.") % {"number": found.petition.number})
    account = _account(request)
    waiting = [
        (row, any(reading.agent_id == account.pk for reading in row.readings.all()))
        for row in sheet_queries.in_hand(petition)
    ]
    context = {
        "petition": petition,
        "form": form,
        "waiting": waiting,
        "totals": sheet_queries.totals(petition),
        "may_enter": perms.may_enter_lines(account),
    }
    return render(request, "petitions/sheets.html", context, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def print_sheets(request: Request, number: str) -> HttpResponse:
    """Who carries the petition, or an agent, prints sheets. They are registered, then downloaded as often as needed."""
    petition = _may_print(request, number)
    if isinstance(petition, HttpResponse):
        return petition
    account = _account(request)
    form = Print(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.print_sheets(petition, form.cleaned_data["number"], account, timezone.now(), form.cleaned_data["large"])
        if request.acting is not None and request.acting.person.pk == petition.author_id:
            note_counter_act(request.acting, "petition.sheets", timezone.now())
        messages.success(
            request, _("The sheets are registered. Download them and print them, on both sides or on one.")
        )
        return redirect("petitions:print_sheets", petition.number)
    context = {
        "section": "petitions",
        "petition": petition,
        "form": form,
        "printings": sheet_queries.printings(petition, None if perms.may_enter_lines(account) else account)[:20],
        "totals": sheet_queries.totals(petition),
        "is_open": petition.state == Petition.State.OPEN,
    }
    return render(request, "petitions/print_sheets.html", context, status=400 if form.errors else 200)


def _may_print(request: Request, number: str) -> Petition | HttpResponse:
    """The petition, for its author, at home or in front of an agent, and for the agents of the counter."""
    if request.account is None:
        return to_sign_in(request)
    petition = _petition(number)
    if not perms.may_print_sheets(petition, request.account, request.acting):
        raise PermissionDenied(_("Only who carries this petition, or an agent of the counter, prints its sheets."))
    return petition


@never_cache
@require_GET
def sheets_pdf(request: Request, number: str, printing: int) -> HttpResponse:
    """The same bytes each time."""
    petition = _may_print(request, number)
    if isinstance(petition, HttpResponse):
        return petition
    account = _account(request)
    mine = sheet_queries.printings(petition, None if perms.may_enter_lines(account) else account)
    row: Printing = get_object_or_404(mine, pk=printing)

    def address(code: str) -> str:
        return request.build_absolute_uri(reverse("petitions:sheet_status", args=[code]))

    text = request.build_absolute_uri(reverse("petitions:text", args=[petition.number]))
    answer = HttpResponse(sheet_paper.pages(row, address, text), content_type="application/pdf")
    name = f"feuilles-{petition.number}-{row.pk}.pdf"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_GET
def sheet_status(request: HttpRequest, code: str) -> HttpResponse:
    """Where the QR code of a sheet leads: what became of the sheet, and never of one line."""
    row = _sheet(code)
    account = getattr(request, "account", None)
    context = {"section": "petitions", "sheet": row, "petition": row.petition, "shown": sheet_queries.shown(row)}
    return render(request, "petitions/sheet_status.html", context | {"may_enter": perms.may_settle(account)})


# One sheet


@never_cache
@require_http_methods(["GET", "POST"])
@requires(perms.may_see_scans, AGENTS)
def read_sheet(request: Request, code: str) -> HttpResponse:
    """Takes a sheet in, reads it line by line, settles it: what is asked depends on where the sheet is."""
    row = _sheet(code)
    if request.method == "GET":
        return _show(request, row)
    step = request.POST.get("step", "line")
    needs_agent = step in {"receive", "lines", "line", "finish", "drop", "lose", "refuse"}
    may = perms.may_enter_lines if needs_agent else perms.may_settle
    if step not in _STEPS or not may(request.account):
        raise PermissionDenied(str(AGENTS))
    try:
        return _STEPS[step](request, row)
    except Refused as refused:
        messages.error(request, sentence(refused))
        return _show(request, _sheet(code), status=422)


def _show(
    request: Request,
    row: Sheet,
    form: Line | None = None,
    candidates: tuple[Person, ...] | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page of a sheet for the account that looks."""
    account = _account(request)
    mine = sheet_queries.reading_of(row, account)
    read = sheet_queries.lines_of(mine)
    asked = request.GET.get("ligne", "")
    correcting = int(asked) if asked.isdecimal() and len(asked) < 3 and int(asked) in read else None
    line = correcting or sheet_queries.next_line(row, read)
    finished = row.state in {State.DIFFERS, State.AGREED}
    settling = row.state == State.DIFFERS
    context = {
        "petition": row.petition,
        "sheet": row,
        "shown": sheet_queries.shown(row),
        "mine": mine,
        "read": sorted(read.values(), key=lambda entry: -entry.line),
        "line": line,
        "correcting": correcting,
        "left": range(len(read), row.lines or 0),
        "form": form or Line(initial=_initial(read, correcting)),
        "candidates": candidates,
        "stalled": [one for one in row.readings.all() if one != mine and actions.is_stalled(one, timezone.now())],
        "full_by_others": mine is None and row.readings.count() >= 2,
        "may_enter": perms.may_enter_lines(account),
        "may_settle_alone": settling and (mine is None or mine.round > 2),
        "compared": sheet_queries.compared(row) if finished and perms.may_settle(account) else [],
        "filled": Filled(initial={"lines": row.lines}),
        "refusing": RefuseSheet(),
        "scanning": Scan(),
        "scans": row.scans.all(),
        "may_see_scans": perms.may_see_scans(account),
        "none": Line.NONE,
        "unsure": Line.UNSURE,
    }
    return render(request, "petitions/sheet.html", context | more, status=status)


def _initial(read: dict[int, Any], correcting: int | None) -> dict[str, object]:
    """What the line held, so that a correction begins with it."""
    entry = read.get(correcting or 0)
    if entry is None or entry.person is None:
        return {}
    person = entry.person
    return {
        "last_name": person.last_name,
        "first_name": person.first_name,
        "year": person.birth_date.year,
        "legal": entry.legal,
    }


def _back(row: Sheet) -> HttpResponse:
    return HttpResponseRedirect(reverse("petitions:read_sheet", args=[row.code]))


def _receive(request: Request, row: Sheet) -> HttpResponse:
    form = Filled(request.POST)
    if not form.is_valid():
        return _show(request, row, filled=form, status=400)
    actions.receive(row, form.cleaned_data["lines"], _account(request), timezone.now())
    return _back(row)


def _lines(request: Request, row: Sheet) -> HttpResponse:
    form = Filled(request.POST)
    if not form.is_valid():
        return _show(request, row, filled=form, status=400)
    actions.correct_lines(row, form.cleaned_data["lines"])
    return _back(row)


def _line(request: Request, row: Sheet) -> HttpResponse:
    form = Line(request.POST)
    if not form.is_valid():
        return _show(request, row, form, status=400)
    read, candidates = _read(request, row, form)
    if read is None:
        return _show(request, row, form, candidates, line=form.cleaned_data["line"])
    actions.read_line(row, form.cleaned_data["line"], _account(request), read, timezone.now())
    return _back(row)


def _read(request: Request, row: Sheet, form: Line) -> tuple[Read | None, tuple[Person, ...]]:
    """Whom the line names, or why nobody; or else the persons to choose from, which may be none."""
    data = form.cleaned_data
    if data["refusal"] or data["chosen"] in {Line.NONE, Line.UNSURE}:
        return Read(refusal=data["refusal"] or data["chosen"]), ()
    actions.look_up(row, _account(request), timezone.now())
    found = queries.find_on_roll(data["last_name"], data["first_name"], data["year"], data["street"])
    # Only among those whom the line may name: the roll is not chosen from freely.
    chosen = [one for one in found.candidates if _is(one.ref, data["chosen"])]
    person = found.person or (chosen[0] if chosen else None)
    return (Read(person, legal=data["legal"]), ()) if person else (None, found.candidates)


def _is(ref: UUID, text: str) -> bool:
    return str(ref) == text


def _finish(request: Request, row: Sheet) -> HttpResponse:
    done = actions.finish(row, _account(request), timezone.now())
    told = {
        State.ENTERED: _("Your reading is finished. A colleague reads the sheet now, without seeing yours."),
        State.AGREED: _("You and your colleague have read the same. The sheet is entered."),
        State.DIFFERS: _("You and your colleague have not read the same on every line."),
    }[State(done.state)]
    messages.success(request, told)
    if done.state == State.ENTERED:
        return redirect("petitions:sheet", row.petition.number)
    return _back(row)


def _drop(request: Request, row: Sheet) -> HttpResponse:
    """Gives a reading up: one's own, or one that stands still."""
    rounds = {str(reading.round): reading for reading in row.readings.select_related("agent")}
    reading = rounds.get(request.POST.get("round", ""))
    if reading is None:
        raise Refused("petitions.no_reading", sheet_queries.shown(row))
    actions.drop_reading(row, reading.agent, _account(request), timezone.now())
    messages.success(request, _("That reading is given up. Somebody else can read the sheet."))
    return _back(row)


def _settle(request: Request, row: Sheet) -> HttpResponse:
    """Takes one of the two readings, or a coded refusal, for the line."""
    line, choice = request.POST.get("line", ""), request.POST.get("choice", "")
    seen = {str(one.line): one for one in sheet_queries.compared(row)} if row.state == State.DIFFERS else {}
    if line not in seen:
        raise Refused("petitions.line_settled", line[:3])
    readings = {"one": seen[line].one, "two": seen[line].two}
    if choice in readings and (taken := readings[choice]) is not None:
        read = Read(taken.person, taken.refusal, taken.legal)
    else:
        read = Read(refusal=choice)
    actions.settle(row, int(line), _account(request), read, timezone.now())
    return _back(row)


def _lose(request: Request, row: Sheet) -> HttpResponse:
    actions.lose(row, _account(request), timezone.now())
    messages.success(request, _("The sheet is declared lost. The journal says so."))
    return _back(row)


def _refuse(request: Request, row: Sheet) -> HttpResponse:
    form = RefuseSheet(request.POST)
    if not form.is_valid():
        return _show(request, row, refusing=form, status=400)
    actions.refuse_sheet(row, form.cleaned_data["code"], _account(request), timezone.now())
    messages.success(request, _("The sheet is refused, with its reason. The journal says so."))
    return _back(row)


def _take_back(request: Request, row: Sheet) -> HttpResponse:
    actions.take_back(row, timezone.now())
    messages.success(request, _("The sheet is taken back. It can be read."))
    return _back(row)


def _scan(request: Request, row: Sheet) -> HttpResponse:
    form = Scan(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, row, scanning=form, status=400)
    actions.attach_scan(row, uploads.read(form.cleaned_data["file"]), _account(request), timezone.now())
    messages.success(request, _("The picture is kept with the sheet."))
    return _back(row)


_STEPS: dict[str, Callable[[Request, Sheet], HttpResponse]] = {
    "receive": _receive,
    "lines": _lines,
    "line": _line,
    "finish": _finish,
    "drop": _drop,
    "settle": _settle,
    "lose": _lose,
    "refuse": _refuse,
    "take_back": _take_back,
    "scan": _scan,
}


@never_cache
@require_POST
@requires(perms.may_enter_lines, AGENTS)
def ask_roll(request: Request, code: str) -> JsonResponse:
    """Whom a line may name, while it is typed. Only for a sheet that this agent reads; each question is counted."""
    row = _sheet(code)
    form = Line(request.POST)
    form.is_valid()
    data = form.cleaned_data
    last, first = data.get("last_name", ""), data.get("first_name", "")
    if len(last.strip()) < 2:
        return JsonResponse({"found": []})
    try:
        actions.look_up(row, _account(request), timezone.now())
    except Refused as refused:
        return JsonResponse({"found": [], "said": sentence(refused)}, status=429)
    found = queries.find_on_roll(last, first, data.get("year"), data.get("street", ""))
    people = (found.person,) if found.person else found.candidates
    rows = [
        {
            "ref": str(one.ref),
            "name": f"{one.last_name}, {one.first_name}",
            "more": _("born in %(year)s, %(street)s") % {"year": one.birth_date.year, "street": one.street},
        }
        for one in people[:MOST_SHOWN]
    ]
    return JsonResponse({"found": rows, "more": len(people) > MOST_SHOWN})


@never_cache
@require_GET
@requires(perms.may_see_scans, AGENTS)
def sheet_scan(request: Request, code: str, scan: int) -> HttpResponse:
    """The picture of a sheet, for agents, the secretariat and the verification panel."""
    row: SheetScan = get_object_or_404(SheetScan.objects.exclude(file=""), pk=scan, sheet=_sheet(code))
    try:
        upload = uploads.load("sheets", row.file)
    except FileNotFoundError:
        raise Http404(_("This picture has been removed.")) from None
    answer = HttpResponse(upload.content, content_type=upload.media_type)
    kind = uploads.EXTENSIONS[upload.media_type]
    answer["Content-Disposition"] = f'attachment; filename="feuille-{sheet_codes.shown(row.sheet.code)}.{kind}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
