"""Petitions for readers and signers. Each view parses, calls one verb or one read, renders."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from beffroi.apps.petitions import actions, history, perms, progress, queries, shown_once, traces
from beffroi.apps.petitions.actions.ladder import recalls_exist
from beffroi.apps.petitions.actions.state import why_not_of_body
from beffroi.apps.petitions.forms import Choices, ReceiptLookup, Signing
from beffroi.apps.petitions.models import Petition, Rung, Signature
from beffroi.apps.petitions.reasons import reason
from beffroi.apps.roll.acting import COUNTER, Request
from beffroi.apps.roll.actions import note_counter_act
from beffroi.apps.roll.models import Person
from beffroi.apps.roll.perms import requires_acting
from beffroi.apps.roll.queries import ELECTORS, eligibility
from beffroi.core.errors import Malformed, Refused
from beffroi.web import pack
from beffroi.web.refusals import sentence
from beffroi.web.still import same_for_everybody, shared
from beffroi.web.tower import Ladder, Level
from beffroi.web.views import told

SECTION = {"section": "petitions"}
PAGE = 20
State = Petition.State


def _petition(number: str) -> Petition:
    try:
        return queries.get(number)
    except Petition.DoesNotExist:
        raise Http404(_("There is no petition with this number.")) from None


def _bare(number: str) -> Petition:
    """Without its ladder, where none is shown; some seconds old in a rush: the actions read what they decide on."""
    try:
        return shared(("petitions.bare", number), lambda: Petition.objects.get(number=number))
    except Petition.DoesNotExist:
        raise Http404(_("There is no petition with this number.")) from None


def _posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: an empty POST is one too (a box that is not ticked sends nothing)."""
    return request.POST if request.method == "POST" else None


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, f"petitions/{template}.html", SECTION | context, status=status)


@require_GET
@same_for_everybody
def list_(request: HttpRequest) -> HttpResponse:
    """Open petitions as towers, those that wait for a decision, those that are over."""
    pages = Paginator(queries.in_state(State.OPEN), PAGE)
    over = Paginator(queries.in_state(State.CLOSED, State.REFUSED), PAGE)
    open_page = pages.get_page(request.GET.get("page"))
    context = {
        "open": [(row, queries.ladder(row)) for row in open_page],
        "open_page": open_page,
        "filed": queries.in_state(State.FILED),
        "over_page": (over_page := over.get_page(request.GET.get("terminees"))),
        "over": [(row, queries.total(row)) for row in over_page],
        "days": pack.current().number("petitions.admissibility_days", timezone.localdate()),
        "recalls": recalls_exist(pack.current()),
    }
    return _page(request, "list", context)


@require_GET
@same_for_everybody
def petition(request: Request, number: str) -> HttpResponse:
    """The whole of one petition."""
    row, now = _petition(number), timezone.now()
    rungs = queries.rungs(row)
    mine = queries.signature_of(row, request.acting.person) if request.acting else None
    past = history.past(row)
    context = {
        "petition": row,
        "rungs": rungs,
        "ladder": queries.ladder(row, rungs),
        "total": queries.total(row),
        "legal_total": queries.total(row, legal=True),
        "channels": queries.channels(row),
        "past": past,
        "to_come": history.to_come(row, rungs, timezone.localdate(now)),
        "days_left": queries.days_left(row, now),
        "is_open": row.state == State.OPEN and row.closes_at is not None and now < row.closes_at,
        "mine": mine if queries.stands(mine) else None,
        "choices": _choices(row, mine) if queries.stands(mine) else None,
        "progress": progress.of(row, queries.ladder(row, rungs), timezone.localdate(now)),
        "named": queries.named(row).count() if row.opened_at else 0,
        "reason": reason(row.refusal_code or row.closing_code),
        "is_recall": (is_recall := row.kind == Petition.Kind.RECALL),
        "reply": queries.reply_of(row) if is_recall else None,
        "may_reply": perms.may_reply(request.account, row, timezone.localdate(now)) and actions.reply_is_open(row, now),
        "at_work": perms.is_at_work(request.account, request.acting),
        "may_enter": perms.may_enter_lines(request.account) and row.state == State.OPEN,
        "speaking_minutes": pack.current().number("petitions.speaking_minutes", timezone.localdate(now)),
    }
    return _page(request, "petition", context)


