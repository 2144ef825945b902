"""Plain-integer signatures against libsodium's, at their edges too. The group law is tested in voting/test_group.py."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.core import edwards, sodium

# A point of order 8: added to a key or to R, it tells the checks of different programs apart.
TORSION = edwards.decode(
    (2707385501144840649318225287225658788936804267575313519463743609750303402022).to_bytes(32, "little")
)

# RFC 8032, 7.1, tests 1 to 3: public key, message, signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


def verdicts(public: bytes, message: bytes, signature: bytes) -> tuple[bool, bool]:
    return sodium.signature_holds(public, message, signature), edwards.signature_holds(public, message, signature)


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_the_signatures_of_rfc_8032_hold(public: str, message: str, signature: str) -> None:
    assert verdicts(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)) == (True, True)


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=40), st.integers(0, 511))
def test_a_signature_holds_and_with_any_bit_changed_does_not(seed: bytes, message: bytes, bit: int) -> None:
    public, signature = sodium.public_half(seed), sodium.sign(seed, message)
    assert verdicts(public, message, signature) == (True, True)
    changed = (int.from_bytes(signature, "little") ^ 1 << bit).to_bytes(64, "little")
    assert verdicts(public, message, changed) == (False, False)
    assert verdicts(public, message + b"!", signature) == (False, False)
    other = (int.from_bytes(public, "little") ^ 1 << bit // 2).to_bytes(32, "little")
    assert verdicts(other, message, signature) == (False, False)


def forged(in_r: int, in_key: int) -> tuple[bytes, bytes, bytes]:
    """A signature by someone who holds the key and adds points of small order to R and to the key."""
    assert TORSION is not None
    a, r, message = 12345, 67890, b"a tree head"
    key = edwards.encode(edwards.add(edwards.multiply(a, edwards.GENERATOR), edwards.multiply(in_key, TORSION)))
    first = edwards.encode(edwards.add(edwards.multiply(r, edwards.GENERATOR), edwards.multiply(in_r, TORSION)))
    k = int.from_bytes(hashlib.sha512(first + key + message).digest(), "little")
    return key, message, first + ((r + k * a) % edwards.q).to_bytes(32, "little")


def test_small_orders_hidden_in_a_key_or_a_signature_give_the_verdict_of_libsodium() -> None:
    found = [verdicts(*forged(in_r, in_key)) for in_r in range(8) for in_key in range(8)]
    assert all(theirs == ours for theirs, ours in found)
    assert {theirs for theirs, _ in found} == {True, False}


@pytest.mark.parametrize("number", [0, 1, edwards.p - 1, edwards.p, edwards.p + 1, 1 | 1 << 255, 2])
def test_keys_and_signatures_of_small_order_or_in_a_second_writing_are_refused(number: int) -> None:
    odd, (key, message, signature) = number.to_bytes(32, "little"), forged(0, 0)
    assert verdicts(key, message, signature) == (True, True)
    assert verdicts(odd, message, signature) == (False, False)
    assert verdicts(key, message, odd + signature[32:]) == (False, False)
    assert verdicts(odd, message, odd + bytes(32)) == (False, False)


def test_the_second_half_of_a_signature_is_smaller_than_q_and_the_whole_64_bytes() -> None:
    key, message, signature = forged(0, 0)
    s = int.from_bytes(signature[32:], "little")
    assert verdicts(key, message, signature[:32] + (s + edwards.q).to_bytes(32, "little")) == (False, False)
    for wrong in (b"", signature[:-1], signature + b"\0"):
        assert verdicts(key, message, wrong) == (False, False)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2**256), st.integers(0, edwards.q), st.integers(2, 8)), max_size=4))
def test_a_combination_is_the_sum_of_its_products(terms: list[tuple[int, int, int]]) -> None:
    points = [edwards.multiply(x, edwards.GENERATOR) for _, x, _ in terms]
    together = edwards.combine([(s, edwards.table(P, w)) for P, (s, _, w) in zip(points, terms, strict=True)])
    alone = edwards.multiply(sum(s * x for s, x, _ in terms) % edwards.q, edwards.GENERATOR)
    assert edwards.same(together, alone)
    X, Y, Z, T = together
    assert (X * Y - T * Z) % edwards.p == 0
