"""Asking to be enrolled, from home: the mailbox first, then the request with its papers; then following it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from beffroi.apps.roll import signing_in
from beffroi.apps.roll.checks import may_show_codes
from beffroi.apps.roll.enrolment import asking, queries
from beffroi.apps.roll.enrolment.cookie import ASKED, Asked
from beffroi.apps.roll.enrolment.forms import Appeal, EnrolAddress, Follow, OnlineRequest
from beffroi.apps.roll.enrolment.models import Enrolment
from beffroi.apps.roll.enrolment.reasons import REASONS
from beffroi.apps.roll.forms import CodeForm
from beffroi.apps.roll.queries import RESIDENTS, minimum_age
from beffroi.core.errors import Malformed, Refused
from beffroi.web import pack
from beffroi.web.refusals import sentence

WRONG = 422
SHOWN_ONCE = "enrolment_receipt"
State = Enrolment.State


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Who may, with which papers, and what happens; then her address, to which a code is sent."""
    form, today = EnrolAddress(request.POST or None), timezone.localdate()
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["email"]
        try:
            sent = signing_in.send_confirmation(address, timezone.now(), get_language() or "fr")
        except Refused as refused:
            form.add_error("email", sentence(refused))
        else:
            answer = redirect("roll:enrol_code")
            ASKED.write(answer, Asked(address, shown=sent if may_show_codes() else ""))
            return answer
    rules = pack.current()
    context = {
        "form": form,
        "reasons": REASONS.values(),
        "age": minimum_age(RESIDENTS, today),
        "days": rules.value("enrolment.decision_days", today),
        "proof_days": rules.number("enrolment.proof_days", today),
        "months": rules.number("enrolment.proof_age_months", today),
        "association": pack.by_association(),
    }
    return render(request, "roll/enrolment/enrol.html", context, status=WRONG if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enrol_code(request: HttpRequest) -> HttpResponse:
    """The code that came to the address."""
    asked = ASKED.read(request)
    if asked is None:
        return redirect("roll:enrol")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            signing_in.confirm_address(asked.address, form.cleaned_data["code"], timezone.now())
        except Refused as refused:
            form.add_error("code", sentence(refused))
        else:
            answer = redirect("roll:enrol_form")
            ASKED.write(answer, Asked(asked.address, confirmed=True))
            return answer
    context = {"form": form, "address": asked.address, "shown": asked.shown if may_show_codes() else ""}
    return render(request, "roll/enrolment/code.html", context, status=WRONG if form.errors else 200)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def enrol_form(request: HttpRequest) -> HttpResponse:
    """The request itself. A refused form forgets the files: browsers do not send them twice by themselves."""
    asked = ASKED.read(request)
    if asked is None or not asked.confirmed:
        return redirect("roll:enrol")
    form = OnlineRequest(request.POST, request.FILES) if request.method == "POST" else OnlineRequest()
    if form.is_valid():
        try:
            receipt = asking.ask_online(form.asker(asked.address), form.proofs, timezone.now())
        except Refused as refused:
            form.add_error("birth_date" if refused.rule == "enrolment.too_young" else None, sentence(refused))
        else:
            request.session[SHOWN_ONCE] = (receipt.enrolment.number, receipt.code)
            answer = redirect("roll:enrol_sent")
            ASKED.forget(answer)
            return answer
    today = timezone.localdate()
    context = {
        "form": form,
        "address": asked.address,
        "months": pack.current().number("enrolment.proof_age_months", today),
    }
    return render(request, "roll/enrolment/form.html", context, status=WRONG if form.errors else 200)


@never_cache
@require_safe
def enrol_sent(request: HttpRequest) -> HttpResponse:
    """The receipt, shown once."""
    number, receipt = request.session.pop(SHOWN_ONCE, ("", ""))
    if not receipt:
        return redirect("roll:enrol_follow")
    days = pack.current().number("enrolment.decision_days", timezone.localdate())
    context = {"number": number, "receipt": receipt, "days": days}
    return render(request, "roll/enrolment/sent.html", context)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def enrol_follow(request: HttpRequest) -> HttpResponse:
    """Where a request stands, for whoever holds its receipt; withdraw it; contest a refusal. It says no name."""
    form = Follow(request.POST if request.method == "POST" else None)
    row, appeal, status = None, Appeal(), 200
    if form.is_valid():
        try:
            row = queries.by_receipt(form.cleaned_data["receipt"])
        except (Malformed, Refused):
            form.add_error("receipt", sentence(Refused("enrolment.no_such_receipt")))
    if row is not None:
        step = request.POST.get("step", "")
        if step == "withdraw":
            row = asking.withdraw(row, timezone.now())
            messages.success(request, _("The request is withdrawn, and its papers are deleted."))
        elif step == "appeal":
            appeal = Appeal(request.POST)
            if appeal.is_valid():
                row = asking.appeal(row, appeal.cleaned_data["appeal"], timezone.now())
                messages.success(request, _("Your appeal has arrived."))
            else:
                status = WRONG
    if form.errors:
        status = WRONG
    context = {"form": form, "row": row, "appeal": appeal} | (_standing(row) if row else {})
    return render(request, "roll/enrolment/follow.html", context, status=status)


def _standing(row: Enrolment) -> dict[str, object]:
    today = timezone.localdate()
    last = asking.appeal_until(row) if row.state == State.REFUSED else None
    due = queries.due_on(row.appealed_at or row.asked_at)
    return {
        "reason": REASONS.get(row.reason, ""),
        "appeal_until": last if last and today <= last else None,
        "due": due,
        "may_withdraw": row.state in (State.WAITING, State.APPEALED),
        "answered": row.appeal_answer,
    }
