"""Small numbers written into one member of the group (Belenios, sections 5.1 and 5.2).

The numbers are 8 bits each, the first one highest, then some bits of padding: the smallest number that makes the whole
the string of a member.
"""

from collections.abc import Sequence

from beffroi.core.errors import Malformed
from beffroi.core.voting.group import Ed25519, Group, Point

BITS = 8
_PADDING = {"Ed25519": 14, "RFC-3526-2048": 8}


def is_known(group: Group) -> bool:
    """BELENIOS-2048 is too thin a subgroup: a number is hardly ever in it."""
    return group.name in _PADDING


def encode(group: Group, numbers: Sequence[int]) -> Point:
    """The member that holds these numbers, from 0 to 255 each."""
    whole = int.from_bytes(bytes(numbers), "big") << _PADDING[group.name]
    for filling in range(1 << _PADDING[group.name]):
        try:
            P = group.parse_point(_string(group, whole + filling))
        except Malformed:
            continue
        if group.identity != P:
            return P
    raise AssertionError("of 2**8 numbers half are members, of 2**14 one in sixteen")


def decode(group: Group, P: Point, count: int) -> list[int]:
    """The `count` numbers that a member holds. Every member gives some: whoever votes may encrypt any."""
    text = group.to_string(P)
    whole = int(text, 16 if isinstance(group, Ed25519) else 10) >> _PADDING[group.name]
    return [(whole >> BITS * i) & 255 for i in reversed(range(count))]


def _string(group: Group, number: int) -> str:
    return f"{number:064x}" if isinstance(group, Ed25519) else str(number)
