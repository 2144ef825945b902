"""Answers to a lists question: one list, and at least one candidate of it (spec 7.6).

Of each list the ciphertexts hide L_i (is it chosen), then C_i,j for each candidate. Letters are the specification's
(Belenios, sections 4.11.3, 4.14 and 4.15).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import canon, secret
from beffroi.core.voting.canon import Json
from beffroi.core.voting.election import Election
from beffroi.core.voting.group import ED25519, Group, Point
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
    read_proof,
    read_proofs,
    strings,
)
from beffroi.core.voting.questions import ListsQuestion, flat, nested


@dataclass(frozen=True)
class NonZero:
    """The proof that a ciphertext does not hide 0: A_0, the challenge c, the responses t_1 and t_2."""

    commitment: Point
    challenge: int
    response: tuple[int, int]


@dataclass(frozen=True)
class Answer:
    """The ciphertexts, list by list in one row, and their proofs."""

    question: ListsQuestion
    choices: tuple[Ciphertext, ...]
    individual_proofs: tuple[tuple[Proof, ...], ...]
    overall_proof: Proof
    list_proofs: tuple[tuple[Proof, ...], ...]
    nonzero_proof: NonZero

    def to_json(self, group: Group) -> Json:
        """How it is written."""
        pairs: list[Json] = [[proof_json(p) for p in proofs] for proofs in self.individual_proofs]
        p = self.nonzero_proof
        return {
            "choices": nested(self.question, [ciphertext_json(group, c) for c in self.choices]),
            "individual_proofs": nested(self.question, pairs),
            "overall_proof": proof_json(self.overall_proof),
            "list_proofs": [[proof_json(p) for p in proofs] for proofs in self.list_proofs],
            "nonzero_proof": {
                "commitment": group.to_string(p.commitment),
                "challenge": str(p.challenge),
                "response": [str(t) for t in p.response],
            },
        }

    def check(self, election: Election, S0: str, where: str) -> None:
        """Every proof. Raises Refused "ballot.individual_proof", "ballot.overall_proof", "ballot.list_proof"..."""
        group, y = election.group, election.key
        for i, (c, proofs) in enumerate(zip(self.choices, self.individual_proofs, strict=True)):
            if not check_disjunction(group, y, prove_prefix(group, S0, c), [c, minus(group, c, 1)], proofs):
                raise Refused("ballot.individual_proof", f"{where}, choice {i}")
        S = f"{S0}|{strings(group, self.choices)}"
        heads, sums = _heads_and_sums(group, self.question, self.choices)
        chosen = add_ciphertexts(group, heads)
        prefix = prove_prefix(group, S, chosen)
        if not check_disjunction(group, y, prefix, [minus(group, chosen, 1)], [self.overall_proof]):
            raise Refused("ballot.overall_proof", where)
        for i, (head, inside, proofs) in enumerate(zip(heads, sums, self.list_proofs, strict=True), 1):
            if not check_disjunction(group, y, f"lproof|{S}|", [minus(group, head, 1), inside], proofs):
                raise Refused("ballot.list_proof", f"{where}, list {i}")
        if not _check_nonzero(election, S, add_ciphertexts(group, sums), self.nonzero_proof):
            raise Refused("ballot.nonzero_proof", where)


def _heads_and_sums(
    group: Group, question: ListsQuestion, choices: Sequence[Ciphertext]
) -> tuple[list[Ciphertext], list[Ciphertext]]:
    """Of each list, the ciphertext of L_i and that of the sum of its C_i,j."""
    heads, sums = [], []
    first = 0
    for one in question.answers:
        heads.append(choices[first])
        sums.append(add_ciphertexts(group, choices[first + 1 : first + len(one)]))
        first += len(one)
    return heads, sums


def _check_nonzero(election: Election, S: str, total: Ciphertext, p: NonZero) -> bool:
    g, y = election.group, election.key
    A0, c, (t1, t2) = p.commitment, p.challenge, p.response
    if g.identity == A0:
        return False
    A1 = g.commitment(t2, g.generator, t1, total.alpha)
    A2 = g.add(g.commitment(t2, y, t1, total.beta), g.multiply(c, A0))
    return g.hash_to_scalar(f"nonzero|{S}|", [A0, A1, A2]) == c


# ---------------------------------------------------------------- making


def check_choices(question: ListsQuestion, chosen: Sequence[int], n: int) -> None:
    """`chosen`: 0 or 1 for each list and each of its candidates, in order. Raises Refused "ballot.choices"."""
    if len(chosen) != question.size or any(m not in (0, 1) for m in chosen):
        raise Refused("ballot.choices", f"question {n}: {question.size} numbers 0 or 1 are needed")
    first, lists, candidates = 0, 0, 0
    for one in question.answers:
        head, inside = chosen[first], sum(chosen[first + 1 : first + len(one)])
        if inside and not head:
            raise Refused("ballot.choices", f"question {n}: a candidate of another list than the chosen one")
        lists, candidates, first = lists + head, candidates + inside, first + len(one)
    if lists != 1 or not candidates:
        raise Refused("ballot.choices", f"question {n}: one list, and at least one candidate of it")


def encrypt(election: Election, question: ListsQuestion, chosen: Sequence[int], S0: str, draw: Draw) -> Answer:
    """Encrypt and prove: draws the nonces, then individual, overall, list and non-zero proofs in turn."""
    y = election.key
    nonces = [draw() for _ in chosen]
    cipher = [encrypt_number(y, r, m) for r, m in zip(nonces, chosen, strict=True)]
    individual = tuple(
        tuple(prove_disjunction(y, prove_prefix(ED25519, S0, c), [Opening(r, m), Opening(r, m - 1)], draw))
        for c, r, m in zip(cipher, nonces, chosen, strict=True)
    )
    S = f"{S0}|{strings(ED25519, cipher)}"
    heads, sums = _openings(question, chosen, nonces)
    prefix = prove_prefix(ED25519, S, add_ciphertexts(ED25519, _heads_and_sums(ED25519, question, cipher)[0]))
    r, m = _sum(heads)
    (overall,) = prove_disjunction(y, prefix, [Opening(r, m - 1)], draw)
    listed = tuple(
        tuple(prove_disjunction(y, f"lproof|{S}|", [Opening(rh, mh - 1), Opening(ri, mi)], draw))
        for (rh, mh), (ri, mi) in zip(heads, sums, strict=True)
    )
    total = add_ciphertexts(ED25519, _heads_and_sums(ED25519, question, cipher)[1])
    nonzero = _prove_nonzero(y, S, total, _sum(sums)[0], draw)
    return Answer(question, tuple(cipher), individual, overall, listed, nonzero)


def _sum(openings: Sequence[tuple[bytes, int]]) -> tuple[bytes, int]:
    total = secret.ZERO
    for r, _ in openings:
        total = secret.add(total, r)
    return total, sum(m for _, m in openings)


def _openings(
    question: ListsQuestion, chosen: Sequence[int], nonces: Sequence[bytes]
) -> tuple[list[tuple[bytes, int]], list[tuple[bytes, int]]]:
    known = list(zip(nonces, chosen, strict=True))
    heads, sums = [], []
    for one in question.answers:
        heads.append(known[0])
        sums.append(_sum(known[1 : len(one)]))
        known = known[len(one) :]
    return heads, sums


def _prove_nonzero(y: Point, S: str, total: Ciphertext, r: bytes, draw: Draw) -> NonZero:
    s, w1, w2 = draw(), draw(), draw()
    sr = secret.mul(s, r)
    A0 = ED25519.sub(secret.multiply(s, total.beta), secret.multiply(sr, y))
    A1 = ED25519.add(secret.multiply(w1, total.alpha), secret.base(w2))
    A2 = ED25519.add(secret.multiply(w1, total.beta), secret.multiply(w2, y))
    c = ED25519.hash_to_scalar(f"nonzero|{S}|", [A0, A1, A2])
    t1 = secret.respond(w1, s, c)
    t2 = secret.add(w2, secret.mul(sr, secret.from_int(c)))
    return NonZero(A0, c, (secret.to_int(t1), secret.to_int(t2)))


# ---------------------------------------------------------------- reading


def read(value: Json, question: ListsQuestion, where: str, group: Group) -> Answer:
    """Raises Malformed."""
    names = ("choices", "individual_proofs", "overall_proof", "list_proofs", "nonzero_proof")
    found = canon.fields(value, where, names)
    choices = flat(question, found["choices"], f"{where}, choices", question.size)
    individual = flat(question, found["individual_proofs"], f"{where}, individual_proofs", question.size)
    listed = canon.as_list(found["list_proofs"], f"{where}, list_proofs", len(question.answers))
    return Answer(
        question,
        choices=tuple(read_ciphertext(c, f"{where}, choice {i}", group) for i, c in enumerate(choices)),
        individual_proofs=tuple(
            read_proofs(p, f"{where}, individual proof {i}", 2, group) for i, p in enumerate(individual)
        ),
        overall_proof=read_proof(found["overall_proof"], f"{where}, overall_proof", group),
        list_proofs=tuple(read_proofs(p, f"{where}, list proof {i}", 2, group) for i, p in enumerate(listed, 1)),
        nonzero_proof=_read_nonzero(found["nonzero_proof"], f"{where}, nonzero_proof", group),
    )


def _read_nonzero(value: Json, where: str, group: Group) -> NonZero:
    found = canon.fields(value, where, ("commitment", "challenge", "response"))
    t1, t2 = (canon.as_decimal(t, where, group.q) for t in canon.as_list(found["response"], where, 2))
    commitment = group.parse_point(canon.as_str(found["commitment"], where), where)
    if commitment == group.identity:
        raise Malformed(where, "the identity", "another member of the group")
    return NonZero(commitment, canon.as_decimal(found["challenge"], where, group.q), (t1, t2))
