"""Integers modulo p = 2**255 - 19 for compiled code: five limbs of 51 bits, products of 128 bits.

A limb may exceed 51 bits between operations. `mul` and `sq` take limbs below 2**54 and give limbs below 2**51 + 2**13;
`add` and `sub` do not reduce, so at most two of them stand before a product; what `sub` takes away is below 2**53 - 76.
**Public values only**: the callers' time depends on them.
"""

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

#: Compiled once a machine (kept beside the module, or in NUMBA_CACHE_DIR), and other threads go on meanwhile.
compiled = njit(cache=True, nogil=True)
U64 = numba.uint64
FE = types.UniTuple(types.uint64, 5)
_I64, _I128 = ir.IntType(64), ir.IntType(128)
_MASK = (1 << 51) - 1

Limbs = tuple[np.uint64, np.uint64, np.uint64, np.uint64, np.uint64]


def limbs(x: int) -> Limbs:
    """A constant for compiled code; unsigned, because a signed number beside an unsigned one becomes a float there."""
    a, b, c, d, e = (np.uint64((x >> 51 * i) & _MASK) for i in range(5))
    return a, b, c, d, e


ZERO, ONE = limbs(0), limbs(1)


def _carried(builder: Any, columns: list[Any]) -> Any:
    """Five sums of products, each 51 bits above the one before, carried once around."""
    out = []
    carry = None
    for column in columns:
        if carry is not None:
            column = builder.add(column, carry)
        out.append(builder.and_(builder.trunc(column, _I64), ir.Constant(_I64, _MASK)))
        carry = builder.lshr(column, ir.Constant(_I128, 51))
    first = builder.add(out[0], builder.mul(builder.trunc(carry, _I64), ir.Constant(_I64, 19)))
    out[0] = builder.and_(first, ir.Constant(_I64, _MASK))
    out[1] = builder.add(out[1], builder.lshr(first, ir.Constant(_I64, 51)))
    return cgutils.pack_array(builder, out, ty=_I64)


def _columns(builder: Any, products: list[list[tuple[Any, Any]]]) -> Any:
    def wide(pair: tuple[Any, Any]) -> Any:
        return builder.mul(builder.zext(pair[0], _I128), builder.zext(pair[1], _I128))

    columns = []
    for pairs in products:
        total = wide(pairs[0])
        for pair in pairs[1:]:
            total = builder.add(total, wide(pair))
        columns.append(total)
    return _carried(builder, columns)


@intrinsic
def mul(typing: Any, a: Any, b: Any) -> Any:
    """a * b: the schoolbook product, what exceeds 2**255 folded back 19 times."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        a, b = ([builder.extract_value(x, i) for i in range(5)] for x in args)
        b19 = [builder.mul(x, ir.Constant(_I64, 19)) for x in b]
        return _columns(builder, [[(a[i], b[k - i] if i <= k else b19[k - i + 5]) for i in range(5)] for k in range(5)])

    return FE(FE, FE), generate


@intrinsic
def sq(typing: Any, a: Any) -> Any:
    """a * a: mixed products once, doubled."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        a0, a1, a2, a3, a4 = (builder.extract_value(args[0], i) for i in range(5))

        def times(n: int, x: Any) -> Any:
            return builder.mul(x, ir.Constant(_I64, n))

        d0, d1, d2 = times(2, a0), times(2, a1), times(2, a2)
        n3, n4 = times(19, a3), times(19, a4)
        m4 = times(38, a4)
        products = [
            [(a0, a0), (d1, n4), (d2, n3)],
            [(d0, a1), (d2, n4), (a3, n3)],
            [(d0, a2), (a1, a1), (a3, m4)],
            [(d0, a3), (d1, a2), (a4, n4)],
            [(d0, a4), (d1, a3), (a2, a2)],
        ]
        return _columns(builder, products)

    return FE(FE), generate


@compiled
def add(a, b):
    """a + b, not reduced."""
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4])


@compiled
def sub(a, b):
    """a - b + 4p, not reduced."""
    return (
        a[0] + U64(9007199254740916) - b[0],
        a[1] + U64(9007199254740988) - b[1],
        a[2] + U64(9007199254740988) - b[2],
        a[3] + U64(9007199254740988) - b[3],
        a[4] + U64(9007199254740988) - b[4],
    )
