"""Who decides on a petition and who carries it: the secretariat, the bureau, the author, those who join her."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from beffroi.apps.assemblies.models import Official
from beffroi.apps.assemblies.perms import is_of_the_bureau, official_of
from beffroi.apps.petitions import actions, perms, queries, reading
from beffroi.apps.petitions.models import Attachment, Petition
from beffroi.apps.petitions.writing_forms import AnsweringAppeal, Appealing, Deciding, Joining
from beffroi.apps.roll.acting import COUNTER, Request
from beffroi.apps.roll.actions import note_counter_act
from beffroi.apps.roll.perms import CLERKS, requires, requires_acting, to_sign_in
from beffroi.core.errors import Malformed, Refused
from beffroi.web import uploads
from beffroi.web.refusals import sentence

CODE_SHOWN_ONCE = "petition_invitation"


def _petition(number: str) -> Petition:
    try:
        return queries.get(number)
    except Petition.DoesNotExist:
        raise Http404(_("There is no petition with this number.")) from None


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, f"petitions/{template}.html", {"section": "petitions"} | context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@requires(perms.may_decide, CLERKS)
def desk(request: Request, number: str) -> HttpResponse:
    """The secretariat reads a filed petition and decides."""
    row = _petition(number)
    form = Deciding(request.POST if request.method == "POST" else None, kind=row.kind)
    if request.method == "POST" and form.is_valid():
        assert request.account is not None
        data, now = form.cleaned_data, timezone.now()
        if data["decision"] == Deciding.ADMIT:
            actions.admit(row, request.account, now)
            messages.success(request, _("The petition is open. The journal says so."))
        else:
            actions.refuse(row, request.account, data["reason"], data["note"], now, withhold=data["withhold"])
            messages.success(request, _("The petition is refused, with its reason. The journal says so."))
        return redirect("petitions:petition", row.number)
    context = {
        "petition": row,
        "form": form,
        "due": actions.admissibility_due(row),
        "similar": reading.similar_to(row.title, f"{row.text} {row.question}", but=row),
        "attachments": row.attachments.all(),
    }
    return _page(request, "desk", context, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@requires_acting
def appeal(request: Request, number: str) -> HttpResponse:
    """The author contests a refusal, at home or at the counter."""
    assert request.acting is not None
    row, now = _petition(number), timezone.now()
    if row.author_id != request.acting.person.pk:
        raise PermissionDenied(sentence(Refused("petitions.not_the_author")))
    told = reading.admissibility(row)
    form = Appealing(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.appeal(row, request.acting, form.cleaned_data["text"], now)
        note_counter_act(request.acting, "petition.appealed", now)
        messages.success(request, _("The bureau has your appeal. The journal says so."))
        return redirect("petitions:petition", row.number)
    context = {
        "petition": row,
        "words": getattr(row, "withheld", row),  # her own words: she must see what she defends
        "form": form,
        "told": told,
        "possible": told.may_appeal(timezone.localdate(now)),
    }
    return _page(request, "appeal", context, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def bureau(request: Request, number: str) -> HttpResponse:
    """A member of the bureau reads the whole, and records what the bureau decided."""
    if request.account is None:
        return to_sign_in(request)
    official = _member(request)
    row = _petition(number)
    form = AnsweringAppeal(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        actions.decide_appeal(row, official, data["outcome"], data["answer"], timezone.now())
        messages.success(request, _("The bureau's decision is published. The journal says so."))
        return redirect("petitions:petition", row.number)
    context = {
        "petition": row,
        "words": getattr(row, "withheld", row),
        "form": form,
        "told": reading.admissibility(row),
        "attachments": row.attachments.all(),
    }
    return _page(request, "bureau", context, status=400 if form.errors else 200)


def _member(request: Request) -> Official:
    today = timezone.localdate()
    official = official_of(request.account, today)
    if official is None or not is_of_the_bureau(official, today):
        raise PermissionDenied(sentence(Refused("petitions.not_of_the_bureau")))
    return official


@never_cache
@require_http_methods(["GET", "POST"])
@requires_acting
def carry(request: Request, number: str) -> HttpResponse:
    """The author gives a code; who has it joins, in her own name; who has joined steps back. Nobody is looked up."""
    assert request.acting is not None
    row, acting = _petition(number), request.acting
    step = request.POST.get("step", "")
    form = Joining(request.POST if step == "join" else None)
    if request.method == "POST" and step != "join":
        return _carry_step(request, row, step)
    if form.is_bound and form.is_valid():
        try:
            actions.join(row, acting, form.cleaned_data["code"], timezone.now())
            note_counter_act(acting, "petition.carried", timezone.now())
            messages.success(request, _("You carry this petition too. Your name is on its page."))
            return redirect("petitions:petition", row.number)
        except Malformed:
            form.add_error("code", _("A code has 26 letters and digits. Check that none is missing."))
        except Refused as refused:
            form.add_error("code" if refused.rule == "petitions.unknown_invitation" else None, sentence(refused))
    kept = request.session.pop(CODE_SHOWN_ONCE, None)
    context = {
        "petition": row,
        "form": form,
        "is_author": row.author_id == acting.person.pk,
        "at_counter": acting.channel == COUNTER,
        "others": reading.co_petitioners(row),
        "carries": reading.carries(row, acting.person),
        "lives": row.state != Petition.State.CLOSED,
        "code": kept["code"] if kept and kept["petition"] == row.number else "",
    }
    return _page(request, "carry", context, status=400 if form.errors else 200)


def _carry_step(request: Request, row: Petition, step: str) -> HttpResponse:
    assert request.acting is not None
    if step == "invite":
        code = actions.invite(row, request.acting)
        note_counter_act(request.acting, "petition.invited", timezone.now())
        request.session[CODE_SHOWN_ONCE] = {"petition": row.number, "code": code}
    elif step == "uninvite":
        actions.uninvite(row, request.acting)
        note_counter_act(request.acting, "petition.uninvited", timezone.now())
        messages.success(request, _("The code opens nothing any more. Those who have joined stay."))
    elif step == "leave":
        actions.step_back(row, request.acting, timezone.now())
        note_counter_act(request.acting, "petition.left", timezone.now())
        messages.success(request, _("Your name is off this petition."))
        return redirect("petitions:petition", row.number)
    return redirect("petitions:carry", row.number)


@require_GET
def attachment(request: Request, number: str, place: int) -> HttpResponse:
    """One document, only ever as a download: nothing of it runs or is shown on this site."""
    row = _petition(number)
    found = row.attachments.filter(place=place).first()
    if found is None or not (reading.attachments(row) or _may_read_before(request, row)):
        raise Http404(_("There is no such document."))
    return _download(row, found)


def _may_read_before(request: Request, row: Petition) -> bool:
    """Before it is open, or after a refusal: its author, and those who decide."""
    today = timezone.localdate()
    is_author = request.acting is not None and request.acting.person.pk == row.author_id
    of_bureau = is_of_the_bureau(official_of(request.account, today), today)
    return is_author or perms.may_decide(request.account) or of_bureau


def _download(row: Petition, found: Attachment) -> HttpResponse:
    try:
        upload = uploads.load(actions.ROOM, found.file)
    except FileNotFoundError:
        raise Http404(_("There is no such document.")) from None
    answer = HttpResponse(upload.content, content_type=found.media_type)
    extension = found.file.rpartition(".")[2]
    answer["Content-Disposition"] = f'attachment; filename="petition-{row.number}-{found.place}.{extension}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    if row.state not in {Petition.State.OPEN, Petition.State.CLOSED}:
        answer["Cache-Control"] = "private, no-store"
    return answer
