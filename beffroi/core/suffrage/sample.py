"""A random sample of paper lines: its seed, its draw, and the exact interval it allows (docs/specs/suffrage.md, 5).

Whole numbers only. N lines, K of them valid (unknown); n are drawn without putting any back, x of these are valid.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import Final, Literal

from beffroi.core.errors import Malformed

_SEED_TAG: Final = b"beffroi-seed-1\n"
_DRAW_TAG: Final = b"beffroi-draw-1\n"
_HEX: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_BLOCK: Final = 1 << 256  # how many values a block of SHA-256 has

Outcome = Literal["enough", "too_few", "straddles"]


@dataclass(frozen=True)
class Interval:
    """Between how many and how many of the N lines are valid, both ends included."""

    low: int
    high: int


def seed_of(list_sha256: str, head_root: str) -> str:
    """The seed: SHA-256 of the fingerprint of the list and of the root of a tree head that came after it (step 2).

    Both are 64 lower-case hexadecimal digits, and so is the seed.
    """
    return hashlib.sha256(_SEED_TAG + _checked(list_sha256, "list") + _checked(head_root, "head")).hexdigest()


def draw(lines: int, size: int, seed: str) -> list[int]:
    """`size` different places of a list of `lines`, in the order of the draw; the first place is 0.

    The first `size` steps of Fisher and Yates's shuffle: a longer draw with the same seed begins with a shorter one.
    """
    if lines < 0 or not 0 <= size <= lines:
        raise Malformed("size", str(size), f"0 to {lines} lines")
    numbers = _blocks(seed)
    moved: dict[int, int] = {}  # only the places that the shuffle has touched
    drawn = []
    for step in range(size):
        place = step + _below(lines - step, numbers)
        drawn.append(moved.get(place, place))
        moved[place] = moved.get(step, step)
    return drawn


def _below(bound: int, numbers: Iterator[int]) -> int:
    """A number from 0 to bound - 1, each as likely: the incomplete last round of multiples is thrown away."""
    limit = _BLOCK - _BLOCK % bound
    return next(number for number in numbers if number < limit) % bound


def _blocks(seed: str) -> Iterator[int]:
    """SHA-256 of tag, seed and a counter of 8 bytes, read as a number, most significant byte first."""
    start = _DRAW_TAG + _checked(seed, "seed")
    counter = 0
    while True:
        yield int.from_bytes(hashlib.sha256(start + counter.to_bytes(8, "big")).digest(), "big")
        counter += 1


def _checked(text: str, what: str) -> bytes:
    if not _HEX.fullmatch(text):
        raise Malformed(what, text[:80], "64 hexadecimal digits, in lower case")
    return bytes.fromhex(text)


def interval(lines: int, size: int, valid: int, confidence: Fraction) -> Interval:
    """The exact interval at `confidence` for the number of valid lines: the hypergeometric tails turned round.

    An end is kept while the tail beyond what was seen weighs more than half of 1 - confidence (Clopper and Pearson's
    method, for draws without putting back). It is never too narrow: the truth is inside in at least that share of
    draws.
    """
    if not (0 <= size <= lines and 0 <= valid <= size):
        raise Malformed("sample", f"{valid} valid of {size} drawn of {lines}", "valid ≤ drawn ≤ lines")
    if not 0 < confidence < 1:
        raise Malformed("confidence", str(confidence), "a share between 0 and 1")
    tail = (1 - confidence) / 2
    refused = size - valid
    # The tail "at least `valid` valid ones" grows with K: the first K where it weighs more than `tail`.
    low = _first(valid, lines - refused, lambda k: _at_least(lines, k, size, valid) > tail)
    # The same seen from the refused ones: R = N - K.
    fewest = _first(refused, lines - valid, lambda r: _at_least(lines, r, size, refused) > tail)
    return Interval(low, lines - fewest)


def _first(start: int, end: int, holds: Callable[[int], bool]) -> int:
    """The smallest number from `start` to `end` for which `holds`, which stays true once it is; `end` holds."""
    while start < end:
        middle = (start + end) // 2
        start, end = (start, middle) if holds(middle) else (middle + 1, end)
    return start


def _at_least(lines: int, marked: int, size: int, seen: int) -> Fraction:
    """The probability that at least `seen` of `size` lines drawn of `lines` are among the `marked` ones."""
    most = min(size, marked)
    ways = sum(comb(marked, number) * comb(lines - marked, size - number) for number in range(seen, most + 1))
    return Fraction(ways, comb(lines, size))


def conclude(found: Interval, others: int, needed: int) -> Outcome:
    """What the interval of the paper lines says, beside `others` valid signatures of other channels."""
    if others + found.low >= needed:
        return "enough"
    return "too_few" if others + found.high < needed else "straddles"
