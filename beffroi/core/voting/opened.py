"""Ballots that a voter opened in the booth instead of casting them (docs/specs/booth.md 5): do they hold what they say?

An opened ballot is not signed and can never be cast. It comes with its choices and the nonces of its ciphertexts, so
that anyone computes the ciphertexts anew: alpha = r*G, beta = r*y + m*G. All of it is public once opened.
"""

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import canon
from beffroi.core.voting.election import Election
from beffroi.core.voting.group import ED25519
from beffroi.core.voting.proofs import Ciphertext, ciphertext_json
from beffroi.core.voting.questions import Question

KIND = "beffroi-opened-ballot-1"
_MOST_BYTES = 1024 * 1024


def check_opened(election: Election, raw: bytes, seal: str | None = None) -> list[list[int]]:
    """The choices that the opened ballot holds, one list of 0 and 1 for each question (blank first where there is one).

    `seal` is the hash that the voter noted before she opened the ballot. Raises Malformed, or Refused "opened.election"
    (of another election), "opened.seal" (another ballot than the one that was closed) or "opened.choice" (the
    ciphertexts do not hold the choices: the device lies), naming the question and the choice.
    """
    found = canon.fields(
        canon.parse(raw, "opened ballot", _MOST_BYTES),
        "opened ballot",
        ("kind", "hash", "choices", "randomness", "ballot"),
    )
    if found["kind"] != KIND:
        raise Malformed("opened ballot, kind", repr(found["kind"])[:40], KIND)
    ballot = canon.fields(
        found["ballot"], "opened ballot, ballot", ("election_uuid", "election_hash", "credential", "answers")
    )
    if (ballot["election_uuid"], ballot["election_hash"]) != (election.uuid, election.fingerprint):
        raise Refused("opened.election", "the ballot of another election")
    h = canon.sha256_base64(canon.compact(ballot))
    if canon.as_str(found["hash"], "opened ballot, hash") != h or (seal is not None and seal != h):
        raise Refused("opened.seal", f"the seal of this ballot is {h}")
    n = len(election.questions)
    answers = canon.as_list(ballot["answers"], "opened ballot, answers", n)
    choices = canon.as_list(found["choices"], "opened ballot, choices", n)
    nonces = canon.as_list(found["randomness"], "opened ballot, randomness", n)
    if not all(isinstance(question, Question) for question in election.questions):
        raise Malformed("election", "another kind of question", "homomorphic questions: the booth asks no other")
    sizes = [question.size for question in election.questions]
    return [
        _check_answer(election, *one, f"question {number}")
        for number, one in enumerate(zip(answers, choices, nonces, sizes, strict=True), 1)
    ]


def _check_answer(
    election: Election, answer: canon.Json, chosen: canon.Json, nonces: canon.Json, size: int, where: str
) -> list[int]:
    held = []
    ciphers = canon.as_list(canon.as_object(answer, where).get("choices"), where, size)
    numbers = canon.as_list(nonces, f"{where}, randomness", size)
    for i, m in enumerate(canon.as_list(chosen, f"{where}, choices", size)):
        bit = canon.as_int(m, f"{where}, choice {i}")
        r = canon.as_decimal(numbers[i], f"{where}, nonce {i}", ED25519.q)
        beta = ED25519.add(ED25519.multiply(r, election.key), ED25519.base(bit))
        if bit > 1 or ciphers[i] != ciphertext_json(ED25519, Ciphertext(ED25519.base(r), beta)):
            raise Refused("opened.choice", f"{where}, choice {i} does not hold {bit}")
        held.append(bit)
    return held
