"""Ending a subscription. Mail scanners follow links: reading the page (GET) ends nothing.

The button posts, and so does the one click of the mail program (RFC 8058).
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from beffroi.apps.letters import actions
from beffroi.apps.letters.unsubscribing import is_key


# A mail program has neither cookie nor token. Whoever could forge this post would have to know the link's key.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, number: int, given: str) -> HttpResponse:
    """One button. The same answer whether or not the subscription is still there."""
    if not is_key(number, given):
        raise Http404
    if request.method == "POST":
        actions.unsubscribe_by_link(number, timezone.now())
    answer = render(request, "letters/unsubscribe.html", {"done": request.method == "POST"})
    answer["Referrer-Policy"] = "no-referrer"  # the key is in the address
    return answer
