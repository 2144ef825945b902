"""`beffroi election`: an election from nothing to its result, on machines without a network (spec 11.2).

Each command reads public files, checks them, and adds to one archive. One that was interrupted is typed again: it goes
on where it stopped, and makes nothing twice. Secrets stay with `beffroi credentials` and `beffroi trustee`.
"""

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from beffroi.core.errors import Malformed, Refused
from beffroi.core.verdict import printable
from beffroi.core.voting import archive, canon, credentials, files, second_proof, stages, store, tally, trustees
from beffroi.core.voting.archive import Event
from beffroi.core.voting.archive_verbs import Given, receive, record, say_added, say_cut
from beffroi.core.voting.election import Election, election_json, new_uuid, parse_election
from beffroi.core.voting.questions import ListsQuestion, NumbersQuestion, read_question
from beffroi.core.voting.receive import check_whole
from beffroi.core.voting.store import Store
from beffroi.core.voting.told import told

app = typer.Typer(no_args_is_help=True, help="An election from nothing to its result, offline.")

_Given = typer.Option(exists=True, dir_okay=False, readable=True)
_HANDED = re.compile(r"([1-9][0-9]{0,3})=(.+)", re.DOTALL)


# ---------------------------------------------------------------- make


@app.command("make")
def make(
    out: Annotated[Path, typer.Option(file_okay=False, help="A folder for the public files and the archive.")],
    questions: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Name, description and questions.")],
    trustees_files: Annotated[
        list[Path] | None, typer.Option("--trustees", exists=True, dir_okay=False, help="A group's trustees file.")
    ] = None,
    public_keys: Annotated[
        list[Path] | None, typer.Option("--public-key", exists=True, dir_okay=False, help="A single trustee's key.")
    ] = None,
    names: Annotated[list[str] | None, typer.Option("--name", help="Each single trustee's public name.")] = None,
    credentials_file: Annotated[
        Path | None, typer.Option("--credentials", exists=True, dir_okay=False, help="public_credentials.json")
    ] = None,
) -> None:
    """Make an election: its identifier first, and with the public credentials its parameters and its archive.

    Without --credentials it draws the identifier, which the credential authority needs, and stops there. --questions is
    a template of belenios-tool: {"name","description","questions":[…]}. Single trustees come before groups.
    """
    with told():
        files.make_folder(out, 0o755)
        uuid = files.keep(out / "uuid.txt", lambda: new_uuid().encode()).decode("ascii", "replace").strip()
        listed = _trustees(public_keys or [], names or [], trustees_files or [])
        chosen = _election(uuid, questions.read_bytes(), listed)
        if credentials_file is None:
            typer.echo(f"Identifier: {uuid}. Next: beffroi credentials make --uuid {uuid}; then this command again,")
            typer.echo("with --credentials public_credentials.json.")
            return
        public = record(credentials_file)
        number = _number(chosen, public)
        for name, raw in (("trustees", listed), ("credentials", public), ("election", chosen.raw)):
            files.keep_same(out / f"{name}.json", raw)
        path = out / f"{uuid}.bel"
        _start(path, archive.setup_event(chosen, listed, public))
    typer.echo(f"{chosen.name}: {len(chosen.questions)} questions, {number} credentials, {_owners(chosen, listed)}")
    typer.echo(f"Fingerprint, to be announced: {chosen.fingerprint}")
    typer.echo(f"SHA-256 of the list of credentials, to be announced: {canon.sha256_hex(public)}")
    typer.echo(f"The archive: {path}")


def _trustees(public_keys: Sequence[Path], names: Sequence[str], groups: Sequence[Path]) -> bytes:
    if len(public_keys) != len(names):
        raise Refused("election.trustees", f"{len(names)} --name for {len(public_keys)} --public-key")
    singles = trustees.trustees_json([record(path) for path in public_keys], names)
    listed = canon.as_list(canon.parse(singles, "trustees"), "trustees")
    for path in groups:
        listed += canon.as_list(canon.parse(path.read_bytes(), path.name), path.name)
    raw = canon.compact(listed)
    trustees.election_key(raw)  # every proof and signature
    return raw


