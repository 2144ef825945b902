"""Councils for readers, the secretariat and the councillors."""

import hashlib
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from beffroi.apps.assemblies import actions, perms, queries
from beffroi.apps.assemblies.forms import Answering
from beffroi.apps.assemblies.models import Assembly, Hearing, Sitting
from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.perms import CLERKS, is_clerk, requires, to_sign_in
from beffroi.web import pack

SECTION = {"section": "councils"}
PAGE = 20


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, f"assemblies/{template}.html", SECTION | context, status=status)


@require_GET
def councils(request: Request) -> HttpResponse:
    """The sittings to come and past, the answers owed, who sits."""
    now, today = timezone.now(), timezone.localdate()
    past = Paginator(queries.past(now), PAGE).get_page(request.GET.get("page"))
    rows = [(row, list(queries.in_office(row, today)), queries.quorum(row)) for row in Assembly.objects.order_by("pk")]
    context: dict[str, Any] = {
        "ahead": queries.ahead(now),
        "past": past,
        "owed": queries.owed(today),
        "assemblies": rows,
    }
    context["may_plan"] = is_clerk(request.account)
    return _page(request, "councils", context)


@require_GET
def sitting(request: Request, number: str) -> HttpResponse:
    """One sitting: its agenda, and what became of each hearing."""
    try:
        row = queries.get(number)
    except Sitting.DoesNotExist:
        raise Http404(_("There is no sitting with this number.")) from None
    now, today = timezone.now(), timezone.localdate()
    day = timezone.localdate(row.starts_at)
    context = {
        "sitting": row,
        "items": list(row.items.all()),
        "quorum": queries.quorum(row.assembly),
        "clear_days": (clear_days := pack.current().number("council.convocation_clear_days", day)),
        "in_time": queries.left_in_time(row, clear_days),
        "speaking_minutes": pack.current().number("petitions.speaking_minutes", day),
        "begun": row.starts_at <= now,
        "today": today,
        "may_hold": row.starts_at <= now and row.cancelled_at is None and is_clerk(request.account),
        "may_plan": row.starts_at > now and is_clerk(request.account),
        "waits": any(item.kind in {"hearing", "deliberation"} for item in row.items.all()),
        "may_answer": perms.is_councillor(request.account, today),
        "owed": [owed for owed in queries.owed(today) if owed.hearing.item.sitting_id == row.pk],
    }
    return _page(request, "sitting", context)


def _hearing(number: str) -> Hearing:
    try:
        return queries.hearing(number)
    except Hearing.DoesNotExist:
        raise Http404(_("There is no hearing with this number.")) from None


@never_cache
@require_http_methods(["GET", "POST"])
def answer(request: Request, number: str) -> HttpResponse:
    """The answer, once it is there, for everybody; before, what is owed and the form of any councillor in office."""
    row, now = _hearing(number), timezone.now()
    official = perms.official_of(request.account, timezone.localdate(now))
    form = Answering(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if request.account is None:
            return to_sign_in(request)
        if official is None:
            raise PermissionDenied(_("This page is for the members of the council, majority or opposition."))
        if form.is_valid():
            actions.record_answer(row, official, form.cleaned_data["text"], now)
            messages.success(request, _("The answer is published. Its fingerprint is in the journal."))
            return redirect("assemblies:answer", row.number)
    given = getattr(row, "answer", None)
    today = timezone.localdate(now)
    context = {
        "hearing": row,
        "answer": given,
        "digest": hashlib.sha256(actions.answer_bytes(given)).hexdigest() if given else "",
        "form": form,
        "official": official,
        "late": actions.days_late(row.answer_due_on, given.recorded_on if given else today) if row.answer_due_on else 0,
    }
    return _page(request, "answer", context, status=400 if form.errors else 200)


@require_GET
def answer_text(request: HttpRequest, number: str) -> HttpResponse:
    """The exact bytes whose fingerprint the journal holds."""
    row = _hearing(number)
    if not hasattr(row, "answer"):
        raise Http404(_("The council has not answered yet."))
    return HttpResponse(actions.answer_bytes(row.answer), content_type="text/plain; charset=utf-8")


@require_POST
@requires(is_clerk, CLERKS)
def hold(request: Request, number: str) -> HttpResponse:
    """The secretariat records that the hearing was held: the delay of the answer begins."""
    row = _hearing(number)
    actions.hold_hearing(row, timezone.now())
    messages.success(request, _("The hearing is recorded. The journal says when the answer is due."))
    return redirect("assemblies:sitting", row.item.sitting.number)
