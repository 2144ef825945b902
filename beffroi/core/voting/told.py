"""How the verbs of the command line tell an error."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from beffroi.core.errors import Malformed, Refused


@contextmanager
def told() -> Iterator[None]:
    """What is malformed or refused becomes one sentence and exit status 1."""
    try:
        yield
    except (Malformed, Refused) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
