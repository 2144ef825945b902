"""The `beffroi` command: what an auditor, a trustee or the credential authority types. Above the rooms of the core."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from beffroi.core import receipt
from beffroi.core.audit import REFUSED, audit, conclusion, to_json, unreadable
from beffroi.core.errors import Malformed, Refused
from beffroi.core.journal.verbs import app as journal_app
from beffroi.core.suffrage.verbs import app as sample_app
from beffroi.core.verdict import WORDS, Step, accepted, fault_lines
from beffroi.core.voting import archive_verbs, election_verbs, method_verbs, second_proof, verbs
from beffroi.core.voting.files import OnDisk, read_all
from beffroi.core.voting.resume import Saved
from beffroi.core.voting.verify import How
from beffroi.core.watch import watch

# Tracebacks with local variables could show a key: none are made pretty.
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(verbs.credentials_app, name="credentials")
app.add_typer(verbs.trustee_app, name="trustee")
app.add_typer(verbs.ballot_app, name="ballot")
app.add_typer(election_verbs.app, name="election")
app.add_typer(archive_verbs.app, name="archive")
app.add_typer(method_verbs.app, name="method")
app.add_typer(journal_app, name="journal")
app.add_typer(sample_app, name="sample")
receipt_app = typer.Typer(no_args_is_help=True, help="What the box signed for a ballot.")
app.add_typer(receipt_app, name="receipt")


@app.callback()
def _beffroi() -> None:
    """Verifiable votations: check everything yourself."""


app.command("watch")(watch)


@app.command("verify")
def verify_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="ARCHIVE")],
    fingerprint: Annotated[str | None, typer.Option(help="The election's fingerprint, as it was announced.")] = None,
    journal: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The journal's entries.")] = None,
    checkpoint: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Its signed tree head.")] = None,
    log_key: Annotated[str | None, typer.Option(help="The published key of the journal.")] = None,
    second: Annotated[
        Path | None, typer.Option(exists=True, help="The second proofs: the published file, or a folder of such files.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The steps as JSON.")] = False,
    resume: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Where an interrupted verification is kept, to go on later.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler whose workers check the ballots (beffroi[dask]).")
    ] = None,
) -> None:
    """Verify an election's archive from public data only. Exit status 0 accepted, 1 refused."""
    files = None
    if journal is not None or checkpoint is not None or log_key is not None:
        if journal is None or checkpoint is None or log_key is None:
            raise typer.BadParameter("--journal, --checkpoint and --log-key go together")
        files = (journal.read_bytes(), checkpoint.read_bytes(), log_key)
    try:
        proofs = None if second is None else second_proof.read_published(read_all(second))
        with _progress(hidden=as_json) as told, OnDisk(file) as raw:
            how = How(told, scheduler=scheduler, saved=Saved(resume) if resume is not None else None)
            steps, verdict = audit(raw, fingerprint, files, how, proofs)
    except Malformed as error:
        typer.echo(unreadable(error, as_json))
        raise typer.Exit(1) from error
    except Refused as error:
        typer.echo(error.at_fault, err=True)
        raise typer.Exit(2) from error
    if as_json:
        typer.echo(to_json(steps, verdict))
    else:
        _print(steps, verdict)
    raise typer.Exit(1 if verdict == REFUSED else 0)


@receipt_app.callback()
def _receipt() -> None:
    """What the box signed for a ballot."""


@receipt_app.command("check")
def check_receipt(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="RECEIPT")],
    archive: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The archive, as downloaded.")],
    key: Annotated[str | None, typer.Option(help="The published key of the journal.")] = None,
) -> None:
    """Does the ballot stand in the box where the box has signed that it does? Exit status 0 yes, 1 no or not shown."""
    try:
        steps, verdict = receipt.check(file.read_bytes(), archive.read_bytes(), key)
    except Malformed as error:
        typer.echo(unreadable(error, as_json=False))
        raise typer.Exit(1) from error
    _print(steps, verdict)
    raise typer.Exit(0 if accepted(steps) else 1)


@contextmanager
def _progress(hidden: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal while ballots are checked; nothing when the output is not a terminal."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=hidden or not console.is_terminal) as bar:
        task = bar.add_task("ballots", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _print(steps: list[Step], verdict: str) -> None:
    console = Console(highlight=False)
    table = Table("", "step", "checked", "verdict")
    for n, step in enumerate(steps, 1):
        table.add_row(str(n), step.title, str(step.count) if step.count else "", WORDS[step.passed])
    console.print(table)
    for line in [*fault_lines(steps, numbered=True), conclusion(steps, verdict)]:
        console.print(line, markup=False, soft_wrap=True)


def main() -> None:
    """Entry point of the `beffroi` command."""
    app()


if __name__ == "__main__":
    main()
