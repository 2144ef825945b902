"""Elections whose roles are shared between belenios-tool and us, every kind of question in them: one row, one mixture.

A row says who makes credentials, ballots, first shuffle, second shuffle and decryptions: O for us, T for the tool.
Whoever plays, both programs accept the archive and give one result.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from beffroi.core.verdict import accepted
from beffroi.core.voting import archive, ballot, credentials, shuffle, tally, trustees
from beffroi.core.voting.election import Election, parse_election
from beffroi.core.voting.verify import verify
from tests.core.voting.test_belenios_tool import Belenios, owners_of, the_tool

__all__ = ["the_tool"]

TEMPLATE = {
    "description": "Un vote",
    "name": "Élection",
    "questions": [
        {"answers": ["oui", "non"], "blank": True, "min": 1, "max": 1, "question": "D'accord ?"},
        {"type": "NonHomomorphic", "value": {"answers": ["a", "b", "c"], "question": "Dans quel ordre ?"}},
        {"type": "Lists", "value": {"answers": [["A", "a1", "a2"], ["B", "b1"]], "question": "Quelle liste ?"}},
    ],
}
VOTES = (
    ((0, 1, 0), (1, 2, 3), ((1, 1, 0), (0, 0))),
    ((1, 0, 0), (3, 2, 1), ((0, 0, 0), (1, 1))),
    ((0, 0, 1), (1, 2, 3), ((1, 1, 1), (0, 0))),
)
ROWS = ["TTTTT", "OOOOO", "OTTTT", "TOTTT", "TTOTT", "TTTOT", "TTTTO", "TOOTO", "OTTOO", "TOTOT", "OTOTT"]


class Mixed:
    """One election in one folder, played by whom the row says."""

    def __init__(self, folder: Path, row: str) -> None:
        self.tool = Belenios(folder)
        self.by = dict(zip(("credentials", "ballots", "first", "second", "decryptions"), row, strict=True))
        self.uuid = self.tool.must("setup", "generate-token").decode().strip()

    @property
    def raw(self) -> bytes:
        return (self.tool.folder / f"{self.uuid}.bel").read_bytes()

    @property
    def election(self) -> Election:
        return parse_election(archive.read(self.raw).events[0].data[0])

    def set_up(self) -> list[str]:
        """The private credentials."""
        tool, group = self.tool, ("--group", "Ed25519")
        if self.by["credentials"] == "T":
            tool.must("setup", "generate-credentials", "--uuid", self.uuid, *group, "--count", "3")
            private = list(json.loads(tool.read("*.privcreds")[0]).values())
            tool.file("public_creds.json", tool.read("*.pubcreds")[0])
        else:
            made, public = credentials.make_credentials(self.uuid, ["1", "2", "3"])
            private = list(made.values())
            tool.file("public_creds.json", public)
        for _ in range(2):
            tool.must("setup", "generate-trustee-key", *group)
        tool.file("public_keys.jsons", b"".join(tool.read("*.pubkey")))
        tool.must("setup", "make-trustees")
        template = tool.file("template.json", json.dumps(TEMPLATE).encode())
        tool.must("setup", "make-election", "--uuid", self.uuid, *group, "--template", template)
        tool.must("archive", "init")
        return private

    def vote(self, credential: str, choices: tuple[object, ...]) -> None:
        if self.by["ballots"] == "T":
            words = ("--privcred", self.tool.file("cred", credential.encode()))
            words += ("--choice", self.tool.file("choice", json.dumps(choices).encode()))
            raw = self.tool.must("election", "generate-ballot", *words).strip()
        else:
            raw = ballot.encrypt(self.election, credential, [flat(choice) for choice in choices])
        self.tool.must("archive", "add-event", "--type=Ballot", given=raw)

    def close(self) -> bytes:
        """What is to be shuffled."""
        self.tool.must("archive", "add-event", "--type=EndBallots")
        added = self.tool.must("election", "compute-encrypted-tally")
        self.tool.must("archive", "add-event", "--type=EncryptedTally", given=added)
        return archive.read(self.raw).events[-1].data[0]

    def mix(self, added: bytes) -> bytes:
        """What is to be decrypted."""
        for owner, role in ((1, "first"), (2, "second")):
            if self.by[role] == "T":
                given = self.tool.must("election", "shuffle", "--trustee-id", str(owner))
            else:
                made = shuffle.make_shuffle(self.election, tally.shuffled_rows(self.election, added))
                given = made + b"\n" + tally.owned(owner, made)
            self.tool.must("archive", "add-event", "--type=Shuffle", given=given)
            added = tally.shuffled_tally(self.election, added, archive.read(self.raw).events[-1].data[0])
        self.tool.must("archive", "add-event", "--type=EndShuffles")
        return added

    def decrypt(self, added: bytes) -> list[bytes]:
        made = []
        for owner, path in enumerate(owners_of(self.tool), 1):
            if self.by["decryptions"] == "T":
                given = self.tool.must("election", "decrypt", "--privkey", path.name, "--trustee-id", str(owner))
            else:
                pd = tally.partial_decryption(self.election, trustees.read_private(path.read_bytes()), added)
                given = pd + b"\n" + tally.owned(owner, pd)
            self.tool.must("archive", "add-event", "--type=PartialDecryption", given=given)
            made.append(archive.read(self.raw).events[-1].data[0])
        return made


def flat(choice: object) -> list[int]:
    assert isinstance(choice, tuple)
    return [n for item in choice for n in (item if isinstance(item, tuple) else (item,))]


@pytest.mark.parametrize("row", ROWS)
def test_whoever_plays_a_role_both_programs_accept_the_archive_and_give_one_result(row: str, tmp_path: Path) -> None:
    mixed = Mixed(tmp_path, row)
    private = mixed.set_up()
    # The first voter changes her mind.
    for credential, choices in [(private[0], VOTES[1]), *zip(private, VOTES, strict=True)]:
        mixed.vote(credential, choices)
    added = mixed.close()
    read = [
        ballot.check_ballot(mixed.election, e.data[0]) for e in archive.read(mixed.raw).events if e.kind == "Ballot"
    ]
    listed = credentials.parse_credentials(archive.read(mixed.raw).events[0].data[2], mixed.election.group)
    assert tally.encrypted_tally(mixed.election, read, listed) == added
    decrypted = mixed.mix(added)
    pds = mixed.decrypt(decrypted)
    theirs = mixed.tool.must("election", "compute-result").strip()
    assert theirs == tally.result(mixed.election, decrypted, pds, 3)
    mixed.tool.must("archive", "add-event", "--type=Result", given=theirs)
    mixed.tool.must("election", "verify")
    assert accepted(steps := verify(mixed.raw, processes=1)), [step for step in steps if not step.passed]
    sums, ranks, lists = tally.read_result(mixed.election, theirs)
    assert sums == [1, 1, 1]
    assert Counter(ranks) == Counter(vote[1] for vote in VOTES)
    assert lists == [2, 2, 1, 1, 1]
