"""Found by a stranger's review: bad headers, huge bodies, a clock that is set back, a database that others can read."""

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.urls import Resolver404, resolve

from beffroi.apps.portal.management.commands.build import own_file
from beffroi.web.jobs import Job
from beffroi.web.management.commands import worker


@pytest.mark.django_db
def test_an_unreadable_referer_changes_nothing() -> None:
    client = Client(raise_request_exception=False)
    assert client.get("/nothing-here", headers={"referer": "http://[x"}).status_code == 404


@pytest.mark.django_db
def test_the_way_back_never_leads_to_another_site() -> None:
    page = Client().get("/nothing-here", headers={"referer": "http://testserver//elsewhere.example/x"})
    assert 'href="//elsewhere.example' not in page.content.decode()


def test_no_address_of_this_site_holds_a_character_that_a_database_refuses() -> None:
    assert resolve("/initiatives/2026-001").url_name == "initiative"
    with pytest.raises(Resolver404):
        resolve("/initiatives/2026\x00")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/langue", "/connexion", "/guichet"])
def test_a_body_larger_than_any_file_that_we_take_is_not_read(path: str) -> None:
    client = Client(raise_request_exception=False)
    kind = "multipart/form-data; boundary=x"
    answer = client.generic("POST", path, b"--x", content_type=kind, CONTENT_LENGTH=str(10**10))
    assert answer.status_code == 400


def test_the_worker_keeps_its_pace_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[datetime] = []
    stop = threading.Event()
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    rounds = iter(range(3))
    with time_machine.travel(datetime(2030, 1, 1, tzinfo=UTC), tick=False) as clock:

        def wait(_seconds: float) -> None:
            clock.move_to(datetime(2026, 1, 1, tzinfo=UTC))
            if next(rounds) == 2:
                stop.set()

        monkeypatch.setattr(stop, "wait", wait)
        worker.Command().loop([Job("often", 0, ran.append)], stop)
    assert len(ran) == 3


def test_the_database_is_readable_by_its_owner_only_wherever_it_lies(tmp_path: Path) -> None:
    former = os.umask(0o022)
    try:
        own_file({"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "town.sqlite3")})
    finally:
        os.umask(former)
    assert (tmp_path / "town.sqlite3").stat().st_mode & 0o777 == 0o600
