"""What comes next in an election whose archive verifies: the tally, the shuffles, the decryptions, the result (spec 8).

Computed from the events so far and from what trustees hand in. Nothing here needs a secret, and nothing is written.
"""

from collections.abc import Sequence

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import archive, canon, credentials, second_proof, shuffle, tally
from beffroi.core.voting.archive import Event
from beffroi.core.voting.ballot import read_ballot
from beffroi.core.voting.election import Election, parse_election
from beffroi.core.voting.receive import ballots
from beffroi.core.voting.trustees import Single, Trustees, read_trustees

#: What each trustee handed in: her number from 1, and the bytes.
Handed = Sequence[tuple[int, bytes]]


def of_kind(events: Sequence[Event], kind: str) -> list[Event]:
    """The events of this kind, in their order."""
    return [event for event in events if event.kind == kind]


def election_of(events: Sequence[Event]) -> Election:
    """The election of these events, the first being the setup."""
    return parse_election(events[0].data[0])


def tally_of(events: Sequence[Event]) -> Event:
    """The encrypted tally of the box, of each credential's last ballot, with its size record."""
    election = election_of(events)
    weights = credentials.parse_credentials(events[0].data[2], election.group)
    read = [read_ballot(election, raw) for raw in ballots(events)]
    encrypted = tally.encrypted_tally(election, read, weights)
    voted = {ballot.credential for ballot in read}
    return archive.tally_event(
        encrypted, tally.sized_tally(encrypted, len(voted), sum(weights[credential] for credential in voted))
    )


def last_tally(election: Election, events: Sequence[Event]) -> bytes:
    """What is to be shuffled next or decrypted. Raises Refused "trustee.tally" while there is none."""
    encrypted = next((event.data[0] for event in events if event.kind == "EncryptedTally"), None)
    if encrypted is None:
        raise Refused("trustee.tally", "the archive holds no tally yet")
    for event in of_kind(events, "Shuffle"):
        encrypted = tally.shuffled_tally(election, encrypted, event.data[0])
    return encrypted


# ---------------------------------------------------------------- trustees


def names(raw: bytes) -> list[str]:
    """How the public knows each trustee of this file, in the order of owner numbers: `trustee 2 (Bo)`."""
    found: list[str] = []
    for item in canon.as_list(canon.parse(raw, "trustees"), "trustees"):
        kind, value = canon.as_list(item, "trustees", 2)
        member = canon.as_object(value, "trustee")
        keys = [member] if kind == "Single" else canon.as_list(member["verification_keys"], "trustee")
        for key in keys:
            name = canon.as_object(key, "trustee").get("name")
            shown = f" ({name})" if isinstance(name, str) and name.isprintable() else ""
            found.append(f"trustee {len(found) + 1}{shown}")
    return found


def named(raw: bytes, owner: int) -> str:
    """One of them; a number that nobody has is only said."""
    listed = names(raw)
    return listed[owner - 1] if 1 <= owner <= len(listed) else f"trustee {owner}"


# ---------------------------------------------------------------- shuffles


def right_shuffles(events: Sequence[Event], handed: Handed) -> tuple[list[Event], list[str]]:
    """Of the shuffles handed in, those that can follow, in the order given, and a line on each other one.

    One that stands in the archive already is neither: a command taken again goes on.
    """
    election, listed = election_of(events), events[0].data[1]
    size = len(read_trustees(listed, election.group).owner_keys())
    current, taken, faults = list(events), list[Event](), list[str]()
    for owner, raw in handed:
        event = archive.shuffle_event(owner, raw)
        if event in current:
            continue
        try:
            _check_shuffle(election, current, owner, size, raw)
        except (Malformed, Refused) as error:
            faults.append(f"{named(listed, owner)}: {error}")
            continue
        taken.append(event)
        current.append(event)
    return taken, faults


