"""The frame's own pages: two choices of the reader, the source of this site, and what is said when it goes wrong."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from beffroi.web.source import archive

THEME_COOKIE = "beffroi_theme"
THEMES = ("auto", "light", "dark")
A_YEAR = 365 * 24 * 3600


# Neither choice says or does anything about a person, so neither needs a token: public pages then set no cookie at all.
@csrf_exempt
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keeps the reader's language in a cookie and goes back to the page."""
    answer = _back(request)
    if check_for_language(chosen := request.POST.get("language", "")) and chosen in dict(settings.LANGUAGES):
        _keep(answer, settings.LANGUAGE_COOKIE_NAME, chosen)
    return answer


@csrf_exempt
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keeps the reader's light, dark or automatic appearance in a cookie and goes back to the page."""
    answer = _back(request)
    chosen = request.POST.get("theme", "")
    if chosen == THEMES[0]:
        answer.delete_cookie(THEME_COOKIE, samesite="Lax")
    elif chosen in THEMES:
        _keep(answer, THEME_COOKIE, chosen)
    return answer


def _back(request: HttpRequest) -> HttpResponseRedirect:
    there = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(there, allowed_hosts=None, require_https=request.is_secure())
    return HttpResponseRedirect(there if safe and there.startswith("/") else "/")


def _keep(answer: HttpResponse, name: str, value: str) -> None:
    answer.set_cookie(name, value, max_age=A_YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax")


@require_GET
@cache_control(max_age=3600)
def source(request: HttpRequest) -> HttpResponse:
    """The source of the version that runs here (AGPL, section 13)."""
    answer = HttpResponse(archive(), content_type="application/gzip")
    answer["Content-Disposition"] = 'attachment; filename="beffroi-source.tar.gz"'
    return answer


def told(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    """A page that says what happened in one sentence and gives a way on."""
    context = {"status": status, "headline": title, "sentence": sentence, "back": _came_from(request)}
    return render(request, "web/told.html", context, status=status)


def _came_from(request: HttpRequest) -> str:
    """The page of this site that led here, or nothing. Two slashes would begin another site's address."""
    try:
        parts = urlsplit(request.META.get("HTTP_REFERER", ""))
    except ValueError:  # such as "http://[x"
        return ""
    return parts.path if parts.netloc == request.get_host() and not parts.path.startswith("//") else ""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    sentence = _("The request could not be understood. Go back, and send it again from the page's own form.")
    # The address of the site itself may be what is wrong: this page asks nothing of the request.
    return _alone(400, _("This request cannot be read"), sentence)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`raise PermissionDenied(_("This page is for the agents of the counter."))` shows that sentence."""
    sentence = str(exception) if isinstance(exception, PermissionDenied) else ""
    return told(request, 403, _("This page is not for you"), sentence or _("This page is for other persons."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    given = (
        str(exception)
        if isinstance(exception, Http404) and exception.args and isinstance(exception.args[0], str)
        else ""
    )
    sentence = _("The address may be incomplete. What was here may have been taken away: the journal then says so.")
    # Django's own words ("No Petition matches the given query.") are for programmers.
    return told(request, 404, _("This page does not exist"), sentence if not given or "matches" in given else given)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    sentence = _(
        "The form was open too long, or cookies are switched off. Nothing was recorded. Open the page again, then send."
    )
    return told(request, 403, _("This form has expired"), sentence)


def server_error(request: HttpRequest) -> HttpResponse:
    """Says so without the database and without the context: either may be what is broken."""
    sentence = _("The fault is ours. Nothing of what you sent was half recorded: it is there wholly, or not at all.")
    return _alone(500, _("Something broke here"), sentence)


def _alone(status: int, title: str, sentence: str) -> HttpResponse:
    page = get_template("web/alone.html")
    context = {"status": status, "headline": title, "sentence": sentence, "code": (get_language() or "fr")[:2]}
    return HttpResponse(page.render(context), status=status)
