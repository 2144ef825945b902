"""What an interrupted verification left, so that it can go on: how far it came, the faults and the sum until there.

The file belongs to the auditor, who must keep it to herself: whoever writes it writes a part of her verdict. It is
bound by hash to the program's version, to the election and to every ballot that it speaks of, with what each counts.
"""

import time
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import beffroi
from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import canon, files
from beffroi.core.voting.archive import Box
from beffroi.core.voting.canon import Json
from beffroi.core.voting.election import Election
from beffroi.core.voting.proofs import ciphertext_json, read_ciphertext
from beffroi.core.voting.tally import Tally, added

_FIELDS = ("version", "ballots", "inputs", "faults", "sums")
_SECONDS = 1  # between two savings

Fault = tuple[int, str, str]


@dataclass
class State:
    """Ballots checked so far (numbers below `until`), their faults by number from 0, the sum of those that count."""

    until: int
    faults: list[Fault]
    sums: Tally = field(repr=False)


def start(election: Election) -> State:
    """Nothing checked yet."""
    return State(0, [], added(election, []))


class Saved:
    """The file of one verification."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._last = time.monotonic()
        self._inputs = sha256()
        self._until = 0

    def load(self, election: Election, box: Box, counts: list[int]) -> State:
        """Where to go on; the beginning when there is no file.

        Raises Refused "verify.resume" for a file of something else, of another archive or version, or changed since:
        it is neither believed nor overwritten.
        """
        self._inputs = sha256(beffroi.__version__.encode() + b"|" + election.fingerprint.encode())
        if not self.path.exists():
            return start(election)
        try:
            state, inputs = _read(self.path.read_bytes(), election)
        except (Malformed, OSError) as error:
            raise Refused("verify.resume", f"{self.path}: no state of a verification: {error}") from error
        if state.until > len(box) or self._hash_until(state.until, box, counts) != inputs:
            raise Refused(
                "verify.resume", f"{self.path}: of another archive or version; give another name, or delete it"
            )
        return state

    def _hash_until(self, until: int, box: Box, counts: list[int]) -> str:
        for n in range(self._until, until):
            self._inputs.update(box.digests[n] + counts[n].to_bytes(8, "little"))
        self._until = until
        return self._inputs.hexdigest()

    def save(self, election: Election, box: Box, counts: list[int], state: State) -> None:
        """Write the state, whole or not at all, unless that was done a moment ago."""
        if time.monotonic() - self._last < _SECONDS:
            return
        self._last = time.monotonic()
        files.replace(self.path, _written(state, self._hash_until(state.until, box, counts), election), files.SECRET)

    def done(self) -> None:
        """All ballots are checked: the file has nothing more to say."""
        self.path.unlink(missing_ok=True)


def _written(state: State, inputs: str, election: Election) -> bytes:
    value: dict[str, Json] = {
        "version": beffroi.__version__,
        "ballots": state.until,
        "inputs": inputs,
        "faults": [list[Json](fault) for fault in state.faults],
        "sums": [[ciphertext_json(election.group, c) for c in row] for row in state.sums],
    }
    return canon.compact(value | {"hash": canon.sha256_hex(canon.compact(value))})


def _read(raw: bytes, election: Election) -> tuple[State, str]:
    value = canon.fields(canon.parse(raw, "state"), "state", (*_FIELDS, "hash"))
    if value["hash"] != canon.sha256_hex(canon.compact({name: value[name] for name in _FIELDS})):
        raise Malformed("state", "a file that was changed", "the file as it was left")
    faults: list[Fault] = []
    for item in canon.as_list(value["faults"], "state, faults"):
        n, step, fault = canon.as_list(item, "state, fault", 3)
        faults.append((canon.as_int(n, "fault"), canon.as_str(step, "fault"), canon.as_str(fault, "fault")))
    sums = tuple(
        tuple(read_ciphertext(c, "state, sum", election.group) for c in canon.as_list(row, "state, sums"))
        for row in canon.as_list(value["sums"], "state, sums", len(election.questions))
    )
    return State(canon.as_int(value["ballots"], "state, ballots"), faults, sums), canon.as_hash(
        value["inputs"], "state"
    )
