"""edwards25519 for compiled code: many points and many sums of products at once (RFC 8032, 5.1; `core.edwards`).

A point is (X, Y, Z, T) as there. A prepared point, ready to be added, is (Y - X, Y + X, 2*d*T, 2*Z); of a fixed base
Z is 1 and the last is left out. **Public values only**: time depends on them.
"""

import numpy as np
from numba import njit, uint64

from beffroi.core import edwards
from beffroi.core.voting.field25519 import ONE, ZERO, add, compiled, limbs, mul, sq, sub

D2 = limbs(2 * edwards.d % edwards.p)
D = limbs(edwards.d)
ROOT = limbs(edwards._ROOT_OF_MINUS_ONE)
ORDER = np.frombuffer(edwards.q.to_bytes(32, "little"), dtype=np.uint64)
PIECES, ODD = 4, 8  # a scalar is cut in 4 pieces of 64 bits; odd multiples 1, 3 ... 15 of each piece's base
WINDOW, ROWS, WIDTH = 8, 32, 128  # a fixed base: 32 digits of 8 bits with a sign
MASK51 = (1 << 51) - 1


# ---------------------------------------------------------------- field elements as bytes


@compiled
def load(raw):
    """32 bytes, little-endian, the highest bit left out."""
    word = np.zeros(4, dtype=np.uint64)
    for i in range(32):
        word[i >> 3] |= uint64(raw[i]) << uint64(8 * (i & 7))
    m = uint64(MASK51)
    return (
        word[0] & m,
        (word[0] >> uint64(51) | word[1] << uint64(13)) & m,
        (word[1] >> uint64(38) | word[2] << uint64(26)) & m,
        (word[2] >> uint64(25) | word[3] << uint64(39)) & m,
        (word[3] >> uint64(12)) & m,
    )


@compiled
def reduced(a):
    """The limbs of the one number below p."""
    m = uint64(MASK51)
    x = mul(a, ONE)
    x0, x1, x2, x3, x4 = x
    for _ in range(2):
        x1 += x0 >> uint64(51)
        x0 &= m
        x2 += x1 >> uint64(51)
        x1 &= m
        x3 += x2 >> uint64(51)
        x2 &= m
        x4 += x3 >> uint64(51)
        x3 &= m
        x0 += uint64(19) * (x4 >> uint64(51))
        x4 &= m
    x1 += x0 >> uint64(51)
    x0 &= m
    if x4 == m and x3 == m and x2 == m and x1 == m and x0 >= uint64(MASK51 - 18):
        return (x0 - uint64(MASK51 - 18), uint64(0), uint64(0), uint64(0), uint64(0))
    return (x0, x1, x2, x3, x4)


@compiled
def same(a, b):
    """Whether a = b modulo p."""
    x, y = reduced(a), reduced(b)
    return x[0] == y[0] and x[1] == y[1] and x[2] == y[2] and x[3] == y[3] and x[4] == y[4]


@compiled
def is_zero(a):
    """Whether a = 0 modulo p."""
    x = reduced(a)
    return x[0] | x[1] | x[2] | x[3] | x[4] == uint64(0)


@compiled
def store(a, sign, out):
    """The 32 bytes of a number below p, with a sign bit."""
    x = reduced(a)
    word0 = x[0] | x[1] << uint64(51)
    word1 = x[1] >> uint64(13) | x[2] << uint64(38)
    word2 = x[2] >> uint64(26) | x[3] << uint64(25)
    word3 = x[3] >> uint64(39) | x[4] << uint64(12) | uint64(sign) << uint64(63)
    for i in range(8):
        shift = uint64(8 * i)
        out[i] = (word0 >> shift) & uint64(255)
        out[8 + i] = (word1 >> shift) & uint64(255)
        out[16 + i] = (word2 >> shift) & uint64(255)
        out[24 + i] = (word3 >> shift) & uint64(255)


@compiled
def squares(a, n):
    """a**(2**n)."""
    for _ in range(n):
        a = sq(a)
    return a


@compiled
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


@compiled
def inverse(a):
    """1 / a; 0 for 0."""
    x, a11 = power_250(a)
    return mul(squares(x, 5), a11)


