"""A group of trustees made by our own ceremony, and an election that it tallies."""

from dataclasses import dataclass

from beffroi.core.voting import archive, ballot, ceremony, credentials, election, rounds, sealing, tally, trustees
from beffroi.core.voting.election import Election
from beffroi.core.voting.rounds import Circle, Polynomial
from beffroi.core.voting.sealing import Seed
from tests.core.voting.elections import BLANK, NO, YES, YES_NO, Played, cast

NAMES = ("Ana", "Bo", "Cé", "Dia", "Eli")


@dataclass(frozen=True)
class Made:
    """All that the members of a group sent one another, and their seeds, which no one person ever holds."""

    seeds: list[Seed]
    certificates: list[bytes]
    circle: Circle
    commitments: list[bytes]
    handed: list[bytes]
    polynomials: tuple[Polynomial, ...]
    outputs: list[bytes]

    @property
    def record(self) -> bytes:
        return rounds.record(self.circle, self.polynomials, self.outputs, NAMES[: len(self.seeds)])

    @property
    def keys(self) -> list[trustees.TrusteeKey]:
        pairs = zip(self.seeds, self.outputs, strict=True)
        return [ceremony.decryption_key(seed, ceremony.sealed_key(output)) for seed, output in pairs]


def make(threshold: int = 2, size: int = 3) -> Made:
    """A whole ceremony."""
    seeds = [sealing.new_seed() for _ in range(size)]
    certificates = [ceremony.certificate(seed, n, threshold, size) for n, seed in enumerate(seeds, 1)]
    circle = rounds.read_certificates(certificates)
    handed = [ceremony.polynomial(seed, circle) for seed in seeds]
    commitments = [ceremony.commitment(seed, circle, raw) for seed, raw in zip(seeds, handed, strict=True)]
    polynomials = rounds.read_polynomials(circle, handed, rounds.read_commitments(circle, commitments))
    outputs = [ceremony.verification_key(seed, circle, polynomials) for seed in seeds]
    return Made(seeds, certificates, circle, commitments, handed, polynomials, outputs)


def set_up(made: Made, voters: int = 6) -> Played:
    """An election whose only trustees are this group; no ballot yet. No single key: `count` is for those."""
    uuid = election.new_uuid()
    listed = trustees.group_json(made.record)
    key = trustees.election_key(listed)
    chosen = election.parse_election(election.election_json(uuid, "Un vote", "Pour de faux", key, (YES_NO,)))
    private, public = credentials.make_credentials(uuid, [str(n) for n in range(1, voters + 1)])
    return Played(chosen, private, public, [], listed, [], [archive.setup_event(chosen, listed, public)])


def close(played: Played) -> tuple[bytes, int]:
    """Close the box and add up: the encrypted tally and the number of voters."""
    weights = credentials.parse_credentials(played.public, played.election.group)
    read = [ballot.read_ballot(played.election, raw) for raw in played.ballots]
    total = len({b.credential for b in read})
    added = tally.encrypted_tally(played.election, read, weights)
    played.events.append(archive.end_ballots_event())
    played.events.append(archive.tally_event(added, tally.sized_tally(added, total, total)))
    return added, total


def finish(played: Played, added: bytes, total: int, handed: list[tuple[int, bytes]]) -> bytes:
    """The result from what was handed in, put into the archive with the decryptions that are right."""
    listed = trustees.read_trustees(played.trustees, played.election.group)
    valid, _ = tally.valid_decryptions(played.election, listed, added, handed)
    found = tally.result_of(played.election, listed, added, valid, total)
    played.events.extend(archive.decryption_event(owner, pd) for owner, pd in valid)
    played.events.append(archive.result_event(found))
    return found


def decrypted(chosen: Election, made: Made, added: bytes, *members: int) -> list[tuple[int, bytes]]:
    """Partial decryptions of these members, in this order."""
    return [(n, tally.partial_decryption(chosen, made.keys[n - 1], added)) for n in members]


def yes_no_election() -> Played:
    """The same nine ballots as by single trustees; of our group of three, the third and the first decrypt."""
    made = make()
    played = set_up(made, voters=9)
    for number, choice in zip("112345678", (NO, YES, YES, YES, YES, NO, NO, NO, BLANK), strict=True):
        cast(played, number, choice)
    added, total = close(played)
    finish(played, added, total, decrypted(played.election, made, added, 3, 1))
    return played
