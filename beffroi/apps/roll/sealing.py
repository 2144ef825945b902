"""What must be read again is sealed with a key made from SECRET_KEY, so that a copy of the database does not tell it.

A code that is only compared is a keyed hash instead.
"""

import base64
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken
from django.utils.crypto import salted_hmac

#: Crockford's 32 signs: no I, L, O, U, so nobody reads one for another.
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("OIL", "011")


def _box(purpose: str) -> Fernet:
    key = salted_hmac(f"beffroi.roll.seal.{purpose}", b"", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def seal(purpose: str, text: str) -> str:
    """The text, encrypted and authenticated, for one purpose."""
    return _box(purpose).encrypt(text.encode()).decode()


def unseal(purpose: str, sealed: str) -> str | None:
    """The text, or None: another key, another purpose, or changed."""
    try:
        return _box(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def new_code(signs: int) -> str:
    """A code to be copied by hand: five bits a sign."""
    return "".join(secrets.choice(SIGNS) for _ in range(signs))


def plain(code: str) -> str:
    """A code as people write it, without its spaces and hyphens; a letter that looks like a digit is the digit."""
    return "".join(sign for sign in code.upper().translate(_READ_AS) if sign in SIGNS)


def mac(purpose: str, text: str) -> str:
    """What stands for a secret in the database."""
    return salted_hmac(f"beffroi.roll.{purpose}", text, algorithm="sha256").hexdigest()


def same(one: str, other: str) -> bool:
    """Compared in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
