"""The verbs that say what shuffled ballots amount to: `beffroi method ...`, on an archive that is verified first."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import methods, profile, tally
from beffroi.core.voting.questions import NumbersQuestion
from beffroi.core.voting.told import told
from beffroi.core.voting.verify import verified

app = typer.Typer(no_args_is_help=True, help="Count ballots that were shuffled and opened.")

_Archive = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="ARCHIVE")]
_Question = Annotated[int, typer.Option(min=1, help="Which question of the election.")]


def _opened(path: Path, number: int) -> tuple[NumbersQuestion, list[tuple[int, ...]]]:
    """The question and its ballots, from an archive that verifies to its result."""
    election, events = verified(path.read_bytes(), "method.archive")
    if not 1 <= number <= len(election.questions):
        raise Malformed("question", str(number), f"1 to {len(election.questions)}")
    question = election.questions[number - 1]
    if not isinstance(question, NumbersQuestion):
        raise Refused("method.question", f"question {number} has sums only")
    if events[-1].kind != "Result":
        raise Refused("method.archive", "the archive holds no result yet")
    row = tally.read_result(election, events[-1].data[0])[number - 1]
    return question, [ballot for ballot in row if isinstance(ballot, tuple)]


def _tell(question: NumbersQuestion, found: object, levels: Sequence[Sequence[int]], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1, default=_plain))
        return
    for place, level in enumerate(levels, 1):
        typer.echo(f"{place}. {', '.join(question.answers[i] for i in level)}")


def _plain(value: object) -> str:
    assert isinstance(value, Fraction)
    return str(value)


@app.command("majority-judgement")
def majority_judgement(
    file: _Archive,
    grades: Annotated[int, typer.Option(min=2, max=255, help="How many grades; 1 is the best.")],
    question: _Question = 1,
    as_json: Annotated[bool, typer.Option("--json", help="All the figures.")] = False,
) -> None:
    """The best median grade."""
    with told():
        asked, ballots = _opened(file, question)
        found = methods.majority_judgement(ballots, len(asked.answers), grades)
    _tell(asked, asdict(found), found.winners, as_json)


@app.command("schulze")
def schulze(
    file: _Archive,
    question: _Question = 1,
    as_json: Annotated[bool, typer.Option("--json", help="All the figures.")] = False,
) -> None:
    """The ranking that no chain of duels beats."""
    with told():
        asked, ballots = _opened(file, question)
        found = methods.schulze(ballots, len(asked.answers))
    _tell(asked, asdict(found), found.winners, as_json)


@app.command("stv")
def stv(
    file: _Archive,
    seats: Annotated[int, typer.Option(min=1, help="How many are elected.")],
    question: _Question = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Every step.")] = False,
) -> None:
    """Single transferable vote: who is elected, in order."""
    with told():
        asked, ballots = _opened(file, question)
        if seats > len(asked.answers):
            raise Malformed("seats", str(seats), f"at most the {len(asked.answers)} choices")
        found = methods.single_transferable_vote(ballots, seats)
    _tell(asked, asdict(found), [(i,) for i in found.winners], as_json)


@app.command("budget-profile")
def budget_profile(
    file: _Archive,
    projects: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The .pb file without its votes.")],
    out: Annotated[Path, typer.Option(dir_okay=False)],
    question: _Question = 1,
) -> None:
    """The ballots as the VOTES of a pabulib .pb file: each answer of the question is a slot with a project's number."""
    with told():
        _, ballots = _opened(file, question)
        text, invalid = profile.with_votes(projects.read_text("utf-8"), ballots)
        out.write_text(text, "utf-8")
    typer.echo(f"{len(ballots) - invalid} ballots written to {out}; {invalid} invalid")
