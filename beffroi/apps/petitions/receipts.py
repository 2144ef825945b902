"""The receipts of signers, made as all receipts are."""

from beffroi.web.receipts import ALPHABET, LENGTH, hashed, new, normalised

__all__ = ["ALPHABET", "LENGTH", "hashed", "new", "normalised"]
