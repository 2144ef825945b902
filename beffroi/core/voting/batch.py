"""Compiled code that Python calls: many points, many ballots (spec 10.1). **Public values only.**

Points come as 4 words each, the bytes of RFC 8032; masks are words of no bit or of all bits. A block is what the lanes
of a vector hold; the caller fills lists up to whole blocks.
"""

import numpy as np
from numba import uint64

from beffroi.core.voting import curve25519 as curve
from beffroi.core.voting.curve25519 import BLOCK, FIXED_DIGITS, FIXED_MULTIPLES, FIXED_ROW, LIMB, ORDER, ROW, TABLE
from beffroi.core.voting.field25519 import (
    WIDTH,
    add,
    both,
    compiled,
    get_limbs,
    get_mask,
    inner,
    mul,
    put_mask,
    put_rows,
    sub,
)

TRIALS = 64  # each finds a point outside of the subgroup with a chance of one half or more
SUBSET = 6  # points whose sums are made beforehand


# ---------------------------------------------------------------- membership


@inner
def tried(points, first, count, masks, at, total, ready, where, negative):
    """Adds random subsets of up to SUBSET blocks of points to the total of each trial, each lane its own subset.

    masks[at + trial * WIDTH + lane]: SUBSET random bits.
    """
    block = curve.aligned((1 << SUBSET) * BLOCK)
    curve.put(curve.neutral(get_mask(negative, 0)), block, 0)
    for i in range(count):
        P = curve.prepared(curve.get(points, first + i * BLOCK))
        for k in range(1 << i):
            curve.put(curve.plus(curve.get(block, k * BLOCK), P), block, (k + (1 << i)) * BLOCK)
    for k in range(1 << count):
        for lane in range(WIDTH):
            where[lane] = (k * WIDTH + lane) * ROW
        put_rows(curve.prepared(curve.get(block, k * BLOCK)), ready, where)
    for lane in range(WIDTH):
        negative[lane] = 0
    for t in range(TRIALS):
        for lane in range(WIDTH):
            mask = int(masks[at + t * WIDTH + lane]) & ((1 << count) - 1)
            where[lane] = (mask * WIDTH + lane) * ROW
        P = curve.plus_row(curve.get(total, t * BLOCK), ready, where, get_mask(negative, 0))
        curve.put(P, total, t * BLOCK)


@inner
def all_in_subgroup(total, table, digits, where, negative):
    """Whether q times the total of each trial is the identity: the lanes of a trial added up, then WIDTH at a time."""
    for t in range(TRIALS):
        curve.put(curve.sum_of_lanes(curve.get(total, t * BLOCK)), total, t * BLOCK)
    some = curve.aligned(BLOCK)
    for t in range(0, TRIALS, WIDTH):
        for word in range(20):
            for lane in range(WIDTH):
                some[word * WIDTH + lane] = total[(t + lane) * BLOCK + word * WIDTH]
        P = curve.times_order(curve.get(some, 0), table, digits, where, negative)
        put_mask(curve.is_neutral(P), negative, 0)
        for lane in range(WIDTH):
            if negative[lane] == 0:
                return False
    return True


@inner
def members_of(points, at, table, digits, where, negative):
    """Which lanes of a block are in the subgroup: a mask."""
    return curve.is_neutral(curve.times_order(curve.get(points, at), table, digits, where, negative))


@inner
def cleared(total, negative):
    """Every trial begins with the identity."""
    for t in range(TRIALS):
        curve.put(curve.neutral(get_mask(negative, 0)), total, t * BLOCK)


# ---------------------------------------------------------------- points


