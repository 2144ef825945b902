"""The three groups of Belenios version 1 behind one small interface (spec 1).

A `Point` is opaque bytes: the RFC 8032 encoding for Ed25519, 256 bytes big-endian for the field groups. A Point has
always passed `parse_point`, or was computed from such: it lies in the subgroup of prime order q. Additive notation:
`multiply(s, P)` is the specification's P**s. Everything here takes variable time and must see public values only;
what touches a secret is in `secret`. Ed25519 is computed by libsodium, or with plain integers where it is missing.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Final

from beffroi.core import edwards, sodium
from beffroi.core.errors import Malformed
from beffroi.core.sodium import bindings

Point = bytes

_HEX = re.compile(r"[0-9a-f]{64}")
_DECIMAL = re.compile(r"[1-9][0-9]{0,700}")
_WORTH_COMPILING = 500


class Group(ABC):
    """A cyclic group of prime order `q` in which discrete logarithms are hard."""

    name: str
    q: int
    identity: Point
    generator: Point

    @abstractmethod
    def parse_point(self, text: str, where: str = "point") -> Point:
        """A member of the subgroup from its only string. Raises Malformed (not canonical, not a member)."""

    def parse_points(self, texts: Sequence[str], where: str) -> list[Point]:
        """A long list of them; the place of the first that is wrong, from 1, is in the message."""
        return [self.parse_point(text, f"{where}, item {n}") for n, text in enumerate(texts, 1)]

    @abstractmethod
    def to_string(self, P: Point) -> str:
        """The string that files and hashes hold."""

    @abstractmethod
    def add(self, P: Point, Q: Point) -> Point:
        """The group's law."""

    @abstractmethod
    def neg(self, P: Point) -> Point:
        """The inverse."""

    @abstractmethod
    def multiply(self, s: int, P: Point) -> Point:
        """P added s times; any integer s, taken modulo q."""

    @abstractmethod
    def base(self, s: int) -> Point:
        """The generator added s times."""

    def sub(self, P: Point, Q: Point) -> Point:
        """P minus Q."""
        return self.add(P, self.neg(Q))

    def sum(self, points: Iterable[Point]) -> Point:
        """The sum of all; the identity for none."""
        total = self.identity
        for P in points:
            total = self.add(total, P)
        return total

    def commitment(self, s: int, P: Point, c: int, Q: Point) -> Point:
        """s*P + c*Q: what a verifier recomputes everywhere."""
        first = self.base(s) if self.generator == P else self.multiply(s, P)
        return self.add(first, self.multiply(c, Q))

    def hash_to_scalar(self, prefix: str, points: Iterable[Point]) -> int:
        """SHA-256 of the prefix and the points' strings joined by commas, big-endian, modulo q (spec 1.3)."""
        return self.hash_of_strings(prefix, [self.to_string(P) for P in points])

    def hash_of_strings(self, prefix: str, points: Iterable[str]) -> int:
        """The same of points that are already strings."""
        return int.from_bytes(sha256((prefix + ",".join(points)).encode()).digest(), "big") % self.q


class Ed25519(Group):
    """The prime-order subgroup of edwards25519 (spec 1.1): its strings. How it is computed is said below."""

    name = "Ed25519"
    q = 2**252 + 27742317777372353535851937790883648493
    identity = bytes([1]) + bytes(31)
    generator = bytes([0x58]) + bytes([0x66]) * 31

    def parse_point(self, text: str, where: str = "point") -> Point:
        """64 lower-case hexadecimal digits: the RFC 8032 bytes reversed."""
        if not _HEX.fullmatch(text):
            raise Malformed(where, repr(text[:70]), "64 lower-case hexadecimal digits")
        P = bytes.fromhex(text)[::-1]
        if self.identity != P and not self._is_member(P):
            raise Malformed(where, text, "a canonical point of the prime-order subgroup of edwards25519")
        return P

    @abstractmethod
    def _is_member(self, P: Point) -> bool:
        """Whether these 32 bytes, not the identity's, are canonical and those of a member."""

    def to_string(self, P: Point) -> str:
        return P[::-1].hex()

    def neg(self, P: Point) -> Point:
        # The encoding holds y and the parity of x; only the identity has x = 0 in this subgroup.
        return P if self.identity == P else P[:31] + bytes([P[31] ^ 0x80])


