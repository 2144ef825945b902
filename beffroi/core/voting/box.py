"""Check many ballots, on all processors when there are enough of them."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache

from beffroi.core import sodium
from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting.ballot import Ballot, check_proofs, check_signature, read_ballot
from beffroi.core.voting.election import Election, parse_election
from beffroi.core.voting.group import ED25519, compiled_module

_CHUNK = 16
_COMPILED_CHUNK = 128

Right = Callable[["Election", Sequence[bytes]], "list[Ballot | None]"]


@dataclass(frozen=True)
class Checked:
    """The outcome for one ballot: None if it cannot be read, and its faults, each with the step that it fails."""

    ballot: Ballot | None
    faults: tuple[tuple[str, str], ...]


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


def check_ballots(
    election: Election,
    raws: Sequence[bytes],
    progress: Callable[[int, int], None] | None = None,
    processes: int | None = None,
) -> list[Checked]:
    """The outcome for each ballot, in order. `processes`: see `verify`."""
    quick = _fast_path(election, len(raws))
    if quick is not None:
        return _compiled(election, raws, progress, quick)
    wanted = _processes(election, len(raws)) if processes is None else processes
    if wanted > 1 and not multiprocessing.current_process().daemon:  # a daemon may not have children
        try:
            return _in_parallel(election, raws, progress, wanted)
        except (BrokenProcessPool, OSError):
            # A program without a main guard, a child killed, no shared memory: the plain path gives the same answers.
            pass
    return _collect((check_one(election, raw) for raw in raws), len(raws), progress)


def _fast_path(election: Election, ballots: int) -> "Right | None":
    fast = compiled_module("fast", ballots)
    if fast is None or not fast.serves(election):
        return None
    right: Right = fast.right_ballots
    return right


def _compiled(
    election: Election, raws: Sequence[bytes], progress: Callable[[int, int], None] | None, right: Right
) -> list[Checked]:
    """Threads: compiled code lets them run beside each other. What is not found right is looked at again here."""
    chunks = [raws[start : start + _COMPILED_CHUNK] for start in range(0, len(raws), _COMPILED_CHUNK)]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        found = (
            Checked(ballot, ()) if ballot is not None else check_one(election, raw)
            for chunk, ballots in zip(chunks, pool.map(lambda chunk: right(election, chunk), chunks), strict=True)
            for raw, ballot in zip(chunk, ballots, strict=True)
        )
        return _collect(found, len(raws), progress)


def _processes(election: Election, ballots: int) -> int:
    # Starting children costs half a second: one ballot takes about 6 ms with libsodium, 40 ms with plain integers,
    # 300 ms in a field group.
    worth = 6 if election.group is not ED25519 else 150 if sodium.INSTALLED else 25
    return (os.cpu_count() or 1) if ballots >= worth else 1


def _in_parallel(
    election: Election, raws: Sequence[bytes], progress: Callable[[int, int], None] | None, processes: int
) -> list[Checked]:
    # Spawned, not forked: a server calls this with threads running, and forking then may deadlock.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        tasks = ((election.raw, raw) for raw in raws)
        return _collect(pool.map(_task, tasks, chunksize=_CHUNK), len(raws), progress)


@lru_cache(maxsize=2)
def _parsed(raw: bytes) -> Election:
    return parse_election(raw)


def _task(task: tuple[bytes, bytes]) -> Checked:
    return check_one(_parsed(task[0]), task[1])


def _collect(outcomes: Iterable[Checked], total: int, progress: Callable[[int, int], None] | None) -> list[Checked]:
    done: list[Checked] = []
    for outcome in outcomes:
        done.append(outcome)
        if progress is not None and (len(done) % _CHUNK == 0 or len(done) == total):
            progress(len(done), total)
    return done
