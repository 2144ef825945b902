"""From the first word to the filing: drafts that are kept, shared and read again. Everything works without scripts."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from beffroi.apps.petitions import actions, plain, reading
from beffroi.apps.petitions.models import Draft, Petition
from beffroi.apps.petitions.reasons import REASONS
from beffroi.apps.petitions.writing_forms import Attaching, Filing, Writing
from beffroi.apps.roll.acting import COUNTER, Acting, Request
from beffroi.apps.roll.actions import note_counter_act
from beffroi.apps.roll.perms import requires_acting
from beffroi.core.errors import Refused
from beffroi.web import pack, uploads
from beffroi.web.refusals import sentence

LINK_SHOWN_ONCE = "draft_link"


def _acting(request: Request) -> Acting:
    assert request.acting is not None
    return request.acting


def _draft(request: Request, ref: UUID) -> Draft:
    """Hers, and nobody else's: somebody else's draft is no different from one that never was."""
    found = reading.drafts_of(_acting(request).person).filter(ref=ref).first()
    if found is None:
        raise Http404(_("There is no such draft. It may have been filed, or deleted."))
    return found


def _form(request: Request, draft: Draft | None, whole: bool = True) -> Writing:
    posted = request.POST if request.method == "POST" else None
    initial = Writing.of(draft) if draft else None
    return Writing(posted, initial=initial, neighbourhood=_acting(request).person.neighbourhood, whole=whole)


def _words(form: Writing) -> actions.Words:
    data = form.cleaned_data
    return actions.Words(data["title"], data["text"], data["question"], data["sources"], data["place"])


def _page(request: Request, draft: Draft | None, form: Writing, status: int = 200, **more: Any) -> HttpResponse:
    today, person = timezone.localdate(), _acting(request).person
    own = Petition(neighbourhood=person.neighbourhood)
    context = {
        "section": "petitions",
        "form": form,
        "attaching": Attaching(),
        "draft": draft,
        "author": person,
        "at_counter": _acting(request).channel == COUNTER,
        "drafts": [] if draft else reading.drafts_of(person),
        "attachments": draft.attachments.all() if draft else [],
        "neighbourhood": person.neighbourhood,
        "neighbourhood_counts": bool(actions.ladder_of(own, today)),
        "days": pack.current().number("petitions.admissibility_days", today),
        "draft_months": pack.current().number("petitions.draft_months", today),
        "reasons": REASONS.values(),
    }
    return render(request, "petitions/new.html", context | more, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@requires_acting
def new(request: Request) -> HttpResponse:
    """A first text. Saving it or reading it again makes it a draft; looking for similar ones keeps nothing."""
    step = request.POST.get("step", "")
    form = _form(request, None, whole=step not in {"look", "save"})
    if request.method == "GET" or not form.is_valid():
        return _page(request, None, form, status=400 if form.errors else 200)
    if step == "look":
        return _page(request, None, form, **_similar(form))
    draft = actions.begin_draft(_acting(request).person, _words(form), timezone.now())
    _note_draft(request)
    return _after(request, draft, step)


def _note_draft(request: Request) -> None:
    """However often it is saved, the receipt says it once."""
    note_counter_act(_acting(request), "petition.drafted", timezone.now(), once=True)


def _similar(form: Writing) -> dict[str, Any]:
    return {"looked": True, "similar": reading.similar_to(form.cleaned_data["title"], form.cleaned_data["text"])}


def _after(request: Request, draft: Draft, step: str) -> HttpResponse:
    if step == "review":
        return redirect("petitions:review", draft.ref)
    messages.success(request, _("Your draft is saved."))
    return redirect("petitions:draft", draft.ref)


@never_cache
@require_http_methods(["GET", "POST"])
@requires_acting
def draft(request: Request, ref: UUID) -> HttpResponse:
    """The draft goes on. Whatever button is pressed, what was typed is saved first."""
    row = _draft(request, ref)
    if request.method == "GET":
        return _page(request, row, _form(request, row), shared=_link_once(request, row))
    step = request.POST.get("step", "")
    form = _form(request, row, whole=step == "review")
    if not form.is_valid():
        return _page(request, row, form, status=400)
    version = request.POST.get("version", "")
    try:
        row = actions.save_draft(row, _words(form), int(version) if version.isdecimal() else 0, timezone.now())
    except Refused as refused:
        if refused.rule != "petitions.draft_changed":
            raise
        return _page(request, _draft(request, ref), form, status=409, changed=True)
    _note_draft(request)
    if step == "look":
        return _page(request, row, form, **_similar(form))
    return _step(request, row, form, step)


def _step(request: Request, row: Draft, form: Writing, step: str) -> HttpResponse:
    """What the pressed button asks for, once the text is saved."""
    if step == "attach":
        return _attach(request, row, form)
    if step == "share":
        request.session[LINK_SHOWN_ONCE] = {"draft": str(row.ref), "secret": actions.share_draft(row)}
        return redirect(reverse("petitions:draft", args=[row.ref]) + "#relire")
    if step == "unshare":
        actions.unshare_draft(row)
        messages.success(request, _("The address leads nowhere any more."))
        return redirect("petitions:draft", row.ref)
    if step.startswith("detach-") and step[7:].isdecimal():
        actions.detach(row, int(step[7:8]))
        messages.success(request, _("The document is removed."))
        return redirect(reverse("petitions:draft", args=[row.ref]) + "#pieces")
    return _after(request, row, step)


def _attach(request: Request, row: Draft, form: Writing) -> HttpResponse:
    attaching = Attaching(request.POST, request.FILES)
    if attaching.is_valid():
        try:
            upload = uploads.read(attaching.cleaned_data["file"], actions.ATTACHMENT_BYTES)
            actions.attach(row, upload, attaching.cleaned_data["shows"])
        except Refused as refused:
            too_large = refused.rule == "uploads.too_large"
            told = _("Choose a document of 5 megabytes at most.") if too_large else sentence(refused)
            attaching.add_error("file", told)
    if attaching.errors:
        return _page(request, row, form, status=400, attaching=attaching)
    messages.success(request, _("The document is added. It is shown once the petition is open."))
    return redirect(reverse("petitions:draft", args=[row.ref]) + "#pieces")


def _link_once(request: Request, row: Draft) -> str:
    """The shared address, shown this once: the row keeps its hash only."""
    kept = request.session.get(LINK_SHOWN_ONCE)
    if not kept or kept["draft"] != str(row.ref):
        return ""
    del request.session[LINK_SHOWN_ONCE]
    return request.build_absolute_uri(reverse("petitions:shared_draft", args=[kept["secret"]]))


@never_cache
@require_http_methods(["GET", "POST"])
@requires_acting
def review(request: Request, ref: UUID) -> HttpResponse:
    """Read again as it will be published, with what may help; then filed, once, for good."""
    row, acting = _draft(request, ref), _acting(request)
    as_filed = Writing(Writing.of(row), neighbourhood=acting.person.neighbourhood)
    if not as_filed.is_valid():
        return _page(request, row, as_filed, status=400)
    words = _words(as_filed)
    form = Filing(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if request.POST.get("version") != str(row.version):  # another tab has changed what is on this page
            messages.warning(request, _("The draft was changed meanwhile. Here is what would be filed now."))
            return redirect("petitions:review", row.ref)
        filed = actions.file_words(acting, words, timezone.now(), row)
        note_counter_act(acting, "petition.filed", timezone.now())
        messages.success(request, _("Your petition is filed under the number %(number)s.") % {"number": filed.number})
        return redirect("petitions:petition", filed.number)
    as_petition = Petition(neighbourhood=row.neighbourhood)
    context = {
        "section": "petitions",
        "draft": row,
        "form": form,
        "author": acting.person,
        "at_counter": acting.channel == COUNTER,
        "attachments": row.attachments.all(),
        "similar": reading.similar_to(words.title, f"{words.text} {words.question}"),
        "hints": plain.hints(words.title, words.text, words.question, len(words.sources)),
        "neighbourhood_counts": bool(actions.ladder_of(as_petition, timezone.localdate())),
    }
    return render(request, "petitions/review.html", context, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@requires_acting
def delete_draft(request: Request, ref: UUID) -> HttpResponse:
    """Asks once more, then deletes."""
    row = _draft(request, ref)
    if request.method == "POST":
        actions.delete_draft(row)
        note_counter_act(_acting(request), "petition.draft_deleted", timezone.now())
        messages.success(request, _("The draft is deleted."))
        return redirect("petitions:new")
    return render(request, "petitions/draft_delete.html", {"section": "petitions", "draft": row})


@never_cache
@require_GET
def shared_draft(request: HttpRequest, secret: str) -> HttpResponse:
    """Whoever has the address reads the draft: no name, no document; told to no search engine and to no other site."""
    found = reading.shared_draft(secret)
    if found is None:
        raise Http404(_("This address leads to no draft. Its author may have stopped sharing it, or filed it."))
    answer = render(request, "petitions/shared_draft.html", {"section": "petitions", "draft": found})
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return answer
