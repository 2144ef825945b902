"""Many points of Ed25519 at once, compiled (beffroi[fast]): membership, and sums. Public values only."""

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from beffroi.core.voting import batch
from beffroi.core.voting.curve25519 import FIXED_DIGITS, FIXED_MULTIPLES, FIXED_ROW
from beffroi.core.voting.field25519 import WIDTH

Array = np.ndarray[Any, np.dtype[Any]]
Point = bytes
_IDENTITY = bytes([1]) + bytes(31)


def words(raw: bytes) -> Array:
    """Bytes as 64-bit numbers, little-endian."""
    return np.frombuffer(raw, dtype=np.uint64)


def masks(blocks: int, points: int) -> Array:
    """Random bits for the trials of membership of `points` points in each lane of so many blocks."""
    subsets = blocks * -(-points // batch.SUBSET)
    return np.frombuffer(os.urandom(subsets * batch.TRIALS * WIDTH), dtype=np.uint8)


def read(raws: Sequence[Point]) -> tuple[Array, Point]:
    """Which of these are canonical members, the identity included, and the sum of those; wrong with a chance < 2**-64.

    The bits are drawn anew each time, so whoever made the points cannot have tried them.
    """
    filled = [*raws, *[_IDENTITY] * (-len(raws) % WIDTH)]
    blocks = len(filled) // WIDTH
    good, total = np.zeros(len(filled), dtype=np.uint64), np.zeros(4, dtype=np.uint64)
    batch.read_points(words(b"".join(filled)), masks(-(-blocks // batch.SUBSET), batch.SUBSET), good, total)
    return good[: len(raws)] != 0, total.tobytes()


def all_members(raws: Sequence[Point]) -> bool:
    """Whether all of them are canonical members, the identity included."""
    return bool(read(raws)[0].all())


def total(raws: Sequence[Point]) -> Point:
    """The sum of points that have been read."""
    good, found = read(raws)
    assert good.all(), "a Point has been parsed"
    return found


@lru_cache(maxsize=8)
def fixed(P: Point) -> Array:
    """The table of a point by which much is multiplied."""
    room = np.zeros(FIXED_DIGITS * FIXED_MULTIPLES * FIXED_ROW + 8, dtype=np.uint64)
    table = room[-(room.ctypes.data // 8) % 8 :][: FIXED_DIGITS * FIXED_MULTIPLES * FIXED_ROW]
    batch.fixed_table(words(P), table)
    return table
