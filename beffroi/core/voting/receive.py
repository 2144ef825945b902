"""What may be added to an archive: what the ballot box asks of a ballot, and all that is asked of later events.

What stood in the archive before is taken as checked: taking a ballot does not mean checking the whole box again.
Whatever is not a ballot (the end of the box, the tally, a shuffle, a decryption, the result) is taken when the archive
that it would make verifies as a whole.
"""

from collections.abc import Sequence

from beffroi.core.errors import Refused
from beffroi.core.voting import canon
from beffroi.core.voting.archive import Archive, Event, credential_of
from beffroi.core.voting.ballot import tracker
from beffroi.core.voting.box import check_ballots
from beffroi.core.voting.election import parse_election
from beffroi.core.voting.verify import verify


def ballots(events: Sequence[Event]) -> list[bytes]:
    """The ballots among these events, in their order."""
    return [event.data[-1] for event in events if event.kind == "Ballot"]


def ballot_faults(events: Sequence[Event], raws: Sequence[bytes]) -> list[str]:
    """For each ballot that would be added after these events, why the box does not take it; "" when it does.

    Checked: form, this election's uuid and fingerprint, credential in the list, signature, every proof, and that it is
    not in the box already nor given twice. Raises Refused "box.closed".
    """
    if events[-1].kind not in ("Setup", "Ballot"):
        raise Refused("box.closed", f"no ballot can stand after {events[-1].kind}")
    election = parse_election(events[0].data[0])
    listed = _listed(events[0].data[2])
    known = set(ballots(events))
    faults: list[str] = []
    wrong: dict[int, str] = {}
    for outcome in check_ballots(election, raws, [0] * len(raws)):
        for n, _, fault in outcome.faults:
            wrong.setdefault(n, fault)
    for n, raw in enumerate(raws):
        if n in wrong:
            faults.append(wrong[n])
        elif credential_of(raw) not in listed:
            faults.append("ballot.credential: its credential is not in the list")
        else:
            faults.append("ballot.duplicate: it is in the box already, or was given twice" if raw in known else "")
        known.add(raw)
    return faults


def _listed(raw: bytes) -> set[str]:
    """The points of the list. That each is a member was checked with the setup, and is of the ballot's own point."""
    items = canon.as_list(canon.parse(raw, "credentials"), "credentials")
    return {canon.as_str(item, "credentials").partition(",")[0] for item in items}


def check_added(raw: bytes, read: Archive, added: int) -> None:
    """Raises Refused "archive.added" when the last `added` events of this archive are wrong or may not follow."""
    before, new = read.events[: len(read.events) - added], read.events[len(read.events) - added :]
    if before and all(event.kind == "Ballot" for event in new):
        faults = ballot_faults(before, ballots(new))
        named = [f"ballot {tracker(b)}: {fault}" for b, fault in zip(ballots(new), faults, strict=True) if fault]
    else:
        named = failures(raw)
    if named:
        raise Refused("archive.added", "; ".join(named[:5]))


def failures(raw: bytes) -> list[str]:
    """What the verification of this archive finds wrong, each with the sentence of its step; none when all is right."""
    found: list[str] = []
    for step in verify(raw):
        if step.passed is not True:
            found += [f"{step.title}: {fault}" for fault in step.faults or ("not checked",)]
    return found


def check_whole(raw: bytes, rule: str) -> None:
    """Raises Malformed when it is no archive, Refused under `rule` when it does not verify."""
    found = failures(raw)
    if found:
        raise Refused(rule, "; ".join(found[:5]))
