"""What `beffroi verify` decides and says, for both command lines (`cli`, and `bare` of the verifier in one file).

Above the rooms, because the journal says what was announced of an election.
"""

import json
from collections.abc import Iterable, Mapping

from beffroi.core.errors import Malformed
from beffroi.core.journal.log import Entry, verify_log
from beffroi.core.verdict import Step, accepted
from beffroi.core.voting import archive, tally
from beffroi.core.voting.archive import Board
from beffroi.core.voting.election import parse_election
from beffroi.core.voting.tar import Source
from beffroi.core.voting.verify import HOW, Announced, How, verify_board

UNANNOUNCED = "consistent, but not shown to be the election that was announced"
FINGERPRINT_ONLY = (
    "accepted: the election is the one of this fingerprint (its list of credentials and the states of its ballot box "
    "were not compared with the journal)"
)
ANNOUNCED = "accepted: this is the election that the journal announced, and its result is right"
ANNOUNCED_OPEN = "accepted so far: this is the election that the journal announced; it has no result yet"
REFUSED = "REFUSED"


def audit(
    raw: Source,
    fingerprint: str | None = None,
    journal: tuple[bytes, bytes, str] | None = None,
    how: How = HOW,
    second_proofs: Mapping[str, bytes] | None = None,
) -> tuple[list[Step], str]:
    """The steps and the verdict, one of the sentences above. Raises Malformed when `raw` is no archive.

    `fingerprint` is the one that was announced; `journal` its entries, its signed tree head and its published key;
    `second_proofs` what was published beside the archive. Raises Refused for a state of another verification
    (`How.saved`).
    """
    board = archive.survey(raw)
    steps: list[Step] = []
    announced = Announced(fingerprint=fingerprint) if fingerprint else None
    if journal is not None:
        steps, entries = verify_log(*journal)
        announced, step = announced_in(entries, _uuid(board), fingerprint)
        steps.append(step)
        steps += totals_in(entries, board)
    steps += verify_board(board, announced, how, second_proofs)
    return steps, _verdict(steps, fingerprint, journal is not None)


def _verdict(steps: list[Step], fingerprint: str | None, journal: bool) -> str:
    if not accepted(steps):
        return REFUSED
    if journal:
        return ANNOUNCED if any(step.code == "result.count" for step in steps) else ANNOUNCED_OPEN
    return FINGERPRINT_ONLY if fingerprint else UNANNOUNCED


def _uuid(board: Board) -> str | None:
    first = board.others.get(0)
    try:
        return parse_election(first.data[0]).uuid if first is not None and first.data else None
    except Malformed:
        return None  # the verification itself says what is wrong with the election


# ---------------------------------------------------------------- the journal


def announced_in(entries: Iterable[Entry], uuid: str | None, fingerprint: str | None) -> tuple[Announced | None, Step]:
    """What the journal announced of the election `uuid`, and the step that says whether it did."""
    listed = list(entries)
    opened = [entry for entry in listed if entry.kind == "votation.opened" and entry.data["uuid"] == uuid]
    if uuid is None or len(opened) != 1:
        return None, _journal_step(f"the journal announces the election {uuid} {len(opened)} times, not once")
    data = opened[0].data
    if fingerprint is not None and fingerprint != data["fingerprint"]:
        return None, _journal_step(
            f"entry {opened[0].index}: its fingerprint is {data['fingerprint']}, not the one given"
        )
    later = _later(listed, data["votation"])
    for kind in _ONCE:
        if len(later[kind]) > 1:
            return None, _journal_step(f"the journal says {kind} of {data['votation']} {len(later[kind])} times")
    if data["registered"] != data["credentials"]:
        fault = f"{data['credentials']} credentials for {data['registered']} persons registered"
        return None, _journal_step(f"entry {opened[0].index}: {fault}")
    heads = tuple((int(d["height"]), str(d["head"])) for found in later.values() for d in found if "height" in d)
    closed, decided = later["votation.closed"], later["votation.decided"]
    announced = Announced(
        fingerprint=str(data["fingerprint"]),
        credentials=str(data["credentials_sha256"]),
        trustees=str(data["trustees_sha256"]),
        heads=heads,
        last_height=int(decided[-1]["height"]) if decided else None,
        ballots=int(closed[-1]["ballots"]) if closed else None,
        archive=str(decided[-1]["archive_sha256"]) if decided else None,
    )
    return announced, _journal_step()


