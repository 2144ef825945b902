"""Merkle tree of RFC 6962 with SHA-256 (docs/specs/journal.md, 2).

    MTH({})     = SHA-256()
    MTH({d})    = SHA-256(0x00 || d)                        leaf
    MTH(D[n])   = SHA-256(0x01 || MTH(D[0:k]) || MTH(D[k:n]))   k: the largest power of two below n

Hashes are 32 bytes. Proofs are lists of hashes, nearest the leaf first; RFC 9162 says how to check them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from beffroi.core.errors import Malformed

EMPTY_ROOT: Final = sha256(b"").digest()
_FRONTIER = re.compile(r"(0|[1-9][0-9]{0,17})((?::[0-9a-f]{64})*)", re.ASCII)


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """What must be kept of a tree of `size` leaves to go on: its perfect subtrees, from the left, at most log2(size).

    There is one subtree for each 1 in the binary form of `size`, the largest first.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> "Frontier":
        """The frontier with one more leaf hash."""
        peaks, node, size = list(self.peaks), leaf, self.size
        while size & 1:
            node = node_hash(peaks.pop(), node)
            size >>= 1
        return Frontier(self.size + 1, (*peaks, node))

    def extend(self, leaves: Iterable[bytes]) -> "Frontier":
        """The frontier with more leaf hashes, in order."""
        frontier = self
        for leaf in leaves:
            frontier = frontier.append(leaf)
        return frontier

    def root(self) -> bytes:
        """The root of the tree: subtrees joined from the right."""
        if not self.peaks:
            return EMPTY_ROOT
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = node_hash(peak, node)
        return node

    def to_text(self) -> str:
        """The size and the subtrees in hexadecimal, separated by colons: "3:…:…"."""
        return ":".join([str(self.size), *(peak.hex() for peak in self.peaks)])

    @classmethod
    def from_text(cls, text: str) -> "Frontier":
        """Reads what `to_text` wrote. `Malformed` when it is not that."""
        match = _FRONTIER.fullmatch(text)
        if not match:
            raise Malformed("frontier", f"{len(text)} characters", "a size and hashes in hexadecimal, joined by colons")
        size = int(match[1])
        peaks = tuple(bytes.fromhex(peak) for peak in match[2].split(":")[1:])
        if len(peaks) != size.bit_count():
            raise Malformed("frontier", f"{len(peaks)} hashes", f"{size.bit_count()} hashes for {size} leaves")
        return cls(size, peaks)


def root(leaf_hashes: Iterable[bytes]) -> bytes:
    """The root of the tree with these leaf hashes."""
    return Frontier().extend(leaf_hashes).root()


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root of the whole sequence (PATH of RFC 6962, 2.1.1)."""
    if not 0 <= index < len(leaf_hashes):
        raise Malformed("index", str(index), f"a leaf of a tree of {len(leaf_hashes)}")
    if len(leaf_hashes) == 1:
        return []
    k = _split(len(leaf_hashes))
    left, right = leaf_hashes[:k], leaf_hashes[k:]
    if index < k:
        return [*inclusion_proof(left, index), root(right)]
    return [*inclusion_proof(right, index - k), root(left)]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes) -> bool:
    """Whether `proof` leads from the leaf hash at `index` to the root of a tree of `size` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root_hash


def consistency_proof(leaf_hashes: Sequence[bytes], earlier: int) -> list[bytes]:
    """The hashes that show the tree of the first `earlier` leaves inside the whole one (PROOF of RFC 6962, 2.1.2)."""
    if not 0 < earlier <= len(leaf_hashes):
        raise Malformed("earlier size", str(earlier), f"from 1 to {len(leaf_hashes)}")
    return _subproof(leaf_hashes, earlier, complete=True)


def _subproof(leaf_hashes: Sequence[bytes], m: int, *, complete: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b): `complete` is b, true while the verifier holds the root of these very m leaves."""
    n = len(leaf_hashes)
    if m == n:
        return [] if complete else [root(leaf_hashes)]
    k = _split(n)
    left, right = leaf_hashes[:k], leaf_hashes[k:]
    if m <= k:
        return [*_subproof(left, m, complete=complete), root(right)]
    return [*_subproof(right, m - k, complete=False), root(left)]


def verify_consistency(earlier: int, size: int, earlier_root: bytes, root_hash: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree of `size` leaves begins with that of `earlier` leaves (RFC 9162, 2.1.4.2)."""
    if not 0 < earlier <= size:
        return False
    if earlier == size:
        return not proof and earlier_root == root_hash
    path = list(proof)
    if earlier & (earlier - 1) == 0:
        path.insert(0, earlier_root)
    if not path:
        return False
    fn, sn = earlier - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == earlier_root and sr == root_hash


def _split(n: int) -> int:
    """The largest power of two below n (n at least 2)."""
    return 1 << (n - 1).bit_length() - 1
