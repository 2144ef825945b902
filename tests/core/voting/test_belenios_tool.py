"""Debian's belenios-tool as an independent auditor: it accepts our elections, we accept its own, and verdicts agree.

`script/belenios` unpacks it. Its `election verify` must not be relied upon for single ballots: each ballot is
given to `verify-ballot`, on the archive cut after Setup.
"""

import copy
import json
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from beffroi.core.errors import Malformed, Refused
from beffroi.core.verdict import accepted
from beffroi.core.voting import archive, ballot, box, credentials, tally, trustees
from beffroi.core.voting.archive import Archive
from beffroi.core.voting.election import Election, parse_election
from beffroi.core.voting.questions import Question
from beffroi.core.voting.verify import verify
from tests.core.voting import remember
from tests.core.voting.elections import BLANK, NO, YES, YES_NO, Played, announce, cast, count, set_up
from tests.vectors.mutants.subject import VECTORS, mutants_of_the_tool
from tests.vectors.voting import mutate_bel

ROOT = Path(__file__).resolve().parents[3]
TOOL = Path(os.environ.get("BEFFROI_BELENIOS_TOOL") or ROOT / "var" / "belenios" / "belenios-tool")
OLD_TOOL = ROOT / "var" / "belenios-2.0" / "belenios-tool"  # Debian 12's: the 2048-bit groups only
LISTED = Question("Which of them?", ("a", "b", "c"), 0, 2, False)
TEMPLATE = {
    "description": "Un vote",
    "name": "Élection",
    "questions": [
        {"answers": ["oui", "non"], "blank": True, "min": 1, "max": 1, "question": "D'accord ?"},
        {"answers": ["a", "b", "c"], "min": 0, "max": 2, "question": "Lesquels ?"},
    ],
}


@pytest.fixture(autouse=True, scope="module")
def the_tool() -> None:
    """A missing auditor is a failure, not a silence; only who says so may go without."""
    missing = [str(tool) for tool in (TOOL, OLD_TOOL) if not tool.is_file()]
    if missing and os.environ.get("BEFFROI_WITHOUT_BELENIOS") == "1":
        pytest.skip("belenios-tool is not on this machine (BEFFROI_WITHOUT_BELENIOS=1)")
    if missing:
        pytest.fail(f"{missing}: run script/belenios, or set BEFFROI_WITHOUT_BELENIOS=1 to go without")


class Belenios:
    """One folder in which the tool works."""

    def __init__(self, folder: Path, program: Path = TOOL) -> None:
        self.folder, self.program = folder, program
        folder.mkdir(parents=True, exist_ok=True)

    def run(self, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [str(self.program), *words],
            input=given,
            capture_output=True,
            check=False,
            cwd=self.folder,
            env={**os.environ, "BELENIOS_USE_URANDOM": "1"},
            timeout=120,
        )

    def must(self, *words: str, given: bytes = b"") -> bytes:
        done = self.run(*words, given=given)
        assert done.returncode == 0, (words, done.stdout[-500:], done.stderr[-500:])
        return done.stdout

    def file(self, name: str, content: bytes) -> str:
        (self.folder / name).write_bytes(content)
        return name

    def read(self, pattern: str) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.folder.glob(pattern))]


@cache
def ours() -> Played:
    """Two questions, every kind of answer, a revote; tallied."""
    played = set_up((YES_NO, LISTED), voters=6)
    votes = [("1", NO, (0, 0, 0)), ("2", BLANK, (1, 0, 1)), ("3", YES, (0, 1, 0)), ("4", YES, (0, 1, 1))]
    for number, *choices in [*votes, ("1", YES, (1, 1, 0))]:
        cast(played, number, *choices)
    return count(played)


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Belenios:
    """The tool with our election's archive, cut after Setup."""
    belenios = Belenios(tmp_path_factory.mktemp("setup"))
    belenios.file(f"{ours().election.uuid}.bel", ours().cut("Setup"))
    return belenios


def valid_for_belenios(belenios: Belenios, raw: bytes) -> bool:
    return belenios.run("election", "verify-ballot", "--ballot", belenios.file("ballot.json", raw)).returncode == 0


