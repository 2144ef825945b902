"""Credentials: what a voter signs her ballot with, and the public list that the archive holds (spec 4).

The private credential goes from the authority to the voter by letter. The voting server never sees it.
"""

import re
import secrets
from collections.abc import Iterable, Sequence

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import canon, secret
from beffroi.core.voting.election import BASE58
from beffroi.core.voting.group import ED25519, Group

_PRIVATE = re.compile(rf"[{BASE58}]{{5}}-[{BASE58}]{{6}}-[{BASE58}]{{5}}-[{BASE58}]{{6}}")
MOST_WEIGHT = 10**11  # Belenios' own cap: the logarithms of the tally must remain computable


def new_credential() -> str:
    """A private credential, XXXXX-XXXXXX-XXXXX-XXXXXX: 22 characters of base 58, 128.8 bits."""
    drawn = "".join(secrets.choice(BASE58) for _ in range(22))
    return f"{drawn[:5]}-{drawn[5:11]}-{drawn[11:16]}-{drawn[16:]}"


def check_private(credential: str) -> str:
    """The same credential if it is well written. Raises Malformed without repeating it: it is a secret."""
    if not _PRIVATE.fullmatch(credential):
        raise Malformed("credential", "another form", "XXXXX-XXXXXX-XXXXX-XXXXXX in base 58 (no 0, O, I, l)")
    return credential


def public_credential(uuid: str, credential: str) -> str:
    """The point that stands for this private credential in the election `uuid` (Ed25519)."""
    return ED25519.to_string(secret.base(secret.derive(uuid, check_private(credential))))


def make_credentials(uuid: str, voter_numbers: Sequence[str]) -> tuple[dict[str, str], bytes]:
    """One credential for each voter number.

    Returns the private ones by number, and the public list as the archive holds it: no numbers, sorted by the
    points' bytes so that its order says nothing about the roll. Raises Refused for a number given twice.
    """
    private = _new(voter_numbers)
    return private, public_list(public_credential(uuid, credential) for credential in private.values())


def _new(voter_numbers: Sequence[str]) -> dict[str, str]:
    private: dict[str, str] = {}
    for number in voter_numbers:
        if number in private:
            raise Refused("credentials.number-twice", f"voter number {number}")
        private[number] = new_credential()
    return private


def private_json(voter_numbers: Sequence[str]) -> bytes:
    """The authority's secret file: a new private credential for each voter number. Raises Refused as above."""
    return canon.compact({**_new(voter_numbers)})


def public_half(uuid: str, private: bytes, voter_numbers: Sequence[str]) -> tuple[dict[str, str], bytes]:
    """The private credentials of a file that `private_json` gave, and their public list.

    Raises Malformed without repeating one, or Refused when they are for other voter numbers.
    """
    where = "private credentials"
    found = canon.as_object(canon.parse(private, where), where)
    if sorted(found) != sorted(voter_numbers):
        raise Refused("credentials.other", "the private credentials that are there are for other voter numbers")
    read = {number: check_private(canon.as_str(value, where)) for number, value in found.items()}
    return read, public_list(public_credential(uuid, credential) for credential in read.values())


def public_list(points: Iterable[str]) -> bytes:
    """The canonical public list of these points (Ed25519): sorted by their RFC 8032 bytes."""
    return canon.compact([*sorted(points, key=lambda text: bytes.fromhex(text)[::-1])])


def parse_credentials(raw: bytes, group: Group) -> dict[str, int]:
    """The public list: each credential's point string with its weight (1 unless given).

    Raises Malformed, with the credential's place in the list: not a member, twice the same, weights above the cap.
    """
    listed = canon.as_list(canon.parse(raw, "credentials"), "credentials")
    parts = [canon.as_str(item, f"credentials, item {n}").partition(",") for n, item in enumerate(listed, 1)]
    points = group.parse_points([text for text, _, _ in parts], "credentials")
    weights: dict[str, int] = {}
    for n, ((text, comma, weight), point) in enumerate(zip(parts, points, strict=True), 1):
        where = f"credentials, item {n}"
        if point == group.identity:
            raise Malformed(where, "the identity", "another member of the group")
        if text in weights:
            raise Malformed(where, "a credential that is already in the list", "each credential once")
        weights[text] = canon.as_decimal(weight, f"{where}, weight") if comma else 1
    if sum(weights.values()) > MOST_WEIGHT:
        raise Malformed("credentials", "a total weight above 10**11", "at most 10**11")
    return weights
