"""What the members of a group hand in during its ceremony, as everybody reads and checks it; no secret (spec 6.4).

One record as it comes in (`check_...`), or those of all members in their order (`read_...`, `record`), which name by
number, from 1, everybody who is at fault. `ceremony` makes what is read here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from beffroi.core.errors import Refused
from beffroi.core.voting import canon, pedersen, sealing
from beffroi.core.voting.canon import Json
from beffroi.core.voting.group import ED25519, Point
from beffroi.core.voting.pedersen import Certificate
from beffroi.core.voting.proofs import check_knowledge, read_proof
from beffroi.core.voting.sealing import Seed

T = TypeVar("T")
POLYNOMIAL = ("polynomial", "secrets", "coefexps", "signature")


@dataclass(frozen=True)
class Circle:
    """The certificates of all members, checked: who speaks to whom, and with which keys."""

    raw: tuple[Json, ...]
    certificates: tuple[Certificate, ...]
    encryption: tuple[Point, ...]
    threshold: int

    @property
    def fingerprint(self) -> str:
        """What the members compare by voice: who was shown other certificates has another one."""
        return canon.sha256_hex(b"".join(canon.compact(value) + b"\n" for value in self.raw))

    def index(self, seed: Seed) -> int:
        """This member's number, from 1. Raises Refused when her certificate is not among them."""
        for certificate, key in zip(self.certificates, self.encryption, strict=True):
            if (certificate.signing_key, key) == (seed.verification, seed.encryption):
                return certificate.index
        raise Refused("ceremony.unknown", "your own certificate is not in the list")


def _refuse(rule: str, faults: Sequence[str]) -> None:
    if faults:
        raise Refused(rule, "; ".join(faults))


def _count(what: str, circle: Circle, raws: Sequence[bytes]) -> None:
    if len(raws) != len(circle.certificates):
        raise Refused("ceremony.missing", f"{len(raws)} {what} for {len(circle.certificates)} members")


def _each(rule: str, raws: Sequence[bytes], one: Callable[[int, bytes], tuple[T, list[str]]]) -> tuple[T, ...]:
    """Reads the record of each member, and refuses once, naming all who are at fault."""
    read = [one(n, raw) for n, raw in enumerate(raws, 1)]
    _refuse(rule, [fault for _, faults in read for fault in faults])
    return tuple(value for value, _ in read)


# ---------------------------------------------------------------- certificates


def check_numbers(threshold: int, size: int) -> None:
    """Raises Refused "ceremony.numbers" unless several members, and at most all, have to decrypt."""
    # 1 of several would give every member the whole key.
    if not min(size, 2) <= threshold <= size:
        raise Refused("ceremony.numbers", f"{threshold} of {size}: at least 2 must decrypt, and at most all")


def read_certificates(raws: Sequence[bytes]) -> Circle:
    """The certificates in the order of members.

    Raises Malformed, or Refused "ceremony.certificate" naming who cheats.
    """
    if not raws:
        raise Refused("ceremony.missing", "no certificate")
    values = [canon.parse(raw, f"member {n}, certificate") for n, raw in enumerate(raws, 1)]
    read = [pedersen.read_certificate(v, f"member {n}, certificate", ED25519) for n, v in enumerate(values, 1)]
    threshold = read[0].threshold
    check_numbers(threshold, len(read))
    faults = [fault for n, c in enumerate(read, 1) for fault in _certificate_faults(c, n, threshold, len(read))]
    for n, c in enumerate(read, 1):
        if any(former.signing_key == c.signing_key for former in read[: n - 1]):
            faults.append(f"member {n}: her certificate has the key of another member")
    _refuse("ceremony.certificate", faults)
    return Circle(tuple(values), tuple(read), tuple(_encryption(c) for c in read), threshold)


def check_certificate(raw: bytes, index: int, threshold: int, size: int) -> Certificate:
    """The certificate of one member alone, before all are there. Raises as `read_certificates` does."""
    where = f"member {index}, certificate"
    read = pedersen.read_certificate(canon.parse(raw, where), where, ED25519)
    _refuse("ceremony.certificate", _certificate_faults(read, index, threshold, size))
    return read


