"""How a group of trustees makes a key that any `t` of its `n` members can use: the ceremony (spec 6.4).

Each member runs these functions on her own machine with her own seed. A certificate (`certificate`), then three rounds:
1. `polynomial`, of which only the `commitment` is handed in; 2. the polynomial itself, once all commitments are there:
nobody can choose hers after having seen the others'; 3. `verification_key`, after having checked what everybody sent.
`record` then makes the public record, which `pedersen` verifies. Whoever cheats is named by number, from 1.

Letters: t the threshold, a_k the coefficients of a member's secret polynomial f_i, coefexps[k] = a_k*G, s_ij = f_i(j).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import canon, pedersen, sealing, secret
from beffroi.core.voting.canon import Json
from beffroi.core.voting.group import ED25519, Point
from beffroi.core.voting.pedersen import Certificate
from beffroi.core.voting.proofs import Draw, proof_json, prove_knowledge, read_proof
from beffroi.core.voting.sealing import Seed
from beffroi.core.voting.trustees import TrusteeKey

_POLYNOMIAL = ("polynomial", "secrets", "coefexps", "signature")


@dataclass(frozen=True)
class Circle:
    """The certificates of all members, checked: who speaks to whom, and with which keys."""

    raw: tuple[Json, ...]
    certificates: tuple[Certificate, ...]
    encryption: tuple[Point, ...]
    threshold: int

    def index(self, seed: Seed) -> int:
        """This member's number, from 1. Raises Refused when her certificate is not among them."""
        for certificate, key in zip(self.certificates, self.encryption, strict=True):
            if (certificate.signing_key, key) == (seed.verification, seed.encryption):
                return certificate.index
        raise Refused("ceremony.unknown", "your own certificate is not in the list")


# ---------------------------------------------------------------- certificates


def certificate(seed: Seed, index: int, threshold: int, size: int, draw: Draw = secret.random_scalar) -> bytes:
    """What member `index` of `size` hands in first: her two public keys, signed. Raises Refused for wrong numbers."""
    _check_numbers(threshold, size)
    if not 1 <= index <= size:
        raise Refused("ceremony.numbers", f"there is no member {index} of {size}")
    context: Json = {"group": ED25519.name, "size": size, "threshold": threshold, "index": index}
    message = canon.compact(
        {
            "context": context,
            "verification": ED25519.to_string(seed.verification),
            "encryption": ED25519.to_string(seed.encryption),
        }
    )
    return canon.compact(sealing.signed_json(seed, message.decode(), draw))


def read_certificates(raws: Sequence[bytes]) -> Circle:
    """The certificates in the order of members.

    Raises Malformed, or Refused "ceremony.certificate" naming who cheats.
    """
    if not raws:
        raise Refused("ceremony.missing", "no certificate")
    values = [canon.parse(raw, f"member {n}, certificate") for n, raw in enumerate(raws, 1)]
    read = [pedersen.read_certificate(v, f"member {n}, certificate", ED25519) for n, v in enumerate(values, 1)]
    threshold = read[0].threshold
    _check_numbers(threshold, len(read))
    faults: list[str] = []
    for n, c in enumerate(read, 1):
        if (c.size, c.threshold, c.index) != (len(read), threshold, n):
            faults.append(f"member {n}: her certificate speaks of another group of trustees or of another place in it")
        if not sealing.is_signed(c.signing_key, c.signed.message, c.signed.signature):
            faults.append(f"member {n}: the signature of her certificate is wrong")
        if any(former.signing_key == c.signing_key for former in read[: n - 1]):
            faults.append(f"member {n}: her certificate has the key of another member")
    _refuse("ceremony.certificate", faults)
    return Circle(tuple(values), tuple(read), tuple(_encryption(c) for c in read), threshold)


def _check_numbers(threshold: int, size: int) -> None:
    # 1 of several would give every member the whole key.
    if not min(size, 2) <= threshold <= size:
        raise Refused("ceremony.numbers", f"{threshold} of {size}: at least 2 must decrypt, and at most all")


def _encryption(c: Certificate) -> Point:
    message = canon.as_object(canon.parse(c.signed.message.encode(), "certificate"), "certificate")
    return ED25519.parse_point(canon.as_str(message["encryption"], "certificate"), "certificate")


def _refuse(rule: str, faults: Sequence[str]) -> None:
    if faults:
        raise Refused(rule, "; ".join(faults))


# ---------------------------------------------------------------- rounds 1 and 2: polynomials


