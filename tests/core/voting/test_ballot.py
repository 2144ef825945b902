"""Ballots: what is encrypted can be checked, and what breaks a rule is refused even when it is rightly signed."""

import itertools
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import ballot, canon, credentials, secret
from beffroi.core.voting.election import Election
from beffroi.core.voting.group import ED25519
from beffroi.core.voting.proofs import Ciphertext, Opening, Proof, proof_json, prove_disjunction, prove_knowledge
from beffroi.core.voting.questions import Question
from tests.core.voting.elections import BLANK, NO, YES, YES_NO, Played, set_up

SOME = Question("Which of them?", ("a", "b", "c"), 0, 2, False)
PLAYED = set_up((YES_NO,))
CREDENTIAL = PLAYED.private["1"]


def allowed(question: Question) -> list[tuple[int, ...]]:
    """Every way to answer a question."""
    found = []
    for bits in itertools.product((0, 1), repeat=question.size):
        answers = bits[1:] if question.blank else bits
        is_blank = question.blank and bits[0]
        if not any(answers) if is_blank else question.minimum <= sum(answers) <= question.maximum:
            found.append(bits)
    return found


@st.composite
def questions(draw: st.DrawFn) -> tuple[Question, tuple[int, ...]]:
    size = draw(st.integers(1, 4))
    minimum = draw(st.integers(0, size))
    maximum = draw(st.integers(minimum, size))
    question = Question("?", tuple("abcd"[:size]), minimum, maximum, draw(st.booleans()))
    return question, draw(st.sampled_from(allowed(question)))


@settings(max_examples=20, deadline=None)
@given(st.lists(questions(), min_size=1, max_size=2))
def test_every_allowed_ballot_is_encrypted_and_found_right(asked: list[tuple[Question, tuple[int, ...]]]) -> None:
    played = set_up(tuple(question for question, _ in asked), voters=1)
    raw = ballot.encrypt(played.election, played.private["1"], [choices for _, choices in asked])
    found = ballot.check_ballot(played.election, raw)
    assert found.tracker == ballot.tracker(raw)
    assert found.credential == credentials.public_credential(played.election.uuid, played.private["1"])


def test_a_ballot_hides_what_it_holds_and_shows_it_to_the_holder_of_the_key() -> None:
    x = ED25519.q - 7
    played = set_up()
    election = ballot.Election(**{**vars(played.election), "key": ED25519.base(x)})
    found = ballot.check_ballot(election, ballot.encrypt(election, played.private["1"], [NO]))
    opened = [ED25519.sub(c.beta, ED25519.multiply(x, c.alpha)) for c in found.answers[0].choices]
    assert opened == [ED25519.base(m) for m in NO]


def test_two_ballots_of_the_same_choices_have_nothing_in_common() -> None:
    first, second = (json.loads(ballot.encrypt(PLAYED.election, CREDENTIAL, [YES])) for _ in range(2))
    strings = [set(strings_of(b["answers"])) for b in (first, second)]
    assert not strings[0] & strings[1]


