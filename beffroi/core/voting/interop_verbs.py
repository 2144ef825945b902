"""The option `--interop GROUP` of the verbs: without it the real operations in Ed25519, with it those of `interop`.

The group must be named, so that nobody takes this way because of a file that somebody else wrote.
"""

from collections.abc import Sequence
from typing import Annotated

import typer

from beffroi.core.voting import ballot, credentials, interop, interop_shuffle, shuffle, tally, trustees
from beffroi.core.voting.election import Election
from beffroi.core.voting.group import FieldGroup
from beffroi.core.voting.interop import InteropKey
from beffroi.core.voting.proofs import Ciphertext
from beffroi.core.voting.trustees import TrusteeKey

Interop = Annotated[
    str | None,
    typer.Option("--interop", metavar="GROUP", help="To test with other programs: BELENIOS-2048 or RFC-3526-2048."),
]


def _allowed(name: str, election: Election | None = None) -> FieldGroup:
    group = interop.interop_group(name)
    if election is not None:
        interop.check_election(election, name)
    typer.echo(interop.WARNING, err=True)
    return group


def make_credentials(uuid: str, numbers: Sequence[str], name: str | None) -> tuple[dict[str, str], bytes]:
    """As `credentials.make_credentials`; with --interop of 15 characters, which belenios-tool 2.0 reads."""
    if name is None:
        return credentials.make_credentials(uuid, numbers)
    return interop.make_credentials(uuid, numbers, _allowed(name))


def new_key(name: str | None) -> tuple[str, bytes, bytes]:
    """A single trustee's public key, private file and public file."""
    if name is None:
        key = trustees.new_trustee_key()
        return key.public_key, key.private_json(), trustees.public_json(key)
    other = interop.new_key(_allowed(name))
    return other.public_key, other.private_json(), other.public_json()


def encrypt(election: Election, credential: str, choices: Sequence[Sequence[int]], name: str | None) -> bytes:
    """A ballot."""
    if name is None:
        return ballot.encrypt(election, credential, choices)
    _allowed(name, election)
    return interop.encrypt(election, credential, choices)


def read_private(raw: bytes, election: Election, name: str) -> InteropKey:
    """A single trustee's key file."""
    return interop.read_private(raw, _allowed(name, election))


def partial_decryption(election: Election, key: TrusteeKey | InteropKey, encrypted: bytes) -> bytes:
    """By whichever key it is."""
    if isinstance(key, InteropKey):
        return interop.partial_decryption(election, key, encrypted)
    return tally.partial_decryption(election, key, encrypted)


def make_shuffle(election: Election, before: Sequence[Sequence[Ciphertext]], name: str | None) -> bytes:
    """A shuffle."""
    if name is None:
        return shuffle.make_shuffle(election, before)
    _allowed(name, election)
    return interop_shuffle.make_shuffle(election, before)
