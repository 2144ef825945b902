"""edwards25519 for compiled code: as many points at once as a vector has lanes (RFC 8032, 5.1; `core.edwards`).

A point is (X, Y, Z, T) as there. A prepared point, ready to be added, is (Y - X, Y + X, 2*d*T, 2*Z); of a fixed base
Z is 1 and the last is left out. In arrays a block of WIDTH points is 4 coordinates of 5 limbs of WIDTH words; tables of
prepared points are rows, one for each lane, because lanes look up different multiples.
**Public values only**: time depends on them.
"""

import numpy as np
from numba import uint64

from beffroi.core import edwards
from beffroi.core.voting.field25519 import (
    ONE,
    WIDTH,
    ZERO,
    add,
    both,
    choose,
    either,
    equal,
    get_limbs,
    get_mask,
    get_rows3,
    get_rows4,
    inner,
    is_odd,
    limbs,
    mul,
    put_limbs,
    put_rows,
    reduced,
    sq,
    sub,
    turned1,
    turned2,
    turned4,
)

D2 = limbs(2 * edwards.d % edwards.p)
D = limbs(edwards.d)
TWO = limbs(2)
ROOT = limbs(edwards._ROOT_OF_MINUS_ONE)
ORDER = np.frombuffer(edwards.q.to_bytes(32, "little"), dtype=np.uint64)
LIMB, BLOCK = 5 * WIDTH, 20 * WIDTH  # words of a number, of a point, in a block
ROW, FIXED_ROW = 24, 16  # words of a prepared point, of one of a fixed base: a multiple of eight
PIECES, MULTIPLES = 4, 9  # a scalar is cut in 4 pieces of 16 digits from -8 to 8; a piece's base has multiples 0 to 8
TABLE = PIECES * MULTIPLES * WIDTH * ROW
FIXED_DIGITS, FIXED_MULTIPLES = 32, 129  # a fixed base: 32 digits from -128 to 128
MASK51 = (1 << 51) - 1


# ---------------------------------------------------------------- points in arrays


@inner
def get(points, at):
    """A block of points."""
    return (
        get_limbs(points, at),
        get_limbs(points, at + LIMB),
        get_limbs(points, at + 2 * LIMB),
        get_limbs(points, at + 3 * LIMB),
    )


@inner
def put(P, points, at):
    """Writes it."""
    put_limbs(P[0], points, at)
    put_limbs(P[1], points, at + LIMB)
    put_limbs(P[2], points, at + 2 * LIMB)
    put_limbs(P[3], points, at + 3 * LIMB)


@inner
def neutral(mask):
    """The identity in each lane; of the mask only the type counts."""
    return choose(mask, ZERO, ZERO), choose(mask, ONE, ONE), choose(mask, ONE, ONE), choose(mask, ZERO, ZERO)


@inner
def kept(mask, P):
    """P where the mask is set, the identity elsewhere."""
    return choose(mask, P[0], ZERO), choose(mask, P[1], ONE), choose(mask, P[2], ONE), choose(mask, P[3], ZERO)


@inner
def aligned(words):
    """Room for so many words, at an address that vectors like."""
    room = np.empty(words + 8, dtype=np.uint64)
    first = (-(room.ctypes.data >> 3)) & 7
    return room[first : first + words]


# ---------------------------------------------------------------- the group's law


@inner
def doubled(P, times):
    """P + P (5.1.4), so many times; T only at the end."""
    X, Y, Z, _ = P
    E = X
    H = Y
    for _ in range(times):
        A = sq(X)
        B = sq(Y)
        H = add(A, B)
        E = sub(H, sq(add(X, Y)))
        G = sub(A, B)
        C = sq(Z)
        F = add(add(C, C), G)
        X, Y, Z = mul(E, F), mul(G, H), mul(F, G)
    return X, Y, Z, mul(E, H)


@inner
def prepared(P):
    """P ready to be added."""
    X, Y, Z, T = P
    return sub(Y, X), add(Y, X), mul(T, D2), add(Z, Z)


@inner
def joined(P, minus_q, plus_q, t_q, zz):
    """P + Q, Q prepared, and zz twice the product of their Z (5.1.4)."""
    X, Y, _, T = P
    A = mul(sub(Y, X), minus_q)
    B = mul(add(Y, X), plus_q)
    C = mul(T, t_q)
    E = sub(B, A)
    H = add(B, A)
    F = sub(zz, C)
    G = add(zz, C)
    return mul(E, F), mul(G, H), mul(F, G), mul(E, H)


@inner
def plus(P, Q):
    """P + Q, Q prepared."""
    return joined(P, Q[0], Q[1], Q[2], mul(P[2], Q[3]))


@inner
def plus_row(P, table, where, negative):
    """P + Q, or P - Q where the mask is set: the Q of each lane is a row of a table."""
    Q = get_rows4(table, where)
    t_q = choose(negative, sub(ZERO, Q[2]), Q[2])
    return joined(P, choose(negative, Q[1], Q[0]), choose(negative, Q[0], Q[1]), t_q, mul(P[2], Q[3]))


