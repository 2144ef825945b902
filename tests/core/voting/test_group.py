"""The groups against a plain-integer oracle, at their edges too."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.core.errors import Malformed
from beffroi.core.voting import secret
from beffroi.core.voting.group import ED25519, Ed25519, PlainEd25519, get_group
from tests.core.voting import oracle

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "voting"
scalars = st.integers(0, ED25519.q - 1) | st.sampled_from([0, 1, 2, ED25519.q - 1, ED25519.q - 2])
EDGES = (0, 1, 2, ED25519.q - 1)
PLAIN = PlainEd25519()  # what a bare Python computes with
by_each = pytest.mark.parametrize("group", [ED25519, PLAIN], ids=["libsodium", "plain integers"])


def point(s: int) -> bytes:
    return oracle.encode(oracle.multiply(s % oracle.q, oracle.GENERATOR))


@by_each
@settings(max_examples=25, deadline=None)
@given(scalars, scalars)
def test_sums_and_products_are_those_of_the_oracle(group: Ed25519, a: int, b: int) -> None:
    P, Q = point(a), point(b)
    assert group.base(a) == P
    assert group.add(P, Q) == point(a + b)
    assert group.sub(P, Q) == point(a - b)
    assert group.neg(P) == point(-a)
    assert group.multiply(b, P) == point(a * b)
    assert group.commitment(a, P, b, Q) == point(a * a + b * b)
    assert group.commitment(b, group.generator, a, P) == point(b + a * a)
    assert group.sum([P, Q, P]) == point(2 * a + b)


@by_each
@pytest.mark.parametrize("a", EDGES)
@pytest.mark.parametrize("b", EDGES)
def test_the_identity_and_the_scalar_zero_are_no_exception(group: Ed25519, a: int, b: int) -> None:
    P, Q = point(a), point(b)
    assert group.base(a) == P
    assert group.add(P, Q) == point(a + b)
    assert group.sub(P, Q) == point(a - b)
    assert group.neg(P) == point(-a)
    assert group.multiply(b, P) == point(a * b)
    assert secret.base(secret.from_int(a)) == P
    assert secret.multiply(secret.from_int(b), P) == point(a * b)


@settings(max_examples=50, deadline=None)
@given(scalars, scalars, scalars)
def test_secret_scalars_are_integers_modulo_q(a: int, b: int, c: int) -> None:
    A, B = secret.from_int(a), secret.from_int(b)
    assert secret.to_int(secret.add(A, B)) == (a + b) % ED25519.q
    assert secret.to_int(secret.sub(A, B)) == (a - b) % ED25519.q
    assert secret.to_int(secret.mul(A, B)) == a * b % ED25519.q
    assert secret.to_int(secret.respond(A, B, c)) == (a - b * c) % ED25519.q


def test_random_scalars_are_between_one_and_q() -> None:
    drawn = {secret.to_int(secret.random_scalar()) for _ in range(200)}
    assert len(drawn) == 200
    assert all(0 < s < ED25519.q for s in drawn)
    assert any(s >= 1 << 251 for s in drawn)  # all of the range, not a part of it


@by_each
def test_a_point_is_written_as_its_rfc_8032_bytes_reversed(group: Ed25519) -> None:
    assert group.to_string(group.identity) == "0" * 63 + "1"
    assert group.to_string(group.generator) == "6" * 62 + "58"


@by_each
@settings(max_examples=25, deadline=None)
@given(scalars)
def test_a_member_written_and_read_is_the_same(group: Ed25519, a: int) -> None:
    assert group.parse_point(group.to_string(point(a))) == point(a)


@by_each
@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=32, max_size=32))
def test_any_bytes_are_a_point_only_if_the_oracle_finds_a_member(group: Ed25519, raw: bytes) -> None:
    found = oracle.decode(raw)
    try:
        group.parse_point(raw[::-1].hex())
        accepted = True
    except Malformed:
        accepted = False
    assert accepted == (found is not None and oracle.is_member(found))


ORDER_8 = 2707385501144840649318225287225658788936804267575313519463743609750303402022
NO_MEMBERS = {
    "order 2": oracle.p - 1,
    "order 4": 0,
    "order 4, other sign": 1 << 255,
    "order 8": ORDER_8,
    "minus identity: x = 0 with the sign of an odd x": 1 | 1 << 255,
    "the identity, y not reduced": oracle.p + 1,
    "order 4, y not reduced": oracle.p,
    "no point of the curve": 2,
    "the highest number": (1 << 256) - 1,
}


@by_each
@pytest.mark.parametrize("number", NO_MEMBERS.values(), ids=NO_MEMBERS)
def test_small_orders_and_second_writings_are_no_points(group: Ed25519, number: int) -> None:
    with pytest.raises(Malformed):
        group.parse_point(f"{number:064x}")


@by_each
def test_a_member_with_torsion_added_is_no_member(group: Ed25519) -> None:
    torsion = oracle.decode(ORDER_8.to_bytes(32, "little"))
    assert torsion is not None
    mixed = oracle.add(oracle.multiply(12345, oracle.GENERATOR), torsion)
    with pytest.raises(Malformed):
        group.parse_point(oracle.encode(mixed)[::-1].hex())


@by_each
@pytest.mark.parametrize(
    "text", ["", "12", "6" * 63, "6" * 65, "6" * 63 + "G", "0x" + "6" * 62, "6" * 63 + "8\n", "６" * 64]
)
def test_a_point_has_64_lower_case_hexadecimal_digits(group: Ed25519, text: str) -> None:
    with pytest.raises(Malformed):
        group.parse_point(text)


def test_a_point_in_upper_case_is_refused() -> None:
    text = ED25519.to_string(ED25519.base(5))
    assert text != text.upper()
    with pytest.raises(Malformed):
        ED25519.parse_point(text.upper())


@pytest.mark.parametrize("name", ["BELENIOS-2048", "RFC-3526-2048"])
def test_a_field_group_holds_its_generator_and_refuses_the_rest(name: str) -> None:
    group = get_group(name)
    g = group.to_string(group.generator)
    assert group.parse_point(g) == group.generator
    assert group.base(group.q) == group.identity
    assert group.add(group.base(3), group.neg(group.base(1))) == group.base(2)
    p = int(group.to_string(group.neg(group.generator)))  # some number, made one too large below
    for text in ("0", "-1", "0" + g, g + " ", str(p + (1 << 2048)), "1e3"):
        with pytest.raises(Malformed):
            group.parse_point(text)


def test_an_element_of_order_two_is_no_member_of_a_field_group() -> None:
    from beffroi.core.voting.group import FieldGroup

    group = get_group("BELENIOS-2048")
    assert isinstance(group, FieldGroup)
    with pytest.raises(Malformed):
        group.parse_point(str(group.p - 1))


def test_an_unknown_group_is_refused() -> None:
    with pytest.raises(Malformed):
        get_group("P-256")


def test_a_hash_is_the_one_of_the_specification() -> None:
    from hashlib import sha256

    text = "pok|Ed25519|x|" + "6" * 62 + "58," + "0" * 63 + "1"
    expected = int(sha256(text.encode()).hexdigest(), 16) % ED25519.q
    assert ED25519.hash_to_scalar("pok|Ed25519|x|", [ED25519.generator, ED25519.identity]) == expected
