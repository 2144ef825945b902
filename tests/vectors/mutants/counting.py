"""Tallies, shuffles, decryptions and results that are not those of the box."""

import copy
import json
from typing import Any

from beffroi.core.voting import ballot, canon, credentials, secret, shuffle, tally
from beffroi.core.voting.group import ED25519, Point
from beffroi.core.voting.proofs import Proof, encrypt_number, proof_json
from tests.core.voting.elections import NO, YES_NO, cast, count, set_up
from tests.vectors.mutants.subject import (
    ORDER_2,
    ORDER_8,
    Model,
    Subject,
    change,
    count_again,
    outside,
    until_even,
)
from tests.vectors.voting import mutate_bel

Draw = secret.random_scalar


def rows(value: Any) -> list[Any]:
    """The cells of a nested list, in place: lists of which no item is a list."""
    if not any(isinstance(item, list) for item in value):
        return [value]
    return [row for item in value for row in rows(item)]


# ---------------------------------------------------------------- the encrypted tally


def tallied(name: str, edit: Any) -> None:
    """A change of the encrypted tally, whose size record follows; `edit` returns other bytes, or None."""

    def made(subject: Subject) -> None:
        height = subject.find("EncryptedTally")[0]
        value = subject.data(height, 0)
        raw = edit(value) or canon.compact(value)
        subject.put(height, raw, 0)
        sized = subject.data(height)
        sized["encrypted_tally"] = canon.sha256_hex(raw)
        subject.put(height, canon.compact(sized))

    made.__name__ = name
    change(made)


def _two_choices(value: Any) -> None:
    value[0][0], value[0][1] = value[0][1], value[0][0]


def _one_point(text: str) -> Any:
    def edit(value: Any) -> None:
        rows(value)[0][0]["alpha"] = text

    return edit


def _point_outside(value: Any) -> None:
    cell = rows(value)[0][0]
    cell["alpha"] = outside(ED25519.parse_point(cell["alpha"]))[::-1].hex()


tallied("tally_swapped", _two_choices)
tallied("tally_identity", _one_point(f"{1:064x}"))
tallied("tally_order2", _one_point(ORDER_2[::-1].hex()))
tallied("tally_outside", _point_outside)
tallied("tally_shorter", lambda value: rows(value)[0].pop() and None)
tallied("tally_question_more", lambda value: value.append(value[0]))
tallied("tally_empty", lambda value: value.clear())
tallied("tally_spaces", lambda value: json.dumps(value).encode())
tallied("tally_key_order", lambda value: canon.compact(value).replace(b'"alpha"', b'"alpha "', 1))


def sized(name: str, edit: Any) -> None:
    """A change of the size record."""

    def made(subject: Subject) -> None:
        height = subject.find("EncryptedTally")[0]
        value = subject.data(height)
        raw = edit(value)
        subject.put(height, canon.compact(value) if raw is None else raw)

    made.__name__ = name
    change(made)


def entry(key: str, value: Any) -> Any:
    def edit(found: Model) -> None:
        found[key] = value(found[key]) if callable(value) else value

    return edit


sized("tally_weight", entry("total_weight", lambda n: int(n) + 1))
sized("tally_num_text", entry("num_tallied", str))
sized("tally_num_negative", entry("num_tallied", -1))
sized("tally_num_true", entry("num_tallied", True))
sized("tally_weight_text", entry("total_weight", str))
sized("tally_weight_huge", entry("total_weight", "9" * 5000))
sized("tally_hash_other", entry("encrypted_tally", "0" * 64))
sized("tally_hash_upper_case", entry("encrypted_tally", str.upper))
sized("tally_size_field_more", entry("note", "x"))
sized("tally_size_spaces", lambda value: json.dumps(value).encode())
sized("tally_size_float", lambda value: canon.compact(value).replace(b',"total', b'.0,"total'))


@change
def tally_num_with_revotes(subject: Subject) -> None:
    """The number of ballots instead of the number of voters."""
    height = subject.find("EncryptedTally")[0]
    value = subject.data(height)
    ballots = len(subject.find("Ballot"))
    if ballots == value["num_tallied"]:
        raise mutate_bel.Skip
    value["num_tallied"] = ballots
    subject.put(height, canon.compact(value))


