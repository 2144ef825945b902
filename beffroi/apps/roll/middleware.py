"""Says once a request who is signed in and on whose behalf."""

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from beffroi.apps.roll import actions, second_factor
from beffroi.apps.roll.acting import COUNTER, WEB, Acting, Request
from beffroi.apps.roll.models import Account, Role


def acting(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Sets `request.account`, `request.roles` and `request.acting`."""

    def middleware(request: HttpRequest) -> HttpResponse:
        set_acting(cast(Request, request))
        answer = get_response(request)
        if answer.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(answer, ["Cookie"])  # every page says in its head who is signed in
            if cast(Request, request).account is not None and "Cache-Control" not in answer:
                add_never_cache_headers(answer)  # on a shared screen, "back" shows nothing of who has signed out
        return answer

    return middleware


def set_acting(request: Request) -> None:
    """Nobody signed in: no query at all. A resident: her row. An agent: also whom she acts for at this moment."""
    request.account, request.roles, request.acting = None, frozenset(), None
    # A visitor without a session cookie is not looked up.
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return
    account = get_user(request)
    if not isinstance(account, Account):
        return
    # The desk of an agent whose mail somebody reads stays shut: no role before the second step.
    account.half_way = not second_factor.is_passed(request.session, account)
    request.account = account
    request.roles = frozenset() if account.half_way else account.kinds
    request.acting = _acting(account, request.roles)


def _acting(account: Account, roles: frozenset[str]) -> Acting | None:
    if account.person is not None:
        return Acting(account.person, WEB, None)
    if Role.Kind.AGENT not in roles:
        return None
    open_session = actions.use_counter_session(account, timezone.now())
    return Acting(open_session.person, COUNTER, account) if open_session else None