@inner
def plus_fixed_row(P, table, where, negative):
    """The same of a table of a fixed base."""
    Q = get_rows3(table, where)
    t_q = choose(negative, sub(ZERO, Q[2]), Q[2])
    return joined(P, choose(negative, Q[1], Q[0]), choose(negative, Q[0], Q[1]), t_q, add(P[2], P[2]))


@inner
def sum_of(P, Q):
    """P + Q."""
    return plus(P, prepared(Q))


@inner
def sum_of_lanes(P):
    """In each lane the sum of all lanes."""
    if WIDTH == 8:
        P = sum_of(P, (turned4(P[0]), turned4(P[1]), turned4(P[2]), turned4(P[3])))
        P = sum_of(P, (turned2(P[0]), turned2(P[1]), turned2(P[2]), turned2(P[3])))
        P = sum_of(P, (turned1(P[0]), turned1(P[1]), turned1(P[2]), turned1(P[3])))
    return P


@inner
def is_neutral(P):
    """Where P is the identity: a mask."""
    return both(equal(reduced(mul(P[0], ONE)), ZERO), equal(reduced(mul(P[1], ONE)), reduced(mul(P[2], ONE))))


# ---------------------------------------------------------------- points as bytes


@inner
def squares(a, n):
    """a**(2**n)."""
    for _ in range(n):
        a = sq(a)
    return a


@inner
def power_250(a):
    """a**(2**250 - 1), and a**11: the chain that both roots and inverses begin with."""
    a2 = sq(a)
    a9 = mul(squares(a2, 2), a)
    a11 = mul(a9, a2)
    x5 = mul(sq(a11), a9)
    x10 = mul(squares(x5, 5), x5)
    x20 = mul(squares(x10, 10), x10)
    x40 = mul(squares(x20, 20), x20)
    x50 = mul(squares(x40, 10), x10)
    x100 = mul(squares(x50, 50), x50)
    x200 = mul(squares(x100, 100), x100)
    return mul(squares(x200, 50), x50), a11


@inner
def inverse(a):
    """a**(p - 2)."""
    x250, a11 = power_250(a)
    return mul(squares(x250, 5), a11)


@inner
def load(words, first, step, out, signs):
    """Numbers of 255 bits as limbs, the highest bit as a mask: of lane l the 4 words from first + l * step on.

    Words of all bits where the encoding is not canonical: y is p or more.
    """
    m = uint64(MASK51)
    for lane in range(WIDTH):
        at = first + lane * step
        w0, w1, w2, w3 = words[at], words[at + 1], words[at + 2], words[at + 3]
        out[lane] = w0 & m
        out[WIDTH + lane] = (w0 >> uint64(51) | w1 << uint64(13)) & m
        out[2 * WIDTH + lane] = (w1 >> uint64(38) | w2 << uint64(26)) & m
        out[3 * WIDTH + lane] = (w2 >> uint64(25) | w3 << uint64(39)) & m
        out[4 * WIDTH + lane] = (w3 >> uint64(12)) & m
        signs[lane] = uint64(0) - (w3 >> uint64(63))


@inner
def store(y, x, out, first, step, scratch):
    """Encodings (5.1.2), 4 words each: reduced y, and the parity of reduced x."""
    put_limbs(y, scratch, 0)
    put_limbs(x, scratch, LIMB)
    for lane in range(WIDTH):
        at = first + lane * step
        a0, a1, a2 = scratch[lane], scratch[WIDTH + lane], scratch[2 * WIDTH + lane]
        a3, a4 = scratch[3 * WIDTH + lane], scratch[4 * WIDTH + lane]
        out[at] = a0 | a1 << uint64(51)
        out[at + 1] = a1 >> uint64(13) | a2 << uint64(38)
        out[at + 2] = a2 >> uint64(26) | a3 << uint64(25)
        out[at + 3] = a3 >> uint64(39) | a4 << uint64(12) | scratch[LIMB + lane] << uint64(63)


@inner
def decode(words, first, step, points, at, scratch):
    """5.1.3, strict: a block of points; the mask of those that are points, in their only writing."""
    load(words, first, step, scratch, scratch[LIMB:])
    y = get_limbs(scratch, 0)
    sign = get_mask(scratch, LIMB)
    yy = sq(y)
    u = sub(yy, ONE)
    v = add(mul(yy, D), ONE)
    v3 = mul(sq(v), v)
    uv7 = mul(mul(sq(v3), v), mul(u, ONE))
    x250, _ = power_250(uv7)
    root = mul(squares(x250, 2), uv7)  # (u v**7)**((p - 5) / 8)
    x = mul(mul(mul(u, ONE), v3), root)
    right = reduced(mul(u, ONE))
    found = reduced(mul(v, sq(x)))
    other = reduced(mul(sub(ZERO, found), ONE))
    turn = equal(other, right)
    good = either(equal(found, right), turn)
    x = reduced(choose(turn, mul(x, ROOT), x))
    flip = is_odd(x)
    negative = equal((sign, sign, sign, sign, sign), (flip, flip, flip, flip, flip))
    x = choose(negative, x, reduced(mul(sub(ZERO, x), ONE)))
    # Refused: y of p or more, and the sign of an x that is 0.
    good = both(good, equal(y, reduced(y)))
    flip = is_odd(x)
    good = both(good, equal((sign, sign, sign, sign, sign), (flip, flip, flip, flip, flip)))
    put((x, y, ONE, mul(x, y)), points, at)
    return good


