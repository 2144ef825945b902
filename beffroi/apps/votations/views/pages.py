"""What everybody reads: the list, a votation with its rules, the public box, the result."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from beffroi.apps.gazette import queries as journal
from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.perms import is_clerk, is_scrutineer
from beffroi.apps.votations import explain, perms, queries, reasons, rules, steps
from beffroi.apps.votations.forms import TrackerForm
from beffroi.apps.votations.models import Votation
from beffroi.apps.votations.views.find import State, called
from beffroi.apps.votations.views.holders import holders
from beffroi.core.suffrage import Count

SECTION = "votations"


@require_safe
def list_all(request: Request) -> HttpResponse:
    """Open votes first, then those that are called, then the past."""
    listed = queries.public(timezone.now())
    groups = {name: [row for row, phase in listed if phase in phases] for name, phases in _GROUPS.items()}
    drafts = queries.drafts() if is_clerk(request.account) else []
    about = {"section": SECTION, "drafts": drafts, "at_work": perms.is_at_work(request)}
    return render(request, "votations/list.html", about | groups)


_GROUPS = {
    "opened": {"open"},
    "coming": {"called", "ready"},
    "counting": {"closed"},
    "decided": {"decided"},
}


def _about(request: Request, votation: Votation) -> dict[str, Any]:
    """What several pages of one votation show."""
    now = timezone.now()
    return {
        "section": SECTION,
        "votation": votation,
        "phase": queries.phase(votation, now),
        "now": now,
        "rules": rules.read(votation.rules),
        "trustees": holders(votation),
        "ballots": queries.ballots(votation),
        "at_work": perms.is_at_work(request),
        "is_clerk": is_clerk(request.account),
        "is_scrutineer": is_scrutineer(request.account),
    }


@require_safe
def votation(request: Request, number: str) -> HttpResponse:
    """The question, the rules with their sources, the arguments, and what this reader may do."""
    row = called(number)
    about = _about(request, row)
    frozen: rules.Rules = about["rules"]
    arguments = {argument.side: argument for argument in row.arguments.all()}
    order = ("yes", "no") if frozen.first_side == "yes" else ("no", "yes")
    about |= {
        "arguments": [(side, arguments[side]) for side in order if side in arguments],
        "hours": queries.hours(row, about["now"]),
        "mine": _mine(request, row),
        "stations": queries.stations(row),
        "acts": journal.about(row.number),
    }
    return render(request, "votations/votation.html", about)


@dataclass(frozen=True)
class _Mine:
    standing: queries.Standing
    why_not: str


def _mine(request: Request, row: Votation) -> _Mine | None:
    """What concerns the resident who reads the page in her own session; None for everybody else."""
    if not perms.may_cast(request) or request.acting is None:
        return None
    standing = queries.standing(row, request.acting.person)
    why = "" if standing.registered else reasons.not_registered(row, request.acting.person, standing.reason)
    return _Mine(standing, why)


@require_http_methods(["GET", "HEAD", "POST"])
def box(request: Request, number: str) -> HttpResponse:
    """The public box. A tracker is posted, never in an address: addresses are kept by browsers and servers."""
    row = called(number)
    if row.ready_at is None:
        raise Http404
    form = TrackerForm(request.POST if request.method == "POST" else None)
    about = _about(request, row) | {"form": form}
    if form.is_bound and form.is_valid():
        about["searched"] = form.cleaned_data["tracker"]
        about["found"] = queries.find(row, form.cleaned_data["tracker"])
    shown = queries.box(row, request.GET.get("page", "1"))
    about |= {"page": shown.page, "lines": shown.lines, "archive_name": queries.archive_name(row)}
    return render(request, "votations/box.html", about)


@require_safe
def result(request: Request, number: str) -> HttpResponse:
    """The decision in words and figures, station by station, and how to verify it."""
    row = called(number)
    if row.state != State.DECIDED:
        return redirect("votations:votation", number=row.number)
    told, verified = explain.read(row.decision, row.kind), steps.read(row.verification)
    about = _about(request, row) | {
        "told": told,
        "participation": _share(told.participants, told.registered),
        "bars": _bars(told.total),
        "table": _table(row, told),
        "hours": queries.hours(row, timezone.now()),
        "steps": verified,
        "groups": steps.groups(verified),
        "verified": bool(verified) and all(step.passed for step in verified),
        "archive_name": queries.archive_name(row),
    }
    return render(request, "votations/result.html", about)


def _share(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(0)


@dataclass(frozen=True)
class Bar:
    """One answer: its ballots, its length among all ballots, its share of the votes cast (None for blank)."""

    kind: str
    ballots: int
    length: Fraction
    share: Fraction | None


def _bars(total: Count) -> tuple[Bar, ...]:
    every, cast_votes = total.participants, total.cast
    return (
        Bar("yes", total.yes, _share(total.yes, every), _share(total.yes, cast_votes)),
        Bar("no", total.no, _share(total.no, every), _share(total.no, cast_votes)),
        Bar("blank", total.blank, _share(total.blank, every), None),
    )


@dataclass(frozen=True)
class Line:
    """A row of the table: the station's name (empty: online), its count, and where its box went if it was mixed."""

    name: str
    count: Count
    mixed_into: str
    mixed_here: tuple[str, ...]


def _table(row: Votation, told: explain.Told) -> tuple[Line, ...]:
    names = {station.code: station.name for station in queries.stations(row)}
    agreed = queries.agreed_counts(row)
    lines = [Line("", told.online, "", ())]
    for code, count in sorted(told.paper.items()):
        here = tuple(names[other] for other, entry in agreed.items() if entry.mixed_into == code)
        lines.append(Line(names[code], count, names.get(agreed[code].mixed_into, ""), here))
    return cast("tuple[Line, ...]", tuple(lines))