def _election(uuid: str, template: bytes, listed: bytes) -> Election:
    found = canon.fields(
        canon.parse(template, "questions"),
        "questions",
        ("name", "questions"),
        ("description", "administrator", "credential_authority"),
    )
    texts = {name: canon.as_str(value, f"questions, {name}") for name, value in found.items() if name != "questions"}
    asked = canon.as_list(found["questions"], "questions")
    return parse_election(
        election_json(
            uuid,
            texts["name"],
            texts.get("description", ""),
            trustees.election_key(listed),
            [read_question(value, f"question {n}") for n, value in enumerate(asked, 1)],
            texts.get("administrator"),
            texts.get("credential_authority"),
        )
    )


def _number(election: Election, public: bytes) -> int:
    """How many credentials the list has. Raises Malformed, or Refused for weights where ballots are shuffled."""
    weights = credentials.parse_credentials(public, election.group)
    if election.is_shuffled and any(weight != 1 for weight in weights.values()):
        raise Refused("election.weight", "a ballot that is shuffled counts once: the list may hold no weights")
    return len(weights)


def _start(path: Path, setup: Event) -> None:
    """The archive with its first event; one that begins with it is there already."""
    check_whole(b"".join(archive.write(0, [setup])), "election.setup")
    raw = files.keep(path, lambda: b"".join(archive.write(time.time_ns() // 10**9, [setup])))
    if archive.read(raw[: store.whole_length(raw)]).events[0] != setup:
        raise Refused("file.other", f"{path} is the archive of another election, and is not overwritten")


def _owners(election: Election, listed: bytes) -> str:
    return ", ".join(stages.names(listed)) or election.public_key


# ---------------------------------------------------------------- ballot


@app.command("ballot")
def ballot(
    file: Given,
    records: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, metavar="BALLOT")],
) -> None:
    """Put ballots into the box, after its checks: form, this election, credential in the list, signature, proofs.

    One that is in the box already is not put in again. A later ballot of a credential replaces the former.
    """
    with told():
        receive(file, records, [record(path) for path in records])


# ---------------------------------------------------------------- tally


@app.command("tally")
def close_and_tally(file: Given) -> None:
    """Close the box for ever and add its ballots up, encrypted. The whole archive is verified first."""
    with told(), store.opened(file) as kept:
        say_cut(kept)
        if stages.of_kind(kept.events, "EncryptedTally"):
            typer.echo("The box is closed and added up already: nothing was added")
        else:
            _close(kept)
        sized = stages.of_kind(kept.events, "EncryptedTally")[0].data[1]
        election = stages.election_of(kept.events)
    num, weight, name = tally.read_sized(sized)
    typer.echo(f"{num} voters, weight {weight}; SHA-256 of the encrypted tally: {name}")
    typer.echo(
        "Next: beffroi trustee shuffle, by at least one trustee"
        if election.is_shuffled
        else "Next: beffroi trustee decrypt, by the trustees"
    )


def _close(kept: Store) -> None:
    check_whole(kept.raw, "election.archive")
    added = 1
    if not stages.of_kind(kept.events, "EndBallots"):
        kept.add_checked([archive.end_ballots_event()])  # the box verifies, and any box may be closed
        added = 2
    kept.add([stages.tally_of(kept.events)])
    say_added(kept, added)


# ---------------------------------------------------------------- result


@app.command("result")
def result(
    file: Given,
    shuffles: Annotated[
        list[str] | None, typer.Option("--shuffle", help="What a trustee handed in: NUMBER=FILE, in their order.")
    ] = None,
    end_shuffles: Annotated[bool, typer.Option("--end-shuffles", help="No trustee shuffles any more.")] = False,
    decryptions: Annotated[
        list[str] | None, typer.Option("--decryption", help="What a trustee handed in: NUMBER=FILE.")
    ] = None,
) -> None:
    """Take the shuffles, then the decryptions that the trustees handed in, and write the result.

    Each is checked; wrong ones stay out, named, and the exit status is 1 when one is missing for it. Decryptions are
    written together with the result, once they give one: the first right ones that suffice count.
    """
    with told(), store.opened(file) as kept:
        say_cut(kept)
        check_whole(kept.raw, "election.archive")
        refused = _shuffle(kept, _handed(shuffles or []))
        if end_shuffles:
            _end_shuffles(kept)
        if decryptions is not None:
            _finish(kept, file, _handed(decryptions))
        elif not (shuffles or end_shuffles):
            raise Refused("election.result", "--shuffle, --end-shuffles or --decryption says what was handed in")
    if refused:
        raise typer.Exit(1)


def _handed(given: Sequence[str]) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    for text in given:
        parts = _HANDED.fullmatch(text)
        if parts is None or not Path(parts[2]).is_file():
            raise Malformed("handed in", repr(text[:60]), "NUMBER=FILE: the trustee's number and a file that is there")
        found.append((int(parts[1]), record(Path(parts[2]))))
    return found


def _shuffle(kept: Store, handed: Sequence[tuple[int, bytes]]) -> bool:
    """Adds the right ones; whether some were refused."""
    if not handed:
        return False
    if not stages.election_of(kept.events).is_shuffled:
        raise Refused("election.shuffle", "no question of this election is shuffled")
    taken, faults = stages.right_shuffles(kept.events, handed)
    if taken:
        kept.add(taken)
        say_added(kept, len(taken))
    _say_faults(faults)
    return bool(faults)


def _end_shuffles(kept: Store) -> None:
    if archive.end_shuffles_event() not in kept.events:
        kept.add([archive.end_shuffles_event()])
        say_added(kept, 1)


def _finish(kept: Store, file: Path, handed: Sequence[tuple[int, bytes]]) -> None:
    election = stages.election_of(kept.events)
    if not stages.of_kind(kept.events, "Result"):
        if election.is_shuffled and archive.end_shuffles_event() not in kept.events:
            raise Refused("election.shuffle", "the shuffles are not ended: --end-shuffles, then the trustees decrypt")
        taken, proofs, unbound = stages.bound(kept.events, handed)
        _say_faults(unbound)
        added, faults = stages.ending(kept.events, taken)
        _say_faults(faults)
        _keep_proofs(file, proofs, added)
        kept.add(added)
        say_added(kept, len(added))
    else:
        typer.echo("The result is there already: nothing was added")
    for line in _numbers(election, kept.events[-1].data[0]):
        typer.echo(printable(line))


def _keep_proofs(file: Path, proofs: Sequence[bytes], added: Sequence[Event]) -> None:
    """Beside the archive, for `beffroi verify --second`, when every decryption of it has one; before the result."""
    names = [canon.sha256_hex(event.data[0]) for event in added if event.kind == "PartialDecryption"]
    found = second_proof.read_published(proofs)
    if not names or any(name not in found for name in names):
        return
    beside = file.with_suffix(".second.json")
    files.replace(beside, second_proof.published([found[name] for name in names]))
    typer.echo(f"Second proofs of the decryptions, to be published with the archive: {beside}")


def _say_faults(faults: Sequence[str]) -> None:
    for fault in faults:
        typer.echo(f"set aside: {fault}", err=True)


def _numbers(election: Election, raw: bytes) -> list[str]:
    lines: list[str] = []
    for question, row in zip(election.questions, tally.read_result(election, raw), strict=True):
        lines.append(question.question)
        if isinstance(question, NumbersQuestion):
            lines.append(f"  {len(row)} ballots opened; beffroi method counts them")
        elif isinstance(question, ListsQuestion):
            labels = [name for one in question.answers for name in one]
            lines += [f"  {label}: {n}" for label, n in zip(labels, row, strict=True)]
        else:
            labels = [*(["(blank)"] if question.blank else []), *question.answers]
            lines += [f"  {label}: {n}" for label, n in zip(labels, row, strict=True)]
    return lines
