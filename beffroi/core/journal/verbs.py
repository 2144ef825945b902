"""`beffroi journal`: checks the public journal with nothing but what was downloaded (docs/specs/journal.md, 4)."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from beffroi.core.journal.log import entry_sentence, log_sentence, verify_entry, verify_log
from beffroi.core.verdict import WORDS, Step, accepted, fault_lines

app = typer.Typer(no_args_is_help=True, help="Check the public journal.")


def _file(help_text: str) -> typer.models.OptionInfo:
    option = typer.Option(exists=True, dir_okay=False, readable=True, help=help_text)
    assert isinstance(option, typer.models.OptionInfo)
    return option


_Checkpoint = Annotated[Path, _file("The signed tree head, as downloaded.")]
_Key = Annotated[str, typer.Option(help="The published key of the journal: name+hash+base64.")]


@app.callback()
def _journal() -> None:
    """Check the public journal."""


@app.command()
def verify(
    entries: Annotated[Path, _file("The entries, one a line, as downloaded.")],
    checkpoint: _Checkpoint,
    key: _Key,
    earlier: Annotated[Path | None, _file("A tree head read before: has the journal only grown since?")] = None,
) -> None:
    """Check that the entries are the journal of the signed tree head."""
    before = earlier.read_bytes() if earlier else None
    steps, read = verify_log(entries.read_bytes(), checkpoint.read_bytes(), key, before)
    _conclude(steps, log_sentence(steps, read))


@app.command()
def inclusion(
    entry: Annotated[Path, _file("One entry, as downloaded.")],
    proof: Annotated[Path, _file("Its proof, as downloaded.")],
    checkpoint: _Checkpoint,
    key: _Key,
) -> None:
    """Check that one entry is in the journal of the signed tree head."""
    steps = verify_entry(entry.read_bytes(), proof.read_bytes(), checkpoint.read_bytes(), key)
    _conclude(steps, entry_sentence(steps))


def _conclude(steps: list[Step], sentence: str) -> None:
    """Prints the steps, the objects at fault and the verdict; exit 0 or 1."""
    console = Console(highlight=False)
    table = Table("step", "checked", "verdict")
    for step in steps:
        table.add_row(step.title, str(step.count) if step.count else "", WORDS[step.passed])
    console.print(table)
    for line in [*fault_lines(steps, numbered=False), sentence]:
        console.print(line, markup=False, soft_wrap=True)
    raise typer.Exit(0 if accepted(steps) else 1)
