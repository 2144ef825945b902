"""`script/demo`, played whole in a folder of its own: what the outsider finds, and what never reached the server."""

import functools
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from beffroi.core.audit import announced_in
from beffroi.core.journal.log import verify_log
from beffroi.core.verdict import accepted
from beffroi.core.voting import archive, box, ceremony, credentials, secret
from beffroi.core.voting.election import parse_election
from beffroi.core.voting.sealing import read_seed
from beffroi.core.voting.verify import verify
from tests.vectors.mutants.subject import mutants_of_the_tool

ROOT = Path(__file__).resolve().parent.parent.parent
CREDENTIAL = re.compile(
    rb"[1-9A-HJ-NP-Za-km-z]{5}-[1-9A-HJ-NP-Za-km-z]{6}-[1-9A-HJ-NP-Za-km-z]{5}-[1-9A-HJ-NP-Za-km-z]{6}"
)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("demo") / "demo"
    command = [
        sys.executable,
        "-m",
        "beffroi.demonstration.play",
        "--no-serve",
        "--ballots",
        "50",
        "--folder",
        str(folder),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return folder, done.stdout


def contents(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path, path.read_bytes()


def test_every_check_of_the_outsider_runs_and_ends_as_it_should(played: tuple[Path, str]) -> None:
    _folder, said = played
    assert said.count("comme il se doit") == 10
    assert "NOT RUN" not in said


def test_no_credential_and_no_trustee_key_ever_reached_the_server(played: tuple[Path, str]) -> None:
    folder, _said = played
    letters = b"".join(content for path, content in contents(folder / "letters") if path.parent.name != "mail")
    secrets = set(CREDENTIAL.findall(letters))
    assert len(secrets) > 40_000, "two votations of twenty thousand letters"
    seeds = [read_seed(path.read_bytes()) for path in folder.glob("trustee-*/*/seed.txt")]
    keys = [secret.to_int(scalar) for seed in seeds for scalar in (seed.signing, seed.opening)]
    for path in folder.glob("trustee-*/*/decryption_key.json"):
        seed = read_seed((path.parent / "seed.txt").read_bytes())
        keys.append(secret.to_int(ceremony.decryption_key(seed, path.read_bytes()).scalar))
    scalars = [*(str(key).encode() for key in keys), *(seed.text.encode() for seed in seeds)]
    assert len(scalars) == 6 * 4
    for path, content in contents(folder / "server"):
        assert not secrets.intersection(CREDENTIAL.findall(content)), path
        assert not any(scalar in content for scalar in scalars), path


def test_the_roles_keep_to_their_folders(played: tuple[Path, str]) -> None:
    folder, _said = played
    kept = {path.name for path in folder.iterdir()}
    assert kept == {"server", "authority", "trustee-1", "trustee-2", "trustee-3", "letters", "voters", "outsider"}
    secrets = [path for name in ("private_*", "seed.txt", "decryption_key.json") for path in folder.rglob(name)]
    assert len(secrets) == 2 + 6 + 6
    assert not [path for path in secrets if path.stat().st_mode & 0o077], "secrets are their owner's"


def test_one_trustee_is_missing_and_the_two_others_have_opened_the_total(played: tuple[Path, str]) -> None:
    folder, said = played
    assert "Rachid Sansonnet n'a pas pu venir" in said
    assert not list((folder / "trustee-2").rglob("decryption.json"))
    events = archive.read((folder / "outsider" / "archive.bel").read_bytes()).events
    owners = [json.loads(event.data[-1])["owner"] for event in events if event.kind == "PartialDecryption"]
    assert owners == [1, 3]


def test_only_the_open_votation_has_a_key(played: tuple[Path, str]) -> None:
    folder, _said = played
    assert len(list((folder / "server" / "keys").iterdir())) == 1, "that of the closed one is destroyed"


def test_its_journal_is_written_in_the_order_of_time(played: tuple[Path, str]) -> None:
    lines = (played[0] / "outsider" / "entries.jsonl").read_text().splitlines()
    moments = [json.loads(line)["at"] for line in lines]
    assert len(moments) > 50
    assert moments == sorted(moments)


def test_every_mutant_of_its_archive_gets_its_verdict(
    played: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each mutant of mutate_bel.py. What one archive cannot show is refused with the journal."""
    outsider = played[0] / "outsider"
    raw, key = (outsider / "archive.bel").read_bytes(), (outsider / "key").read_text().strip()
    steps, entries = verify_log((outsider / "entries.jsonl").read_bytes(), (outsider / "checkpoint").read_bytes(), key)
    assert accepted(steps)
    uuid = parse_election(archive.read(raw).events[0].data[0]).uuid
    announced, step = announced_in(entries, uuid, None)
    assert step.passed
    # Twenty thousand credentials and fifty ballots, the same in nearly every mutant: each is judged once.
    monkeypatch.setattr(credentials, "parse_credentials", functools.cache(credentials.parse_credentials))
    plain = box.check_one
    known: dict[tuple[bytes, bytes], box.Checked] = {}

    def remembering(election: box.Election, ballot: bytes) -> box.Checked:
        if (election.raw, ballot) not in known:
            known[election.raw, ballot] = plain(election, ballot)
        return known[election.raw, ballot]

    monkeypatch.setattr(box, "check_one", remembering)
    assert accepted(verify(raw, announced, processes=1))
    made, wrong = 0, []
    for name, expect, changed in mutants_of_the_tool(raw):
        made += 1
        if accepted(verify(changed, processes=1)) != (expect != "reject"):
            wrong.append(f"{name}: {expect} expected")
        elif expect == "undetectable" and accepted(verify(changed, announced, processes=1)):
            wrong.append(f"{name}: accepted with the journal")
    assert made > 60
    assert wrong == []
