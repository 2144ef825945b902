"""Ed25519 with plain integers, as RFC 8032 section 5.1 describes it: slow, and easy to compare with the paper."""

p = 2**255 - 19
q = 2**252 + 27742317777372353535851937790883648493
d = -121665 * pow(121666, -1, p) % p

Affine = tuple[int, int]
IDENTITY: Affine = (0, 1)


def recover_x(y: int, sign: int) -> int | None:
    """5.1.3: the x of this parity with -x**2 + y**2 = 1 + d * x**2 * y**2, or None."""
    if y >= p:
        return None
    x2 = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (p + 3) // 8, p)
    if (x * x - x2) % p:
        x = x * pow(2, (p - 1) // 4, p) % p
    if (x * x - x2) % p:
        return None
    return p - x if x & 1 != sign else x


_y = 4 * pow(5, -1, p) % p
_x = recover_x(_y, 0)
assert _x is not None
GENERATOR: Affine = (_x, _y)


def add(P: Affine, Q: Affine) -> Affine:
    """The complete addition law of the twisted Edwards curve."""
    (x1, y1), (x2, y2) = P, Q
    product = d * x1 * x2 * y1 * y2 % p
    return (
        (x1 * y2 + y1 * x2) * pow(1 + product, -1, p) % p,
        (y1 * y2 + x1 * x2) * pow(1 - product, -1, p) % p,
    )


def multiply(s: int, P: Affine) -> Affine:
    """Double and add."""
    Q = IDENTITY
    while s:
        if s & 1:
            Q = add(Q, P)
        P = add(P, P)
        s >>= 1
    return Q


def encode(P: Affine) -> bytes:
    """5.1.2: y, little-endian, the parity of x in the highest bit."""
    x, y = P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode(raw: bytes) -> Affine | None:
    """5.1.3, strict; None when it is no point."""
    number = int.from_bytes(raw, "little")
    y = number & ((1 << 255) - 1)
    x = recover_x(y, number >> 255)
    return None if x is None else (x, y)


def is_member(P: Affine) -> bool:
    """In the subgroup of prime order."""
    return multiply(q, P) == IDENTITY
