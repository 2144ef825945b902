"""Download one public file: http or https only, bounded in size and time, never sent on to another host.

What a network can do to an answer (cut it, delay it, put a page of its own in its place) is `Unreachable`: it says
nothing about the archive. A cut download goes on where it stopped when the server can, and starts again when not.
"""

import http.client
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO
from urllib.parse import SplitResult, urlsplit, urlunsplit

from beffroi.core.errors import Malformed, Refused

MOST_BYTES = 1024**3  # of an archive: 200,000 ballots of one question
SILENCE = 30  # seconds without a byte
MOST_SECONDS = 1800  # for one answer, so that a server that trickles does not hold us for ever
TRIES = 4
_CHUNK = 1 << 18


class Unreachable(Refused):
    """The file could not be had whole this time. It may be tried again."""


class Gone(Refused):
    """The site answers that there is no such file."""


@dataclass(frozen=True)
class Download:
    """An answer. `in_one`: not put together from two. `ended`: it said where it ends, and it is whole."""

    raw: bytes = field(repr=False)
    in_one: bool = True
    ended: bool = True


def check_address(url: str) -> SplitResult:
    """The parts of an address that may be asked. Raises Malformed."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise Malformed("address", repr(url[:100]), "http://… or https://…") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise Malformed("address", repr(url[:100]), "http://… or https://…, without a password")
    if parts.query or parts.fragment or not re.fullmatch(r"[!-~]*", url):
        raise Malformed("address", repr(url[:100]), "an address without ? or # or a space")
    return parts


def address(url: str, name: str) -> str:
    """The file's address from itself or from the page that it belongs to. Raises Malformed."""
    parts = check_address(url)
    is_file = parts.path.endswith(name[name.rindex(".") :])
    return urlunsplit(parts._replace(path=parts.path if is_file else f"{parts.path.rstrip('/')}/{name}"))


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows a redirection on the same host only, and never from https back to http."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        former, then = urlsplit(req.full_url), urlsplit(newurl)
        if _place(former) != _place(then) and not _is_upgrade(former, then):
            raise Refused("pull.redirect", f"the site sends to another address, {newurl[:100]!r}: give that one")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _place(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port


def _is_upgrade(former: SplitResult, then: SplitResult) -> bool:
    schemes = (former.scheme, then.scheme) == ("http", "https")
    return schemes and former.hostname == then.hostname and former.port in (None, 80) and then.port in (None, 443)


def _opener() -> urllib.request.OpenerDirector:
    """No file:, no ftp:, no data:."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        _SameHost(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def download(
    url: str, most: int = MOST_BYTES, silence: int = SILENCE, tell: Callable[[str], None] = lambda said: None
) -> Download:
    """The whole file at this address, at most `most` bytes. `tell` is told of each cut and what follows.

    Raises Gone for 404 and 410, Unreachable for whatever the network or the server does else, Refused "pull.redirect"
    and "pull.size".
    """
    got = bytearray()
    for attempt in range(1, TRIES + 1):
        before = len(got)
        try:
            return _fetch(url, got, most, silence)
        except Unreachable as error:
            if attempt == TRIES:
                raise
            tell(f"{error}; " + (f"going on after {len(got)} bytes" if got else "starting again"))
            if len(got) <= before:
                time.sleep(attempt)  # nothing came: the server may be busy
    raise AssertionError("the last try returns or raises")


def _fetch(url: str, got: bytearray, most: int, silence: int) -> Download:
    """One answer, put behind `got` where the server goes on, in its place where it starts again.

    `got` keeps what came before a cut.
    """
    end = time.monotonic_ns() + MOST_SECONDS * 10**9
    # No copy that a cache kept: an older state of the box would look as if something had been taken away.
    headers = {"Accept-Encoding": "identity", "Cache-Control": "no-cache", "User-Agent": "beffroi"}
    if got:
        headers["Range"] = f"bytes={len(got)}-"
    try:
        with _opener().open(urllib.request.Request(url, headers=headers), timeout=silence) as answer:  # noqa: S310
            resumed = _goes_on(answer, got)
            ended = answer.length is not None or answer.chunked
            _read(answer, got, most, end)
            return Download(bytes(got), not resumed, ended)
    except urllib.error.HTTPError as error:
        with error:
            raise _by_status(error.code, got) from error
    except (OSError, http.client.HTTPException, ValueError) as error:  # the last: a redirection to no address
        raise Unreachable("pull.network", f"{url}: {_reason(error)}") from error


def _goes_on(answer: http.client.HTTPResponse, got: bytearray) -> bool:
    """Whether the answer goes on where we stopped; what we had is dropped when it does not."""
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise Unreachable("pull.network", "the answer is compressed, which was not asked")
    if got and answer.status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {len(got)}-"):
        return True
    if answer.status != 200:
        got.clear()
        raise Unreachable("pull.network", f"the site answers {answer.status}")
    got.clear()
    return False


def _read(answer: http.client.HTTPResponse, got: bytearray, most: int, end: int) -> None:
    while chunk := answer.read1(_CHUNK):
        got += chunk
        if len(got) > most:
            raise Refused("pull.size", f"the site sends more than {most} bytes")
        if time.monotonic_ns() > end:
            raise Unreachable("pull.network", f"the answer has not ended after {MOST_SECONDS} seconds")
    if answer.length:
        raise Unreachable("pull.network", f"the answer was cut, {answer.length} bytes before its end")


def _by_status(code: int, got: bytearray) -> Refused:
    if code == 416:  # it has no more than we have: it was whole already, or is shorter now; a whole answer tells
        got.clear()
    if code in (404, 410):
        return Gone("pull.gone", f"the site answers that there is no such file ({code})")
    return Unreachable("pull.network", f"the site answers {code}")


def _reason(error: Exception) -> str:
    inner = error.reason if isinstance(error, urllib.error.URLError) else error
    return str(inner)[:120] or type(inner).__name__
