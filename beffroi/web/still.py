"""Pages that are the same for every visitor who has not signed in: made once in a few seconds, then given out as is.

A rush (a newspaper, an evening debate) then costs no query and no rendering. Nothing personal can be in such a page: it
is made for a request without a session, and given to such requests only. What a reader has chosen (language, theme) has
its own copy. `STILL_SECONDS` is how old a copy may be; 0 makes each page anew (tests, and who wants it so).
"""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, TypeVar, cast

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language

from beffroi.web.views import THEME_COOKIE, THEMES

View = Callable[..., HttpResponse]
Made = TypeVar("Made")
#: Copies, and shared values, kept in a process; a page is 20 kB.
MOST: Final = 256
#: How long a browser may show its copy without asking.
BROWSER_SECONDS: Final = 10


@dataclass(frozen=True)
class Copy:
    """A page as it was made."""

    body: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str
    made: float


_copies: OrderedDict[tuple[str, ...], Copy] = OrderedDict()
_values: OrderedDict[tuple[str, ...], tuple[float, Any]] = OrderedDict()
_making = threading.Lock()


def is_anybody(request: HttpRequest) -> bool:
    """Whether the page may be one that everybody gets: no session, no message that waits for this visitor alone."""
    known = {settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name}
    return request.method in {"GET", "HEAD"} and not known & set(request.COOKIES)


def same_for_everybody(view: View) -> View:
    """Marks a view whose page depends, for a visitor without a session, on nothing but its address and her choices."""

    @wraps(view)
    def still(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_anybody(request):
            return view(request, *args, **kwargs)
        kept = _kept(request)
        if kept is not None:
            return _answer(request, kept)
        # One thread makes a page and the others wait for it: a rush on a page that has grown old is one rendering.
        with _making if _may_keep(request) else nullcontext():
            kept = _kept(request)
            if kept is None:
                made = view(request, *args, **kwargs)
                if made.status_code != 200 or made.streaming or made.cookies:
                    return made
                kept = _keep(request, made)
        return _answer(request, kept)

    return still


def shared(name: tuple[str, ...], make: Callable[[], Made]) -> Made:
    """A value that is the same for everybody, at most STILL_SECONDS old. Readers must not change it."""
    found = _values.get(name) if settings.STILL_SECONDS else None
    if found is not None and time.monotonic() - found[0] < settings.STILL_SECONDS:
        return cast(Made, found[1])
    made = make()
    _put(_values, name, (time.monotonic(), made))
    return made


def _put(kept: OrderedDict[tuple[str, ...], Made], name: tuple[str, ...], made: Made) -> None:
    """The oldest make room: a page that is asked for again and again stays beside many that are asked for once."""
    kept.pop(name, None)
    kept[name] = made
    while len(kept) > MOST:
        with suppress(KeyError):  # another thread was faster
            kept.popitem(last=False)


def forget() -> None:
    """Makes everything anew: for tests."""
    _copies.clear()
    _values.clear()


def _key(request: HttpRequest) -> tuple[str, ...]:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    known = theme if theme in THEMES else ""  # a choice that nobody can make up: copies are few
    return request.scheme or "", request.get_host(), request.path, get_language() or "", known


def _may_keep(request: HttpRequest) -> bool:
    # Any words may stand behind a question mark: they would fill the memory with copies.
    return settings.STILL_SECONDS > 0 and not request.META.get("QUERY_STRING")


def _kept(request: HttpRequest) -> Copy | None:
    found = _copies.get(_key(request)) if _may_keep(request) else None
    return found if found and time.monotonic() - found.made < settings.STILL_SECONDS else None


def _keep(request: HttpRequest, made: HttpResponse) -> Copy:
    etag = f'"{hashlib.sha256(made.content).hexdigest()[:32]}"'
    copy = Copy(made.content, tuple(made.items()), etag, time.monotonic())
    if _may_keep(request):
        _put(_copies, _key(request), copy)
    return copy


def _answer(request: HttpRequest, copy: Copy) -> HttpResponse:
    answer = HttpResponse(copy.body, headers=dict(copy.headers))
    answer["ETag"] = copy.etag
    seconds = BROWSER_SECONDS if settings.STILL_SECONDS else 0
    answer["Cache-Control"] = f"public, max-age={seconds}" if seconds else "no-cache"
    patch_vary_headers(answer, ["Cookie", "Accept-Language"])
    found = get_conditional_response(request, etag=copy.etag, response=answer)
    assert isinstance(found, HttpResponse | HttpResponseNotModified)
    return found
