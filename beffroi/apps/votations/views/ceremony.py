"""The ceremony: where a group of trustees stands, and, for each of them, what to do next. Everybody reads it."""

from dataclasses import dataclass
from shlex import quote

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.perms import is_clerk, requires
from beffroi.apps.votations import actions, group, perms
from beffroi.apps.votations.forms import SIDES, FileForm
from beffroi.apps.votations.models import Votation
from beffroi.apps.votations.views.desk import own_account, page, told
from beffroi.apps.votations.views.find import State, called
from beffroi.apps.votations.views.holders import folder, way_in
from beffroi.core.errors import Malformed, Refused

SECTION = "votations"
TITLES: dict[str, str | Promise] = {
    group.CERTIFICATE: gettext_lazy("Certificate"),
    group.COMMITMENT: gettext_lazy("Commitment"),
    group.POLYNOMIAL: gettext_lazy("Polynomial"),
    group.KEY: pgettext_lazy("trustee", "Key"),
}


@dataclass(frozen=True)
class Turn:
    """What one member does now: the records to download ("" at first), the command to run, the file to hand in."""

    title: str | Promise
    records: str
    command: str
    file: str


def _turn(votation: Votation, found: group.Group, member: group.Member) -> Turn:
    place, step = folder(votation, member), group.STEPS.index(found.step)
    command = (
        f"beffroi trustee round {step} --folder {place} --{group.STEPS[step - 1]}s {group.STEPS[step - 1]}s.jsonl"
        if step
        else f"beffroi trustee init --out {place} --name {quote(member.trustee.name)}"
        f" --threshold {found.needed} --members {found.size} --number {member.trustee.owner}"
    )
    records = f"{group.STEPS[step - 1]}s" if step else ""
    return Turn(TITLES[found.step], records, command, f"{place}/{found.step}.json")


@page
def ceremony(request: Request, number: str) -> HttpResponse:
    """The state of the ceremony; a member hands in what her turn asks for."""
    votation = called(number)
    found = group.of(votation)
    if found is None:
        raise Http404
    if request.method == "POST":
        return requires(perms.is_member_of(found), perms.MEMBERS)(_receive)(request, votation)
    return _page(request, votation, FileForm())


def _receive(request: Request, votation: Votation) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            what = actions.hand_in(votation, own_account(request), form.content(), timezone.now())
        except (Refused, Malformed) as error:
            form.add_error("file", told(error))
        else:
            messages.success(request, _("Your complaint is published.") if what == "complaint" else _("Received."))
            return redirect("votations:ceremony", number=votation.number)
    return _page(request, votation, form)


def _page(request: Request, votation: Votation, form: FileForm) -> HttpResponse:
    found = group.of(votation)
    assert found is not None
    account = request.account
    mine = perms.member(found, account)
    open_ = votation.state == State.CALLED and found.verdict is None
    context = {
        "section": SECTION,
        "votation": votation,
        "group": found,
        "titles": TITLES.values(),
        "rows": [
            (member, SIDES[member.trustee.side], [(TITLES[step], member.has(step)) for step in group.STEPS])
            for member in found.members
        ],
        "step": TITLES.get(found.step),
        "step_number": group.STEPS.index(found.step) + 1 if found.step else 0,
        "steps": len(group.STEPS),
        "missing": found.size - len(found.members),
        "shared": [f"{step}s" for step in group.SHARED if found.is_complete(step)],
        "circle": found.circle if found.is_complete(group.CERTIFICATE) else None,
        "mine": mine,
        "way_in": way_in(request, found),
        "turn": _turn(votation, found, mine) if mine and open_ and found.step else None,
        "done": bool(mine and found.step and mine.has(found.step)),
        "open": open_,
        "is_clerk": is_clerk(account),
        "form": form,
    }
    return render(request, "votations/ceremony.html", context)
