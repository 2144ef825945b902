"""From the ballot box to the result: the encrypted sum, the trustees' partial decryptions, the numbers (spec 8)."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import canon, embedding, pedersen, secret
from beffroi.core.voting.ballot import Ballot
from beffroi.core.voting.canon import Json
from beffroi.core.voting.election import Election
from beffroi.core.voting.group import ED25519, Group, Point
from beffroi.core.voting.proofs import (
    Ciphertext,
    Draw,
    Proof,
    add_ciphertexts,
    check_equality,
    ciphertext_json,
    proof_json,
    prove_equality,
    read_ciphertext,
    read_proof,
)
from beffroi.core.voting.questions import AnyQuestion, NumbersQuestion, flat, nested
from beffroi.core.voting.shuffle import read_shuffle
from beffroi.core.voting.trustees import Single, TrusteeKey, Trustees

T = TypeVar("T")
#: By question: a ciphertext for each choice (in a row too where they are of lists), or one for each ballot.
Tally = tuple[tuple[Ciphertext, ...], ...]


@dataclass(frozen=True)
class PartialDecryption:
    """One trustee's factors and proofs, [question][choice]."""

    factors: tuple[tuple[Point, ...], ...]
    proofs: tuple[tuple[Proof, ...], ...]


# ---------------------------------------------------------------- the sum


def encrypted_tally(election: Election, ballots: Iterable[Ballot], weights: Mapping[str, int]) -> bytes:
    """The canonical encrypted tally. Of several ballots of one credential the last given counts.

    `weights` is what `parse_credentials` returned. Raises Refused for a credential that is not in it.
    """
    last = {ballot.credential: ballot for ballot in ballots}
    unknown = next((b for b in last.values() if b.credential not in weights), None)
    if unknown is not None:
        raise Refused("tally.credential", f"ballot {unknown.tracker}")
    for credential in last:
        check_weight(election, weights[credential], last[credential].tracker)
    return written(election, added(election, [(ballot, weights[ballot.credential]) for ballot in last.values()]))


def check_weight(election: Election, weight: int, tracker: str) -> None:
    """Raises Refused "tally.weight" for a ballot that is to be shuffled and would count more than once."""
    if election.is_shuffled and weight != 1:
        raise Refused("tally.weight", f"ballot {tracker}: a shuffled ballot counts once")


def added(election: Election, ballots: Sequence[tuple[Ballot, int]]) -> Tally:
    """The sum of some ballots, each as often as it counts; of a shuffled question all their ciphertexts."""
    return tuple(_row(election, n, ballots) for n in range(len(election.questions)))


def _row(election: Election, n: int, ballots: Sequence[tuple[Ballot, int]]) -> tuple[Ciphertext, ...]:
    question, group = election.questions[n], election.group
    if isinstance(question, NumbersQuestion):
        return tuple(ballot.answers[n].choices[0] for ballot, _ in ballots)
    rows = [(weight, ballot.answers[n].choices) for ballot, weight in ballots]
    return tuple(
        Ciphertext(
            group.sum(_times(group, weight, choices[i].alpha) for weight, choices in rows),
            group.sum(_times(group, weight, choices[i].beta) for weight, choices in rows),
        )
        for i in range(question.size)
    )


def merged(election: Election, a: Tally, b: Tally) -> Tally:
    """The sum of two sums."""
    return tuple(
        row + other
        if isinstance(question, NumbersQuestion)
        else tuple(add_ciphertexts(election.group, pair) for pair in zip(row, other, strict=True))
        for question, row, other in zip(election.questions, a, b, strict=True)
    )


def rows(election: Election, sums: Iterable[Ciphertext]) -> Tally:
    """The sums of all choices, in order, as a tally: for questions that are not shuffled."""
    following = iter(sums)
    return tuple(tuple(next(following) for _ in range(question.size)) for question in election.questions)


def written(election: Election, tally: Tally) -> bytes:
    """The canonical bytes of a whole sum."""
    # Shuffled ciphertexts in an order of their own: by the points' bytes, not by who came first.
    return _tally_json(
        election,
        [
            sorted(row, key=lambda c: (c.alpha, c.beta)) if isinstance(question, NumbersQuestion) else row
            for question, row in zip(election.questions, tally, strict=True)
        ],
    )


def _tally_json(election: Election, rows: Sequence[Sequence[Ciphertext]]) -> bytes:
    return canon.compact(
        [
            nested(question, [ciphertext_json(election.group, c) for c in row])
            for question, row in zip(election.questions, rows, strict=True)
        ]
    )


