"""Answers to a homomorphic question: each choice is proved to be 0 or 1, and their sum proved allowed (spec 7.2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from beffroi.core.errors import Refused
from beffroi.core.voting import canon, secret
from beffroi.core.voting.canon import Json
from beffroi.core.voting.election import Election
from beffroi.core.voting.group import ED25519, Group
from beffroi.core.voting.proofs import (
    Ciphertext,
    Draw,
    Opening,
    Proof,
    add_ciphertexts,
    check_disjunction,
    ciphertext_json,
    encrypt_number,
    minus,
    proof_json,
    prove_disjunction,
    prove_prefix,
    read_ciphertext,
    read_proofs,
    strings,
)
from beffroi.core.voting.questions import Question


@dataclass(frozen=True)
class Claim:
    """That at least one of the ciphertexts hides its number, with the proof 5.2; `rule` and `where` if it is wrong."""

    rule: str
    where: str
    prefix: str
    statements: tuple[tuple[Ciphertext, int], ...]
    proofs: tuple[Proof, ...]


@dataclass(frozen=True)
class Answer:
    """The ciphertexts of one question (index 0 is blank when the question has blank) and their proofs."""

    question: Question
    choices: tuple[Ciphertext, ...]
    individual_proofs: tuple[tuple[Proof, ...], ...]
    overall_proof: tuple[Proof, ...]
    blank_proof: tuple[Proof, ...] | None

    def to_json(self, group: Group) -> Json:
        """How it is written."""
        value: dict[str, Json] = {
            "choices": [ciphertext_json(group, c) for c in self.choices],
            "individual_proofs": [[proof_json(p) for p in proofs] for proofs in self.individual_proofs],
            "overall_proof": [proof_json(p) for p in self.overall_proof],
        }
        if self.blank_proof is not None:
            value["blank_proof"] = [proof_json(p) for p in self.blank_proof]
        return value

    @property
    def counted(self) -> tuple[Ciphertext, ...]:
        """The choices whose sum the question bounds: all but blank."""
        return self.choices[1:] if self.question.blank else self.choices

    def check(self, election: Election, S0: str, where: str) -> None:
        """Every proof. Raises Refused "ballot.individual_proof", "ballot.overall_proof" or "ballot.blank_proof"."""
        group, y = election.group, election.key
        for claim in self.claims(group, S0, where, add_ciphertexts(group, self.counted)):
            statements = [minus(group, c, v) for c, v in claim.statements]
            if not check_disjunction(group, y, claim.prefix, statements, claim.proofs):
                raise Refused(claim.rule, claim.where)

    def claims(self, group: Group, S0: str, where: str, product: Ciphertext) -> list[Claim]:
        """What the proofs are of (spec 7.2); `product` is the sum of `counted`."""
        question = self.question
        claims = [
            Claim(
                "ballot.individual_proof", f"{where}, choice {i}", prove_prefix(group, S0, c), ((c, 0), (c, 1)), proofs
            )
            for i, (c, proofs) in enumerate(zip(self.choices, self.individual_proofs, strict=True))
        ]
        S = f"{S0}|{strings(group, self.choices)}"
        sums = tuple((product, v) for v in range(question.minimum, question.maximum + 1))
        if self.blank_proof is None:
            prefix = prove_prefix(group, S, product)
        else:
            zeros = ((self.choices[0], 0), (product, 0))
            claims.append(Claim("ballot.blank_proof", where, f"bproof0|{S}|", zeros, self.blank_proof))
            prefix, sums = f"bproof1|{S}|", ((self.choices[0], 1), *sums)
        claims.append(Claim("ballot.overall_proof", where, prefix, sums, self.overall_proof))
        return claims


def check_choices(question: Question, chosen: Sequence[int], n: int) -> None:
    """Raises Refused "ballot.choices" when the question's rules do not allow them."""
    if len(chosen) != question.size or any(m not in (0, 1) for m in chosen):
        raise Refused("ballot.choices", f"question {n}: {question.size} numbers 0 or 1 are needed")
    answers = chosen[1:] if question.blank else chosen
    if question.blank and chosen[0]:
        if any(answers):
            raise Refused("ballot.choices", f"question {n}: blank and an answer at once")
    elif not question.minimum <= sum(answers) <= question.maximum:
        bounds = f"from {question.minimum} to {question.maximum}"
        raise Refused("ballot.choices", f"question {n}: {bounds} answers are allowed")


def encrypt(election: Election, question: Question, chosen: Sequence[int], S0: str, draw: Draw) -> Answer:
    """Encrypt and prove, drawing in the order of spec 7.4."""
    y = election.key
    nonces = [draw() for _ in chosen]
    cipher = [encrypt_number(y, r, m) for r, m in zip(nonces, chosen, strict=True)]
    individual = tuple(
        tuple(prove_disjunction(y, prove_prefix(ED25519, S0, c), [Opening(r, m), Opening(r, m - 1)], draw))
        for c, r, m in zip(cipher, nonces, chosen, strict=True)
    )
    S = f"{S0}|{strings(ED25519, cipher)}"
    first = 1 if question.blank else 0
    total = sum(chosen[first:])
    r_total = secret.ZERO
    for r in nonces[first:]:
        r_total = secret.add(r_total, r)
    sums = [Opening(r_total, total - v) for v in range(question.minimum, question.maximum + 1)]
    if not question.blank:
        product = add_ciphertexts(ED25519, cipher)
        overall = prove_disjunction(y, prove_prefix(ED25519, S, product), sums, draw)
        return Answer(question, tuple(cipher), individual, tuple(overall), None)
    zeros = [Opening(nonces[0], chosen[0]), Opening(r_total, total)]
    blank = prove_disjunction(y, f"bproof0|{S}|", zeros, draw)
    overall = prove_disjunction(y, f"bproof1|{S}|", [Opening(nonces[0], chosen[0] - 1), *sums], draw)
    return Answer(question, tuple(cipher), individual, tuple(overall), tuple(blank))


def read(value: Json, question: Question, where: str, group: Group) -> Answer:
    """Raises Malformed."""
    required = ("choices", "individual_proofs", "overall_proof") + (("blank_proof",) if question.blank else ())
    found = canon.fields(value, where, required)
    choices = canon.as_list(found["choices"], f"{where}, choices", question.size)
    individual = canon.as_list(found["individual_proofs"], f"{where}, individual_proofs", question.size)
    sums = question.maximum - question.minimum + 1 + question.blank
    return Answer(
        question=question,
        choices=tuple(read_ciphertext(c, f"{where}, choice {i}", group) for i, c in enumerate(choices)),
        individual_proofs=tuple(
            read_proofs(p, f"{where}, individual proof {i}", 2, group) for i, p in enumerate(individual)
        ),
        overall_proof=read_proofs(found["overall_proof"], f"{where}, overall_proof", sums, group),
        blank_proof=read_proofs(found["blank_proof"], f"{where}, blank_proof", 2, group) if question.blank else None,
    )
