"""What goes out from a petition: card for other sites, poster, feeds, figures; and who chose to be named."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import segno
from csp.decorators import csp_replace
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from beffroi.apps.petitions import history, progress, queries
from beffroi.apps.petitions.models import Petition
from beffroi.web.still import same_for_everybody

NAMES: Final = 100
FEED: Final = 30
State = Petition.State
OPENED: Final = (State.OPEN, State.CLOSED)


def _opened(number: str) -> Petition:
    """What is filed or refused has a page, and nothing to share."""
    try:
        row = queries.get(number)
    except Petition.DoesNotExist:
        raise Http404(_("There is no petition with this number.")) from None
    if row.state not in OPENED:
        raise Http404(_("This petition is not open for signatures."))
    return row


def _context(request: HttpRequest, row: Petition) -> dict[str, Any]:
    now = timezone.now()
    return {
        "section": "petitions",
        "petition": row,
        "ladder": queries.ladder(row),
        "total": queries.total(row),
        "is_open": row.state == State.OPEN and row.closes_at is not None and now < row.closes_at,
        "address": request.build_absolute_uri(reverse("petitions:petition", args=[row.number])),
        "card": request.build_absolute_uri(reverse("petitions:card", args=[row.number])),
    }


def unlisted(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Search engines are told in the header, where the page's own words would come too late."""

    @wraps(view)
    def hidden(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        answer["X-Robots-Tag"] = "noindex, noarchive, noimageindex"
        return answer

    return hidden


@require_GET
@unlisted
@never_cache
def names(request: HttpRequest, number: str) -> HttpResponse:
    """Who let her name be shown. Read anew each time: a name that is taken off is off."""
    row = _opened(number)
    page = Paginator(queries.named(row), NAMES).get_page(request.GET.get("page"))
    context = {"section": "petitions", "petition": row, "page": page, "total": queries.total(row)}
    return render(request, "petitions/names.html", context)


@require_GET
@same_for_everybody
def share(request: HttpRequest, number: str) -> HttpResponse:
    """The address to copy, the poster, the card, the feeds: plain links, no third party."""
    return render(request, "petitions/share.html", _context(request, _opened(number)))


@require_GET
@same_for_everybody
def poster(request: HttpRequest, number: str) -> HttpResponse:
    """One sheet for a wall, with the address as a picture that a telephone reads."""
    context = _context(request, _opened(number))
    context |= _square(context["address"])
    return render(request, "petitions/poster.html", context)


def _square(address: str) -> dict[str, str]:
    """A QR code: the drawing's box and the path of its dark modules, with the quiet border of four."""
    rows = [bytes(row) for row in segno.make(address, error="m", micro=False).matrix_iter(border=4)]
    dark = ((x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return {"box": f"0 0 {len(rows)} {len(rows)}", "dark": "".join(f"M{x} {y}h1v1h-1z" for x, y in dark)}


# Nothing is done on the card, so no other site can make a reader do something there by showing it.
@csp_replace({"frame-ancestors": ["*"], "form-action": ["'none'"], "script-src": ["'none'"]})
@require_GET
@same_for_everybody
def card(request: HttpRequest, number: str) -> HttpResponse:
    """For a frame on another site: no cookie, no form, no script. The only page that may be framed."""
    return render(request, "petitions/card.html", _context(request, _opened(number)))


@require_GET
@same_for_everybody
def feed(request: HttpRequest) -> HttpResponse:
    """The newest petitions, as an Atom feed."""
    found = list(queries.in_state(*OPENED)[:FEED])
    return _atom(request, "petitions/feed.xml", "petitions:feed", [], {"petitions": found})


@require_GET
@same_for_everybody
def life(request: HttpRequest, number: str) -> HttpResponse:
    """What happens to one petition, as an Atom feed: the acts of the journal."""
    row = _opened(number)
    events = history.past(row)[::-1][:FEED]
    return _atom(request, "petitions/life.xml", "petitions:life", [number], {"petition": row, "events": events})


def _atom(request: HttpRequest, template: str, page: str, args: list[str], context: dict[str, Any]) -> HttpResponse:
    site = request.build_absolute_uri("/").rstrip("/")
    context |= {"site": site, "self": request.build_absolute_uri(reverse(page, args=args))}
    return render(request, template, context, content_type="application/atom+xml")


@require_GET
@same_for_everybody
def figures(request: HttpRequest, number: str) -> HttpResponse:
    """The public figures for programs: those of the page, no more."""
    row = _opened(number)
    rungs, channels = queries.rungs(row), queries.channels(row)
    found = progress.of(row, queries.ladder(row, rungs), timezone.localdate())
    told = {
        "petition": row.number,
        "title": row.title,
        "state": row.state,
        "opened_at": row.opened_at,
        "closes_at": row.closes_at,
        "signatures": queries.total(row),
        "legal_requests": queries.total(row, legal=True),
        "counted_at": channels.counted_at,
        "channels": {seen.channel: {"signatures": seen.signatures, "refused": seen.refused} for seen in channels.rows},
        "thresholds": [
            {
                "code": seen.rung.code,
                "needed": seen.rung.needed,
                "base": seen.rung.base,
                "of": seen.rung.base_kind,
                "count": seen.count,
                "state": seen.state,
            }
            for seen in rungs
        ],
        "until": found and found.until,
        "days": found and [[day, count] for day, count in found.days],
        "neighbourhoods": found and found.places and [[place.name, place.low, place.high] for place in found.places],
    }
    answer = JsonResponse(told, json_dumps_params={"ensure_ascii": False})
    answer["Access-Control-Allow-Origin"] = "*"  # public figures, the same for everybody
    return answer