def read_tally(election: Election, raw: bytes) -> Tally:
    """Read an encrypted tally. Raises Malformed."""
    listed = canon.as_list(canon.parse(raw, "encrypted tally"), "encrypted tally", len(election.questions))
    rows = [
        flat(question, value, f"encrypted tally, question {n}", _length(question))
        for n, (value, question) in enumerate(zip(listed, election.questions, strict=True), 1)
    ]
    tally = tuple(
        tuple(
            read_ciphertext(c, f"encrypted tally, question {n}, choice {i}", election.group) for i, c in enumerate(row)
        )
        for n, row in enumerate(rows, 1)
    )
    if _tally_json(election, tally) != raw:
        raise Malformed("encrypted tally", "other bytes than the canonical JSON of the same value", "compact JSON")
    return tally


def _length(question: AnyQuestion) -> int | None:
    return None if isinstance(question, NumbersQuestion) else question.size


def shuffled_rows(election: Election, tally: bytes) -> list[tuple[Ciphertext, ...]]:
    """The ciphertexts of each question that is shuffled, as they are in this tally. Raises Malformed."""
    rows = zip(election.questions, read_tally(election, tally), strict=True)
    return [row for question, row in rows if isinstance(question, NumbersQuestion)]


def shuffled_tally(election: Election, tally: bytes, shuffle: bytes) -> bytes:
    """The tally with its shuffled questions as this shuffle left them: what is decrypted. Raises Malformed."""
    after = iter(read_shuffle(election, shuffle).ciphertexts)
    rows = [
        next(after) if isinstance(question, NumbersQuestion) else row
        for question, row in zip(election.questions, read_tally(election, tally), strict=True)
    ]
    return _tally_json(election, rows)


def sized_tally(tally: bytes, num: int, weight: int) -> bytes:
    """The size record of a tally: number of credentials that voted, and their total weight."""
    return canon.compact(
        {"num_tallied": num, "total_weight": canon.weight(weight), "encrypted_tally": canon.sha256_hex(tally)}
    )


def read_sized(raw: bytes) -> tuple[int, int, str]:
    """The number tallied, the total weight and the tally's hash. Raises Malformed."""
    value = canon.fields(canon.parse(raw, "size record"), "size record", _SIZED)
    num = canon.as_int(value["num_tallied"], "size record, num_tallied")
    weight = canon.as_weight(value["total_weight"], "size record, total_weight")
    tally_hash = canon.as_hash(value["encrypted_tally"], "size record, encrypted_tally")
    canon.check_canonical(raw, {key: value[key] for key in _SIZED}, "size record")
    return num, weight, tally_hash


_SIZED = ("num_tallied", "total_weight", "encrypted_tally")


# ---------------------------------------------------------------- decryptions


def _prefix(election: Election, public_key: str) -> str:
    return f"decrypt|{election.fingerprint}|{public_key}|"


def partial_decryption(election: Election, key: TrusteeKey, tally: bytes, draw: Draw = secret.random_scalar) -> bytes:
    """A single trustee's partial decryption of the encrypted tally (Ed25519). Raises Malformed, Refused."""
    if election.group is not ED25519:
        raise Refused("decryption.group", f"keys are of Ed25519, the election of {election.group.name}")
    cells = read_tally(election, tally)
    prefix = _prefix(election, key.public_key)
    factors = [[secret.multiply(key.scalar, c.alpha) for c in choices] for choices in cells]
    proofs = [[prove_equality(key.scalar, c.alpha, prefix, draw) for c in choices] for choices in cells]
    return canon.compact(_decryption_json(election, factors, proofs))


def _decryption_json(election: Election, factors: Sequence[Sequence[Point]], proofs: Sequence[Sequence[Proof]]) -> Json:
    group, questions = election.group, election.questions
    return {
        "decryption_factors": [
            nested(q, [group.to_string(F) for F in row]) for q, row in zip(questions, factors, strict=True)
        ],
        "decryption_proofs": [
            nested(q, [proof_json(p) for p in row]) for q, row in zip(questions, proofs, strict=True)
        ],
    }


def read_partial_decryption(election: Election, raw: bytes, tally: Tally) -> PartialDecryption:
    """Read a partial decryption of this tally; checks no proof. Raises Malformed."""
    where, group = "partial decryption", election.group
    value = canon.fields(canon.parse(raw, where), where, ("decryption_factors", "decryption_proofs"))
    factors = _rows(election, value["decryption_factors"], f"{where}, factors", tally)
    proofs = _rows(election, value["decryption_proofs"], f"{where}, proofs", tally)
    read = PartialDecryption(
        tuple(tuple(_factor(F, f"{where}, factor", group) for F in row) for row in factors),
        tuple(tuple(read_proof(p, f"{where}, proof", group) for p in row) for row in proofs),
    )
    canon.check_canonical(raw, _decryption_json(election, read.factors, read.proofs), where)
    return read