def _certificate_faults(c: Certificate, n: int, threshold: int, size: int) -> list[str]:
    faults: list[str] = []
    if (c.size, c.threshold, c.index) != (size, threshold, n):
        faults.append(f"member {n}: her certificate speaks of another group of trustees or of another place in it")
    if not sealing.is_signed(c.signing_key, c.signed.message, c.signed.signature):
        faults.append(f"member {n}: the signature of her certificate is wrong")
    return faults


def _encryption(c: Certificate) -> Point:
    message = canon.as_object(canon.parse(c.signed.message.encode(), "certificate"), "certificate")
    return ED25519.parse_point(canon.as_str(message["encryption"], "certificate"), "certificate")


# ---------------------------------------------------------------- round 1: commitments


def committed_message(circle: Circle, index: int, coefexps: Json) -> str:
    """What member `index` signs before she shows these coefexps."""
    # The number is inside the hash: a commitment copied from another member cannot be opened.
    message = canon.as_str(canon.as_object(coefexps, "coefexps").get("message"), "coefexps, message")
    return f'{_committed_start(circle)}"coefexps":"{canon.sha256_hex(f"{index}|{message}".encode())}"}}'


def _committed_start(circle: Circle) -> str:
    return f'coefexps_commitment|{{"certs":"{canon.sha256_hex(canon.compact([*circle.raw]))}",'


def read_commitments(circle: Circle, raws: Sequence[bytes]) -> tuple[str, ...]:
    """What each member committed to. Raises Malformed, or Refused "ceremony.commitment" naming who cheats."""
    _count("commitments", circle, raws)
    return _each("ceremony.commitment", raws, lambda n, raw: _commitment(circle, n, raw))


def check_commitment(circle: Circle, n: int, raw: bytes) -> str:
    """The commitment of one member. Raises as `read_commitments` does."""
    message, faults = _commitment(circle, n, raw)
    _refuse("ceremony.commitment", faults)
    return message


def _commitment(circle: Circle, n: int, raw: bytes) -> tuple[str, list[str]]:
    where, signer = f"member {n}, commitment", circle.certificates[n - 1].signing_key
    found = canon.fields(canon.parse(raw, where), where, ("message", "signature"))
    message = canon.as_str(found["message"], where)
    faults: list[str] = []
    if not sealing.is_signed(signer, message, read_proof(found["signature"], where, ED25519)):
        faults.append(f"member {n}: the signature of her commitment is wrong")
    elif not message.startswith(_committed_start(circle)):
        faults.append(f"member {n}: her commitment is on another list of certificates")
    return message, faults


# ---------------------------------------------------------------- round 2: polynomials


@dataclass(frozen=True)
class Polynomial:
    """A member's polynomial as the others see it."""

    sealed: str
    shares: tuple[str, ...]
    coefexps_json: Json
    coefexps: tuple[Point, ...]
    signature: Json


def certs_sig(circle: Circle, coefexps: Json) -> str:
    """What a member signs to say which certificates she was shown."""
    return "certs_sig|" + canon.compact({"certs": [*circle.raw], "coefexps": coefexps}).decode()


def read_polynomials(circle: Circle, raws: Sequence[bytes], committed: Sequence[str] | None) -> tuple[Polynomial, ...]:
    """The polynomials, each checked against its signatures and, unless None, against what its member committed to.

    None is for a ceremony with members whose program makes no commitments. Raises Malformed, or Refused
    "ceremony.polynomial" naming who cheats.
    """
    _count("polynomials", circle, raws)
    return _each(
        "ceremony.polynomial",
        raws,
        lambda n, raw: _polynomial(circle, n, raw, None if committed is None else committed[n - 1]),
    )


def check_polynomial(circle: Circle, n: int, raw: bytes, committed: str) -> Polynomial:
    """The polynomial of one member. Raises as `read_polynomials` does."""
    read, faults = _polynomial(circle, n, raw, committed)
    _refuse("ceremony.polynomial", faults)
    return read


