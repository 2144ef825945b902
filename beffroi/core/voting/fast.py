"""The compiled path of the verification (beffroi[fast]): it says "right" of a ballot, or "look again" (spec 10.1).

What it does not find right is checked anew by the plain path, which alone names faults. So a mistake here can cost
time, and never refuse a ballot; that it accepts nothing that the plain path refuses is what its tests are about. All
the points of a ballot are shown to be in the subgroup with an error below 2**-64 (`batch.tried`).
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from beffroi.core.voting import batch, compiled
from beffroi.core.voting.compiled import Array
from beffroi.core.voting.election import Election
from beffroi.core.voting.field25519 import WIDTH
from beffroi.core.voting.group import ED25519
from beffroi.core.voting.plan import Plan, has_marks, plan
from beffroi.core.voting.proofs import Ciphertext
from beffroi.core.voting.questions import Question

_BEFORE_HASH = len(b',"signature":{"hash":"')  # what is signed ends before it
_IDENTITY = compiled.words(ED25519.identity)


def serves(election: Election) -> bool:
    """Homomorphic questions in Ed25519, not of thousands of answers: those of every votation."""
    known = [question for question in election.questions if isinstance(question, Question)]
    return known == list(election.questions) and election.group.name == ED25519.name and has_marks(known)


@dataclass(frozen=True)
class Found:
    """Which ballots are right in every respect; which of them are in the sums; the sums of their choices, in order."""

    right: list[bool]
    summed: list[bool]
    sums: list[Ciphertext]


@dataclass(frozen=True)
class _Read:
    """What compiled code made of a chunk, its ballots filled up to whole blocks; see `batch.check_ballots`."""

    fine: Array
    marks: Array
    points: Array
    encoded: Array
    challenges: Array
    added: Array


def check(election: Election, raws: Sequence[bytes], counted: Sequence[bool]) -> Found:
    """Look at a chunk of ballots; the sums are of those `counted` whose points are members."""
    assert serves(election)
    made = plan(election)
    read = _computed(election, made, raws, counted)
    texts = _rows(read)
    size = len(texts) // len(read.fine)
    claims = len(made.claims) + 1
    totals = read.challenges.tobytes()
    right = [
        bool(read.fine[n])
        and _hashes_hold(
            made,
            raw,
            int(read.marks[n]),
            texts[n * size : (n + 1) * size],
            totals[32 * claims * n : 32 * claims * (n + 1)],
        )
        for n, raw in enumerate(raws)
    ]
    points = [row.tobytes() for row in read.added.reshape(-1, 4)]
    sums = [Ciphertext(alpha, beta) for alpha, beta in zip(points[::2], points[1::2], strict=True)]
    summed = [bool(fine) and one for fine, one in zip(read.fine, counted, strict=False)]
    return Found(right, summed, sums)


def _computed(election: Election, made: Plan, raws: Sequence[bytes], counted: Sequence[bool]) -> _Read:
    ends = np.cumsum([len(raw) for raw in raws])
    begins = np.concatenate([[0], ends[:-1]])
    n = len(raws) + -len(raws) % WIDTH
    fine, summed = np.zeros(n, dtype=np.uint64), np.zeros(n, dtype=np.uint64)
    summed[: len(raws)] = -np.array(counted, dtype=np.int64).astype(np.uint64)
    marks = np.zeros(n, dtype=np.int64)
    points, scalars = np.zeros((n, made.points, 4), dtype=np.uint64), np.zeros(n * made.scalars * 4, dtype=np.uint64)
    text = np.frombuffer(b"".join(raws), dtype=np.uint8)
    batch.parse_ballots(
        text, begins, ends, made.tokens, made.literals, made.points, points.reshape(-1), scalars, fine, marks
    )
    fine[(points[:, 0] == _IDENTITY).all(axis=1)] = 0  # a member, and no credential
    encoded = np.empty((n, made.sums_of + len(made.terms), 4), dtype=np.uint64)
    challenges = np.zeros(n * (len(made.claims) + 1) * 4, dtype=np.uint64)
    added = np.empty((made.points - 1) * 4, dtype=np.uint64)
    batch.check_ballots(
        points.reshape(-1),
        scalars,
        fine,
        summed,
        made.sums,
        made.terms,
        compiled.masks(n // WIDTH, made.points),
        compiled.fixed(ED25519.generator),
        compiled.fixed(election.key),
        encoded.reshape(-1),
        challenges,
        added,
    )
    return _Read(fine, marks, points, encoded, challenges, added)


def _rows(read: _Read) -> bytes:
    """The text of each ballot's points, sums and commitments, a comma after each."""
    n = len(read.fine)
    both = np.concatenate([read.points, read.encoded], axis=1).view(np.uint8).reshape(n, -1, 32)[:, :, ::-1]
    text = np.empty((n, both.shape[1], 65), dtype=np.uint8)
    text[:, :, :64] = np.frombuffer(both.tobytes().hex().encode(), dtype=np.uint8).reshape(n, -1, 64)
    text[:, :, 64] = ord(",")
    return text.tobytes()


def _hashes_hold(made: Plan, raw: bytes, mark: int, row: bytes, totals: bytes) -> bool:
    """Whether each proof's hash is the sum of its challenges, and the signed hash that of the ballot (spec 5, 7.3)."""
    q = ED25519.q
    before = mark - _BEFORE_HASH
    h = b64encode(sha256(raw[:before] + b"}").digest())[: batch.HASH_DIGITS]
    if raw[mark : mark + batch.HASH_DIGITS] != h:
        return False
    texts = [b"".join([row[part] if isinstance(part, slice) else part for part in parts]) for parts in made.claims]
    texts.append(b"sig|%b|%b" % (h, row[made.signature]))
    return all(
        int.from_bytes(sha256(text).digest(), "big") % q == int.from_bytes(totals[32 * n : 32 * n + 32], "little")
        for n, text in enumerate(texts)
    )
