"""Integers modulo p = 2**255 - 19 for compiled code: five limbs of 51 bits, several numbers at once.

A limb is a machine word, or a vector of WIDTH lanes: eight where the processor multiplies 52-bit words eight at
a time (AVX-512 IFMA), one otherwise. The same functions take both. Limbs of words may exceed 51 bits between
operations: `mul` and `sq` take limbs below 2**54 and give limbs below 2**51 + 2**14; `add` and `sub` do not carry, so
at most two of them stand before a product, and what `sub` takes away is below 2**53 - 76. Lanes are carried at once:
their limbs are below 2**51 + 2**15 after every operation, because the processor reads 52 bits.
**Public values only**: the callers' time depends on them.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import codegen, config
from numba.core.cgutils import pack_array
from numba.extending import intrinsic, models, register_model

from beffroi.core import edwards

FEATURES = codegen.get_host_cpu_features() if config.CPU_FEATURES is None else config.CPU_FEATURES
WIDTH = 8 if "+avx512ifma" in FEATURES and config.CPU_NAME is None else 1

#: Compiled once a machine (kept beside the module, or in NUMBA_CACHE_DIR), and other threads go on meanwhile.
compiled = njit(cache=True, nogil=True)
#: The same of what only compiled code calls: no entrance for Python has to be made.
inner = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
_I64, _I128 = ir.IntType(64), ir.IntType(128)
_VECTOR = ir.VectorType(_I64, 8)
_MASK = (1 << 51) - 1

Limbs = tuple[np.uint64, np.uint64, np.uint64, np.uint64, np.uint64]


class Lanes(types.Type):
    """Eight words that are worked on together."""

    def __init__(self) -> None:
        super().__init__(name="lanes")


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, seen_as: Any) -> None:
        super().__init__(manager, seen_as, _VECTOR)


LANE = Lanes() if WIDTH == 8 else types.uint64


def limbs(x: int) -> Limbs:
    """A constant for compiled code; unsigned, because a signed number beside an unsigned one becomes a float there."""
    a, b, c, d, e = (np.uint64((x >> 51 * i) & _MASK) for i in range(5))
    return a, b, c, d, e


ZERO, ONE = limbs(0), limbs(1)
_P4 = [4 * ((edwards.p >> 51 * i) & _MASK) for i in range(5)]  # 4p, what is added before something is taken away


# ---------------------------------------------------------------- pieces of code


def _like(*given: Any) -> Any:
    """The type of the limbs of a result: lanes if any operand has them."""
    return next((typ.dtype for typ in given if isinstance(typ.dtype, Lanes)), types.uint64)


def number(typ: ir.Type, n: int) -> ir.Constant:
    """The constant in a word, or in each lane."""
    return ir.Constant(typ, [n] * typ.count) if isinstance(typ, ir.VectorType) else ir.Constant(typ, n)


def spread(builder: Any, typ: ir.Type, value: Any) -> Any:
    """A word in each lane, where lanes are wanted."""
    if value.type == typ:
        return value
    alone = builder.insert_element(ir.Constant(typ, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), 8), [0] * 8)
    return builder.shuffle_vector(alone, ir.Constant(typ, ir.Undefined), zeros)


def _unpacked(context: Any, builder: Any, signature: Any, args: Any) -> tuple[ir.Type, list[list[Any]]]:
    typ = context.get_value_type(signature.return_type.dtype)
    return typ, [[spread(builder, typ, builder.extract_value(x, i)) for i in range(5)] for x in args]


def _carried(builder: Any, columns: list[Any]) -> Any:
    """Five sums of products, each 51 bits above the one before, carried once around, one after the other."""
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
    return pack_array(builder, out, ty=_I64)


def _carried_together(builder: Any, columns: list[Any]) -> Any:
    """Five limbs below 2**61, each handing on what exceeds 51 bits: below 2**51 + 2**15."""
    typ = columns[0].type
    over = [builder.lshr(x, number(typ, 51)) for x in columns]
    over[4] = builder.mul(over[4], number(typ, 19))
    out = [builder.add(builder.and_(x, number(typ, _MASK)), over[i - 1]) for i, x in enumerate(columns)]
    return pack_array(builder, out, ty=typ)


def _word_products(builder: Any, products: list[list[tuple[Any, Any]]]) -> Any:
    def wide(pair: tuple[Any, Any]) -> Any:
        return builder.mul(builder.zext(pair[0], _I128), builder.zext(pair[1], _I128))

    columns = []
    for pairs in products:
        total = wide(pairs[0])
        for pair in pairs[1:]:
            total = builder.add(total, wide(pair))
        columns.append(total)
    return _carried(builder, columns)


def _lane_products(builder: Any, pairs: list[tuple[int, Any, Any]], twice: list[tuple[int, Any, Any]]) -> Any:
    """The sum of products at their places 0 to 8, those of the second list twice.

    The processor gives the low and the high 52 bits of a product: the high ones stand 52 bits above, one place and one
    bit. Place k + 5 is place k, 19 times. 19 * (2**52 * (5 + 2 * 5)) is below 2**61.
    """
    function = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
    low, high = (
        builder.module.globals.get(name) or ir.Function(builder.module, function, name)
        for name in ("llvm.x86.avx512.vpmadd52l.uq.512", "llvm.x86.avx512.vpmadd52h.uq.512")
    )

    def summed(listed: list[tuple[int, Any, Any]]) -> tuple[list[Any], list[Any]]:
        lows, highs = [number(_VECTOR, 0)] * 10, [number(_VECTOR, 0)] * 10
        for place, x, y in listed:
            lows[place] = builder.call(low, (lows[place], x, y))
            highs[place + 1] = builder.call(high, (highs[place + 1], x, y))
        return lows, highs

    def doubled(x: Any) -> Any:
        return builder.add(x, x)

    (lows, highs), (lows2, highs2) = summed(pairs), summed(twice)
    sums = []
    for k in range(10):
        high_part = builder.add(highs[k], doubled(highs2[k])) if twice else highs[k]
        low_part = builder.add(lows[k], doubled(lows2[k])) if twice else lows[k]
        sums.append(builder.add(low_part, doubled(high_part)))
    folded = [builder.add(sums[k], builder.mul(sums[k + 5], number(_VECTOR, 19))) for k in range(5)]
    return _carried_together(builder, folded)


def _out_of_line(builder: Any, name: str, operands: list[list[Any]], body: Any) -> Any:
    """The product of lanes is a function of its own, called: in place everywhere it takes a minute to compile."""
    function = builder.module.globals.get(name)
    if function is None:
        kind = ir.FunctionType(ir.ArrayType(_VECTOR, 5), [_VECTOR] * 5 * len(operands))
        function = ir.Function(builder.module, kind, name)
        function.linkage = "linkonce_odr"
        function.attributes.add("noinline")
        inside = ir.IRBuilder(function.append_basic_block())
        inside.ret(body(inside, *(function.args[5 * n : 5 * n + 5] for n in range(len(operands)))))
    return builder.call(function, [limb for operand in operands for limb in operand])


# ---------------------------------------------------------------- arithmetic


def _lane_product(builder: Any, x: Any, y: Any) -> Any:
    return _lane_products(builder, [(i + j, x[i], y[j]) for i in range(5) for j in range(5)], [])


def _lane_square(builder: Any, x: Any) -> Any:
    mixed = [(i + j, x[i], x[j]) for i in range(5) for j in range(i)]
    return _lane_products(builder, [(2 * i, x[i], x[i]) for i in range(5)], mixed)


@intrinsic
def mul(typing: Any, a: Any, b: Any) -> Any:
    """a * b: the schoolbook product, what exceeds 2**255 folded back 19 times."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        typ, (x, y) = _unpacked(context, builder, signature, args)
        if typ == _VECTOR:
            return _out_of_line(builder, "beffroi_mul", [x, y], _lane_product)
        y19 = [builder.mul(limb, ir.Constant(_I64, 19)) for limb in y]
        return _word_products(
            builder, [[(x[i], y[k - i] if i <= k else y19[k - i + 5]) for i in range(5)] for k in range(5)]
        )

    return types.UniTuple(_like(a, b), 5)(a, b), generate