def polynomial(seed: Seed, circle: Circle, draw: Draw = secret.random_scalar) -> bytes:
    """A member's polynomial: its coefficients sealed for herself, a share sealed for each member, its coefexps.

    The list of certificates is signed with it: who was shown another list is found out. Secret until round 2.
    """
    circle.index(seed)
    a = [draw() for _ in range(circle.threshold)]
    coefexps: Json = [ED25519.to_string(secret.base(a_k)) for a_k in a]
    own = canon.compact({"polynomial": [str(secret.to_int(a_k)) for a_k in a]}).decode()
    shares = [
        canon.compact({"secret": str(secret.to_int(_evaluate(a, j)))}).decode()
        for j in range(1, len(circle.certificates) + 1)
    ]
    sealed: Json = [sealing.seal(seed, key, s, draw) for key, s in zip(circle.encryption, shares, strict=True)]
    return canon.compact(
        {
            "polynomial": sealing.seal(seed, seed.encryption, own, draw),
            "secrets": sealed,
            "coefexps": sealing.signed_json(seed, canon.compact({"coefexps": coefexps}).decode(), draw),
            "signature": proof_json(sealing.sign(seed, _certs_sig(circle, coefexps), draw)),
        }
    )


def _evaluate(a: Sequence[bytes], j: int) -> bytes:
    """f(j), by Horner, in libsodium."""
    value = secret.ZERO
    for a_k in reversed(a):
        value = secret.add(secret.mul(value, secret.from_int(j)), a_k)
    return value


def _certs_sig(circle: Circle, coefexps: Json) -> str:
    return "certs_sig|" + canon.compact({"certs": [*circle.raw], "coefexps": coefexps}).decode()


def commitment(seed: Seed, circle: Circle, made: bytes, draw: Draw = secret.random_scalar) -> bytes:
    """What is handed in before the polynomial `made`: a signed hash of the certificates and of its coefexps."""
    found = canon.fields(canon.parse(made, "polynomial"), "polynomial", _POLYNOMIAL)
    committed = _committed(circle, circle.index(seed), found["coefexps"])
    return canon.compact(sealing.signed_json(seed, committed, draw))


def _committed(circle: Circle, index: int, coefexps: Json) -> str:
    # The number is inside the hash: a commitment copied from another member cannot be opened.
    message = canon.as_str(canon.as_object(coefexps, "coefexps").get("message"), "coefexps, message")
    hashes: Json = {
        "certs": canon.sha256_hex(canon.compact([*circle.raw])),
        "coefexps": canon.sha256_hex(f"{index}|{message}".encode()),
    }
    return "coefexps_commitment|" + canon.compact(hashes).decode()


def read_commitments(circle: Circle, raws: Sequence[bytes]) -> tuple[str, ...]:
    """What each member committed to. Raises Malformed, or Refused "ceremony.commitment" naming who cheats."""
    _count("commitments", circle, raws)
    messages: list[str] = []
    faults: list[str] = []
    for n, (raw, c) in enumerate(zip(raws, circle.certificates, strict=True), 1):
        where = f"member {n}, commitment"
        found = canon.fields(canon.parse(raw, where), where, ("message", "signature"))
        messages.append(canon.as_str(found["message"], where))
        if not sealing.is_signed(c.signing_key, messages[-1], read_proof(found["signature"], where, ED25519)):
            faults.append(f"member {n}: the signature of her commitment is wrong")
    _refuse("ceremony.commitment", faults)
    return tuple(messages)


def _count(what: str, circle: Circle, raws: Sequence[bytes]) -> None:
    if len(raws) != len(circle.certificates):
        raise Refused("ceremony.missing", f"{len(raws)} {what} for {len(circle.certificates)} members")


@dataclass(frozen=True)
class Polynomial:
    """A member's polynomial as the others see it."""

    sealed: str
    shares: tuple[str, ...]
    coefexps_json: Json
    coefexps: tuple[Point, ...]
    signature: Json


def read_polynomials(circle: Circle, raws: Sequence[bytes], committed: Sequence[str] | None) -> tuple[Polynomial, ...]:
    """The polynomials, each checked against its signatures and, unless None, against what its member committed to.

    None is for a ceremony with members whose program makes no commitments. Raises Malformed, or Refused
    "ceremony.polynomial" naming who cheats.
    """
    _count("polynomials", circle, raws)
    read: list[Polynomial] = []
    faults: list[str] = []
    for n, (raw, c) in enumerate(zip(raws, circle.certificates, strict=True), 1):
        where = f"member {n}, polynomial"
        found = canon.fields(canon.parse(raw, where), where, _POLYNOMIAL)
        signed, points = pedersen.read_coefexps(found["coefexps"], where, ED25519, circle.threshold)
        shares = canon.as_list(found["secrets"], f"{where}, secrets", len(circle.certificates))
        if not sealing.is_signed(c.signing_key, signed.message, signed.signature):
            faults.append(f"member {n}: the signature of her polynomial is wrong")
        listed: Json = [ED25519.to_string(P) for P in points]
        certs_sig = read_proof(found["signature"], f"{where}, signature", ED25519)
        if not sealing.is_signed(c.signing_key, _certs_sig(circle, listed), certs_sig):
            faults.append(f"member {n}: she has signed another list of certificates, or none")
        if committed is not None and committed[n - 1] != _committed(circle, n, found["coefexps"]):
            faults.append(f"member {n}: her polynomial is not the one that she had committed to")
        own = canon.as_str(found["polynomial"], where)
        texts = tuple(canon.as_str(s, f"{where}, secrets") for s in shares)
        read.append(Polynomial(own, texts, found["coefexps"], points, found["signature"]))
    _refuse("ceremony.polynomial", faults)
    return tuple(read)


