"""The end of every way in: the session begins, and leads to the second step where one is needed, or back."""

from urllib.parse import urlencode

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from beffroi.apps.roll import second_factor
from beffroi.apps.roll.models import Account
from beffroi.apps.roll.pending import PENDING
from beffroi.apps.roll.perms import is_administrator, is_clerk, is_of_the_panel, is_scrutineer, may_act_at_counter
from beffroi.web import frame

BACKEND = "beffroi.apps.roll.backend.AccountBackend"


def inside(there: str, default: str = "") -> str:
    """A way back inside this site only."""
    safe = url_has_allowed_host_and_scheme(there, allowed_hosts=None)
    return there if safe and there.startswith("/") else default


def after_of(request: HttpRequest) -> str:
    """Where the page leads afterwards, as the form or the address says; "" outside this site."""
    return inside(request.POST.get("next") or request.GET.get("next", ""))


def home_of(account: Account) -> str:
    """The desk of whoever has one, the space of everybody else."""
    doors = frame.doors()
    desks = (may_act_at_counter, is_clerk, is_scrutineer, is_of_the_panel, is_administrator)
    has_a_desk = any(may(account) for may in desks)
    return doors.get("counter" if has_a_desk else "space", "/")


def with_next(name: str, after: str) -> str:
    """The page `name`, which leads to `after`."""
    return reverse(name) + (f"?{urlencode({'next': after})}" if after else "")


def enter(request: HttpRequest, account: Account, after: str, second_step: bool = False) -> HttpResponse:
    """Begins the session. `second_step`: it was passed already, where the provider says so."""
    login(request, account, backend=BACKEND)
    if second_step:
        second_factor.pass_it(request.session, account)
    needed = not second_step and second_factor.is_needed(account)
    there = with_next("roll:second_factor", after) if needed else after or home_of(account)
    answer = HttpResponseRedirect(there)
    PENDING.forget(answer)
    return answer
