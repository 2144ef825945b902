"""Partial decryptions that are wrong, or somebody else's."""

import copy
import json
from functools import partial
from typing import Any

from beffroi.core.voting import canon, secret, tally
from beffroi.core.voting.group import ED25519, Point
from beffroi.core.voting.proofs import Proof, proof_json
from tests.core.voting.elections import NO, YES_NO, cast, count, set_up
from tests.vectors.mutants.subject import ORDER_8, Subject, called, change, of_owner, outside, until_even
from tests.vectors.mutants.tallies import rows
from tests.vectors.voting import mutate_bel

Draw = secret.random_scalar


# ---------------------------------------------------------------- partial decryptions


decrypted = partial(of_owner, "PartialDecryption")


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

    @called(name)
    def made(subject: Subject) -> None:
        height = subject.find("PartialDecryption")[0]
        record = subject.data(height)
        record["owner"] = value
        subject.put(height, canon.compact(record))


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
