"""A small election by our own code, played to the end or up to a phase, and what was announced of an archive."""

import hashlib
from dataclasses import dataclass

from beffroi.core.voting import archive, ballot, credentials, election, shuffle, tally, trustees
from beffroi.core.voting.archive import Event
from beffroi.core.voting.questions import AnyQuestion, ListsQuestion, NumbersQuestion, Question
from beffroi.core.voting.verify import Announced

YES_NO = Question("Do you agree?", ("yes", "no"), 1, 1, True)
RANKED = NumbersQuestion("In which order?", ("bread", "wine", "cheese"))
LISTED = ListsQuestion("Which list?", (("A", "ana", "bo"), ("B", "cleo"), ("C", "dan", "eve", "fay")))
BLANK, YES, NO = (1, 0, 0), (0, 1, 0), (0, 0, 1)
TIMESTAMP = 1_795_367_615


@dataclass(frozen=True)
class Played:
    """An election with its secrets, as no one person ever holds them."""

    election: election.Election
    private: dict[str, str]
    public: bytes
    keys: list[trustees.TrusteeKey]
    trustees: bytes
    ballots: list[bytes]
    events: list[Event]

    @property
    def archive(self) -> bytes:
        return b"".join(archive.write(TIMESTAMP, self.events))

    def cut(self, kind: str) -> bytes:
        """The archive up to the last event of this kind."""
        last = max(i for i, event in enumerate(self.events) if event.kind == kind)
        return b"".join(archive.write(TIMESTAMP, self.events[: last + 1]))


def set_up(questions: tuple[AnyQuestion, ...] = (YES_NO,), voters: int = 9, uuid: str = "") -> Played:
    """Three single trustees, credentials for `voters`, no ballot yet."""
    uuid = uuid or election.new_uuid()
    keys = [trustees.new_trustee_key() for _ in range(3)]
    listed = trustees.trustees_json([trustees.public_json(key) for key in keys], ["Ana", "Bo", "Cé"])
    raw = election.election_json(uuid, "Un vote", "Pour de faux", trustees.election_key(listed), questions)
    chosen = election.parse_election(raw)
    private, public = credentials.make_credentials(uuid, [str(n) for n in range(1, voters + 1)])
    return Played(chosen, private, public, keys, listed, [], [archive.setup_event(chosen, listed, public)])


def cast(played: Played, number: str, *choices: tuple[int, ...]) -> bytes:
    """One more ballot in the box."""
    raw = ballot.encrypt(played.election, played.private[number], choices)
    played.ballots.append(raw)
    played.events.append(archive.ballot_event(raw))
    return raw


def count(played: Played) -> Played:
    """Close the box, add up, decrypt by all three, count."""
    weights = credentials.parse_credentials(played.public, played.election.group)
    read = [ballot.read_ballot(played.election, raw) for raw in played.ballots]
    voted = {b.credential for b in read}
    total = sum(weights[credential] for credential in voted)
    added = tally.encrypted_tally(played.election, read, weights)
    played.events.append(archive.end_ballots_event())
    played.events.append(archive.tally_event(added, tally.sized_tally(added, len(voted), total)))
    if played.election.is_shuffled:
        added = shuffled(played, added)
    pds = [tally.partial_decryption(played.election, key, added) for key in played.keys]
    played.events.extend(archive.decryption_event(owner, pd) for owner, pd in enumerate(pds, 1))
    played.events.append(archive.result_event(tally.result(played.election, added, pds, total)))
    return played


def shuffled(played: Played, added: bytes, owners: tuple[int, ...] = (1, 3)) -> bytes:
    """These trustees shuffle in turn; what is then decrypted."""
    for owner in owners:
        raw = shuffle.make_shuffle(played.election, tally.shuffled_rows(played.election, added))
        played.events.append(archive.shuffle_event(owner, raw))
        added = tally.shuffled_tally(played.election, added, raw)
    played.events.append(archive.end_shuffles_event())
    return added


def yes_no_election() -> Played:
    """Eight voters of nine: 4 yes, 3 no, 1 blank; the first had voted no and voted again."""
    played = set_up()
    cast(played, "1", NO)
    for number, choice in zip("12345678", (YES, YES, YES, YES, NO, NO, NO, BLANK), strict=True):
        cast(played, number, choice)
    return count(played)


def announce(raw: bytes) -> Announced:
    """What a journal would have published of this archive."""
    read = archive.read(raw)
    setup = read.events[0].data
    return Announced(
        fingerprint=election.fingerprint(setup[0]),
        trustees=hashlib.sha256(setup[1]).hexdigest(),
        credentials=hashlib.sha256(setup[2]).hexdigest(),
        heads=tuple(enumerate(read.hashes)),
        last_height=len(read.events) - 1,
        ballots=sum(event.kind == "Ballot" for event in read.events),
    )
