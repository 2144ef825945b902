"""Whatever touches a secret: scalars of Ed25519 and their products, in constant time, by libsodium (spec 1.4).

A secret scalar is 32 bytes, little-endian, smaller than q. It becomes a Python integer only where a file format wants
decimals. libsodium raises when a product is the identity, so scalar 0 is handled first.
"""

import os
from hashlib import sha256

from beffroi.core.sodium import bindings
from beffroi.core.voting.group import ED25519, Point

ZERO = bytes(32)


def random_scalar() -> bytes:
    """A uniform scalar, 0 < s < q: rejection sampling on the system's randomness, never a modulo."""
    while True:
        drawn = bytearray(os.urandom(32))
        drawn[31] &= 0x1F  # q has 253 bits: half of the draws are kept
        if 0 < int.from_bytes(drawn, "little") < ED25519.q:
            return bytes(drawn)


def from_int(number: int) -> bytes:
    """A scalar from an integer, modulo q."""
    return (number % ED25519.q).to_bytes(32, "little")


def to_int(s: bytes) -> int:
    """For a file format that wants decimals."""
    return int.from_bytes(s, "little")


def add(a: bytes, b: bytes) -> bytes:
    """a + b modulo q."""
    return bindings.crypto_core_ed25519_scalar_add(a, b)


def sub(a: bytes, b: bytes) -> bytes:
    """a - b modulo q."""
    return bindings.crypto_core_ed25519_scalar_sub(a, b)


def mul(a: bytes, b: bytes) -> bytes:
    """a * b modulo q."""
    return bindings.crypto_core_ed25519_scalar_mul(a, b)


def base(s: bytes) -> Point:
    """The generator multiplied by a secret."""
    return ED25519.identity if s == ZERO else bindings.crypto_scalarmult_ed25519_base_noclamp(s)


def multiply(s: bytes, P: Point) -> Point:
    """A point multiplied by a secret."""
    if s == ZERO or ED25519.identity == P:
        return ED25519.identity
    return bindings.crypto_scalarmult_ed25519_noclamp(s, P)


def respond(w: bytes, x: bytes, challenge: int) -> bytes:
    """The response w - x * challenge: the convention of every proof of the protocol."""
    return sub(w, mul(x, from_int(challenge)))


def derive(uuid: str, credential: str) -> bytes:
    """The signing key of a private credential (spec 4.1): two SHA-256 side by side, modulo q."""
    digests = [sha256(f"derive_credential|{uuid}|{i}|{credential}".encode()).digest() for i in (0, 1)]
    return bindings.crypto_core_ed25519_scalar_reduce(b"".join(digests)[::-1])  # libsodium reads little-endian
