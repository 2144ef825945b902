"""What a verification has found so far, and the steps that it is made of (spec 10)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from beffroi.core.verdict import Step
from beffroi.core.voting.archive import Board, Event
from beffroi.core.voting.election import Election
from beffroi.core.voting.tally import Tally
from beffroi.core.voting.trustees import Trustees

TITLES = {
    "archive.records": "The archive's records are whole, each named by its own hash",
    "archive.chain": "The events are chained without a gap, each with its data",
    "archive.events": "The events follow one another as the protocol says",
    "setup.election": "The election's public parameters can be read and are those of the archive's first event",
    "setup.trustees": "Every trustee has proved that she holds her key",
    "setup.key": "Ballots are encrypted with the key of these trustees",
    "setup.credentials": "The list of credentials is well formed, none twice",
    "ballots.form": "Every ballot is well formed and made for this election",
    "ballots.credentials": "Every ballot comes from a credential of the list",
    "ballots.signatures": "Every ballot is signed by its credential",
    "ballots.proofs": "Every ballot is proved to hold choices that the questions allow",
    "ballots.unique": "No ballot appears twice",
    "tally.sum": "The encrypted tally is the sum of the last ballot of each credential",
    "tally.size": "The number of ballots tallied is right",
    "shuffles.owners": "Each shuffle belongs to one trustee",
    "shuffles.proofs": "Each shuffle is proved to hold the same ballots in another order",
    "decryptions.owners": "Each partial decryption belongs to one trustee",
    "decryptions.proofs": "Each trustee has proved that her decryption is right",
    "decryptions.bound": "Each decryption has a second proof, which names every ciphertext and every factor",
    "result.count": "The result is what the trustees' decryptions give",
    "announced.fingerprint": "The election is the one that was announced",
    "announced.credentials": "The list of credentials is the one that was announced",
    "announced.trustees": "The trustees are those that were announced",
    "announced.heads": "The ballot box passed through the states that were announced",
    "announced.ballots": "The number of ballots in the box is the one that was announced",
    "announced.archive": "The archive's file is the one that was announced",
    "announced.last": "The archive ends where it was announced",
}


@dataclass
class Run:
    """The steps so far, and what was read on the way (None when it could not be).

    `malformed` are the numbers, from 0, of the ballots that could not be read; `sums` what the others add up to.
    """

    board: Board
    steps: list[Step] = field(default_factory=list)
    election: Election | None = None
    trustees: Trustees | None = None
    weights: dict[str, int] | None = None
    malformed: frozenset[int] = frozenset()
    sums: Tally | None = None
    tally: bytes | None = None
    decrypted: bytes | None = None  # the tally, after its shuffles where there are some
    total: int | None = None

    def step(self, code: str, faults: Sequence[str] | None, count: int = 0) -> None:
        """Add a step; `faults` is None when it could not run."""
        passed = None if faults is None else not faults
        self.steps.append(Step(code, TITLES[code], passed, count, tuple(faults or ())))

    def of_kind(self, kind: str) -> list[Event]:
        """Events of a kind other than Ballot."""
        return self.board.of_kind(kind)

    def last_ballots(self) -> dict[str, int]:
        """Of each credential that voted the number, from 0, of the ballot that counts: its last one."""
        return {credential: n for n, credential in enumerate(self.board.box.credentials) if credential is not None}
