"""Shuffles that are none, or by who may not."""

import json
from functools import partial
from typing import Any

from beffroi.core.voting import secret, shuffle, tally
from beffroi.core.voting.group import ED25519
from tests.vectors.mutants.subject import ORDER_2, Subject, change, of_owner, outside
from tests.vectors.voting import mutate_bel

Draw = secret.random_scalar


# ---------------------------------------------------------------- shuffles


shuffled = partial(of_owner, "Shuffle")


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
