"""edwards25519 with plain integers (RFC 8032, 5.1): what a bare Python verifies with where libsodium is not installed.

Time depends on the values: for **public data only**, a secret never comes here (`sodium`, `voting.secret`).
A point is (X, Y, Z, T) with x = X/Z, y = Y/Z, x*y = T/Z (5.1.4). A table holds odd multiples of a point, each as
(Y - X, Y + X, 2*d*T, 2*Z): what the addition of 5.1.4 needs of its second operand.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha512
from typing import Final

p: Final = 2**255 - 19
q: Final = 2**252 + 27742317777372353535851937790883648493
d: Final = -121665 * pow(121666, -1, p) % p
_ROOT_OF_MINUS_ONE: Final = pow(2, (p - 1) // 4, p)

Point = tuple[int, int, int, int]
Ready = tuple[int, int, int, int]
Table = tuple[int, tuple[Ready, ...]]  # the digits' width w, and the multiples 1, 3, ... 2**(w-1) - 1

IDENTITY: Final[Point] = (0, 1, 1, 0)
NARROW, WIDE = 5, 8  # bits of a digit: for a point used a few times, and for one used in every ballot


def recover_x(y: int, sign: int) -> int | None:
    """5.1.3: the x of this parity with -x**2 + y**2 = 1 + d * x**2 * y**2; None when there is none."""
    if y >= p:
        return None
    u, v = (y * y - 1) % p, (d * y * y + 1) % p
    x = u * v**3 * pow(u * v**7 % p, (p - 5) // 8, p) % p
    if v * x * x % p == -u % p:
        x = x * _ROOT_OF_MINUS_ONE % p
    if v * x * x % p != u or (x == 0 and sign):
        return None
    return p - x if x & 1 != sign else x


@lru_cache(maxsize=4096)
def decode(raw: bytes) -> Point | None:
    """5.1.3, strict: the point of these 32 bytes; None when they are no point, or not its only writing."""
    number = int.from_bytes(raw, "little")
    y = number & ((1 << 255) - 1)
    x = recover_x(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % p)


def encode(P: Point) -> bytes:
    """5.1.2: y, little-endian, the parity of x in the highest bit."""
    X, Y, Z, _ = P
    over = pow(Z, -1, p)
    return (Y * over % p | (X * over % p & 1) << 255).to_bytes(32, "little")


def negative(P: Point) -> Point:
    """The inverse."""
    X, Y, Z, T = P
    return -X % p, Y, Z, -T % p


def ready(P: Point) -> Ready:
    """A second operand."""
    X, Y, Z, T = P
    return (Y - X) % p, (Y + X) % p, 2 * d * T % p, 2 * Z % p


def plus(P: Point, Q: Ready) -> Point:
    """5.1.4: the complete addition law."""
    X, Y, Z, T = P
    minus_q, plus_q, t_q, z_q = Q
    A, B, C, D = (Y - X) * minus_q % p, (Y + X) * plus_q % p, T * t_q % p, Z * z_q % p
    E, F, G, H = B - A, D - C, D + C, B + A
    return E * F % p, G * H % p, F * G % p, E * H % p


def add(P: Point, Q: Point) -> Point:
    """The group's law."""
    return plus(P, ready(Q))


def same(P: Point, Q: Point) -> bool:
    """Whether they are one point in two writings."""
    return (P[0] * Q[2] - Q[0] * P[2]) % p == 0 and (P[1] * Q[2] - Q[1] * P[2]) % p == 0


def table(P: Point, width: int = NARROW) -> Table:
    """The odd multiples that `combine` needs of P."""
    twice = ready(add(P, P))
    odd = [P]
    for _ in range(2 ** (width - 2) - 1):
        odd.append(plus(odd[-1], twice))
    return width, tuple(ready(multiple) for multiple in odd)


def _digits(s: int, width: int) -> Iterator[tuple[int, int]]:
    """Place and value of the digits of s: odd, of less than 2**(width-1), at least `width` places apart."""
    full = 1 << width
    place = 0
    while s:
        zeros = (s & -s).bit_length() - 1
        s, place = s >> zeros, place + zeros
        digit = s & (full - 1)
        if digit > full >> 1:
            digit -= full
        yield place, digit
        s -= digit


def combine(terms: Sequence[tuple[int, Table]]) -> Point:
    """The sum of all s*P, from pairs of s (not negative) and the table of P: doublings are shared (Straus)."""
    rows: list[list[Ready]] = [[] for _ in range(max((s.bit_length() for s, _ in terms), default=0) + 1)]
    for s, (width, odd) in terms:
        for place, digit in _digits(s, width):
            if digit > 0:
                rows[place].append(odd[digit >> 1])
            else:
                minus, added, t, z = odd[-digit >> 1]
                rows[place].append((added, minus, -t, z))
    X, Y, Z, T = IDENTITY
    for row in reversed(rows):
        A, B = X * X, Y * Y
        H, G = (A + B) % p, (A - B) % p  # doubling (5.1.4); T only where an addition follows
        E, F = (H - (X + Y) ** 2) % p, (2 * Z * Z + G) % p
        X, Y, Z = E * F % p, G * H % p, F * G % p
        if row:
            T = E * H % p
            for multiple in row:
                X, Y, Z, T = plus((X, Y, Z, T), multiple)
    return X, Y, Z, T if rows[0] else E * H % p


def multiply(s: int, P: Point) -> Point:
    """P added s times, s not negative and not reduced: P need not be in the subgroup."""
    return combine([(s, table(P))])


def is_member(P: Point) -> bool:
    """In the subgroup of prime order."""
    return same(multiply(q, P), IDENTITY)


_y: Final = 4 * pow(5, -1, p) % p
_x: Final = recover_x(_y, 0) or 0
GENERATOR: Final[Point] = (_x, _y, 1, _x * _y % p)
GENERATOR_TABLE: Final = table(GENERATOR, WIDE)


def signature_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """5.1.7, without the cofactor and with the refusals of libsodium: small orders, anything that is not canonical."""
    if len(signature) != 64:
        return False
    A, R = decode(public), decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if A is None or R is None or s >= q or _is_small(A) or _is_small(R):
        return False
    k = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % q
    right = combine([(s, GENERATOR_TABLE), (k, table(negative(A)))])  # s*B - k*A
    return encode(right) == signature[:32]


def _is_small(P: Point) -> bool:
    return same(multiply(8, P), IDENTITY)