# ---------------------------------------------------------------- points


@compiled
def put(P, out):
    """Writes a point into a row of coordinates."""
    for i in range(5):
        out[0, i] = P[0][i]
        out[1, i] = P[1][i]
        out[2, i] = P[2][i]
        out[3, i] = P[3][i]


@compiled
def row(a):
    """A field element from a row."""
    return (a[0], a[1], a[2], a[3], a[4])


@compiled
def get(a):
    """A point from its row of coordinates."""
    return (row(a[0]), row(a[1]), row(a[2]), row(a[3]))


@compiled
def neutral():
    """The identity."""
    return (ZERO, ONE, ONE, ZERO)


@compiled
def double(P):
    """P + P (5.1.4)."""
    X, Y, Z, _ = P
    A = sq(X)
    B = sq(Y)
    H = add(A, B)
    E = sub(H, sq(add(X, Y)))
    G = sub(A, B)
    C = sq(Z)
    F = add(add(C, C), G)
    return mul(E, F), mul(G, H), mul(F, G), mul(E, H)


@compiled
def prepared(P):
    """P ready to be added."""
    X, Y, Z, T = P
    return sub(Y, X), add(Y, X), mul(T, D2), add(Z, Z)


@njit(inline="always")  # a call would cost 3 in 100
def joined(P, minus_q, plus_q, t_q, zz, negative):
    """P + Q or P - Q, Q prepared, and zz twice the product of their Z (5.1.4)."""
    X, Y, _, T = P
    if negative:
        minus_q, plus_q = plus_q, minus_q
    A = mul(sub(Y, X), minus_q)
    B = mul(add(Y, X), plus_q)
    C = mul(T, t_q)
    E = sub(B, A)
    H = add(B, A)
    if negative:
        F = add(zz, C)
        G = sub(zz, C)
    else:
        F = sub(zz, C)
        G = add(zz, C)
    return mul(E, F), mul(G, H), mul(F, G), mul(E, H)


@compiled
def plus(P, minus_q, plus_q, t_q, z_q, negative):
    """P + Q or P - Q, Q prepared."""
    return joined(P, minus_q, plus_q, t_q, mul(P[2], z_q), negative)


@compiled
def plus_affine(P, minus_q, plus_q, t_q, negative):
    """The same where Q has Z = 1."""
    return joined(P, minus_q, plus_q, t_q, add(P[2], P[2]), negative)


@compiled
def sum_of(P, Q):
    """P + Q."""
    Q0, Q1, Q2, Q3 = prepared(Q)
    return plus(P, Q0, Q1, Q2, Q3, False)


@compiled
def decode(raw, out):
    """5.1.3, strict: the point into `out`; False when these bytes are no point, or not its only writing."""
    sign = raw[31] >> 7
    top = raw[31] & 127
    if top == 127 and raw[0] >= 237:
        full = True
        for i in range(1, 31):
            if raw[i] != 255:
                full = False
        if full:
            return False  # y >= p
    y = load(raw)
    yy = sq(y)
    u = sub(yy, ONE)
    v = add(mul(yy, D), ONE)
    v3 = mul(sq(v), v)
    uv7 = mul(mul(sq(v3), v), mul(u, ONE))
    x250, _ = power_250(uv7)
    root = mul(squares(x250, 2), uv7)  # (u v**7)**((p - 5) / 8)
    x = mul(mul(mul(u, ONE), v3), root)
    vxx = mul(v, sq(x))
    if not same(vxx, u):
        if not is_zero(add(vxx, mul(u, ONE))):
            return False
        x = mul(x, ROOT)
    r = reduced(x)
    zero = r[0] | r[1] | r[2] | r[3] | r[4] == uint64(0)
    if zero and sign:
        return False
    if (r[0] & uint64(1)) != uint64(sign):
        x = mul(sub(ZERO, r), ONE)
    put((x, y, ONE, mul(x, y)), out)
    return True


@compiled
def decode_all(raws, out):
    """Points of n times 32 bytes; whether each is one."""
    good = np.zeros(len(raws), dtype=np.bool_)
    for i in range(len(raws)):
        good[i] = decode(raws[i], out[i])
    return good


