"""Receipts: 26 characters that somebody keeps, and of which the server keeps only the hash. No name is in them.

Crockford's base 32 (no I, L, O, U), so that a receipt can be read aloud and copied from paper: 26 characters are 130
random bits.
"""

import hashlib
import secrets
from typing import Final

from beffroi.core.errors import Malformed

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 26
# What a reader takes for a digit.
_ALIKE: Final = str.maketrans("OIL", "011", " -\u00a0\u202f\t\r\n")


def new() -> str:
    """A fresh receipt."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def normalised(text: str) -> str:
    """What was typed, without spaces, case or look-alike letters. `Malformed` when it cannot be a receipt."""
    receipt = text.upper().translate(_ALIKE)
    if len(receipt) != LENGTH or any(letter not in ALPHABET for letter in receipt):
        raise Malformed("receipt", f"{len(receipt)} characters", f"{LENGTH} letters and digits")
    return receipt


def hashed(receipt: str) -> str:
    """What is stored: SHA-256 of the receipt's characters. 130 random bits need no salt."""
    return hashlib.sha256(receipt.encode("ascii")).hexdigest()