@intrinsic
def sq(typing: Any, a: Any) -> Any:
    """a * a: mixed products once, doubled."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        typ, (x,) = _unpacked(context, builder, signature, args)
        if typ == _VECTOR:
            return _out_of_line(builder, "beffroi_sq", [x], _lane_square)

        def times(n: int, limb: Any) -> Any:
            return builder.mul(limb, ir.Constant(_I64, n))

        a0, a1, a2, a3, a4 = x
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
        return _word_products(builder, products)

    return types.UniTuple(_like(a), 5)(a), generate


def _packed(builder: Any, typ: ir.Type, columns: list[Any]) -> Any:
    return _carried_together(builder, columns) if typ == _VECTOR else pack_array(builder, columns, ty=typ)


@intrinsic
def add(typing: Any, a: Any, b: Any) -> Any:
    """a + b; words are not carried."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        typ, (x, y) = _unpacked(context, builder, signature, args)
        return _packed(builder, typ, [builder.add(x[i], y[i]) for i in range(5)])

    return types.UniTuple(_like(a, b), 5)(a, b), generate


@intrinsic
def sub(typing: Any, a: Any, b: Any) -> Any:
    """a - b + 4p; words are not carried."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        typ, (x, y) = _unpacked(context, builder, signature, args)
        above = [builder.add(x[i], number(typ, _P4[i])) for i in range(5)]
        return _packed(builder, typ, [builder.sub(above[i], y[i]) for i in range(5)])

    return types.UniTuple(_like(a, b), 5)(a, b), generate


@intrinsic
def reduced(typing: Any, a: Any) -> Any:
    """The limbs of the one number below p, of limbs as `mul` gives them."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        typ, (x,) = _unpacked(context, builder, signature, args)
        mask, bits = number(typ, _MASK), number(typ, 51)

        def around(first: Any) -> Any:
            carry = first
            for i in range(5):
                x[i] = builder.add(x[i], carry)
                carry = builder.lshr(x[i], bits)
                x[i] = builder.and_(x[i], mask)
            return carry

        for _ in range(2):  # the second time for what 19 times the carry may leave above
            x[0] = builder.add(x[0], builder.mul(around(number(typ, 0)), number(typ, 19)))
        around(number(typ, 0))
        # x < 2**255 now. If x + 19 exceeds 2**255, x is p or more, and what is left below is x - p.
        kept = list(x)
        exceeds = around(number(typ, 19))
        is_above = builder.icmp_unsigned("!=", exceeds, number(typ, 0))
        return pack_array(builder, [builder.select(is_above, x[i], kept[i]) for i in range(5)], ty=typ)

    return types.UniTuple(_like(a), 5)(a), generate


