"""The second proof of a partial decryption, and the one file in which a trustee hands both in (spec 8.6).

The hash of a proof of version 1 names neither alpha nor the factor F: a valid one may stand beside a factor that leads
to no result, and nobody can say who blocks the count. The second proof is one proof for the whole decryption, as in
CHVote (GenDecryptionProof): its hash names the election, the owner's key, every alpha and every F. It stays beside the
archive, whose format it does not change.
"""

from collections.abc import Sequence

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import canon, secret, tally
from beffroi.core.voting.canon import Json
from beffroi.core.voting.election import Election
from beffroi.core.voting.group import ED25519, Point
from beffroi.core.voting.proofs import Draw, check_equalities, proof_json, prove_equalities, read_proof
from beffroi.core.voting.trustees import TrusteeKey, Trustees

KIND = "beffroi-second-proof-1"
ENVELOPE_KIND = "beffroi-decryption-1"
_PROOF = ("kind", "decryption", "proof")
_ENVELOPE = ("kind", "decryption", "second_proof")


# ---------------------------------------------------------------- the proof


def make(election: Election, key: TrusteeKey, encrypted: bytes, pd: bytes, draw: Draw = secret.random_scalar) -> bytes:
    """The second proof of this partial decryption of the encrypted tally (Ed25519). Raises Malformed, Refused."""
    if election.group is not ED25519:
        raise Refused("decryption.group", f"keys are of Ed25519, the election of {election.group.name}")
    pairs = _pairs(election, encrypted, pd)
    prefix = _prefix(election, key.public_key, pairs)
    proof = prove_equalities(key.scalar, [alpha for alpha, _ in pairs], prefix, draw)
    return canon.compact({"kind": KIND, "decryption": canon.sha256_hex(pd), "proof": proof_json(proof)})


def check(election: Election, public_key: str, encrypted: bytes, pd: bytes, raw: bytes) -> None:
    """Check the second proof of the decryption `pd`, whose own proofs are for `check_partial_decryption`.

    `public_key` is the point string of its owner. Raises Malformed; Refused "decryption.other" when the proof is of
    another decryption, "decryption.bound" when it is wrong: then the factors were not made with that key.
    """
    where, group = "second proof", election.group
    found = canon.fields(canon.parse(raw, where), where, _PROOF)
    if found["kind"] != KIND:
        raise Malformed(f"{where}, kind", repr(found["kind"])[:40], KIND)
    named = canon.as_hash(found["decryption"], f"{where}, decryption")
    proof = read_proof(found["proof"], f"{where}, proof", group)
    canon.check_canonical(raw, {"kind": KIND, "decryption": named, "proof": proof_json(proof)}, where)
    if named != canon.sha256_hex(pd):
        raise Refused("decryption.other", f"the second proof is that of the decryption {named[:16]}…")
    pairs = _pairs(election, encrypted, pd)
    X = group.parse_point(public_key, "public key")
    if not check_equalities(group, X, pairs, _prefix(election, public_key, pairs), proof):
        raise Refused("decryption.bound", "the second proof is wrong: these factors were not made with that key")


def _pairs(election: Election, encrypted: bytes, pd: bytes) -> list[tuple[Point, Point]]:
    """Every (alpha, F), question by question, in their order."""
    cells = tally.read_tally(election, encrypted)
    read = tally.read_partial_decryption(election, pd, cells)
    rows = zip(cells, read.factors, strict=True)
    return [(c.alpha, F) for choices, factors in rows for c, F in zip(choices, factors, strict=True)]


def _prefix(election: Election, public_key: str, pairs: Sequence[tuple[Point, Point]]) -> str:
    named = ",".join(election.group.to_string(point) for pair in pairs for point in pair)
    return f"decrypt-bound|{election.fingerprint}|{public_key}|{named}|"


# ---------------------------------------------------------------- what is handed in


def envelope(pd: bytes, proof: bytes) -> bytes:
    """The one file that a trustee hands in: her partial decryption, as the archive holds it, and its second proof."""
    return canon.compact(
        {
            "kind": ENVELOPE_KIND,
            "decryption": canon.parse(pd, "partial decryption"),
            "second_proof": canon.parse(proof, "second proof"),
        }
    )


def read_envelope(raw: bytes) -> tuple[bytes, bytes]:
    """The partial decryption and its second proof, unchecked.

    Raises Malformed, or Refused "decryption.alone" for a decryption without a second proof (as belenios-tool makes it).
    """
    where = "decryption"
    value = canon.parse(raw, where)
    if "decryption_factors" in canon.as_object(value, where):
        raise Refused("decryption.alone", "there is no second proof: `beffroi trustee decrypt` makes it")
    found = canon.fields(value, where, _ENVELOPE)
    if found["kind"] != ENVELOPE_KIND:
        raise Malformed(f"{where}, kind", repr(found["kind"])[:40], ENVELOPE_KIND)
    canon.check_canonical(raw, {name: found[name] for name in _ENVELOPE}, where)
    return canon.compact(found["decryption"]), canon.compact(found["second_proof"])


def check_envelope(election: Election, public_key: str, encrypted: bytes, raw: bytes) -> tuple[bytes, bytes]:
    """What a trustee has handed in, both checked: her decryption and its second proof. Raises Malformed, Refused."""
    pd, proof = read_envelope(raw)
    tally.check_partial_decryption(election, public_key, encrypted, pd)
    check(election, public_key, encrypted, pd, proof)
    return pd, proof


def split(raw: bytes) -> tuple[bytes, bytes | None]:
    """The partial decryption and its second proof, unchecked; a decryption as belenios-tool makes it has none."""
    alone = "decryption_factors" in canon.as_object(canon.parse(raw, "decryption"), "decryption")
    return (raw, None) if alone else read_envelope(raw)


def valid_envelopes(
    election: Election, trustees: Trustees, encrypted: bytes, handed: Sequence[tuple[int, bytes]]
) -> tuple[dict[int, tuple[bytes, bytes]], list[str]]:
    """Of the files handed in: decryption and second proof of each right one, by owner number and in their order.

    And a line on each other one. The decryptions are what `tally.result_of` takes.
    """
    return tally.right_ones(election, trustees, handed, lambda key, raw: check_envelope(election, key, encrypted, raw))


# ---------------------------------------------------------------- what is published


def published(proofs: Sequence[bytes]) -> bytes:
    """The file that is published beside the archive: the list of the second proofs of its decryptions."""
    return canon.compact([canon.parse(proof, "second proof") for proof in proofs])


def read_published(raws: Sequence[bytes]) -> dict[str, bytes]:
    """The second proofs in these files, by the hash of the decryption of which each is one.

    A file is a list as `published` writes it, one proof alone, or an envelope. Raises Malformed.
    """
    found: dict[str, bytes] = {}
    for raw in raws:
        value = canon.parse(raw, "second proofs")
        for item in value if isinstance(value, list) else [value]:
            named, proof = _published(item)
            if named in found:
                raise Malformed("second proofs", f"that of {named[:16]}… again", "each decryption once")
            found[named] = proof
    return found


def _published(item: Json) -> tuple[str, bytes]:
    where = "second proofs"
    if canon.as_object(item, where).get("kind") == ENVELOPE_KIND:
        item = canon.fields(item, where, _ENVELOPE)["second_proof"]
    return canon.as_hash(canon.fields(item, where, _PROOF)["decryption"], where), canon.compact(item)