def _rows(election: Election, value: Json, where: str, tally: Tally) -> list[list[Json]]:
    questions = election.questions
    listed = canon.as_list(value, where, len(questions))
    return [flat(q, row, where, len(cells)) for q, row, cells in zip(questions, listed, tally, strict=True)]


def _factor(value: Json, where: str, group: Group) -> Point:
    return group.parse_point(canon.as_str(value, where), where)


def check_partial_decryption(election: Election, public_key: str, tally: bytes, pd: bytes) -> None:
    """Check every proof of one trustee's decryption. Raises Malformed, or Refused "decryption.proof" with the place."""
    group = election.group
    cells = read_tally(election, tally)
    read = read_partial_decryption(election, pd, cells)
    X = group.parse_point(public_key, "public key")
    prefix = _prefix(election, public_key)
    rows = zip(cells, read.factors, read.proofs, strict=True)
    for n, (choices, factors, proofs) in enumerate(rows, 1):
        for i, (c, F, p) in enumerate(zip(choices, factors, proofs, strict=True)):
            if not check_equality(group, X, c.alpha, F, prefix, p):
                raise Refused("decryption.proof", f"question {n}, choice {i}")


def owned(owner: int, pd: bytes) -> bytes:
    """The owner record of a partial decryption: the trustee's number, from 1."""
    return canon.compact({"owner": owner, "payload": canon.sha256_hex(pd)})


def read_owned(raw: bytes) -> tuple[int, str]:
    """Owner number and hash of the partial decryption. Raises Malformed."""
    value = canon.fields(canon.parse(raw, "owner record"), "owner record", ("owner", "payload"))
    owner = canon.as_int(value["owner"], "owner record, owner", 1)
    payload = canon.as_hash(value["payload"], "owner record, payload")
    canon.check_canonical(raw, {"owner": owner, "payload": payload}, "owner record")
    return owner, payload


# ---------------------------------------------------------------- the numbers


def result(election: Election, tally: bytes, pds: Sequence[bytes], total: int) -> bytes:
    """The result, from the decryptions of **all** single trustees, already checked. `total` is the total weight.

    Raises Malformed, or Refused "result.logarithm" when some number is not between 0 and `total`: then a trustee
    handed in a wrong factor, or one is missing.
    """
    cells = read_tally(election, tally)
    return _numbers(election, cells, [(1, read_partial_decryption(election, pd, cells)) for pd in pds], total)


def _numbers(election: Election, cells: Tally, pds: Sequence[tuple[int, PartialDecryption]], total: int) -> bytes:
    logarithm = Logarithms(election.group, total)
    rows: list[Json] = []
    for question, row in zip(election.questions, plaintexts(election, cells, pds), strict=True):
        if isinstance(question, NumbersQuestion):
            opened = (embedding.decode(election.group, M, len(question.answers)) for M in row)
            rows.append([list[Json](numbers) for numbers in opened])
        else:
            rows.append(nested(question, [canon.weight(logarithm.of(M)) for M in row]))
    return canon.compact({"result": rows})


def right_ones(
    election: Election, trustees: Trustees, handed: Sequence[tuple[int, bytes]], check: Callable[[str, bytes], T]
) -> tuple[dict[int, T], list[str]]:
    """Of what trustees handed in: what `check` gives for each right one, by owner number and in order, and a line on
    each other one. `check` is given a trustee's public key and her bytes, and raises Malformed or Refused.
    """
    keys = trustees.owner_keys()
    right: dict[int, T] = {}
    faults: list[str] = []
    for owner, raw in handed:
        if not 1 <= owner <= len(keys):
            faults.append(f"there is no trustee {owner}")
        elif owner in right:
            faults.append(f"trustee {owner}: has already handed in a decryption")
        else:
            try:
                right[owner] = check(election.group.to_string(keys[owner - 1]), raw)
            except (Malformed, Refused) as error:
                faults.append(f"trustee {owner}: {error}")
    return right, faults