# ---------------------------------------------------------------- lanes


def _mask(builder: Any, typ: ir.Type, bit: Any) -> Any:
    return builder.sext(bit, typ)


@intrinsic
def equal(typing: Any, a: Any, b: Any) -> Any:
    """Whether the limbs are the same: all bits of a word (of a lane), or none."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        typ = context.get_value_type(signature.return_type)
        x, y = ([spread(builder, typ, builder.extract_value(arg, i)) for i in range(5)] for arg in args)
        differs = number(typ, 0)
        for i in range(5):
            differs = builder.or_(differs, builder.xor(x[i], y[i]))
        return _mask(builder, typ, builder.icmp_unsigned("==", differs, number(typ, 0)))

    return _like(a, b)(a, b), generate


@intrinsic
def choose(typing: Any, mask: Any, a: Any, b: Any) -> Any:
    """Limbs of a where the mask is set, of b elsewhere."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        typ = context.get_value_type(signature.return_type.dtype)
        bit = builder.icmp_unsigned("!=", args[0], number(typ, 0))
        x, y = ([spread(builder, typ, builder.extract_value(arg, i)) for i in range(5)] for arg in args[1:])
        return pack_array(builder, [builder.select(bit, x[i], y[i]) for i in range(5)], ty=typ)

    return types.UniTuple(mask, 5)(mask, a, b), generate


