"""What an honest trustee hands in, and what one hands in who wants the count to fail without being named."""

import json

from beffroi.core.voting import canon, second_proof, secret, tally
from beffroi.core.voting.election import Election
from beffroi.core.voting.proofs import Proof, proof_json
from beffroi.core.voting.trustees import TrusteeKey


def handed_in(election: Election, key: TrusteeKey, added: bytes, pd: bytes | None = None) -> bytes:
    """The file that `beffroi trustee decrypt` makes, of her decryption or of the one given."""
    pd = tally.partial_decryption(election, key, added) if pd is None else pd
    return second_proof.envelope(pd, second_proof.make(election, key, added, pd))


def blocking(election: Election, key: TrusteeKey, added: bytes) -> bytes:
    """A decryption whose first factor opens nothing, with proofs that version 1 finds right.

    A = w*G and B = w*alpha + delta*G are fixed first; the challenge names neither alpha nor F, so that
    F = (B - s*alpha) / c = x*alpha + (delta/c)*G is chosen after it.
    """
    group, x = election.group, secret.to_int(key.scalar)
    value = json.loads(tally.partial_decryption(election, key, added))
    alpha = tally.read_tally(election, added)[0][0].alpha
    w, delta = 123456789, 5
    B = group.add(group.multiply(w, alpha), group.base(delta))
    c = group.hash_to_scalar(f"decrypt|{election.fingerprint}|{key.public_key}|", [group.base(w), B])
    s = (w - x * c) % group.q
    F = group.multiply(pow(c, -1, group.q), group.sub(B, group.multiply(s, alpha)))
    value["decryption_factors"][0][0] = group.to_string(F)
    value["decryption_proofs"][0][0] = proof_json(Proof(c, s))
    return canon.compact(value)