# What follows is counted honestly by all trustees: decryptions and result are right for the tally that stands there.


def read_ballots(subject: Subject) -> tuple[list[ballot.Ballot], dict[str, int]]:
    played = subject.played
    weights = credentials.parse_credentials(canon.compact(subject.setup(2)), ED25519)
    raws = [subject.events[height]["data"][0] for height in subject.find("Ballot")]
    return [ballot.read_ballot(played.election, raw) for raw in raws], weights


def recounted(name: str, choose: Any) -> None:
    """Everything after the box is made anew for the ballots and weights that `choose` gives."""

    def made(subject: Subject) -> None:
        mutate_bel.homomorphic(subject.model)
        found, weights = read_ballots(subject)
        count_again(subject, tally.encrypted_tally(subject.played.election, *choose(found, weights)))

    made.__name__ = name
    change(made)


recounted("count_first_ballots", lambda found, weights: (found[::-1], weights))
recounted("count_without_one", lambda found, weights: (found[:-1], weights))
recounted("count_nobody", lambda found, weights: ([], weights))


@change
def count_without_weights(subject: Subject) -> None:
    found, weights = read_ballots(subject)
    if set(weights.values()) == {1}:
        raise mutate_bel.Skip
    count_again(subject, tally.encrypted_tally(subject.played.election, found, dict.fromkeys(weights, 1)))


def _added(subject: Subject, votes: dict[int, int]) -> None:
    """Encryptions added to the tally, choice by choice: whoever holds the key of nobody can make them."""
    mutate_bel.homomorphic(subject.model)
    y = subject.played.election.key
    value = subject.data(subject.find("EncryptedTally")[0], 0)
    for i, m in votes.items():
        more = encrypt_number(y, Draw(), m)
        for part, P in (("alpha", more.alpha), ("beta", more.beta)):
            cell = value[0][i]
            cell[part] = ED25519.to_string(ED25519.add(ED25519.parse_point(cell[part]), P))
    count_again(subject, canon.compact(value))


@change
def count_one_more(subject: Subject) -> None:
    _added(subject, {1: 1})


@change
def count_one_moved(subject: Subject) -> None:
    """One vote taken from no and given to yes: the totals stay right."""
    _added(subject, {1: 1, 2: -1})


@change
def count_encrypted_anew(subject: Subject) -> None:
    """Zeros added: the numbers stay those of the box, the bytes do not."""
    _added(subject, {0: 0, 1: 0, 2: 0})


# ---------------------------------------------------------------- partial decryptions


def decrypted(name: str, edit: Any, at: int = 0) -> None:
    """A change of a partial decryption, whose owner record follows."""

    def made(subject: Subject) -> None:
        height = subject.find("PartialDecryption")[at]
        value = subject.data(height, 0)
        raw = edit(value)
        subject.put_owned(height, value if raw is None else raw)

    made.__name__ = name
    change(made)


def _factor(text: str) -> Any:
    def edit(value: Any) -> None:
        rows(value["decryption_factors"])[0][0] = text

    return edit


def _factors_exchanged(value: Any) -> None:
    row = rows(value["decryption_factors"])[0]
    if len(row) < 2:
        raise mutate_bel.Skip
    row[0], row[1] = row[1], row[0]


def _both_exchanged(value: Any) -> None:
    _factors_exchanged(value)
    row = rows(value["decryption_proofs"])[0]
    row[0], row[1] = row[1], row[0]


def _scalar(convert: Any) -> Any:
    def edit(value: Any) -> None:
        proof = rows(value["decryption_proofs"])[0][0]
        proof["response"] = convert(proof["response"])

    return edit