def _bitwise(name: str) -> Any:
    @intrinsic
    def combine(typing: Any, a: Any, b: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return getattr(builder, name)(*args)

        return a(a, b), generate

    return combine


both, either = _bitwise("and_"), _bitwise("or_")


@intrinsic
def is_odd(typing: Any, a: Any) -> Any:
    """Whether a reduced number is odd, as a mask."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        x = builder.extract_value(args[0], 0)
        return builder.sub(number(x.type, 0), builder.and_(x, number(x.type, 1)))

    return a.dtype(a), generate


def _turned(places: int) -> Any:
    """Limbs whose lanes are moved around by so many places."""

    @intrinsic
    def turned(typing: Any, a: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            typ, (x,) = _unpacked(context, builder, signature, args)
            if typ != _VECTOR:
                return args[0]
            order = ir.Constant(ir.VectorType(ir.IntType(32), 8), [(i + places) % 8 for i in range(8)])
            return pack_array(builder, [builder.shuffle_vector(limb, limb, order) for limb in x], ty=typ)

        return a(a), generate

    return turned


turned1, turned2, turned4 = _turned(1), _turned(2), _turned(4)


# ---------------------------------------------------------------- memory


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, at: Any, typ: ir.Type) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [at]), typ.as_pointer())


def _loaded(builder: Any, pointer: Any) -> Any:
    return builder.load(pointer, align=8)


_LANE = _VECTOR if WIDTH == 8 else _I64


@intrinsic
def get_mask(typing: Any, array: Any, at: Any) -> Any:
    """WIDTH words of an array, from a place on."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _loaded(builder, _pointer(context, builder, array, args[0], args[1], _LANE))

    return LANE(array, types.int64), generate


@intrinsic
def put_mask(typing: Any, value: Any, array: Any, at: Any) -> Any:
    """Writes WIDTH words into an array."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store(args[0], _pointer(context, builder, array, args[1], args[2], _LANE), align=8)
        return context.get_dummy_value()

    return types.void(value, array, types.int64), generate


@intrinsic
def get_limbs(typing: Any, array: Any, at: Any) -> Any:
    """Five limbs, each WIDTH words of an array, from a place on."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        at = [builder.add(args[1], ir.Constant(_I64, WIDTH * i)) for i in range(5)]
        return pack_array(
            builder, [_loaded(builder, _pointer(context, builder, array, args[0], n, _LANE)) for n in at], ty=_LANE
        )

    return types.UniTuple(LANE, 5)(array, types.int64), generate


@intrinsic
def put_limbs(typing: Any, value: Any, array: Any, at: Any) -> Any:
    """Writes them."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        for i in range(5):
            place = builder.add(args[2], ir.Constant(_I64, WIDTH * i))
            limb = spread(builder, _LANE, builder.extract_value(args[0], i))
            builder.store(limb, _pointer(context, builder, array, args[1], place, _LANE), align=8)
        return context.get_dummy_value()

    return types.void(value, array, types.int64), generate


def _transposed(builder: Any, rows: list[Any]) -> list[Any]:
    """Eight vectors of eight, rows for columns, in three rounds."""
    x = list(rows)
    for s in (1, 2, 4):
        low = [j if not j & s else 8 + j - s for j in range(8)]
        high = [j + s if not j & s else 8 + j for j in range(8)]
        for i in range(8):
            if not i & s:
                a, b = x[i], x[i + s]
                for place, order in ((i, low), (i + s, high)):
                    picked = ir.Constant(ir.VectorType(ir.IntType(32), 8), order)
                    x[place] = builder.shuffle_vector(a, b, picked)
    return x


def _row_words(context: Any, builder: Any, array: Any, args: Any, count: int) -> list[Any]:
    """The first `count` words of the rows, lane by lane: each lane has a row of its own, `args[1]` says where."""
    where = [
        builder.load(
            _pointer(context, builder, types.Array(types.int64, 1, "C"), args[1], ir.Constant(_I64, lane), _I64)
        )
        for lane in range(WIDTH)
    ]
    if WIDTH == 1:
        at = (builder.add(where[0], ir.Constant(_I64, i)) for i in range(count))
        return [_loaded(builder, _pointer(context, builder, array, args[0], n, _I64)) for n in at]
    out: list[Any] = []
    for first in range(0, count, 8):
        at = (builder.add(lane, ir.Constant(_I64, first)) for lane in where)
        out += _transposed(
            builder, [_loaded(builder, _pointer(context, builder, array, args[0], n, _VECTOR)) for n in at]
        )
    return out[:count]


def _rows_of(numbers: int) -> Any:
    """Of rows of so many numbers, five words each, in an array at `where[lane]`."""
    result = types.UniTuple(types.UniTuple(LANE, 5), numbers)

    @intrinsic
    def get_rows(typing: Any, array: Any, where: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            words = _row_words(context, builder, array, args, 5 * numbers)
            packed = [pack_array(builder, words[5 * n : 5 * n + 5], ty=_LANE) for n in range(numbers)]
            return pack_array(builder, packed)

        return result(array, where), generate

    return get_rows


get_rows3, get_rows4 = _rows_of(3), _rows_of(4)


@intrinsic
def put_rows(typing: Any, value: Any, array: Any, where: Any) -> Any:
    """Writes numbers into rows, lane by lane, up to the next multiple of eight words."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        words = [
            spread(builder, _LANE, builder.extract_value(builder.extract_value(args[0], n), i))
            for n in range(value.count)
            for i in range(5)
        ]
        where = [
            builder.load(
                _pointer(context, builder, types.Array(types.int64, 1, "C"), args[2], ir.Constant(_I64, lane), _I64)
            )
            for lane in range(WIDTH)
        ]
        if WIDTH == 1:
            for i, word in enumerate(words):
                place = builder.add(where[0], ir.Constant(_I64, i))
                builder.store(word, _pointer(context, builder, array, args[1], place, _I64), align=8)
            return context.get_dummy_value()
        words += [number(_VECTOR, 0)] * (-len(words) % 8)
        for first in range(0, len(words), 8):
            for lane, row in enumerate(_transposed(builder, words[first : first + 8])):
                place = builder.add(where[lane], ir.Constant(_I64, first))
                builder.store(row, _pointer(context, builder, array, args[1], place, _VECTOR), align=8)
        return context.get_dummy_value()

    return types.void(value, array, where), generate
