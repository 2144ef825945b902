"""Checks before an effect: the public report, the lines that persons compare, the panel's signals."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from beffroi.apps.petitions import actions, checks, perms
from beffroi.apps.petitions.forms import RulingForm, VerdictForm
from beffroi.apps.petitions.models import Petition, Ruling, Signal
from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.perms import PANEL, requires
from beffroi.web import pack

SECTION = {"section": "petitions"}
NAMES = "panel_names"  # in the session: the signal whose names were asked for


def _petition(number: str) -> Petition:
    found = Petition.objects.filter(number=number).first()
    if found is None:
        raise Http404(_("There is no petition with this number."))
    return found


def _signal(pk: int) -> Signal:
    found = Signal.objects.select_related("petition", "agent").filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such signal."))
    return found


@require_GET
def report(request: HttpRequest, number: str) -> HttpResponse:
    """How the signatures of a petition were checked: figures, seeds and intervals, and nobody's name."""
    petition = _petition(number)
    context = {
        "petition": petition,
        "attempts": checks.attempts(petition),
        "rulings": checks.rulings(petition),
        "rules": checks.rules_of_checks(timezone.localdate()),
    }
    return render(request, "petitions/report.html", SECTION | context)


@never_cache
@require_http_methods(["GET", "POST"])
@requires(perms.may_judge_lines, perms.JUDGES)
def lines(request: Request, number: str) -> HttpResponse:
    """One line at a time: the person whom it was taken for, to compare with the sheet."""
    petition, account = _petition(number), request.account
    assert account is not None
    form = VerdictForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        line = checks.line_of(petition, form.cleaned_data["line"])
        if line is None:
            raise Http404(_("There is no such line."))
        now = timezone.now()
        actions.judge_line(line, account, form.cleaned_data["verdict"], now)
        actions.verify(line.sample.crossing, now)  # the last line closes the check at once
        return redirect("petitions:lines", petition.number)
    mine, others = checks.lines_to_judge(petition, account)
    context = {
        "petition": petition,
        "form": form,
        "line": mine[0] if mine else None,
        "scans": checks.scans_of(mine[0]) if mine else [],
        "left": len(mine),
        "others": others,
        "last": checks.last_judged(petition, account),
    }
    return render(request, "petitions/lines.html", context, status=400 if form.errors else 200)


@never_cache
@require_GET
@requires(perms.is_of_the_panel, PANEL)
def panel(request: Request) -> HttpResponse:
    """The panel's desk: alarms, signals to decide, lines that wait, what was decided."""
    now = timezone.now()
    context: dict[str, Any] = {
        "alarms": checks.alarms(now),
        "signals": checks.open_signals(),
        "waiting": checks.waiting_samples(),
        "decided": checks.last_rulings(),
    }
    return render(request, "petitions/panel.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@requires(perms.is_of_the_panel, PANEL)
def signal(request: Request, pk: int) -> HttpResponse:
    """One signal with its evidence, and the decision."""
    row, account = _signal(pk), request.account
    assert account is not None
    form = RulingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        chosen = [int(key) for key in request.POST.getlist("signature") if key.isascii() and key.isdecimal()]
        actions.rule(row, account, data["decision"], data["reason"], chosen, timezone.now())
        messages.success(request, _("The decision is recorded. The journal says so, without any name."))
        return redirect("petitions:panel")
    concerned = actions.is_concerned(row, account)
    context = {
        "signal": row,
        "petition": row.petition,
        "form": form,
        "concerned": concerned,
        "named": not concerned and request.session.pop(NAMES, None) == row.pk,
        "signatures": checks.signatures_of(row),
        "rulings": row.rulings.select_related("member"),
        "decided": row.rulings.exclude(decision=Ruling.Decision.CHECK).exists(),
        "keep_days": pack.current().number("checking.trace_days", timezone.localdate()),
    }
    return render(request, "petitions/signal.html", context, status=400 if form.errors else 200)


@require_POST
@requires(perms.is_of_the_panel, PANEL)
def names(request: Request, pk: int) -> HttpResponse:
    """Shows the names behind a signal, once, and leaves a trace of who asked."""
    row, account = _signal(pk), request.account
    assert account is not None
    actions.see_names(row, account, timezone.now())
    request.session[NAMES] = row.pk
    return redirect("petitions:signal", row.pk)
