"""Shuffles: the ciphertexts of one question, re-encrypted and permuted, and the proof of it (spec 8.4).

The proof is that of Wikström and Terelius as CHVote writes it (Haenni, Koenig, Locher and Dubuis, ePrint 2017/325,
version 1.3.2), which Belenios specifies in its section 6; letters are theirs. c commits to the permutation, c_hat
chains the permuted challenges u', t are the commitments and s the responses. e is the list before, e' the one after.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from beffroi.core.errors import Refused
from beffroi.core.voting import canon, secret
from beffroi.core.voting.canon import Json
from beffroi.core.voting.election import Election
from beffroi.core.voting.generators import generator
from beffroi.core.voting.group import ED25519, Group, Point
from beffroi.core.voting.proofs import Ciphertext, Draw, ciphertext_json, read_ciphertext
from beffroi.core.voting.questions import NumbersQuestion


@dataclass(frozen=True)
class ShuffleProof:
    """The proof that one list of ciphertexts is a shuffle of another; lists have an item for each ciphertext."""

    t1: Point
    t2: Point
    t3: Point
    t4: tuple[Point, Point]
    t_hat: tuple[Point, ...]
    s1: int
    s2: int
    s3: int
    s4: int
    s_hat: tuple[int, ...]
    s_prime: tuple[int, ...]
    c: tuple[Point, ...]
    c_hat: tuple[Point, ...]


@dataclass(frozen=True)
class Shuffle:
    """For each non-homomorphic question, in order: the ciphertexts after the shuffle, and its proof."""

    ciphertexts: tuple[tuple[Ciphertext, ...], ...]
    proofs: tuple[ShuffleProof, ...]


# ---------------------------------------------------------------- checking (Belenios, section 6, table 5)


def check_shuffle(
    group: Group, pk: Point, fingerprint: str, e: Sequence[Ciphertext], e_: Sequence[Ciphertext], proof: ShuffleProof
) -> None:
    """Whether e_ is a shuffle of e under the key pk. Raises Refused "shuffle.length" or "shuffle.proof", which part."""
    N, pi = len(e), proof
    if any(len(part) != N for part in (e_, pi.c, pi.c_hat, pi.t_hat, pi.s_hat, pi.s_prime)):
        raise Refused("shuffle.length", f"{N} ciphertexts before the shuffle, another number after it or in its proof")
    g, h = group, all_generators(group, N)
    u = permutation_challenges(g, fingerprint, e, e_, pi.c)
    c = proof_challenge(g, fingerprint, pk, e, e_, pi)
    product = 1
    for one in u:
        product = product * one % g.q
    c_bar = g.sub(g.sum(pi.c), g.sum(h[1:]))
    c_last = pi.c_hat[-1] if N else h[0]
    c_end = g.sub(c_last, g.multiply(product, h[0]))
    c_tilde = _power(g, u, pi.c)
    alpha, beta = _power(g, u, (x.alpha for x in e)), _power(g, u, (x.beta for x in e))
    parts = [
        ("t1", pi.t1, g.commitment(pi.s1, g.generator, -c, c_bar)),
        ("t2", pi.t2, g.commitment(pi.s2, g.generator, -c, c_end)),
        ("t3", pi.t3, g.add(g.commitment(pi.s3, g.generator, -c, c_tilde), _power(g, pi.s_prime, h[1:]))),
        ("t4", pi.t4[0], g.add(g.commitment(-pi.s4, pk, -c, beta), _power(g, pi.s_prime, (x.beta for x in e_)))),
        (
            "t4",
            pi.t4[1],
            g.add(g.commitment(-pi.s4, g.generator, -c, alpha), _power(g, pi.s_prime, (x.alpha for x in e_))),
        ),
    ]
    for i, before in enumerate([h[0], *pi.c_hat[:-1]] if N else []):
        link = g.add(g.commitment(pi.s_hat[i], g.generator, -c, pi.c_hat[i]), g.multiply(pi.s_prime[i], before))
        parts.append((f"t_hat {i + 1}", pi.t_hat[i], link))
    for name, given, right in parts:
        if given != right:
            raise Refused("shuffle.proof", name)


def _power(group: Group, exponents: Iterable[int], points: Iterable[Point]) -> Point:
    return group.sum(group.multiply(s, P) for s, P in zip(exponents, points, strict=True))


def all_generators(group: Group, N: int) -> list[Point]:
    """h, then h_1 to h_N (tables 6 and 7)."""
    return [generator(group, i) for i in range(-1, N)]


def _text(group: Group, points: Iterable[Point]) -> str:
    return "".join(f"{group.to_string(P)}," for P in points)


def _both(ciphertexts: Iterable[Ciphertext]) -> Iterable[Point]:
    return (P for x in ciphertexts for P in (x.alpha, x.beta))


def permutation_challenges(
    group: Group, fingerprint: str, e: Sequence[Ciphertext], e_: Sequence[Ciphertext], c: Sequence[Point]
) -> list[int]:
    """u (table 12)."""
    text = f"shuffle-challenges|{fingerprint}|" + _text(group, _both(e)) + _text(group, _both(e_)) + _text(group, c)
    H = canon.sha256_hex(text.encode())
    return [_number(group, H + canon.sha256_hex(str(i).encode())) for i in range(len(e))]


def proof_challenge(
    group: Group, fingerprint: str, pk: Point, e: Sequence[Ciphertext], e_: Sequence[Ciphertext], pi: ShuffleProof
) -> int:
    """c (table 14)."""
    commitments = _text(group, [pi.t1, pi.t2, pi.t3, *pi.t4]) + _text(group, pi.t_hat)
    lists = _text(group, _both(e)) + _text(group, _both(e_)) + _text(group, pi.c) + _text(group, pi.c_hat)
    return _number(group, f"shuffle-challenge|{fingerprint}|" + commitments + lists + group.to_string(pk))


def _number(group: Group, text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest(), "big") % group.q


# ---------------------------------------------------------------- files


def read_shuffle(election: Election, raw: bytes) -> Shuffle:
    """Read a shuffle; checks no proof. Raises Malformed."""
    where, group = "shuffle", election.group
    count = sum(isinstance(question, NumbersQuestion) for question in election.questions)
    value = canon.fields(canon.parse(raw, where), where, ("ciphertexts", "proofs"))
    shuffle = Shuffle(
        tuple(
            tuple(read_ciphertext(c, f"{where}, question {n}, ciphertext {i}", group) for i, c in enumerate(row, 1))
            for n, row in enumerate(_lists(value["ciphertexts"], f"{where}, ciphertexts", count), 1)
        ),
        tuple(
            _read_proof(group, proof, f"{where}, proof") for proof in _lists(value["proofs"], f"{where}, proofs", count)
        ),
    )
    canon.check_canonical(raw, shuffle_json(group, shuffle), where)
    return shuffle


def _lists(value: Json, where: str, count: int) -> list[list[Json]]:
    return [canon.as_list(one, where) for one in canon.as_list(value, where, count)]


def _read_proof(group: Group, value: list[Json], where: str) -> ShuffleProof:
    def points(given: Json, length: int | None = None) -> tuple[Point, ...]:
        listed = canon.as_list(given, where, length)
        return tuple(group.parse_point(canon.as_str(P, where), where) for P in listed)

    def scalars(given: Json, length: int | None = None) -> tuple[int, ...]:
        return tuple(canon.as_decimal(s, where, group.q) for s in canon.as_list(given, where, length))

    t, s, c, c_hat = canon.as_list(value, where, 4)
    *firsts, t4, t_hat = canon.as_list(t, where, 5)
    *four, s_hat, s_prime = canon.as_list(s, where, 6)
    t1, t2, t3 = points(firsts)
    t41, t42 = points(t4, 2)
    s1, s2, s3, s4 = scalars(four)
    lists = points(t_hat), s1, s2, s3, s4, scalars(s_hat), scalars(s_prime), points(c), points(c_hat)
    return ShuffleProof(t1, t2, t3, (t41, t42), *lists)


def shuffle_json(group: Group, shuffle: Shuffle) -> Json:
    """How a shuffle is written."""
    return {
        "ciphertexts": [[ciphertext_json(group, c) for c in row] for row in shuffle.ciphertexts],
        "proofs": [_proof_json(group, proof) for proof in shuffle.proofs],
    }


def _proof_json(group: Group, pi: ShuffleProof) -> Json:
    def points(listed: Iterable[Point]) -> list[Json]:
        return [group.to_string(P) for P in listed]

    def scalars(listed: Iterable[int]) -> list[Json]:
        return [str(s) for s in listed]

    t: list[Json] = [*points([pi.t1, pi.t2, pi.t3]), points(pi.t4), points(pi.t_hat)]
    s: list[Json] = [*scalars([pi.s1, pi.s2, pi.s3, pi.s4]), scalars(pi.s_hat), scalars(pi.s_prime)]
    return [t, s, points(pi.c), points(pi.c_hat)]


# ---------------------------------------------------------------- making (tables 1 to 4, 10 and 13; Ed25519)


def make_shuffle(
    election: Election, before: Sequence[Sequence[Ciphertext]], draw: Draw = secret.random_scalar
) -> bytes:
    """A shuffle of the lists `before`, one for each non-homomorphic question. The permutations are forgotten.

    Raises Refused "shuffle.group" in another group than Ed25519.
    """
    if election.group is not ED25519:
        raise Refused("shuffle.group", f"shuffles are made in Ed25519 only, not in {election.group.name}")
    made = [_shuffle(election.key, election.fingerprint, e, draw) for e in before]
    shuffle = Shuffle(tuple(e_ for e_, _ in made), tuple(pi for _, pi in made))
    return canon.compact(shuffle_json(ED25519, shuffle))


def _shuffle(
    pk: Point, fingerprint: str, e: Sequence[Ciphertext], draw: Draw
) -> tuple[tuple[Ciphertext, ...], ShuffleProof]:
    psi = list(range(len(e)))
    secrets.SystemRandom().shuffle(psi)
    nonces = [draw() for _ in e]
    again = [
        Ciphertext(ED25519.add(x.alpha, secret.base(r)), ED25519.add(x.beta, secret.multiply(r, pk)))
        for x, r in zip(e, nonces, strict=True)
    ]
    e_ = tuple(again[j] for j in psi)
    return e_, _prove(pk, fingerprint, e, e_, nonces, psi, draw)


def _prove(
    pk: Point,
    fingerprint: str,
    e: Sequence[Ciphertext],
    e_: Sequence[Ciphertext],
    r_: Sequence[bytes],
    psi: Sequence[int],
    draw: Draw,
) -> ShuffleProof:
    g, N = ED25519, len(e)
    h, *hs = all_generators(g, N)
    # Table 10: commits to the permutation. c_j for j = psi[i] hides h_i.
    r = [draw() for _ in range(N)]
    place = {j: i for i, j in enumerate(psi)}
    c = tuple(g.add(secret.base(r[j]), hs[place[j]]) for j in range(N))
    u = [secret.from_int(one) for one in permutation_challenges(g, fingerprint, e, e_, c)]
    u_ = [u[j] for j in psi]
    # Table 13: chains the permuted challenges.
    r_hat = [draw() for _ in range(N)]
    c_hat: list[Point] = []
    for i in range(N):
        c_hat.append(g.add(secret.base(r_hat[i]), secret.multiply(u_[i], c_hat[-1] if i else h)))
    w1, w2, w3, w4 = (draw() for _ in range(4))
    w_hat, w_ = [draw() for _ in range(N)], [draw() for _ in range(N)]
    minus_w4 = secret.sub(secret.ZERO, w4)
    t3 = g.add(secret.base(w3), _secret_power(w_, hs))
    t4 = (
        g.add(secret.multiply(minus_w4, pk), _secret_power(w_, [x.beta for x in e_])),
        g.add(secret.base(minus_w4), _secret_power(w_, [x.alpha for x in e_])),
    )
    t_hat = tuple(g.add(secret.base(w_hat[i]), secret.multiply(w_[i], c_hat[i - 1] if i else h)) for i in range(N))
    pi = ShuffleProof(secret.base(w1), secret.base(w2), t3, t4, t_hat, 0, 0, 0, 0, (), (), c, tuple(c_hat))
    challenge = secret.from_int(proof_challenge(g, fingerprint, pk, e, e_, pi))

    def respond(w: bytes, x: bytes) -> int:
        return secret.to_int(secret.add(w, secret.mul(challenge, x)))

    v = [secret.from_int(1)] * N
    for i in reversed(range(N - 1)):
        v[i] = secret.mul(u_[i + 1], v[i + 1])
    return replace(
        pi,
        s1=respond(w1, _dot(r, [secret.from_int(1)] * N)),
        s2=respond(w2, _dot(r_hat, v)),
        s3=respond(w3, _dot(r, u)),
        s4=respond(w4, _dot(r_, u)),
        s_hat=tuple(respond(w, x) for w, x in zip(w_hat, r_hat, strict=True)),
        s_prime=tuple(respond(w, x) for w, x in zip(w_, u_, strict=True)),
    )


def _dot(a: Iterable[bytes], b: Iterable[bytes]) -> bytes:
    total = secret.ZERO
    for one, other in zip(a, b, strict=True):
        total = secret.add(total, secret.mul(one, other))
    return total


def _secret_power(exponents: Iterable[bytes], points: Iterable[Point]) -> Point:
    return ED25519.sum(secret.multiply(s, P) for s, P in zip(exponents, points, strict=True))
