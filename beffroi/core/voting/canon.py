"""Strict JSON and the encodings that hashes rest on (spec 2): one value, one sequence of bytes.

Everything read here comes from strangers: sizes are bounded before parsing, and duplicate keys, floats, lone
surrogates, unknown fields and numbers written in two ways are Malformed.
"""

import base64
import hashlib
import json
import re
from typing import NoReturn, TypeAlias

from beffroi.core.errors import Malformed

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

SIZE_LIMIT = 64 * 1024 * 1024  # bytes of one record; a list of 500,000 credentials in Ed25519 is 34 MB
_DECIMAL = re.compile(r"0|[1-9][0-9]*")
_HASH = re.compile(r"[0-9a-f]{64}")
_MOST_DIGITS = 700  # a field element has 617


def sha256(raw: bytes) -> bytes:
    """SHA-256, 32 bytes."""
    return hashlib.sha256(raw).digest()


def sha256_hex(raw: bytes) -> str:
    """SHA-256 in lower-case hexadecimal, 64 characters: names of records and of events."""
    return hashlib.sha256(raw).hexdigest()


def sha256_base64(raw: bytes) -> str:
    """SHA-256 in standard base64 without padding, 43 characters: fingerprints and trackers."""
    return base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")


def compact(value: Json) -> bytes:
    """The one way in which we write JSON: no spaces, keys in the order given, UTF-8 kept."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def parse(raw: bytes, where: str, limit: int = SIZE_LIMIT) -> Json:
    """Strict JSON. Raises Malformed on anything that two parsers could read differently."""
    if len(raw) > limit:
        raise Malformed(where, f"{len(raw)} bytes", f"at most {limit} bytes")
    try:
        text = raw.decode("utf-8")
        value: Json = json.loads(text, object_pairs_hook=_object, parse_float=_no_float, parse_constant=_no_float)
        if "\\u" in text:  # only an escape can bring a lone surrogate, which has no UTF-8 form
            compact(value)
    except (ValueError, RecursionError) as error:
        raise Malformed(where, f"no strict JSON ({_first_words(error)})", "one JSON value in UTF-8") from error
    return value


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key appears twice in an object")
    return found


def _no_float(text: str) -> NoReturn:
    raise ValueError("a number that is not an integer")


def _first_words(error: Exception) -> str:
    return "too deep" if isinstance(error, RecursionError) else str(error).splitlines()[0][:80]


def check_canonical(raw: bytes, value: Json, where: str) -> None:
    """The bytes must be those that we would write: else the same value would have two hashes."""
    if compact(value) != raw:
        raise Malformed(where, "other bytes than the canonical JSON of the same value", "compact JSON, fields in order")


def fields(value: Json, where: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Json]:
    """An object with exactly these keys."""
    found = as_object(value, where)
    missing = [key for key in required if key not in found]
    unknown = [key for key in found if key not in required and key not in optional]
    if missing or unknown:
        problem = f"no {missing[0]}" if missing else f"unknown field {unknown[0][:40]!r}"
        raise Malformed(where, problem, "the fields " + ", ".join(required + tuple(f"{key}?" for key in optional)))
    return found


def as_object(value: Json, where: str) -> dict[str, Json]:
    """A JSON object, whatever its keys."""
    if not isinstance(value, dict):
        raise Malformed(where, _kind(value), "an object")
    return value


def as_list(value: Json, where: str, length: int | None = None) -> list[Json]:
    """A JSON list, of this length when one is given: a list too short must not be cut silently by `zip`."""
    if not isinstance(value, list):
        raise Malformed(where, _kind(value), "a list")
    if length is not None and len(value) != length:
        raise Malformed(where, f"{len(value)} items", f"{length} items")
    return value


def as_str(value: Json, where: str) -> str:
    """A JSON string."""
    if not isinstance(value, str):
        raise Malformed(where, _kind(value), "a string")
    return value


def as_int(value: Json, where: str, least: int = 0) -> int:
    """A JSON integer (true and false are not)."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise Malformed(where, _kind(value), f"an integer from {least}")
    return value


def as_decimal(value: Json, where: str, below: int | None = None) -> int:
    """An integer written as a decimal string without sign or leading zero, smaller than `below`."""
    text = as_str(value, where)
    if len(text) > _MOST_DIGITS or not _DECIMAL.fullmatch(text):
        raise Malformed(where, _shown(text), "a decimal string without leading zero")
    number = int(text)
    if below is not None and number >= below:
        raise Malformed(where, "a number too large", "a number smaller than the order of the group")
    return number


def as_hash(value: Json, where: str) -> str:
    """A SHA-256 in lower-case hexadecimal."""
    text = as_str(value, where)
    if not _HASH.fullmatch(text):
        raise Malformed(where, _shown(text), "64 lower-case hexadecimal digits")
    return text


def as_weight(value: Json, where: str) -> int:
    """A weight or a count of votes: JSON integer below 2**30, decimal string from there on (spec 2)."""
    if isinstance(value, str):
        number = as_decimal(value, where)
        if number < 1 << 30:
            raise Malformed(where, _shown(value), "an integer, not a string, below 2**30")
        return number
    number = as_int(value, where)
    if number >= 1 << 30:
        raise Malformed(where, str(number)[:40], "a decimal string from 2**30 on")
    return number


def weight(number: int) -> Json:
    """How a weight or a count of votes is written."""
    return number if number < 1 << 30 else str(number)


def _shown(text: str) -> str:
    return repr(text[:40]) + ("…" if len(text) > 40 else "")


def _kind(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"the number {str(value)[:40]}"
    return {type(None): "null", str: "a string", list: "a list", dict: "an object"}[type(value)]
