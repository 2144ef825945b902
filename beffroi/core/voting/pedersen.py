"""A group of trustees of whom a threshold can decrypt: verification of its public record (spec 6.3).

Letters: t the threshold, a_k the coefficients of a trustee's polynomial, published as coefexps[k] = a_k*G.
"""

from dataclasses import dataclass

from beffroi.core.errors import Malformed
from beffroi.core.voting import canon
from beffroi.core.voting.canon import Json
from beffroi.core.voting.group import Group, Point
from beffroi.core.voting.proofs import Proof, check_knowledge, read_proof


@dataclass(frozen=True)
class Signed:
    """A message and its signature by a certificate's verification key."""

    message: str
    signature: Proof


@dataclass(frozen=True)
class Certificate:
    """The keys with which one member signs and receives during the ceremony, and the context that she signed."""

    signed: Signed
    signing_key: Point
    size: int
    threshold: int
    index: int


@dataclass(frozen=True)
class Pedersen:
    """The public record of the ceremony; every tuple has one item for each member."""

    threshold: int
    certificates: tuple[Certificate, ...]
    coefexps: tuple[tuple[Signed, tuple[Point, ...]], ...]
    signatures: tuple[Proof, ...]
    verification_keys: tuple[Point, ...]
    poks: tuple[Proof, ...]
    key_signatures: tuple[Proof, ...]

    def constant_term(self, group: Group) -> Point:
        """This group's part of the election key."""
        return group.sum(points[0] for _, points in self.coefexps)


def read(value: Json, where: str, group: Group) -> Pedersen:
    """Read the record. Raises Malformed. Records made before version 3.0 of Belenios have no signatures: Malformed."""
    found = canon.fields(value, where, ("threshold", "certs", "coefexps", "signatures", "verification_keys"))
    certs = canon.as_list(found["certs"], f"{where}, certs")
    size, threshold = len(certs), canon.as_int(found["threshold"], f"{where}, threshold", 1)
    if threshold > size:
        raise Malformed(f"{where}, threshold", str(threshold)[:20], f"1 to {size}, the number of members")
    coefexps = canon.as_list(found["coefexps"], f"{where}, coefexps", size)
    signatures = canon.as_list(found["signatures"], f"{where}, signatures", size)
    keys = [
        canon.fields(key, f"{where}, verification key {i}", ("pok", "public_key", "signature"), ("name",))
        for i, key in enumerate(canon.as_list(found["verification_keys"], f"{where}, verification_keys", size), 1)
    ]
    return Pedersen(
        threshold=threshold,
        certificates=tuple(read_certificate(c, f"{where}, cert {i}", group) for i, c in enumerate(certs, 1)),
        coefexps=tuple(read_coefexps(c, f"{where}, coefexps {i}", group, threshold) for i, c in enumerate(coefexps, 1)),
        signatures=tuple(read_proof(s, f"{where}, signature {i}", group) for i, s in enumerate(signatures, 1)),
        verification_keys=tuple(
            _point(k["public_key"], f"{where}, verification key {i}", group) for i, k in enumerate(keys, 1)
        ),
        poks=tuple(read_proof(k["pok"], f"{where}, pok {i}", group) for i, k in enumerate(keys, 1)),
        key_signatures=tuple(
            read_proof(k["signature"], f"{where}, key signature {i}", group) for i, k in enumerate(keys, 1)
        ),
    )


def _point(value: Json, where: str, group: Group) -> Point:
    P = group.parse_point(canon.as_str(value, where), where)
    if group.identity == P:
        raise Malformed(where, "the identity", "another member of the group")
    return P


def _signed(value: Json, where: str, group: Group) -> tuple[Signed, Json]:
    found = canon.fields(value, where, ("message", "signature"))
    message = canon.as_str(found["message"], f"{where}, message")
    signed = Signed(message, read_proof(found["signature"], f"{where}, signature", group))
    return signed, canon.parse(message.encode(), f"{where}, message")


