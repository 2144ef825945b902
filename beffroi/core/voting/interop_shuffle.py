"""Shuffles in RFC-3526-2048, for interoperation alone: as `shuffle.make_shuffle`, and as little secret as `interop`.

Letters and tables are those of `shuffle`; a secret scalar is an integer here.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate

from beffroi.core.voting import canon, shuffle
from beffroi.core.voting.election import Election
from beffroi.core.voting.group import Group, Point
from beffroi.core.voting.interop import random
from beffroi.core.voting.proofs import Ciphertext
from beffroi.core.voting.shuffle import ShuffleProof


def make_shuffle(election: Election, before: Sequence[Sequence[Ciphertext]]) -> bytes:
    """A shuffle of the lists `before`, one for each non-homomorphic question."""
    made = [_shuffle(election, e) for e in before]
    found = shuffle.Shuffle(tuple(e_ for e_, _ in made), tuple(pi for _, pi in made))
    return canon.compact(shuffle.shuffle_json(election.group, found))


def _shuffle(election: Election, e: Sequence[Ciphertext]) -> tuple[tuple[Ciphertext, ...], ShuffleProof]:
    group, pk = election.group, election.key
    psi = list(range(len(e)))
    secrets.SystemRandom().shuffle(psi)
    nonces = [random(group) for _ in e]
    again = [
        Ciphertext(group.add(x.alpha, group.base(r)), group.add(x.beta, group.multiply(r, pk)))
        for x, r in zip(e, nonces, strict=True)
    ]
    e_ = tuple(again[j] for j in psi)
    return e_, _prove(group, pk, election.fingerprint, e, e_, nonces, psi)


def _prove(
    g: Group,
    pk: Point,
    fingerprint: str,
    e: Sequence[Ciphertext],
    e_: Sequence[Ciphertext],
    r_: Sequence[int],
    psi: Sequence[int],
) -> ShuffleProof:
    N = len(e)
    h, *hs = shuffle.all_generators(g, N)
    r = [random(g) for _ in range(N)]
    place = {j: i for i, j in enumerate(psi)}
    c = tuple(g.add(g.base(r[j]), hs[place[j]]) for j in range(N))
    u = shuffle.permutation_challenges(g, fingerprint, e, e_, c)
    u_ = [u[j] for j in psi]
    r_hat = [random(g) for _ in range(N)]
    c_hat: list[Point] = []
    for i in range(N):
        c_hat.append(g.add(g.base(r_hat[i]), g.multiply(u_[i], c_hat[-1] if i else h)))
    w1, w2, w3, w4 = (random(g) for _ in range(4))
    w_hat, w_ = [random(g) for _ in range(N)], [random(g) for _ in range(N)]
    t3 = g.add(g.base(w3), _power(g, w_, hs))
    t4 = (
        g.add(g.multiply(-w4, pk), _power(g, w_, [x.beta for x in e_])),
        g.add(g.base(-w4), _power(g, w_, [x.alpha for x in e_])),
    )
    t_hat = tuple(g.add(g.base(w_hat[i]), g.multiply(w_[i], c_hat[i - 1] if i else h)) for i in range(N))
    pi = ShuffleProof(g.base(w1), g.base(w2), t3, t4, t_hat, 0, 0, 0, 0, (), (), c, tuple(c_hat))
    challenge = shuffle.proof_challenge(g, fingerprint, pk, e, e_, pi)
    v = list(accumulate(reversed([*u_[1:], 1]), lambda a, b: a * b % g.q))[::-1] if N else []

    def respond(w: int, x: int) -> int:
        return (w + challenge * x) % g.q

    return replace(
        pi,
        s1=respond(w1, sum(r)),
        s2=respond(w2, _dot(r_hat, v)),
        s3=respond(w3, _dot(r, u)),
        s4=respond(w4, _dot(r_, u)),
        s_hat=tuple(respond(w, x) for w, x in zip(w_hat, r_hat, strict=True)),
        s_prime=tuple(respond(w, x) for w, x in zip(w_, u_, strict=True)),
    )


def _dot(a: Iterable[int], b: Iterable[int]) -> int:
    return sum(one * other for one, other in zip(a, b, strict=True))


def _power(group: Group, exponents: Iterable[int], points: Iterable[Point]) -> Point:
    return group.sum(group.multiply(s, P) for s, P in zip(exponents, points, strict=True))