@compiled
def inverses_of_z(points, out):
    """1 / Z of many points, with one inversion for all (Montgomery's trick)."""
    n = len(points)
    product = ONE
    for i in range(n):
        for k in range(5):
            out[i, k] = product[k]
        product = mul(product, row(points[i, 2]))
    over = inverse(product)
    for i in range(n - 1, -1, -1):
        z = mul(over, row(out[i]))
        over = mul(over, row(points[i, 2]))
        for k in range(5):
            out[i, k] = z[k]


@compiled
def encode_all(points, out):
    """5.1.2 of many points."""
    over = np.empty((len(points), 5), dtype=np.uint64)
    inverses_of_z(points, over)
    for i in range(len(points)):
        z = row(over[i])
        x = reduced(mul(row(points[i, 0]), z))
        store(mul(row(points[i, 1]), z), x[0] & uint64(1), out[i])


# ---------------------------------------------------------------- products


@compiled
def table_of(P, out):
    """Of each of the 4 bases P, 2**64 P, 2**128 P, 2**192 P: the multiples 1, 3 ... 15, prepared."""
    for piece in range(PIECES):
        twice = double(P)
        t0, t1, t2, t3 = prepared(twice)
        Q = P
        for k in range(ODD):
            put(prepared(Q), out[piece * ODD + k])
            if k < ODD - 1:
                Q = plus(Q, t0, t1, t2, t3, False)
        if piece < PIECES - 1:
            P = twice
            for _ in range(63):
                P = double(P)


@compiled
def digits_of(s, out):
    """The odd digits below 16 of a scalar of 4 words, each at its place, at least 5 places apart; 0 elsewhere."""
    for i in range(256):
        out[i] = 0
    carry = 0
    place = 0
    while place < 256:
        bit = int((s[place >> 6] >> uint64(place & 63)) & uint64(1)) + carry
        if bit & 1 == 0:
            carry = bit >> 1
            place += 1
            continue
        value = carry
        for k in range(5):
            at = place + k
            if at < 256:
                value += int((s[at >> 6] >> uint64(at & 63)) & uint64(1)) << k
        if value > 16:
            out[place] = value - 32
            carry = 1
        else:
            out[place] = value
            carry = 0
        place += 5


@compiled
def times(table, digits):
    """The product of a scalar, by its digits, and the point of a table: the 4 pieces share their doublings (Straus)."""
    X, Y, Z, T = neutral()
    begun = False
    for place in range(63, -1, -1):
        E, F, G, H = X, Z, Z, Y
        if begun:  # doubling; T only where an addition follows
            A, B, C = sq(X), sq(Y), sq(Z)
            H = add(A, B)
            E = sub(H, sq(add(X, Y)))
            G = sub(A, B)
            F = add(add(C, C), G)
            X, Y, Z = mul(E, F), mul(G, H), mul(F, G)
        fresh = False
        for piece in range(PIECES):
            d = digits[64 * piece + place]
            if d != 0:
                if begun and not fresh:
                    T = mul(E, H)
                begun = fresh = True
                Q = table[piece * ODD + ((d if d > 0 else -d) >> 1)]
                X, Y, Z, T = plus((X, Y, Z, T), row(Q[0]), row(Q[1]), row(Q[2]), row(Q[3]), d < 0)
        if place == 0 and begun and not fresh:
            T = mul(E, H)
    return X, Y, Z, T


@compiled
def add_fixed(P, table, s):
    """P + s times the fixed base of a table."""
    carry = 0
    for i in range(ROWS):
        d = int((s[i >> 3] >> uint64(8 * (i & 7))) & uint64(255)) + carry
        carry = 0
        if d > WIDTH:
            d -= 256
            carry = 1
        if d != 0:
            Q = table[i * WIDTH + (d if d > 0 else -d) - 1]
            P = plus_affine(P, row(Q[0]), row(Q[1]), row(Q[2]), d < 0)
    return P


