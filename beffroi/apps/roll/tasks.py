"""The verbs of the administrators' import page: hand in, settle, confirm, take back, cancel. The worker does the work.

One row at most (`RollTask`): the database keeps two administrators from importing at once. The row knows the state, so
that a page that is closed, or a worker that is killed, loses nothing: the worker begins the step again.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from beffroi.apps.roll import imports, progress
from beffroi.apps.roll.models import Account, Import, RollTask
from beffroi.apps.roll.plan import Decisions
from beffroi.apps.roll.telling import changes_csv, summary
from beffroi.core.errors import Malformed, Refused
from beffroi.web import uploads

ROOM = "roll"
MOST_BYTES = 64 * 1024 * 1024  # 200,000 electors
KEPT = timedelta(hours=24)
State = RollTask.State


def hand_in(content: bytes, by: Account, now: datetime) -> RollTask:
    """Keeps the export and asks the worker for a preview. `Refused`: uploads.empty, roll.too_large, roll.busy."""
    if not content:
        raise Refused("uploads.empty")
    if len(content) > MOST_BYTES:
        raise Refused("roll.too_large")
    name = uploads.keep(ROOM, uploads.Upload(content, uploads.CSV))
    try:
        return _begin(RollTask(state=State.PREVIEW, started_by=by, created_at=now, file=name))
    except Refused:
        uploads.remove(ROOM, name)
        raise


def _begin(task: RollTask) -> RollTask:
    task.pk = 1
    try:
        with transaction.atomic():
            task.save(force_insert=True)
    except IntegrityError:
        raise Refused("roll.busy") from None
    progress.clear()
    return task


def last_import() -> Import | None:
    """The import that can be taken back, if there is one."""
    return Import.objects.filter(changes__isnull=False).order_by("-pk").first()


def ask_undo(import_id: int, typed: int, by: Account, now: datetime) -> RollTask:
    """Asks the worker to take the last import back. `typed`: how many changes that is. `Refused`:
    roll.nothing_to_undo, roll.wrong_number, roll.busy.
    """
    last = last_import()
    if last is None or last.changes is None or last.pk != import_id:
        raise Refused("roll.nothing_to_undo")
    if typed != len(last.changes):
        raise Refused("roll.wrong_number")
    return _begin(RollTask(state=State.UNDO, started_by=by, created_at=now, decisions={"import": last.pk}))


def decide(file: str, same: Mapping[int, str], new: frozenset[int]) -> None:
    """Settles doubts, and asks for another preview. What was settled before and is not given again is open again."""
    with transaction.atomic():
        task = _held(file, State.READY, State.FAILED)
        task.decisions = {"same": {str(line): number for line, number in same.items()}, "new": sorted(new)}
        task.state, task.fault = State.PREVIEW, None
        task.save(update_fields=["decisions", "state", "fault"])
    progress.clear()


def confirm(file: str, fingerprint: str, typed: int, leaving: int | None) -> None:
    """Asks the worker to import what the preview showed. `Refused`: roll.wrong_number, roll.many_leave."""
    with transaction.atomic():
        task = _held(file, State.READY)
        told = task.summary or {}
        if fingerprint != task.fingerprint:
            raise Refused("roll.not_the_preview", task.fingerprint)
        if typed != told["changes"]:
            raise Refused("roll.wrong_number")
        if told["asks"] and leaving != told["counts"]["gone"]:
            raise Refused("roll.many_leave_page")
        task.state, task.leaving = State.CONFIRMED, leaving
        task.save(update_fields=["state", "leaving"])
    progress.clear()


def cancel() -> None:
    """Gives it up, and removes the file. An import that the worker has begun is done or undone as a whole first."""
    with transaction.atomic():
        task = RollTask.objects.select_for_update().filter(pk=1).first()
        if task is None:
            raise Refused("roll.no_task")
        task.delete()
    _forget(task)


def _held(file: str, *states: str) -> RollTask:
    """The task, held. `Refused("roll.no_task")`: another file, or another state, than the page showed."""
    task = RollTask.objects.select_for_update().filter(pk=1, file=file, state__in=states).first()
    if task is None:
        raise Refused("roll.no_task")
    return task


def _forget(task: RollTask) -> None:
    """After the commit: a crash in between leaves a file without a row, which `expire` removes."""
    for name in filter(None, (task.file, task.changes_file)):
        uploads.remove(ROOM, name)
    progress.clear()


# --- The worker's part


def run_due(now: datetime) -> None:
    """Does what the row waits for. Safe to kill anywhere: the row changes in the transaction of what was done."""
    task = RollTask.objects.filter(pk=1).first()
    if task is None or task.state in {State.READY, State.FAILED}:
        return
    try:
        if task.state == State.PREVIEW:
            _preview(task, now)
        else:
            _finish(task, now)
    except Refused as refused:
        _failed(task, {"rule": refused.rule, "at_fault": refused.at_fault})
    except Malformed as wrong:
        _failed(task, {"where": wrong.where, "found": wrong.found, "accepted": wrong.accepted})
    except FileNotFoundError:
        _failed(task, {"rule": "roll.file_gone", "at_fault": ""})


def decisions_of(task: RollTask) -> Decisions:
    """What was settled so far."""
    same = {int(line): str(number) for line, number in task.decisions.get("same", {}).items()}
    return Decisions(same, frozenset(task.decisions.get("new", ())))


def _preview(task: RollTask, now: datetime) -> None:
    raw = uploads.load(ROOM, task.file).content
    plan = imports.preview(raw, now, decisions_of(task), progress.report)
    told = summary(plan, raw, now)
    made = uploads.keep(ROOM, uploads.Upload(changes_csv(plan), uploads.CSV))
    # Only as it was read: cancelled and handed in anew meanwhile, it is another file, whose preview comes next.
    written = RollTask.objects.filter(pk=1, file=task.file, state=State.PREVIEW).update(
        state=State.READY, summary=told, fingerprint=plan.fingerprint, changes_file=made, fault=None
    )
    stale = task.changes_file if written else made
    if stale:
        uploads.remove(ROOM, stale)


def _finish(task: RollTask, now: datetime) -> None:
    with transaction.atomic():
        held = RollTask.objects.select_for_update().filter(pk=1, state=task.state, created_at=task.created_at).first()
        if held is None:  # cancelled, or done by another worker
            return
        if held.state == State.UNDO:
            last = last_import()
            if last is None or last.pk != held.decisions.get("import"):
                raise Refused("roll.nothing_to_undo")
            imports.undo_import(now, progress.report)
        else:
            raw = uploads.load(ROOM, held.file).content
            imports.import_roll(
                raw,
                held.fingerprint,
                now,
                leaving=held.leaving,
                decisions=decisions_of(held),
                progress=progress.report,
            )
        held.delete()
    _forget(task)


def _failed(task: RollTask, fault: dict[str, str]) -> None:
    RollTask.objects.filter(pk=1, file=task.file, state=task.state).update(state=State.FAILED, fault=fault)


def expire(now: datetime) -> None:
    """A day after it was handed in the export goes, whatever its state; files that a crash left go too."""
    with transaction.atomic():
        task = RollTask.objects.select_for_update().filter(pk=1, created_at__lte=now - KEPT).first()
        if task is not None:
            task.delete()
    if task is not None:
        _forget(task)
    kept = RollTask.objects.values_list("file", "changes_file")
    uploads.sweep(ROOM, {name for names in kept for name in names}, now - timedelta(hours=1))
