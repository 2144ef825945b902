"""The clerk calls a vote and takes in files; scrutineers enter what they counted."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.models import Account
from beffroi.apps.roll.perms import CLERKS, SCRUTINEERS, is_clerk, is_scrutineer, requires
from beffroi.apps.roll.queries import candidates
from beffroi.apps.votations import actions, archive, group, perms, queries
from beffroi.apps.votations.forms import (
    CallForm,
    DecryptionForm,
    FileForm,
    MemberForm,
    PaperCountForm,
    TrusteeForm,
)
from beffroi.apps.votations.models import Votation
from beffroi.apps.votations.views.find import State, any_state, called
from beffroi.apps.votations.views.holders import folder, holders, way_in
from beffroi.core.errors import Malformed, Refused
from beffroi.web.refusals import sentence

SECTION = "votations"
page = require_http_methods(["GET", "HEAD", "POST"])


def own_account(request: HttpRequest) -> Account:
    """Who has signed in, in a view that is closed to others."""
    account = getattr(request, "account", None)
    assert isinstance(account, Account), "the view is closed to others"
    return account


def told(error: Refused | Malformed) -> str:
    """A sentence for whoever handed in a file."""
    if isinstance(error, Refused):
        return sentence(error)
    return _("This file does not have the form that is expected here (%(where)s).") % {"where": error.where}


@page
@requires(is_clerk, CLERKS)
def call(request: Request, number: str) -> HttpResponse:
    """Fixes the calendar and the arguments, and freezes the rules."""
    votation = any_state(number)
    form = CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.call(
                votation,
                own_account(request),
                given["opens_at"],
                given["closes_at"],
                given["paper_on"],
                form.arguments(),
                timezone.now(),
            )
        except Refused as refused:
            form.add_error(None, sentence(refused))
        else:
            return redirect("votations:prepare", number=number)
    if votation.state != State.DRAFT:
        return redirect("votations:prepare", number=number)
    return render(request, "votations/call.html", {"section": SECTION, "votation": votation, "form": form})


@page
@requires(is_clerk, CLERKS)
def prepare(request: Request, number: str) -> HttpResponse:
    """What was handed in, what is missing; the last button makes the election."""
    votation = called(number)
    step = request.POST.get("step", "")
    data, files = request.POST or None, request.FILES or None
    credentials = FileForm(*((data, files) if step == "credentials" else (None, None)), prefix="c")
    trustee = TrusteeForm(*((data, files) if step == "trustee" else (None, None)), prefix="t")
    member = MemberForm(data if step == "member" else None, prefix="m")
    if request.method == "POST":
        form = {"credentials": credentials, "trustee": trustee, "member": member}.get(step)
        if form is None or form.is_valid():
            try:
                _take(votation, step, credentials, trustee, member, request.POST.get("owner", ""))
                return redirect("votations:prepare", number=number)
            except (Refused, Malformed) as error:
                if form is None:
                    messages.error(request, told(error))
                else:
                    form.add_error(None if form is member else "file", told(error))
    context = {
        "section": SECTION,
        "votation": called(number),
        "voters": len(actions.voter_numbers(votation)),
        "trustees": holders(votation),
        "credentials_form": credentials,
        "trustee_form": trustee,
        "member_form": member,
        "group": group.of(votation),
    }
    return render(request, "votations/prepare.html", context)


def _take(
    votation: Votation, step: str, credentials: FileForm, trustee: TrusteeForm, member: MemberForm, owner: str
) -> None:
    now = timezone.now()
    if step == "credentials":
        actions.receive_credentials(votation, credentials.content(), now)
    elif step == "trustee":
        given = trustee.cleaned_data
        actions.receive_trustee(votation, given["owner"], given["name"], given["side"], trustee.content(), now)
    elif step == "member":
        given = member.cleaned_data
        account = _account(given["address"], given["name"])
        actions.name_trustee(votation, given["name"], given["side"], account, now)
    elif step == "anew":
        actions.begin_anew(votation, now)
    elif step == "remove":
        if not (owner.isascii() and owner.isdecimal() and len(owner) < 4):
            raise Refused("votations.no_such_trustee", "")
        actions.remove_trustee(votation, int(owner), now)
    elif step == "ready":
        actions.make_ready(votation, now)


def _account(address: str, name: str) -> Account:
    """The account that signs in with this address; of several persons who share it, the one of this name."""
    found = candidates(address)
    if len(found) > 1:
        found = [account for account in found if str(account) == name.strip()]
        if len(found) != 1:
            raise Refused("votations.several_accounts")
    if not found:
        raise Refused("votations.no_account", address)
    return found[0]


@page
def decryption(request: Request, number: str) -> HttpResponse:
    """Who has decrypted. Everybody reads it; the clerk hands in what a trustee gave her, and it is checked at once.

    A member of a group hands in hers herself.
    """
    votation = called(number)
    if (found := group.of(votation)) is not None:
        form: FileForm = FileForm(request.POST or None, request.FILES or None)
        if request.method == "POST":
            guarded = requires(perms.is_member_of(found), perms.MEMBERS)
            return guarded(_receive_from_member)(request, number, votation, form)
        return _decryption_page(request, votation, form)
    form = DecryptionForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        return _receive(request, number, votation, form)
    return _decryption_page(request, votation, form)


@requires(is_clerk, CLERKS)
def _receive(request: Request, number: str, votation: Votation, form: FileForm) -> HttpResponse:
    if form.is_valid():
        try:
            actions.receive_decryption(votation, form.cleaned_data["owner"], form.content(), timezone.now())
        except (Refused, Malformed) as error:
            form.add_error("file", told(error))
        else:
            return redirect("votations:decryption", number=number)
    return _decryption_page(request, votation, form)


def _receive_from_member(request: Request, number: str, votation: Votation, form: FileForm) -> HttpResponse:
    if form.is_valid():
        try:
            actions.hand_in_decryption(votation, own_account(request), form.content(), timezone.now())
        except (Refused, Malformed) as error:
            form.add_error("file", told(error))
        else:
            messages.success(request, _("Received."))
            return redirect("votations:decryption", number=number)
    return _decryption_page(request, votation, form)


def _decryption_page(request: Request, votation: Votation, form: FileForm) -> HttpResponse:
    found = group.of(votation)
    mine = perms.member(found, request.account)
    may = mine is not None if found else is_clerk(request.account)
    context = {
        "section": SECTION,
        "votation": votation,
        "form": form if may and votation.state == State.TALLIED else None,
        "left": queries.stations_left(votation),
        "trustees": holders(votation),
        "second_proofs": bool(archive.second_proofs(votation)),
        "group": found,
        "mine": mine,
        "way_in": way_in(request, found),
        "folder": folder(votation, mine) if mine else "",
        "archive_name": queries.archive_name(votation),
    }
    return render(request, "votations/decryption.html", context)


@page
@requires(is_scrutineer, SCRUTINEERS)
def paper(request: Request, number: str) -> HttpResponse:
    """Each scrutineer enters what she counted; she sees another's entry only once hers is in."""
    votation, own = called(number), own_account(request)
    form = PaperCountForm(queries.stations(votation), queries.stations_left(votation), request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.enter_paper_count(
                votation,
                given["station"],
                own,
                given["yes"],
                given["no"],
                given["blank"],
                timezone.now(),
                given["mixed_into"],
            )
        except Refused as refused:
            form.add_error(None, sentence(refused))
        else:
            messages.success(request, _("Your count of %(station)s is recorded.") % {"station": given["station"].name})
            return redirect("votations:paper", number=number)
    context = {"section": SECTION, "votation": votation, "form": form, "desks": queries.desks(votation, own)}
    context["left"] = queries.stations_left(votation)
    return render(request, "votations/paper.html", context)
