"""The booth: a page that is the same for everybody, what it may know of its reader, and the slot of the box."""

from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_POST, require_safe

from beffroi.apps.gazette import keys
from beffroi.apps.roll.acting import Request
from beffroi.apps.votations import actions, perms, queries, reasons
from beffroi.apps.votations.actions.preparing import ANSWERS
from beffroi.apps.votations.views.find import called
from beffroi.core.errors import Refused
from beffroi.web.booth_asset import integrity
from beffroi.web.refusals import sentence
from beffroi.web.templatetags.beffroi import moment

# Which answer each refusal gets; 422 for the others. The sentence says the rest.
STATUS = {
    "votations.sign_in": 401,
    "votations.agent": 403,
    "votations.not_registered": 403,
    "votations.not_open": 409,
    "votations.closed": 409,
    "votations.credential_used": 409,
    "votations.wrong_credential": 409,
    "votations.already_in_box": 409,
    "votations.bad_ballot": 400,
    "votations.too_large": 413,
}


@require_safe
@cache_control(no_cache=True)
def booth(request: HttpRequest, number: str) -> HttpResponse:
    """Nothing in this page depends on who reads it; its script asks `state`."""
    votation = called(number)
    context = {
        "votation": votation,
        "archive_name": queries.archive_name(votation),
        "answers": "|".join(ANSWERS),
        "integrity": integrity(),
        "log_key": keys.vkey(),
    }
    return render(request, "votations/booth.html", context)


@require_safe
@never_cache
def state(request: Request, number: str) -> JsonResponse:
    """What the reader of the booth may do, for her alone."""
    votation, now = called(number), timezone.now()
    is_open = queries.phase(votation, now) == "open"
    mine = perms.may_cast(request) and request.acting is not None
    standing = queries.standing(votation, request.acting.person) if mine and request.acting else None
    return JsonResponse(
        {
            "open": is_open,
            "signed_in": mine,
            "registered": standing is not None and standing.registered,
            "voted": standing is not None and standing.voted,
            "closes": votation.closes_at and timezone.localtime(votation.closes_at).isoformat(timespec="seconds"),
            "csrf": get_token(request),
            "reason": reasons.why_not(request, votation, standing, now),
        }
    )


@require_POST
@never_cache
def ballots(request: HttpRequest, number: str) -> JsonResponse:
    """The slot of the box: the body is the ballot's exact bytes."""
    try:
        taken = _cast(cast(Request, request), number)
    except Refused as refused:
        answer = {"rule": refused.rule, "sentence": sentence(refused)}
        if refused.rule == "votations.already_in_box":
            answer["receipt"] = actions.receipt(called(number), request.body).decode()
        return JsonResponse(answer, status=STATUS.get(refused.rule, 422))
    received = _("Received on %(moment)s.") % {"moment": moment(timezone.now())}
    answer = {"tracker": taken.tracker, "received": received, "receipt": taken.signed.decode()}
    return JsonResponse(answer | {"height": taken.height}, status=201)


def _cast(request: Request, number: str) -> actions.Receipt:
    if request.account is None:
        raise Refused("votations.sign_in")
    if not perms.may_cast(request) or request.acting is None:
        raise Refused("votations.agent")
    votation = called(number)
    # The declared length is what the server reads at most: nothing is read of a body that is too large.
    declared = str(request.META.get("CONTENT_LENGTH") or "0")
    if not declared.isdecimal() or int(declared) > actions.MOST_BYTES:
        raise Refused("votations.too_large")
    # A form's body is read by the check of its token, and could not be read again here.
    if request.content_type != "application/json":
        raise Refused("votations.bad_ballot", "content type")
    return actions.cast(votation, request.acting.person, request.body, timezone.now)