def _polynomial(circle: Circle, n: int, raw: bytes, committed: str | None) -> tuple[Polynomial, list[str]]:
    where, signer = f"member {n}, polynomial", circle.certificates[n - 1].signing_key
    found = canon.fields(canon.parse(raw, where), where, POLYNOMIAL)
    signed, points = pedersen.read_coefexps(found["coefexps"], where, ED25519, circle.threshold)
    shares = canon.as_list(found["secrets"], f"{where}, secrets", len(circle.certificates))
    faults: list[str] = []
    if not sealing.is_signed(signer, signed.message, signed.signature):
        faults.append(f"member {n}: the signature of her polynomial is wrong")
    listed: Json = [ED25519.to_string(P) for P in points]
    own = read_proof(found["signature"], f"{where}, signature", ED25519)
    if not sealing.is_signed(signer, certs_sig(circle, listed), own):
        faults.append(f"member {n}: she has signed another list of certificates, or none")
    if committed is not None and committed != committed_message(circle, n, found["coefexps"]):
        faults.append(f"member {n}: her polynomial is not the one that she had committed to")
    texts = tuple(canon.as_str(s, f"{where}, secrets") for s in shares)
    sealed = canon.as_str(found["polynomial"], where)
    return Polynomial(sealed, texts, found["coefexps"], points, found["signature"]), faults


def public_value(coefexps: Sequence[Point], j: int) -> Point:
    """f(j)*G from the coefexps."""
    return ED25519.sum(ED25519.multiply(j**k, P) for k, P in enumerate(coefexps))


# ---------------------------------------------------------------- round 3: keys, and the record


def check_key(circle: Circle, polynomials: Sequence[Polynomial], n: int, raw: bytes) -> None:
    """The verification key of one member. Raises Malformed, or Refused "ceremony.key"."""
    where, key = f"member {n}, verification key", _key(n, raw)
    text = canon.as_str(key["public_key"], where)
    Y = ED25519.parse_point(text, where)
    checks = [
        (
            "the verification key is not the one that the polynomials give",
            ED25519.sum(public_value(p.coefexps, n) for p in polynomials) == Y,
        ),
        (
            "the proof of knowledge of the private key is wrong",
            check_knowledge(ED25519, Y, f"pok|{ED25519.name}|{text}|", read_proof(key["pok"], where, ED25519)),
        ),
        (
            "the signature of the verification key is wrong",
            sealing.is_signed(
                circle.certificates[n - 1].signing_key, text, read_proof(key["signature"], where, ED25519)
            ),
        ),
    ]
    _refuse("ceremony.key", [f"member {n}: {problem}" for problem, passed in checks if not passed])


def _key(n: int, raw: bytes) -> dict[str, Json]:
    where = f"member {n}, verification key"
    found = canon.fields(canon.parse(raw, where), where, ("private_key", "public_key"))
    return canon.fields(found["public_key"], where, ("pok", "public_key", "signature"), ("name",))


def record(circle: Circle, polynomials: Sequence[Polynomial], outputs: Sequence[bytes], names: Sequence[str]) -> bytes:
    """The public record of the ceremony. Raises Malformed, or Refused "ceremony.key" naming who cheats in the end."""
    _count("verification keys", circle, outputs)
    keys: list[Json] = []
    for n, (raw, name) in enumerate(zip(outputs, names, strict=True), 1):
        key = _key(n, raw)
        keys.append({**{part: key[part] for part in ("pok", "public_key", "signature")}, "name": name})
    value: Json = {
        "threshold": circle.threshold,
        "certs": [*circle.raw],
        "coefexps": [p.coefexps_json for p in polynomials],
        "signatures": [p.signature for p in polynomials],
        "verification_keys": keys,
    }
    _refuse("ceremony.key", pedersen.check(pedersen.read(value, "record", ED25519), ED25519, 1))
    return canon.compact(value)
