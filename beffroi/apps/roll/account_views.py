"""The administrators' pages of the accounts at work: the list, and one account with its roles."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from beffroi.apps.roll import roles
from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.desk_forms import AccountForm
from beffroi.apps.roll.models import Account, Role, RoleRequest
from beffroi.apps.roll.perms import ADMINISTRATORS, is_administrator, requires
from beffroi.apps.roll.words import ROLE_WORDS
from beffroi.core.errors import Refused
from beffroi.web.refusals import sentence

WRONG = 422


def _own(request: Request) -> Account:
    assert request.account is not None, "the view is closed to others"
    return request.account


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@requires(is_administrator, ADMINISTRATORS)
def accounts(request: Request) -> HttpResponse:
    """Who works with this site, what waits for an agreement, and the form for one account more."""
    own = _own(request)
    form = AccountForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            account = roles.open_account(own, form.cleaned_data["name"], form.cleaned_data["address"])
        except Refused as refused:
            form.add_error("address", sentence(refused))
        else:
            messages.success(request, _("The account is open. It can do nothing yet: give it a role."))
            return redirect("roll:account", account.ref)
    rows = Account.objects.filter(person=None).prefetch_related("roles").order_by("-is_active", "display_name", "pk")
    context = {
        "form": form,
        "accounts": [(row, [ROLE_WORDS[role.kind][0] for role in row.roles.all()]) for row in rows],
        "requests": [
            (row, ROLE_WORDS[row.kind][0]) for row in RoleRequest.objects.select_related("account", "asked_by")
        ],
        "alone": roles.administrators().count() < 2,
    }
    return render(request, "roll/accounts.html", context, status=WRONG if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(is_administrator, ADMINISTRATORS)
def account(request: Request, ref: UUID) -> HttpResponse:
    """One account: each role, held or not, with what it opens."""
    row = get_object_or_404(Account.objects.filter(person=None), ref=ref)
    own = _own(request)
    if request.method == "POST":
        try:
            said = _act(request, own, row)
        except Refused as refused:
            messages.error(request, sentence(refused))
        else:
            messages.success(request, said)
        # Whoever has just given up being an administrator may no longer read this page.
        still = roles.administrators().filter(account=own).exists()
        return redirect("roll:account", row.ref) if still else redirect("/")
    held = set(row.roles.values_list("kind", flat=True))
    waiting = {asked.kind: asked for asked in RoleRequest.objects.filter(account=row).select_related("asked_by")}
    context = {
        "row": row,
        "is_own": row.pk == own.pk,
        "kinds": [_kind(own, row, kind, held, waiting.get(kind)) for kind in Role.Kind.values],
        "is_administrator": Role.Kind.ADMINISTRATOR in held,
    }
    return render(request, "roll/account.html", context)


def _kind(own: Account, row: Account, kind: str, held: set[str], waiting: RoleRequest | None) -> dict[str, Any]:
    return {
        "code": kind,
        "name": ROLE_WORDS[kind][0],
        "opens": ROLE_WORDS[kind][1],
        "held": kind in held,
        "waiting": waiting,
        "may_agree": waiting is not None and waiting.asked_by_id != own.pk,
        "needs_two": roles.needs_two(own, row, kind, kind not in held),
    }


def _act(request: Request, own: Account, row: Account) -> str:
    now, step, kind = timezone.now(), request.POST.get("step", ""), request.POST.get("kind", "").replace("\x00", "")
    if step in {"give", "take"}:
        done = roles.ask(own, row, kind, step == "give", now)
        return _("It is done, and in the journal.") if done else _("Asked. Another administrator has to agree.")
    if step in {"agree", "drop"}:
        asked = RoleRequest.objects.filter(account=row, kind=kind).first()
        if asked is None:
            raise Refused("roll.no_request")
        if step == "drop":
            roles.drop(own, asked)
            return _("The request is dropped. Nothing has changed.")
        roles.agree(own, asked, now)
        return _("It is done, and in the journal.")
    if step == "deactivate":
        roles.deactivate(own, row, now)
        return _("The account is closed. It is signed out, and has no role any longer.")
    if step == "reactivate":
        roles.reactivate(own, row)
        return _("The account is open again, without any role.")
    raise Refused("roll.no_request")
