"""The verifier: every rule that a public archive must obey, as a list of steps (spec 10).

It needs public data only, never stops at the first failure when it can go on, and names the object at fault.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from beffroi.core.errors import Malformed, Refused
from beffroi.core.verdict import Step
from beffroi.core.voting import archive, canon, counting, credentials, election, tally, trustees
from beffroi.core.voting.archive import Board, Box, Event
from beffroi.core.voting.box import check_ballots
from beffroi.core.voting.report import TITLES, Run
from beffroi.core.voting.resume import Saved, State, start
from beffroi.core.voting.tar import Source

_CODES_OF_EVERY_ARCHIVE = [code for code in TITLES if code.startswith(("archive.", "setup.", "ballots."))]


@dataclass(frozen=True)
class Announced:
    """What was published apart from the archive; None or empty for what is not known.

    `fingerprint` is base64, `credentials` and `trustees` are the hexadecimal SHA-256 of the two files, `heads` pairs
    of a height and the hash of the event there, `last_height` that of the very last event, `ballots` the number of
    ballots in the box, those that a later one replaced included, `archive` the SHA-256 of the whole file.
    """

    fingerprint: str | None = None
    credentials: str | None = None
    trustees: str | None = None
    heads: tuple[tuple[int, str], ...] = ()
    last_height: int | None = None
    ballots: int | None = None
    archive: str | None = None


@dataclass(frozen=True)
class How:
    """How the ballots are checked; the steps are the same in every way.

    `progress` is told how many ballots are checked, and of how many. `processes` is chosen by the number of
    processors and of ballots unless given; 1 stays in this process. `scheduler` is the address of a Dask scheduler
    whose workers check instead. `saved` is where an interrupted verification left off.
    """

    progress: Callable[[int, int], None] | None = None
    processes: int | None = None
    scheduler: str | None = None
    saved: Saved | None = None


#: Everything chosen by the program.
HOW = How()


def verify(
    raw: Source,
    announced: Announced | None = None,
    progress: Callable[[int, int], None] | None = None,
    processes: int | None = None,
    second_proofs: Mapping[str, bytes] | None = None,
) -> list[Step]:
    """Verify an archive; see spec 10 for the steps. Accepted when every step passed (`verdict.accepted`).

    For `progress` and `processes` see `How`; `second_proofs` is what was published beside the archive
    (`second_proof.read_published`), and without it the step `decryptions.bound` is not listed. Memory grows with the
    list of credentials and by some 500 bytes for a ballot, when `raw` is a file on disk (`files.OnDisk`).
    """
    try:
        board = archive.survey(raw)
    except Malformed as error:
        run = Run(archive.Board(archive.Box(raw)))
        run.step("archive.records", [str(error)])
        for code in _CODES_OF_EVERY_ARCHIVE[1:]:
            run.step(code, None)
        return run.steps
    return verify_board(board, announced, How(progress, processes), second_proofs)


def verify_board(
    board: Board, announced: Announced | None, how: How, second_proofs: Mapping[str, bytes] | None = None
) -> list[Step]:
    """The same of an archive that has been read once. Raises Refused for a saved state that is not of this archive."""
    run = Run(board)
    run.step("archive.records", board.name_faults, board.records)
    run.step("archive.chain", board.chain_faults, len(board.kinds))
    run.step("archive.events", _grammar(board.kinds, _is_shuffled(board)), len(board.kinds))
    _setup(run)
    _ballots(run, how)
    counting.check_tally(run)
    counting.check_shuffles(run)
    counting.check_decryptions(run)
    if second_proofs is not None:
        counting.check_second_proofs(run, second_proofs)
    counting.check_result(run)
    if announced is not None:
        _announced(run, announced)
    return run.steps


def verified(raw: bytes, rule: str) -> tuple[election.Election, tuple[Event, ...]]:
    """The election and the events of an archive that verifies; `Refused` under `rule` otherwise."""
    failed = [step for step in verify(raw) if step.passed is not True]
    if failed:
        raise Refused(rule, f"the archive does not verify: {failed[0].title}")
    events = archive.read(raw).events
    return election.parse_election(events[0].data[0]), events


# ---------------------------------------------------------------- events

_BOX = ("Ballot", "EndBallots")
_AFTER: dict[str, tuple[str, ...]] = {
    "": ("Setup",),
    "Setup": _BOX,
    "Ballot": _BOX,
    "EndBallots": ("EncryptedTally",),
    "EncryptedTally": ("PartialDecryption", "Result"),
    "Shuffle": ("Shuffle", "EndShuffles"),
    "EndShuffles": ("PartialDecryption", "Result"),
    "PartialDecryption": ("PartialDecryption", "Result"),
    "Result": (),
}


def _is_shuffled(board: Board) -> bool:
    """Whether the election, if it can be read, has a question whose ballots are shuffled."""
    first = board.others.get(0)
    try:
        return first is not None and bool(first.data) and election.parse_election(first.data[0]).is_shuffled
    except Malformed:
        return False


def _grammar(kinds: Sequence[str], shuffled: bool) -> list[str]:
    # Ballots that must be shuffled are never decrypted before: after the tally, shuffles are all that may follow.
    allowed = _AFTER | ({"EncryptedTally": ("Shuffle",)} if shuffled else {})
    faults = [] if kinds else ["the archive holds no event"]
    former = ""
    for height, kind in enumerate(kinds):
        if kind not in allowed[former]:
            place = f"after {former}" if former else "as the first event"
            faults.append(f"event at height {height}: {kind[:30]!r} cannot stand {place}")
        if kind in allowed and kind:
            former = kind
    return faults


# ---------------------------------------------------------------- setup


def _setup(run: Run) -> None:
    data = run.board.setup
    if data is None:
        for code in ("setup.election", "setup.trustees", "setup.key", "setup.credentials"):
            run.step(code, None)
        return
    faults = _setup_hashes(data)
    try:
        run.election = election.parse_election(data[0])
    except Malformed as error:
        faults.append(str(error))
    run.step("setup.election", faults, 1)
    _setup_trustees(run, data[1])
    _setup_credentials(run, data[2])


def _setup_hashes(data: Sequence[bytes]) -> list[str]:
    names = ("election", "trustees", "credentials")
    try:
        found = canon.fields(canon.parse(data[3], "setup data"), "setup data", names)
        canon.check_canonical(data[3], {name: found[name] for name in names}, "setup data")
    except Malformed as error:
        return [str(error)]
    return [
        f"setup data: the hash of the {name} is not that of the archive's"
        for name, raw in zip(names, data[:3], strict=True)
        if found[name] != canon.sha256_hex(raw)
    ]


def _setup_trustees(run: Run, raw: bytes) -> None:
    if run.election is None:
        run.step("setup.trustees", None)
        run.step("setup.key", None)
        return
    group = run.election.group
    try:
        run.trustees = trustees.read_trustees(raw, group)
    except Malformed as error:
        run.step("setup.trustees", [str(error)])
        run.step("setup.key", None)
        return
    run.step("setup.trustees", trustees.check_trustees(run.trustees, group), len(run.trustees.owner_keys()))
    right = run.trustees.election_key(group) == run.election.key
    run.step("setup.key", [] if right else ["election: its public key is not that of its trustees"], 1)


def _setup_credentials(run: Run, raw: bytes) -> None:
    if run.election is None:
        run.step("setup.credentials", None)
        return
    try:
        run.weights = credentials.parse_credentials(raw, run.election.group)
    except Malformed as error:
        run.step("setup.credentials", [str(error)])
    else:
        run.step("setup.credentials", [], len(run.weights))


# ---------------------------------------------------------------- ballots


def _ballots(run: Run, how: How) -> None:
    box = run.board.box
    if run.election is None:
        for code in ("ballots.form", "ballots.credentials", "ballots.signatures", "ballots.proofs"):
            run.step(code, None)
    else:
        state = _checked(run, run.election, how)
        run.sums = state.sums
        run.malformed = frozenset(n for n, step, _ in state.faults if step == "ballots.form")
        faults: dict[str, list[str]] = {"ballots.form": [], "ballots.signatures": [], "ballots.proofs": []}
        for n, step, fault in state.faults:
            faults[step].append(f"{_ballot_name(box, n)}: {fault}")
        run.step("ballots.form", faults["ballots.form"], len(box))
        run.step("ballots.credentials", _unlisted(run), len(box))
        run.step("ballots.signatures", faults["ballots.signatures"], len(box))
        run.step("ballots.proofs", faults["ballots.proofs"], len(box))
    run.step("ballots.unique", _repeated(box), len(box))


def _checked(run: Run, chosen: election.Election, how: How) -> State:
    """Every ballot, a window after the other, from where a former verification left off."""
    box = run.board.box
    counts = [0] * len(box)
    for credential, n in run.last_ballots().items():
        counts[n] = (run.weights or {}).get(credential, 0)
    state = start(chosen) if how.saved is None else how.saved.load(chosen, box, counts)
    for outcome in check_ballots(chosen, box, counts, state.until, how.processes, how.scheduler):
        state.until = outcome.until
        state.faults += outcome.faults
        state.sums = tally.merged(chosen, state.sums, outcome.sums)
        if how.progress is not None:
            how.progress(outcome.until, len(box))
        if how.saved is not None:
            how.saved.save(chosen, box, counts, state)
    if how.saved is not None:
        how.saved.done()
    return state


def _ballot_name(box: Box, n: int) -> str:
    return f"ballot {n + 1} (tracker {box.tracker(n)})"


def _unlisted(run: Run) -> list[str] | None:
    weights, box = run.weights, run.board.box
    if weights is None:
        return None
    return [
        f"{_ballot_name(box, n)}: its credential is not in the list"
        for n, credential in enumerate(box.credentials)
        if n not in run.malformed and credential not in weights
    ]


def _repeated(box: Box) -> list[str]:
    first: dict[bytes, int] = {}
    return [
        f"{_ballot_name(box, n)}: the same as ballot {first[digest] + 1}"
        for n, digest in enumerate(box.digests)
        if first.setdefault(digest, n) != n
    ]


# ---------------------------------------------------------------- what was announced


def _announced(run: Run, announced: Announced) -> None:
    setup, hashes = run.board.setup, run.board.hashes
    found = {
        "fingerprint": election.fingerprint(setup[0]) if setup else "none",
        "trustees": canon.sha256_hex(setup[1]) if setup else "none",
        "credentials": canon.sha256_hex(setup[2]) if setup else "none",
        "archive": "" if announced.archive is None else archive.sha256_hex(run.board.box.raw),
    }
    for name, expected in (
        ("fingerprint", announced.fingerprint),
        ("credentials", announced.credentials),
        ("trustees", announced.trustees),
        ("archive", announced.archive),
    ):
        if expected is not None:
            fault = f"{name}: {found[name]} here, {expected} was announced"
            run.step(f"announced.{name}", [] if found[name] == expected else [fault], 1)
    if announced.heads:
        run.step("announced.heads", _head_faults(hashes, announced.heads), len(announced.heads))
    if announced.ballots is not None:
        in_box = run.board.kinds.count("Ballot")
        fault = f"the box holds {in_box} ballots, {announced.ballots} were announced"
        run.step("announced.ballots", [] if in_box == announced.ballots else [fault], in_box)
    if announced.last_height is not None:
        last = len(run.board.kinds) - 1
        fault = f"the last event is at height {last}, {announced.last_height} was announced"
        run.step("announced.last", [] if last == announced.last_height else [fault], 1)


def _head_faults(hashes: Sequence[str], heads: Sequence[tuple[int, str]]) -> list[str]:
    faults: list[str] = []
    for height, expected in heads:
        if not 0 <= height < len(hashes):
            faults.append(f"event at height {height}: the archive ends before it")
        elif hashes[height] != expected:
            faults.append(f"event at height {height}: it is {hashes[height]}, {expected} was announced")
    return faults
