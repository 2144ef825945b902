"""From the sealed box to the decision: encrypted tally, decryptions, result, decision, our own verification of it."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime

from django.db import transaction

from beffroi.apps.gazette.actions import publish
from beffroi.apps.roll.models import Account
from beffroi.apps.votations import archive, queries, rules
from beffroi.apps.votations.actions.ceremony import keep, member_of, of_group
from beffroi.apps.votations.actions.preparing import BLANK, NO, YES
from beffroi.apps.votations.actions.state import State, locked, move
from beffroi.apps.votations.models import Votation
from beffroi.core.errors import Refused
from beffroi.core.suffrage import Count
from beffroi.core.suffrage import decide as decide_by_the_rules
from beffroi.core.voting import canon
from beffroi.core.voting import tally as core
from beffroi.core.voting.archive import result_event, tally_event
from beffroi.core.voting.ballot import Ballot, read_ballot
from beffroi.core.voting.election import Election
from beffroi.core.voting.group import ED25519
from beffroi.core.voting.second_proof import check_envelope, read_published
from beffroi.core.voting.trustees import Trustees, read_trustees
from beffroi.core.voting.verify import Announced
from beffroi.core.voting.verify import verify as verify_archive


def tally(votation: Votation, now: datetime) -> Votation:
    """Adds up the encrypted ballots, the last of each credential, without opening one. After forgetting only."""
    row = Votation.objects.get(pk=votation.pk)
    if row.state in {State.TALLIED, State.DECIDED}:
        return row
    if row.state != State.FORGOTTEN:
        raise Refused("votations.wrong_state", row.number)
    weights = dict.fromkeys(queries.listed_credentials(row), 1)
    encrypted = core.encrypted_tally(queries.election(row), _ballots(row), weights)
    with transaction.atomic():
        row = locked(votation, State.FORGOTTEN)
        row.encrypted_tally = encrypted
        move(row, State.TALLIED)
        archive.extend(row, tally_event(encrypted, archive.sized(row)))
        row.save()
    return row


def _ballots(row: Votation) -> Iterator[Ballot]:
    election = queries.election(row)
    return (read_ballot(election, raw) for raw in archive.raw_ballots(row))  # proofs were checked as they came in


def receive_decryption(votation: Votation, owner: int, handed: bytes, now: datetime) -> None:
    """Takes a trustee's decryption with its second proof, both checked against her key. May be replaced until decided.

    Not before every station is agreed: nobody knows what was cast online while paper is still voted or counted.
    """
    with transaction.atomic():
        row = locked(votation, State.TALLIED)
        if queries.stations_left(row):
            raise Refused("votations.paper_first")
        trustee = row.trustee_rows.filter(owner=owner).first()
        if trustee is None:
            raise Refused("votations.no_such_trustee", str(owner))
        assert row.encrypted_tally is not None
        key = _owner_keys(row)[owner - 1]
        try:
            pd, proof = check_envelope(queries.election(row), key, bytes(row.encrypted_tally), handed)
        except Refused as refused:
            raise Refused(refused.rule, f"{owner} ({trustee.name})") from refused
        trustee.decryption, trustee.second_proof, trustee.decrypted_at = pd, proof, now
        trustee.save()
        publish("votation.decrypted", now, votation=row.number, uuid=row.uuid, trustee=owner)


def hand_in_decryption(votation: Votation, account: Account, handed: bytes, now: datetime) -> None:
    """Takes a member's decryption from her own account. A wrong one is set aside, and said by name until it is right.

    Raises what `receive_decryption` does.
    """
    mine = member_of(of_group(votation), account)
    try:
        with transaction.atomic():
            receive_decryption(votation, mine.trustee.owner, handed, now)
            keep(mine, replace(mine.part, set_aside=""))
    except Refused as refused:
        if refused.rule.startswith("decryption."):
            keep(mine, replace(mine.part, set_aside=refused.rule))
        raise


def _owner_keys(row: Votation) -> list[str]:
    return [ED25519.to_string(key) for key in _trustees(row).owner_keys()]


def _trustees(row: Votation) -> Trustees:
    assert row.trustees is not None
    return read_trustees(bytes(row.trustees), ED25519)


def decide(votation: Votation, now: datetime) -> Votation:
    """Opens the total, adds the paper counts, applies the frozen rules. Needs enough decryptions, and all stations."""
    with transaction.atomic():
        row = locked(votation, State.TALLIED)
        if queries.stations_left(row):
            raise Refused("votations.paper_first")
        if not queries.is_decrypted(row):
            raise Refused("votations.decryption_missing")
        row.result = _open_total(row)
        online = online_count(queries.election(row), row.result)
        move(row, State.DECIDED)
        row.decided_at = now
        for event in archive.decryptions(row):
            archive.extend(row, event)
        archive.extend(row, result_event(row.result))
        row.decision = rules.canonical(_decision(row, online))
        row.save()
        _publish_decision(row, now)
    return row


def _open_total(row: Votation) -> bytes:
    assert row.encrypted_tally is not None
    decryptions = [(trustee.owner, bytes(trustee.decryption or b"")) for trustee in archive.counted(row)]
    _, total, _ = core.read_sized(archive.sized(row))
    return core.result_of(queries.election(row), _trustees(row), bytes(row.encrypted_tally), decryptions, total)


def online_count(election: Election, result: bytes) -> Count:
    """The online total of a yes or no question, from the result's bytes."""
    (row,) = core.read_result(election, result)
    numbers = [n for n in row if isinstance(n, int)]
    return Count(yes=numbers[YES], no=numbers[NO], blank=numbers[BLANK])


