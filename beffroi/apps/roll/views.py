"""Signing in and out, and the agent's session for the person in front of her.

Mail scanners and browsers follow links: a page that is read (GET) never changes anything, here least of all.
"""

import time
from dataclasses import replace
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from beffroi.apps.roll import actions, oidc, pausing, signing_in
from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.checks import may_show_codes
from beffroi.apps.roll.entering import after_of, enter, home_of, inside
from beffroi.apps.roll.forms import AddressForm, CodeForm, WhoForm
from beffroi.apps.roll.models import Person
from beffroi.apps.roll.oidc_views import signed_out_there
from beffroi.apps.roll.pending import PENDING, Pending
from beffroi.apps.roll.perms import AGENTS, may_act_at_counter, requires
from beffroi.apps.roll.queries import candidates
from beffroi.core.errors import Refused
from beffroi.web import frame
from beffroi.web.refusals import sentence

WRONG = 422


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Asks for an address and sends a code to it."""
    after = after_of(request)
    account = cast(Request, request).account
    if account is not None:
        return HttpResponseRedirect(after or home_of(account))
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        begun = time.monotonic()
        answer = _send(form.cleaned_data["email"], after)
        pausing.pause(begun)
        return answer
    context = {"form": form, "after": after, "providers": oidc.providers()}
    return render(request, "roll/sign_in.html", context, status=WRONG if form.errors else 200)


def _send(address: str, after: str) -> HttpResponse:
    sent = actions.send_code(address, timezone.now(), get_language() or "fr")
    answer = redirect("roll:code")
    PENDING.write(answer, Pending(address, after, shown=sent if may_show_codes() else ""))
    return answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Asks for the code. One account: signed in. Several: the next page asks which person."""
    asked = PENDING.read(request)
    if asked is None:
        return redirect("roll:sign_in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            checked = actions.check_code(asked.address, form.cleaned_data["code"], timezone.now())
        except Refused as refused:
            form.add_error("code", sentence(refused))
        else:
            if checked.settled:
                return enter(request, checked.accounts[0], asked.after)
            answer = redirect("roll:who")
            PENDING.write(answer, replace(asked, code_id=checked.code_id))
            return answer
    context = {"form": form, "address": asked.address, "shown": asked.shown if may_show_codes() else ""}
    return render(request, "roll/code.html", context, status=WRONG if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def who(request: HttpRequest) -> HttpResponse:
    """Several persons share the address: which of them, and her birth date."""
    asked, now = PENDING.read(request), timezone.now()
    if asked is None or not signing_in.is_living(asked.address, asked.code_id, now):
        return _again(request)
    form = WhoForm(request.POST or None, accounts=candidates(asked.address))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            proof = given["birth_date"] or given["letter"]
            account = actions.choose(asked.address, asked.code_id, given["account"], proof, now)
        except Refused as refused:
            if not signing_in.is_living(asked.address, asked.code_id, now):
                return _again(request)
            form.add_error("birth_date", sentence(refused))
        else:
            return enter(request, account, asked.after)
    return render(request, "roll/who.html", {"form": form}, status=WRONG if form.errors else 200)


def _again(request: HttpRequest) -> HttpResponse:
    messages.error(request, _("This code no longer works. Ask for another one."))
    return redirect("roll:sign_in")


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session; an agent's session for somebody ends with it."""
    account = cast(Request, request).account
    if account is not None:
        actions.end_counter_session(account, timezone.now())
    name, there = signed_out_there(request)
    logout(request)
    if there:  # a link, not a redirection: the policy of this page lets a form lead nowhere else
        return render(request, "roll/signed_out.html", {"name": name, "there": there})
    return HttpResponseRedirect(frame.doors().get("home", "/"))


@require_POST
@requires(may_act_at_counter, AGENTS)
def counter_open(request: Request, ref: UUID) -> HttpResponse:
    """The agent has seen a proof of identity, and acts for this person from now on."""
    person = get_object_or_404(Person, ref=ref)
    assert request.account is not None
    actions.begin_counter_session(request.account, person, request.POST.get("proof", ""), timezone.now())
    rotate_token(request)  # a form that another tab still shows for the person before no longer acts for this one
    return _to_desk(request)


@require_POST
@requires(may_act_at_counter, AGENTS)
def counter_close(request: Request) -> HttpResponse:
    """The person has left the counter."""
    assert request.account is not None
    actions.end_counter_session(request.account, timezone.now())
    messages.success(request, _("You no longer act for anybody."))
    return _to_desk(request)


def _to_desk(request: Request) -> HttpResponse:
    return HttpResponseRedirect(inside(request.POST.get("next", ""), frame.doors().get("counter", "/")))
