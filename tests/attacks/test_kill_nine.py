"""The server is killed at any instant: what it acknowledged is there, once; the rest is there once or not at all."""

import json
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from beffroi.core import receipt
from beffroi.core.verdict import accepted
from beffroi.core.voting import archive
from beffroi.core.voting.ballot import encrypt, tracker
from beffroi.core.voting.election import parse_election
from beffroi.core.voting.verify import verify
from tests.attacks.site import Client, Site, site

VOTERS, KILLS = 60, 5
RECEIPT = re.compile(rb'translate="no"[^>]*>(.*?)</p>', re.DOTALL)


@dataclass
class Kept:
    """What the clients hold in their hands, and how many were waiting for an answer at each kill."""

    receipts: list[str] = field(default_factory=list)
    trackers: list[str] = field(default_factory=list)
    signed: list[bytes] = field(default_factory=list)
    broken: int = 0
    flying: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def live(client: Client, town: dict[str, Any], credential: str, stop: threading.Event, kept: Kept, seed: int) -> None:
    """One resident who signs, withdraws, signs again and votes again and again, until the test ends."""
    chance, election = random.Random(seed), parse_election(town["election"].encode())
    while not stop.is_set():
        with kept.lock:
            kept.flying += 1
        try:
            if chance.random() < 0.5:
                choice = chance.choice(([1, 0, 0], [0, 1, 0], [0, 0, 1]))
                ballot = encrypt(election, credential, [choice])
                answer = client.cast(town["votation"], ballot)
                assert answer.status == 201, answer.body
                with kept.lock:
                    kept.trackers.append(json.loads(answer.body)["tracker"])
                    kept.signed.append(json.loads(answer.body)["receipt"].encode())
                    assert kept.trackers[-1] == tracker(ballot)
            else:
                sign(client, town["petition"], kept)
        except (ConnectionError, TimeoutError):
            with kept.lock:
                kept.broken += 1
            time.sleep(0.2)
        finally:
            with kept.lock:
                kept.flying -= 1


def sign(client: Client, petition: str, kept: Kept) -> None:
    """Signs once; later calls find the signature standing and do nothing."""
    if client.cookies.get("signed"):
        return
    path = f"/petitions/{petition}/signer"
    if b'name="csrfmiddlewaretoken"' in client.get(path).body:  # else it stands: the answer was cut, the act was not
        answer = client.form(path)
        assert answer.status == 302, answer.body[-1500:]
        found = RECEIPT.search(client.get(answer.location).body)
        if found:
            with kept.lock:
                kept.receipts.append(re.sub(rb"<[^>]+>|\s", b"", found[1]).decode())
    client.cookies["signed"] = "1"


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nothing_acknowledged_is_lost_or_doubled_by_kill_nine(
    database: str, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    with site(database, tmp_path) as running:
        town = running.town("build", str(VOTERS))
        running.start()
        kept, stop = Kept(), threading.Event()
        threads = [
            threading.Thread(
                target=live, args=(Client(running.port, voter["session"]), town, voter["credential"], stop, kept, seed)
            )
            for seed, voter in enumerate(town["voters"][:24])
        ]
        for thread in threads:
            thread.start()
        in_flight = kill_at_random_instants(running, kept)
        stop.set()
        for thread in threads:
            thread.join(60)
        tell(
            f"killed {KILLS} times with {in_flight} requests in flight; "
            f"{len(kept.trackers)} ballots and {len(kept.receipts)} receipts acknowledged"
        )
        assert all(count > 0 for count in in_flight)
        assert kept.receipts
        assert kept.trackers
        check_ballots(running, town, kept)
        check_receipts(running, town, kept)


def kill_at_random_instants(running: Site, kept: Kept) -> list[int]:
    """Five times: wait a moment drawn by chance, kill, start again. Gives how many requests were cut each time."""
    chance, in_flight = random.Random(), []
    for _ in range(KILLS):
        acknowledged = len(kept.trackers) + len(kept.receipts)
        while len(kept.trackers) + len(kept.receipts) == acknowledged or not kept.flying:
            time.sleep(0.01)  # the server answers again, and somebody waits for an answer
        time.sleep(chance.uniform(0, 1.5))
        before = kept.broken
        running.kill()
        time.sleep(0.15)  # each client whose answer was cut notices
        in_flight.append(kept.broken - before)
        running.start()
    time.sleep(1)
    return in_flight


def check_ballots(running: Site, town: dict[str, Any], kept: Kept) -> None:
    raw = Client(running.port).get(f"/votations/{town['votation']}/archive.bel").body
    read = archive.read(raw)
    trackers = [tracker(event.data[-1]) for event in read.events if event.kind == "Ballot"]
    assert len(trackers) == len(set(trackers))
    assert set(kept.trackers) <= set(trackers), "an acknowledged ballot is not in the box"
    assert len(kept.trackers) == len(set(kept.trackers))
    for found, signed in map(receipt.read, kept.signed):
        assert signed
        assert (read.hashes[found.height], trackers[found.height - 1]) == (found.head, found.tracker)
    assert len(kept.signed) == len(kept.trackers)
    steps = verify(raw)
    assert accepted(steps), [step for step in steps if not step.passed]


def check_receipts(running: Site, town: dict[str, Any], kept: Kept) -> None:
    stranger = Client(running.port)
    for kept_receipt in kept.receipts:
        answer = stranger.form("/petitions/recu", receipt=kept_receipt)
        assert answer.status == 200
        assert town["petition"].encode() in answer.body, "an acknowledged receipt is not known"
    assert len(kept.receipts) == len(set(kept.receipts))
