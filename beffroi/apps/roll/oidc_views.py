"""Going to FranceConnect or ProConnect, and coming back."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from beffroi.apps.roll import identities, oidc, sealing
from beffroi.apps.roll.entering import after_of, enter
from beffroi.core.errors import Refused
from beffroi.web.carried import Carried
from beffroi.web.refusals import sentence

#: One way there, one way back.
_CEREMONY = Carried(oidc.Ceremony, "beffroi_provider", salt="beffroi.roll.provider", page="roll:sign_in", seconds=900)
#: Where the session keeps who has vouched for it, for signing out there too.
VOUCHED = "roll.provider"


def _provider(kind: str) -> oidc.Provider:
    found = oidc.provider(kind)
    if found is None:
        raise Http404(_("This site is not registered with that provider."))
    return found


def _back(request: HttpRequest, kind: str) -> str:
    return request.build_absolute_uri(reverse("roll:provider_back", args=[kind]))


@never_cache
@require_GET
def leave(request: HttpRequest, kind: str) -> HttpResponse:
    """Sends the browser to the provider."""
    of = _provider(kind)
    try:
        there, ceremony = oidc.begin(of, _back(request, kind), after_of(request))
    except Refused as refused:
        return _failed(request, of, refused)
    answer = HttpResponseRedirect(there)
    _CEREMONY.write(answer, ceremony)
    return answer


@never_cache
@require_GET
def back(request: HttpRequest, kind: str) -> HttpResponse:
    """The provider has sent the browser back: who is it, and which account does that open."""
    of, now = _provider(kind), timezone.now()
    try:
        ceremony = _ceremony(request)
        identity = oidc.finish(of, _back(request, kind), ceremony, request.GET.dict(), now)
        account = identities.account_of(identity, now)
    except Refused as refused:
        answer = _failed(request, of, refused)
    else:
        answer = enter(request, account, ceremony.after, identities.passes_second_step(identity))
        request.session[VOUCHED] = {"kind": kind, "token": sealing.seal(VOUCHED, identity.id_token)}
    _CEREMONY.forget(answer)
    return answer


def _ceremony(request: HttpRequest) -> oidc.Ceremony:
    ceremony = _CEREMONY.read(request)
    if ceremony is None:
        raise Refused("roll.provider_state")
    return ceremony


def _failed(request: HttpRequest, of: oidc.Provider, refused: Refused) -> HttpResponse:
    context = {"provider": of, "rule": refused.rule, "sentence": sentence(refused)}
    return render(request, "roll/provider_failed.html", context, status=422)


def signed_out_there(request: HttpRequest) -> tuple[str, str]:
    """The provider that vouched for this session, and the address of its own signing out; "" and "" otherwise."""
    vouched = request.session.get(VOUCHED) or {}
    token = sealing.unseal(VOUCHED, vouched.get("token", ""))
    if token is None:
        return "", ""
    home = request.build_absolute_uri("/")
    return oidc.NAMES[vouched["kind"]], oidc.end_session(vouched["kind"], token, home)
