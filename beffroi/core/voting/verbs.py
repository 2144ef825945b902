"""The verbs of the command line that belong to voting: credentials, trustee, ballot. None prints a secret."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import (
    archive,
    ballot,
    canon,
    ceremony,
    ceremony_verbs,
    credentials,
    files,
    interop,
    interop_verbs,
    second_proof,
    tally,
    trustees,
)
from beffroi.core.voting.election import Election, parse_election
from beffroi.core.voting.interop import InteropKey
from beffroi.core.voting.interop_verbs import Interop
from beffroi.core.voting.letter import letter
from beffroi.core.voting.opened import check_opened
from beffroi.core.voting.questions import Question
from beffroi.core.voting.sealing import read_seed
from beffroi.core.voting.stages import last_tally
from beffroi.core.voting.told import told
from beffroi.core.voting.verify import verified

credentials_app = typer.Typer(no_args_is_help=True, help="For the credential authority.")
trustee_app = typer.Typer(no_args_is_help=True, help="For a trustee.")
ballot_app = typer.Typer(no_args_is_help=True, help="Encrypt and check single ballots.")

_File = typer.Option(exists=True, dir_okay=False, readable=True)
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


# ---------------------------------------------------------------- credentials


@credentials_app.command("make")
def make_credentials(
    uuid: Annotated[str, typer.Option(help="The election's identifier.")],
    voters: Annotated[Path, _File],
    out: Annotated[Path, typer.Option(file_okay=False, help="A folder that only the authority can read.")],
    group: Interop = None,
) -> None:
    """One credential for each voter number (one a line): private_credentials.json and public_credentials.json."""
    with told():
        numbers = _numbers(voters)
        secrets, public_file = out / "private_credentials.json", out / "public_credentials.json"
        files.make_folder(out)
        if public_file.exists():
            raise Refused("file.exists", f"{out} holds credentials already, and is not overwritten")
        if group is None:
            made = files.keep(secrets, lambda: credentials.private_json(numbers), files.SECRET)
            private, public = credentials.public_half(uuid, made, numbers)  # perhaps of a command that was interrupted
        else:
            private, public = interop_verbs.make_credentials(uuid, numbers, group)
            files.write_new(secrets, canon.compact({**private}), files.SECRET)
        files.write_new(public_file, public)
    typer.echo(f"{len(private)} credentials made; SHA-256 of the public list: {canon.sha256_hex(public)}")


def _numbers(path: Path) -> list[str]:
    numbers = [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    for n, number in enumerate(numbers, 1):
        _check_number(number, f"{path.name}, line {n}")
    return numbers


def _check_number(number: str, where: str) -> str:
    # A number becomes the name of a file: no path may hide in it.
    if not _NUMBER.fullmatch(number):
        raise Malformed(where, repr(number[:40]), "a voter number of letters, digits, - and _, at most 40")
    return number


@credentials_app.command("letters")
def write_letters(
    private: Annotated[Path, _File],
    out: Annotated[Path, typer.Option(file_okay=False, help="A folder that only who prints and seals can read.")],
    title: Annotated[str, typer.Option(help="The votation's title, at the head of each letter.")],
) -> None:
    """One letter a voter, one file a letter, named by the voter's number. Never two on one sheet."""
    with told():
        found = canon.as_object(canon.parse(private.read_bytes(), "private credentials"), "private credentials")
        letters = {
            _check_number(number, "private credentials"): credentials.check_private(
                canon.as_str(value, "private credentials")
            )
            for number, value in found.items()
        }
        files.make_folder(out)
        for number, credential in letters.items():
            text = letter(title, number, credential)
            files.keep_same(out / f"{number}.txt", text.encode(), files.SECRET)
    typer.echo(f"{len(letters)} letters written")


# ---------------------------------------------------------------- trustees


@trustee_app.command("init")
def make_key(
    out: Annotated[Path, typer.Option(file_okay=False, help="A folder that only this trustee can read.")],
    name: Annotated[str, typer.Option(help="The name under which the public knows this trustee.")],
    threshold: Annotated[int | None, typer.Option(min=1, help="How many of a group must decrypt.")] = None,
    members: Annotated[int | None, typer.Option(min=1, help="How many the group has.")] = None,
    number: Annotated[int | None, typer.Option(min=1, help="This trustee's number in the group, from 1.")] = None,
    group: Interop = None,
) -> None:
    """A single trustee's key pair; or, with --threshold, --members and --number, the first step of a group's ceremony.

    private_key.json stays here and is needed for the tally, public_key.json is handed in. In a group, seed.txt stays
    here, certificate.json is handed in, and `trustee round` follows.
    """
    with told():
        if group is not None and threshold is not None:
            raise Refused("interop.group", "--interop makes single trustees only")
        if threshold is not None and members is not None and number is not None:
            ceremony_verbs.begin(out, name, threshold, members, number)
            return
        if (threshold, members, number) != (None, None, None):
            raise Refused("ceremony.numbers", "--threshold, --members and --number go together")
        files.make_folder(out)
        if (out / "public_key.json").exists():
            raise Refused("file.exists", f"{out} holds a key already, and is not overwritten")
        public_key, public = _new_key(out / "private_key.json", group)
        files.write_new(out / "public_key.json", public)
    typer.echo(f"{name}: the public key to hand in is {public_key}")
    typer.echo("Keep private_key.json safe: without it nobody can count the ballots.")


