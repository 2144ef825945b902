"""What the worker runs. An app offers `jobs.py` with `JOBS: list[Job]`; `manage.py worker` finds them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from beffroi.web import offers


@dataclass(frozen=True)
class Job:
    """`run(now)` every `every_seconds`. It must be safe to run twice and to be killed anywhere: it will be."""

    name: str
    every_seconds: int
    run: Callable[[datetime], None]


def all_jobs() -> Iterator[Job]:
    """The jobs of every installed app, lowest floor first."""
    for module in offers.modules("jobs"):
        yield from module.JOBS
