"""What members of a group of trustees say to one another: signed, and sealed for one recipient (spec 6.4).

One secret, the seed, gives a member's two key pairs. A sealed message is ElGamal of a random point on Ed25519, whose
hash is the AES-GCM key. Only this module needs the package `cryptography`, and only to send or receive: who verifies
an election does without (docs/decisions/0017).
"""

import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from beffroi.core.errors import Malformed, Refused
from beffroi.core.sodium import bindings
from beffroi.core.voting import canon, secret
from beffroi.core.voting.canon import Json
from beffroi.core.voting.election import BASE58
from beffroi.core.voting.group import ED25519, Point
from beffroi.core.voting.proofs import Draw, Proof, check_knowledge, proof_json, prove_knowledge, read_proof

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SEED_LENGTH = 22  # of base 58: 128.8 bits


@dataclass(frozen=True)
class Seed:
    """A member's only secret during the ceremony and after it. It never shows in a repr."""

    text: str = field(repr=False)

    @property
    def signing(self) -> bytes:
        """The scalar that signs."""
        return _derived("sk", self.text)

    @property
    def opening(self) -> bytes:
        """The scalar that opens what is sealed for her."""
        return _derived("dk", self.text)

    @property
    def verification(self) -> Point:
        """The public key of what she signs."""
        return secret.base(self.signing)

    @property
    def encryption(self) -> Point:
        """The public key that others seal for."""
        return secret.base(self.opening)


def _derived(kind: str, seed: str) -> bytes:
    digest = sha256(f"{kind}|{seed}".encode()).digest()
    return bindings.crypto_core_ed25519_scalar_reduce(digest[::-1] + bytes(32))  # libsodium reads little-endian


def new_seed() -> Seed:
    """A seed from the system's randomness."""
    return Seed("".join(secrets.choice(BASE58) for _ in range(SEED_LENGTH)))


def read_seed(raw: bytes) -> Seed:
    """Read a seed's file. Raises Malformed without repeating it."""
    text = raw.decode("ascii", "replace").strip()
    if len(text) != SEED_LENGTH or set(text) - set(BASE58):
        raise Malformed("seed", "another form", f"{SEED_LENGTH} characters of base 58")
    return Seed(text)


def sign(seed: Seed, message: str, draw: Draw) -> Proof:
    """Signature of a message by a member."""
    return prove_knowledge(seed.signing, f"sigmsg|{message}|", draw)


def is_signed(signer: Point, message: str, signature: Proof) -> bool:
    """Whether the holder of this verification key signed the message. The key comes from the certificate, always."""
    return check_knowledge(ED25519, signer, f"sigmsg|{message}|", signature)


def signed_json(seed: Seed, message: str, draw: Draw) -> Json:
    """A message with its signature, as the format writes both."""
    return {"message": message, "signature": proof_json(sign(seed, message, draw))}


def seal(seed: Seed, recipient: Point, message: str, draw: Draw) -> str:
    """The message signed by `seed` and sealed for the holder of the encryption key `recipient`."""
    told = canon.compact({"recipient": ED25519.to_string(recipient), "message": message}).decode()
    plain = canon.compact(signed_json(seed, told, draw))
    r, hidden = draw(), secret.base(draw())
    alpha = secret.base(r)
    data = _cipher(hidden).encrypt(_iv(alpha), plain, None)
    beta = ED25519.add(secret.multiply(r, recipient), hidden)
    points: dict[str, Json] = {"alpha": ED25519.to_string(alpha), "beta": ED25519.to_string(beta)}
    return canon.compact({"algorithm": "AES-GCM", **points, "data": data.hex()}).decode()


@dataclass(frozen=True)
class Sealed:
    """A sealed message as it was read; whether it opens is another matter."""

    alpha: Point
    beta: Point
    data: bytes


def read_sealed(text: str, where: str) -> Sealed:
    """Read a sealed message. Raises Malformed."""
    found = canon.fields(canon.parse(text.encode(), where), where, ("algorithm", "alpha", "beta", "data"))
    if found["algorithm"] != "AES-GCM":
        raise Malformed(f"{where}, algorithm", repr(found["algorithm"])[:40], "AES-GCM")
    alpha = ED25519.parse_point(canon.as_str(found["alpha"], where), f"{where}, alpha")
    beta = ED25519.parse_point(canon.as_str(found["beta"], where), f"{where}, beta")
    return Sealed(alpha, beta, _hexadecimal(canon.as_str(found["data"], where), where))


def unseal(seed: Seed, sender: Point, text: str, where: str) -> str:
    """The message that the holder of the verification key `sender` sealed for `seed`.

    Raises Malformed, or Refused "ceremony.sealed" when it does not open, is not signed by the sender or is for another.
    """
    sealed = read_sealed(text, where)
    return unseal_with(secret.multiply(seed.opening, sealed.alpha), seed.encryption, sender, sealed, where)


def unseal_with(opened: Point, recipient: Point, sender: Point, sealed: Sealed, where: str) -> str:
    """The same for whoever was given `opened`, the recipient's secret scalar times alpha (spec 6.5)."""
    plain = _opened(ED25519.sub(sealed.beta, opened), sealed.alpha, sealed.data, where)
    return _told(recipient, sender, canon.parse(plain, where), where)


def _told(recipient: Point, sender: Point, signed: Json, where: str) -> str:
    found = canon.fields(signed, where, ("message", "signature"))
    message = canon.as_str(found["message"], where)
    if not is_signed(sender, message, read_proof(found["signature"], where, ED25519)):
        raise Refused("ceremony.sealed", f"{where}: the signature is wrong")
    told = canon.fields(canon.parse(message.encode(), where), where, ("recipient", "message"))
    if told["recipient"] != ED25519.to_string(recipient):
        raise Refused("ceremony.sealed", f"{where}: it is for somebody else")
    return canon.as_str(told["message"], where)


def _opened(hidden: Point, alpha: Point, data: bytes, where: str) -> bytes:
    cipher = _cipher(hidden)
    from cryptography.exceptions import InvalidTag

    try:
        return cipher.decrypt(_iv(alpha), data, None)
    except InvalidTag:
        raise Refused("ceremony.sealed", f"{where}: it does not open") from None


def _cipher(hidden: Point) -> "AESGCM":
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError as error:
        raise Refused("ceremony.library", "install beffroi[trustee], which brings the package cryptography") from error
    return AESGCM(sha256(f"key|{ED25519.to_string(hidden)}".encode()).digest())


def _iv(alpha: Point) -> bytes:
    # 32 bytes, as the format wants; GCM hashes whatever is not 12. Each alpha is new, and so is each key.
    return sha256(f"iv|{ED25519.to_string(alpha)}".encode()).digest()


def _hexadecimal(text: str, where: str) -> bytes:
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) < 16 or raw.hex() != text:
        raise Malformed(f"{where}, data", "another form", "lower-case hexadecimal, 16 bytes or more")
    return raw
