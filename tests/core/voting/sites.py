"""A site on this machine, over real HTTP, that serves what a test puts into it, well or badly."""

import itertools
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Site:
    """`answers` says, by path, how each is answered; `asked` what was asked: the path, and the Range header."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[Any], None]] = {}
        self.asked: list[tuple[str, str | None]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                site.asked.append((path, self.headers.get("Range")))
                site.answers.get(path, status(404))(self)
                self.close_connection = True

            def log_message(self, format: str, *words: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def whole(raw: bytes) -> Callable[[Any], None]:
    """With its length; a Range is not known here, as on a Beffroi site."""
    return cut(raw, len(raw))


def cut(raw: bytes, at: int) -> Callable[[Any], None]:
    """The length of all of it is announced, `at` bytes come."""

    def answer(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(raw)))
        handler.end_headers()
        handler.wfile.write(raw[:at])

    return answer


def cut_once(raw: bytes, at: int, then: bytes | None = None) -> Callable[[Any], None]:
    """Cut the first time, resumed by Range afterwards, with the bytes of `then`."""
    later = raw if then is None else then
    times = 0

    def answer(handler: Any) -> None:
        nonlocal times
        times += 1
        if times == 1:
            cut(raw, at)(handler)
            return
        asked = handler.headers.get("Range")
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        handler.send_response(206 if asked else 200)
        if asked:
            handler.send_header("Content-Range", f"bytes {start}-{len(later) - 1}/{len(later)}")
        handler.send_header("Content-Length", str(len(later) - start))
        handler.end_headers()
        handler.wfile.write(later[start:])

    return answer


def without_length(raw: bytes) -> Callable[[Any], None]:
    """The end is where the connection closes, as HTTP/1.0 has it."""

    def answer(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(raw)

    return answer


def chunked(raw: bytes, *, ended: bool = True) -> Callable[[Any], None]:
    """As a server streams: in chunks, the last one empty unless it is cut."""

    def answer(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for start in range(0, len(raw), 1000):
            piece = raw[start : start + 1000]
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        if ended:
            handler.wfile.write(b"0\r\n\r\n")

    return answer


def status(code: int, **headers: str) -> Callable[[Any], None]:
    """An answer of the server itself."""

    def answer(handler: Any) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def page(text: str = "<!doctype html><p>En maintenance") -> Callable[[Any], None]:
    """A page in the archive's place, with status 200."""
    return whole(text.encode())


def in_turn(*answers: Callable[[Any], None]) -> Callable[[Any], None]:
    """One after the other, then from the first again."""
    turns = itertools.cycle(answers)
    return lambda handler: next(turns)(handler)
