"""The roof's pages. Each reads, and acts nowhere: what can be done is done on the pages below."""

from typing import Any, cast

from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from beffroi.apps.assemblies.perms import is_of_the_bureau, official_of
from beffroi.apps.petitions.checks import to_compare
from beffroi.apps.petitions.models import Petition
from beffroi.apps.petitions.perms import may_judge_lines
from beffroi.apps.petitions.reading import appeals_to_decide, carried_by, drafts_of
from beffroi.apps.portal import export, queries, rulebook
from beffroi.apps.portal.forms import PersonSearch
from beffroi.apps.portal.perms import DESK, has_a_desk
from beffroi.apps.roll import letter_codes
from beffroi.apps.roll import queries as roll
from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.actions import COUNTER_MINUTES
from beffroi.apps.roll.enrolment import queries as enrolment
from beffroi.apps.roll.models import CounterSession
from beffroi.apps.roll.perms import (
    acts_at_counter,
    is_administrator,
    is_clerk,
    is_of_the_panel,
    is_scrutineer,
    may_act_at_counter,
    requires,
    requires_acting,
    to_second_factor,
)
from beffroi.apps.roll.second_factor import is_needed
from beffroi.web import pack
from beffroi.web.still import same_for_everybody


def _request(request: HttpRequest) -> Request:
    return cast(Request, request)


@require_safe
@same_for_everybody
def home(request: HttpRequest) -> HttpResponse:
    """What can be done today, what was decided, what is late."""
    return render(request, "portal/home.html", {"home": queries.home(timezone.now())})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Petitions, votations and sittings by words."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[: queries.LONGEST_WORDS]
    results = queries.search(words) if len(words) > 1 else None
    return render(request, "portal/search.html", {"section": "search", "words": words, "results": results})


@require_safe
@never_cache
@requires(lambda account: account is not None, "")
def space(request: HttpRequest) -> HttpResponse:
    """A resident's own page; for an account at work, the doors to its work."""
    now, account = timezone.now(), _request(request).account
    assert account is not None
    second_step = account.half_way and is_needed(account)
    if second_step and account.person is None:
        return to_second_factor(request)
    official = official_of(account, localdate(now))
    context: dict[str, Any] = {
        "section": "space",
        "second_step": second_step,
        "councillor": official is not None,
        "desk": has_a_desk(account),
        "to_answer": queries.to_answer() if official else [],
        "bureau": (of_the_bureau := is_of_the_bureau(official, localdate(now))),
        "appeals": appeals_to_decide() if of_the_bureau else [],
    }
    if account.person is not None:
        context |= {
            "person": account.person,
            "to_confirm": enrolment.to_confirm(account.person, localdate(now)),
            "signed": queries.signed_by(account.person, now),
            "petitions": carried_by(account.person),
            "drafts": drafts_of(account.person),
            "votes": queries.votes_of(account.person, now),
            "counter_sessions": CounterSession.objects.filter(person=account.person).order_by("-opened_at")[:10],
        }
    return render(request, "portal/space.html", context)


@require_safe
@never_cache
@requires_acting
def my_data(request: HttpRequest) -> HttpResponse:
    """What is held about the resident, as a file: hers at home, or that of the person in front of the agent."""
    acting = _request(request).acting
    assert acting is not None
    answer = JsonResponse(
        export.of_person(acting.person),
        encoder=DjangoJSONEncoder,
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )
    answer["Content-Disposition"] = 'attachment; filename="mes-donnees.json"'
    return answer


@require_safe
@never_cache
@requires_acting
def my_data_page(request: HttpRequest) -> HttpResponse:
    """The same to read and to print: the agent hands the paper over."""
    acting = _request(request).acting
    assert acting is not None
    sections = export.in_words(export.of_person(acting.person))
    return render(request, "portal/my_data.html", {"section": "space", "person": acting.person, "sections": sections})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters()
@requires(has_a_desk, DESK)
def counter(request: HttpRequest) -> HttpResponse:
    """The desk. Looking somebody up is a POST, because a name has no place in an address."""
    now, behind = timezone.now(), _request(request)
    account = behind.account
    context: dict[str, Any] = {
        "agent": may_act_at_counter(account),
        "clerk": is_clerk(account),
        "administrator": is_administrator(account),
        "minutes": COUNTER_MINUTES,
    }
    if context["agent"] or context["clerk"]:
        context["enrolment"] = enrolment.desk(context["agent"], context["clerk"], localdate(now))
    if context["agent"]:
        context |= _finding(behind)
        context["sheets"] = queries.open_for_paper()
    if context["agent"] or context["clerk"]:
        context["letters"] = len(letter_codes.waiting())
    if context["clerk"]:
        context |= {
            "to_settle": queries.to_settle(),
            "to_admit": queries.to_admit(),
            "to_hear": queries.to_hear(now),
            "to_prepare": queries.to_prepare(),
        }
    if is_scrutineer(account):
        context |= {"scrutineer": True, "to_count": queries.to_count(now)}
    if may_judge_lines(account):
        context |= {"panel": is_of_the_panel(account), "to_compare": to_compare()}
    return render(request, "portal/counter.html", context)


def _finding(request: Request) -> dict[str, Any]:
    """The agent's part: the person in front of her, or the search for one."""
    if acts_at_counter(request):
        assert request.acting is not None
        return {"petitions": queries.to_sign(request.acting.person)}
    form = PersonSearch(request.POST if request.method == "POST" else None)
    found = None
    if form.is_valid():
        found = roll.search(form.cleaned_data["last"], form.cleaned_data["first"], form.cleaned_data["year"])
    return {"form": form, "found": found, "most": roll.MOST_FOUND}


@require_safe
@same_for_everybody
def initiative(request: HttpRequest, number: str) -> HttpResponse:
    """The whole life of one initiative."""
    try:
        found = queries.initiative(number, timezone.now())
    except Petition.DoesNotExist as missing:
        raise Http404(_("There is no petition of this number.")) from missing
    return render(
        request, "portal/initiative.html", {"section": "petitions", "life": found, "petition": found.petition}
    )


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every value of the pack that is in force, and who says so."""
    commune, today = pack.current(), timezone.localdate()
    context = {"section": "rules", "commune": commune, "chapters": rulebook.chapters(commune, today)}
    return render(request, "portal/rules.html", context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Which data are held, why, and for how long."""
    days = pack.current().number("enrolment.erasure_days", timezone.localdate())
    return render(request, "portal/privacy.html", {"section": "rights", "enrolment_erasure": days})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The state of the site's accessibility, as it is."""
    return render(request, "portal/accessibility.html", {"section": "rights"})


@require_safe
def contest(request: HttpRequest) -> HttpResponse:
    """How to contest a decision, and before whom."""
    return render(request, "portal/contest.html", {"section": "rights"})
