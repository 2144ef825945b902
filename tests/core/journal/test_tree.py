"""The Merkle tree against RFC 6962's own words, its reference vectors, and every way of lying we can think of."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.errors import Malformed
from beffroi.core.journal.tree import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/journal/rfc6962.json").read_text())
LEAVES = [bytes.fromhex(leaf) for leaf in VECTORS["leaves"]]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]

leaf_lists = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def naive_root(leaves):
    """MTH, word for word from RFC 6962, 2.1."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_the_reference(size):
    assert root(HASHES[:size]).hex() == VECTORS["roots"][size]
    assert naive_root(LEAVES[:size]).hex() == VECTORS["roots"][size]


@pytest.mark.parametrize("vector", VECTORS["inclusion"])
def test_the_inclusion_proofs_are_those_of_the_reference(vector):
    proof = inclusion_proof(HASHES[: vector["size"]], vector["index"])
    assert [node.hex() for node in proof] == vector["hashes"]


@pytest.mark.parametrize("vector", VECTORS["consistency"])
def test_the_consistency_proofs_are_those_of_the_reference(vector):
    proof = consistency_proof(HASHES[: vector["size"]], vector["earlier"])
    assert [node.hex() for node in proof] == vector["hashes"]


@given(leaf_lists)
def test_the_frontier_gives_the_root_of_the_definition(leaves):
    assert root([leaf_hash(leaf) for leaf in leaves]) == naive_root(leaves)


@given(leaf_lists, st.data())
def test_a_frontier_written_and_read_goes_on_as_if_nothing_had_happened(leaves, data):
    cut = data.draw(st.integers(0, len(leaves)))
    hashes = [leaf_hash(leaf) for leaf in leaves]
    kept = Frontier.from_text(Frontier().extend(hashes[:cut]).to_text())
    assert kept.extend(hashes[cut:]) == Frontier().extend(hashes)
    assert len(kept.peaks) <= max(1, cut).bit_length()


@pytest.mark.parametrize(
    "text", ["", "x", "1", "0:" + "0" * 64, "3:" + "0" * 64, "01:" + "0" * 64, "1:" + "G" * 64, "1:00"]
)
def test_a_damaged_frontier_is_malformed(text):
    with pytest.raises(Malformed):
        Frontier.from_text(text)


@given(leaf_lists, st.data())
def test_each_entry_is_shown_to_be_in_the_tree(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    hashes = [leaf_hash(leaf) for leaf in leaves]
    proof = inclusion_proof(hashes, index)
    assert verify_inclusion(hashes[index], index, len(leaves), proof, naive_root(leaves))


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=20, unique=True), st.data())
def test_no_other_entry_place_or_proof_is_accepted(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    hashes = [leaf_hash(leaf) for leaf in leaves]
    size, top = len(leaves), naive_root(leaves)
    proof = inclusion_proof(hashes, index)
    assert not verify_inclusion(leaf_hash(b"another entry"), index, size, proof, top)
    assert not verify_inclusion(hashes[index], index, size, [*proof, bytes(32)], top)
    assert not verify_inclusion(hashes[index], index, size, proof, bytes(32))
    if proof:
        assert not verify_inclusion(hashes[index], index, size, proof[:-1], top)
        assert not verify_inclusion(hashes[index], index, size, [bytes(32), *proof[1:]], top)
    for other in range(-1, size + 1):
        if other != index:
            assert not verify_inclusion(hashes[index], other, size, proof, top)


@given(leaf_lists, st.data())
def test_a_tree_is_shown_to_begin_with_each_of_its_earlier_states(leaves, data):
    earlier = data.draw(st.integers(1, len(leaves)))
    hashes = [leaf_hash(leaf) for leaf in leaves]
    proof = consistency_proof(hashes, earlier)
    assert verify_consistency(earlier, len(leaves), naive_root(leaves[:earlier]), naive_root(leaves), proof)


@given(st.lists(st.binary(max_size=8), min_size=2, max_size=20), st.data())
def test_a_tree_whose_past_was_rewritten_is_not_consistent(leaves, data):
    earlier = data.draw(st.integers(1, len(leaves)))
    changed = data.draw(st.integers(0, earlier - 1))
    rewritten = [*leaves[:changed], leaves[changed] + b"!", *leaves[changed + 1 :]]
    proof = consistency_proof([leaf_hash(leaf) for leaf in rewritten], earlier)
    size, old, new = len(leaves), naive_root(leaves[:earlier]), naive_root(rewritten)
    assert not verify_consistency(earlier, size, old, new, proof)
    honest = consistency_proof([leaf_hash(leaf) for leaf in leaves], earlier)
    assert not verify_consistency(earlier, size, old, naive_root(leaves), [*honest, bytes(32)])
    if honest:
        assert not verify_consistency(earlier, size, old, naive_root(leaves), honest[:-1])


@pytest.mark.parametrize(("earlier", "size"), [(0, 3), (4, 3), (-1, 3)])
def test_an_earlier_size_outside_the_tree_shows_nothing(earlier, size):
    assert not verify_consistency(earlier, size, root(HASHES[:3]), root(HASHES[:3]), [])
    with pytest.raises(Malformed):
        consistency_proof(HASHES[:3], earlier)


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_proof_for_an_entry_outside_the_tree(index):
    with pytest.raises(Malformed):
        inclusion_proof(HASHES[:3], index)


def test_an_inner_node_is_not_a_leaf():
    """Without the two prefixes somebody could pass an inner node off as an entry (second preimage)."""
    forged = HASHES[0] + HASHES[1]
    assert root([leaf_hash(forged), HASHES[2]]) != root(HASHES[:3])
