"""The administrators' page of the electoral roll: hand in the export, look at what it changes, confirm, take back.

The page shows the state that the database has: closed, reloaded or opened by a second administrator, it is the same.
"""

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from beffroi.apps.roll import progress, tasks
from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.desk_forms import ConfirmImport, ConfirmUndo, ExportForm
from beffroi.apps.roll.models import Account, Import, Person, RollTask
from beffroi.apps.roll.perms import ADMINISTRATORS, is_administrator, requires
from beffroi.apps.roll.plan import HOMONYMS, KINDS, PERHAPS_RENAMED
from beffroi.apps.roll.words import IMPORT_WORDS, STAGE_WORDS
from beffroi.core.errors import Malformed, Refused
from beffroi.web import uploads
from beffroi.web.refusals import sentence

State = RollTask.State
RUNNING = (State.PREVIEW, State.CONFIRMED, State.UNDO)
#: Doubts that an answer settles; the others are settled in the electoral roll itself.
SETTLED_HERE = (HOMONYMS, PERHAPS_RENAMED)
MOST_IMPORTS = 10
WRONG = 422


def _own(request: Request) -> Account:
    assert request.account is not None, "the view is closed to others"
    return request.account


def _task() -> RollTask | None:
    return RollTask.objects.select_related("started_by").filter(pk=1).first()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@requires(is_administrator, ADMINISTRATORS)
def roll_import(request: Request) -> HttpResponse:
    """One page, whose matter depends on how far the import is."""
    task = _task()
    forms = _forms(request, task)
    step = request.POST.get("step", "")
    if request.method == "POST":
        form = forms.get(step)
        if form is not None and not form.is_valid():
            return _page(request, task, forms)
        try:
            _act(request, step, form, task)
        except Refused as refused:
            if form is not None:
                form.add_error(None, sentence(refused))
                return _page(request, _task(), forms)
            messages.error(request, sentence(refused))
        return redirect("roll:import")
    return _page(request, task, forms)


def _forms(request: Request, task: RollTask | None) -> dict[str, Any]:
    """The form of each step; the one that was posted is bound."""

    def bound(step: str) -> dict[str, Any]:
        mine = request.method == "POST" and request.POST.get("step") == step
        return {"data": request.POST, "files": request.FILES} if mine else {}

    asks = bool(task and task.summary and task.summary["asks"])
    return {
        "hand_in": ExportForm(prefix="e", **bound("hand_in")),
        "confirm": ConfirmImport(prefix="c", asks=asks, **bound("confirm")),
        "undo": ConfirmUndo(prefix="u", **bound("undo")),
    }


def _act(request: Request, step: str, form: Any, task: RollTask | None) -> None:
    now, file = timezone.now(), request.POST.get("file", "").replace("\x00", "")
    if step == "hand_in":
        content = form.cleaned_data["file"].read(tasks.MOST_BYTES + 1)
        tasks.hand_in(content, _own(request), now)
    elif step == "decide":
        tasks.decide(file, *_answers(request, task))
    elif step == "forget_answers":
        tasks.decide(file, {}, frozenset())
    elif step == "confirm":
        given = form.cleaned_data
        tasks.confirm(file, request.POST.get("fingerprint", ""), given["changes"], given.get("leaving"))
    elif step == "cancel":
        tasks.cancel()
        messages.success(request, _("The import is given up, and the file is deleted. Nothing was changed."))
    elif step == "undo":
        key = request.POST.get("import", "")
        number = int(key) if re.fullmatch(r"[0-9]{1,9}", key, re.ASCII) else 0
        tasks.ask_undo(number, form.cleaned_data["changes"], _own(request), now)


