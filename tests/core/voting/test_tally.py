"""From the box to the numbers."""

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import ballot, canon, credentials, secret, tally
from beffroi.core.voting.group import ED25519
from beffroi.core.voting.pedersen import lagrange
from beffroi.core.voting.proofs import Proof, proof_json
from beffroi.core.voting.questions import Question
from tests.core.voting.elections import BLANK, NO, YES, YES_NO, cast, count, set_up, yes_no_election


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("123456"), st.sampled_from([BLANK, YES, NO])), max_size=10))
def test_the_result_is_the_plain_count_of_everybodys_last_ballot(castings: list[tuple[str, tuple[int, ...]]]) -> None:
    played = set_up(voters=6)
    for number, choice in castings:
        cast(played, number, choice)
    count(played)
    plain = Counter(dict(castings).values())
    assert tally.read_result(played.election, played.events[-1].data[-1]) == [[plain[BLANK], plain[YES], plain[NO]]]


def test_several_questions_are_counted_apart() -> None:
    played = set_up((YES_NO, Question("Which?", ("a", "b"), 0, 2, False)), voters=3)
    for number, choices in (("1", (YES, (1, 1))), ("2", (NO, (0, 1))), ("3", (NO, (0, 0)))):
        cast(played, number, *choices)
    assert tally.read_result(played.election, count(played).events[-1].data[-1]) == [[0, 1, 2], [1, 2]]


def test_an_empty_box_gives_zeros() -> None:
    played = count(set_up())
    assert json.loads(played.events[2].data[0])[0][0]["alpha"] == "0" * 63 + "1"
    assert tally.read_result(played.election, played.events[-1].data[-1]) == [[0, 0, 0]]


def test_a_weight_multiplies_a_ballot() -> None:
    played = set_up(voters=2)
    raws = [cast(played, "1", YES), cast(played, "2", NO)]
    read = [ballot.read_ballot(played.election, raw) for raw in raws]
    weights = {read[0].credential: 5, read[1].credential: 0}
    added = tally.encrypted_tally(played.election, read, weights)
    pds = [tally.partial_decryption(played.election, key, added) for key in played.keys]
    assert tally.read_result(played.election, tally.result(played.election, added, pds, 5)) == [[0, 5, 0]]


def test_a_ballot_whose_credential_is_not_listed_is_never_counted() -> None:
    played = set_up()
    read = ballot.read_ballot(played.election, cast(played, "1", YES))
    with pytest.raises(Refused, match=r"tally\.credential"):
        tally.encrypted_tally(played.election, [read], {})


def test_without_every_trustee_there_is_no_result() -> None:
    played = yes_no_election()
    pds = [event.data[0] for event in played.events if event.kind == "PartialDecryption"]
    added = next(event.data[0] for event in played.events if event.kind == "EncryptedTally")
    assert tally.read_result(played.election, tally.result(played.election, added, pds, 8)) == [[1, 4, 3]]
    for missing in range(3):
        with pytest.raises(Refused, match=r"result\.logarithm"):
            tally.result(played.election, added, pds[:missing] + pds[missing + 1 :], 8)


def test_a_partial_decryption_is_checked_with_its_owners_key_only() -> None:
    played = yes_no_election()
    added = next(event.data[0] for event in played.events if event.kind == "EncryptedTally")
    pd = tally.partial_decryption(played.election, played.keys[0], added)
    tally.check_partial_decryption(played.election, played.keys[0].public_key, added, pd)
    with pytest.raises(Refused, match=r"decryption\.proof"):
        tally.check_partial_decryption(played.election, played.keys[1].public_key, added, pd)


@pytest.mark.parametrize("which", ["decryption_factors", "decryption_proofs"])
def test_each_factor_and_each_proof_is_checked(which: str) -> None:
    played = yes_no_election()
    added = next(event.data[0] for event in played.events if event.kind == "EncryptedTally")
    for place in range(YES_NO.size):
        value = json.loads(tally.partial_decryption(played.election, played.keys[0], added))
        wrong = ED25519.to_string(ED25519.base(9)) if which == "decryption_factors" else proof_json(Proof(1, 2))
        value[which][0][place] = wrong
        with pytest.raises(Refused, match=f"choice {place}"):
            tally.check_partial_decryption(played.election, played.keys[0].public_key, added, canon.compact(value))


def test_a_partial_decryption_of_another_shape_is_malformed() -> None:
    played = yes_no_election()
    added = next(event.data[0] for event in played.events if event.kind == "EncryptedTally")
    good = tally.partial_decryption(played.election, played.keys[0], added)
    short = json.loads(good)
    short["decryption_factors"][0].pop()
    for raw in (good + b" ", canon.compact(short), b"{}", json.dumps(json.loads(good)).encode()):
        with pytest.raises(Malformed):
            tally.check_partial_decryption(played.election, played.keys[0].public_key, added, raw)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 500), st.integers(0, 500))
def test_a_logarithm_is_found_up_to_the_bound_and_not_beyond(n: int, most: int) -> None:
    logarithms = tally.Logarithms(ED25519, most)
    if n <= most:
        assert logarithms.of(ED25519.base(n)) == n
    else:
        with pytest.raises(Refused):
            logarithms.of(ED25519.base(n))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, ED25519.q - 1), min_size=1, max_size=4), st.data())
def test_any_threshold_of_values_gives_the_value_at_zero(polynomial: list[int], data: st.DataObject) -> None:
    indexes = data.draw(st.permutations(range(1, 8)))[: len(polynomial)]
    values = {j: sum(a * j**k for k, a in enumerate(polynomial)) for j in indexes}
    found = sum(k * values[j] for j, k in zip(indexes, lagrange(list(indexes), ED25519.q), strict=True))
    assert found % ED25519.q == polynomial[0]


def test_numbers_from_two_to_the_thirty_are_strings() -> None:
    big, small = 1 << 30, (1 << 30) - 1
    raw = canon.compact({"result": [[canon.weight(big), canon.weight(small)]]})
    assert raw == b'{"result":[["1073741824",1073741823]]}'
    chosen = set_up((Question("Who?", ("a", "b"), 0, 1, False),)).election
    assert tally.read_result(chosen, raw) == [[big, small]]
    for other in (b"[[1073741824,0]]", b'[["5",0]]', b"[[-1,0]]", b"[[true,0]]", b"[[1]]", b"[[1,2],[3,4]]"):
        with pytest.raises(Malformed):
            tally.read_result(chosen, b'{"result":' + other + b"}")


def test_the_same_draws_give_the_same_decryption() -> None:
    played = yes_no_election()
    added = next(event.data[0] for event in played.events if event.kind == "EncryptedTally")
    drawn = [secret.random_scalar() for _ in range(3)]
    first, second = (
        tally.partial_decryption(played.election, played.keys[0], added, iter(drawn).__next__) for _ in range(2)
    )
    assert first == second


def test_the_weights_of_the_list_are_those_that_count() -> None:
    played = yes_no_election()
    weights = credentials.parse_credentials(played.public, ED25519)
    assert set(weights.values()) == {1}
    assert len(weights) == 9
