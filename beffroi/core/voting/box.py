"""Check many ballots, a window after the other, on all processors when there are enough of them.

A window is checked by whoever is free (a thread of compiled code, a process, another machine) and comes back as faults
and sums, so that neither the ballots nor what was read of them is kept.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import lru_cache, partial
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Protocol

from beffroi.core import sodium
from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import tally
from beffroi.core.voting.ballot import Ballot, check_proofs, check_signature, read_ballot
from beffroi.core.voting.election import Election, parse_election
from beffroi.core.voting.group import ED25519, compiled_module
from beffroi.core.voting.tally import Tally

_WINDOW = 16
_COMPILED_WINDOW = 256
_AHEAD = 2  # windows given out for each worker: one in work, one waiting


@dataclass(frozen=True)
class Checked:
    """The outcome for one ballot: None if it cannot be read, and its faults, each with the step that it fails."""

    ballot: Ballot | None
    faults: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Window:
    """Ballots to check together. `counts`: what each adds to the sum, 0 when a later one replaces it."""

    first: int
    raws: tuple[bytes, ...] = field(repr=False)
    counts: tuple[int, ...] = field(repr=False)


@dataclass(frozen=True)
class Outcome:
    """Of a window: faults as (number of the ballot from 0, step, fault), and the sum of the ballots that count."""

    until: int
    faults: tuple[tuple[int, str, str], ...]
    sums: Tally = field(repr=False)


def check_one(election: Election, raw: bytes) -> Checked:
    """Check one ballot, its signature and its proofs apart, and sort faults under the steps of spec 10."""
    try:
        ballot = read_ballot(election, raw)
    except (Malformed, Refused) as error:
        return Checked(None, (("ballots.form", str(error)),))
    faults: list[tuple[str, str]] = []
    for step, check in (("ballots.signatures", check_signature), ("ballots.proofs", check_proofs)):
        try:
            check(election, ballot)
        except Refused as error:
            faults.append((step, str(error)))
    return Checked(ballot, tuple(faults))


def check_window(election: Election, window: Window, ballots: int) -> Outcome:
    """By compiled code where it is installed and the whole is of so many `ballots` that loading it is worth it.

    What that does not find right is looked at again by the plain path, which names faults. It adds up the ballots that
    count once; the others are added here.
    """
    fast = _fast_path(election, ballots)
    size = len(window.raws)
    found = None if fast is None else fast.check(election, window.raws, [count == 1 for count in window.counts])
    right, summed = (found.right, found.summed) if found is not None else ([False] * size, [False] * size)
    faults: list[tuple[int, str, str]] = []
    others: list[tuple[Ballot, int]] = []
    for n, (raw, count) in enumerate(zip(window.raws, window.counts, strict=True)):
        if right[n] and (summed[n] or not count):
            continue
        checked = check_one(election, raw)
        faults += [(window.first + n, step, fault) for step, fault in checked.faults]
        if count and not summed[n] and checked.ballot is not None:
            others.append((checked.ballot, count))
    sums = tally.added(election, others)
    if found is not None:
        sums = tally.merged(election, sums, tally.rows(election, found.sums))
    return Outcome(window.first + size, tuple(faults), sums)


class Ballots(Protocol):
    """Ballots, in memory or in a file."""

    def __len__(self) -> int: ...

    def __getitem__(self, n: int, /) -> bytes: ...


def check_ballots(
    election: Election,
    raws: Ballots,
    counts: Sequence[int],
    begin: int = 0,
    processes: int | None = None,
    scheduler: str | None = None,
) -> Iterator[Outcome]:
    """The outcomes of all windows from ballot `begin` on, in order. `processes`, `scheduler`: see `verify`."""
    left = len(raws) - begin
    workers = os.cpu_count() or 1
    if scheduler is not None:
        yield from _elsewhere(scheduler, election, _windows(raws, counts, begin, _COMPILED_WINDOW))
        return
    if _fast_path(election, left) is not None:
        with ThreadPoolExecutor(workers) as threads:  # compiled code lets them run beside each other
            given = _windows(raws, counts, begin, _COMPILED_WINDOW)
            yield from _given_out(threads, lambda window: check_window(election, window, left), given, workers)
        return
    wanted = _processes(election, left) if processes is None else processes
    if wanted > 1 and not multiprocessing.current_process().daemon:  # a daemon may not have children
        try:
            for outcome in _in_parallel(election, _windows(raws, counts, begin, _WINDOW), wanted):
                yield outcome
                begin = outcome.until
            return
        except (BrokenProcessPool, OSError):
            # A program without a main guard, a child killed, no shared memory: the plain path gives the same answers.
            pass
    for window in _windows(raws, counts, begin, _WINDOW):
        yield check_window(election, window, 0)


def _windows(raws: Ballots, counts: Sequence[int], begin: int, size: int) -> Iterator[Window]:
    for first in range(begin, len(raws), size):
        end = min(first + size, len(raws))
        yield Window(first, tuple(raws[n] for n in range(first, end)), tuple(counts[first:end]))


def _given_out(
    pool: Executor, check: Callable[[Window], Outcome], windows: Iterable[Window], workers: int
) -> Iterator[Outcome]:
    """`pool.map`, but no more windows are read than are being worked on."""
    waiting: deque[Future[Outcome]] = deque()
    for window in windows:
        waiting.append(pool.submit(check, window))
        if len(waiting) >= workers * _AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _fast_path(election: Election, ballots: int) -> ModuleType | None:
    fast = compiled_module("fast", ballots)
    return fast if fast is not None and fast.serves(election) else None


def _processes(election: Election, ballots: int) -> int:
    # Starting children costs half a second: one ballot takes about 6 ms with libsodium, 40 ms with plain integers,
    # 300 ms in a field group.
    worth = 6 if election.group is not ED25519 else 150 if sodium.INSTALLED else 25
    return (os.cpu_count() or 1) if ballots >= worth else 1


def _in_parallel(election: Election, windows: Iterable[Window], processes: int) -> Iterator[Outcome]:
    # Spawned, not forked: a server calls this with threads running, and forking then may deadlock.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        yield from _given_out(pool, partial(_task, election.raw, 0), windows, processes)


def _elsewhere(scheduler: str, election: Election, windows: Iterable[Window]) -> Iterator[Outcome]:
    """On the workers of a Dask scheduler, with compiled code where they have it."""
    if find_spec("distributed") is None:
        raise Refused("verify.scheduler", "pip install 'beffroi[dask]' is needed to give work to a scheduler")
    try:
        found = import_module("distributed").Client(scheduler, timeout=10)
    except (OSError, ValueError) as error:
        raise Refused("verify.scheduler", f"no Dask scheduler answers at {scheduler}") from error
    with found as client:
        workers = max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
        with client.get_executor(pure=False) as pool:
            yield from _given_out(pool, partial(_task, election.raw, _COMPILED_WINDOW * 1000), windows, workers)


@lru_cache(maxsize=2)
def _parsed(raw: bytes) -> Election:
    return parse_election(raw)


def _task(raw: bytes, ballots: int, window: Window) -> Outcome:
    return check_window(_parsed(raw), window, ballots)