def compiled_module(name: str, many: int) -> ModuleType | None:
    """A module of beffroi[fast], where that is installed and there is enough to do: loading it takes a second."""
    # Named in text: the verifier in one file has no NumPy and does not carry it.
    if many < _WORTH_COMPILING or not sodium.INSTALLED or find_spec("numba") is None or find_spec("numpy") is None:
        return None
    return import_module(f"beffroi.core.voting.{name}")


class SodiumEd25519(Ed25519):
    """Computed by libsodium; long lists by compiled code where beffroi[fast] is installed."""

    def sum(self, points: Iterable[Point]) -> Point:
        listed = list(points)
        compiled = compiled_module("compiled", len(listed))
        found: Point = super().sum(listed) if compiled is None else compiled.total(listed)
        return found

    def parse_points(self, texts: Sequence[str], where: str) -> list[Point]:
        compiled = compiled_module("compiled", len(texts))
        if compiled is not None and all(map(_HEX.fullmatch, texts)):
            points = [bytes.fromhex(text)[::-1] for text in texts]
            if compiled.all_members(points):
                return points
        return super().parse_points(texts, where)

    def _is_member(self, P: Point) -> bool:
        # libsodium's own test is strict (canonical, prime order); it says no to the identity, which is not asked.
        return bindings.crypto_core_ed25519_is_valid_point(P)

    def add(self, P: Point, Q: Point) -> Point:
        return bindings.crypto_core_ed25519_add(P, Q)

    def sub(self, P: Point, Q: Point) -> Point:
        return bindings.crypto_core_ed25519_sub(P, Q)

    def multiply(self, s: int, P: Point) -> Point:
        s %= self.q
        if s == 0 or self.identity == P:  # libsodium raises when the product is the identity
            return self.identity
        return bindings.crypto_scalarmult_ed25519_noclamp(s.to_bytes(32, "little"), P)

    def base(self, s: int) -> Point:
        s %= self.q
        return bindings.crypto_scalarmult_ed25519_base_noclamp(s.to_bytes(32, "little")) if s else self.identity


class PlainEd25519(Ed25519):
    """Computed with Python's integers: slower, and nothing but the standard library."""

    def _is_member(self, P: Point) -> bool:
        return _is_plain_member(P)

    def add(self, P: Point, Q: Point) -> Point:
        return edwards.encode(edwards.add(_decoded(P), _decoded(Q)))

    def multiply(self, s: int, P: Point) -> Point:
        return edwards.encode(edwards.combine([(s % self.q, _table(P))]))

    def base(self, s: int) -> Point:
        return edwards.encode(edwards.combine([(s % self.q, edwards.GENERATOR_TABLE)]))

    def sum(self, points: Iterable[Point]) -> Point:
        total = edwards.IDENTITY
        for P in points:
            total = edwards.add(total, _decoded(P))
        return edwards.encode(total)

    def commitment(self, s: int, P: Point, c: int, Q: Point) -> Point:
        # P is the generator or a key, the same in every ballot: worth a wide table.
        return edwards.encode(edwards.combine([(s % self.q, _wide_table(P)), (c % self.q, _table(Q))]))


def _decoded(P: Point) -> edwards.Point:
    found = edwards.decode(P)
    assert found is not None  # a Point has been parsed
    return found


# Remembered: a ballot's points come back in several proofs, the election's key in every ballot.


@lru_cache(maxsize=4096)
def _is_plain_member(P: Point) -> bool:
    found = edwards.decode(P)
    return found is not None and edwards.is_member(found)


@lru_cache(maxsize=256)
def _table(P: Point) -> edwards.Table:
    return edwards.table(_decoded(P))


@lru_cache(maxsize=32)
def _wide_table(P: Point) -> edwards.Table:
    return edwards.table(_decoded(P), edwards.WIDE)


