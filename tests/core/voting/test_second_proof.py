"""The second proof: a decryption that version 1 finds right and that opens nothing is refused, and its author named."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.core.errors import Malformed, Refused
from beffroi.core.verdict import Step
from beffroi.core.voting import archive, canon, second_proof, secret, tally, trustees
from beffroi.core.voting.group import ED25519, Group, PlainEd25519, Point, get_group
from beffroi.core.voting.proofs import Proof, check_equalities, check_equality, prove_equalities
from beffroi.core.voting.trustees import read_trustees
from beffroi.core.voting.verify import verify
from tests.core.voting import circles
from tests.core.voting.decryptions import blocking, handed_in
from tests.core.voting.elections import NO, RANKED, TIMESTAMP, YES, YES_NO, Played, cast, count, set_up

GROUPS = (ED25519, PlainEd25519(), get_group("BELENIOS-2048"), get_group("RFC-3526-2048"))


def tally_of(played: Played) -> bytes:
    """What is decrypted: after the shuffles where there are some."""
    added = next(event.data[0] for event in played.events if event.kind == "EncryptedTally")
    for event in played.events:
        if event.kind == "Shuffle":
            added = tally.shuffled_tally(played.election, added, event.data[0])
    return added


@cache
def played() -> Played:
    game = set_up((YES_NO,), voters=3)
    cast(game, "1", YES)
    cast(game, "2", NO)
    return count(game)


@cache
def shuffled() -> Played:
    game = set_up((YES_NO, RANKED), voters=2)
    cast(game, "1", YES, (1, 2, 3))
    cast(game, "2", NO, (3, 2, 1))
    return count(game)


@cache
def empty() -> Played:
    return count(set_up())


# ---------------------------------------------------------------- what is right


@pytest.mark.parametrize("game", [played, shuffled, empty], ids=lambda game: game.__name__)
def test_what_each_trustee_hands_in_is_right_and_leaves_the_archives_part_as_it_was(game: Callable[[], Played]) -> None:
    made = game()
    added = tally_of(made)
    listed = read_trustees(made.trustees, ED25519)
    handed = [(owner, handed_in(made.election, key, added)) for owner, key in enumerate(made.keys, 1)]
    valid, faults = second_proof.valid_envelopes(made.election, listed, added, handed)
    assert (list(valid), faults) == ([1, 2, 3], [])
    decryptions = [(owner, pd) for owner, (pd, _) in valid.items()]
    assert tally.valid_decryptions(made.election, listed, added, decryptions) == (decryptions, [])
    total = 0 if game is empty else 2
    assert tally.result_of(made.election, listed, added, decryptions, total) == made.events[-1].data[-1]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: type(group).__name__ + group.name)
def test_one_proof_for_many_factors_holds_in_every_group_and_for_no_other_factor(group: Group) -> None:
    """Made here with plain integers, by the letters of the specification."""
    x, w = 987654321, 123456789
    alphas = [group.base(k) for k in (2, 3, 5)] + [group.identity]
    pairs = [(alpha, group.multiply(x, alpha)) for alpha in alphas]
    c = group.hash_to_scalar("p|", [group.base(w), *(group.multiply(w, alpha) for alpha in alphas)])
    proof = Proof(c, (w - x * c) % group.q)
    X = group.base(x)
    assert check_equalities(group, X, pairs, "p|", proof)
    assert not check_equalities(group, X, pairs, "q|", proof)
    assert not check_equalities(group, X, pairs[::-1], "p|", proof)
    assert not check_equalities(group, X, pairs[:-1], "p|", proof)
    assert not check_equalities(group, group.base(x + 1), pairs, "p|", proof)
    for n, (alpha, F) in enumerate(pairs):
        wrong = [*pairs[:n], (alpha, group.add(F, group.generator)), *pairs[n + 1 :]]
        assert not check_equalities(group, X, wrong, "p|", proof)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, ED25519.q - 1), max_size=4), st.integers(1, ED25519.q - 1))
def test_the_prover_convinces_the_plain_integers_too(logarithms: list[int], x: int) -> None:
    alphas: list[Point] = [ED25519.base(k) for k in logarithms]
    proof = prove_equalities(secret.from_int(x), alphas, "p|", secret.random_scalar)
    pairs = [(alpha, ED25519.multiply(x, alpha)) for alpha in alphas]
    assert check_equalities(PlainEd25519(), ED25519.base(x), pairs, "p|", proof)


# ---------------------------------------------------------------- who blocks the count


@pytest.mark.parametrize("game", [played, shuffled], ids=lambda game: game.__name__)
def test_a_factor_that_opens_nothing_passes_the_first_proof_and_not_the_second(game: Callable[[], Played]) -> None:
    made = game()
    added, key = tally_of(made), made.keys[1]
    listed = read_trustees(made.trustees, ED25519)
    pd = blocking(made.election, key, added)
    tally.check_partial_decryption(made.election, key.public_key, added, pd)  # version 1 sees nothing
    good = [tally.partial_decryption(made.election, made.keys[n], added) for n in (0, 2)]
    with pytest.raises(Refused, match=r"result\.logarithm"):  # and then nobody can be named
        tally.result_of(made.election, listed, added, [(1, good[0]), (2, pd), (3, good[1])], 2)

    honest = handed_in(made.election, key, added)
    its_own = second_proof.read_envelope(honest)[1]
    renamed = canon.compact(json.loads(its_own) | {"decryption": canon.sha256_hex(pd)})
    for proof in (second_proof.make(made.election, key, added, pd), renamed):
        handed = [(2, second_proof.envelope(pd, proof)), (1, handed_in(made.election, made.keys[0], added))]
        valid, faults = second_proof.valid_envelopes(made.election, listed, added, handed)
        assert list(valid) == [1]
        assert len(faults) == 1
        assert faults[0].startswith("trustee 2: decryption.bound")
    with pytest.raises(Refused, match=r"decryption\.other"):
        second_proof.check(made.election, key.public_key, added, pd, its_own)


def test_choosing_the_factor_after_the_challenge_does_not_help_against_the_second_proof() -> None:
    """The attack that breaks version 1, tried on the second proof: the challenge has named the factor already."""
    group, key, added = ED25519, played().keys[0], tally_of(played())
    election, x = played().election, secret.to_int(key.scalar)
    cells = [c.alpha for row in tally.read_tally(election, added) for c in row]
    factors = [group.multiply(x, alpha) for alpha in cells]

    def prefix(named: list[Point]) -> str:
        listed = ",".join(group.to_string(P) for pair in zip(cells, named, strict=True) for P in pair)
        return f"decrypt-bound|{election.fingerprint}|{key.public_key}|{listed}|"

    w, delta = 77, 5
    B = [group.multiply(w, alpha) for alpha in cells]
    B[0] = group.add(B[0], group.base(delta))
    c = group.hash_to_scalar(prefix(factors), [group.base(w), *B])
    s = (w - x * c) % group.q
    chosen = [group.multiply(pow(c, -1, group.q), group.sub(B[0], group.multiply(s, cells[0]))), *factors[1:]]
    pairs = list(zip(cells, chosen, strict=True))
    assert check_equalities(group, group.base(x), pairs, prefix(factors), Proof(c, s))  # had F not been named
    assert not check_equalities(group, group.base(x), pairs, prefix(chosen), Proof(c, s))


def test_in_a_group_who_blocks_is_named_and_other_members_count() -> None:
    made = circles.make()
    game = circles.set_up(made)
    for number, choice in (("1", YES), ("2", YES), ("3", NO)):
        cast(game, number, choice)
    added, total = circles.close(game)
    listed = read_trustees(game.trustees, ED25519)
    wrong = handed_in(game.election, made.keys[0], added, blocking(game.election, made.keys[0], added))
    handed = [(1, wrong), *((n, handed_in(game.election, made.keys[n - 1], added)) for n in (2, 3))]
    valid, faults = second_proof.valid_envelopes(game.election, listed, added, handed)
    assert [fault.partition(":")[0] for fault in faults] == ["trustee 1"]
    decryptions = [(owner, pd) for owner, (pd, _) in valid.items()]
    assert json.loads(tally.result_of(game.election, listed, added, decryptions, total)) == {"result": [[0, 2, 1]]}


def test_who_hands_in_twice_or_under_nobodys_number_is_told() -> None:
    added, listed = tally_of(played()), read_trustees(played().trustees, ED25519)
    mine = handed_in(played().election, played().keys[0], added)
    handed = [(1, mine), (1, mine), (4, mine), (0, mine), (2, mine)]
    valid, faults = second_proof.valid_envelopes(played().election, listed, added, handed)
    assert list(valid) == [1]
    assert faults[:3] == [
        "trustee 1: has already handed in a decryption",
        "there is no trustee 4",
        "there is no trustee 0",
    ]
    assert faults[3].startswith("trustee 2: decryption.proof")


# ---------------------------------------------------------------- what it binds, and its form


def test_it_is_bound_to_the_tally_the_election_the_owner_and_the_decryption() -> None:
    key, added = played().keys[0], tally_of(played())
    pd, proof = second_proof.read_envelope(handed_in(played().election, key, added))
    other = count(set_up())
    assert second_proof.check(played().election, key.public_key, added, pd, proof) is None
    swapped = json.loads(added)
    swapped[0][1], swapped[0][2] = swapped[0][2], swapped[0][1]
    for election, owner, encrypted, rule in (
        (other.election, key.public_key, added, "decryption.bound"),
        (played().election, played().keys[1].public_key, added, "decryption.bound"),
        (played().election, key.public_key, canon.compact(swapped), "decryption.bound"),
    ):
        with pytest.raises(Refused) as refused:
            second_proof.check(election, owner, encrypted, pd, proof)
        assert refused.value.rule == rule
    again = tally.partial_decryption(played().election, key, added)  # the same factors, other proofs
    with pytest.raises(Refused, match=r"decryption\.other"):
        second_proof.check(played().election, key.public_key, added, again, proof)


def test_a_decryption_alone_is_refused_with_what_to_do() -> None:
    pd = tally.partial_decryption(played().election, played().keys[0], tally_of(played()))
    with pytest.raises(Refused, match="trustee decrypt"):
        second_proof.read_envelope(pd)


def test_any_other_form_is_malformed() -> None:
    key, added = played().keys[0], tally_of(played())
    raw = handed_in(played().election, key, added)
    pd, proof = second_proof.read_envelope(raw)
    value, inner = json.loads(raw), json.loads(proof)
    for wrong in (raw + b"\n", b"[]", b"{}", canon.compact(value | {"kind": "other"}), canon.compact(value | {"x": 1})):
        with pytest.raises(Malformed):
            second_proof.read_envelope(wrong)
    q = ED25519.q
    for wrong in (
        proof + b" ",
        b"[]",
        canon.compact(inner | {"kind": "other"}),
        canon.compact(inner | {"more": 1}),
        canon.compact(inner | {"decryption": "0"}),
        canon.compact(inner | {"proof": {"challenge": str(q), "response": "1"}}),
        canon.compact(dict(reversed(inner.items()))),
    ):
        with pytest.raises(Malformed):
            second_proof.check(played().election, key.public_key, added, pd, wrong)


# ---------------------------------------------------------------- beside the archive


def bound(raw: bytes, *files: bytes) -> Step:
    return next(
        s for s in verify(raw, second_proofs=second_proof.read_published(files)) if s.code == "decryptions.bound"
    )


def archive_of(decryptions: list[tuple[int, bytes]]) -> bytes:
    """The archive of the game up to its tally, with these decryptions and no result."""
    kept = [event for event in played().events if event.kind not in ("PartialDecryption", "Result")]
    added = [archive.decryption_event(owner, pd) for owner, pd in decryptions]
    return b"".join(archive.write(TIMESTAMP, [*kept, *added]))


def test_the_verifier_checks_them_when_they_are_given_and_names_who_blocks() -> None:
    added, election = tally_of(played()), played().election
    pairs = [second_proof.read_envelope(handed_in(election, key, added)) for key in played().keys]
    bad = blocking(election, played().keys[1], added)
    forged = second_proof.make(election, played().keys[1], added, bad)
    good = [(owner, pd) for owner, (pd, _) in enumerate(pairs, 1)]
    proofs = [proof for _, proof in pairs]

    raw = archive_of(good)
    assert "decryptions.bound" not in {step.code for step in verify(raw)}
    step = bound(raw, second_proof.published(proofs))
    assert (step.passed, step.count, step.faults) == (True, 3, ())
    envelopes = [second_proof.envelope(pd, proof) for pd, proof in pairs]
    assert bound(raw, *envelopes).passed is True
    assert bound(raw, *proofs).passed is True

    assert bound(raw, *proofs[:2]).faults == ("trustee 3: no second proof of her decryption was given",)
    assert "the archive has no such decryption" in bound(archive_of(good[:2]), *proofs).faults[0]

    blocked = archive_of([good[0], (2, bad), good[2]])
    steps = {step.code: step for step in verify(blocked)}
    assert steps["decryptions.proofs"].passed is True
    step = bound(blocked, proofs[0], forged, proofs[2])
    assert step.passed is False
    assert [fault.partition(":")[0] for fault in step.faults] == ["trustee 2"]


def test_published_proofs_are_read_strictly() -> None:
    added, election = tally_of(played()), played().election
    _, proof = second_proof.read_envelope(handed_in(election, played().keys[0], added))
    for wrong in (b"[1]", b"{}", b"nothing", second_proof.published([proof, proof])):
        with pytest.raises(Malformed):
            second_proof.read_published([wrong])
    with pytest.raises(Malformed, match="again"):
        second_proof.read_published([proof, second_proof.published([proof])])


def test_an_archive_without_decryptions_has_no_such_step_unless_proofs_are_given() -> None:
    _, proof = second_proof.read_envelope(handed_in(played().election, played().keys[0], tally_of(played())))
    raw = archive_of([])
    assert all(step.code != "decryptions.bound" for step in verify(raw, second_proofs={}))
    assert bound(raw, proof).passed is False


def test_one_v1_proof_and_the_second_proof_agree_for_a_single_factor() -> None:
    """With one pair and the same prefix both checks are the same equation."""
    x, alpha = 31337, ED25519.base(8)
    F = ED25519.multiply(x, alpha)
    proof = prove_equalities(secret.from_int(x), [alpha], "p|", secret.random_scalar)
    assert check_equality(ED25519, ED25519.base(x), alpha, F, "p|", proof)


def test_keys_of_another_group_are_refused() -> None:
    other = replace(played().election, group=get_group("BELENIOS-2048"))
    with pytest.raises(Refused, match=r"decryption\.group"):
        second_proof.make(other, trustees.new_trustee_key(), b"", b"")
