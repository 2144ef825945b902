"""Secrecy, by a thief: before closing he can join voters and ballots; after it, no better than chance."""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from beffroi.core.voting import archive
from beffroi.core.voting.ballot import encrypt
from beffroi.core.voting.credentials import public_credential
from beffroi.core.voting.election import parse_election
from tests.attacks.site import Client, Site, site
from tests.attacks.thief import Loot, strategies, take_files, take_postgresql, take_sqlite

VOTERS, VOTING = 70, 50


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_thief_joins_voters_and_ballots_before_closing_and_not_after(
    database: str, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    with site(database, tmp_path) as running:
        town = running.town("build", str(VOTERS))
        running.start()
        truth = everybody_votes(running, town)
        before = steal(running, database, town, tmp_path / "before")
        secrets = [row["credential_mac"] for row in before.voters] + [
            row["session_key"] for row in before.tables["django_session"]
        ]
        running.town("close")
        after = steal(running, database, town, tmp_path / "after")
    best_before, _ = best(before, truth)
    best_after, how = best(after, truth)
    tell(f"of {len(truth)} voters the thief finds {best_before} before closing, {best_after} after it ({how})")
    assert best_before >= 0.9 * len(truth), "the thief must succeed before closing, else this test proves nothing"
    # A random pairing is right once on average; by chance more than ten of fifty: once in a hundred million strategies.
    assert best_after <= 10, how
    left = {secret: name for name, content in after.files.items() for secret in secrets if secret.encode() in content}
    assert not left, f"{len(left)} of {len(secrets)} erased values are still in {sorted(set(left.values()))}"
    assert not after.tables["django_session"]
    assert not after.tables["roll_signincode"]
    assert not [name for name in after.files if "/keys/" in name]


def everybody_votes(running: Site, town: dict[str, Any]) -> dict[str, int]:
    """In a drawn order; some vote again. Gives {public credential: person}."""
    chance, election = random.Random(), parse_election(town["election"].encode())
    voters = chance.sample(town["voters"], VOTING)
    truth = {}
    for voter in voters + chance.sample(voters, 8):
        ballot = encrypt(election, voter["credential"], [chance.choice(([1, 0, 0], [0, 1, 0], [0, 0, 1]))])
        answer = Client(running.port, voter["session"]).cast(town["votation"], ballot)
        assert answer.status == 201, answer.body
        truth[public_credential(town["uuid"], voter["credential"])] = voter["person"]
    return truth


def steal(running: Site, database: str, town: dict[str, Any], target: Path) -> Loot:
    """A copy of the whole folder and, on PostgreSQL, of the server's own data folder with its write-ahead log."""
    stranger = Client(running.port)
    read = archive.read(stranger.get(f"/votations/{town['votation']}/archive.bel").body)
    journal = [json.loads(line) for line in stranger.get("/journal/entries.jsonl").body.splitlines()]
    shutil.copytree(running.home, target / "home")
    folders = [target / "home"]
    if database == "sqlite":
        tables = take_sqlite(target / "home" / "beffroi.sqlite3")
    else:
        tables = take_postgresql(running.database)
        data = Path(running.database.partition("host=")[2]) / "data"
        shutil.copytree(data, target / "data", ignore=shutil.ignore_patterns("postmaster.*", "*.pid"))
        folders.append(target / "data")
    votation = tables["votations_votation"][0]["id"]
    events = [{"kind": event.kind, "height": height} for height, event in enumerate(read.events)]
    return Loot(take_files(*folders), tables, events, journal, votation, (target / "home" / "secret.key").read_text())


def best(loot: Loot, truth: dict[str, int]) -> tuple[int, str]:
    """The thief's best strategy: how many of its guesses are right."""
    scores = [
        (sum(truth.get(credential) == person for credential, person in guess.items()), name)
        for name, guess in strategies(loot)
    ]
    return max(scores)