class FieldGroup(Group):
    """The subgroup of order q of the integers modulo p (spec 1.2): verification only."""

    def __init__(self, name: str, p: int, q: int, g: int) -> None:
        self.name, self.p, self.q = name, p, q
        self.identity, self.generator = self._point(1), self._point(g)

    @staticmethod
    def _point(x: int) -> Point:
        return x.to_bytes(256, "big")

    def parse_point(self, text: str, where: str = "point") -> Point:
        """A decimal string without leading zero."""
        if not _DECIMAL.fullmatch(text):
            raise Malformed(where, repr(text[:70]), "a decimal number without leading zero")
        x = int(text)
        if x >= self.p or not _in_subgroup(x, self.q, self.p):
            raise Malformed(where, f"{text[:20]}…", f"a member of the group {self.name}")
        return self._point(x)

    def to_string(self, P: Point) -> str:
        return str(int.from_bytes(P, "big"))

    def add(self, P: Point, Q: Point) -> Point:
        return self._point(int.from_bytes(P, "big") * int.from_bytes(Q, "big") % self.p)

    def neg(self, P: Point) -> Point:
        return self._point(pow(int.from_bytes(P, "big"), -1, self.p))

    def multiply(self, s: int, P: Point) -> Point:
        return self._point(pow(int.from_bytes(P, "big"), s % self.q, self.p))

    def base(self, s: int) -> Point:
        return self.multiply(s, self.generator)


@lru_cache(maxsize=4096)
def _in_subgroup(x: int, q: int, p: int) -> bool:
    # Remembered: the same keys and credentials are read again and again, and this takes milliseconds.
    return pow(x, q, p) == 1


ED25519: Final[Ed25519] = SodiumEd25519() if sodium.INSTALLED else PlainEd25519()

_BELENIOS_P = int(
    "206947856914225464010136436575050080649229892957511040971008847870573742192427174019222372"
    "544976843381290666331380789584049600543896362897963930387739057228036059737494276713767776"
    "188985898727358650490811670993105358677809800307904916540637771737641986785272734744763418"
    "356000356983051931442845617019110007867373073335641239717328979132404745788344682606523279"
    "746479511376726586935821800463179220736688600526271863633860887968821207694323661494910029"
    "234443463732221458841005864210502421203654335612013204811188524087310770141516662001623131"
    "77169372189248078507711827842317498073276598828825169183103125680162072880719"
)
_BELENIOS_Q = 78571733251071885079927659812671450121821421258408794611510081919805623223441
_BELENIOS_G = int(
    "240235267750185220922768770353239993271228765737836491651007531878766327414635321932028567"
    "615526967879969466829874938909508389657342560190060106847716449173547413728310461045868131"
    "451178164675540052740288984613986453266121505579709716201616827031288643245666383486363578"
    "210615491841998253431518974065818686865115135857641013888221539601604322884360393098933366"
    "277284840659313840601023167509576377798266510360682240663507669776402534625377308513317349"
    "519424896775405257365904949247763147599157519877517771148149092045660020547812705472823814"
    "0972518639858334115700568353695553423781475582491896050296680037745308460627"
)
_RFC3526_P = int(
    "323170060713110073003389139264238282488179412411402391128420097514007417066343542226196894"
    "173635693471179017379097041917546058732091950288537589861856221532121754125149017745202702"
    "357960782362488842461894775876411059286460994117232454266225221932305409190376805242355191"
    "256797158701170010580558776510388618472802579760549035697325615261670813393617995413364765"
    "591603683178967290731783845896806396719009772021941686472258710314113364293195361934716365"
    "332097170774482279885885653692086452966360772502689555059283627511211740969729980684105543"
    "59584866583291642136218231078990999448652468262416972035911852507045361090559"
)


@cache
def get_group(name: str) -> Group:
    """The group of this name. Raises Malformed for another."""
    if name == "Ed25519":
        return ED25519
    if name == "BELENIOS-2048":
        return FieldGroup(name, _BELENIOS_P, _BELENIOS_Q, _BELENIOS_G)
    if name == "RFC-3526-2048":
        return FieldGroup(name, _RFC3526_P, (_RFC3526_P - 1) // 2, 2)
    raise Malformed("group", repr(name[:40]), "Ed25519, BELENIOS-2048 or RFC-3526-2048")
