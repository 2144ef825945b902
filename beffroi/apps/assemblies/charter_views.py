"""The charter: what it says, who in office has signed it and who has not, and the two acts of an official."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from beffroi.apps.assemblies import charters, perms, queries
from beffroi.apps.assemblies.forms import Signing, Withdrawing
from beffroi.apps.assemblies.models import CharterText, Official
from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.perms import is_clerk, to_sign_in
from beffroi.core.errors import Refused
from beffroi.web import pack
from beffroi.web.refusals import sentence

SECTION = {"section": "councils"}
page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def charter(request: Request) -> HttpResponse:
    """Who has signed, who has not, in one order; then the text."""
    today = timezone.localdate()
    rows, text = queries.signatories(today), pack.current().texts.get("charter")
    own = perms.official_of(request.account, today)
    context = SECTION | {
        "rows": rows,
        "signed": sum(row.state == "signed" for row in rows),
        "text": text,
        "older": sorted({row.charter.text.sha256 for row in rows if row.charter} - {text.fingerprint if text else ""}),
        "own": own,
        "is_clerk": is_clerk(request.account),
        "today": today,
    }
    return render(request, "assemblies/charter.html", context)


@require_safe
def charter_text(request: HttpRequest, sha256: str) -> HttpResponse:
    """The exact bytes under which a signature stands."""
    try:
        text = queries.charter_text(sha256)
    except CharterText.DoesNotExist:
        raise Http404(_("No charter has this fingerprint.")) from None
    return HttpResponse(text.encode(), content_type="text/plain; charset=utf-8")


@never_cache
@page
def charter_sign(request: Request, number: str) -> HttpResponse:
    """The official signs, or the secretariat records the paper that she signed."""
    if request.account is None:
        return to_sign_in(request)
    official = _allowed(request, number)
    herself = perms.is_herself(official, request.account)
    form = Signing(request.POST if request.method == "POST" else None, herself=herself)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        day = form.cleaned_data.get("signed_on", timezone.localdate(now))
        try:
            charters.sign(official, request.account, day, now)
        except Refused as refused:
            form.add_error(None, sentence(refused))
        else:
            messages.success(request, _("The signature is recorded. The journal says so."))
            return redirect("assemblies:charter")
    text = pack.current().texts.get("charter")
    standing = queries.standing_charter(official)
    return _act(request, "charter_sign", official, form, text=text, standing=standing, herself=herself)


@never_cache
@page
def charter_withdraw(request: Request, number: str) -> HttpResponse:
    """The official takes her signature back, or the secretariat records it."""
    if request.account is None:
        return to_sign_in(request)
    official = _allowed(request, number)
    herself = perms.is_herself(official, request.account)
    form = Withdrawing(request.POST if request.method == "POST" else None, herself=herself)
    if request.method == "POST" and form.is_valid():
        charters.withdraw(official, request.account, timezone.now())
        messages.success(request, _("The signature is withdrawn. The journal says so."))
        return redirect("assemblies:charter")
    return _act(
        request,
        "charter_withdraw",
        official,
        form,
        standing=queries.standing_charter(official),
        herself=herself,
    )


def _allowed(request: Request, number: str) -> Official:
    """Refused before anything is looked up to whoever is neither of the council nor of the secretariat."""
    today = timezone.localdate()
    if not is_clerk(request.account) and not perms.is_councillor(request.account, today):
        raise PermissionDenied(_("This page is for the official herself or himself, and for the secretariat."))
    try:
        official = queries.official(number)
    except Official.DoesNotExist:
        raise Http404(_("There is no mandate with this number.")) from None
    if not perms.may_record_charter(request.account, official, today):
        raise PermissionDenied(_("This page is for the official herself or himself, and for the secretariat."))
    return official


def _act(request: Request, template: str, official: Official, form: Any, **more: object) -> HttpResponse:
    context = SECTION | {"official": official, "form": form} | more
    return render(request, f"assemblies/{template}.html", context, status=400 if form.errors else 200)
