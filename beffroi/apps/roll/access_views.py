"""How an account is opened: her address, her letter, her identities, her second factor; and the counter's receipt."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from beffroi.apps.roll import addresses, counter_acts, identities, letter_codes, oidc, passkeys, sealing, second_factor
from beffroi.apps.roll.acting import COUNTER, Acting, Request
from beffroi.apps.roll.checks import may_show_codes
from beffroi.apps.roll.forms import CodeForm, NewAddressForm
from beffroi.apps.roll.models import Account
from beffroi.apps.roll.perms import (
    ADMINISTRATORS,
    AGENTS,
    PRESENT,
    is_administrator,
    may_act_at_counter,
    requires,
    requires_acting,
)
from beffroi.core.errors import Refused
from beffroi.web.refusals import sentence

WRONG = 422
_NEW = "roll.new_address"


@never_cache
@require_safe
@requires(lambda account: account is not None, PRESENT)
def access(request: Request) -> HttpResponse:
    """Her own ways in; for an agent with somebody in front of her, that person's."""
    acting, now = request.acting, timezone.now()
    assert request.account is not None
    account = _account(acting) if acting else request.account
    own = acting is None or acting.channel != COUNTER
    context = {
        "person": acting.person if acting else None,
        "own": own,
        "may_change": acting is not None and addresses.may_change(acting),
        "letter": letter_codes.state_of(acting.person, now) if acting else "",
        "identities": [(row.provider, oidc.NAMES[row.provider]) for row in account.foreign_identities.all()]
        if account
        else [],
        "traces": account.traces.select_related("by")[:10] if account else [],
        "factor": own and second_factor.is_needed(request.account) and not request.account.half_way,
        "has_app": second_factor.has_app(request.account),
        "passkeys": request.account.passkeys.all(),
        "codes_left": request.account.recovery_codes.count(),
    }
    return render(request, "roll/access.html", context)


def _account(acting: Acting) -> Account | None:
    return Account.objects.filter(person=acting.person).first()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires_acting
def address(request: Request) -> HttpResponse:
    """The new address; a code leaves for it."""
    acting = request.acting
    assert acting is not None
    form = NewAddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data["email"]
        try:
            code = addresses.send_code(acting, wanted, timezone.now(), get_language() or "fr")
        except Refused as refused:
            form.add_error("email", sentence(refused))
        else:
            kept = {"person": acting.person.pk, "address": sealing.seal(_NEW, wanted)}
            request.session[_NEW] = kept | ({"shown": code} if may_show_codes() else {})
            return redirect("roll:address_code")
    context = {"form": form, "person": acting.person, "may_change": addresses.may_change(acting)}
    return render(request, "roll/address.html", context, status=WRONG if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires_acting
def address_code(request: Request) -> HttpResponse:
    """The code that she has read there: the address is hers."""
    acting, kept = request.acting, request.session.get(_NEW) or {}
    assert acting is not None
    wanted = sealing.unseal(_NEW, kept.get("address", ""))
    if wanted is None or kept.get("person") != acting.person.pk:  # the person before, at the counter
        return redirect("roll:address")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            account = addresses.confirm(
                acting, wanted, form.cleaned_data["code"], timezone.now(), get_language() or "fr"
            )
        except Refused as refused:
            form.add_error("code", sentence(refused))
        else:
            request.session.pop(_NEW)
            _stay(request, account)
            messages.success(request, _("The address is changed. Devices that were signed in no longer are."))
            return redirect("roll:access")
    context = {"form": form, "address": wanted, "shown": kept.get("shown", "") if may_show_codes() else ""}
    return render(request, "roll/address_code.html", context, status=WRONG if form.errors else 200)


def _stay(request: Request, account: Account) -> None:
    """This very session goes on, if it is the account's own."""
    if request.user == account:
        update_session_auth_hash(request, account)


@require_POST
@requires_acting
def address_remove(request: Request) -> HttpResponse:
    """She reads that mailbox no longer, and has no other."""
    assert request.acting is not None
    addresses.remove(request.acting, timezone.now(), get_language() or "fr")
    messages.success(request, _("The address is taken away. Print a letter, so that the account can be opened again."))
    return redirect("roll:access")


@require_POST
@requires(lambda account: account is not None, PRESENT)
def end_sessions(request: Request) -> HttpResponse:
    """Every device is signed out, this one excepted when it is her own."""
    acting = request.acting
    account = _account(acting) if acting else request.account
    if account is not None:
        second_factor.end_sessions(account)
        _stay(request, account)
        if acting is not None:
            counter_acts.note(acting, "access.sessions", timezone.now())
    messages.success(request, _("Every other device is signed out."))
    return redirect("roll:access")


@require_POST
@requires(lambda account: account is not None, PRESENT)
def unlink(request: Request, kind: str) -> HttpResponse:
    """FranceConnect or ProConnect no longer opens the account."""
    acting, now = request.acting, timezone.now()
    account = _account(acting) if acting else request.account
    assert request.account is not None
    if account is not None:
        identities.unlink(account, kind, request.account, now)
        if acting is not None:
            counter_acts.note(acting, "access.identity", now)
    messages.success(request, _("The link is taken away. It comes back when it is used again."))
    return redirect("roll:access")


@require_POST
@requires(lambda account: account is not None, PRESENT)
def passkey_remove(request: Request, key: int) -> HttpResponse:
    """Forgets one of her own keys, never without having shown a second factor."""
    assert request.account is not None
    if request.account.half_way:
        return redirect("roll:second_factor")
    passkeys.remove(request.account, key, timezone.now())
    messages.success(request, _("The key is removed."))
    return redirect("roll:access")


@never_cache
@require_safe
@requires(may_act_at_counter, AGENTS)
def receipt(request: Request) -> HttpResponse:
    """What was done for the person who is or was just here, to be printed for her. No name, and no matter of an act."""
    assert request.account is not None
    session = counter_acts.last_session(request.account, timezone.now())
    acts = [(row.at, counter_acts.sentence(row.act)) for row in session.acts.all()] if session else []
    return render(request, "roll/counter_receipt.html", {"session": session, "acts": acts})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(is_administrator, ADMINISTRATORS)
def resets(request: Request) -> HttpResponse:
    """Whose second factor is lost: an administrator takes it away, after having made sure who asks."""
    assert request.account is not None
    if request.method == "POST":
        account = get_object_or_404(Account, pk=_number(request.POST.get("account", "")))
        second_factor.reset(account, request.account, timezone.now())
        addresses.tell_reset(account, get_language() or "fr")
        messages.success(request, _("The second step is taken away: it is set up anew at the next sign-in."))
        return redirect("roll:resets")
    rows = second_factor.set_accounts()
    return render(request, "roll/resets.html", {"rows": rows, "me": request.account})


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
