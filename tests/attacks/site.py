"""A real server for attacks: gunicorn as a process group of its own that can be killed, and clients that speak HTTP."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.postgres import postgres

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Site:
    """One town: its folder, its database, its server process when it runs."""

    home: Path
    database: str
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.log = self.home / "server.log"

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("BEFFROI_", "DJANGO_", "PYTEST"))
        }
        return kept | {
            "BEFFROI_HOME": str(self.home),
            "BEFFROI_DATABASE": self.database,
            "DJANGO_SETTINGS_MODULE": "beffroi.settings",
        }

    def town(self, *words: str) -> dict[str, Any]:
        """Runs one step of tests.attacks.town beside the server, as the worker or a clerk would."""
        command = [sys.executable, "-m", "tests.attacks.town", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told

    def start(self, workers: int = 2) -> None:
        if not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--workers",
            str(workers),
            "--threads",
            "4",
            "--no-control-socket",
            "--bind",
            f"127.0.0.1:{self.port}",
            "beffroi.wsgi",
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        for _ in range(300):
            try:
                answer = Client(self.port).get("/journal/checkpoint")
                if answer.status == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"the server did not start: {self.log.read_text()[-2000:]}")

    def kill(self) -> None:
        """kill -9 of the server and of all its workers at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(30)
            self.process = None


@dataclass
class Answer:
    status: int
    body: bytes
    location: str


class Client:
    """One person's browser: her cookies, one connection a request, no retry."""

    def __init__(self, port: int, session: str = "") -> None:
        self.port = port
        self.cookies = {"beffroi_session": session} if session else {}

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            connection.request(
                method,
                path,
                body,
                {"Cookie": cookie, **{name.replace("_", "-"): value for name, value in headers.items()}},
            )
            answer = connection.getresponse()
            content = answer.read()
            for line in answer.headers.get_all("Set-Cookie", []):
                self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
            return Answer(answer.status, content, answer.headers.get("Location", ""))
        except http.client.HTTPException as broken:  # the server died in the middle of its answer
            raise ConnectionError(str(broken)) from broken
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def form(self, path: str, **fields: str) -> Answer:
        """Opens the page and posts its form."""
        page = self.get(path)
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page.body)
        assert token, f"{path}: no form ({page.status})"
        body = urlencode({"csrfmiddlewaretoken": token[1].decode(), **fields}).encode()
        return self.ask("POST", path, body, Content_Type="application/x-www-form-urlencoded")

    def cast(self, votation: str, ballot: bytes) -> Answer:
        """What the booth does: reads the state, posts the ballot."""
        state = json.loads(self.get(f"/votations/{votation}/etat.json").body)
        return self.ask(
            "POST",
            f"/votations/{votation}/bulletins",
            ballot,
            Content_Type="application/json",
            X_CSRFToken=state["csrf"],
        )


@contextmanager
def site(database: str, folder: Path) -> Iterator[Site]:
    """A town's server on SQLite or on a PostgreSQL of its own, with what a real commune sets (docs/operations.md)."""
    if database == "sqlite":
        home = folder / "server"
        one = Site(home, f"sqlite:///{home / 'beffroi.sqlite3'}")
        try:
            yield one
        finally:
            one.stop()
        return
    with postgres(fsync="on", synchronous_commit="on", full_page_writes="on", wal_recycle="off") as server:
        one = Site(folder / "server", server.url)
        try:
            yield one
        finally:
            one.stop()
