"""How a group of trustees makes a key that any `t` of its `n` members can use: the ceremony (spec 6.4).

Each member runs these functions on her own machine with her own seed. A certificate (`certificate`), then three rounds:
1. `polynomial`, of which only the `commitment` is handed in; 2. the polynomial itself, once all commitments are there:
nobody can choose hers after having seen the others'; 3. `verification_key`, after having checked what everybody sent.
`rounds` reads and checks what all have handed in, and makes the public record, which `pedersen` verifies.

Letters: t the threshold, a_k the coefficients of a member's secret polynomial f_i, coefexps[k] = a_k*G, s_ij = f_i(j).
"""

from collections.abc import Sequence

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import canon, rounds, sealing, secret
from beffroi.core.voting.canon import Json
from beffroi.core.voting.group import ED25519
from beffroi.core.voting.proofs import Draw, proof_json, prove_knowledge
from beffroi.core.voting.rounds import Circle, Polynomial
from beffroi.core.voting.sealing import Seed
from beffroi.core.voting.trustees import TrusteeKey

# ---------------------------------------------------------------- certificates


def certificate(seed: Seed, index: int, threshold: int, size: int, draw: Draw = secret.random_scalar) -> bytes:
    """What member `index` of `size` hands in first: her two public keys, signed. Raises Refused for wrong numbers."""
    rounds.check_numbers(threshold, size)
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
            "signature": proof_json(sealing.sign(seed, rounds.certs_sig(circle, coefexps), draw)),
        }
    )


def _evaluate(a: Sequence[bytes], j: int) -> bytes:
    """f(j), by Horner, in libsodium."""
    value = secret.ZERO
    for a_k in reversed(a):
        value = secret.add(secret.mul(value, secret.from_int(j)), a_k)
    return value


def commitment(seed: Seed, circle: Circle, made: bytes, draw: Draw = secret.random_scalar) -> bytes:
    """What is handed in before the polynomial `made`: a signed hash of the certificates and of its coefexps."""
    found = canon.fields(canon.parse(made, "polynomial"), "polynomial", rounds.POLYNOMIAL)
    committed = rounds.committed_message(circle, circle.index(seed), found["coefexps"])
    return canon.compact(sealing.signed_json(seed, committed, draw))


# ---------------------------------------------------------------- round 3: shares and keys


def check_share(polynomials: Sequence[Polynomial], i: int, j: int, told: str) -> bytes:
    """The share that i told j, if it lies on i's polynomial. Raises Malformed, or Refused "ceremony.share"."""
    where = f"member {i}, share of member {j}"
    found = canon.fields(canon.parse(told.encode(), where), where, ("secret",))
    s = secret.from_int(canon.as_decimal(found["secret"], where, ED25519.q))
    if secret.base(s) != rounds.public_value(polynomials[i - 1].coefexps, j):
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
    if faults := wrong_shares(seed, circle, polynomials):
        raise Refused("ceremony.share", "; ".join(faults.values()))
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
