"""The compiled path of the verification (beffroi[fast]): it says "right" of a ballot, or "look again" (spec 10.1).

What it does not find right is checked anew by the plain path, which alone names faults. So a mistake here can cost
time, and never refuse a ballot; that it accepts nothing that the plain path refuses is what its tests are about. All
the points of a ballot are shown to be in the subgroup with an error below 2**-64 (`curve25519.all_members`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import canon, compiled, curve25519, homomorphic
from beffroi.core.voting.ballot import Ballot, read_ballot
from beffroi.core.voting.compiled import Array
from beffroi.core.voting.election import Election
from beffroi.core.voting.group import ED25519, Point, SodiumEd25519
from beffroi.core.voting.proofs import Ciphertext, Proof
from beffroi.core.voting.questions import Question


class _Deferred(SodiumEd25519):
    """Ed25519 whose points have been read, and not yet been shown to be members."""

    def _is_member(self, P: Point) -> bool:
        return True


_DEFERRED = _Deferred()


def serves(election: Election) -> bool:
    """Homomorphic questions in Ed25519: those of every votation."""
    kinds = all(isinstance(question, Question) for question in election.questions)
    return kinds and election.group.name == ED25519.name


@dataclass
class _Points:
    """Points of a chunk, each once: its number by its bytes."""

    numbers: dict[Point, int] = field(default_factory=dict)

    def number(self, P: Point) -> int:
        return self.numbers.setdefault(P, len(self.numbers))


@dataclass
class _Terms:
    """Commitments to compute, s*F + c*P (+ g*G), F being G or the election's key: one line each."""

    points: list[int] = field(default_factory=list)
    on_key: list[bool] = field(default_factory=list)
    challenges: list[int] = field(default_factory=list)
    responses: list[int] = field(default_factory=list)
    more: list[int] = field(default_factory=list)

    def add(self, point: int, on_key: bool, proof: Proof, v: int = 0) -> None:
        self.points.append(point)
        self.on_key.append(on_key)
        self.challenges.append(proof.challenge)
        self.responses.append(proof.response)
        self.more.append(-proof.challenge * v % ED25519.q)

    def strings(self, points: Array, key: Point) -> list[str]:
        """The commitments, as hashes want them."""
        order = np.argsort(np.array(self.points), kind="stable")
        starts = np.searchsorted(np.array(self.points)[order], np.arange(len(points) + 1))
        out = np.empty((len(order), 4, 5), dtype=np.uint64)
        more = _words(self.more)[order]
        curve25519.commitments(
            points,
            starts,
            _words(self.challenges)[order],
            _words(self.responses)[order],
            np.array(self.on_key)[order],
            more,
            more.any(axis=1),
            _fixed(ED25519.generator),
            _fixed(key),
            out,
        )
        raws = np.empty((len(order), 32), dtype=np.uint8)
        curve25519.encode_all(out, raws)
        placed = np.empty_like(raws)
        placed[order] = raws[:, ::-1]
        text = placed.tobytes().hex()
        return [text[64 * i : 64 * i + 64] for i in range(len(order))]


def _words(numbers: Sequence[int]) -> Array:
    raw = b"".join(number.to_bytes(32, "little") for number in numbers)
    return np.frombuffer(raw, dtype=np.uint64).reshape(-1, 4)


@lru_cache(maxsize=8)
def _fixed(P: Point) -> Array:
    point = np.empty((1, 4, 5), dtype=np.uint64)
    curve25519.decode_all(np.frombuffer(P, dtype=np.uint8).reshape(1, 32), point)
    table = np.empty((curve25519.ROWS * curve25519.WIDTH, 3, 5), dtype=np.uint64)
    curve25519.fixed_table(point[0], table)
    return table


