"""Ballots that are opened one by one are shuffled first: what a shuffle proves, and what is refused."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.core import edwards
from beffroi.core.errors import Malformed, Refused
from beffroi.core.verdict import accepted
from beffroi.core.voting import archive, ballot, canon, embedding, shuffle, tally
from beffroi.core.voting.archive import Event
from beffroi.core.voting.generators import generator
from beffroi.core.voting.group import ED25519, Point, get_group
from beffroi.core.voting.proofs import Ciphertext
from beffroi.core.voting.shuffle import ShuffleProof
from beffroi.core.voting.verify import verify
from tests.core.voting.elections import (
    LISTED,
    NO,
    RANKED,
    TIMESTAMP,
    YES,
    YES_NO,
    Played,
    announce,
    cast,
    count,
    set_up,
    shuffled,
)

VOTES = ((3, 1, 2), (1, 2, 3), (2, 2, 1), (1, 2, 3), (255, 0, 7))


@cache
def ours() -> Played:
    """A yes or no question, a ranking and lists; the first voter votes again; tallied."""
    played = set_up((YES_NO, RANKED, LISTED), voters=6)
    alone = (1, 1, 1, 0, 0, 0, 0, 0, 0)
    cast(played, "1", YES, (9, 9, 9), alone)
    for number, ranks in enumerate(VOTES, 1):
        cast(played, str(number), NO, ranks, (0, 0, 0, 0, 0, 1, 0, 1, 1) if number > 1 else alone)
    return count(played)


def steps_of(events: list[Event]) -> dict[str, bool | None]:
    return {step.code: step.passed for step in verify(b"".join(archive.write(TIMESTAMP, events)), processes=1)}


# ---------------------------------------------------------------- a whole election


def test_a_mixed_election_verifies_and_the_result_holds_every_last_ballot_and_no_order() -> None:
    assert accepted(verify(ours().archive, announce(ours().archive), processes=1))
    sums, ranks, lists = tally.read_result(ours().election, ours().events[-1].data[-1])
    assert sums == [0, 0, 5]
    assert Counter(ranks) == Counter(VOTES)
    assert lists == [1, 1, 1, 0, 0, 4, 0, 4, 4]


def test_the_encrypted_tally_does_not_say_in_which_order_ballots_came() -> None:
    added = next(event.data[0] for event in ours().events if event.kind == "EncryptedTally")
    alphas = [cipher.alpha for cipher in tally.read_tally(ours().election, added)[1]]
    assert alphas == sorted(alphas)


@pytest.mark.parametrize("voters", [0, 1, 2])
def test_a_box_of_few_ballots_is_shuffled_too(voters: int) -> None:
    played = set_up((RANKED,), voters=3)
    for number in range(1, voters + 1):
        cast(played, str(number), (number, 2, 3))
    assert accepted(verify(count(played).archive, processes=1))


def test_a_shuffled_ballot_cannot_count_twice() -> None:
    played = set_up((RANKED,), voters=2)
    read = ballot.read_ballot(played.election, cast(played, "1", (1, 2, 3)))
    with pytest.raises(Refused, match=r"tally\.weight"):
        tally.encrypted_tally(played.election, [read], {read.credential: 2})


@pytest.mark.parametrize("chosen", [(1, 2), (1, 2, 256), (1, 2, -1), (1, 2, 3, 4)])
def test_numbers_outside_of_their_bounds_are_not_encrypted(chosen: tuple[int, ...]) -> None:
    played = set_up((RANKED,), voters=1)
    with pytest.raises(Refused, match="from 0 to 255"):
        ballot.encrypt(played.election, played.private["1"], [chosen])


# ---------------------------------------------------------------- what is refused


def without(kind: str) -> list[Event]:
    return [event for event in ours().events if event.kind != kind]


def moved(kind: str, before: str) -> list[Event]:
    """Every event of one kind put before the first of another."""
    rest = without(kind)
    place = next(i for i, event in enumerate(rest) if event.kind == before)
    return [*rest[:place], *(event for event in ours().events if event.kind == kind), *rest[place:]]


@pytest.mark.parametrize(
    "events",
    [
        [event for event in ours().events if event.kind not in ("Shuffle", "EndShuffles")],
        without("Shuffle"),
        without("EndShuffles"),
        moved("PartialDecryption", "Shuffle"),
        moved("PartialDecryption", "EndShuffles"),
        moved("EndShuffles", "Shuffle"),
        moved("Shuffle", "EncryptedTally"),
    ],
    ids=["none", "no shuffle", "not ended", "opened first", "opened before the end", "ended first", "before the tally"],
)
def test_ballots_are_shuffled_before_they_are_opened_and_in_no_other_order(events: list[Event]) -> None:
    assert steps_of(events)["archive.events"] is False


def test_sums_are_not_shuffled() -> None:
    played = set_up(voters=1)
    cast(played, "1", YES)
    count(played)
    events = list(played.events)
    events[3:3] = [archive.shuffle_event(1, b'{"ciphertexts":[],"proofs":[]}'), archive.end_shuffles_event()]
    assert steps_of(events)["archive.events"] is False


def test_a_trustee_does_not_shuffle_twice() -> None:
    played = set_up((RANKED,), voters=2)
    cast(played, "1", (1, 2, 3))
    count(played)
    first = next(i for i, event in enumerate(played.events) if event.kind == "Shuffle")
    events = list(played.events)
    events[first + 1] = archive.shuffle_event(1, events[first + 1].data[0])
    assert steps_of(events)["shuffles.owners"] is False


def test_a_shuffle_of_another_list_is_refused_and_nothing_after_it_is_believed() -> None:
    """The second trustee shuffles the tally instead of what the first left: her proof is right, the place is not."""
    played = set_up((RANKED,), voters=2)
    cast(played, "1", (1, 2, 3))
    cast(played, "2", (3, 2, 1))
    count(played)
    added = next(event.data[0] for event in played.events if event.kind == "EncryptedTally")
    second = [i for i, event in enumerate(played.events) if event.kind == "Shuffle"][1]
    events = list(played.events)
    events[second] = archive.shuffle_event(
        3, shuffle.make_shuffle(played.election, tally.shuffled_rows(played.election, added))
    )
    steps = steps_of(events)
    assert steps["shuffles.proofs"] is False
    assert steps["decryptions.proofs"] is None
    assert steps["result.count"] is None


def one_shuffle() -> tuple[list[Ciphertext], list[Ciphertext], ShuffleProof, Played]:
    added = next(event.data[0] for event in ours().events if event.kind == "EncryptedTally")
    raw = next(event.data[0] for event in ours().events if event.kind == "Shuffle")
    read = shuffle.read_shuffle(ours().election, raw)
    (before,) = tally.shuffled_rows(ours().election, added)
    return list(before), list(read.ciphertexts[0]), read.proofs[0], ours()


def check(before: list[Ciphertext], after: list[Ciphertext], proof: ShuffleProof, played: Played) -> None:
    chosen = played.election
    shuffle.check_shuffle(chosen.group, chosen.key, chosen.fingerprint, before, after, proof)


def other(value: object) -> object:
    """Another value of the same form."""
    if isinstance(value, int):
        return (value + 1) % ED25519.q
    if isinstance(value, bytes):
        return ED25519.add(value, ED25519.generator)
    assert isinstance(value, tuple)
    return (*value[:-1], other(value[-1]))


@pytest.mark.parametrize("part", [field.name for field in fields(ShuffleProof)])
def test_every_part_of_a_proof_matters(part: str) -> None:
    before, after, proof, played = one_shuffle()
    check(before, after, proof, played)
    with pytest.raises(Refused, match=r"shuffle\.proof"):
        check(before, after, replace(proof, **{part: other(getattr(proof, part))}), played)


def replaced(after: list[Ciphertext], before: list[Ciphertext]) -> list[Ciphertext]:
    return [before[0], *after[1:]]


def doubled(after: list[Ciphertext], before: list[Ciphertext]) -> list[Ciphertext]:
    return [after[1], *after[1:]]


def swapped(after: list[Ciphertext], before: list[Ciphertext]) -> list[Ciphertext]:
    return [after[1], after[0], *after[2:]]


@pytest.mark.parametrize("change", [replaced, doubled, swapped])
def test_a_ballot_replaced_doubled_or_put_elsewhere_is_refused(
    change: Callable[[list[Ciphertext], list[Ciphertext]], list[Ciphertext]],
) -> None:
    before, after, proof, played = one_shuffle()
    with pytest.raises(Refused, match=r"shuffle\.proof"):
        check(before, change(after, before), proof, played)


def test_a_ballot_lost_in_a_shuffle_is_refused() -> None:
    before, after, proof, played = one_shuffle()
    with pytest.raises(Refused, match=r"shuffle\.length"):
        check(before, after[:-1], proof, played)
    with pytest.raises(Refused, match=r"shuffle\.length"):
        check(before, after, replace(proof, s_hat=proof.s_hat[:-1]), played)


def test_a_proof_serves_one_election_only() -> None:
    before, after, proof, played = one_shuffle()
    with pytest.raises(Refused):
        shuffle.check_shuffle(ED25519, played.election.key, "A" * 43, before, after, proof)
    with pytest.raises(Refused):
        shuffle.check_shuffle(ED25519, ED25519.generator, played.election.fingerprint, before, after, proof)


def test_a_shuffle_that_is_not_canonical_or_not_whole_is_malformed() -> None:
    raw = next(event.data[0] for event in ours().events if event.kind == "Shuffle")
    value = json.loads(raw)
    for wrong in (raw + b" ", canon.compact(value | {"proofs": []}), canon.compact(value | {"more": 1}), b"[]"):
        with pytest.raises(Malformed):
            shuffle.read_shuffle(ours().election, wrong)


# ---------------------------------------------------------------- what it rests on


@settings(max_examples=12)
@given(st.lists(st.tuples(*[st.integers(0, 255)] * 3), max_size=5))
def test_a_shuffle_keeps_every_ballot_and_proves_it(votes: list[tuple[int, ...]]) -> None:
    played = set_up((RANKED,), voters=1)
    x = int.from_bytes(b"a key that all know", "big")
    key = ED25519.base(x)
    before = [
        Ciphertext(ED25519.base(r), ED25519.add(ED25519.multiply(r, key), embedding.encode(ED25519, vote)))
        for r, vote in enumerate(votes, 7)
    ]
    chosen = replace(played.election, key=key)
    (after,) = shuffle.read_shuffle(chosen, raw := shuffle.make_shuffle(chosen, [before])).ciphertexts
    proof = shuffle.read_shuffle(chosen, raw).proofs[0]
    shuffle.check_shuffle(ED25519, key, chosen.fingerprint, before, after, proof)
    opened = [ED25519.sub(c.beta, ED25519.multiply(x, c.alpha)) for c in after]
    assert Counter(tuple(embedding.decode(ED25519, M, 3)) for M in opened) == Counter(votes)
    assert not {c.alpha for c in before} & {c.alpha for c in after}


@given(st.lists(st.integers(0, 255), min_size=1, max_size=30), st.sampled_from(["Ed25519", "RFC-3526-2048"]))
def test_numbers_come_back_from_the_point_that_holds_them(numbers: list[int], name: str) -> None:
    group = get_group(name)
    assert embedding.decode(group, embedding.encode(group, numbers), len(numbers)) == numbers


@pytest.mark.parametrize("name", ["Ed25519", "RFC-3526-2048", "BELENIOS-2048"])
def test_generators_are_members_all_different_and_none_is_the_base(name: str) -> None:
    group = get_group(name)
    found: list[Point] = [generator(group, i) for i in range(-1, 6)]
    assert len({group.identity, group.generator, *found}) == len(found) + 2
    for P in found:
        assert group.parse_point(group.to_string(P)) == P


def test_a_number_that_is_no_member_is_passed_over() -> None:
    """The padding is the smallest that makes a member: what both programs must find alike."""
    P = embedding.encode(ED25519, [0, 0, 1])
    number = int(ED25519.to_string(P), 16)
    for smaller in range(1 << 14, number):
        decoded = edwards.decode(smaller.to_bytes(32, "little"))
        assert decoded is None or not edwards.is_member(decoded)


def test_trustees_shuffle_one_after_another_and_each_counts() -> None:
    played = set_up((RANKED,), voters=2)
    cast(played, "1", (1, 2, 3))
    cast(played, "2", (3, 2, 1))
    count(played)
    added = next(event.data[0] for event in played.events if event.kind == "EncryptedTally")
    del played.events[[event.kind for event in played.events].index("Shuffle") :]
    shuffled(played, added, owners=(2, 1, 3))
    steps = {step.code: step for step in verify(played.archive, processes=1)}
    assert steps["shuffles.proofs"].passed
    assert steps["shuffles.proofs"].count == 3