def _new_key(private: Path, group: str | None) -> tuple[str, bytes]:
    """The private file is written, or that of a command that was interrupted read; the public key and its file."""
    if group is not None:
        other = interop_verbs.new_key(group)
        files.write_new(private, other.private_json(), files.SECRET)
        return other.public_key, other.public_json()
    key = trustees.read_private(files.keep(private, lambda: trustees.new_trustee_key().private_json(), files.SECRET))
    return key.public_key, trustees.public_json(key)


trustee_app.command("round")(ceremony_verbs.take_round)
trustee_app.command("judge")(ceremony_verbs.judge)
trustee_app.command("gather")(ceremony_verbs.gather)


@trustee_app.command("decrypt")
def decrypt(
    key: Annotated[Path, _File],
    election: Annotated[Path, _File],
    out: Annotated[Path, typer.Option(dir_okay=False)],
    tally_file: Annotated[Path | None, typer.Option("--tally", exists=True, dir_okay=False, readable=True)] = None,
    trustees_file: Annotated[Path | None, typer.Option("--trustees", exists=True, dir_okay=False)] = None,
    archive_file: Annotated[Path | None, typer.Option("--archive", exists=True, dir_okay=False)] = None,
    sealed: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A group's member: decryption_key.json.")
    ] = None,
    group: Interop = None,
) -> None:
    """This trustee's partial decryption of the encrypted tally, with its proofs and the second proof, in one file.

    A single trustee's --key is private_key.json; a group's member gives seed.txt as --key, and --sealed.

    With --archive, only after having verified that the tally is the sum of that ballot box: else whoever hands in the
    file could have a single ballot decrypted. --tally may then be left out; ballots that were shuffled need --archive.
    """
    with told():
        found = parse_election(election.read_bytes())
        mine = _key(key.read_bytes(), sealed, found, group)
        if trustees_file is not None:
            _check_mine(found, mine, trustees_file.read_bytes())
        encrypted = None if tally_file is None else tally_file.read_bytes()
        if archive_file is not None:
            encrypted = _verified_tally(found, encrypted, archive_file.read_bytes())
        if encrypted is None or (found.is_shuffled and archive_file is None):
            raise Refused("trustee.archive", "--archive is needed: a single ballot must not be decrypted by mistake")
        files.write_new(out, _decryption(found, mine, encrypted))
    typer.echo(f"Partial decryption of the tally {canon.sha256_hex(encrypted)} written to {out}")


@trustee_app.command("check")
def check_decryption(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="DECRYPTION")],
    owner: Annotated[int, typer.Option(min=1, help="The number of the trustee who has handed it in.")],
    archive_file: Annotated[Path, typer.Option("--archive", exists=True, dir_okay=False, readable=True)],
    standard: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Writes the decryption alone, as archives hold it.")
    ] = None,
) -> None:
    """Check what a trustee has handed in: her partial decryption and its second proof. Needs no secret.

    The archive is verified first: it says what there is to decrypt, and who the trustees are.
    """
    with told():
        election, events = verified(archive_file.read_bytes(), "trustee.archive")
        listed = trustees.read_trustees(events[0].data[1], election.group)
        encrypted = _decryptable(election, events)
        valid, faults = second_proof.valid_envelopes(election, listed, encrypted, [(owner, file.read_bytes())])
        for fault in faults:
            raise Refused("decryption.handed", fault)
        if standard is not None:
            files.write_new(standard, valid[owner][0])
    typer.echo(f"Trustee {owner}: the decryption and its second proof are right.")


def _decryption(election: Election, key: trustees.TrusteeKey | InteropKey, encrypted: bytes) -> bytes:
    """What is handed in, checked; in the 2048-bit groups, for other programs: the decryption alone."""
    if isinstance(key, InteropKey):
        pd = interop.partial_decryption(election, key, encrypted)
        tally.check_partial_decryption(election, key.public_key, encrypted, pd)
        return pd
    pd = tally.partial_decryption(election, key, encrypted)
    handed = second_proof.envelope(pd, second_proof.make(election, key, encrypted, pd))
    second_proof.check_envelope(election, key.public_key, encrypted, handed)
    return handed


