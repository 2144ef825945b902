"""A refusal becomes a page with a sentence, never a 500."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from beffroi.core.errors import Malformed, Refused
from beffroi.web.refusals import sentence
from beffroi.web.views import told


def refusals(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Catches what the core raises in a view: Refused is answered 422, Malformed 400."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    middleware.process_exception = _answer  # type: ignore[attr-defined]  # Django looks here
    return middleware


def _answer(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    if isinstance(exception, Refused):
        status, rule, said, title = 422, exception.rule, sentence(exception), _("This is not possible")
    elif isinstance(exception, Malformed):
        status, rule, title = 400, "malformed", _("This cannot be read")
        said = _("What was sent does not have the form that is expected here (%(where)s).") % {"where": exception.where}
    else:
        return None
    if request.content_type == "application/json":
        return JsonResponse({"rule": rule, "sentence": said}, status=status)
    return told(request, status, title, said)