def valid_decryptions(
    election: Election, trustees: Trustees, tally: bytes, handed: Sequence[tuple[int, bytes]]
) -> tuple[list[tuple[int, bytes]], list[str]]:
    """Of the decryptions handed in, by owner number: the right ones in their order, and a line on each other one."""

    def check(key: str, pd: bytes) -> bytes:
        check_partial_decryption(election, key, tally, pd)
        return pd

    right, faults = right_ones(election, trustees, handed, check)
    return list(right.items()), faults


def result_of(
    election: Election, trustees: Trustees, tally: bytes, valid: Sequence[tuple[int, bytes]], total: int
) -> bytes:
    """The result from `valid_decryptions`: all single trustees, the first `threshold` members of each group.

    Raises Refused "result.missing" naming who is missing, "result.logarithm" as `result` does.
    """
    factors = coefficients(trustees, [owner for owner, _ in valid], election.group)
    cells = read_tally(election, tally)
    pds = [(factors[owner], read_partial_decryption(election, pd, cells)) for owner, pd in valid if owner in factors]
    return _numbers(election, cells, pds, total)


def plaintexts(election: Election, tally: Tally, pds: Sequence[tuple[int, PartialDecryption]]) -> list[list[Point]]:
    """n*G for each question and choice: beta less the factors, each times its coefficient."""
    group = election.group
    return [
        [
            group.sub(c.beta, group.sum(_times(group, k, pd.factors[n][i]) for k, pd in pds))
            for i, c in enumerate(choices)
        ]
        for n, choices in enumerate(tally)
    ]


def _times(group: Group, k: int, P: Point) -> Point:
    return P if k == 1 else group.multiply(k, P)


def coefficients(trustees: Trustees, owners: Sequence[int], group: Group) -> dict[int, int]:
    """What each owner's factor counts for, from the owners who decrypted, in the order in which they did.

    Single trustees count 1. Of a Pedersen group the first `threshold` count by Lagrange's formula, the others not at
    all. Raises Refused "result.missing" naming who is missing.
    """
    found: dict[int, int] = {}
    first = 1
    for member in trustees.members:
        if isinstance(member, Single):
            if first not in owners:
                raise Refused("result.missing", f"the partial decryption of trustee {first}")
            found[first] = 1
            first += 1
            continue
        size = len(member.verification_keys)
        indexes = [o - first + 1 for o in owners if first <= o < first + size][: member.threshold]
        if len(indexes) < member.threshold:
            raise Refused("result.missing", f"{member.threshold} decryptions of trustees {first} to {first + size - 1}")
        for index, k in zip(indexes, pedersen.lagrange(indexes, group.q), strict=True):
            found[first + index - 1] = k
        first += size
    return found


class Logarithms:
    """Numbers n from n*G, for 0 <= n <= most: baby steps and giant steps, about 2 * sqrt(most) additions."""

    def __init__(self, group: Group, most: int) -> None:
        self.group, self.most = group, most
        self.step = math.isqrt(most) + 1
        self.baby: dict[Point, int] = {}
        P = group.identity
        for n in range(self.step):
            self.baby[P] = n
            P = group.add(P, group.generator)
        self.giant = group.neg(P)

    def of(self, M: Point) -> int:
        """n such that M = n*G. Raises Refused "result.logarithm" when there is none up to `most`."""
        for giants in range(self.step + 1):
            n = self.baby.get(M)
            if n is not None and giants * self.step + n <= self.most:
                return giants * self.step + n
            M = self.group.add(M, self.giant)
        raise Refused("result.logarithm", f"a number of votes is not between 0 and {self.most}")


Number = int | tuple[int, ...]


def read_result(election: Election, raw: bytes) -> list[list[Number]]:
    """By question: the numbers of the choices, blank first where it has it; or, of each ballot opened, its numbers.

    Raises Malformed.
    """
    value = canon.fields(canon.parse(raw, "result"), "result", ("result",))
    listed = canon.as_list(value["result"], "result", len(election.questions))
    rows = [
        [
            _number(question, n, f"result, question {q}")
            for n in flat(question, row, f"result, question {q}", _length(question))
        ]
        for q, (row, question) in enumerate(zip(listed, election.questions, strict=True), 1)
    ]
    again: list[Json] = [
        nested(question, [list[Json](n) if isinstance(n, tuple) else canon.weight(n) for n in row])
        for question, row in zip(election.questions, rows, strict=True)
    ]
    canon.check_canonical(raw, {"result": again}, "result")
    return rows


def _number(question: AnyQuestion, value: Json, where: str) -> Number:
    if not isinstance(question, NumbersQuestion):
        return canon.as_weight(value, where)
    return tuple(canon.as_int(n, where) for n in canon.as_list(value, where, len(question.answers)))
