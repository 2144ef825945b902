"""What others hand in before a votation opens: the authority's credentials, the trustees' keys; then the election."""

from datetime import datetime

from django.db import transaction

from beffroi.apps.gazette.actions import publish
from beffroi.apps.votations import archive, group, keys, rules
from beffroi.apps.votations.actions.ceremony import forget_records
from beffroi.apps.votations.actions.state import State, locked, move
from beffroi.apps.votations.models import Trustee, Votation, Voter
from beffroi.core.errors import Refused
from beffroi.core.voting import canon
from beffroi.core.voting.credentials import parse_credentials, public_list
from beffroi.core.voting.election import election_json, parse_election
from beffroi.core.voting.group import ED25519
from beffroi.core.voting.questions import Question
from beffroi.core.voting.trustees import check_public, election_key, trustees_json

# Index 0 of the encrypted answers is the blank ballot. The election's own words are French: they are part of what is
# signed.
ANSWERS = ("Oui", "Non")
BLANK, YES, NO = 0, 1, 2


def voter_numbers(votation: Votation) -> list[int]:
    """What the credential authority receives: numbers, and nothing that says who they are."""
    return list(Voter.objects.filter(votation=votation).order_by("number").values_list("number", flat=True))


def receive_credentials(votation: Votation, public: bytes, now: datetime) -> None:
    """Takes the authority's public list: one credential for each voter, of weight one, in the canonical order.

    It may be replaced until the election is made. Raises Malformed or Refused.
    """
    found = parse_credentials(public, ED25519)
    if any(weight != 1 for weight in found.values()) or public_list(found) != public:
        # The order of the points is the only one that says nothing about the order in which they were made.
        raise Refused("votations.credentials_order")
    with transaction.atomic():
        row = locked(votation, State.CALLED)
        voters = Voter.objects.filter(votation=row).count()
        if len(found) != voters:
            raise Refused("votations.credentials_count", f"{len(found)} / {voters}")
        Votation.objects.filter(pk=row.pk).update(credentials=public)


def receive_trustee(votation: Votation, owner: int, name: str, side: str, public: bytes, now: datetime) -> None:
    """Takes a trustee's public key with its proof, where all decrypt and each has a key of her own.

    May be replaced until the election is made. Raises Malformed or Refused.
    """
    key = check_public(public)
    if owner < 1 or not name.strip() or side not in Trustee.Side.values:
        raise Refused("votations.trustee")
    with transaction.atomic():
        row = locked(votation, State.CALLED)
        if rules.read(row.rules).group:
            raise Refused("votations.group_only")
        others = row.trustee_rows.exclude(owner=owner)
        if any(check_public(bytes(other.public_key)) == key for other in others):
            raise Refused("votations.trustee_key_twice", name)
        row.trustee_rows.update_or_create(owner=owner, defaults={"name": name, "side": side, "public_key": public})


def remove_trustee(votation: Votation, owner: int, now: datetime) -> None:
    """Takes a trustee's row away, until the election is made: a wrong number would leave a gap for ever.

    The others of her group begin anew when they may have read her certificate.
    """
    with transaction.atomic():
        row = locked(votation, State.CALLED)
        found = group.of(row)
        if found is not None and found.step != group.CERTIFICATE:
            forget_records(found)
        if not row.trustee_rows.filter(owner=owner).delete()[0]:
            raise Refused("votations.no_such_trustee", str(owner))


def make_ready(votation: Votation, now: datetime) -> Votation:
    """Makes the election from what was handed in. After this nothing changes: the clock opens and closes the vote."""
    with transaction.atomic():
        row = locked(votation, State.CALLED)
        assert row.closes_at is not None
        if now >= row.closes_at:
            raise Refused("votations.closed")
        if row.credentials is None:
            raise Refused("votations.no_credentials")
        _make_election(row)
        row.ready_at = now
        move(row, State.READY)
        archive.extend(row, archive.setup(row))
        row.save()
        _publish_opening(row, now)
        # Last, and on disk before the commit: a votation that is ready has its key.
        keys.make(row.uuid)
    return row


def _make_election(row: Votation) -> None:
    row.trustees = _trustees_file(row)
    row.election = election_json(
        row.uuid,
        row.title,
        f"{row.number} ; règles sha256 {row.rules_sha256}",
        election_key(row.trustees),
        [Question(row.question, ANSWERS, minimum=1, maximum=1, blank=True)],
    )
    row.fingerprint = parse_election(row.election).fingerprint


def _trustees_file(row: Votation) -> bytes:
    found, trustees = group.of(row), list(row.trustee_rows.all())
    if found is not None:
        if found.step or found.verdict is not None:
            raise Refused("votations.ceremony_open")
        return found.trustees_file()
    wanted = rules.read(row.rules).members or len(trustees)
    if [trustee.owner for trustee in trustees] != list(range(1, wanted + 1)) or not trustees:
        raise Refused("votations.no_trustees", str(wanted))
    return trustees_json([bytes(t.public_key) for t in trustees], [t.name for t in trustees])


def _publish_opening(row: Votation, now: datetime) -> None:
    assert row.credentials is not None
    assert row.trustees is not None
    voters = Voter.objects.filter(votation=row).count()
    publish(
        "votation.opened",
        now,
        votation=row.number,
        uuid=row.uuid,
        fingerprint=row.fingerprint,
        credentials=voters,
        credentials_sha256=canon.sha256_hex(bytes(row.credentials)),
        trustees_sha256=canon.sha256_hex(bytes(row.trustees)),
        registered=voters,
        rules_sha256=row.rules_sha256,
    )
