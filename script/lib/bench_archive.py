"""Archives for the measures: finished elections of any number of ballots, each valid and of its own credential.

One question (yes, no, blank), three trustees; ballots are encrypted by our own code, on every processor, and written as
they come, so that 200,000 of them need no memory.
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from beffroi.core.voting import archive, ballot, credentials, election, tally, trustees
from beffroi.core.voting.archive import Event
from beffroi.core.voting.questions import Question

QUESTION = Question("Should it be done?", ("Yes", "No"), 1, 1, True)
_CHOICES = ([0, 1, 0], [0, 0, 1], [1, 0, 0])


@dataclass
class Made:
    """Where the archive is, the same before any ballot, and the seconds that encryption took of all processors."""

    uuid: str
    path: Path
    setup: Path
    seconds: float


def make(number: int, folder: Path) -> Made:
    """A finished election of `number` ballots in `folder`."""
    uuid = election.new_uuid()
    keys = [trustees.new_trustee_key() for _ in range(3)]
    trustees_file = trustees.trustees_json([trustees.public_json(key) for key in keys], ["One", "Two", "Three"])
    raw = election.election_json(uuid, "Benchmark", "", trustees.election_key(trustees_file), [QUESTION])
    parsed = election.parse_election(raw)
    private, public = credentials.make_credentials(uuid, [str(n) for n in range(number)])
    setup = archive.setup_event(parsed, trustees_file, public)
    made = Made(uuid, folder / f"{uuid}.bel", folder / "setup" / f"{uuid}.bel", 0.0)
    sums = tally.added(parsed, [])
    now = int(time.time())

    def events() -> Iterator[Event]:
        nonlocal sums
        yield setup
        lists = [list(private.values())[start : start + 500] for start in range(0, number, 500)]
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            for raws, part, seconds in pool.map(partial(_encrypted, raw), lists):
                sums = tally.merged(parsed, sums, part)
                made.seconds += seconds
                yield from map(archive.ballot_event, raws)
        encrypted = tally.written(parsed, sums)
        decryptions = [tally.partial_decryption(parsed, key, encrypted) for key in keys]
        yield archive.end_ballots_event()
        yield archive.tally_event(encrypted, tally.sized_tally(encrypted, number, number))
        yield from (archive.decryption_event(owner, pd) for owner, pd in enumerate(decryptions, 1))
        yield archive.result_event(tally.result(parsed, encrypted, decryptions, number))

    made.setup.parent.mkdir()
    made.setup.write_bytes(b"".join(archive.write(now, [setup])))
    with made.path.open("wb") as out:
        out.writelines(archive.write(now, events()))
    return made


def _encrypted(raw: bytes, given: list[str]) -> tuple[list[bytes], tally.Tally, float]:
    """Ballots of these credentials, their sum, and the seconds that they took."""
    parsed = election.parse_election(raw)
    began = time.process_time()
    raws = [ballot.encrypt(parsed, credential, [_CHOICES[n % 3]]) for n, credential in enumerate(given)]
    seconds = time.process_time() - began
    return raws, tally.added(parsed, [(ballot.read_ballot(parsed, one), 1) for one in raws]), seconds
