"""Who may, in sentences. `@requires(is_clerk, CLERKS)` closes a view: 403 with the sentence, or the sign-in page."""

from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from beffroi.apps.roll.acting import COUNTER, WEB, Request
from beffroi.apps.roll.models import Account, Role

View = Callable[..., HttpResponse]
Sentence = str | Promise

AGENTS = _("This page is for the agents of the counter.")
CLERKS = _("This page is for the council's secretariat.")
SCRUTINEERS = _("This page is for the scrutineers.")
PANEL = _("This page is for the verification panel.")
ADMINISTRATORS = _("This page is for the instance's administrators.")
RESIDENTS = _("This page is for residents. An account at work has no row in the roll: sign in with your own account.")
PRESENT = _("This page is for residents, and for an agent who acts for the person in front of her.")


def _has(account: Account | None, kind: str) -> bool:
    if account is None or not account.is_active or account.half_way:
        return False
    return kind in account.kinds


def may_act_at_counter(account: Account | None) -> bool:
    """Agents of the counter, with their account at work: nobody acts for others with a resident's account."""
    return account is not None and account.person_id is None and _has(account, Role.Kind.AGENT)


def is_clerk(account: Account | None) -> bool:
    """The secretariat: admissibility, sittings, calling a votation."""
    return _has(account, Role.Kind.CLERK)


def is_scrutineer(account: Account | None) -> bool:
    """Enters the paper counts."""
    return _has(account, Role.Kind.SCRUTINEER)


def is_of_the_panel(account: Account | None) -> bool:
    """The verification panel: sees what looks like fraud in the signatures, and decides."""
    return _has(account, Role.Kind.PANEL)


def is_administrator(account: Account | None) -> bool:
    """Gives and takes roles, imports the roll."""
    return _has(account, Role.Kind.ADMINISTRATOR)


def is_resident(account: Account | None) -> bool:
    """Has a row in the roll."""
    return account is not None and account.person_id is not None


def acts_for_herself(request: Request) -> bool:
    """The resident's own session, and no agent's."""
    return request.acting is not None and request.acting.channel == WEB


def acts_at_counter(request: Request) -> bool:
    """An agent with a person in front of her."""
    return request.acting is not None and request.acting.channel == COUNTER


def to_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    """The sign-in page, which leads back here. Only a page that can be read again (GET) is given as the way back."""
    there = request.get_full_path() if request.method == "GET" else ""
    query = f"?{urlencode({'next': there})}" if there else ""
    return HttpResponseRedirect(reverse("roll:sign_in") + query)


def to_second_factor(request: HttpRequest) -> HttpResponseRedirect:
    """The second step of signing in, which leads back here."""
    there = request.get_full_path() if request.method == "GET" else ""
    query = f"?{urlencode({'next': there})}" if there else ""
    return HttpResponseRedirect(reverse("roll:second_factor") + query)


def _second_step_is_missing(account: Account, test: Callable[[Account | None], bool]) -> bool:
    """Whether only the second step stands between this account and what `test` asks for."""
    if not account.half_way:
        return False
    whole = copy(account)
    whole.half_way = False
    return test(whole)


def requires(test: Callable[[Account | None], bool], sentence: Sentence) -> Callable[[View], View]:
    """Opens a view to the accounts that pass the test."""

    def decorator(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            account = cast(Request, request).account
            if account is None:
                return to_sign_in(request)
            if not test(account):
                if _second_step_is_missing(account, test):
                    return to_second_factor(request)
                raise PermissionDenied(str(sentence))
            return view(request, *args, **kwargs)

        return guarded

    return decorator


def requires_acting(view: View) -> View:
    """Opens a view to residents, and to agents who act for one at this moment."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        behind = cast(Request, request)
        if behind.account is None:
            return to_sign_in(request)
        if behind.acting is None:
            if _second_step_is_missing(behind.account, may_act_at_counter):
                return to_second_factor(request)
            raise PermissionDenied(str(PRESENT))
        return view(request, *args, **kwargs)

    return guarded
