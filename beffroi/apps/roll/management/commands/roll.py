"""The electoral roll's export comes in: `manage.py roll preview FILE`, `import FILE --confirm ...`, `undo`."""

import os
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from beffroi.apps.roll import imports
from beffroi.apps.roll.importing import Progress as Report
from beffroi.apps.roll.plan import KINDS, Decisions, Plan
from beffroi.apps.roll.telling import changes_csv
from beffroi.core.errors import Malformed, Refused
from beffroi.web.refusals import sentence

MOST_SHOWN = 20
WORDS = {
    "new": "new",
    "back": "back, after having left",
    "moved": "moved: another address or polling station",
    "changed": "changed: name, birth date or list",
    "renumbered": "renumbered only",
    "gone": "gone: no longer in the file",
    "homonyms": "homonyms, who cannot be told apart",
    "two_lists": "on two lists that exclude each other, or once too often on one",
    "perhaps_renamed": "somebody new and somebody gone, born the same day with a name in common: perhaps one person",
    "no_station": "new, but without a polling station: not added",
    "european_only": "an elector of the register, on the European list only: not changed",
}


def told(plan: Plan) -> Iterable[str]:
    """The plan in lines of text. Numbers only: a terminal keeps what it shows, and names are for the --out file."""
    yield f"{plan.lines} lines, {plan.electors} electors; the register has {plan.listed} electors now"
    for kind in KINDS:
        yield f"{plan.count(kind):>7} {WORDS[kind]}"
    yield f"{len(plan.doubts):>7} doubtful: left as they are until you say who is who"
    for doubt in plan.doubts[:MOST_SHOWN]:
        where, numbers = ", ".join(map(str, doubt.lines)), ", ".join(doubt.numbers) or "nobody"
        yield f"        {WORDS[doubt.reason]}: line {where}; in the register: {numbers}"
    if len(plan.doubts) > MOST_SHOWN:
        yield f"        ... and {len(plan.doubts) - MOST_SHOWN} others: --out FILE has them all"
    for lines, what in (
        (plan.same_line, "lines that repeat another one, counted once"),
        (plan.european_only, "lines of the European list only: no electors of the commune, not imported"),
        (plan.partial, "lines with a birth date in part: the last day of that month or year is taken"),
    ):
        shown = ", ".join(map(str, lines[:MOST_SHOWN])) + (", ..." if len(lines) > MOST_SHOWN else "")
        yield f"{len(lines):>7} {what}" + (f" (line {shown})" if lines else "")
    if plan.asks_for_the_number:
        yield "More than a tenth of the electors would leave: the import will ask for their number (--leaving)."
    yield f"fingerprint: {plan.fingerprint}"


def write_out(plan: Plan, path: Path) -> None:
    """Every change and every doubt, with names: for the agent's eyes only, so that nobody else may read the file."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(changes_csv(plan))


def decisions(options: dict[str, Any]) -> Decisions:
    """`--same 12:E0000004` and `--new 12`, each as often as needed."""
    same: dict[int, str] = {}
    for text in options["same"]:
        line, _, number = text.partition(":")
        if not line.isdecimal() or not number or int(line) in same:
            raise Malformed("--same", f'"{text}"', "LINE:NUMBER, each line once, such as 12:E0000004")
        same[int(line)] = number
    return Decisions(same, frozenset(options["new"]))


class Command(BaseCommand):
    help = "Imports the electoral roll's export in one step that can be taken back: preview, import, undo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        for verb in ("preview", "import"):
            sub = verbs.add_parser(verb)
            sub.add_argument("file")
            sub.add_argument("--same", action="append", default=[], metavar="LINE:NUMBER", help="that line is she")
            sub.add_argument("--new", action="append", default=[], type=int, metavar="LINE", help="somebody new")
            if verb == "preview":
                sub.add_argument("--out", help="a new file for every change, with names: readable by you only")
            else:
                sub.add_argument("--confirm", required=True, metavar="FINGERPRINT", help="as the preview gave it")
                sub.add_argument("--leaving", type=int, help="how many leave, when it is more than a tenth")
        verbs.add_parser("undo")

    def handle(self, *args: Any, **options: Any) -> None:
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            disable=options["verbosity"] == 0,
        )
        try:
            with bar:
                lines = self._do(options, _report(bar))
        except Refused as refused:
            raise CommandError(f"{refused.rule}: {sentence(refused)}") from refused
        except (Malformed, OSError) as error:
            raise CommandError(str(error)) from error
        for line in lines:
            self.stdout.write(line)

    def _do(self, options: dict[str, Any], report: Report) -> list[str]:
        now = timezone.now()
        if options["verb"] == "undo":
            undone = imports.undo_import(now, report)
            return [f"import {undone.fingerprint} taken back: the rows are as they were before it"]
        raw = Path(options["file"]).read_bytes()
        if options["verb"] == "preview":
            plan = imports.preview(raw, now, decisions(options), report)
            if options["out"]:
                write_out(plan, Path(options["out"]))
            return list(told(plan))
        done = imports.import_roll(
            raw,
            options["confirm"],
            now,
            leaving=options["leaving"],
            decisions=decisions(options),
            progress=report,
        )
        if done is None:
            return ["nothing changes: the register is as the file says"]
        return [", ".join(f"{name} {count}" for name, count in done.counts.items())]


def _report(bar: Progress) -> Report:
    tasks: dict[str, TaskID] = {}

    def report(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            tasks[stage] = bar.add_task(stage, total=total)
        bar.update(tasks[stage], completed=done, total=total)

    return report