@compiled
def fixed_table(point, out):
    """Of each 2**(8 i) P, the multiples 1 to 128 as a fixed base."""
    P = get(point)
    n = ROWS * WIDTH
    points = np.empty((n, 4, 5), dtype=np.uint64)
    for i in range(ROWS):
        t0, t1, t2, t3 = prepared(P)
        Q = P
        for k in range(WIDTH):
            put(Q, points[i * WIDTH + k])
            if k < WIDTH - 1:
                Q = plus(Q, t0, t1, t2, t3, False)
        P = double(Q)  # 128 P doubled
    over = np.empty((n, 5), dtype=np.uint64)
    inverses_of_z(points, over)
    for i in range(n):
        z = row(over[i])
        x, y = mul(row(points[i, 0]), z), mul(row(points[i, 1]), z)
        a, b, c = sub(y, x), add(y, x), mul(mul(x, y), D2)
        for k in range(5):
            out[i, 0, k] = a[k]
            out[i, 1, k] = b[k]
            out[i, 2, k] = c[k]


@compiled
def sums(points, starts, members, out):
    """out[i]: the sum of the points members[starts[i]:starts[i + 1]]."""
    for i in range(len(starts) - 1):
        P = neutral()
        for k in range(starts[i], starts[i + 1]):
            P = sum_of(P, get(points[members[k]]))
        put(P, out[i])


@compiled
def commitments(points, starts, c, s, base, g, has_g, generator, key, out):
    """For the terms starts[i] to starts[i + 1] of point i: s*F + c*P_i, and g*G more where has_g; F = G or the key."""
    table = np.empty((PIECES * ODD, 4, 5), dtype=np.uint64)
    digits = np.empty(256, dtype=np.int8)
    for i in range(len(points)):
        if starts[i] == starts[i + 1]:
            continue
        table_of(get(points[i]), table)
        for t in range(starts[i], starts[i + 1]):
            digits_of(c[t], digits)
            P = times(table, digits)
            P = add_fixed(P, key if base[t] else generator, s[t])
            if has_g[t]:
                P = add_fixed(P, generator, g[t])
            put(P, out[t])


# ---------------------------------------------------------------- membership


@compiled
def times_order(P):
    """q * P: the identity if and only if P is in the subgroup."""
    table = np.empty((PIECES * ODD, 4, 5), dtype=np.uint64)
    digits = np.empty(256, dtype=np.int8)
    table_of(P, table)
    digits_of(ORDER, digits)
    return times(table, digits)


@compiled
def is_neutral(P):
    """Whether P is the identity."""
    return is_zero(P[0]) and same(P[1], P[2])


@compiled
def members(points):
    """Which points are in the subgroup, each by itself."""
    found = np.empty(len(points), dtype=np.bool_)
    for i in range(len(points)):
        found[i] = is_neutral(times_order(get(points[i])))
    return found


@compiled
def all_members(points, masks):
    """Whether all points are in the subgroup, with an error of at most 2**-64 whatever the points.

    masks[b, t]: 6 random bits for each block b of 6 points and each of 64 trials. A trial adds up the points of its
    bits: with any point outside, the sum is outside with a chance of at least one half.
    """
    trials = masks.shape[1]
    total = np.empty((trials, 4, 5), dtype=np.uint64)
    for t in range(trials):
        put(neutral(), total[t])
    block = np.empty((64, 4, 5), dtype=np.uint64)
    ready = np.empty((64, 4, 5), dtype=np.uint64)
    n = len(points)
    for b in range(masks.shape[0]):
        size = min(6, n - 6 * b)
        put(neutral(), block[0])
        for i in range(size):
            p0, p1, p2, p3 = prepared(get(points[6 * b + i]))
            for k in range(1 << i):
                put(plus(get(block[k]), p0, p1, p2, p3, False), block[k + (1 << i)])
        for k in range(1 << size):
            put(prepared(get(block[k])), ready[k])
        for t in range(trials):
            mask = masks[b, t] & ((1 << size) - 1)
            if mask:
                Q = ready[mask]
                put(plus(get(total[t]), row(Q[0]), row(Q[1]), row(Q[2]), row(Q[3]), False), total[t])
    return members(total).all()
