"""The agents' desk for enrolment: what waits, the papers, the decision; enrolling somebody who is there; the letter."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from beffroi.apps.roll import counter_acts
from beffroi.apps.roll.acting import COUNTER, Acting, Request
from beffroi.apps.roll.enrolment import asking, deciding, queries, residence
from beffroi.apps.roll.enrolment.forms import Acceptance, AppealRefusal, CounterRequest, Refusal, StationChoice
from beffroi.apps.roll.enrolment.models import Enrolment, Move, Proof
from beffroi.apps.roll.enrolment.reasons import REASONS
from beffroi.apps.roll.enrolment.state import ROOM
from beffroi.apps.roll.models import Account
from beffroi.apps.roll.perms import AGENTS, is_clerk, may_act_at_counter, requires
from beffroi.core.errors import Refused
from beffroi.web import pack, uploads
from beffroi.web.refusals import sentence

DESK = gettext_lazy("This page is for the agents of the counter and for the council's secretariat.")
SHOWN_ONCE = "enrolment_receipt_at_counter"
WRONG = 422
State = Enrolment.State


def has_a_desk(account: Account | None) -> bool:
    """Agents decide on requests; the secretariat decides on appeals."""
    return may_act_at_counter(account) or is_clerk(account)


def _account(request: Request) -> Account:
    assert request.account is not None
    return request.account


@never_cache
@require_safe
@requires(has_a_desk, DESK)
def enrol_queue(request: Request) -> HttpResponse:
    """What waits, the oldest first, each with its clock."""
    now, account = timezone.now(), _account(request)
    agent, clerk = may_act_at_counter(account), is_clerk(account)
    today = timezone.localdate(now)
    context: dict[str, Any] = {"agent": agent, "clerk": clerk, "today": today}
    if agent:
        context |= {"waiting": queries.waiting(), "moves": queries.moves(), "silent": queries.without_address(today)}
    if clerk:
        context["appeals"] = queries.appeals()
    context["decided"] = queries.decided_lately(now)
    return render(request, "roll/enrolment/queue.html", context)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@requires(may_act_at_counter, AGENTS)
def enrol_counter(request: Request) -> HttpResponse:
    """Somebody who is there, and has no row yet: the agent writes the request, then decides on it as on any other."""
    form = CounterRequest(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            receipt = asking.ask_at_counter(form.asker(form.cleaned_data["email"]), _account(request), timezone.now())
        except Refused as refused:
            form.add_error("birth_date" if refused.rule == "enrolment.too_young" else None, sentence(refused))
        else:
            request.session[SHOWN_ONCE] = (receipt.enrolment.number, receipt.code)
            return redirect("roll:enrol_desk", receipt.enrolment.ref)
    months = pack.current().number("enrolment.proof_age_months", timezone.localdate())
    context = {"form": form, "months": months}
    return render(request, "roll/enrolment/counter.html", context, status=WRONG if form.errors else 200)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@requires(has_a_desk, DESK)
def enrol_desk(request: Request, ref: UUID) -> HttpResponse:
    """One request: who asks, whom the roll already has, the papers; and the decision."""
    row = get_object_or_404(Enrolment.objects.select_related("decided_by", "entered_by", "person"), ref=ref)
    if row.state == State.WAITING and not may_act_at_counter(request.account):
        raise PermissionDenied(str(AGENTS))  # the secretariat sees what is contested or decided
    may = deciding.may_decide(request.account, row)
    today = timezone.localdate()
    accept, refuse, uphold = Acceptance(street=row.street, today=today), Refusal(), AppealRefusal()
    if request.method == "POST":
        step = request.POST.get("step", "")
        if step == "accept":
            accept = Acceptance(request.POST, street=row.street, today=today)
            if accept.is_valid() and _accepted(request, row, accept):
                return redirect("roll:enrol_desk", row.ref)
        elif step == "refuse":
            refuse = Refusal(request.POST)
            if refuse.is_valid():
                deciding.refuse(row, _account(request), refuse.cleaned_data["reason"], timezone.now())
                messages.success(request, _("The request is refused, and its papers are deleted."))
                return redirect("roll:enrol_desk", row.ref)
        elif step == "uphold":
            uphold = AppealRefusal(request.POST)
            if uphold.is_valid():
                deciding.refuse_appeal(row, _account(request), uphold.cleaned_data["answer"], timezone.now())
                messages.success(request, _("The appeal is answered: the refusal stands."))
                return redirect("roll:enrol_desk", row.ref)
    wrong = any(form.errors for form in (accept, refuse, uphold))
    context = _one(request, row, may) | {"accept": accept, "refuse": refuse, "uphold": uphold}
    return render(request, "roll/enrolment/desk.html", context, status=WRONG if wrong else 200)


def _accepted(request: Request, row: Enrolment, form: Acceptance) -> bool:
    given = form.cleaned_data
    others = [person.ref for person in queries.same_identity(row)] if given["another"] and row.birth_date else []
    try:
        deciding.accept(
            row,
            _account(request),
            given["station"],
            timezone.now(),
            others=others,
            papers_seen=given["papers_seen"],
            answer=given["answer"] or "",
        )
    except Refused as refused:
        field = {"enrolment.on_roll": "another", "enrolment.no_proof": "papers_seen"}.get(refused.rule)
        if field is None:
            raise
        form.add_error(field, sentence(refused))
        return False
    messages.success(request, _("The person is in the register, and the papers are deleted."))
    return True


def _one(request: Request, row: Enrolment, may: bool) -> dict[str, Any]:
    shown = request.session.get(SHOWN_ONCE, ("", ""))
    receipt = ""
    if shown[0] == row.number:
        receipt = request.session.pop(SHOWN_ONCE)[1]
    begun = row.appealed_at or row.asked_at
    undecided = row.state in (State.WAITING, State.APPEALED)
    return {
        "row": row,
        "may": may,
        "may_read": _may_read_proofs(request.account, row),
        "proofs": list(row.proofs.order_by("kind")),
        "likely": queries.likely(row) if undecided else [],
        "requests": queries.same_request(row) if undecided else [],
        "due": queries.due_on(begun),
        "reason": REASONS.get(row.reason, ""),
        "receipt": receipt,
    }


def _may_read_proofs(account: Account | None, row: Enrolment) -> bool:
    """Only whoever may decide now: a paper is opened to judge it, and for nothing else."""
    return row.state == State.WAITING and may_act_at_counter(account)


@never_cache
@require_safe
@requires(may_act_at_counter, AGENTS)
def enrol_proof(request: Request, ref: UUID, kind: str) -> HttpResponse:
    """One paper, as it was sent, for the agent who decides."""
    proof = get_object_or_404(Proof.objects.select_related("enrolment"), enrolment__ref=ref, kind=kind)
    if not _may_read_proofs(request.account, proof.enrolment):
        raise Http404(_("This paper has been deleted."))
    try:
        upload = uploads.load(ROOM, proof.file)
    except FileNotFoundError:
        raise Http404(_("This paper has been deleted.")) from None
    answer = HttpResponse(upload.content, content_type=upload.media_type)
    answer["Content-Disposition"] = f'inline; filename="{kind}.{uploads.EXTENSIONS[upload.media_type]}"'
    return answer


@never_cache
@require_safe
@requires(has_a_desk, DESK)
def enrol_letter(request: Request, ref: UUID) -> HttpResponse:
    """The decision as a letter to print, for whoever has no e-mail."""
    row = get_object_or_404(Enrolment.objects.select_related("person"), ref=ref, decided_at__isnull=False)
    who = row.person or row
    context = {
        "row": row,
        "who": who,
        "reason": REASONS.get(row.reason, ""),
        "appeal_until": asking.appeal_until(row) if row.state == State.REFUSED else None,
    }
    return render(request, "roll/enrolment/letter.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(may_act_at_counter, AGENTS)
def move_desk(request: Request, pk: int) -> HttpResponse:
    """A declared move: confirmed with its station once a proof was seen, or not."""
    move = get_object_or_404(Move.objects.select_related("person__neighbourhood", "person__station"), pk=pk)
    today = timezone.localdate()
    form = StationChoice(street=move.street, today=today)
    if request.method == "POST" and request.POST.get("step") == "refuse":
        residence.refuse_move(move, _account(request), timezone.now())
        _note_if_there(request, move)
        messages.success(request, _("The former address stays; the person is told."))
        return redirect("roll:enrol_queue")
    if request.method == "POST":
        form = StationChoice(request.POST, street=move.street, today=today)
        if form.is_valid():
            residence.confirm_move(move, _account(request), form.cleaned_data["station"], timezone.now())
            _note_if_there(request, move)
            messages.success(request, _("The new address is in the register."))
            return redirect("roll:enrol_queue")
    context = {"move": move, "form": form, "waits": move.state == Move.State.WAITING}
    return render(request, "roll/enrolment/move.html", context, status=WRONG if form.errors else 200)


def _note_if_there(request: Request, move: Move) -> None:
    """For the receipt, when the person is in front of this agent; she may as well decide when nobody is."""
    counter_acts.note(Acting(move.person, COUNTER, _account(request)), "residence.move_decided", timezone.now())