def _answers(request: Request, task: RollTask | None) -> tuple[dict[int, str], frozenset[int]]:
    """What was answered to each doubtful line, those that were settled before included."""
    settled = tasks.decisions_of(task) if task else None
    same = dict(settled.same) if settled else {}
    new = set(settled.new) if settled else set()
    for name in request.POST:
        answer = request.POST.get(name, "")
        line = re.fullmatch(r"line-([0-9]{1,7})", name, re.ASCII)
        if line is None or not answer:
            continue
        if answer == "new":
            new.add(int(line[1]))
        elif answer.startswith("same:") and answer.isprintable():
            same[int(line[1])] = answer.removeprefix("same:")[:16]
    if len(set(same.values())) < len(same):
        raise Refused("roll.one_line_each")
    return same, frozenset(new)


def _page(request: HttpRequest, task: RollTask | None, forms: dict[str, Any]) -> HttpResponse:
    last = tasks.last_import()
    context: dict[str, Any] = {
        "task": task,
        "running": task is not None and task.state in RUNNING,
        "forms": forms,
        "last": last,
        "last_changes": len(last.changes or ()) if last else 0,
        "imports": Import.objects.order_by("-pk").defer("changes")[:MOST_IMPORTS],
        "hours": int(tasks.KEPT.total_seconds() // 3600),
    }
    if context["running"]:
        context["progress"] = _how_far()
    elif task is not None and task.state == State.READY:
        context |= _preview(task)
    elif task is not None:
        context["fault"] = _fault(task)
    wrong = any(form.errors for form in forms.values())
    return render(request, "roll/import.html", context, status=WRONG if wrong else 200)


def _preview(task: RollTask) -> dict[str, Any]:
    told = task.summary or {}
    people = {
        person.roll_number: person
        for person in Person.objects.filter(roll_number__in={n for d in told["doubts"] for n in d["numbers"]})
    }
    doubts = [
        {
            "words": IMPORT_WORDS[doubt["reason"]],
            "lines": doubt["lines"],
            "people": [people[number] for number in doubt["numbers"] if number in people],
            "here": doubt["reason"] in SETTLED_HERE,
        }
        for doubt in told["doubts"]
    ]
    return {
        "told": told,
        "kinds": [(IMPORT_WORDS[kind], told["counts"][kind], told["shown"][kind]) for kind in KINDS],
        "doubts": doubts,
        "to_settle": any(doubt["here"] for doubt in doubts),
        "settled": len(task.decisions.get("same", {})) + len(task.decisions.get("new", ())),
    }


def _fault(task: RollTask) -> str:
    """What went wrong, in the reader's language."""
    fault = task.fault or {}
    if "rule" in fault:
        return sentence(Refused(fault["rule"], fault["at_fault"]))
    wrong = Malformed(fault["where"], fault["found"], fault["accepted"])
    return told_malformed(wrong)


def told_malformed(wrong: Malformed) -> str:
    """The place in the reader's language; the file's own words stay as they are."""
    where = re.sub(r"^line ([0-9]+)", lambda found: _("line %(n)s") % {"n": found[1]}, wrong.where)
    where = where.replace("the file", _("the whole file"))
    said = _("This file cannot be read: %(where)s. It has %(found)s; accepted: %(accepted)s.")
    return said % {"where": where, "found": wrong.found, "accepted": wrong.accepted}


def _how_far() -> dict[str, Any]:
    stage, done, total = progress.current()
    return {"words": str(STAGE_WORDS.get(stage, STAGE_WORDS[""])), "done": done, "total": total}


@never_cache
@require_safe
@requires(is_administrator, ADMINISTRATORS)
def import_progress(request: Request) -> HttpResponse:
    """How far the worker is: numbers, for the bar that moves."""
    task = _task()
    return JsonResponse({"state": task.state if task else "", **_how_far()})


@never_cache
@require_safe
@requires(is_administrator, ADMINISTRATORS)
def import_changes(request: Request) -> HttpResponse:
    """Every change and every doubt of the preview, with names; gone with the import."""
    task = _task()
    if task is None or not task.changes_file or task.state != State.READY:
        raise Http404(_("No preview is ready."))
    try:
        content = uploads.load(tasks.ROOM, task.changes_file).content
    except FileNotFoundError:
        raise Http404(_("No preview is ready.")) from None
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="modifications.csv"'
    return answer
