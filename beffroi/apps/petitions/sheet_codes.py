"""The identifier printed on a paper sheet: seven drawn letters and digits, and one that checks them.

Crockford's base 32, as on receipts. The eight characters a0..a7 are digits of GF(32) with a0 + a1·g + … + a7·g⁷ = 0,
g a primitive element: any one wrong character and any two exchanged ones are noticed before a sheet is looked for.
"""

import secrets
from typing import Final

from beffroi.apps.petitions.receipts import ALPHABET
from beffroi.core.errors import Malformed

LENGTH: Final = 8
_POLYNOMIAL: Final = 0b100101  # x⁵ + x² + 1
_ALIKE: Final = str.maketrans("OIL", "011", " -\u00a0\u202f\t\r\n")


def _times_g(value: int) -> int:
    doubled = value << 1
    return doubled ^ _POLYNOMIAL if doubled & 32 else doubled


def _sum(digits: list[int]) -> int:
    """a0 + a1·g + a2·g² + …, by Horner's rule."""
    total = 0
    for digit in reversed(digits):
        total = _times_g(total) ^ digit
    return total


def new() -> str:
    """A fresh identifier: 35 random bits, so that nobody guesses one that was printed."""
    drawn = [secrets.randbelow(32) for _ in range(LENGTH - 1)]
    return "".join(ALPHABET[digit] for digit in [_sum([0, *drawn]), *drawn])


def normalised(text: str) -> str:
    """What was typed, without spaces, hyphens, case or look-alike letters. `Malformed` when no sheet can have it."""
    code = text.upper().translate(_ALIKE)
    if len(code) != LENGTH or any(letter not in ALPHABET for letter in code):
        raise Malformed("sheet", f"{len(code)} characters", f"{LENGTH} letters and digits")
    if _sum([ALPHABET.index(letter) for letter in code]):
        raise Malformed("sheet", "a wrong character", "what is printed on the sheet")
    return code


def shown(code: str) -> str:
    """In two groups, as it is printed."""
    return f"{code[:4]}-{code[4:]}"