_ONCE = ("votation.closed", "votation.decided")
_LATER = ("votation.box_head", "votation.paper_agreed", *_ONCE)


def _later(entries: Iterable[Entry], votation: str | int) -> dict[str, list[dict[str, str | int]]]:
    """What the journal says of a votation after its opening, by kind."""
    about = [entry for entry in entries if entry.data.get("votation") == votation]
    return {kind: [entry.data for entry in about if entry.kind == kind] for kind in _LATER}


def totals_in(entries: Iterable[Entry], board: Board) -> list[Step]:
    """The step that compares the decision that the journal announced with its figures; none before the decision.

    The figures are the archive's online result and the paper counts of the stations, which the journal holds.
    """
    listed, uuid = list(entries), _uuid(board)
    for opened in (entry.data for entry in listed if entry.kind == "votation.opened" and entry.data["uuid"] == uuid):
        later = _later(listed, opened["votation"])
        for decided in later["votation.decided"]:
            faults = _total_faults(opened, decided, later["votation.paper_agreed"], _online(board))
            title = "The announced decision is what the online result and the paper counts give"
            return [Step("announced.decision", title, not faults, 1 + len(later["votation.paper_agreed"]), faults)]
    return []


def _online(board: Board) -> dict[str, int] | None:
    """The online result of a votation by yes or no; None when the archive holds none that can be read."""
    results = [event for event in board.of_kind("Result") if event.data]
    try:
        setup = board.setup
        numbers = tally.read_result(parse_election(setup[0]), results[0].data[-1]) if setup and results else []
    except Malformed:  # the verification itself says what is wrong
        return None
    sums = [n for row in numbers for n in row if isinstance(n, int)]
    if [len(row) for row in numbers] != [3] or len(sums) != 3:
        return None
    return {"yes": sums[1], "no": sums[2], "blank": sums[0]}


def _total_faults(
    opened: dict[str, str | int],
    decided: dict[str, str | int],
    paper: list[dict[str, str | int]],
    online: dict[str, int] | None,
) -> tuple[str, ...]:
    if online is None:
        return ("the archive holds no result with which to compare the decision",)
    stations = [str(count["station"]) for count in paper]
    right: dict[str, str | int] = {
        name: number + sum(int(count[name]) for count in paper) for name, number in online.items()
    }
    participants = sum(int(number) for number in right.values())
    more_yes = int(right["yes"]) > int(right["no"])
    reached = participants >= int(decided["minimum"])
    outcome = ("adopted" if more_yes else "refused") if reached else "minimum_not_met"
    right |= {"participants": participants, "registered": opened["registered"], "outcome": outcome}
    odd = [f"station {code}: two paper counts" for code in sorted(set(stations)) if stations.count(code) > 1]
    if participants > int(opened["registered"]):
        odd.append(f"decision: {participants} voters for {opened['registered']} persons registered")
    return (
        *odd,
        *(
            f"decision: {name} is {decided[name]}, the figures give {value}"
            for name, value in right.items()
            if decided[name] != value
        ),
    )


def _journal_step(fault: str = "") -> Step:
    title = "The journal announced this election, once"
    return Step("announced.journal", title, not fault, 1, (fault,) if fault else ())


# ---------------------------------------------------------------- what is said


def unreadable(error: Malformed, as_json: bool) -> str:
    """What is printed of a file that is no archive."""
    sentence = f"{error.where}: {error.found}; expected {error.accepted}"
    return json.dumps({"verdict": REFUSED.lower(), "error": sentence}) if as_json else f"{REFUSED}: {sentence}"


def conclusion(steps: list[Step], verdict: str) -> str:
    """The last line: the verdict, with the numbers of the steps that failed."""
    failed = [str(n) for n, step in enumerate(steps, 1) if step.passed is False]
    return f"{verdict} (step {', '.join(failed)})" if failed else verdict


def to_json(steps: list[Step], verdict: str) -> str:
    """The steps and the verdict as JSON."""
    return json.dumps({"verdict": verdict, "steps": [_as_json(step) for step in steps]}, indent=1)


def _as_json(step: Step) -> dict[str, object]:
    return {
        "code": step.code,
        "title": step.title,
        "passed": step.passed,
        "count": step.count,
        "faults": list(step.faults),
    }