# ---------------------------------------------------------------- round 3: shares and keys


def _public_value(coefexps: Sequence[Point], j: int) -> Point:
    """f(j)*G from the coefexps."""
    return ED25519.sum(ED25519.multiply(j**k, P) for k, P in enumerate(coefexps))


def check_share(polynomials: Sequence[Polynomial], i: int, j: int, told: str) -> bytes:
    """The share that i told j, if it lies on i's polynomial. Raises Malformed, or Refused "ceremony.share"."""
    where = f"member {i}, share of member {j}"
    found = canon.fields(canon.parse(told.encode(), where), where, ("secret",))
    s = secret.from_int(canon.as_decimal(found["secret"], where, ED25519.q))
    if secret.base(s) != _public_value(polynomials[i - 1].coefexps, j):
        raise Refused("ceremony.share", f"{where}: it is not on her polynomial")
    return s


def _own_share(seed: Seed, circle: Circle, polynomials: Sequence[Polynomial], i: int, j: int) -> bytes:
    sender = circle.certificates[i - 1].signing_key
    told = sealing.unseal(seed, sender, polynomials[i - 1].shares[j - 1], f"member {i}, share of member {j}")
    return check_share(polynomials, i, j, told)


def wrong_shares(seed: Seed, circle: Circle, polynomials: Sequence[Polynomial]) -> dict[int, str]:
    """What is wrong, by member, with the shares that this member was sent."""
    j, faults = circle.index(seed), {}
    for i in range(1, len(polynomials) + 1):
        try:
            _own_share(seed, circle, polynomials, i, j)
        except Malformed as error:
            faults[i] = f"member {i}, share of member {j}: malformed ({error.where})"
        except Refused as error:
            if error.rule == "ceremony.library":
                raise
            faults[i] = error.at_fault
    return faults


def verification_key(
    seed: Seed, circle: Circle, polynomials: Sequence[Polynomial], draw: Draw = secret.random_scalar
) -> bytes:
    """What a member hands in last: her verification key, and her decryption key sealed for herself.

    Raises Refused "ceremony.share" naming every member whose share for her is missing, sealed for another or wrong.
    """
    _refuse("ceremony.share", [*wrong_shares(seed, circle, polynomials).values()])
    j, x = circle.index(seed), secret.ZERO
    for i in range(1, len(polynomials) + 1):
        x = secret.add(x, _own_share(seed, circle, polynomials, i, j))
    Y = ED25519.to_string(secret.base(x))
    kept = canon.compact({"decryption_key": str(secret.to_int(x))}).decode()
    key: Json = {
        "pok": proof_json(prove_knowledge(x, f"pok|{ED25519.name}|{Y}|", draw)),
        "public_key": Y,
        "signature": proof_json(sealing.sign(seed, Y, draw)),
    }
    return canon.compact({"private_key": sealing.seal(seed, seed.encryption, kept, draw), "public_key": key})


def sealed_key(output: bytes) -> bytes:
    """The sealed decryption key that is part of what a member handed in last."""
    found = canon.fields(canon.parse(output, "verification key"), "verification key", ("private_key", "public_key"))
    return canon.as_str(found["private_key"], "verification key").encode()


def decryption_key(seed: Seed, sealed: bytes) -> TrusteeKey:
    """The key that decrypts a tally, from the seed and the sealed key. Raises Malformed, Refused."""
    where = "sealed decryption key"
    text = canon.compact(canon.parse(sealed, where)).decode()
    told = sealing.unseal(seed, seed.verification, text, where)
    found = canon.fields(canon.parse(told.encode(), where), where, ("decryption_key",))
    return TrusteeKey(secret.from_int(canon.as_decimal(found["decryption_key"], where, ED25519.q)))


def record(circle: Circle, polynomials: Sequence[Polynomial], outputs: Sequence[bytes], names: Sequence[str]) -> bytes:
    """The public record of the ceremony. Raises Malformed, or Refused "ceremony.key" naming who cheats in the end."""
    _count("verification keys", circle, outputs)
    keys: list[Json] = []
    for n, (raw, name) in enumerate(zip(outputs, names, strict=True), 1):
        where = f"member {n}, verification key"
        found = canon.fields(canon.parse(raw, where), where, ("private_key", "public_key"))
        key = canon.fields(found["public_key"], where, ("pok", "public_key", "signature"), ("name",))
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
