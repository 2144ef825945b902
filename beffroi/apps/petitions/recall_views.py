"""Recalls: asking for the end of a mandate, and the official's reply with all its versions."""

import hashlib
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from beffroi.apps.assemblies.perms import is_councillor
from beffroi.apps.assemblies.queries import official
from beffroi.apps.petitions import actions, perms, queries
from beffroi.apps.petitions.actions import ladder
from beffroi.apps.petitions.actions.recalling import pending
from beffroi.apps.petitions.actions.state import why_not_of_body
from beffroi.apps.petitions.forms import Recalling, Replying
from beffroi.apps.petitions.models import Petition, Reply
from beffroi.apps.petitions.reasons import RECALL_REASONS
from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.actions import note_counter_act
from beffroi.apps.roll.models import Person
from beffroi.apps.roll.perms import is_clerk, requires_acting, to_sign_in
from beffroi.core import suffrage
from beffroi.core.errors import Refused
from beffroi.web import pack
from beffroi.web.refusals import sentence

SECTION = {"section": "petitions"}
page = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@page
@requires_acting
def recall(request: Request) -> HttpResponse:
    """Choose the official, write, read again, file. The same page at home and at the counter."""
    assert request.acting is not None
    acting, now = request.acting, timezone.now()
    today = timezone.localdate(now)
    officials = queries.recallable(today)
    form = Recalling(
        officials,
        request.POST if request.method == "POST" else None,
        initial={"official": request.GET.get("mandat", "")},
    )
    step = request.POST.get("step", "write")
    if request.method == "POST" and form.is_valid():
        chosen = official(form.cleaned_data["official"])
        if step == "file":
            filed = actions.file_recall(acting, chosen, form.cleaned_data["text"], now)
            note_counter_act(acting, "petition.filed", now)
            told = _("The petition is filed under the number %(number)s. The official is told today.")
            messages.success(request, told % {"number": filed.number})
            return redirect("petitions:petition", filed.number)
        if step == "review":
            title, question = actions.recall_wording(chosen)
            context = {"form": form, "author": acting.person, "title": title, "question": question}
            return render(request, "petitions/recall_review.html", SECTION | context)
    context = SECTION | {
        "form": form,
        "author": acting.person,
        "officials": officials,
        "pending": [(row, found) for row in officials if (found := pending(row))],
        "reasons": RECALL_REASONS.values(),
        "days": pack.current().number("petitions.admissibility_days", today),
    }
    context |= _why_not(acting.person, today) | _threshold(today)
    return render(request, "petitions/recall.html", context, status=400 if form.errors else 200)


def _why_not(person: Person, today: date) -> dict[str, str]:
    """Why this person files no recall, in a sentence; empty when she may. The action decides again."""
    if not ladder.recalls_exist(pack.current()):
        return {"refusal": sentence(Refused("petitions.no_recall_here"))}
    code = why_not_of_body(Petition(kind=Petition.Kind.RECALL), person, today)
    return {"refusal": sentence(Refused(f"petitions.{code}")) if code else ""}


def _threshold(today: date) -> dict[str, Any]:
    """How many signatures, of how many electors, and who says so."""
    commune = pack.current()
    steps = ladder.steps(Petition.Kind.RECALL, commune)
    if not steps:
        return {}
    share, base = commune.share(steps[0].share, today), commune.number("population.electors", today)
    value = commune.value(steps[0].share, today)
    return {"share": share, "base": base, "needed": suffrage.needed(share, base), "value": value}


def _recall(number: str) -> Petition:
    try:
        found = queries.get(number)
    except Petition.DoesNotExist:
        raise Http404(_("There is no petition with this number.")) from None
    if found.kind != Petition.Kind.RECALL:
        raise Http404(_("This petition is not a recall."))
    return found


NOT_HERS = gettext_lazy("This page is for the official whom the petition concerns.")


@never_cache
@page
def reply(request: Request, number: str) -> HttpResponse:
    """The official writes, or changes what she wrote. It is public at once."""
    if request.account is None:
        return to_sign_in(request)
    now = timezone.now()
    today = timezone.localdate(now)
    # Refused before anything is looked up to whoever has no part in it.
    if not is_clerk(request.account) and not is_councillor(request.account, today):
        raise PermissionDenied(str(NOT_HERS))
    row = _recall(number)
    if not perms.may_reply(request.account, row, today):
        raise PermissionDenied(str(NOT_HERS))
    last = queries.reply_of(row)
    form = Replying(request.POST if request.method == "POST" else None, initial={"text": last.text if last else ""})
    if request.method == "POST" and form.is_valid():
        try:
            actions.reply(row, request.account, form.cleaned_data["text"], now)
        except Refused as refused:
            form.add_error(None, sentence(refused))
        else:
            messages.success(request, _("The reply is published beside the grievance. The journal says so."))
            return redirect("petitions:petition", row.number)
    context = {
        "petition": row,
        "form": form,
        "last": last,
        "open": actions.reply_is_open(row, now),
        "for_her": row.official is not None and row.official.account_id != request.account.pk,
    }
    return render(request, "petitions/reply.html", SECTION | context, status=400 if form.errors else 200)


@require_safe
def replies(request: HttpRequest, number: str) -> HttpResponse:
    """Every version of the reply, the newest first, with its fingerprint."""
    row = _recall(number)
    versions = [(version, hashlib.sha256(actions.reply_bytes(version)).hexdigest()) for version in queries.replies(row)]
    return render(request, "petitions/replies.html", SECTION | {"petition": row, "versions": versions})


@require_safe
def reply_text(request: HttpRequest, number: str, version: int) -> HttpResponse:
    """The exact bytes whose fingerprint the journal holds."""
    found = Reply.objects.filter(petition=_recall(number), version=version).first()
    if found is None:
        raise Http404(_("There is no such version of the reply."))
    return HttpResponse(actions.reply_bytes(found), content_type="text/plain; charset=utf-8")
