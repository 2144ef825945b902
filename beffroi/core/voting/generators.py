"""Independent generators of the group: nobody knows a logarithm between two of them (Belenios, tables 8 and 9)."""

from functools import cache
from hashlib import sha256

from beffroi.core import edwards
from beffroi.core.voting.group import Ed25519, FieldGroup, Group, Point


@cache
def generator(group: Group, i: int) -> Point:
    """The i-th generator, i from -1. That it is not 0, 1, G or another one's equal is left to SHA-256."""
    x = int.from_bytes(sha256(f"ggen|{i}".encode()).digest(), "big")
    if isinstance(group, FieldGroup):
        return group.parse_point(str(pow(x, (group.p - 1) // group.q, group.p)), f"generator {i}")
    assert isinstance(group, Ed25519)
    return _on_the_curve(x >> 2)


def _on_the_curve(x: int) -> Point:
    """The point of the first number from x on that is one's string, times the cofactor."""
    while (P := edwards.decode(x.to_bytes(32, "little"))) is None:
        x += 1
    return edwards.encode(edwards.multiply(8, P))
