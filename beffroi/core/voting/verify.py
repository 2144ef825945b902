"""The verifier: every rule that a public archive must obey, as a list of steps (spec 10).

It needs public data only, never stops at the first failure when it can go on, and names the object at fault.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from beffroi.core.errors import Malformed, Refused
from beffroi.core.verdict import Step
from beffroi.core.voting import archive, canon, counting, credentials, election, trustees
from beffroi.core.voting.archive import Event
from beffroi.core.voting.ballot import tracker
from beffroi.core.voting.box import Checked, check_ballots
from beffroi.core.voting.report import TITLES, Run

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


def verify(
    raw: bytes,
    announced: Announced | None = None,
    progress: Callable[[int, int], None] | None = None,
    processes: int | None = None,
    second_proofs: Mapping[str, bytes] | None = None,
) -> list[Step]:
    """Verify an archive; see spec 10 for the steps. Accepted when every step passed (`verdict.accepted`).

    `progress` is told how many ballots are checked, and of how many. `processes` is chosen by the number of
    processors and of ballots unless given; 1 stays in this process. `second_proofs` is what was published beside the
    archive (`second_proof.read_published`); without it the step `decryptions.bound` is not listed.
    """
    try:
        _, records = archive.scan(raw)
    except Malformed as error:
        run = Run([], [])
        run.step("archive.records", [str(error)])
        for code in _CODES_OF_EVERY_ARCHIVE[1:]:
            run.step(code, None)
        return run.steps
    events, hashes, broken = archive.link(records)
    run = Run(events, hashes)
    run.step("archive.records", archive.name_faults(records), len(records))
    run.step("archive.chain", broken, len(events))
    run.step("archive.events", _grammar(events, _is_shuffled(events)), len(events))
    _setup(run)
    _ballots(run, progress, processes)
    counting.check_tally(run)
    counting.check_shuffles(run)
    counting.check_decryptions(run)
    if second_proofs is not None:
        counting.check_second_proofs(run, second_proofs)
    counting.check_result(run)
    if announced is not None:
        _announced(run, announced, raw)
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


def _is_shuffled(events: Sequence[Event]) -> bool:
    """Whether the election, if it can be read, has a question whose ballots are shuffled."""
    try:
        return election.parse_election(events[0].data[0]).is_shuffled
    except (IndexError, Malformed):
        return False


def _grammar(events: Sequence[Event], shuffled: bool) -> list[str]:
    # Ballots that must be shuffled are never decrypted before: after the tally, shuffles are all that may follow.
    allowed = _AFTER | ({"EncryptedTally": ("Shuffle",)} if shuffled else {})
    faults = [] if events else ["the archive holds no event"]
    former = ""
    for height, event in enumerate(events):
        if event.kind not in allowed[former]:
            place = f"after {former}" if former else "as the first event"
            faults.append(f"event at height {height}: {event.kind[:30]!r} cannot stand {place}")
        if event.kind in allowed and event.kind:
            former = event.kind
    return faults


# ---------------------------------------------------------------- setup


def _setup(run: Run) -> None:
    first = run.events[0] if run.events else None
    if first is None or first.kind != "Setup" or len(first.data) != archive.DATA["Setup"]:
        for code in ("setup.election", "setup.trustees", "setup.key", "setup.credentials"):
            run.step(code, None)
        return
    faults = _setup_hashes(first.data)
    try:
        run.election = election.parse_election(first.data[0])
    except Malformed as error:
        faults.append(str(error))
    run.step("setup.election", faults, 1)
    _setup_trustees(run, first.data[1])
    _setup_credentials(run, first.data[2])


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


def _ballots(run: Run, progress: Callable[[int, int], None] | None, processes: int | None) -> None:
    raws = [event.data[-1] for event in run.of_kind("Ballot") if event.data]
    if run.election is None:
        for code in ("ballots.form", "ballots.credentials", "ballots.signatures", "ballots.proofs"):
            run.step(code, None)
    else:
        run.checked = check_ballots(run.election, raws, progress, processes)
        faults = _ballot_faults(run.checked, raws)
        run.step("ballots.form", faults["ballots.form"], len(raws))
        run.step("ballots.credentials", _unlisted(run), len(raws))
        run.step("ballots.signatures", faults["ballots.signatures"], len(raws))
        run.step("ballots.proofs", faults["ballots.proofs"], len(raws))
    run.step("ballots.unique", _repeated(raws), len(raws))


def _ballot_name(n: int, raw: bytes) -> str:
    return f"ballot {n} (tracker {tracker(raw)})"


def _ballot_faults(checked: Sequence[Checked], raws: Sequence[bytes]) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {"ballots.form": [], "ballots.signatures": [], "ballots.proofs": []}
    for n, (outcome, raw) in enumerate(zip(checked, raws, strict=True), 1):
        for step, fault in outcome.faults:
            faults[step].append(f"{_ballot_name(n, raw)}: {fault}")
    return faults


def _unlisted(run: Run) -> list[str] | None:
    if run.weights is None or run.checked is None:
        return None
    return [
        f"{_ballot_name(n, outcome.ballot.raw)}: its credential is not in the list"
        for n, outcome in enumerate(run.checked, 1)
        if outcome.ballot is not None and outcome.ballot.credential not in run.weights
    ]


def _repeated(raws: Sequence[bytes]) -> list[str]:
    first: dict[bytes, int] = {}
    return [
        f"{_ballot_name(n, raw)}: the same as ballot {first[raw]}"
        for n, raw in enumerate(raws, 1)
        if first.setdefault(raw, n) != n
    ]


# ---------------------------------------------------------------- what was announced


def _announced(run: Run, announced: Announced, raw: bytes) -> None:
    setup = run.events[0].data if run.events and run.events[0].kind == "Setup" else ()
    whole = len(setup) == archive.DATA["Setup"]
    found = {
        "fingerprint": election.fingerprint(setup[0]) if whole else "none",
        "trustees": canon.sha256_hex(setup[1]) if whole else "none",
        "credentials": canon.sha256_hex(setup[2]) if whole else "none",
        "archive": canon.sha256_hex(raw),
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
        run.step("announced.heads", _head_faults(run.hashes, announced.heads), len(announced.heads))
    if announced.ballots is not None:
        in_box = len(run.of_kind("Ballot"))
        fault = f"the box holds {in_box} ballots, {announced.ballots} were announced"
        run.step("announced.ballots", [] if in_box == announced.ballots else [fault], in_box)
    if announced.last_height is not None:
        last = len(run.events) - 1
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
