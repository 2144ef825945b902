"""libsodium, by PyNaCl, where it is installed; without it public data can be verified, and nothing secret be done.

`bindings` is PyNaCl's. In a bare Python it is a stand-in whose every use raises ModuleNotFoundError: a secret is
never handled by arithmetic that does not take constant time.
"""

from types import ModuleType
from typing import NoReturn

from beffroi.core import edwards


class _Missing(ModuleType):
    def __getattr__(self, name: str) -> NoReturn:
        raise ModuleNotFoundError(f"{name}: PyNaCl must be installed for whatever touches a secret")


try:
    from nacl import bindings
    from nacl.exceptions import BadSignatureError

    INSTALLED = True
except ImportError:
    bindings = _Missing("bindings")
    INSTALLED = False

__all__ = ["INSTALLED", "bindings", "public_half", "sign", "signature_holds"]


def public_half(seed: bytes) -> bytes:
    """The public key, 32 bytes, of an Ed25519 signing key given by its seed."""
    return bindings.crypto_sign_seed_keypair(seed)[0]


def sign(seed: bytes, message: bytes) -> bytes:
    """The Ed25519 signature (RFC 8032), 64 bytes."""
    return bindings.crypto_sign(message, bindings.crypto_sign_seed_keypair(seed)[1])[:64]


def signature_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the Ed25519 signature is that of the message by this key."""
    if not INSTALLED:
        return edwards.signature_holds(public, message, signature)
    if len(signature) != bindings.crypto_sign_BYTES:
        return False
    try:
        bindings.crypto_sign_open(signature + message, public)
    except BadSignatureError:
        return False
    return True
