"""The zero-knowledge proofs (spec 5): knowledge of a logarithm, and "one of these statements holds".

Letters of the specification: y the election key, a ciphertext (alpha, beta) = (r*G, r*y + m*G), a proof
(challenge c, response s), a nonce w, a commitment s*G + c*X with s = w - x*c.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from beffroi.core.voting import canon, secret
from beffroi.core.voting.canon import Json
from beffroi.core.voting.group import ED25519, Group, Point

Draw = Callable[[], bytes]


@dataclass(frozen=True)
class Proof:
    """A challenge and a response, both modulo q."""

    challenge: int
    response: int


@dataclass(frozen=True)
class Ciphertext:
    """An ElGamal ciphertext."""

    alpha: Point
    beta: Point


@dataclass(frozen=True)
class Opening:
    """What the prover knows of a statement "(alpha, beta) hides 0": alpha = r*G, beta = r*y + excess*G."""

    r: bytes
    excess: int


def add_ciphertexts(group: Group, ciphertexts: Sequence[Ciphertext]) -> Ciphertext:
    """The ciphertext of the sum."""
    return Ciphertext(group.sum(c.alpha for c in ciphertexts), group.sum(c.beta for c in ciphertexts))


def minus(group: Group, ciphertext: Ciphertext, value: int) -> Ciphertext:
    """The ciphertext of the same number less `value`: the statement "hides value" becomes "hides 0"."""
    if value == 0:
        return ciphertext
    return Ciphertext(ciphertext.alpha, group.sub(ciphertext.beta, group.base(value)))


def read_proof(value: Json, where: str, group: Group) -> Proof:
    """{"challenge":"c","response":"s"}. Raises Malformed."""
    found = canon.fields(value, where, ("challenge", "response"))
    return Proof(
        canon.as_decimal(found["challenge"], f"{where}, challenge", group.q),
        canon.as_decimal(found["response"], f"{where}, response", group.q),
    )


def proof_json(proof: Proof) -> Json:
    """How a proof is written."""
    return {"challenge": str(proof.challenge), "response": str(proof.response)}


def read_ciphertext(value: Json, where: str, group: Group) -> Ciphertext:
    """{"alpha":"..","beta":".."}. Raises Malformed."""
    found = canon.fields(value, where, ("alpha", "beta"))
    return Ciphertext(
        group.parse_point(canon.as_str(found["alpha"], f"{where}, alpha"), f"{where}, alpha"),
        group.parse_point(canon.as_str(found["beta"], f"{where}, beta"), f"{where}, beta"),
    )


def ciphertext_json(group: Group, ciphertext: Ciphertext) -> Json:
    """How a ciphertext is written."""
    return {"alpha": group.to_string(ciphertext.alpha), "beta": group.to_string(ciphertext.beta)}


def read_proofs(value: Json, where: str, length: int, group: Group) -> tuple[Proof, ...]:
    """So many of them. Raises Malformed."""
    return tuple(read_proof(item, where, group) for item in canon.as_list(value, where, length))


def encrypt_number(y: Point, r: bytes, m: int) -> Ciphertext:
    """m encrypted with the nonce r (Ed25519)."""
    return Ciphertext(secret.base(r), ED25519.add(secret.multiply(r, y), secret.base(secret.from_int(m))))


def strings(group: Group, ciphertexts: Sequence[Ciphertext]) -> str:
    """How hashes name ciphertexts: alpha1,beta1,alpha2,beta2..."""
    return ",".join(f"{group.to_string(c.alpha)},{group.to_string(c.beta)}" for c in ciphertexts)


def prove_prefix(group: Group, S: str, c: Ciphertext) -> str:
    """The prefix of the proof that a ciphertext hides one of several numbers."""
    return f"prove|{S}|{strings(group, [c])}|"


def check_knowledge(group: Group, X: Point, prefix: str, proof: Proof) -> bool:
    """Whether the author of `proof` knows x with X = x*G (spec 5.1)."""
    A = group.commitment(proof.response, group.generator, proof.challenge, X)
    return group.hash_to_scalar(prefix, [A]) == proof.challenge


def prove_knowledge(x: bytes, prefix: str, draw: Draw) -> Proof:
    """Proof of knowledge of x (Ed25519). Draws one nonce."""
    w = draw()
    c = ED25519.hash_to_scalar(prefix, [secret.base(w)])
    return Proof(c, secret.to_int(secret.respond(w, x, c)))


def check_equality(group: Group, X: Point, alpha: Point, F: Point, prefix: str, proof: Proof) -> bool:
    """Whether F = x*alpha for the x of X = x*G (spec 5.3)."""
    A = group.commitment(proof.response, group.generator, proof.challenge, X)
    B = group.commitment(proof.response, alpha, proof.challenge, F)
    return group.hash_to_scalar(prefix, [A, B]) == proof.challenge


def prove_equality(x: bytes, alpha: Point, prefix: str, draw: Draw) -> Proof:
    """Proof that x*alpha was made with the x of x*G (Ed25519). Draws one nonce."""
    w = draw()
    c = ED25519.hash_to_scalar(prefix, [secret.base(w), secret.multiply(w, alpha)])
    return Proof(c, secret.to_int(secret.respond(w, x, c)))


def check_equalities(group: Group, X: Point, pairs: Sequence[tuple[Point, Point]], prefix: str, proof: Proof) -> bool:
    """Whether F = x*alpha for every pair (alpha, F), with the one x of X = x*G (spec 5.5).

    The prefix must name every alpha and every F: else an F could be chosen after the challenge.
    """
    commitments = [group.commitment(proof.response, group.generator, proof.challenge, X)]
    commitments += [group.commitment(proof.response, alpha, proof.challenge, F) for alpha, F in pairs]
    return group.hash_to_scalar(prefix, commitments) == proof.challenge


def prove_equalities(x: bytes, alphas: Sequence[Point], prefix: str, draw: Draw) -> Proof:
    """Proof that every x*alpha was made with the x of x*G (Ed25519). Draws one nonce."""
    w = draw()
    c = ED25519.hash_to_scalar(prefix, [secret.base(w), *(secret.multiply(w, alpha) for alpha in alphas)])
    return Proof(c, secret.to_int(secret.respond(w, x, c)))


def check_disjunction(
    group: Group, y: Point, prefix: str, statements: Sequence[Ciphertext], proofs: Sequence[Proof]
) -> bool:
    """Whether at least one of the ciphertexts hides 0 (spec 5.2). Lengths must be equal."""
    if len(statements) != len(proofs):
        return False
    commitments: list[Point] = []
    for statement, p in zip(statements, proofs, strict=True):
        commitments.append(group.commitment(p.response, group.generator, p.challenge, statement.alpha))
        commitments.append(group.commitment(p.response, y, p.challenge, statement.beta))
    return group.hash_to_scalar(prefix, commitments) == sum(p.challenge for p in proofs) % group.q


def prove_disjunction(y: Point, prefix: str, openings: Sequence[Opening], draw: Draw) -> list[Proof]:
    """Proof that one of the openings has no excess; the first such one is the genuine branch (Ed25519).

    Draws challenge and response of each other branch, in order, then one nonce (spec 5.4).
    """
    genuine = next(k for k, opening in enumerate(openings) if opening.excess == 0)
    faked = {k: (draw(), draw()) for k in range(len(openings)) if k != genuine}
    w = draw()
    commitments: list[Point] = []
    for k, opening in enumerate(openings):
        if k == genuine:
            commitments += [secret.base(w), secret.multiply(w, y)]
        else:
            commitments += _fake(y, opening, *faked[k])
    total = ED25519.hash_to_scalar(prefix, commitments)
    c = (total - sum(secret.to_int(challenge) for challenge, _ in faked.values())) % ED25519.q
    real = Proof(c, secret.to_int(secret.respond(w, openings[genuine].r, c)))
    return [
        real if k == genuine else Proof(secret.to_int(faked[k][0]), secret.to_int(faked[k][1]))
        for k in range(len(openings))
    ]


def _fake(y: Point, opening: Opening, c: bytes, s: bytes) -> list[Point]:
    # s*G + c*alpha and s*y + c*beta, with fixed bases only because alpha and beta are known by their opening.
    t = secret.add(s, secret.mul(opening.r, c))
    excess = secret.base(secret.mul(secret.from_int(opening.excess), c))
    return [secret.base(t), ED25519.add(secret.multiply(t, y), excess)]
