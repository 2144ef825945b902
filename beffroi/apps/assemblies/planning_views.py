"""The secretariat plans a sitting, changes it, cancels it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from beffroi.apps.assemblies import planning, queries
from beffroi.apps.assemblies.forms import CancelForm, SittingForm
from beffroi.apps.assemblies.models import Sitting
from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.perms import CLERKS, is_clerk, requires
from beffroi.core.errors import Refused
from beffroi.web import pack
from beffroi.web.refusals import sentence

WRONG = 422


def _sitting(number: str) -> Sitting:
    try:
        return queries.get(number)
    except Sitting.DoesNotExist:
        raise Http404(_("There is no sitting with this number.")) from None


def _page(request: Request, template: str, context: dict[str, Any], form: Any) -> HttpResponse:
    context |= {"section": "councils", "form": form}
    return render(request, f"assemblies/{template}.html", context, status=WRONG if form.errors else 200)


def _legal(now: datetime) -> dict[str, Any]:
    """The delay of the law, with its source, as the rules say it on that day."""
    value = pack.current().value("council.convocation_clear_days", timezone.localdate(now))
    return {"clear_days": value.value, "source": value.source}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(is_clerk, CLERKS)
def plan(request: Request) -> HttpResponse:
    """A new sitting."""
    now = timezone.now()
    form = SittingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = planning.plan(given["assembly"], given["starts_at"], given["place"], given["convocation_at"], now)
        except Refused as refused:
            form.add_error(_at_fault(refused), sentence(refused))
        else:
            messages.success(request, _("The sitting is planned. Petitions that wait for one go to it."))
            return redirect("assemblies:sitting", row.number)
    return _page(request, "plan", _legal(now), form)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(is_clerk, CLERKS)
def change(request: Request, number: str) -> HttpResponse:
    """Another day, place or convocation, while the convocation has not left."""
    row, now = _sitting(number), timezone.now()
    form = SittingForm(request.POST if request.method == "POST" else None, initial=SittingForm.of(row))
    form.fields.pop("assembly")  # a sitting of another assembly is another sitting
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            planning.change(row, given["starts_at"], given["place"], given["convocation_at"], now)
        except Refused as refused:
            form.add_error(_at_fault(refused), sentence(refused))
        else:
            messages.success(request, _("The sitting is changed. The journal says so."))
            return redirect("assemblies:sitting", row.number)
    return _page(request, "plan", _legal(now) | {"sitting": row}, form)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(is_clerk, CLERKS)
def cancel(request: Request, number: str) -> HttpResponse:
    """Not held, and why. What waited on the agenda goes to the next sitting."""
    row = _sitting(number)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            planning.cancel(row, form.cleaned_data["reason"], timezone.now())
        except Refused as refused:
            form.add_error(None, sentence(refused))
        else:
            messages.success(request, _("The sitting is cancelled, and its page says why."))
            return redirect("assemblies:sitting", row.number)
    waiting = [item for item in row.items.all() if item.kind in {"hearing", "deliberation"}]
    return _page(request, "cancel", {"sitting": row, "waiting": waiting}, form)


def _at_fault(refused: Refused) -> str | None:
    """The field that a refusal is about."""
    if refused.rule == "assemblies.sitting_past":
        return "starts_at"
    return "convocation_at" if refused.rule.startswith("assemblies.convocation_") else None
