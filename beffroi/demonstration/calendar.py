"""The calendar of the demonstration: acts in the order of their time, and the worker's batches."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from beffroi.apps.gazette import actions as gazette
from beffroi.apps.petitions import actions as petitions
from beffroi.apps.petitions.models import CheckedLine, Crossing
from beffroi.apps.roll.models import Account, Role

#: An act of the demonstration: all but its moment is bound already.
Act = Callable[[datetime], object]
console = Console(highlight=False)


def say(text: str) -> None:
    console.print(f"  {text}", soft_wrap=True)


def bar() -> Progress:
    return Progress(
        TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )


class Calendar:
    """Acts in the order of their time, so that the journal is written as it would have been."""

    def __init__(self) -> None:
        self.acts: list[tuple[datetime, int, Act]] = []

    def on(self, when: datetime, act: Act) -> None:
        self.acts.append((when, len(self.acts), act))

    def between(self, start: datetime, end: datetime, acts: Sequence[Act]) -> None:
        """Spread acts evenly over a time."""
        for place, act in enumerate(acts):
            self.on(start + (end - start) * (place / max(len(acts), 1)), act)

    def run(self, title: str) -> None:
        """Play everything, with the batches that the worker would have run: a count and a sequencing a day."""
        day: datetime | None = None
        with bar() as progress:
            for when, _, act in progress.track(sorted(self.acts, key=lambda entry: entry[:2]), description=title):
                if day is None or when - day >= timedelta(days=1):
                    batch(when, progress)
                    day = when
                act(when)
            batch(max(when for when, _, _ in self.acts), progress)


def batch(now: datetime, progress: Progress) -> None:
    """What the worker does: count, judge what crossed, fire, sequence the journal."""
    petitions.count(now)
    petitions.close_due(now)
    for crossing in Crossing.objects.filter(verified_at=None).select_related("rung__petition"):
        say(
            f"Pétition {crossing.rung.petition.number} : {crossing.count} signatures au {now:%d/%m/%Y}, "
            f"seuil de {crossing.rung.needed} franchi."
        )
        task = progress.add_task("Vérification dans le registre", total=crossing.judged.count())
        petitions.verify(crossing, now, partial(advance, progress, task))
        while (crossing := Crossing.objects.select_related("rung__petition").get(pk=crossing.pk)).verified_at is None:
            compare(crossing, now)
        say(f"Vérifiée : {crossing.valid} valables, {crossing.refused} refusées.")
        petitions.fire(crossing, now)
    gazette.sequence(now)


def compare(crossing: Crossing, now: datetime) -> None:
    """Somebody of the panel compares the paper lines with their sheets; the draw waits for the journal's next head."""
    gazette.sequence(now)
    petitions.verify(crossing, now)
    member = Account.objects.filter(roles__kind=Role.Kind.PANEL)[0]
    waiting = CheckedLine.objects.filter(sample__crossing=crossing, to_judge=True, verdict=None)
    lines = list(waiting)
    if lines:
        say(f"{len(lines)} lignes papier comparées à leurs feuilles.")
    for line in lines:
        petitions.judge_line(line, member, "", now)
    petitions.verify(crossing, now)


def advance(progress: Progress, task: TaskID, done: int, total: int) -> None:
    progress.update(task, completed=done, total=total)
