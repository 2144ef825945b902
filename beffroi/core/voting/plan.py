"""What the compiled path does with a ballot of an election, derived from what the plain path does (spec 10.1).

A ballot whose points and numbers are marks of their own is written, and its proofs' prefixes are asked for, by the
plain path's code. Where the marks stand in them is the plan: the two cannot come to differ.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from beffroi.core.voting import ballot, canon
from beffroi.core.voting.ballot import Ballot
from beffroi.core.voting.batch import HASH, HASH_DIGITS, LITERAL, POINT, SCALAR
from beffroi.core.voting.compiled import Array
from beffroi.core.voting.election import Election
from beffroi.core.voting.group import ED25519, Point
from beffroi.core.voting.homomorphic import Answer
from beffroi.core.voting.proofs import Ciphertext, Proof
from beffroi.core.voting.questions import Question

_PLACE = 65  # characters of a point in a row of points, with the comma after it
_FIRST_SCALAR = 10**70
_NUMBERED = 10_000  # what the four digits of a point's mark tell apart
_HASH = "#" * HASH_DIGITS
_MARKS = re.compile(rf'f{{60}}(?P<point>[0-9]{{4}})|"(?P<scalar>1[0-9]{{70}})"|(?P<hash>#{{{HASH_DIGITS}}})')
_ROW = re.compile(r"f{60}([0-9]{4})(?:,f{60}[0-9]{4})*")

Part = bytes | slice


@dataclass(frozen=True)
class Plan:
    """How to read ballots, what to compute, what to hash.

    `tokens`, `literals`: see `batch.parse_ballots`; `sums`, `terms`: see `batch.check_ballots`. A row is the text of a
    ballot's points, of its sums and of its commitments, with a comma after each; `claims` are the texts to hash, in
    pieces: bytes, or a part of the row. The last claim is the signature; what stands before its commitment is not
    here.
    """

    points: int
    scalars: int
    sums_of: int
    tokens: Array
    literals: Array
    sums: Array
    terms: Array
    claims: tuple[tuple[Part, ...], ...]
    signature: slice


class _Marks:
    """Points and proofs that are marks, numbered."""

    def __init__(self) -> None:
        self.points = self.scalars = 0

    def point(self) -> Point:
        self.points += 1
        return _mark(self.points - 1)

    def ciphertext(self) -> Ciphertext:
        return Ciphertext(self.point(), self.point())

    def proofs(self, count: int) -> tuple[Proof, ...]:
        return tuple(self.proof() for _ in range(count))

    def proof(self) -> Proof:
        self.scalars += 2
        return Proof(_FIRST_SCALAR + self.scalars - 2, _FIRST_SCALAR + self.scalars - 1)

    def answer(self, question: Question) -> Answer:
        sums = question.maximum - question.minimum + 1 + question.blank
        return Answer(
            question,
            tuple(self.ciphertext() for _ in range(question.size)),
            tuple(self.proofs(2) for _ in range(question.size)),
            self.proofs(sums),
            self.proofs(2) if question.blank else None,
        )


def _mark(n: int) -> Point:
    return bytes.fromhex(f"{'f' * 60}{n:04}")[::-1]


def _number_of(P: Point) -> int:
    return int(ED25519.to_string(P)[60:])


def has_marks(questions: Sequence[Question]) -> bool:
    """Whether there are marks enough for the points and the sums of a ballot with these questions."""
    return 1 + sum(2 * question.size + 2 for question in questions) <= _NUMBERED


@lru_cache(maxsize=8)
def plan(election: Election) -> Plan:
    """The plan for homomorphic questions in Ed25519."""
    marks = _Marks()
    key = marks.point()
    answers = tuple(marks.answer(question) for question in election.questions if isinstance(question, Question))
    signature = marks.proof()
    text = ED25519.to_string(key)
    marked = Ballot(b"", text, "", answers, election.fingerprint, _HASH, signature, key)
    tokens, literals = _template(canon.compact(ballot._ballot_json(election, marked)).decode())
    for what, count in ((POINT, marks.points), (SCALAR, marks.scalars)):
        numbers = tokens[tokens[:, 0] == what, 1].tolist()
        assert sorted(numbers) == list(range(count)), "compiled code writes by these numbers: each has its room"
    products = [Ciphertext(_mark(marks.points + 2 * n), _mark(marks.points + 2 * n + 1)) for n in range(len(answers))]
    first = marks.points + 2 * len(answers)
    terms: list[tuple[int, ...]] = []
    claims: list[tuple[Part, ...]] = []
    for answer, product in zip(answers, products, strict=True):
        for claim in answer.claims(ED25519, f"{election.fingerprint}|{text}", "", product):
            begin = len(terms)
            for (c, v), p in zip(claim.statements, claim.proofs, strict=True):
                numbers = (p.challenge - _FIRST_SCALAR, p.response - _FIRST_SCALAR)
                terms.append((len(terms), _number_of(c.alpha), 0, *numbers, 0, len(claims)))
                terms.append((len(terms), _number_of(c.beta), 1, *numbers, v, len(claims)))
            claims.append((*_parts(claim.prefix), _places(first + begin, first + len(terms))))
    signed = (signature.challenge - _FIRST_SCALAR, signature.response - _FIRST_SCALAR)
    terms.append((len(terms), 0, 0, *signed, 0, len(claims)))
    return Plan(
        points=marks.points,
        scalars=marks.scalars,
        sums_of=2 * len(answers),
        tokens=tokens,
        literals=literals,
        sums=np.array(list(_summed(answers)), dtype=np.int64),
        terms=np.array(sorted(terms, key=lambda term: term[1]), dtype=np.int64),
        claims=tuple(claims),
        signature=_places(first + len(terms) - 1, first + len(terms)),
    )


def _template(text: str) -> tuple[Array, Array]:
    """Rows of tokens, and the literal text that they point into.

    Marks are looked for behind the election's identifier, which whoever made the election has chosen: it may look like
    one. Nothing else in a ballot's text is anybody's choice.
    """
    rows: list[tuple[int, int, int]] = []
    literals = b""

    def literal(part: str) -> None:
        nonlocal literals
        rows.append((LITERAL, len(literals), len(literals) + len(part.encode())))
        literals += part.encode()

    at = 0
    for found in _MARKS.finditer(text, text.index('"election_hash"')):
        begin, end = found.span()
        if found["scalar"]:
            begin, end = begin + 1, end - 1  # the quotes are literal
        literal(text[at:begin])
        if found["point"]:
            rows.append((POINT, int(found["point"]), 0))
        elif found["scalar"]:
            rows.append((SCALAR, int(found["scalar"]) - _FIRST_SCALAR, 0))
        else:
            rows.append((HASH, 0, 0))
        at = end
    literal(text[at:])
    return np.array(rows, dtype=np.int64), np.frombuffer(literals, dtype=np.uint8)


def _summed(answers: Sequence[Answer]) -> Iterator[tuple[int, int]]:
    for n, answer in enumerate(answers):
        for c in answer.counted:
            yield 2 * n, _number_of(c.alpha)
            yield 2 * n + 1, _number_of(c.beta)


def _places(begin: int, end: int) -> slice:
    """Where the points from `begin` on, `end` left out, stand in a row; the last comma left out."""
    return slice(begin * _PLACE, end * _PLACE - 1)


def _parts(prefix: str) -> list[Part]:
    """The prefix in pieces: points that follow one another in a row are one part of it."""
    parts: list[Part] = []
    at = 0
    for found in _ROW.finditer(prefix):
        numbers = [int(point[60:]) for point in found[0].split(",")]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "points follow one another"
        parts += [prefix[at : found.start()].encode(), _places(numbers[0], numbers[-1] + 1)]
        at = found.end()
    return [*parts, prefix[at:].encode()]