def _decision(row: Votation, online: Count) -> dict[str, object]:
    frozen = rules.read(row.rules)
    paper = {code: agreed.count for code, agreed in queries.agreed_counts(row).items()}
    total = sum(paper.values(), online)
    decision = decide_by_the_rules(frozen.decision, total)
    digest, size = hashlib.sha256(), 0
    for piece in archive.archive_bytes(row):
        digest.update(piece)
        size += len(piece)
    return {
        "outcome": decision.outcome,
        "registered": frozen.registered,
        "participants": decision.participants,
        "minimum": decision.minimum_needed,
        "total": asdict(total),
        "online": asdict(online),
        "paper": {code: asdict(count) for code, count in paper.items()},
        "reasons": [asdict(reason) for reason in decision.reasons],
        "archive": {"bytes": size, "sha256": digest.hexdigest()},
    }


def _publish_decision(row: Votation, now: datetime) -> None:
    found = json.loads(row.decision)
    assert row.height is not None
    publish(
        "votation.decided",
        now,
        votation=row.number,
        uuid=row.uuid,
        outcome=found["outcome"],
        registered=found["registered"],
        participants=found["participants"],
        minimum=found["minimum"],
        yes=found["total"]["yes"],
        no=found["total"]["no"],
        blank=found["total"]["blank"],
        height=row.height,
        head=row.head,
        archive_sha256=found["archive"]["sha256"],
    )


def verify(votation: Votation, now: datetime) -> Votation:
    """Runs the auditor's verifier on the published archive and keeps its steps, passed or not, for the page."""
    row = Votation.objects.get(pk=votation.pk)
    if row.state != State.DECIDED:
        raise Refused("votations.wrong_state", row.number)
    published = archive.second_proofs(row)
    proofs = read_published([published]) if published else None
    steps = verify_archive(b"".join(archive.archive_bytes(row)), announced(row), second_proofs=proofs)
    told = json.dumps([asdict(step) for step in steps])
    Votation.objects.filter(pk=row.pk).update(verification=told)
    row.verification = told
    return row


def announced(row: Votation) -> Announced:
    """What the journal has said of this votation, for the verifier."""
    assert row.credentials is not None
    assert row.trustees is not None
    assert row.height is not None
    return Announced(
        fingerprint=row.fingerprint,
        credentials=canon.sha256_hex(bytes(row.credentials)),
        trustees=canon.sha256_hex(bytes(row.trustees)),
        heads=((row.height, row.head),),
        last_height=row.height,
        ballots=archive.ballots(row),
    )