def strings_of(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [s for item in value.values() for s in strings_of(item)]
    return [s for item in value for s in strings_of(item)] if isinstance(value, list) else [value]


@pytest.mark.parametrize(
    "choices",
    [[(0, 0, 0)], [(0, 1, 1)], [(1, 1, 0)], [(0, 2, 0)], [(0, -1, 0)], [(0, 1)], [], [YES, YES], [(0, 1, 0, 0)]],
)
def test_choices_that_the_question_does_not_allow_are_refused(choices: Sequence[tuple[int, ...]]) -> None:
    with pytest.raises(Refused, match=r"ballot\.choices"):
        ballot.encrypt(PLAYED.election, CREDENTIAL, choices)


def test_a_ballot_of_two_answers_with_blank_draws_19_scalars() -> None:
    drawn = []

    def draw() -> bytes:
        drawn.append(secret.random_scalar())
        return drawn[-1]

    raw = ballot.encrypt(PLAYED.election, CREDENTIAL, [YES], draw)
    assert len(drawn) == 19
    again = iter(drawn)
    assert ballot.encrypt(PLAYED.election, CREDENTIAL, [YES], lambda: next(again)) == raw
    r = secret.to_int(drawn[1])  # the nonce of the second ciphertext, "yes"
    found = ballot.read_ballot(PLAYED.election, raw).answers[0].choices[1]
    assert found.alpha == ED25519.base(r)
    assert ED25519.sub(found.beta, ED25519.multiply(r, PLAYED.election.key)) == ED25519.generator


def test_every_choice_draws_as_many_scalars() -> None:
    counts = set()
    for choices in (BLANK, YES, NO):
        drawn = itertools.count(1)
        ballot.encrypt(PLAYED.election, CREDENTIAL, [choices], lambda d=drawn: (next(d), secret.random_scalar())[1])
        counts.add(next(drawn))
    assert counts == {20}


# ---------------------------------------------------------------- a voter who cheats, with her own credential


def sign_again(played: Played, value: dict[str, Any]) -> bytes:
    """The same ballot with a right signature: what a voter can do who wrote a program of her own."""
    value = {key: value[key] for key in value if key != "signature"}
    h = canon.sha256_base64(canon.compact(value))
    x = secret.derive(played.election.uuid, played.private["1"])
    proof = prove_knowledge(x, f"sig|{h}|", secret.random_scalar)
    return canon.compact(value | {"signature": {"hash": h, "proof": proof_json(proof)}})


def test_a_ballot_signed_again_unchanged_is_right() -> None:
    raw = ballot.encrypt(PLAYED.election, CREDENTIAL, [YES])
    assert ballot.check_ballot(PLAYED.election, sign_again(PLAYED, json.loads(raw)))


PLACES: dict[str, Callable[[Any], Any]] = {
    "individual_proof": lambda a: a["individual_proofs"][1],
    "overall_proof": lambda a: a["overall_proof"],
    "blank_proof": lambda a: a["blank_proof"],
}


@pytest.mark.parametrize("which", PLACES)
@pytest.mark.parametrize("branch", [0, 1])
@pytest.mark.parametrize("half", ["challenge", "response"])
def test_each_number_of_each_proof_counts_whoever_signs(which: str, branch: int, half: str) -> None:
    value = json.loads(ballot.encrypt(PLAYED.election, CREDENTIAL, [NO]))
    proof = PLACES[which](value["answers"][0])[branch]
    proof[half] = str((int(proof[half]) + 1) % ED25519.q)
    with pytest.raises(Refused, match=which):
        ballot.check_ballot(PLAYED.election, sign_again(PLAYED, value))


def forge(election: Election, question: Question, K: str, numbers: Sequence[int]) -> Any:
    """An answer that holds any numbers, each proof as good as it can be: right where true, else invented."""
    y, draw = election.key, secret.random_scalar
    nonces = [draw() for _ in numbers]
    cipher = [
        Ciphertext(secret.base(r), ED25519.add(secret.multiply(r, y), ED25519.base(m)))
        for r, m in zip(nonces, numbers, strict=True)
    ]
    strings = ",".join(f"{ED25519.to_string(c.alpha)},{ED25519.to_string(c.beta)}" for c in cipher)
    S0 = f"{election.fingerprint}|{K}"

    def prove(prefix: str, openings: list[Opening]) -> list[Proof]:
        if any(opening.excess == 0 for opening in openings):
            return prove_disjunction(y, prefix, openings, draw)
        return [Proof(secret.to_int(draw()), secret.to_int(draw())) for _ in openings]

    individual = [
        prove(
            f"prove|{S0}|{ED25519.to_string(c.alpha)},{ED25519.to_string(c.beta)}|", [Opening(r, m), Opening(r, m - 1)]
        )
        for c, r, m in zip(cipher, nonces, numbers, strict=True)
    ]
    r = secret.ZERO
    for nonce in nonces[1:]:
        r = secret.add(r, nonce)
    total = sum(numbers[1:])
    sums = [Opening(r, total - v) for v in range(question.minimum, question.maximum + 1)]
    blank = prove(f"bproof0|{S0}|{strings}|", [Opening(nonces[0], numbers[0]), Opening(r, total)])
    overall = prove(f"bproof1|{S0}|{strings}|", [Opening(nonces[0], numbers[0] - 1), *sums])
    return {
        "choices": [{"alpha": ED25519.to_string(c.alpha), "beta": ED25519.to_string(c.beta)} for c in cipher],
        "individual_proofs": [[proof_json(p) for p in proofs] for proofs in individual],
        "overall_proof": [proof_json(p) for p in overall],
        "blank_proof": [proof_json(p) for p in blank],
    }


def forged(numbers: Sequence[int]) -> bytes:
    K = credentials.public_credential(PLAYED.election.uuid, CREDENTIAL)
    answer = forge(PLAYED.election, YES_NO, K, numbers)
    value = {
        "election_uuid": PLAYED.election.uuid,
        "election_hash": PLAYED.election.fingerprint,
        "credential": K,
        "answers": [answer],
    }
    return sign_again(PLAYED, value)


def test_the_forger_is_able_to_make_an_honest_ballot() -> None:
    for numbers in (BLANK, YES, NO):
        assert ballot.check_ballot(PLAYED.election, forged(numbers))


@pytest.mark.parametrize(
    ("numbers", "proof"),
    [
        ((0, 2, 0), "individual_proof"),  # two votes for one answer
        ((0, 2, -1), "individual_proof"),  # ... taken from the other
        ((0, -1, 2), "individual_proof"),
        ((2, 0, 0), "individual_proof"),  # two blanks
        ((0, 1, 1), "overall_proof"),  # yes and no
        ((0, 0, 0), "overall_proof"),  # nothing at all
        ((1, 1, 0), "blank_proof"),  # blank and yes
        ((1, 0, 1), "blank_proof"),
    ],
)
def test_a_voter_cannot_vote_more_than_the_question_allows(numbers: Sequence[int], proof: str) -> None:
    with pytest.raises(Refused, match=proof):
        ballot.check_ballot(PLAYED.election, forged(numbers))


def test_a_proof_of_one_question_is_not_good_for_another() -> None:
    played = set_up((YES_NO, YES_NO), voters=1)
    value = json.loads(ballot.encrypt(played.election, played.private["1"], [YES, NO]))
    one, two = value["answers"]
    one["overall_proof"], two["overall_proof"] = two["overall_proof"], one["overall_proof"]
    with pytest.raises(Refused, match="question 1"):
        ballot.check_ballot(played.election, sign_again(played, value))


def test_a_vote_cannot_be_copied_under_another_credential() -> None:
    value = json.loads(ballot.encrypt(PLAYED.election, PLAYED.private["2"], [YES]))
    value["credential"] = credentials.public_credential(PLAYED.election.uuid, CREDENTIAL)
    with pytest.raises(Refused, match="individual_proof"):
        ballot.check_ballot(PLAYED.election, sign_again(PLAYED, value))


def test_a_ballot_of_one_election_is_not_good_for_another() -> None:
    raw = ballot.encrypt(PLAYED.election, CREDENTIAL, [YES])
    with pytest.raises(Refused, match=r"ballot\.election"):
        ballot.check_ballot(set_up().election, raw)


def test_the_bytes_of_a_ballot_are_the_only_ones() -> None:
    raw = ballot.encrypt(PLAYED.election, CREDENTIAL, [YES])
    value = json.loads(raw)
    others = [
        raw + b"\n",
        b" " + raw,
        json.dumps(value).encode(),
        json.dumps(value, separators=(",", ":"), sort_keys=True).encode(),
        raw.replace(b'"answers"', b'"\\u0061nswers"', 1),
        raw[:-1] + b',"signature":' + raw.split(b'"signature":')[1],
        raw[:-1] + b',"x":1}',
    ]
    for other in others:
        assert other != raw
        with pytest.raises(Malformed):
            ballot.check_ballot(PLAYED.election, other)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_ballot_with_any_byte_changed_is_refused(data: st.DataObject) -> None:
    raw = bytearray(RAW)
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises((Malformed, Refused)):
        ballot.check_ballot(PLAYED.election, bytes(raw))


RAW = ballot.encrypt(PLAYED.election, CREDENTIAL, [YES])
JSON = st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda value: json.dumps(value).encode())


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | JSON)
def test_anything_else_is_refused_and_nothing_crashes(raw: bytes) -> None:
    with pytest.raises((Malformed, Refused)):
        ballot.check_ballot(PLAYED.election, raw)


def test_a_ballot_too_large_or_too_deep_is_refused() -> None:
    for raw in (
        b'"' + b"x" * ballot.MOST_BYTES + b'"',
        b"[" * 90_000,
        RAW[:-1] + b',"x":' + b"[" * 900 + b"]" * 900 + b"}",
    ):
        with pytest.raises(Malformed):
            ballot.check_ballot(PLAYED.election, raw)