decrypted("pd_small_order", _factor(ORDER_8[::-1].hex()))
decrypted("pd_identity", _factor(f"{1:064x}"))
decrypted("pd_factor_noncanonical", _factor(f"{2**255 - 18:064x}"))
decrypted("pd_factors_exchanged", _factors_exchanged)
decrypted("pd_choices_exchanged", _both_exchanged)
decrypted("pd_scalar_plus_q", _scalar(lambda s: str(int(s) + ED25519.q)))
decrypted("pd_scalar_leading_zero", _scalar(lambda s: "0" + s))
decrypted("pd_factor_missing", lambda value: rows(value["decryption_factors"])[0].pop() and None)
decrypted("pd_proof_missing", lambda value: rows(value["decryption_proofs"])[0].pop() and None)
decrypted("pd_question_missing", lambda value: value["decryption_factors"].pop() and None)
decrypted("pd_empty", lambda value: b"{}")
decrypted("pd_spaces", lambda value: json.dumps(value).encode())
decrypted("pd_field_more", lambda value: canon.compact({**value, "note": "x"}))
decrypted("pd_last_factor", _factor(f"{1:064x}"), at=-1)


def owner(name: str, value: Any) -> None:
    """The owner record of the first decryption says another owner."""

    def made(subject: Subject) -> None:
        height = subject.find("PartialDecryption")[0]
        record = subject.data(height)
        record["owner"] = value
        subject.put(height, canon.compact(record))

    made.__name__ = name
    change(made)


owner("pd_owner_range", 99)
owner("pd_owner_negative", -1)
owner("pd_owner_text", "1")
owner("pd_owner_true", True)
owner("pd_owner_huge", 10**4000)


@change
def pd_owner_float(subject: Subject) -> None:
    height = subject.find("PartialDecryption")[0]
    raw = subject.events[height]["data"][-1]
    subject.put(height, raw.replace(b',"payload"', b'.0,"payload"'))


@change
def pd_payload_other(subject: Subject) -> None:
    """The owner record names another decryption than the one beside it."""
    height, other = subject.find("PartialDecryption", 2)[:2]
    record = subject.data(height)
    record["payload"] = subject.data(other)["payload"]
    subject.put(height, canon.compact(record))


@change
def pd_owners_exchanged(subject: Subject) -> None:
    """Two trustees' decryptions, each under the other's number."""
    one, two = subject.find("PartialDecryption", 2)[:2]
    a, b = subject.data(one)["owner"], subject.data(two)["owner"]
    subject.put_owned(one, subject.events[one]["data"][0], b)
    subject.put_owned(two, subject.events[two]["data"][0], a)


@change
def pd_of_the_missing_member(subject: Subject) -> None:
    """A member hands in hers a second time as that of the one who is missing."""
    if subject.base.made is None:
        raise mutate_bel.Skip
    height = subject.find("PartialDecryption")[-1]
    subject.put_owned(height, subject.events[height]["data"][0], 2)


@change
def pd_good_then_bad(subject: Subject) -> None:
    height = subject.find("PartialDecryption")[0]
    wrong = copy.deepcopy(subject.events[height])
    value = json.loads(wrong["data"][0])
    rows(value["decryption_proofs"])[0][0]["response"] = "1"
    subject.events.insert(height + 1, wrong)
    subject.put_owned(height + 1, value)


@change
def pd_twice(subject: Subject) -> None:
    """The same decryption once more: one trustee counted as two."""
    height = subject.find("PartialDecryption")[0]
    subject.events.insert(height + 1, copy.deepcopy(subject.events[height]))


@change
def pd_once_twice_of_two(subject: Subject) -> None:
    """Of a threshold of two, one member decrypts twice and the other not at all."""
    one, two = subject.find("PartialDecryption", 2)[:2]
    subject.events[two] = copy.deepcopy(subject.events[one])


@change
def pd_of_another_election(subject: Subject) -> None:
    """A right decryption with the same key, of another election's tally."""
    if len(subject.played.election.questions) > 1:
        raise mutate_bel.Skip
    other = set_up((YES_NO,), voters=1)
    cast(other, "1", NO)
    count(other)
    added = next(event.data[0] for event in other.events if event.kind == "EncryptedTally")
    height = subject.find("PartialDecryption")[0]
    subject.put_owned(height, tally.partial_decryption(other.election, subject.base.keys[0][1], added))


