"""Answers to a non-homomorphic question: one ciphertext, with the proof that the voter made it (spec 7.5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from beffroi.core.errors import Refused
from beffroi.core.voting import canon, embedding, secret
from beffroi.core.voting.canon import Json
from beffroi.core.voting.election import Election
from beffroi.core.voting.group import ED25519, Group
from beffroi.core.voting.proofs import (
    Ciphertext,
    Draw,
    Proof,
    check_knowledge,
    ciphertext_json,
    proof_json,
    prove_knowledge,
    read_ciphertext,
    read_proof,
    strings,
)
from beffroi.core.voting.questions import NumbersQuestion


@dataclass(frozen=True)
class Answer:
    """One ciphertext, and the proof of knowledge of its nonce: nobody can hand in a copy of another's."""

    question: NumbersQuestion
    choice: Ciphertext
    proof: Proof

    @property
    def choices(self) -> tuple[Ciphertext, ...]:
        """The ciphertext, as the other kinds of answers give theirs."""
        return (self.choice,)

    def to_json(self, group: Group) -> Json:
        """How it is written."""
        return {"choices": ciphertext_json(group, self.choice), "proof": proof_json(self.proof)}

    def check(self, election: Election, S0: str, where: str) -> None:
        """Raises Refused "ballot.nonce_proof"."""
        prefix = _prefix(election, S0, self.choice)
        if not check_knowledge(election.group, self.choice.alpha, prefix, self.proof):
            raise Refused("ballot.nonce_proof", where)


def check_choices(question: NumbersQuestion, chosen: Sequence[int], n: int) -> None:
    """Raises Refused "ballot.choices"."""
    if len(chosen) != len(question.answers) or any(not 0 <= v <= 255 for v in chosen):
        raise Refused("ballot.choices", f"question {n}: {len(question.answers)} numbers from 0 to 255 are needed")


def encrypt(election: Election, question: NumbersQuestion, chosen: Sequence[int], S0: str, draw: Draw) -> Answer:
    """Encrypt and prove: draws the ciphertext's nonce, then the proof's."""
    r = draw()
    beta = ED25519.add(secret.multiply(r, election.key), embedding.encode(ED25519, chosen))
    choice = Ciphertext(secret.base(r), beta)
    return Answer(question, choice, prove_knowledge(r, _prefix(election, S0, choice), draw))


def read(value: Json, question: NumbersQuestion, where: str, group: Group) -> Answer:
    """Raises Malformed."""
    found = canon.fields(value, where, ("choices", "proof"))
    return Answer(
        question,
        read_ciphertext(found["choices"], f"{where}, choices", group),
        read_proof(found["proof"], f"{where}, proof", group),
    )


def _prefix(election: Election, S0: str, choice: Ciphertext) -> str:
    group = election.group
    return f"raweg|{S0}|{group.to_string(election.key)},{strings(group, [choice])}|"