def _choices(row: Petition, mine: Signature | None) -> Choices:
    assert mine is not None
    assert mine.person is not None, "she looks at it herself"
    chosen = {"public_name": mine.named_since is not None, "follow": queries.follows(row, mine.person)}
    return Choices(initial=chosen, may_follow=actions.may_follow(row, mine.person))


@require_GET
def text(request: HttpRequest, number: str) -> HttpResponse:
    """The exact bytes whose fingerprint the journal holds; gone while they are withheld."""
    row = _petition(number)
    if hasattr(row, "withheld"):
        return told(request, 410, _("Text withheld"), _("The petition's page says why it is no longer shown."))
    return HttpResponse(actions.text_bytes(row), content_type="text/plain; charset=utf-8")


@never_cache
@require_http_methods(["GET", "POST"])
@requires_acting
def sign(request: Request, number: str) -> HttpResponse:
    """GET says what the signature counts for; POST signs. The same page at home and at the counter."""
    row, now, acting = _bare(number), timezone.now(), request.acting
    assert acting is not None
    at_counter = acting.channel == COUNTER
    form = _signing(request, row)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        chosen = {name: given.get(name, False) for name in ("legal", "public_name", "follow")}
        device = traces.device_of(request)
        if not at_counter:
            traces.must_not_be_crowded(request, row, device, now)
        receipt = actions.sign(row, acting, now, **chosen)
        note_counter_act(acting, "petition.signed", now)
        response = shown_once.to(redirect("petitions:signed", row.number), row.number, receipt)
        if not at_counter:
            traces.note(request, response, receipt.signature, device, now)
        return response
    mine = queries.signature_of(row, acting.person)
    context = {
        "petition": row,
        "form": form,
        "person": acting.person,
        "at_counter": at_counter,
        "is_elector": _is_elector(acting.person),
        "is_recall": row.kind == Petition.Kind.RECALL,
        "used": queries.legal_request_of(acting.person, timezone.localdate(now)),
        "mine": mine if queries.stands(mine) else None,
        "refusal": _refusal(row, person_code=why_not_of_body(row, acting.person, timezone.localdate(now))),
    }
    return _page(request, "sign", context, status=400 if form.errors else 200)


def _signing(request: Request, row: Petition) -> Signing:
    assert request.acting is not None
    person = request.acting.person
    # Who posts without the box is not asked about it: a rush of signatures is spared two reads each.
    asks = request.method != "POST" or "legal" in request.POST
    return Signing(
        _posted(request),
        may_be_legal=asks and _may_be_legal(row, person),
        may_follow=actions.may_follow(row, person),
        at_counter=request.acting.channel == COUNTER,
    )


def _may_be_legal(row: Petition, person: Person) -> bool:
    """Whether this signature can also be her legal request: the petition has that threshold, her quarter is free."""
    if not _is_elector(person) or queries.legal_request_of(person, timezone.localdate()):
        return False
    return any(rung.code == Rung.Code.LEGAL for rung in row.rungs.all())


def _is_elector(person: Person) -> bool:
    return not eligibility(person, ELECTORS, timezone.localdate())


def _refusal(row: Petition, person_code: str) -> str:
    """Why this person cannot sign now, in a sentence; empty when she can. The action decides again."""
    if row.state == State.CLOSED or (row.closes_at is not None and timezone.now() >= row.closes_at):
        return sentence(Refused("petitions.closed"))
    if row.state != State.OPEN:
        return sentence(Refused("petitions.not_open"))
    return sentence(Refused(f"petitions.{person_code}")) if person_code else ""