def first_cell(subject: Subject) -> tuple[int, Any, Point, bytes, str]:
    """Height and JSON of the first decryption; alpha of its first choice; the trustee's scalar; the proofs' prefix."""
    election = subject.played.election
    height = subject.find("PartialDecryption")[0]
    mutate_bel.homomorphic(subject.model)
    added = tally.read_tally(election, subject.events[subject.find("EncryptedTally")[0]]["data"][0])
    _, key = subject.base.keys[0]
    return height, subject.data(height, 0), added[0][0].alpha, key.scalar, tally._prefix(election, key.public_key)


def put_cell(subject: Subject, height: int, value: Any, factor: Point, proof: Proof) -> None:
    value["decryption_factors"][0][0] = factor[::-1].hex()
    value["decryption_proofs"][0][0] = proof_json(proof)
    subject.put_owned(height, value)


@change
def pd_factor_outside(subject: Subject) -> None:
    """The right factor with a component of order 2, and a proof of it that holds."""
    height, value, alpha, x, prefix = first_cell(subject)
    factor = outside(secret.multiply(x, alpha))
    (proof,) = until_even(lambda: [_equality(x, alpha, prefix)])
    put_cell(subject, height, value, factor, proof)


def _equality(x: bytes, alpha: Point, prefix: str) -> Proof:
    w = Draw()
    c = ED25519.hash_to_scalar(prefix, [secret.base(w), secret.multiply(w, alpha)])
    return Proof(c, secret.to_int(secret.respond(w, x, c)))


@change
def pd_wrong_factor_with_a_right_proof(subject: Subject) -> None:
    """Version 1 binds neither alpha nor the factor: who chooses the commitment first can prove *some* wrong factor."""
    height, value, alpha, x, prefix = first_cell(subject)
    w = Draw()
    A, B = secret.base(w), ED25519.add(secret.multiply(w, alpha), ED25519.generator)
    c = ED25519.hash_to_scalar(prefix, [A, B])
    s = secret.respond(w, x, c)
    factor = ED25519.multiply(pow(c, -1, ED25519.q), ED25519.sub(B, secret.multiply(s, alpha)))
    put_cell(subject, height, value, factor, Proof(c, secret.to_int(s)))


# ---------------------------------------------------------------- shuffles


def shuffled(name: str, edit: Any, at: int = 0) -> None:
    """A change of a shuffle, whose owner record follows."""

    def made(subject: Subject) -> None:
        height = subject.find("Shuffle")[at]
        value = subject.data(height, 0)
        raw = edit(value)
        subject.put_owned(height, value if raw is None else raw)

    made.__name__ = name
    change(made)


def exchanged(*path: Any) -> Any:
    """Two neighbours in a list of the first question's shuffle change places."""

    def edit(value: Any) -> None:
        row = value
        for key in path:
            row = row[key]
        row[0], row[1] = row[1], row[0]

    return edit


def _ciphertext_copied(value: Any) -> None:
    row = value["ciphertexts"][0]
    row[0] = row[1]


def _ciphertext_of_mine(value: Any) -> None:
    """A ballot replaced by one of the shuffler's own."""
    value["ciphertexts"][0][0]["beta"] = ED25519.to_string(ED25519.base(5))


def _ciphertext_outside(value: Any) -> None:
    cell = value["ciphertexts"][0][0]
    cell["alpha"] = outside(ED25519.parse_point(cell["alpha"]))[::-1].hex()


def _ciphertext_order2(value: Any) -> None:
    value["ciphertexts"][0][0]["alpha"] = ORDER_2[::-1].hex()


def _proof_point_order2(value: Any) -> None:
    value["proofs"][0][2][0] = ORDER_2[::-1].hex()


