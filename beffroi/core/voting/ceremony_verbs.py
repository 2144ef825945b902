"""The ceremony of a group of trustees on the command line: one folder a member, one command a round (spec 6.4).

A round that was interrupted is taken again with the same command: what is there already is kept, never made anew. What
a member has once read of the others is kept too, and a later round refuses another version of it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from beffroi.core.errors import Refused
from beffroi.core.voting import canon, ceremony, complaint, files, rounds, sealing, trustees
from beffroi.core.voting.rounds import Circle, Polynomial
from beffroi.core.voting.sealing import Seed
from beffroi.core.voting.told import told

_Folder = Annotated[Path, typer.Option(exists=True, file_okay=False, help="The folder that `trustee init` made.")]
_Files = Annotated[
    list[Path] | None,
    typer.Option(exists=True, dir_okay=False, help="All members' files in their order; or one file, a member a line."),
]
_Uncommitted = Annotated[
    bool, typer.Option("--without-commitments", help="Only when another program takes part that makes none.")
]


def begin(out: Path, name: str, threshold: int, members: int, number: int) -> None:
    """`trustee init` of a group's member."""
    files.make_folder(out)
    seed = sealing.read_seed(files.keep(out / "seed.txt", lambda: sealing.new_seed().text.encode(), files.SECRET))
    certificate = ceremony.certificate(seed, number, threshold, members)
    files.write_new(out / "certificate.json", certificate)
    typer.echo(f"{name}: member {number} of {members}, of whom {threshold} decrypt. Hand in certificate.json.")
    typer.echo("Keep seed.txt safe, and show it to nobody: it is your key.")


def take_round(
    number: Annotated[int, typer.Argument(min=1, max=3, help="1, 2 or 3.")],
    folder: _Folder,
    certificates: _Files = None,
    commitments: _Files = None,
    polynomials: _Files = None,
    without_commitments: _Uncommitted = False,
) -> None:
    """A member's round of the ceremony: 1 with --certificates, 2 with --commitments, 3 with --polynomials.

    Each reads what all members have handed in before, and says which file to hand in next.
    """
    with told():
        seed = sealing.read_seed(_read(folder / "seed.txt"))
        if number == 1:
            _commit(folder, seed, certificates)
        elif number == 2:
            _publish(folder, seed, [] if without_commitments else _given(commitments, "--commitments"))
        else:
            _finish(folder, seed, polynomials)


def _commit(folder: Path, seed: Seed, certificates: list[Path] | None) -> None:
    raws = _given(certificates, "--certificates")
    circle = rounds.read_certificates(raws)
    n = circle.index(seed)
    _remember(folder / "certificates.jsons", raws)
    made = files.keep(folder / "unpublished.json", lambda: ceremony.polynomial(seed, circle), files.SECRET)
    files.keep(folder / "commitment.json", lambda: ceremony.commitment(seed, circle, made))
    typer.echo(f"Member {n}: {len(raws)} certificates are right. Hand in commitment.json.")
    typer.echo(f"Compare with the others, by voice: SHA-256 of the certificates {circle.fingerprint}")


def _publish(folder: Path, seed: Seed, raws: Sequence[bytes]) -> None:
    circle = _circle(folder)
    n = circle.index(seed)
    own = _read(folder / "commitment.json")
    if raws:
        rounds.read_commitments(circle, raws)
        if raws[n - 1].strip() != own:
            raise Refused("ceremony.changed", f"member {n}: the commitment given as yours is not commitment.json")
    _remember(folder / "commitments.jsons", raws)
    _put(folder / "polynomial.json", _read(folder / "unpublished.json"))
    typer.echo(f"Member {n}: {len(raws)} commitments are right. Hand in polynomial.json.")


