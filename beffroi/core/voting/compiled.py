"""Many points of Ed25519 at once, compiled (beffroi[fast]): sums, and membership. Public values only."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from beffroi.core.voting import curve25519

Array = np.ndarray[Any, np.dtype[Any]]
Point = bytes
TRIALS = 64  # each finds a point outside of the subgroup with a chance of one half or more


def decoded(raws: Sequence[Point]) -> tuple[Array, Array]:
    """Of each point its coordinates, and whether it is a canonical member; wrong with a chance below 2**-64.

    Together first; one by one only when some point is outside.
    """
    points = np.empty((len(raws), 4, 5), dtype=np.uint64)
    good: Array = curve25519.decode_all(np.frombuffer(b"".join(raws), dtype=np.uint8).reshape(-1, 32), points)
    here = points[good]
    masks = np.frombuffer(os.urandom(-(-len(here) // 6) * TRIALS), dtype=np.uint8).reshape(-1, TRIALS) & 63
    if not curve25519.all_members(here, masks):
        good[good] = curve25519.members(here)
    return points, good


def all_members(raws: Sequence[Point]) -> bool:
    """Whether all of them are canonical members, the identity included."""
    return bool(decoded(raws)[1].all())


def total(raws: Sequence[Point]) -> Point:
    """The sum of points that have been read."""
    points = np.empty((len(raws), 4, 5), dtype=np.uint64)
    good = curve25519.decode_all(np.frombuffer(b"".join(raws), dtype=np.uint8).reshape(-1, 32), points)
    assert good.all(), "a Point has been parsed"
    out = np.empty((1, 4, 5), dtype=np.uint64)
    curve25519.sums(points, np.array([0, len(raws)]), np.arange(len(raws)), out)
    found = np.empty((1, 32), dtype=np.uint8)
    curve25519.encode_all(out, found)
    return found.tobytes()