shuffled("shuffle_ciphertexts_exchanged", exchanged("ciphertexts", 0))
shuffled("shuffle_ciphertext_copied", _ciphertext_copied)
shuffled("shuffle_ciphertext_of_the_shuffler", _ciphertext_of_mine)
shuffled("shuffle_ciphertext_outside", _ciphertext_outside)
shuffled("shuffle_ciphertext_order2", _ciphertext_order2)
shuffled("shuffle_proof_order2", _proof_point_order2)
shuffled("shuffle_ballot_less", lambda value: value["ciphertexts"][0].pop() and None)
shuffled("shuffle_ballot_more", lambda value: value["ciphertexts"][0].append(value["ciphertexts"][0][0]))
shuffled("shuffle_t_exchanged", exchanged("proofs", 0, 0))
shuffled("shuffle_t4_exchanged", exchanged("proofs", 0, 0, 3))
shuffled("shuffle_t_hat_exchanged", exchanged("proofs", 0, 0, 4))
shuffled("shuffle_s_exchanged", exchanged("proofs", 0, 1))
shuffled("shuffle_s_hat_exchanged", exchanged("proofs", 0, 1, 4))
shuffled("shuffle_s_prime_exchanged", exchanged("proofs", 0, 1, 5))
shuffled("shuffle_c_exchanged", exchanged("proofs", 0, 2))
shuffled("shuffle_c_hat_exchanged", exchanged("proofs", 0, 3))
shuffled("shuffle_lists_exchanged", exchanged("proofs", 0))
shuffled("shuffle_c_hat_shorter", lambda value: value["proofs"][0][3].pop() and None)
shuffled("shuffle_question_more", lambda value: value["proofs"].append(value["proofs"][0]))
shuffled("shuffle_no_proof", lambda value: value["proofs"].clear())
shuffled("shuffle_spaces", lambda value: json.dumps(value).encode())
shuffled("shuffle_last_ciphertext_copied", _ciphertext_copied, at=-1)


@change
def shuffle_not_applied(subject: Subject) -> None:
    """The ciphertexts as they were before, with the proof of the shuffle."""
    height = subject.find("Shuffle")[0]
    value = subject.data(height, 0)
    before = subject.data(subject.find("EncryptedTally")[0], 0)
    value["ciphertexts"] = [row for row in before if "alpha" in row[0]][1:2]
    subject.put_owned(height, value)


@change
def shuffle_removed(subject: Subject) -> None:
    """The second shuffle is left out: what was decrypted is not what the first one left."""
    del subject.events[subject.find("Shuffle", 2)[1]]


@change
def shuffle_first_removed(subject: Subject) -> None:
    del subject.events[subject.find("Shuffle", 2)[0]]


@change
def shuffles_exchanged(subject: Subject) -> None:
    one, two = subject.find("Shuffle", 2)[:2]
    subject.events[one], subject.events[two] = subject.events[two], subject.events[one]


@change
def shuffles_all_removed(subject: Subject) -> None:
    """Neither shuffles nor their end: ballots would be opened in the order of the box."""
    subject.find("Shuffle")
    subject.model["events"] = [e for e in subject.events if e["type"] not in ("Shuffle", "EndShuffles")]


@change
def shuffle_owner_twice(subject: Subject) -> None:
    """Both shuffles under one trustee's number: one person alone would know the order."""
    two = subject.find("Shuffle", 2)[1]
    subject.put_owned(two, subject.events[two]["data"][0], subject.data(subject.find("Shuffle")[0])["owner"])


@change
def shuffle_owner_range(subject: Subject) -> None:
    height = subject.find("Shuffle")[0]
    subject.put_owned(height, subject.events[height]["data"][0], 9)


@change
def shuffle_by_the_same_again(subject: Subject) -> None:
    """A third shuffle, right in itself, by a trustee who has shuffled already; nobody decrypts yet."""
    played = subject.played
    subject.model["events"] = subject.events[: subject.find("EndShuffles")[0]]
    added = subject.events[subject.find("EncryptedTally")[0]]["data"][0]
    for height in subject.find("Shuffle"):
        added = tally.shuffled_tally(played.election, added, subject.events[height]["data"][0])
    made = shuffle.make_shuffle(played.election, tally.shuffled_rows(played.election, added))
    subject.events.append({"type": "Shuffle", "data": [made, tally.owned(1, made)]})