def _check_shuffle(election: Election, events: Sequence[Event], owner: int, size: int, raw: bytes) -> None:
    if not 1 <= owner <= size:
        raise Refused("shuffle.owner", f"there are {size} trustees")
    if any(tally.read_owned(event.data[1])[0] == owner for event in of_kind(events, "Shuffle")):
        raise Refused("shuffle.owner", "has already handed in another one")
    before = tally.shuffled_rows(election, last_tally(election, events))
    read = shuffle.read_shuffle(election, raw)
    for e, e_, proof in zip(before, read.ciphertexts, read.proofs, strict=True):
        shuffle.check_shuffle(election.group, election.key, election.fingerprint, e, e_, proof)


# ---------------------------------------------------------------- decryptions and result


def bound(events: Sequence[Event], handed: Handed) -> tuple[list[tuple[int, bytes]], list[bytes], list[str]]:
    """Of the decryptions handed in: them as archives hold them, their second proofs, and a line on each wrong proof.

    One without a second proof (belenios-tool makes none) is taken as it is: `ending` checks the others' own proofs.
    """
    election, listed = election_of(events), events[0].data[1]

    def check(key: str, raw: bytes) -> tuple[bytes, bytes | None]:
        pd, proof = second_proof.split(raw)
        if proof is not None:
            second_proof.check(election, key, last_tally(election, events), pd, proof)
        return pd, proof

    right, wrong = tally.right_ones(election, read_trustees(listed, election.group), handed, check)
    taken = [(owner, pd) for owner, (pd, _) in right.items()]
    proofs = [proof for _, proof in right.values() if proof is not None]
    return taken, proofs, [_with_name(listed, line) for line in wrong]


def ending(events: Sequence[Event], handed: Handed) -> tuple[list[Event], list[str]]:
    """The decryptions that are still to be added and the result, and a line on each one that is wrong.

    Decryptions in the archive count first, then those handed in, in the order given. Nothing is to be added before they
    give a result: one that stands in the archive cannot be set aside any more. Raises Refused "result.missing" naming
    who is missing, "result.logarithm" when a trustee's decryption is proved and leads to no result.
    """
    election, listed = election_of(events), events[0].data[1]
    trustees, encrypted = read_trustees(listed, election.group), last_tally(election, events)
    there = [tally.read_owned(event.data[1])[0] for event in of_kind(events, "PartialDecryption")]
    kept = list(zip(there, (event.data[0] for event in of_kind(events, "PartialDecryption")), strict=True))
    new = [one for one in handed if one not in kept]
    valid, wrong = tally.valid_decryptions(election, trustees, encrypted, [*kept, *new])
    faults = [_with_name(listed, line) for line in wrong]
    total = tally.read_sized(of_kind(events, "EncryptedTally")[0].data[1])[1]
    try:
        numbers = tally.result_of(election, trustees, encrypted, valid, total)
    except Refused as error:
        raise Refused(error.rule, "; ".join([_missing(listed, trustees, valid, error), *faults])) from error
    added = [archive.decryption_event(owner, pd) for owner, pd in valid if owner not in there]
    return [*added, archive.result_event(numbers)], faults


def _with_name(listed: bytes, line: str) -> str:
    """`tally` names a trustee by number; here the public's name stands beside it."""
    for owner, name in enumerate(names(listed), 1):
        if line.startswith(f"trustee {owner}:"):
            return name + line[len(f"trustee {owner}") :]
    return line


def _missing(listed: bytes, trustees: Trustees, valid: Handed, error: Refused) -> str:
    if error.rule != "result.missing":
        return error.at_fault
    have, owner, said = {owner for owner, _ in valid}, 1, list[str]()
    for member in trustees.members:
        size, needed = (1, 1) if isinstance(member, Single) else (len(member.verification_keys), member.threshold)
        absent = [n for n in range(owner, owner + size) if n not in have]
        if size - len(absent) < needed:
            names_ = ", ".join(named(listed, n) for n in absent)
            said.append(f"{needed - size + len(absent)} of {names_}" if size > 1 else names_)
        owner += size
    return "still missing: " + "; ".join(said)