@never_cache
@require_GET
@requires_acting
def signed(request: Request, number: str) -> HttpResponse:
    """The receipt, shown once: the browser forgets it with this page."""
    assert request.acting is not None
    language = get_language() or ""
    row, levels, to_come = shared(("petitions.signed", number, language), lambda: _what_comes_next(number))
    mine = queries.signature_of(row, request.acting.person)
    if mine is None or not queries.stands(mine):
        return redirect("petitions:petition", row.number)
    with_hers, legal = queries.count_now(row)
    context = {
        "petition": row,
        "signature": mine,
        # Not only of this petition: of this signature. An agent's browser goes on with the next person.
        "receipt": shown_once.read(request, mine),
        "at_counter": request.acting.channel == COUNTER,
        "follows": queries.follows(row, request.acting.person),
        "with_hers": with_hers,
        "ladder": Ladder(with_hers, None if row.kind == Petition.Kind.RECALL else legal, levels),
        "to_come": to_come,
    }
    return shown_once.forget(_page(request, "signed", context), row.number)


def _what_comes_next(number: str) -> tuple[Petition, tuple[Level, ...], list[history.Event]]:
    """The same for everybody who signs within a few seconds."""
    row = _petition(number)
    rungs = queries.rungs(row)
    return row, queries.ladder(row, rungs).levels, history.to_come(row, rungs, timezone.localdate())


@require_POST
@requires_acting
def choices(request: Request, number: str) -> HttpResponse:
    """The signer changes her mind about her name and the e-mails, at home or at the counter."""
    assert request.acting is not None
    row = _bare(number)
    form = Choices(request.POST, may_follow=actions.may_follow(row, request.acting.person))
    if form.is_valid():
        follow = form.cleaned_data.get("follow", False)
        actions.choose(row, request.acting, form.cleaned_data["public_name"], follow, timezone.now())
        note_counter_act(request.acting, "petition.choices", timezone.now())
        messages.success(request, _("Your choices are kept. The signature has not changed."))
    return redirect("petitions:petition", row.number)


@require_POST
@requires_acting
def withdraw(request: Request, number: str) -> HttpResponse:
    """The signer takes her signature back, at home or at the counter."""
    assert request.acting is not None
    row = _petition(number)
    actions.withdraw(row, request.acting, timezone.now())
    note_counter_act(request.acting, "petition.withdrawn", timezone.now())
    messages.success(request, _("The signature is withdrawn. It can be given again until the petition closes."))
    return redirect("petitions:petition", row.number)


def _note_hers(request: Request, row: Signature) -> None:
    """A receipt names nobody: the counter's own receipt holds what was done with it only when it is the visitor's."""
    if request.acting is not None and request.acting.person.pk == row.person_id:
        note_counter_act(request.acting, "petition.withdrawn", timezone.now())


@never_cache
@require_http_methods(["GET", "POST"])
def receipt(request: Request) -> HttpResponse:
    """What a receipt stands for, and taking the signature back with it. The receipt is posted, never in an address."""
    form = ReceiptLookup(_posted(request))
    found, withdrawn = None, False
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["receipt"]
        try:
            if request.POST.get("step") == "withdraw":
                row = actions.withdraw_by_receipt(typed, timezone.now())
                _note_hers(request, row)
                withdrawn = True
            found = queries.by_receipt(typed)
            if found is None:
                form.add_error("receipt", sentence(Refused("petitions.unknown_receipt")))
        except Malformed:
            form.add_error("receipt", _("A receipt has 26 letters and digits. Check that none is missing."))
    context = {
        "form": form,
        "found": found,
        "withdrawn": withdrawn,
        "state": queries.state_of(found) if found else "",
        "can_withdraw": found is not None and queries.can_still_withdraw(found, timezone.now()),
    }
    return _page(request, "receipt", context, status=400 if form.errors else 200)