@compiled
def read_points(words, masks, good, total):
    """Which points are canonical members of the subgroup, into the masks `good`; the sum of these, into 4 words.

    Wrong with a chance below 2**-TRIALS: all together first, one by one only when some point is outside.
    """
    blocks = len(words) // (4 * WIDTH)
    points = curve.aligned(max(blocks, 1) * BLOCK)
    table, sums = curve.aligned(TABLE), curve.aligned(TRIALS * BLOCK)
    ready, scratch = curve.aligned((1 << SUBSET) * WIDTH * ROW), curve.aligned(2 * BLOCK)
    where, digits = np.empty(WIDTH, dtype=np.int64), np.empty(64 * WIDTH, dtype=np.int16)
    negative = curve.aligned(WIDTH)
    cleared(sums, negative)
    for b in range(blocks):
        at = b * BLOCK
        mask = curve.decode(words, 4 * WIDTH * b, 4, points, at, scratch)
        put_mask(mask, good, b * WIDTH)
        curve.put(curve.kept(mask, curve.get(points, at)), points, at)
    for b in range(0, blocks, SUBSET):
        count = min(SUBSET, blocks - b)
        tried(points, b * BLOCK, count, masks, b // SUBSET * TRIALS * WIDTH, sums, ready, where, negative)
    P = curve.neutral(get_mask(negative, 0))
    whole = all_in_subgroup(sums, table, digits, where, negative)
    for b in range(blocks):
        if not whole:
            mask = both(get_mask(good, b * WIDTH), members_of(points, b * BLOCK, table, digits, where, negative))
            put_mask(mask, good, b * WIDTH)
        P = curve.sum_of(P, curve.kept(get_mask(good, b * WIDTH), curve.get(points, b * BLOCK)))
    curve.put(curve.sum_of_lanes(P), points, 0)
    out = np.empty(4 * WIDTH, dtype=np.uint64)
    curve.encode_blocks(points, 0, 1, out, 0, 0, 4, curve.aligned(LIMB), scratch)
    for i in range(4):
        total[i] = out[i]


@compiled
def fixed_table(words, table):
    """Of a point P and each 2**(8 i) P: the multiples 0 to 128 as a fixed base, in rows. All lanes do the same."""
    points = curve.aligned(FIXED_MULTIPLES * BLOCK)
    over, scratch = curve.aligned(FIXED_MULTIPLES * LIMB), curve.aligned(2 * BLOCK)
    where = np.empty(WIDTH, dtype=np.int64)
    curve.decode(words, 0, 0, points, 0, scratch)
    P = curve.get(points, 0)
    for i in range(FIXED_DIGITS):
        ready = curve.prepared(P)
        Q = curve.neutral(get_mask(scratch, 0))
        for k in range(FIXED_MULTIPLES):
            curve.put(Q, points, k * BLOCK)
            if k < FIXED_MULTIPLES - 1:
                Q = curve.plus(Q, ready)
        P = curve.doubled(Q, 1)  # 128 P, doubled
        curve.inverses(points, 0, FIXED_MULTIPLES, over)
        for k in range(FIXED_MULTIPLES):
            z = get_limbs(over, k * LIMB)
            x, y = mul(get_limbs(points, k * BLOCK), z), mul(get_limbs(points, k * BLOCK + LIMB), z)
            for lane in range(WIDTH):
                where[lane] = (i * FIXED_MULTIPLES + k) * FIXED_ROW
            put_rows((sub(y, x), add(y, x), mul(mul(x, y), curve.D2)), table, where)


# ---------------------------------------------------------------- ballots


@inner
def less_than_order(s, at):
    """Whether 4 words are a number below q."""
    for i in range(3, -1, -1):
        if s[at + i] != ORDER[i]:
            return s[at + i] < ORDER[i]
    return False


@inner
def read_hexadecimal(text, at, out, to):
    """64 lower-case digits, the highest first, into 4 words, the lowest first."""
    for i in range(4):
        word = uint64(0)
        for k in range(16):
            c = text[at + 16 * i + k]
            if 48 <= c <= 57:
                d = c - 48
            elif 97 <= c <= 102:
                d = c - 87
            else:
                return False
            word = word << uint64(4) | uint64(d)
        out[to + 3 - i] = word
    return True


@inner
def read_decimal(text, at, end, out, to):
    """Digits up to another character, without a leading zero, of a number below q, into 4 words; how many, 0 for none.

    In pieces of 32 bits, so that a product with ten has room.
    """
    n = 0
    half = np.zeros(8, dtype=np.uint64)
    while at + n < end and 48 <= text[at + n] <= 57:
        if n == 76:
            return 0
        carry = uint64(text[at + n] - 48)
        for i in range(8):
            carry += half[i] * uint64(10)
            half[i] = carry & uint64(0xFFFFFFFF)
            carry >>= uint64(32)
        if carry:
            return 0
        n += 1
    if n == 0 or (n > 1 and text[at] == 48):
        return 0
    for i in range(4):
        out[to + i] = half[2 * i] | half[2 * i + 1] << uint64(32)
    return n if less_than_order(out, to) else 0


LITERAL, POINT, SCALAR, HASH = 0, 1, 2, 3
HASH_DIGITS = 43


@compiled
def parse_ballots(text, begin, end, tokens, literals, points, raws, scalars, fine, marks):
    """Ballots against the template of this election's: points and scalars as words, where each one's hash stands.

    tokens: rows of (what, number of the point or scalar or begin of the literal, end of the literal).
    """
    count = len(scalars) // len(fine) // 4
    for n in range(len(begin)):
        at, stop = begin[n], end[n]
        right = True
        for k in range(len(tokens)):
            what, a, b = tokens[k]
            if what == LITERAL:
                right = at + b - a <= stop
                if right:
                    for i in range(b - a):
                        if text[at + i] != literals[a + i]:
                            right = False
                            break
                at += b - a
            elif what == POINT:
                right = at + 64 <= stop and read_hexadecimal(text, at, raws, 4 * (n * points + a))
                at += 64
            elif what == SCALAR:
                digits = read_decimal(text, at, stop, scalars, 4 * (n * count + a))
                right = digits > 0
                at += digits
            else:
                marks[n] = at - begin[n]
                at += HASH_DIGITS
            if not right:
                break
        fine[n] = uint64(0) - uint64(right and at == stop)


@inner
def times_small(v, s, at, out, to):
    """-v * s modulo q, for a small v: q is taken away from v doublings and additions."""
    a = np.zeros(4, dtype=np.uint64)
    bit = 1
    while bit <= v:
        bit <<= 1
    while bit > 1:
        bit >>= 1
        add_modulo(a, 0, a, 0)
        if v & bit:
            add_modulo(a, 0, s, at)
    borrow = uint64(0)
    zero = a[0] | a[1] | a[2] | a[3] == uint64(0)
    for i in range(4):
        x, y = ORDER[i], a[i]
        out[to + i] = uint64(0) if zero else x - y - borrow
        borrow = uint64(1) if x < y or (x == y and borrow) else uint64(0)


@inner
def add_modulo(a, at, b, to):
    """a += b modulo q; both below q."""
    carry = uint64(0)
    for i in range(4):
        x, y = a[at + i], b[to + i]
        z = x + y + carry
        carry = uint64(1) if z < x or (carry and z == x) else uint64(0)
        a[at + i] = z
    if not less_than_order(a, at):
        borrow = uint64(0)
        for i in range(4):
            x, y = a[at + i], ORDER[i]
            a[at + i] = x - y - borrow
            borrow = uint64(1) if x < y or (x == y and borrow) else uint64(0)


@compiled
def check_ballots(raws, scalars, fine, counted, sums, terms, masks, generator, key, encoded, challenges, added):
    """The points of ballots: `fine` keeps those whose points are all members; `encoded` gets sums and commitments.

    raws: by ballot its points; scalars: by ballot. sums: rows (sum, point), by sum. terms: rows (commitment, point,
    whether on the key, challenge, response, number v, claim), by point: s*F + c*(P - v*G), F being G or the key.
    challenges: by ballot and claim the sum of its challenges modulo q. added: each point but the first (the
    credential) of the ballots whose mask in `counted` is set, added up.
    """
    n = len(fine)
    positions = len(raws) // n // 4
    scalar_count = len(scalars) // n // 4
    sum_count = 0
    for k in range(len(sums)):
        sum_count = max(sum_count, sums[k, 0] + 1)
    size = sum_count + len(terms)  # encoded points of a ballot
    claims = len(challenges) // n // 4
    points = curve.aligned(n // WIDTH * positions * BLOCK)
    made = curve.aligned((positions + size) * BLOCK)  # of one block of ballots: what was read, then what is encoded
    over = curve.aligned(size * LIMB)
    table, totals = curve.aligned(TABLE), curve.aligned(TRIALS * BLOCK)
    ready, scratch = curve.aligned((1 << SUBSET) * WIDTH * ROW), curve.aligned(2 * BLOCK)
    where, digits = np.empty(WIDTH, dtype=np.int64), np.empty(64 * WIDTH, dtype=np.int16)
    negative, one = curve.aligned(WIDTH), np.empty(4, dtype=np.uint64)
    blocks_of_trial = -(-positions // SUBSET)
    cleared(totals, negative)
    for g in range(n // WIDTH):
        first = g * WIDTH
        here = points[g * positions * BLOCK : (g + 1) * positions * BLOCK]
        mask = get_mask(fine, first)
        for p in range(positions):
            mask = both(mask, curve.decode(raws, 4 * (first * positions + p), 4 * positions, here, p * BLOCK, scratch))
        put_mask(mask, fine, first)
        for p in range(positions):
            P = curve.kept(mask, curve.get(here, p * BLOCK))
            curve.put(P, here, p * BLOCK)
            curve.put(P, made, p * BLOCK)
        for b in range(blocks_of_trial):
            count = min(SUBSET, positions - SUBSET * b)
            at = (g * blocks_of_trial + b) * TRIALS * WIDTH
            tried(here, SUBSET * b * BLOCK, count, masks, at, totals, ready, where, negative)
        for j in range(sum_count):
            P = curve.neutral(get_mask(negative, 0))
            for k in range(len(sums)):
                if sums[k, 0] == j:
                    P = curve.sum_of(P, curve.get(here, sums[k, 1] * BLOCK))
            curve.put(P, made, (positions + j) * BLOCK)
        former = -1
        for k in range(len(terms)):
            t, p, on_key, c, s, v, claim = terms[k]
            if p != former:
                curve.table_of(curve.get(made, p * BLOCK), table, where)
                former = p
            for lane in range(WIDTH):
                curve.digits_of(scalars, 4 * ((first + lane) * scalar_count + c), digits, lane)
            P = curve.times(table, digits, where, negative)
            for lane in range(WIDTH):
                curve.fixed_digits_of(scalars, 4 * ((first + lane) * scalar_count + s), digits, lane)
            P = curve.add_fixed(P, key if on_key else generator, digits, where, negative)
            if v:
                for lane in range(WIDTH):
                    times_small(v, scalars, 4 * ((first + lane) * scalar_count + c), one, 0)
                    curve.fixed_digits_of(one, 0, digits, lane)
                P = curve.add_fixed(P, generator, digits, where, negative)
            curve.put(P, made, (positions + sum_count + t) * BLOCK)
            if not on_key:  # each challenge stands in two commitments, but a signature's
                for lane in range(WIDTH):
                    at = 4 * ((first + lane) * claims + claim)
                    add_modulo(challenges, at, scalars, 4 * ((first + lane) * scalar_count + c))
        curve.encode_blocks(made, positions * BLOCK, size, encoded, 4 * first * size, 4, 4 * size, over, scratch)
    if not all_in_subgroup(totals, table, digits, where, negative):
        for g in range(n // WIDTH):
            mask = get_mask(fine, g * WIDTH)
            for p in range(positions):
                at = (g * positions + p) * BLOCK
                mask = both(mask, members_of(points, at, table, digits, where, negative))
            put_mask(mask, fine, g * WIDTH)
    for p in range(1, positions):
        P = curve.neutral(get_mask(negative, 0))
        for g in range(n // WIDTH):
            mask = both(get_mask(fine, g * WIDTH), get_mask(counted, g * WIDTH))
            P = curve.sum_of(P, curve.kept(mask, curve.get(points, (g * positions + p) * BLOCK)))
        curve.put(curve.sum_of_lanes(P), made, p * BLOCK)
    out = np.empty(4 * WIDTH, dtype=np.uint64)
    for p in range(1, positions):
        curve.encode_blocks(made, p * BLOCK, 1, out, 0, 0, 4, over, scratch)
        for i in range(4):
            added[4 * (p - 1) + i] = out[i]