@inner
def inverses(points, first, count, over):
    """1 / Z of `count` blocks from `first` on, with one inversion for all (Montgomery's trick)."""
    product = get_limbs(points, first + 2 * LIMB)
    for i in range(1, count):
        put_limbs(product, over, i * LIMB)
        product = mul(product, get_limbs(points, first + i * BLOCK + 2 * LIMB))
    left = inverse(product)
    for i in range(count - 1, 0, -1):
        z = mul(left, get_limbs(over, i * LIMB))
        left = mul(left, get_limbs(points, first + i * BLOCK + 2 * LIMB))
        put_limbs(z, over, i * LIMB)
    put_limbs(left, over, 0)


@inner
def encode_blocks(points, first, count, words, start, step, lane_step, over, scratch):
    """Encodings of `count` blocks from `first` on; that of block i, lane l at words[start + i*step + l*lane_step]."""
    inverses(points, first, count, over)
    for i in range(count):
        at, z = first + i * BLOCK, get_limbs(over, i * LIMB)
        x, y = reduced(mul(get_limbs(points, at), z)), reduced(mul(get_limbs(points, at + LIMB), z))
        store(y, x, words, start + i * step, lane_step, scratch)


# ---------------------------------------------------------------- products


@inner
def table_of(P, table, where):
    """Of each of the bases P, 2**64 P, 2**128 P, 2**192 P: the multiples 0 to 8, prepared, in rows."""
    for piece in range(PIECES):
        Q = P
        ready = prepared(P)
        for k in range(MULTIPLES):
            for lane in range(WIDTH):
                where[lane] = ((piece * MULTIPLES + k) * WIDTH + lane) * ROW
            if k == 0:
                put_rows((ONE, ONE, ZERO, TWO), table, where)
                continue
            put_rows(prepared(Q), table, where)
            if k < MULTIPLES - 1:
                Q = plus(Q, ready)
        P = doubled(Q, 61) if piece < PIECES - 1 else P  # Q is 8 P


@inner
def digits_of(s, at, out, lane):
    """The 64 digits from -8 to 8 of a scalar below 2**253 of 4 words."""
    carry = 0
    for i in range(64):
        d = int((s[at + (i >> 4)] >> uint64(4 * (i & 15))) & uint64(15)) + carry
        carry = 1 if d > 8 else 0
        out[i * WIDTH + lane] = d - 16 * carry


@inner
def times(table, digits, where, negative):
    """The products of scalars, by their digits, and the points of a table: the pieces share doublings (Straus)."""
    P = neutral(get_mask(negative, 0))
    for i in range(15, -1, -1):
        if i < 15:
            P = doubled(P, 4)
        for piece in range(PIECES):
            place = (16 * piece + i) * WIDTH
            for lane in range(WIDTH):
                d = digits[place + lane]
                where[lane] = ((piece * MULTIPLES + abs(d)) * WIDTH + lane) * ROW
                negative[lane] = uint64(0) - uint64(d < 0)
            P = plus_row(P, table, where, get_mask(negative, 0))
    return P


@inner
def fixed_digits_of(s, at, out, lane):
    """The 32 digits from -128 to 128 of a scalar below 2**253 of 4 words."""
    carry = 0
    for i in range(FIXED_DIGITS):
        d = int((s[at + (i >> 3)] >> uint64(8 * (i & 7))) & uint64(255)) + carry
        carry = 1 if d > 128 else 0
        out[i * WIDTH + lane] = d - 256 * carry


@inner
def add_fixed(P, table, digits, where, negative):
    """P + s times the fixed base of a table."""
    for i in range(FIXED_DIGITS):
        for lane in range(WIDTH):
            d = digits[i * WIDTH + lane]
            where[lane] = (i * FIXED_MULTIPLES + abs(d)) * FIXED_ROW
            negative[lane] = uint64(0) - uint64(d < 0)
        P = plus_fixed_row(P, table, where, get_mask(negative, 0))
    return P


@inner
def times_order(P, table, digits, where, negative):
    """q * P: the identity if and only if P is in the subgroup."""
    table_of(P, table, where)
    for lane in range(WIDTH):
        digits_of(ORDER, 0, digits, lane)
    return times(table, digits, where, negative)
