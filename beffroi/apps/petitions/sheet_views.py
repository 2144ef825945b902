"""A paper sheet, line by line, by the keyboard alone. The address holds the sheet's number and nobody's name."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from beffroi.apps.petitions import actions, perms, queries
from beffroi.apps.petitions.forms import LINES_OF_A_SHEET, Line, Sheet
from beffroi.apps.petitions.models import PaperLine, Petition
from beffroi.apps.petitions.templatetags.petition_words import means
from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.models import Person
from beffroi.apps.roll.perms import AGENTS, requires
from beffroi.core.errors import Refused
from beffroi.web.refusals import sentence


@never_cache
@require_http_methods(["GET", "POST"])
@requires(perms.may_enter_lines, AGENTS)
def sheet(request: Request, number: str) -> HttpResponse:
    """Without a sheet: which one. With one: its next line, and what has been entered."""
    petition = Petition.objects.filter(number=number).first()
    if petition is None:
        raise Http404(_("There is no petition with this number."))
    if request.method == "POST":
        return _post(request, petition)
    if "feuille" not in request.GET:
        return _choose(request, petition, Sheet())
    asked = Sheet({"sheet": request.GET["feuille"].strip().upper()})
    if not asked.is_valid():
        return _choose(request, petition, asked, status=400)
    return _show(request, petition, asked.cleaned_data["sheet"])


def _choose(request: Request, petition: Petition, form: Sheet, status: int = 200) -> HttpResponse:
    context = {"petition": petition, "form": form, "sheets": queries.sheets(petition)}
    return render(request, "petitions/sheets.html", context, status=status)


def _show(
    request: Request,
    petition: Petition,
    name: str,
    form: Line | None = None,
    candidates: tuple[Person, ...] = (),
    status: int = 200,
) -> HttpResponse:
    entered = queries.lines(petition, name)
    following = entered[0].line + 1 if entered else 1
    context = {
        "petition": petition,
        "sheet": name,
        "form": form or Line(initial={"sheet": name, "line": min(following, LINES_OF_A_SHEET)}),
        "candidates": candidates,
        "entered": entered,
        "full": following > LINES_OF_A_SHEET and form is None,
        "none": Line.NONE,
        "unsure": Line.UNSURE,
    }
    return render(request, "petitions/sheet.html", context, status=status)


def _post(request: Request, petition: Petition) -> HttpResponse:
    form = Line(request.POST)
    if not form.is_valid():
        known = Sheet(request.POST)
        if not known.is_valid():
            return _choose(request, petition, known, status=400)
        return _show(request, petition, known.cleaned_data["sheet"], form, status=400)
    name = form.cleaned_data["sheet"]
    person, refusal, candidates = _read(form)
    if candidates:
        return _show(request, petition, name, form, candidates)
    assert request.account is not None
    try:
        legal = form.cleaned_data["legal"]
        line = form.cleaned_data["line"]
        entered = actions.enter_line(petition, name, line, request.account, person, refusal, timezone.now(), legal)
    except Refused as refused:
        if refused.rule != "petitions.line_entered":
            raise
        form.add_error("line", sentence(refused))
        return _show(request, petition, name, form, status=422)
    if entered.refusal == PaperLine.Refusal.ALREADY_SIGNED and person is not None:
        _say_by_what_means(request, petition, person, line)
    there = reverse("petitions:sheet", args=[petition.number])
    return HttpResponseRedirect(f"{there}?{urlencode({'feuille': name})}")


def _say_by_what_means(request: Request, petition: Petition, person: Person, line: int) -> None:
    """Told once to the agent who holds the paper; the line itself keeps nobody's name."""
    first = queries.signature_of(petition, person)
    if first is not None:
        told = _("Line %(line)s: this person had signed already, %(means)s. She counts once.")
        messages.info(request, told % {"line": line, "means": means(first.channel)})


def _read(form: Line) -> tuple[Person | None, str, tuple[Person, ...]]:
    """Whom the line names, or why nobody, or the persons to choose from."""
    data = form.cleaned_data
    if form.is_empty:
        return None, PaperLine.Refusal.ILLEGIBLE.value, ()
    found = queries.find_on_roll(data["last_name"], data["first_name"], data["year"], data["street"])
    if found.person is not None:
        return found.person, "", ()
    if not found.candidates:
        return None, PaperLine.Refusal.NOT_ON_ROLL.value, ()
    if data["chosen"] in {Line.NONE, Line.UNSURE}:
        return None, data["chosen"], ()
    # Only among those whom the line may name: the roll is not chosen from freely.
    chosen = [row for row in found.candidates if _is(row.ref, data["chosen"])]
    return (chosen[0], "", ()) if chosen else (None, "", found.candidates)


def _is(ref: UUID, text: str) -> bool:
    return str(ref) == text