def valid_for_us(election: Election, listed: dict[str, int], raw: bytes) -> bool:
    try:
        return ballot.check_ballot(election, raw).credential in listed
    except (Malformed, Refused):
        return False


# ---------------------------------------------------------------- our election, audited by belenios-tool


def test_belenios_finds_each_of_our_ballots_valid(audited: Belenios) -> None:
    assert [valid_for_belenios(audited, raw) for raw in ours().ballots] == [True] * 5


@pytest.mark.parametrize("phase", ["Ballot", "EncryptedTally", "Result"])
def test_belenios_verifies_our_archive_in_each_phase(phase: str, tmp_path: Path) -> None:
    belenios = Belenios(tmp_path)
    belenios.file(f"{ours().election.uuid}.bel", ours().cut(phase))
    belenios.must("election", "verify")


def test_belenios_computes_our_encrypted_tally_and_our_result(tmp_path: Path) -> None:
    belenios = Belenios(tmp_path)
    name = belenios.file(f"{ours().election.uuid}.bel", ours().cut("EndBallots"))
    said = belenios.must("election", "compute-encrypted-tally").strip().splitlines()
    event = next(event for event in ours().events if event.kind == "EncryptedTally")
    assert said[0] == event.data[0]
    belenios.file(name, ours().cut("PartialDecryption"))
    assert belenios.must("election", "compute-result").strip() == ours().events[-1].data[-1]


def test_belenios_refuses_a_result_of_ours_that_was_changed(tmp_path: Path) -> None:
    events = [*ours().events[:-1], archive.result_event(b'{"result":[[1,3,1],[1,3,2]]}')]
    assert events[-1] != ours().events[-1]
    raw = b"".join(archive.write(1, events))
    belenios = Belenios(tmp_path)
    belenios.file(f"{ours().election.uuid}.bel", raw)
    assert belenios.run("election", "verify").returncode != 0
    assert not accepted(verify(raw))


# ---------------------------------------------------------------- verdicts, ballot by ballot


