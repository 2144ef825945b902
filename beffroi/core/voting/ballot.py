"""Ballots: encrypt the choices and prove them well formed; read a ballot and check everything in it (spec 7)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import canon, credentials, secret
from beffroi.core.voting.canon import Json
from beffroi.core.voting.election import Election, Question
from beffroi.core.voting.group import ED25519, Group, Point
from beffroi.core.voting.proofs import (
    Ciphertext,
    Draw,
    Opening,
    Proof,
    add_ciphertexts,
    check_disjunction,
    check_knowledge,
    ciphertext_json,
    minus,
    proof_json,
    prove_disjunction,
    prove_knowledge,
    read_ciphertext,
    read_proof,
)

MOST_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """The ciphertexts of one question (index 0 is blank when the question has blank) and their proofs."""

    choices: tuple[Ciphertext, ...]
    individual_proofs: tuple[tuple[Proof, ...], ...]
    overall_proof: tuple[Proof, ...]
    blank_proof: tuple[Proof, ...] | None


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
    """The ballot's bytes for these choices, one list for each question: 0 or 1 for each ciphertext.

    `draw` gives scalars as 32 bytes, little-endian, 0 < s < q, used as they are in the order of spec 7.4. Raises
    Malformed (credential) or Refused ("ballot.choices": the question's rules do not allow them).
    """
    if election.group is not ED25519:
        raise Refused("ballot.group", f"ballots are made in Ed25519 only, not in {election.group.name}")
    if len(choices) != len(election.questions):
        raise Refused("ballot.choices", f"{len(choices)} answers for {len(election.questions)} questions")
    for n, (question, chosen) in enumerate(zip(election.questions, choices, strict=True), 1):
        _check_choices(question, chosen, n)
    x = secret.derive(election.uuid, credentials.check_private(credential))
    K = ED25519.to_string(secret.base(x))
    S0 = f"{election.fingerprint}|{K}"
    answers = [
        _encrypt_answer(election, question, chosen, S0, draw)
        for question, chosen in zip(election.questions, choices, strict=True)
    ]
    unsigned = _unsigned_json(election, K, answers)
    h = canon.sha256_base64(canon.compact(unsigned))
    proof = prove_knowledge(x, f"sig|{h}|", draw)
    return canon.compact(unsigned | {"signature": {"hash": h, "proof": proof_json(proof)}})


def _check_choices(question: Question, chosen: Sequence[int], n: int) -> None:
    if len(chosen) != question.size or any(m not in (0, 1) for m in chosen):
        raise Refused("ballot.choices", f"question {n}: {question.size} numbers 0 or 1 are needed")
    answers = chosen[1:] if question.blank else chosen
    if question.blank and chosen[0]:
        if any(answers):
            raise Refused("ballot.choices", f"question {n}: blank and an answer at once")
    elif not question.minimum <= sum(answers) <= question.maximum:
        bounds = f"from {question.minimum} to {question.maximum}"
        raise Refused("ballot.choices", f"question {n}: {bounds} answers are allowed")


def _encrypt_answer(election: Election, question: Question, chosen: Sequence[int], S0: str, draw: Draw) -> Answer:
    y = election.key
    nonces = [draw() for _ in chosen]
    cipher = [_encrypt_number(y, r, m) for r, m in zip(nonces, chosen, strict=True)]
    individual = tuple(
        tuple(prove_disjunction(y, _prove_prefix(ED25519, S0, c), [Opening(r, m), Opening(r, m - 1)], draw))
        for c, r, m in zip(cipher, nonces, chosen, strict=True)
    )
    S = f"{S0}|{_strings(ED25519, cipher)}"
    first = 1 if question.blank else 0
    total = sum(chosen[first:])
    r_total = secret.ZERO
    for r in nonces[first:]:
        r_total = secret.add(r_total, r)
    sums = [Opening(r_total, total - v) for v in range(question.minimum, question.maximum + 1)]
    if not question.blank:
        product = add_ciphertexts(ED25519, cipher)
        overall = prove_disjunction(y, _prove_prefix(ED25519, S, product), sums, draw)
        return Answer(tuple(cipher), individual, tuple(overall), None)
    zeros = [Opening(nonces[0], chosen[0]), Opening(r_total, total)]
    blank = prove_disjunction(y, f"bproof0|{S}|", zeros, draw)
    overall = prove_disjunction(y, f"bproof1|{S}|", [Opening(nonces[0], chosen[0] - 1), *sums], draw)
    return Answer(tuple(cipher), individual, tuple(overall), tuple(blank))


def _encrypt_number(y: Point, r: bytes, m: int) -> Ciphertext:
    return Ciphertext(secret.base(r), ED25519.add(secret.multiply(r, y), secret.base(secret.from_int(m))))


def _unsigned_json(election: Election, credential: str, answers: Sequence[Answer]) -> dict[str, Json]:
    return {
        "election_uuid": election.uuid,
        "election_hash": election.fingerprint,
        "credential": credential,
        "answers": [_answer_json(answer, election.group) for answer in answers],
    }


def _answer_json(answer: Answer, group: Group) -> Json:
    value: dict[str, Json] = {
        "choices": [ciphertext_json(group, c) for c in answer.choices],
        "individual_proofs": [[proof_json(p) for p in proofs] for proofs in answer.individual_proofs],
        "overall_proof": [proof_json(p) for p in answer.overall_proof],
    }
    if answer.blank_proof is not None:
        value["blank_proof"] = [proof_json(p) for p in answer.blank_proof]
    return value


def _strings(group: Group, choices: Sequence[Ciphertext]) -> str:
    return ",".join(f"{group.to_string(c.alpha)},{group.to_string(c.beta)}" for c in choices)


def _prove_prefix(group: Group, S: str, c: Ciphertext) -> str:
    return f"prove|{S}|{_strings(group, [c])}|"


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
    answers = canon.as_list(found["answers"], "ballot, answers", len(election.questions))
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
            _read_answer(answer, question, f"ballot, answer {n}", group)
            for n, (answer, question) in enumerate(zip(answers, election.questions, strict=True), 1)
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


def _read_answer(value: Json, question: Question, where: str, group: Group) -> Answer:
    required = ("choices", "individual_proofs", "overall_proof") + (("blank_proof",) if question.blank else ())
    found = canon.fields(value, where, required)
    choices = canon.as_list(found["choices"], f"{where}, choices", question.size)
    individual = canon.as_list(found["individual_proofs"], f"{where}, individual_proofs", question.size)
    sums = question.maximum - question.minimum + 1 + question.blank
    return Answer(
        choices=tuple(read_ciphertext(c, f"{where}, choice {i}", group) for i, c in enumerate(choices)),
        individual_proofs=tuple(
            _read_proofs(p, f"{where}, individual proof {i}", 2, group) for i, p in enumerate(individual)
        ),
        overall_proof=_read_proofs(found["overall_proof"], f"{where}, overall_proof", sums, group),
        blank_proof=_read_proofs(found["blank_proof"], f"{where}, blank_proof", 2, group) if question.blank else None,
    )


def _read_proofs(value: Json, where: str, length: int, group: Group) -> tuple[Proof, ...]:
    return tuple(read_proof(item, where, group) for item in canon.as_list(value, where, length))


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
    for n, (question, answer) in enumerate(zip(election.questions, ballot.answers, strict=True), 1):
        _check_answer(election, question, answer, S0, f"question {n}")


def _check_answer(election: Election, question: Question, answer: Answer, S0: str, where: str) -> None:
    group, y = election.group, election.key
    for i, (c, proofs) in enumerate(zip(answer.choices, answer.individual_proofs, strict=True)):
        statements = [c, minus(group, c, 1)]
        if not check_disjunction(group, y, _prove_prefix(group, S0, c), statements, proofs):
            raise Refused("ballot.individual_proof", f"{where}, choice {i}")
    S = f"{S0}|{_strings(group, answer.choices)}"
    counted = answer.choices[1:] if question.blank else answer.choices
    product = add_ciphertexts(group, counted)
    sums = [minus(group, product, v) for v in range(question.minimum, question.maximum + 1)]
    if answer.blank_proof is None:
        prefix = _prove_prefix(group, S, product)
    else:
        if not check_disjunction(group, y, f"bproof0|{S}|", [answer.choices[0], product], answer.blank_proof):
            raise Refused("ballot.blank_proof", where)
        prefix = f"bproof1|{S}|"
        sums.insert(0, minus(group, answer.choices[0], 1))
    if not check_disjunction(group, y, prefix, sums, answer.overall_proof):
        raise Refused("ballot.overall_proof", where)
