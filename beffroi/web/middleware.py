"""A refusal becomes a page with a sentence, never a 500; a body that nobody asked for is not read."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
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


def sizes(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Refuses a body larger than any file that we take before a byte of it is read: Django limits forms, not files."""

    def middleware(request: HttpRequest) -> HttpResponse:
        declared = str(request.META.get("CONTENT_LENGTH") or "0")
        if not declared.isdecimal() or len(declared) > 18 or int(declared) > settings.MOST_BYTES_OF_A_BODY:
            raise RequestDataTooBig("a body larger than any file that is taken")
        return get_response(request)

    return middleware