def read_certificate(value: Json, where: str, group: Group) -> Certificate:
    """A member's certificate; its signature is not checked here. Raises Malformed."""
    signed, message = _signed(value, where, group)
    found = canon.fields(message, where, ("context", "verification", "encryption"))
    context = canon.fields(found["context"], f"{where}, context", ("group", "size", "threshold", "index"))
    if context["group"] != group.name:
        raise Malformed(f"{where}, context", repr(context["group"])[:40], group.name)
    _point(found["encryption"], f"{where}, encryption", group)
    return Certificate(
        signed=signed,
        signing_key=_point(found["verification"], f"{where}, verification", group),
        size=canon.as_int(context["size"], f"{where}, size"),
        threshold=canon.as_int(context["threshold"], f"{where}, threshold"),
        index=canon.as_int(context["index"], f"{where}, index"),
    )


def read_coefexps(value: Json, where: str, group: Group, threshold: int) -> tuple[Signed, tuple[Point, ...]]:
    """A member's published polynomial; its signature is not checked here. Raises Malformed."""
    signed, message = _signed(value, where, group)
    listed = canon.as_list(canon.fields(message, where, ("coefexps",))["coefexps"], where, threshold)
    return signed, tuple(group.parse_point(canon.as_str(point, where), where) for point in listed)


def check(record: Pedersen, group: Group, first_owner: int) -> list[str]:
    """One line for each fault, naming the trustee by owner number."""
    faults: list[str] = []
    certs: Json = [_signed_json(c.signed) for c in record.certificates]
    for i, certificate in enumerate(record.certificates):
        for problem in _problems(record, group, i, certificate, certs):
            faults.append(f"trustee {first_owner + i}: {problem}")
    return faults


def _problems(record: Pedersen, group: Group, i: int, certificate: Certificate, certs: Json) -> list[str]:
    signer = certificate.signing_key
    coefexps = record.coefexps[i][0]
    own = canon.compact({"certs": certs, "coefexps": _own(coefexps)}).decode()
    key = record.verification_keys[i]
    key_text = group.to_string(key)
    context = (certificate.size, certificate.threshold, certificate.index)
    checks = [
        (
            "the certificate speaks of another group of trustees",
            context == (len(record.certificates), record.threshold, i + 1),
        ),
        (
            "the signature of the certificate is wrong",
            _is_signed(group, signer, certificate.signed.message, certificate.signed.signature),
        ),
        ("the signature of the polynomial is wrong", _is_signed(group, signer, coefexps.message, coefexps.signature)),
        (
            "the signature of the list of certificates is wrong",
            _is_signed(group, signer, "certs_sig|" + own, record.signatures[i]),
        ),
        ("the verification key is not the one that the polynomials give", key == _expected(record, group, i + 1)),
        (
            "the proof of knowledge of the private key is wrong",
            check_knowledge(group, key, f"pok|{group.name}|{key_text}|", record.poks[i]),
        ),
        (
            "the signature of the verification key is wrong",
            _is_signed(group, signer, key_text, record.key_signatures[i]),
        ),
    ]
    return [problem for problem, passed in checks if not passed]


def _signed_json(signed: Signed) -> Json:
    proof: Json = {"challenge": str(signed.signature.challenge), "response": str(signed.signature.response)}
    return {"message": signed.message, "signature": proof}


def _own(coefexps: Signed) -> Json:
    return canon.as_object(canon.parse(coefexps.message.encode(), "coefexps"), "coefexps")["coefexps"]


def _is_signed(group: Group, signer: Point, message: str, signature: Proof) -> bool:
    return check_knowledge(group, signer, f"sigmsg|{message}|", signature)


def _expected(record: Pedersen, group: Group, j: int) -> Point:
    """The sum over members i and powers k of j**k * coefexps[i][k]."""
    return group.sum(group.multiply(j**k, point) for _, points in record.coefexps for k, point in enumerate(points))


def lagrange(indexes: list[int], q: int) -> list[int]:
    """The coefficients that give a polynomial's value at 0 from its values at these distinct indexes."""
    coefficients = []
    for j in indexes:
        over, under = 1, 1
        for k in indexes:
            if k != j:
                over, under = over * k % q, under * (k - j) % q
        coefficients.append(over * pow(under, -1, q) % q)
    return coefficients