def right_ballots(election: Election, raws: Sequence[bytes]) -> list[Ballot | None]:
    """Each ballot that is right in itself: form, members, signature and every proof; None for one to look at again."""
    assert serves(election)
    read = [_read(election, raw) for raw in raws]
    ballots = [ballot for ballot in read if ballot is not None]
    if not ballots:
        return read
    known = _Points()
    numbers = [_numbered(known, ballot) for ballot in ballots]
    points, good = compiled.decoded(list(known.numbers))
    sums, products = _products(ballots, points, known)
    right = _proofs_hold(election, ballots, products, known, np.concatenate([points, sums]))
    fine = iter(ok and bool(good[own].all()) for ok, own in zip(right, numbers, strict=True))
    return [ballot if ballot is not None and next(fine) else None for ballot in read]


def _read(election: Election, raw: bytes) -> Ballot | None:
    try:
        return read_ballot(replace(election, group=_DEFERRED), raw)
    except (Malformed, Refused):
        return None


def _numbered(known: _Points, ballot: Ballot) -> list[int]:
    own = [known.number(ballot.key)]
    for answer in ballot.answers:
        for c in answer.choices:
            own += [known.number(c.alpha), known.number(c.beta)]
    return own


def _products(
    ballots: Sequence[Ballot], points: Array, known: _Points
) -> tuple[Array, list[list[tuple[Ciphertext, int, int]]]]:
    """The sums of the counted choices: coordinates; for each ballot and answer the ciphertext and its two numbers."""
    members: list[int] = []
    starts = [0]
    for ballot in ballots:
        for answer in ballot.answers:
            assert isinstance(answer, homomorphic.Answer)
            for part in (lambda c: c.alpha, lambda c: c.beta):
                members += [known.numbers[part(c)] for c in answer.counted]
                starts.append(len(members))
    sums = np.empty((len(starts) - 1, 4, 5), dtype=np.uint64)
    curve25519.sums(points, np.array(starts), np.array(members), sums)
    raws = np.empty((len(sums), 32), dtype=np.uint8)
    curve25519.encode_all(sums, raws)
    after = iter(range(0, len(sums), 2))
    first = len(known.numbers)
    pairs = ((Ciphertext(raws[i].tobytes(), raws[i + 1].tobytes()), first + i, first + i + 1) for i in after)
    return sums, [[next(pairs) for _ in ballot.answers] for ballot in ballots]


def _proofs_hold(
    election: Election,
    ballots: Sequence[Ballot],
    products: Sequence[Sequence[tuple[Ciphertext, int, int]]],
    known: _Points,
    points: Array,
) -> list[bool]:
    terms = _Terms()
    hashes: list[tuple[int, str, int, int, int]] = []  # ballot, prefix, commitments from and to, sum of challenges
    signed: list[bool] = []
    for n, (ballot, sums) in enumerate(zip(ballots, products, strict=True)):
        S0 = f"{ballot.election_hash}|{ballot.credential}"
        for answer, (product, alpha, beta) in zip(ballot.answers, sums, strict=True):
            assert isinstance(answer, homomorphic.Answer)
            for claim in answer.claims(_DEFERRED, S0, "", product):
                begin = len(terms.points)
                for (c, v), proof in zip(claim.statements, claim.proofs, strict=True):
                    terms.add(alpha if c is product else known.numbers[c.alpha], False, proof)
                    terms.add(beta if c is product else known.numbers[c.beta], True, proof, v)
                total = sum(proof.challenge for proof in claim.proofs) % ED25519.q
                hashes.append((n, claim.prefix, begin, len(terms.points), total))
        h = canon.sha256_base64(ballot.raw[: ballot.raw.rindex(b',"signature":')] + b"}")
        signed.append(ballot.signature_hash == h)
        hashes.append((n, f"sig|{h}|", len(terms.points), len(terms.points) + 1, ballot.signature.challenge))
        terms.add(known.numbers[ballot.key], False, ballot.signature)
    found = terms.strings(points, election.key)
    for n, prefix, begin, end, total in hashes:
        if ED25519.hash_of_strings(prefix, found[begin:end]) != total:
            signed[n] = False
    return signed