@change
def shuffle_of_another_election(subject: Subject) -> None:
    """A right shuffle of the same ciphertexts for another election's fingerprint."""
    from dataclasses import replace

    played = subject.played
    height = subject.find("Shuffle")[0]
    added = subject.events[subject.find("EncryptedTally")[0]]["data"][0]
    elsewhere = replace(played.election, fingerprint="A" * 43)
    subject.put_owned(height, shuffle.make_shuffle(elsewhere, tally.shuffled_rows(played.election, added)))


@change
def shuffle_in_a_homomorphic_election(subject: Subject) -> None:
    mutate_bel.homomorphic(subject.model)
    raw = b'{"ciphertexts":[],"proofs":[]}'
    subject.events.insert(subject.find("PartialDecryption")[0], {"type": "Shuffle", "data": [raw, tally.owned(1, raw)]})


# ---------------------------------------------------------------- the result


def result(name: str, edit: Any) -> None:
    """A change of the result; `edit` returns other bytes, or None."""

    def made(subject: Subject) -> None:
        height = subject.find("Result")[0]
        value = subject.data(height)
        raw = edit(value["result"])
        subject.put(height, canon.compact(value) if raw is None else raw)

    made.__name__ = name
    change(made)


def number(convert: Any) -> Any:
    def edit(value: Any) -> None:
        value[0][1] = convert(value[0][1])

    return edit


def _compensated(value: Any) -> None:
    """One vote moved from one choice to another: the total stays."""
    value[0][1] += 1
    value[0][2] -= 1


def _bytes(before: bytes, after: bytes) -> Any:
    def edit(value: Any) -> bytes:
        return canon.compact({"result": value}).replace(before, after, 1)

    return edit


def _ballots_exchanged(value: Any) -> None:
    if len(value) < 2 or value[1][0] == value[1][1]:
        raise mutate_bel.Skip
    value[1][0], value[1][1] = value[1][1], value[1][0]


def _rank(value: Any) -> None:
    if len(value) < 2:
        raise mutate_bel.Skip
    value[1][0][0] ^= 1


def _rank_above(value: Any) -> None:
    if len(value) < 2:
        raise mutate_bel.Skip
    value[1][0][0] += 256


def _ballot_dropped(value: Any) -> None:
    if len(value) < 2:
        raise mutate_bel.Skip
    value[1].pop()


def _ballot_copied(value: Any) -> None:
    if len(value) < 2:
        raise mutate_bel.Skip
    value[1].append(value[1][0])


result("result_plus_q", number(lambda n: str(n + ED25519.q)))
result("result_plus_q_number", number(lambda n: n + ED25519.q))
result("result_negative", number(lambda n: n - 1 - n))
result("result_text", number(str))
result("result_true", number(lambda n: True))
result("result_null", number(lambda n: None))
result("result_nested", number(lambda n: [n]))
result("result_huge", number(lambda n: "9" * 5000))
result("result_compensated", _compensated)
result("result_question_more", lambda value: value.append(value[0]))
result("result_empty", lambda value: value.clear())
result("result_spaces", lambda value: json.dumps({"result": value}).encode())
result("result_field_more", lambda value: canon.compact({"result": value, "note": "x"}))
result("result_twice", lambda value: canon.compact({"result": value}).replace(b"{", b'{"result":[],', 1))
result("result_float", _bytes(b",", b".0,"))
result("result_exponent", _bytes(b",", b"e0,"))
result("result_minus_zero", _bytes(b"[[", b"[[-"))
result("result_nan", _bytes(b"[[", b"[[NaN,"))
result("result_leading_zero", _bytes(b"[[", b"[[0"))
result("result_ballots_exchanged", _ballots_exchanged)
result("result_rank", _rank)
result("result_rank_above_255", _rank_above)
result("result_ballot_dropped", _ballot_dropped)
result("result_ballot_copied", _ballot_copied)


@change
def result_of_another_election(subject: Subject) -> None:
    if len(subject.played.election.questions) > 1:
        raise mutate_bel.Skip
    other = set_up((YES_NO,), voters=2)
    for voter in "12":
        cast(other, voter, NO)
    subject.put(subject.find("Result")[0], count(other).events[-1].data[0])
