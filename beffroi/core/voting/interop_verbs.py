"""The option `--interop GROUP` of the verbs: with it the operations of `interop`, without it the real ones in Ed25519.

The group must be named, so that nobody takes this way because of a file that somebody else wrote.
"""

from collections.abc import Sequence
from typing import Annotated

import typer

from beffroi.core.voting import ballot, interop, interop_shuffle, shuffle
from beffroi.core.voting.election import Election
from beffroi.core.voting.group import FieldGroup
from beffroi.core.voting.interop import InteropKey
from beffroi.core.voting.proofs import Ciphertext

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


def make_credentials(uuid: str, numbers: Sequence[str], name: str) -> tuple[dict[str, str], bytes]:
    """As `credentials.make_credentials`, but of 15 characters, which belenios-tool 2.0 reads."""
    return interop.make_credentials(uuid, numbers, _allowed(name))


def new_key(name: str) -> InteropKey:
    """A single trustee's key."""
    return interop.new_key(_allowed(name))


def encrypt(election: Election, credential: str, choices: Sequence[Sequence[int]], name: str | None) -> bytes:
    """A ballot."""
    if name is None:
        return ballot.encrypt(election, credential, choices)
    _allowed(name, election)
    return interop.encrypt(election, credential, choices)


def read_private(raw: bytes, election: Election, name: str) -> InteropKey:
    """A single trustee's key file."""
    return interop.read_private(raw, _allowed(name, election))


def make_shuffle(election: Election, before: Sequence[Sequence[Ciphertext]], name: str | None) -> bytes:
    """A shuffle."""
    if name is None:
        return shuffle.make_shuffle(election, before)
    _allowed(name, election)
    return interop_shuffle.make_shuffle(election, before)
