"""A complaint that a share of the ceremony is wrong, which everybody can judge (spec 6.5).

Member j shows what opens the one message that she complains of, with a proof that it does: the others read it and see
who cheats, member i who sent it or member j who complains. The ceremony then begins anew, with new seeds: the opened
share is no longer a secret.
"""

from collections.abc import Sequence

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import canon, ceremony, sealing, secret
from beffroi.core.voting.canon import Json
from beffroi.core.voting.group import ED25519, Point
from beffroi.core.voting.proofs import Draw, check_equality, proof_json, prove_equality, read_proof
from beffroi.core.voting.rounds import Circle, Polynomial
from beffroi.core.voting.sealing import Sealed, Seed


def complaints(
    seed: Seed, circle: Circle, polynomials: Sequence[Polynomial], draw: Draw = secret.random_scalar
) -> dict[int, bytes]:
    """One complaint, by member, for each wrong share that this member was sent."""
    j = circle.index(seed)
    faulty = ceremony.wrong_shares(seed, circle, polynomials)
    return {i: _complaint(seed, i, j, polynomials[i - 1].shares[j - 1], draw) for i in faulty}


def _complaint(seed: Seed, i: int, j: int, share: str, draw: Draw) -> bytes:
    value: dict[str, Json] = {"member": j, "against": i}
    try:
        sealed = sealing.read_sealed(share, "share")
    except Malformed:
        return canon.compact(value)  # everybody sees that it is no message at all
    opened = secret.multiply(seed.opening, sealed.alpha)
    proof = prove_equality(seed.opening, sealed.alpha, _prefix(i, j, share, opened), draw)
    return canon.compact({**value, "opened": ED25519.to_string(opened), "proof": proof_json(proof)})


def _prefix(i: int, j: int, share: str, opened: Point) -> str:
    return f"complaint|{j}|{i}|{canon.sha256_hex(share.encode())}|{ED25519.to_string(opened)}|"


def judge(circle: Circle, polynomials: Sequence[Polynomial], raw: bytes) -> tuple[int, str]:
    """The number of the member who cheats, and why. Raises Malformed when it is no complaint."""
    where, size = "complaint", len(circle.certificates)
    found = canon.fields(canon.parse(raw, where), where, ("member", "against"), ("opened", "proof"))
    j, i = canon.as_int(found["member"], where, 1), canon.as_int(found["against"], where, 1)
    if max(i, j) > size:
        raise Malformed(where, "a member who does not exist", f"members 1 to {size}")
    share = polynomials[i - 1].shares[j - 1]
    try:
        sealed = sealing.read_sealed(share, f"member {i}, share of member {j}")
    except Malformed as error:
        return i, str(error)
    opened = _checked(circle, found, i, j, share, sealed)
    if opened is None:
        return j, f"member {j}: the complaint does not open the share, or its proof is wrong"
    keys = circle.encryption[j - 1], circle.certificates[i - 1].signing_key
    try:
        told = sealing.unseal_with(opened, *keys, sealed, f"member {i}, share of member {j}")
        ceremony.check_share(polynomials, i, j, told)
    except Malformed as error:
        return i, str(error)
    except Refused as error:
        if error.rule == "ceremony.library":
            raise
        return i, error.at_fault
    return j, f"member {j}: the share of which the complaint speaks is right"


def _checked(circle: Circle, found: dict[str, Json], i: int, j: int, share: str, sealed: Sealed) -> Point | None:
    """What the complaint opens the share with, if its proof is right."""
    if "opened" not in found or "proof" not in found:
        return None
    opened = ED25519.parse_point(canon.as_str(found["opened"], "complaint"), "complaint, opened")
    proof = read_proof(found["proof"], "complaint, proof", ED25519)
    prefix = _prefix(i, j, share, opened)
    return opened if check_equality(ED25519, circle.encryption[j - 1], sealed.alpha, opened, prefix, proof) else None
