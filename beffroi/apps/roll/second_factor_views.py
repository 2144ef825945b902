"""The pages of the second step: ask for it, set it up, keep recovery codes; passkeys speak JSON to their script."""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, cast

import segno
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from beffroi.apps.roll import passkeys, second_factor
from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.checks import may_show_codes
from beffroi.apps.roll.entering import after_of, home_of, inside, with_next
from beffroi.apps.roll.forms import FirstSecondCodeForm, SecondCodeForm
from beffroi.apps.roll.models import Account, SecondFactor
from beffroi.apps.roll.perms import to_sign_in
from beffroi.core.errors import Malformed, Refused
from beffroi.web import pack
from beffroi.web.refusals import sentence
from beffroi.web.templatetags.beffroi import brand

WRONG = 422
WAITING = "roll.waiting_app"  # where the session keeps the sealed secret of an app that is not confirmed
View = Callable[[Request], HttpResponse]


def _after_first_step(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """For whoever has passed the first step and has a task; everybody else is led where she belongs."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        account = cast(Request, request).account
        if account is None:
            return to_sign_in(request)
        if not second_factor.is_needed(account):
            return redirect(home_of(account))
        return view(cast(Request, request))

    return guarded


def _may_set_up(view: View) -> View:
    """Nobody adds a second factor beside one that she has not shown."""

    @wraps(view)
    def guarded(request: Request) -> HttpResponse:
        assert request.account is not None
        if request.account.half_way and second_factor.is_set(request.account):
            return redirect(with_next("roll:second_factor", after_of(request)))
        return view(request)

    return guarded


def _passed(request: Request, account: Account) -> None:
    request.session.cycle_key()  # the session's key of before the second step opens no desk
    second_factor.pass_it(request.session, account)
    account.half_way = False


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@_after_first_step
def ask(request: Request) -> HttpResponse:
    """Asks for a code of the app, a recovery code, or a passkey."""
    account, after, now = request.account, after_of(request), timezone.now()
    assert account is not None
    if not account.half_way:
        return HttpResponseRedirect(after or home_of(account))
    if not second_factor.is_set(account):
        return redirect(with_next("roll:second_factor_new", after))
    form = SecondCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            second_factor.check(account, form.cleaned_data["code"], now)
        except Refused as refused:
            form.add_error("code", sentence(refused))
        else:
            _passed(request, account)
            return HttpResponseRedirect(after or home_of(account))
    row = SecondFactor.objects.filter(account=account).exclude(sealed_secret="").first()
    context = {
        "form": form,
        "after": after,
        "has_app": row is not None,
        "has_passkey": account.passkeys.exists(),
        "shown": second_factor.current_code(row.sealed_secret, now) if row and may_show_codes() else "",
    }
    return render(request, "roll/second_factor.html", context, status=WRONG if form.errors else 200)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@_after_first_step
@_may_set_up
def new(request: Request) -> HttpResponse:
    """Shows the secret of an app until a first code proves that the app has it."""
    account, after, now = request.account, after_of(request), timezone.now()
    assert account is not None
    sealed = request.session.get(WAITING) or second_factor.new_secret()
    request.session[WAITING] = sealed
    form = FirstSecondCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = second_factor.set_up(account, sealed, form.cleaned_data["code"], now)
        except Refused as refused:
            form.add_error("code", sentence(refused))
        else:
            del request.session[WAITING]
            _passed(request, account)
            return _codes(request, codes, after)
    secret, uri = second_factor.reading(sealed, account, brand(pack.current().name))
    context = {
        "form": form,
        "after": after,
        "secret": secret,
        "qr": qr(uri),
        "replaces": second_factor.is_set(account),
        "shown": second_factor.current_code(sealed, now) if may_show_codes() else "",
    }
    return render(request, "roll/second_factor_new.html", context, status=WRONG if form.errors else 200)


def qr(text: str) -> SafeString:
    """A QR code as SVG: dark on light whatever the theme, because cameras expect it. No style attribute: the policy."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(omitsize=True, dark="#000", light="#fff", border=4)
    return mark_safe(drawn)  # noqa: S308


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@_after_first_step
def recovery_codes(request: Request) -> HttpResponse:
    """Ten new recovery codes, shown once, by a POST only."""
    account, after = request.account, after_of(request)
    assert account is not None
    if account.half_way:
        return redirect(with_next("roll:second_factor", after))
    if request.method == "POST":
        return _codes(request, second_factor.new_recovery_codes(account), after)
    return render(request, "roll/recovery_codes.html", {"after": after or home_of(account), "left": _left(account)})


def _left(account: Account) -> int:
    return account.recovery_codes.count()


def _codes(request: Request, codes: list[str], after: str) -> HttpResponse:
    assert request.account is not None
    context = {"codes": codes, "after": after or home_of(request.account), "left": len(codes)}
    return render(request, "roll/recovery_codes.html", context)


def _json(request: HttpRequest) -> Mapping[str, Any]:
    try:
        sent = json.loads(request.body)
    except ValueError:
        sent = None
    if not isinstance(sent, dict):
        raise Malformed("body", "no JSON object", "a JSON object")
    return sent


@require_POST
@_after_first_step
@_may_set_up
def passkey_begin(request: Request) -> HttpResponse:
    """What the device is asked to make."""
    assert request.account is not None
    return JsonResponse(passkeys.begin_adding(request.account, request.get_host(), request.session))


@require_POST
@_after_first_step
@_may_set_up
def passkey_add(request: Request) -> HttpResponse:
    """Keeps a new passkey. The first factor of an account also passes the second step, then asks to keep codes."""
    account, sent = request.account, _json(request)
    assert account is not None
    name, answer = str(sent.get("name", "")), sent.get("answer")
    if not isinstance(answer, dict):
        raise Malformed("answer", "no answer", "what navigator.credentials.create gave")
    passkeys.add(account, request.get_host(), request.session, answer, name, timezone.now())
    if account.half_way:
        _passed(request, account)
    after = sent.get("next")
    there = with_next("roll:recovery_codes", _inside_of(after)) if not _left(account) else _inside_of(after)
    return JsonResponse({"there": there or home_of(account)})


@require_POST
@_after_first_step
def passkey_ask(request: Request) -> HttpResponse:
    """What the device is asked to prove."""
    assert request.account is not None
    return JsonResponse(passkeys.begin_asking(request.account, request.get_host(), request.session))


@require_POST
@_after_first_step
def passkey_check(request: Request) -> HttpResponse:
    """A right answer passes the second step."""
    account, sent = request.account, _json(request)
    assert account is not None
    answer = sent.get("answer")
    if not isinstance(answer, dict):
        raise Malformed("answer", "no answer", "what navigator.credentials.get gave")
    passkeys.check(account, request.get_host(), request.session, answer)
    _passed(request, account)
    return JsonResponse({"there": _inside_of(sent.get("next")) or home_of(account)})


def _inside_of(sent: object) -> str:
    """The way back that a script sent, if it stays inside this site."""
    return inside(sent) if isinstance(sent, str) else ""