def ballot_mutants(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each ballot that mutants of this archive hold and that the archive itself does not."""
    base = mutate_bel.load(raw)
    known = {event["data"][-1] for event in base["events"] if event["type"] == "Ballot"}
    for name, change, _, _ in mutate_bel.MUT:
        model = copy.deepcopy(base)
        try:
            change(model)
        except mutate_bel.Skip:
            continue
        for event in model["events"]:
            if event["type"] == "Ballot" and event["data"][-1] not in known:
                yield name, event["data"][-1]


def test_belenios_and_we_agree_on_each_mutant_of_a_ballot(audited: Belenios) -> None:
    listed = credentials.parse_credentials(ours().public, ours().election.group)
    made = list(ballot_mutants(ours().cut("Ballot")))
    verdicts = {
        f"{n} {name}": (valid_for_us(ours().election, listed, raw), valid_for_belenios(audited, raw))
        for n, (name, raw) in enumerate(made)
    }
    assert {name: both for name, both in verdicts.items() if both[0] != both[1]} == {}
    assert len(verdicts) >= 24
    assert not any(mine for mine, _ in verdicts.values())


def test_version_2_0_and_we_agree_on_each_mutant_of_an_open_box_but_on_copies(tmp_path: Path) -> None:
    """Its verdict on a whole archive can be relied upon, which that of later versions cannot; copies it takes."""
    model = mutate_bel.load((VECTORS / "homomorphic-belenios2048-3.3.0.bel").read_bytes())
    del model["events"][mutate_bel.find(model, "EndBallots")[0] :]
    base = mutate_bel.tar_write(mutate_bel.records(model))
    belenios = Belenios(tmp_path, OLD_TOOL)
    name = f"{mutate_bel.election(model)['uuid']}.bel"
    plain = remember.remembering(box.check_one, 1000)
    verdicts = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(box, "check_one", plain)
        for mutant, _, raw in mutants_of_the_tool(base):
            if mutant.startswith("ballot"):
                belenios.file(name, raw)
                theirs = belenios.run("election", "verify").returncode == 0
                verdicts[mutant] = accepted(verify(raw, processes=1)), theirs
    assert {mutant for mutant, (ours, theirs) in verdicts.items() if ours != theirs} == {"ballot_duplicate"}
    assert verdicts["ballot_duplicate"] == (False, True)
    assert len(verdicts) >= 24


# ---------------------------------------------------------------- elections made entirely by belenios-tool


def make_election(belenios: Belenios, group: str, threshold: bool) -> str:
    """Credentials, trustees, parameters, archive: the uuid."""
    uuid = belenios.must("setup", "generate-token").decode().strip()
    belenios.must("setup", "generate-credentials", "--uuid", uuid, "--group", group, "--count", "4")
    for kind in ("pub", "priv"):
        belenios.file(f"{kind}{'lic' if kind == 'pub' else 'ate'}_creds.json", belenios.read(f"*.{kind}creds")[0])
    for _ in range(1 if threshold else 2):
        belenios.must("setup", "generate-trustee-key", "--group", group)
    if threshold:
        make_threshold(belenios, group)
    belenios.file("public_keys.jsons", b"".join(belenios.read("*.pubkey")))
    belenios.must("setup", "make-trustees")
    template = belenios.file("template.json", json.dumps(TEMPLATE).encode())
    belenios.must("setup", "make-election", "--uuid", uuid, "--group", group, "--template", template)
    belenios.must("archive", "init")
    return uuid


def make_threshold(belenios: Belenios, group: str) -> None:
    """Two of three, in the six steps of the tool."""

    def step(number: int, *words: str, given: bytes = b"") -> bytes:
        name = "generate-trustee-key-threshold"
        return belenios.must("setup", name, "--group", group, "--step", str(number), *words, given=given)

    for n in (1, 2, 3):
        step(1, "--threshold-context", f"{n}/2/3")
    names = [json.loads(json.loads(raw)["message"])["context"]["index"] for raw in belenios.read("*.cert")]
    paths = sorted(belenios.folder.glob("*.cert"))
    order = [path for _, path in sorted(zip(names, paths, strict=True))]
    certs = ("--certs", belenios.file("certs.jsons", b"".join(path.read_bytes() for path in order)))
    step(2, *certs)
    polynomials = b"".join(step(3, *certs, "--key", path.with_suffix(".key").name) for path in order)
    shared = ("--polynomials", belenios.file("polynomials.jsons", polynomials))
    step(4, *certs, *shared)
    outputs = b""
    for path in order:
        given = path.with_suffix(".vinput").read_bytes()
        outputs += step(5, *certs, "--key", path.with_suffix(".key").name, given=given)
    belenios.file("threshold.json", step(6, *certs, *shared, given=outputs))
    belenios.file("order", "\n".join(path.stem for path in order).encode())


def vote(belenios: Belenios) -> list[bytes]:
    """Five ballots, one a revote, each added to the archive."""
    private = list(json.loads(belenios.read("private_creds.json")[0]).values())
    votes = [[[0, 1, 0], [0, 0, 0]], [[1, 0, 0], [1, 0, 1]], [[0, 0, 1], [0, 1, 0]], [[0, 1, 0], [1, 1, 0]]]
    made = []
    for credential, choices in [*zip(private, votes, strict=True), (private[0], [[0, 0, 1], [0, 0, 1]])]:
        words = ("--privcred", belenios.file("cred", credential.encode()))
        words += ("--choice", belenios.file("choice", json.dumps(choices).encode()))
        made.append(belenios.must("election", "generate-ballot", *words).strip())
        belenios.must("archive", "add-event", "--type=Ballot", given=made[-1])
    return made


def close(belenios: Belenios) -> None:
    belenios.must("archive", "add-event", "--type=EndBallots")
    added = belenios.must("election", "compute-encrypted-tally")
    belenios.must("archive", "add-event", "--type=EncryptedTally", given=added)


def finish(belenios: Belenios, uuid: str) -> Archive:
    found = belenios.must("election", "compute-result")
    belenios.must("archive", "add-event", "--type=Result", given=found)
    belenios.must("election", "verify")
    raw = (belenios.folder / f"{uuid}.bel").read_bytes()
    steps = verify(raw)
    assert accepted(steps), [step for step in steps if not step.passed]
    assert accepted(verify(raw, announce(raw)))
    read = archive.read(raw)
    assert tally.read_result(parse_election(read.events[0].data[0]), read.events[-1].data[-1]) == [[1, 1, 2], [2, 2, 2]]
    return read


def test_an_election_made_entirely_by_belenios_is_accepted_and_recomputed_to_the_byte(tmp_path: Path) -> None:
    belenios = Belenios(tmp_path)
    uuid = make_election(belenios, "Ed25519", threshold=False)
    ballots = vote(belenios)
    close(belenios)
    for owner, path in enumerate(owners_of(belenios), 1):
        pd = belenios.must("election", "decrypt", "--privkey", path.name, "--trustee-id", str(owner))
        belenios.must("archive", "add-event", "--type=PartialDecryption", given=pd)
    read = finish(belenios, uuid)
    data = read.events[0].data
    election = parse_election(data[0])
    listed = credentials.parse_credentials(data[2], election.group)
    added = tally.encrypted_tally(election, [ballot.check_ballot(election, raw) for raw in ballots], listed)
    assert added == next(event.data[0] for event in read.events if event.kind == "EncryptedTally")
    pds = [event.data[0] for event in read.events if event.kind == "PartialDecryption"]
    assert tally.result(election, added, pds, 4) == read.events[-1].data[-1]


def owners_of(belenios: Belenios) -> list[Path]:
    """The private key files in the order of the trustees file."""
    listed = [value["public_key"] for _, value in json.loads(belenios.read("trustees.json")[0])]
    paths = {trustees.read_private(p.read_bytes()).public_key: p for p in belenios.folder.glob("*.privkey")}
    return [paths[key] for key in listed]


def test_a_threshold_election_made_entirely_by_belenios_is_accepted(tmp_path: Path) -> None:
    """A single trustee and two of three; the second and third member decrypt, in the other order."""
    belenios = Belenios(tmp_path)
    uuid = make_election(belenios, "Ed25519", threshold=True)
    vote(belenios)
    close(belenios)
    kinds = [kind for kind, _ in json.loads(belenios.read("trustees.json")[0])]
    first = 1 if kinds[0] == "Pedersen" else 2
    single = 4 if kinds[0] == "Pedersen" else 1
    members = (belenios.folder / "order").read_text().split()
    alone = next(belenios.folder.glob("*.privkey")).name
    pds = [belenios.must("election", "decrypt", "--privkey", alone, "--trustee-id", str(single))]
    for index in (2, 1):
        words = ("--key", f"{members[index]}.key", "--decryption-key", f"{members[index]}.dkey")
        pds.append(belenios.must("election", "decrypt-threshold", *words, "--trustee-id", str(first + index)))
    for pd in pds:
        belenios.must("archive", "add-event", "--type=PartialDecryption", given=pd)
    read = finish(belenios, uuid)
    short = [event for n, event in enumerate(read.events) if n != len(read.events) - 2]
    steps = {step.code: step for step in verify(b"".join(archive.write(read.timestamp, short)))}
    assert "result.missing" in steps["result.count"].faults[0]


def test_our_ballots_and_our_decryptions_serve_an_election_of_belenios(tmp_path: Path) -> None:
    belenios = Belenios(tmp_path)
    uuid = make_election(belenios, "Ed25519", threshold=False)
    keys = [trustees.read_private(path.read_bytes()) for path in owners_of(belenios)]
    private = list(json.loads(belenios.read("private_creds.json")[0]).values())
    election = parse_election(archive.read((tmp_path / f"{uuid}.bel").read_bytes()).events[0].data[0])
    votes = [(YES, (0, 0, 1)), (BLANK, (1, 0, 1)), (NO, (0, 1, 0)), (NO, (1, 1, 0))]
    for credential, choices in zip(private, votes, strict=True):
        raw = ballot.encrypt(election, credential, choices)
        belenios.must("archive", "add-event", "--type=Ballot", given=raw)
    close(belenios)
    added = archive.read((tmp_path / f"{uuid}.bel").read_bytes()).events[-1].data[0]
    for owner, key in enumerate(keys, 1):
        pd = tally.partial_decryption(election, key, added)
        belenios.must("archive", "add-event", "--type=PartialDecryption", given=pd + b"\n" + tally.owned(owner, pd))
    finish(belenios, uuid)
