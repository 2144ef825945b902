"""The archive, written from the rows, which are the truth: the same rows always give the same bytes.

Only the state of the votation says which events there are, so that one row read once decides what is written.
Ready: setup and ballots; closed, forgotten: the end of ballots; tallied: the encrypted tally; decided: decryptions and
result.
"""

from collections.abc import Iterator

from beffroi.apps.votations import rules
from beffroi.apps.votations.models import Ballot, SealedBallot, Trustee, Votation
from beffroi.core.errors import Refused
from beffroi.core.voting.archive import (
    Event,
    ballot_event,
    ballot_head,
    decryption_event,
    end_ballots_event,
    event_bytes,
    event_hash,
    result_event,
    setup_event,
    tally_event,
    write,
)
from beffroi.core.voting.election import parse_election
from beffroi.core.voting.second_proof import published
from beffroi.core.voting.tally import sized_tally

BATCH = 200  # ballots read at once, 3 kB each
State = Votation.State
AFTER_BALLOTS = {State.READY: 0, State.CLOSED: 1, State.FORGOTTEN: 1, State.TALLIED: 2}


def extend(votation: Votation, event: Event) -> None:
    """Adds an event to the chain: the row's height and head become those of the event. Saves nothing."""
    parent, height = (votation.head, votation.height + 1) if votation.height is not None else (None, 0)
    payload = event.data[-1] if event.data else None
    votation.height, votation.head = height, event_hash(event_bytes(event.kind, height, parent, payload))


def ballots(votation: Votation) -> int:
    """How many ballots the box holds, replaced ones included: the chain has one event for each, after the setup."""
    if votation.height is None:
        return 0
    if votation.state == State.DECIDED:
        return votation.height - 3 - len(counted(votation))
    return votation.height - AFTER_BALLOTS[State(votation.state)]


def raw_ballots(votation: Votation) -> Iterator[bytes]:
    """The box in the order of the chain, from whichever table holds it now: it may be sealed while we read."""
    height, last = 0, ballots(votation)
    while height < last:
        rows = _batch(Ballot, votation, height, last) or _batch(SealedBallot, votation, height, last)
        assert rows, "a ballot is missing from the box"
        for at, raw in rows:
            assert at == height + 1, "a ballot is missing from the box"
            height = at
            yield raw


def _batch(
    table: type[Ballot] | type[SealedBallot], votation: Votation, after: int, last: int
) -> list[tuple[int, bytes]]:
    rows = table.objects.filter(votation=votation, height__gt=after, height__lte=last).order_by("height")
    return [(height, bytes(raw)) for height, raw in rows.values_list("height", "raw")[:BATCH]]


def head_at(votation: Votation, height: int) -> str:
    """The hash of the event of the ballot at this height, computed anew along the chain: no row repeats it."""
    first = setup(votation)
    head = event_hash(event_bytes(first.kind, 0, None, first.data[-1]))
    # From whichever table holds the box now, in one read: it may be sealed meanwhile.
    trackers = _trackers(Ballot, votation, height) or _trackers(SealedBallot, votation, height)
    assert len(trackers) == height, "a ballot is missing from the box"
    for at, tracker in enumerate(trackers, 1):
        head = ballot_head(at, head, tracker)
    return head


def _trackers(table: type[Ballot] | type[SealedBallot], votation: Votation, height: int) -> list[str]:
    rows = table.objects.filter(votation=votation, height__lte=height).order_by("height")
    return list(rows.values_list("tracker", flat=True))


def setup(votation: Votation) -> Event:
    """The first event of the chain."""
    assert votation.election is not None
    assert votation.trustees is not None
    assert votation.credentials is not None
    election = parse_election(bytes(votation.election))
    return setup_event(election, bytes(votation.trustees), bytes(votation.credentials))


def sized(votation: Votation) -> bytes:
    """The size record of the tally: every credential weighs one."""
    assert votation.encrypted_tally is not None
    voters = SealedBallot.objects.filter(votation=votation).values("credential").distinct().count()
    return sized_tally(bytes(votation.encrypted_tally), voters, voters)


def counted(votation: Votation) -> list[Trustee]:
    """The trustees whose decryptions count, by number: all; of a group the first that were handed in, as many as it
    takes.
    """
    handed = votation.trustee_rows.exclude(decryption=None).order_by("decrypted_at", "owner")
    found = rules.read(votation.rules).group
    return sorted(handed[: found[0]] if found else handed, key=lambda trustee: trustee.owner)


def decryptions(votation: Votation) -> Iterator[Event]:
    """The partial decryptions that count, in the order of the trustees' numbers."""
    for trustee in counted(votation):
        assert trustee.decryption is not None
        yield decryption_event(trustee.owner, bytes(trustee.decryption))


def second_proofs(votation: Votation) -> bytes:
    """What is published beside the archive: the second proofs of its decryptions, in their order. Empty before.

    Empty too where a decryption was taken before second proofs were asked for.
    """
    if votation.state != State.DECIDED:
        return b""
    rows = votation.trustee_rows.exclude(decryption=None)
    proofs = {bytes(row.decryption or b""): bytes(row.second_proof or b"") for row in rows}
    listed = [proofs[event.data[0]] for event in decryptions(votation)]
    return published(listed) if all(listed) else b""


def events(votation: Votation) -> Iterator[Event]:
    """Every event of the chain up to now. `Refused("votations.no_archive")` before the election exists."""
    state = votation.state
    if state in {State.DRAFT, State.DROPPED, State.CALLED}:
        raise Refused("votations.no_archive")
    yield setup(votation)
    for raw in raw_ballots(votation):
        yield ballot_event(raw)
    if state != State.READY:
        yield end_ballots_event()
    if state in {State.TALLIED, State.DECIDED}:
        assert votation.encrypted_tally is not None
        yield tally_event(bytes(votation.encrypted_tally), sized(votation))
    if state == State.DECIDED:
        yield from decryptions(votation)
        assert votation.result is not None
        yield result_event(bytes(votation.result))


def archive_bytes(votation: Votation) -> Iterator[bytes]:
    """The `.bel` file in pieces, never whole in memory. Its one date is the instant at which the election was made."""
    if votation.ready_at is None:
        raise Refused("votations.no_archive")
    return write(int(votation.ready_at.timestamp()), events(votation))
