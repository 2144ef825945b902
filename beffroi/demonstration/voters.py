"""The voters: each opens her letter and encrypts on her own machine. What comes out is what a browser would send.

Reads letters (one text file a voter) and the election; writes a line a casting, in order: {"number", "ballot"}.
"""

import argparse
import json
import random
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

from rich.progress import track

from beffroi.core.voting.ballot import encrypt
from beffroi.core.voting.election import Election, parse_election

CREDENTIAL = re.compile(
    r"\b[1-9A-HJ-NP-Za-km-z]{5}-[1-9A-HJ-NP-Za-km-z]{6}-[1-9A-HJ-NP-Za-km-z]{5}-[1-9A-HJ-NP-Za-km-z]{6}\b"
)
#: blank, yes, no: invented opinions.
WEIGHTS = (7, 55, 38)


@cache
def election_of(path: Path) -> Election:
    return parse_election(path.read_bytes())


def cast(task: tuple[Path, Path, int]) -> str:
    """One voter's casting. `task` is (election file, letter, 0 blank, 1 yes, 2 no)."""
    path, letter, choice = task
    found = CREDENTIAL.search(letter.read_text())
    assert found, f"{letter} holds no credential"
    return encrypt(election_of(path), found[0], [[int(place == choice) for place in range(3)]]).decode()


@contextmanager
def processes() -> Iterator[Callable[..., Iterable[str]]]:
    """`map` on every processor, or in this process where the machine has no shared memory."""
    try:
        pool = ProcessPoolExecutor()
    except OSError:
        yield map
        return
    with pool:
        yield partial(pool.map, chunksize=8)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--election", type=Path, required=True)
    parser.add_argument("--letters", type=Path, required=True)
    parser.add_argument("--ballots", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", required=True)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)  # noqa: S311  (who votes what is invented; the ballots' randomness is libsodium's)
    letters = sorted(asked.letters.glob("*.txt"))
    again = asked.ballots // 20
    voters = chance.sample(letters, asked.ballots - again)
    castings = [(letter, chance.choices(range(3), WEIGHTS)[0]) for letter in voters + chance.sample(voters, again)]
    tasks = [(asked.election, letter, choice) for letter, choice in castings]
    with processes() as run, asked.out.open("w") as out:
        done = track(run(cast, tasks), total=len(tasks), description=f"Bulletins chiffrés ({again} revotent)")
        for (_election, letter, _choice), ballot in zip(tasks, done, strict=True):
            out.write(json.dumps({"number": int(letter.stem), "ballot": ballot}) + "\n")


if __name__ == "__main__":
    main()
