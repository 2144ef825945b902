"""Ballots: encrypt the choices and prove them well formed; read a ballot and check everything in it (spec 7)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import answers, canon, credentials, secret
from beffroi.core.voting.answers import Answer
from beffroi.core.voting.canon import Json
from beffroi.core.voting.election import Election
from beffroi.core.voting.group import ED25519, Point
from beffroi.core.voting.proofs import Draw, Proof, check_knowledge, proof_json, prove_knowledge, read_proof

MOST_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Ballot:
    """A ballot as read; `credential` is the public one, a point string, and `key` the same as a point."""

    raw: bytes = field(repr=False)
    credential: str
    tracker: str
    answers: tuple[Answer, ...] = field(repr=False)
    election_hash: str = field(repr=False)
    signature_hash: str = field(repr=False)
    signature: Proof = field(repr=False)
    key: Point = field(repr=False)


def tracker(raw: bytes) -> str:
    """What the voter finds her ballot by: base64 of the SHA-256 of its bytes, 43 characters."""
    return canon.sha256_base64(raw)


# ---------------------------------------------------------------- making


def encrypt(
    election: Election, credential: str, choices: Sequence[Sequence[int]], draw: Draw = secret.random_scalar
) -> bytes:
    """The ballot's bytes for these choices, one list for each question.

    0 or 1 for each ciphertext, or, where the question is non-homomorphic, a number for each of its answers.

    `draw` gives scalars as 32 bytes, little-endian, 0 < s < q, used as they are in the order of spec 7.4. Raises
    Malformed (credential) or Refused ("ballot.choices": the question's rules do not allow them).
    """
    if election.group is not ED25519:
        raise Refused("ballot.group", f"ballots are made in Ed25519 only, not in {election.group.name}")
    if len(choices) != len(election.questions):
        raise Refused("ballot.choices", f"{len(choices)} answers for {len(election.questions)} questions")
    for n, (question, chosen) in enumerate(zip(election.questions, choices, strict=True), 1):
        answers.check_choices(question, chosen, n)
    x = secret.derive(election.uuid, credentials.check_private(credential))
    K = ED25519.to_string(secret.base(x))
    S0 = f"{election.fingerprint}|{K}"
    encrypted = [
        answers.encrypt(election, question, chosen, S0, draw)
        for question, chosen in zip(election.questions, choices, strict=True)
    ]
    unsigned = _unsigned_json(election, K, encrypted)
    h = canon.sha256_base64(canon.compact(unsigned))
    proof = prove_knowledge(x, f"sig|{h}|", draw)
    return canon.compact(unsigned | {"signature": {"hash": h, "proof": proof_json(proof)}})


def _unsigned_json(election: Election, credential: str, given: Sequence[Answer]) -> dict[str, Json]:
    return {
        "election_uuid": election.uuid,
        "election_hash": election.fingerprint,
        "credential": credential,
        "answers": [answer.to_json(election.group) for answer in given],
    }


# ---------------------------------------------------------------- checking


def read_ballot(election: Election, raw: bytes) -> Ballot:
    """Read a ballot: canonical bytes, every point a member, every list of the length that the questions want.

    Raises Malformed; Refused "ballot.election" for a ballot of another election. Checks no proof.
    """
    group = election.group
    value = canon.parse(raw, "ballot", MOST_BYTES)
    found = canon.fields(value, "ballot", ("election_uuid", "election_hash", "credential", "answers", "signature"))
    for name, mine in (("election_uuid", election.uuid), ("election_hash", election.fingerprint)):
        if canon.as_str(found[name], f"ballot, {name}") != mine:
            raise Refused("ballot.election", f"{name} of another election")
    listed = canon.as_list(found["answers"], "ballot, answers", len(election.questions))
    signature = canon.fields(found["signature"], "ballot, signature", ("hash", "proof"))
    credential = canon.as_str(found["credential"], "ballot, credential")
    key = group.parse_point(credential, "ballot, credential")
    if key == group.identity:
        raise Malformed("ballot, credential", "the identity", "another member of the group")
    ballot = Ballot(
        raw=raw,
        credential=credential,
        tracker=tracker(raw),
        answers=tuple(
            answers.read(answer, question, f"ballot, answer {n}", group)
            for n, (answer, question) in enumerate(zip(listed, election.questions, strict=True), 1)
        ),
        election_hash=election.fingerprint,
        signature_hash=canon.as_str(signature["hash"], "ballot, signature, hash"),
        signature=read_proof(signature["proof"], "ballot, signature, proof", group),
        key=key,
    )
    canon.check_canonical(raw, _ballot_json(election, ballot), "ballot")
    return ballot


def _ballot_json(election: Election, ballot: Ballot) -> Json:
    unsigned = _unsigned_json(election, ballot.credential, ballot.answers)
    return unsigned | {"signature": {"hash": ballot.signature_hash, "proof": proof_json(ballot.signature)}}


def check_ballot(election: Election, raw: bytes) -> Ballot:
    """Read a ballot and check its signature and all its proofs. Whether its credential is listed is not checked here.

    Raises Malformed, or Refused with the rule "ballot.election", "ballot.signature", "ballot.individual_proof",
    "ballot.overall_proof" or "ballot.blank_proof" and the question and choice at fault.
    """
    ballot = read_ballot(election, raw)
    check_signature(election, ballot)
    check_proofs(election, ballot)
    return ballot


def check_signature(election: Election, ballot: Ballot) -> None:
    """The ballot is signed by its credential (spec 7.3). Raises Refused "ballot.signature"."""
    group = election.group
    unsigned = ballot.raw[: ballot.raw.rindex(b',"signature":')] + b"}"
    h = canon.sha256_base64(unsigned)
    if ballot.signature_hash != h:
        raise Refused("ballot.signature", "the signed hash is not that of the ballot")
    if not check_knowledge(group, ballot.key, f"sig|{h}|", ballot.signature):
        raise Refused("ballot.signature", "the signature is wrong")


def check_proofs(election: Election, ballot: Ballot) -> None:
    """The ciphertexts hold choices that the questions allow (spec 7.2). Raises Refused with the proof at fault."""
    S0 = f"{ballot.election_hash}|{ballot.credential}"
    for n, answer in enumerate(ballot.answers, 1):
        answer.check(election, S0, f"question {n}")
