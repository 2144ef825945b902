"""Trustees: the keys that together decrypt the tally, and nothing else (spec 6).

Made here: single trustees, all of whom must decrypt. Pedersen groups, of whom a threshold suffices, are made in
`ceremony` and verified in `pedersen`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import canon, pedersen, secret
from beffroi.core.voting.canon import Json
from beffroi.core.voting.group import ED25519, Group, Point
from beffroi.core.voting.pedersen import Pedersen
from beffroi.core.voting.proofs import Draw, Proof, check_knowledge, proof_json, prove_knowledge, read_proof


@dataclass(frozen=True)
class TrusteeKey:
    """A single trustee's key pair (Ed25519). The scalar is a secret and never shows in a repr."""

    scalar: bytes = field(repr=False)

    @property
    def public_key(self) -> str:
        """The public key's point string."""
        return ED25519.to_string(secret.base(self.scalar))

    def private_json(self) -> bytes:
        """The private key file, as belenios-tool writes it: a JSON string with the decimal scalar."""
        return canon.compact(str(secret.to_int(self.scalar)))


@dataclass(frozen=True)
class Single:
    """A single trustee."""

    public_key: Point
    pok: Proof


@dataclass(frozen=True)
class Trustees:
    """All trustees of an election in the order of the file."""

    members: tuple[Single | Pedersen, ...]

    def owner_keys(self) -> list[Point]:
        """Public (verification) keys in the order of owner numbers, from 1, Pedersen members included."""
        return [key for member in self.members for key in _keys(member)]

    def election_key(self, group: Group) -> Point:
        """The key that ballots are encrypted with."""
        return group.sum(
            member.public_key if isinstance(member, Single) else member.constant_term(group) for member in self.members
        )


def _keys(member: Single | Pedersen) -> list[Point]:
    return [member.public_key] if isinstance(member, Single) else list(member.verification_keys)


def new_trustee_key(draw: Draw = secret.random_scalar) -> TrusteeKey:
    """A new key from the system's randomness."""
    return TrusteeKey(draw())


def read_private(raw: bytes) -> TrusteeKey:
    """Read a private key file. Raises Malformed without repeating it."""
    try:
        number = canon.as_decimal(canon.parse(raw, "private key"), "private key", ED25519.q)
    except Malformed:
        number = 0
    if number == 0:
        raise Malformed("private key", "another form", "a JSON string with a decimal scalar, 0 < x < q") from None
    return TrusteeKey(secret.from_int(number))


def public_json(key: TrusteeKey, draw: Draw = secret.random_scalar) -> bytes:
    """The public key with its proof of knowledge: what a trustee hands in."""
    public_key = key.public_key
    pok = prove_knowledge(key.scalar, _pok_prefix(ED25519, public_key), draw)
    return canon.compact({"pok": proof_json(pok), "public_key": public_key})


def check_public(raw: bytes, group: Group = ED25519) -> str:
    """The point string of a handed-in public key. Raises Malformed, or Refused when the proof is wrong."""
    single = _single(canon.parse(raw, "trustee"), "trustee", group)
    public_key = group.to_string(single.public_key)
    if not check_knowledge(group, single.public_key, _pok_prefix(group, public_key), single.pok):
        raise Refused("trustee.pok", f"public key {public_key[:16]}…")
    return public_key


def trustees_json(publics: Sequence[bytes], names: Sequence[str]) -> bytes:
    """The trustees file of single trustees, each with the name that the public knows.

    Raises Refused for a wrong proof, or a key given twice (one person would then count as two).
    """
    listed: list[Json] = []
    seen: set[str] = set()
    for raw, name in zip(publics, names, strict=True):
        public_key = check_public(raw)
        if public_key in seen:
            raise Refused("trustee.key-twice", name)
        seen.add(public_key)
        found = canon.as_object(canon.parse(raw, "trustee"), "trustee")
        listed.append(["Single", {"pok": found["pok"], "public_key": public_key, "name": name}])
    return canon.compact(listed)


def group_json(record: bytes) -> bytes:
    """The trustees file of one group, from the public record of its ceremony (`rounds.record`)."""
    return canon.compact([["Pedersen", canon.parse(record, "record")]])


def election_key(trustees: bytes, group: Group = ED25519) -> str:
    """The election's public key. Raises Malformed, or Refused for the first trustee whose proofs are wrong."""
    found = read_trustees(trustees, group)
    for fault in check_trustees(found, group):
        raise Refused("trustee.pok", fault)
    return group.to_string(found.election_key(group))


def read_trustees(raw: bytes, group: Group) -> Trustees:
    """Read the trustees file: every point a member, every list of the right length. Raises Malformed."""
    listed = canon.as_list(canon.parse(raw, "trustees"), "trustees")
    if not listed:
        raise Malformed("trustees", "nobody", "at least one trustee")
    members: list[Single | Pedersen] = []
    for n, item in enumerate(listed, 1):
        where = f"trustees, item {n}"
        kind, value = canon.as_list(item, where, 2)
        if kind == "Single":
            members.append(_single(value, where, group))
        elif kind == "Pedersen":
            members.append(pedersen.read(value, where, group))
        else:
            raise Malformed(where, repr(kind)[:40], '"Single" or "Pedersen"')
    return Trustees(tuple(members))


def check_trustees(trustees: Trustees, group: Group) -> list[str]:
    """One line for each wrong proof, signature or key, naming the trustee by owner number; none when all is right."""
    faults: list[str] = []
    owner = 1
    for member in trustees.members:
        if isinstance(member, Single):
            prefix = _pok_prefix(group, group.to_string(member.public_key))
            if not check_knowledge(group, member.public_key, prefix, member.pok):
                faults.append(f"trustee {owner}: the proof of knowledge of the private key is wrong")
        else:
            faults += pedersen.check(member, group, owner)
        owner += len(_keys(member))
    return faults + _repeated(trustees.owner_keys())


def _repeated(keys: Iterable[Point]) -> list[str]:
    first: dict[Point, int] = {}
    return [
        f"trustee {n}: the key of trustee {first[key]} again"
        for n, key in enumerate(keys, 1)
        if first.setdefault(key, n) != n
    ]


def _pok_prefix(group: Group, public_key: str) -> str:
    return f"pok|{group.name}|{public_key}|"


def _single(value: Json, where: str, group: Group) -> Single:
    found = canon.fields(value, where, ("pok", "public_key"), ("signature", "name"))
    key = group.parse_point(canon.as_str(found["public_key"], f"{where}, public_key"), f"{where}, public_key")
    if key == group.identity:
        raise Malformed(f"{where}, public_key", "the identity", "another member of the group")
    return Single(key, read_proof(found["pok"], f"{where}, pok", group))
