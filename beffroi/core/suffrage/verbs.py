"""`beffroi sample`: replays the draw of a verification, and computes its interval (docs/specs/suffrage.md, 5)."""

from collections.abc import Callable
from fractions import Fraction
from typing import Annotated

import typer

from beffroi.core.errors import Malformed
from beffroi.core.suffrage.sample import draw, interval, seed_of

app = typer.Typer(no_args_is_help=True, help="Replay the sample of paper lines of a verification.")


@app.callback()
def _sample() -> None:
    """Replay the sample of paper lines of a verification."""


@app.command("seed")
def seed_command(
    list_sha256: Annotated[str, typer.Argument(help="The fingerprint of the list, from the journal.")],
    head_root: Annotated[str, typer.Argument(help="The root of the tree head (64 hexadecimal digits).")],
) -> None:
    """The seed that these two make."""
    _told(lambda: seed_of(list_sha256, head_root))


@app.command("draw")
def draw_command(
    lines: Annotated[int, typer.Argument(help="How many lines the list has.")],
    size: Annotated[int, typer.Argument(help="How many are drawn.")],
    seed: Annotated[str, typer.Argument(help="The published seed.")],
) -> None:
    """The drawn places, in the order of the draw; the list's first line is 1."""
    _told(lambda: "\n".join(str(place + 1) for place in draw(lines, size, seed)))


@app.command("interval")
def interval_command(
    lines: Annotated[int, typer.Argument(help="How many lines the list has.")],
    size: Annotated[int, typer.Argument(help="How many were drawn.")],
    valid: Annotated[int, typer.Argument(help="How many of them were found valid.")],
    confidence: Annotated[str, typer.Option(help="As a fraction.")] = "99/100",
) -> None:
    """Between how many and how many lines of the whole list are valid."""

    def said() -> str:
        try:
            share = Fraction(confidence)
        except (ValueError, ZeroDivisionError):
            raise Malformed("confidence", confidence[:20], "a fraction such as 99/100") from None
        found = interval(lines, size, valid, share)
        return f"{found.low} {found.high}"

    _told(said)


def _told(say: Callable[[], str]) -> None:
    try:
        typer.echo(say())
    except Malformed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