def _key(raw: bytes, sealed: Path | None, election: Election, group: str | None) -> trustees.TrusteeKey | InteropKey:
    if group is not None and sealed is None:
        return interop_verbs.read_private(raw, election, group)
    return (
        trustees.read_private(raw) if sealed is None else ceremony.decryption_key(read_seed(raw), sealed.read_bytes())
    )


def _check_mine(election: Election, key: trustees.TrusteeKey | InteropKey, raw: bytes) -> None:
    listed = trustees.read_trustees(raw, election.group)
    if election.group.parse_point(key.public_key) not in listed.owner_keys():
        raise Refused("trustee.unknown", "this key is not one of the trustees of the election")
    if trustees.election_key(raw, election.group) != election.public_key:
        raise Refused("trustee.election", "the election's key is not that of these trustees")


def _verified_tally(election: Election, given: bytes | None, raw: bytes) -> bytes:
    """What the archive, once verified, leaves to decrypt: its tally, after its shuffles where there are some."""
    archived, events = verified(raw, "trustee.archive")
    if archived.raw != election.raw:
        raise Refused("trustee.tally", "the archive is that of another election")
    encrypted = _decryptable(election, events)
    if given not in (None, encrypted):
        raise Refused("trustee.tally", "the tally is not that of the archive")
    return encrypted


def _decryptable(election: Election, events: Sequence[archive.Event]) -> bytes:
    if election.is_shuffled and "EndShuffles" not in [event.kind for event in events]:
        raise Refused("trustee.tally", "the shuffles are not ended")
    return last_tally(election, events)


@trustee_app.command("shuffle")
def shuffle_ballots(
    archive_file: Annotated[Path, typer.Option("--archive", exists=True, dir_okay=False, readable=True)],
    out: Annotated[Path, typer.Option(dir_okay=False)],
    group: Interop = None,
) -> None:
    """Shuffle the ballots of a closed box, with the proof that none was lost, added or changed.

    The archive is verified first. The order is drawn by chance, written nowhere and forgotten at once.
    """
    with told():
        election, events = verified(archive_file.read_bytes(), "trustee.archive")
        if not election.is_shuffled or "EndShuffles" in [event.kind for event in events]:
            raise Refused("trustee.shuffle", "no ballot of this archive waits to be shuffled")
        made = interop_verbs.make_shuffle(election, tally.shuffled_rows(election, last_tally(election, events)), group)
        files.write_new(out, made)
    typer.echo(f"Shuffle written to {out}; its SHA-256: {canon.sha256_hex(made)}")


# ---------------------------------------------------------------- ballots


@ballot_app.command("encrypt")
def encrypt(
    election: Annotated[Path, _File],
    choice: Annotated[list[str], typer.Option(help="Once a question: 0 or 1 for each choice, blank first: 0,1,0.")],
    out: Annotated[Path, typer.Option(dir_okay=False)],
    credential_file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None,
    group: Interop = None,
) -> None:
    """Encrypt a ballot. The credential is read from a file or asked for, never taken from the command line."""
    with told():
        found = parse_election(election.read_bytes())
        choices = [_choices(text) for text in choice]
        credential = credential_file.read_text("utf-8") if credential_file else typer.prompt("Code", hide_input=True)
        raw = interop_verbs.encrypt(found, credential.strip(), choices, group)
        files.write_new(out, raw)
    typer.echo(f"tracker: {ballot.tracker(raw)}")


def _choices(text: str) -> list[int]:
    if not re.fullmatch(r"[0-9]{1,3}(,[0-9]{1,3})*", text):
        raise Malformed("choice", repr(text[:40]), "a number for each choice, with commas: 0,1,0")
    return [int(number) for number in text.split(",")]


@ballot_app.command("check")
def check(
    election: Annotated[Path, _File],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="BALLOT")],
) -> None:
    """Check a ballot's form, signature and proofs. Whether its credential is in the list is for `beffroi verify`."""
    with told():
        found = ballot.check_ballot(parse_election(election.read_bytes()), file.read_bytes())
    typer.echo(f"valid; tracker: {found.tracker}")


@ballot_app.command("opened")
def opened(
    election: Annotated[Path, _File],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="OPENED")],
    seal: Annotated[str | None, typer.Option(help="What the booth showed before the ballot was opened.")] = None,
) -> None:
    """Compute anew a ballot that a voter opened in the booth, and say which choices it held."""
    with told():
        found = parse_election(election.read_bytes())
        held = check_opened(found, file.read_bytes(), seal.replace(" ", "") if seal else None)
        for question, chosen in zip(found.questions, held, strict=True):
            assert isinstance(question, Question)  # check_opened takes no other
            labels = (("(blank)",) if question.blank else ()) + question.answers
            picked = [label for label, m in zip(labels, chosen, strict=True) if m]
            typer.echo(f"{question.question} {', '.join(picked) or '(none)'}")
    typer.echo("The ballot holds these choices and nothing else.")
