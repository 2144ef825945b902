"""Tallies that are not those of the box."""

import json
from typing import Any

from beffroi.core.voting import ballot, canon, credentials, secret, tally
from beffroi.core.voting.group import ED25519
from beffroi.core.voting.proofs import encrypt_number
from tests.vectors.mutants.subject import (
    ORDER_2,
    Model,
    Subject,
    called,
    change,
    count_again,
    outside,
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

    @called(name)
    def made(subject: Subject) -> None:
        height = subject.find("EncryptedTally")[0]
        value = subject.data(height, 0)
        raw = edit(value) or canon.compact(value)
        subject.put(height, raw, 0)
        sized = subject.data(height)
        sized["encrypted_tally"] = canon.sha256_hex(raw)
        subject.put(height, canon.compact(sized))


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

    @called(name)
    def made(subject: Subject) -> None:
        height = subject.find("EncryptedTally")[0]
        value = subject.data(height)
        raw = edit(value)
        subject.put(height, canon.compact(value) if raw is None else raw)


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

    @called(name)
    def made(subject: Subject) -> None:
        mutate_bel.homomorphic(subject.model)
        found, weights = read_ballots(subject)
        count_again(subject, tally.encrypted_tally(subject.played.election, *choose(found, weights)))


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
