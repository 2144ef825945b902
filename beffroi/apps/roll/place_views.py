"""In which neighbourhood a street is, for everybody; and the administrators' page that says so."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core import signing
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from beffroi.apps.roll import boundaries, places
from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.desk_forms import PointsForm, RulesForm
from beffroi.apps.roll.import_views import told_malformed
from beffroi.apps.roll.models import BoundaryChange, Neighbourhood, Station
from beffroi.apps.roll.perms import ADMINISTRATORS, is_administrator, requires
from beffroi.apps.roll.street_files import COLUMNS, HIGHEST
from beffroi.core.errors import Malformed, Refused
from beffroi.web import uploads
from beffroi.web.refusals import sentence

LONGEST_WORDS = 80
MOST_BYTES = 32 * 1024 * 1024
SALT = "beffroi.roll.streets"
WRONG = 422


@require_safe
def all_places(request: HttpRequest) -> HttpResponse:
    """Streets by neighbourhood. Streets are asked for without a number: where somebody lives stays out of addresses."""
    today = timezone.localdate()
    words = request.GET.get("rue", "").replace("\x00", "").strip()[:LONGEST_WORDS]
    slug = request.GET.get("quartier", "").replace("\x00", "")
    chosen = get_object_or_404(Neighbourhood, slug=slug) if slug else None
    rules = places.in_force(today)
    counts = dict(rules.values_list("station__neighbourhood").annotate(n=Count("street_key", distinct=True)).order_by())
    stations = Station.objects.select_related("neighbourhood")
    context = {
        "section": "places",
        "words": words,
        "found": places.search(words, today) if words else None,
        "chosen": chosen,
        "streets": places.of_neighbourhood(chosen, today) if chosen else [],
        "neighbourhoods": [
            (row, counts.get(row.pk, 0), [s for s in stations if s.neighbourhood_id == row.pk])
            for row in Neighbourhood.objects.order_by("name")
        ],
        "highest": HIGHEST,
        "ahead": BoundaryChange.objects.filter(since__gt=today).order_by("since").first(),
    }
    return render(request, "roll/places.html", context)


@require_safe
def streets(request: HttpRequest) -> HttpResponse:
    """Streets as somebody types, for forms: {"streets": [{"name", "places": [[part, station, neighbourhood]]}]}."""
    words = request.GET.get("q", "").replace("\x00", "")[:LONGEST_WORDS]
    found = places.search(words, timezone.localdate())
    told = [
        {
            "name": street.name,
            "places": [
                {
                    "side": part.side,
                    "first": part.first,
                    "last": part.last,
                    "station": part.station.code,
                    "neighbourhood": part.station.neighbourhood.name,
                }
                for part in street.parts
            ],
        }
        for street in found
    ]
    return JsonResponse({"streets": told})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(is_administrator, ADMINISTRATORS)
def boundaries_page(request: Request) -> HttpResponse:
    """Hand in the streets or the addresses, look at what changes, confirm; give up what is planned."""
    now, step = timezone.now(), request.POST.get("step", "")
    today = timezone.localdate(now)
    files = {"data": request.POST, "files": request.FILES}
    rules = RulesForm(prefix="r", today=today, **(files if step == "rules" else {}))
    points = PointsForm(prefix="p", **(files if step == "points" else {}))
    preview: dict[str, Any] | None = None
    form = {"rules": rules, "points": points}.get(step)
    if request.method == "POST":
        if form is None:
            return _confirmed(request, step)
        if form.is_valid():
            since = form.cleaned_data.get("since")
            try:
                preview = _preview(form.cleaned_data["file"].read(MOST_BYTES + 1), step, since)
            except (Refused, Malformed) as wrong:
                form.add_error("file", sentence(wrong) if isinstance(wrong, Refused) else told_malformed(wrong))
    context = {
        "rules_form": rules,
        "points_form": points,
        "preview": preview,
        "coverage": places.coverage(today),
        "rules": places.in_force(today).count(),
        "strangers": boundaries.strangers(today),
        "changes": BoundaryChange.objects.order_by("-since")[:10],
        "today": today,
    }
    wrong_form = form is not None and bool(form.errors)
    return render(request, "roll/boundaries.html", context, status=WRONG if wrong_form else 200)


def _preview(raw: bytes, kind: str, since: date | None) -> dict[str, Any]:
    """What the file changes, and a signed ticket to confirm it with: the file waits on the server meanwhile."""
    if len(raw) > MOST_BYTES:
        raise Refused("roll.too_large")
    told: dict[str, Any] = {"kind": kind, "since": since}
    ticket: dict[str, str] = {"kind": kind}
    if since is not None:
        plan = boundaries.plan_rules(raw, since, timezone.now())
        told |= {"plan": plan, "empty": not plan.begin and not plan.end}
        ticket |= {"since": since.isoformat(), "fingerprint": plan.fingerprint}
    else:
        told["points"] = boundaries.plan_points(raw)
    ticket["file"] = uploads.keep(boundaries.ROOM, uploads.Upload(raw, uploads.CSV))
    return told | {"ticket": signing.dumps(ticket, salt=SALT)}


def _confirmed(request: Request, step: str) -> HttpResponse:
    try:
        if step == "drop":
            key = request.POST.get("change", "")
            change = get_object_or_404(BoundaryChange, pk=int(key) if key.isdecimal() and len(key) < 10 else 0)
            boundaries.drop_planned(change, timezone.now())
            messages.success(request, _("The new boundaries are given up: everything stays as it is."))
        else:
            messages.success(request, _write(request, step))
    except Refused as refused:
        messages.error(request, sentence(refused))
    return redirect("roll:boundaries")


def _write(request: Request, step: str) -> str:
    try:
        ticket = signing.loads(request.POST.get("ticket", ""), salt=SALT, max_age=24 * 3600)
        raw = uploads.load(boundaries.ROOM, ticket["file"]).content
    except (signing.BadSignature, FileNotFoundError):
        raise Refused("roll.no_task") from None
    now = timezone.now()
    said = _("Nothing was changed, and the file is deleted.")
    if step == "confirm" and ticket["kind"] == "rules":
        since = date.fromisoformat(ticket["since"])
        boundaries.change_rules(raw, since, ticket["fingerprint"], now)
        said = _("The streets are recorded. On their day the persons concerned change polling station by themselves.")
    elif step == "confirm":
        boundaries.replace_points(raw, now)
        said = _("The addresses are recorded.")
    uploads.remove(boundaries.ROOM, ticket["file"])
    return said


@never_cache
@require_safe
@requires(is_administrator, ADMINISTRATORS)
def boundaries_file(request: Request) -> HttpResponse:
    """The rules of today as a file, to correct and hand in again. Without any: its columns and one example."""
    sides = {"both": "tous", "even": "pairs", "odd": "impairs"}
    lines = [";".join(COLUMNS)]
    for rule in places.in_force(timezone.localdate()):
        first, last = rule.first or "", rule.last if rule.last != HIGHEST else ""
        lines.append(f"{rule.street};{sides[rule.side]};{first};{last};{rule.station.code}")
    answer = HttpResponse("\ufeff" + "\r\n".join([*lines, ""]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="rues.csv"'
    return answer
