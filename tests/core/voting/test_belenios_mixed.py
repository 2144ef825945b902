"""Elections whose roles are shared between belenios-tool and us: one row of one table, one mixture.

A row says which version of the tool, which group, and who plays: O for us, T for the tool, in the order of credentials,
trustees' keys, ballots, first shuffle, second shuffle, decryptions; - where nothing is shuffled. Whoever plays, the
tool and we accept the archive and give one result; in the 2048-bit groups, which both versions know, the other version
of the tool accepts it too. A row that cannot run fails.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from beffroi.core.verdict import accepted
from beffroi.core.voting import archive, ballot, canon, credentials, interop, interop_shuffle, shuffle, tally, trustees
from beffroi.core.voting.election import Election, parse_election
from beffroi.core.voting.group import FieldGroup, get_group
from beffroi.core.voting.verify import verify
from tests.core.voting.test_belenios_tool import OLD_TOOL, TOOL, Belenios, the_tool

__all__ = ["the_tool"]

TABLE = """
3.3.0 Ed25519       TTTTTT OOOOOO OTTTTT TOTTTT TTOTTT TTTOTT TTTTOT TTTTTO TOOOTO OTTTOO TTOTOT OTTOTT
3.3.0 BELENIOS-2048 OOO--O TTO--T OTT--O
3.3.0 RFC-3526-2048 OOOOOO
2.0   BELENIOS-2048 TTT--T OOO--O OTT--T TOT--T TTO--T TTT--O OTO--T TOT--O
2.0   RFC-3526-2048 TTTTTT OOOOOO OTTTTT TOTTTT TTOTTT TTTOTT TTTTOT TTTTTO
"""
ROWS = [(*line.split()[:2], row) for line in TABLE.strip().splitlines() for row in line.split()[2:]]
ROLES = ("credentials", "trustees", "ballots", "first", "second", "decryptions")
TOOLS = {"3.3.0": TOOL, "2.0": OLD_TOOL}

YES_NO = {"answers": ["oui", "non"], "blank": True, "min": 1, "max": 1, "question": "D'accord ?"}
RANKED = {"type": "NonHomomorphic", "value": {"answers": ["a", "b", "c"], "question": "Dans quel ordre ?"}}
LISTED = {"type": "Lists", "value": {"answers": [["A", "a1", "a2"], ["B", "b1"]], "question": "Quelle liste ?"}}
SEVERAL = {"answers": ["a", "b", "c"], "min": 0, "max": 2, "question": "Lesquels ?"}
# One ballot of numbers is a matter of milliseconds in RFC-3526-2048, one of choices takes seconds; lists are newer.
QUESTIONS = {"Ed25519": (YES_NO, RANKED, LISTED), "BELENIOS-2048": (YES_NO, SEVERAL), "RFC-3526-2048": (RANKED,)}
CHOSEN: dict[str, tuple[Any, Any, Any]] = {
    "D'accord ?": ((0, 1, 0), (1, 0, 0), (0, 0, 1)),
    "Dans quel ordre ?": ((1, 2, 3), (3, 2, 1), (1, 2, 3)),
    "Quelle liste ?": (((1, 1, 0), (0, 0)), ((0, 0, 0), (1, 1)), ((1, 1, 1), (0, 0))),
    "Lesquels ?": ((0, 0, 0), (1, 0, 1), (0, 1, 0)),
}
SUMS = {"D'accord ?": [1, 1, 1], "Quelle liste ?": [2, 2, 1, 1, 1], "Lesquels ?": [1, 1, 1]}


def title(question: Any) -> str:
    return str(question["value"]["question"] if "value" in question else question["question"])


class Mixed:
    """One election in one folder, played by whom the row says."""

    def __init__(self, folder: Path, version: str, group: str, row: str) -> None:
        self.tool, self.version = Belenios(folder, TOOLS[version]), version
        self.group = get_group(group)
        self.questions = QUESTIONS[group]
        self.by = dict(zip(ROLES, row, strict=True))
        self.uuid = self.tool.must("setup", "generate-token").decode().strip()

    @property
    def raw(self) -> bytes:
        return (self.tool.folder / f"{self.uuid}.bel").read_bytes()

    @property
    def election(self) -> Election:
        return parse_election(archive.read(self.raw).events[0].data[0])

    def set_up(self) -> list[str]:
        """The private credentials."""
        tool, group = self.tool, ("--group", self.group.name)
        private = self.credentials(*group)
        for n in (1, 2):
            if self.by["trustees"] == "T":
                tool.must("setup", "generate-trustee-key", *group)
            else:
                key = interop.new_key(self.group) if isinstance(self.group, FieldGroup) else trustees.new_trustee_key()
                tool.file(f"{n}.privkey", key.private_json())
                public = key.public_json() if isinstance(key, interop.InteropKey) else trustees.public_json(key)
                tool.file(f"{n}.pubkey", public + b"\n")
        tool.file("public_keys.jsons", b"".join(tool.read("*.pubkey")))
        tool.must("setup", "make-trustees")
        told = {"description": "Un vote", "name": "Élection", "questions": self.questions}
        template = tool.file("template.json", json.dumps(told).encode())
        tool.must("setup", "make-election", "--uuid", self.uuid, *group, "--template", template)
        tool.must("archive", "init")
        return private

    def credentials(self, *group: str) -> list[str]:
        tool, old = self.tool, self.version == "2.0"
        if self.by["credentials"] == "T":
            tool.must("setup", "generate-credentials", "--uuid", self.uuid, *group, "--count", "3")
            given = tool.read("*.privcreds")[0].decode()
            private = [line.split()[1] for line in given.splitlines()] if old else list(json.loads(given).values())
            # 2.0 writes the voters' names beside the points, and leaves it to the server to take them away.
            listed = [text.partition(",")[0] for text in json.loads(tool.read("*.pubcreds")[0])]
            tool.file("public_creds.json", canon.compact(listed))
        elif isinstance(self.group, FieldGroup):
            private = [interop.new_credential() if old else credentials.new_credential() for _ in range(3)]
            tool.file("public_creds.json", interop.public_list(self.uuid, private, self.group))
        else:
            made, public = credentials.make_credentials(self.uuid, ["1", "2", "3"])
            private = list(made.values())
            tool.file("public_creds.json", public)
        return private

    def vote(self, credential: str, choices: list[Any]) -> None:
        if self.by["ballots"] == "T":
            words = ("--privcred", self.tool.file("cred", credential.encode()))
            option = "--ballot" if self.version == "2.0" else "--choice"
            words += (option, self.tool.file("choice", json.dumps(choices).encode()))
            raw = self.tool.must("election", "generate-ballot", *words).strip()
        else:
            make = interop.encrypt if isinstance(self.group, FieldGroup) else ballot.encrypt
            raw = make(self.election, credential, [flat(choice) for choice in choices])
        self.tool.must("archive", "add-event", "--type=Ballot", given=raw)

    def close(self) -> bytes:
        """What is to be shuffled."""
        self.tool.must("archive", "add-event", "--type=EndBallots")
        added = self.tool.must("election", "compute-encrypted-tally")
        self.tool.must("archive", "add-event", "--type=EncryptedTally", given=added)
        return archive.read(self.raw).events[-1].data[0]

    def mix(self, added: bytes) -> bytes:
        """What is to be decrypted."""
        if not self.election.is_shuffled:
            return added
        make = interop_shuffle.make_shuffle if isinstance(self.group, FieldGroup) else shuffle.make_shuffle
        for owner, role in ((1, "first"), (2, "second")):
            if self.by[role] == "T":
                given = self.tool.must("election", "shuffle", "--trustee-id", str(owner))
            else:
                made = make(self.election, tally.shuffled_rows(self.election, added))
                given = made + b"\n" + tally.owned(owner, made)
            self.tool.must("archive", "add-event", "--type=Shuffle", given=given)
            added = tally.shuffled_tally(self.election, added, archive.read(self.raw).events[-1].data[0])
        self.tool.must("archive", "add-event", "--type=EndShuffles")
        return added

    def decrypt(self, added: bytes) -> list[bytes]:
        made = []
        keys = {self.key(path).public_key: path for path in self.tool.folder.glob("*.privkey")}
        listed = [value["public_key"] for _, value in json.loads(self.tool.read("trustees.json")[0])]
        for owner, path in enumerate((keys[key] for key in listed), 1):
            if self.by["decryptions"] == "T":
                given = self.tool.must("election", "decrypt", "--privkey", path.name, "--trustee-id", str(owner))
            else:
                key = self.key(path)
                decrypt = (
                    interop.partial_decryption if isinstance(key, interop.InteropKey) else tally.partial_decryption
                )
                pd = decrypt(self.election, key, added)
                given = pd + b"\n" + tally.owned(owner, pd)
            self.tool.must("archive", "add-event", "--type=PartialDecryption", given=given)
            made.append(archive.read(self.raw).events[-1].data[0])
        return made

    def key(self, path: Path) -> Any:
        raw = path.read_bytes()
        if isinstance(self.group, FieldGroup):
            return interop.read_private(raw, self.group)
        return trustees.read_private(raw)


def flat(choice: object) -> list[int]:
    assert isinstance(choice, tuple)
    return [n for item in choice for n in (item if isinstance(item, tuple) else (item,))]


@pytest.mark.parametrize(("version", "group", "row"), ROWS, ids=[" ".join(row) for row in ROWS])
def test_whoever_plays_a_role_all_programs_accept_the_archive_and_give_one_result(
    version: str, group: str, row: str, tmp_path: Path
) -> None:
    mixed = Mixed(tmp_path, version, group, row)
    private = mixed.set_up()
    votes = [[CHOSEN[title(question)][n] for question in mixed.questions] for n in range(3)]
    # The first voter changes her mind.
    for credential, choices in [(private[0], votes[1]), *zip(private, votes, strict=True)]:
        mixed.vote(credential, choices)
    added = mixed.close()
    decrypted = mixed.mix(added)
    pds = mixed.decrypt(decrypted)
    theirs = mixed.tool.must("election", "compute-result").strip()
    assert theirs == tally.result(mixed.election, decrypted, pds, 3)
    mixed.tool.must("archive", "add-event", "--type=Result", given=theirs)
    for program in TOOLS.values() if isinstance(mixed.group, FieldGroup) else (TOOL,):
        Belenios(tmp_path, program).must("election", "verify")
    assert accepted(steps := verify(mixed.raw, processes=1)), [step for step in steps if not step.passed]
    for question, found in zip(mixed.questions, tally.read_result(mixed.election, theirs), strict=True):
        chosen = CHOSEN[title(question)]
        assert found == SUMS[title(question)] if title(question) in SUMS else Counter(found) == Counter(chosen)


def test_the_table_has_every_role_played_by_us_alone_with_each_version_and_group() -> None:
    """In Ed25519 with 3.3.0, in both older groups with 2.0: what the issue asks for."""
    for version, group in (("3.3.0", "Ed25519"), ("2.0", "BELENIOS-2048"), ("2.0", "RFC-3526-2048")):
        rows = {row for one, other, row in ROWS if (one, other) == (version, group)}
        alone = {n for n in range(6) if "".join("O" if i == n else "T" for i in range(6)) in rows}
        alone |= {n for n in (0, 1, 2, 5) if "".join("-" if i in (3, 4) else "TO"[i == n] for i in range(6)) in rows}
        assert alone == ({0, 1, 2, 5} if group == "BELENIOS-2048" else set(range(6)))