def _finish(folder: Path, seed: Seed, polynomials: list[Path] | None) -> None:
    circle = _circle(folder)
    n = circle.index(seed)
    raws = _given(polynomials, "--polynomials")
    read = rounds.read_polynomials(circle, raws, _committed(circle, _records(_read(folder / "commitments.jsons"))))
    if raws[n - 1].strip() != _read(folder / "polynomial.json"):
        raise Refused("ceremony.changed", f"member {n}: the polynomial given as yours is not polynomial.json")
    _remember(folder / "polynomials.jsons", raws)
    _complain(folder, complaint.complaints(seed, circle, read))
    made = files.keep(folder / "verification_key.json", lambda: ceremony.verification_key(seed, circle, read))
    sealed = files.keep(folder / "decryption_key.json", lambda: ceremony.sealed_key(made), files.SECRET)
    key = ceremony.decryption_key(seed, sealed)
    typer.echo(f"Member {n}: every share is right. Hand in verification_key.json; your public key is {key.public_key}")
    typer.echo("Keep seed.txt and decryption_key.json: both together decrypt.")


def _complain(folder: Path, handed: dict[int, bytes]) -> None:
    for i, raw in handed.items():
        _put(folder / f"complaint-{i}.json", raw)
    if handed:
        names = ", ".join(f"complaint-{i}.json" for i in handed)
        raise Refused("ceremony.share", f"member {', '.join(map(str, handed))}: a wrong share; publish {names}")


def judge(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="COMPLAINT")],
    certificates: _Files,
    polynomials: _Files,
) -> None:
    """Read a complaint about a share and say who cheats: who sent it, or who complains. Needs no secret."""
    with told():
        circle = rounds.read_certificates(_given(certificates, "--certificates"))
        read = rounds.read_polynomials(circle, _given(polynomials, "--polynomials"), None)
        member, why = complaint.judge(circle, read, file.read_bytes())
    typer.echo(f"Member {member} is at fault ({why}). Begin anew with new seeds, and without that member.")


def gather(
    certificates: _Files,
    polynomials: _Files,
    keys: _Files,
    name: Annotated[list[str], typer.Option(help="The members' public names, in their order.")],
    out: Annotated[Path, typer.Option(dir_okay=False, help="The trustees file of the election.")],
    commitments: _Files = None,
    without_commitments: _Uncommitted = False,
) -> None:
    """Make the trustees file from what all members have handed in, after having checked all of it. Needs no secret."""
    with told():
        circle = rounds.read_certificates(_given(certificates, "--certificates"))
        kept = [] if without_commitments else _given(commitments, "--commitments")
        read: Sequence[Polynomial] = rounds.read_polynomials(
            circle, _given(polynomials, "--polynomials"), _committed(circle, kept)
        )
        if len(name) != len(circle.certificates):
            raise Refused("ceremony.missing", f"{len(name)} names for {len(circle.certificates)} members")
        listed = trustees.group_json(rounds.record(circle, read, _given(keys, "--keys"), name))
        files.write_new(out, listed)
        typer.echo(f"{circle.threshold} of {len(name)} decrypt. The election's key: {trustees.election_key(listed)}")


# ---------------------------------------------------------------- files


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise Refused("ceremony.missing", f"{path} is not there: take the rounds in their order")
    return path.read_bytes()


def _put(path: Path, content: bytes) -> None:
    files.keep(path, lambda: content)


def _given(paths: list[Path] | None, option: str) -> list[bytes]:
    """The records of these files, in their order: a file is one record, or several, one a line."""
    records = [record for path in paths or [] for record in _records(path.read_bytes())]
    if not records:
        raise Refused("ceremony.missing", f"{option} names the files of all members")
    return records


def _records(raw: bytes) -> list[bytes]:
    return [line for line in raw.splitlines() if line.strip()]


def _lines(values: Sequence[canon.Json]) -> bytes:
    return b"".join(canon.compact(value) + b"\n" for value in values)


def _remember(path: Path, raws: Sequence[bytes]) -> None:
    """Keep what was read; refuse another version of what was read before."""
    content = _lines([canon.parse(raw, path.name) for raw in raws])
    if files.keep(path, lambda: content) != content:
        raise Refused("ceremony.changed", f"{path.name} holds other records than those given now")


def _circle(folder: Path) -> Circle:
    return rounds.read_certificates(_records(_read(folder / "certificates.jsons")))


def _committed(circle: Circle, raws: Sequence[bytes]) -> tuple[str, ...] | None:
    return rounds.read_commitments(circle, raws) if raws else None
