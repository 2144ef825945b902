"""The worker runs what is due, and one job that fails stops nobody else."""

import logging
import threading
from datetime import datetime

import pytest
from django.core.management import call_command
from django.db import DatabaseError

from beffroi.core.errors import Refused
from beffroi.web.jobs import Job, all_jobs
from beffroi.web.management.commands import worker


def job(name: str, done: list[str], error: Exception | None = None, every: int = 1) -> Job:
    def run(now: datetime) -> None:
        done.append(name)
        if error is not None:
            raise error

    return Job(name, every, run)


def test_every_job_has_a_name_of_its_own_and_a_pace() -> None:
    jobs = list(all_jobs())
    assert len({each.name for each in jobs}) == len(jobs)
    assert all(each.every_seconds > 0 for each in jobs)
    assert {"petitions.count", "assemblies.convene"} <= {each.name for each in jobs}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "error", [DatabaseError("secret@example.org"), OSError("x"), Refused("a.rule", "secret@example.org")]
)
def test_a_job_that_fails_stops_nobody_and_its_log_says_no_more_than_the_errors_name(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    done: list[str] = []
    monkeypatch.setattr(worker, "all_jobs", lambda: [job("first", done, error), job("second", done)])
    with caplog.at_level(logging.WARNING):
        call_command("worker", once=True)
    assert done == ["first", "second"]
    assert type(error).__name__ in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.django_db
def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "all_jobs", lambda: [job("first", [], KeyError("x"))])
    with pytest.raises(KeyError):
        call_command("worker", once=True)


def test_a_job_runs_again_only_when_its_time_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    stop = threading.Event()

    def third(now: datetime) -> None:
        done.append("often")
        if done.count("often") == 3:
            stop.set()

    monkeypatch.setattr(stop, "wait", lambda seconds: None)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    worker.Command().loop([Job("often", 0, third), job("rarely", done, every=3600)], stop)
    assert (done.count("often"), done.count("rarely")) == (3, 1)


def test_a_worker_that_is_told_to_stop_starts_no_other_job() -> None:
    done: list[str] = []
    stop = threading.Event()
    stop.set()
    worker.Command().loop([job("never", done)], stop)
    assert not done
