"""The ceremony of a group of trustees as its members type it, each in her own folder."""

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from beffroi.core.cli import app
from beffroi.core.voting import (
    archive,
    canon,
    ceremony,
    election,
    rounds,
    sealing,
    second_proof,
    secret,
    tally,
    trustees,
)
from tests.core.voting import circles
from tests.core.voting.elections import BLANK, NO, YES, YES_NO, cast
from tests.core.voting.elections import set_up as set_up_single

WORDS = {1: "certificate", 2: "commitment", 3: "polynomial"}


def beffroi(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


class Group:
    """Three folders."""

    def __init__(self, place: Path) -> None:
        self.place, self.said = place, ""
        for n in (1, 2, 3):
            words = ("--threshold", "2", "--members", "3", "--number", str(n))
            self.must("trustee", "init", "--out", self.folder(n), "--name", f"Personne {n}", *words)

    def folder(self, n: int) -> Path:
        return self.place / f"member-{n}"

    def must(self, *words: str | Path) -> str:
        done = beffroi(*words)
        assert done.exit_code == 0, done.output
        self.said += done.output
        return done.output

    def handed(self, what: str) -> list[str | Path]:
        """The option with all members' files."""
        return [w for n in (1, 2, 3) for w in (f"--{what}s", self.folder(n) / f"{what}.json")]

    def round(self, number: int, n: int) -> Result:
        return beffroi("trustee", "round", str(number), "--folder", self.folder(n), *self.handed(WORDS[number]))

    def all_rounds(self, upto: int = 3) -> None:
        for number in range(1, upto + 1):
            for n in (1, 2, 3):
                done = self.round(number, n)
                assert done.exit_code == 0, done.output
                self.said += done.output

    def gather(self, *more: str | Path) -> Result:
        keys = [w for n in (1, 2, 3) for w in ("--keys", self.folder(n) / "verification_key.json")]
        names = [w for name in circles.NAMES[:3] for w in ("--name", name)]
        found = [*self.handed("certificate"), *self.handed("polynomial"), *keys, *names, *more]
        return beffroi("trustee", "gather", *found, "--out", self.place / "trustees.json")


@pytest.fixture
def group(tmp_path: Path) -> Group:
    return Group(tmp_path)


def test_three_members_make_a_key_and_two_of_them_count(group: Group, tmp_path: Path) -> None:
    group.all_rounds()
    done = group.gather(*group.handed("commitment"))
    assert done.exit_code == 0, done.output
    listed = (tmp_path / "trustees.json").read_bytes()
    key = trustees.election_key(listed)
    assert f"2 of 3 decrypt. The election's key: {key}" in done.output
    played = set_up_single(voters=5)
    chosen = election.parse_election(election.election_json(played.election.uuid, "Un vote", "", key, (YES_NO,)))
    setup = archive.setup_event(chosen, listed, played.public)
    played = type(played)(chosen, played.private, played.public, [], listed, [], [setup])
    for number, choice in zip("12345", (YES, YES, NO, BLANK, YES), strict=True):
        cast(played, number, choice)
    added, total = circles.close(played)
    (tmp_path / "election.json").write_bytes(chosen.raw)
    (tmp_path / "tally.json").write_bytes(added)
    (tmp_path / "archive.bel").write_bytes(played.archive)
    handed = []
    for n in (3, 1):
        out = tmp_path / f"decryption-{n}.json"
        folder = group.folder(n)
        words = ["--key", folder / "seed.txt", "--sealed", folder / "decryption_key.json", "--out", out]
        words += ["--election", tmp_path / "election.json", "--trustees", tmp_path / "trustees.json"]
        words += ["--tally", tmp_path / "tally.json", "--archive", tmp_path / "archive.bel"]
        group.must("trustee", "decrypt", *words)
        handed.append((n, second_proof.read_envelope(out.read_bytes())[0]))
        checked = group.must("trustee", "check", out, "--owner", str(n), "--archive", tmp_path / "archive.bel")
        assert f"Trustee {n}: the decryption and its second proof are right." in checked
    assert circles.finish(played, added, total, handed) == b'{"result":[[1,3,1]]}'
    (tmp_path / "archive.bel").write_bytes(played.archive)
    group.must("verify", tmp_path / "archive.bel")
    assert len(secrets_of(group)) == 9
    assert not [s for s in secrets_of(group) if s in group.said]


def secrets_of(group: Group) -> list[str]:
    """The members' seeds and decryption keys."""
    found = []
    for n in (1, 2, 3):
        seed = sealing.read_seed((group.folder(n) / "seed.txt").read_bytes())
        key = ceremony.decryption_key(seed, (group.folder(n) / "decryption_key.json").read_bytes())
        found += [seed.text, str(secret.to_int(key.scalar)), str(secret.to_int(seed.signing))]
    return found


def test_only_its_owner_reads_what_is_secret_and_nothing_public_holds_it(group: Group, tmp_path: Path) -> None:
    group.all_rounds()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*.*") if path.is_file()}
    assert {name for name, mode in modes.items() if mode == 0o600} == {
        "seed.txt",
        "unpublished.json",
        "decryption_key.json",
    }
    assert all(stat.S_IMODE(group.folder(n).stat().st_mode) == 0o700 for n in (1, 2, 3))
    public = b"".join(p.read_bytes() for p in tmp_path.rglob("*.json*") if stat.S_IMODE(p.stat().st_mode) == 0o644)
    assert not [s for s in secrets_of(group) if s.encode() in public]


def test_a_round_taken_again_makes_nothing_anew(group: Group) -> None:
    group.all_rounds()
    before = {path: path.read_bytes() for path in group.folder(1).iterdir()}
    for number in (1, 2, 3):
        assert group.round(number, 1).exit_code == 0
    assert {path: path.read_bytes() for path in group.folder(1).iterdir()} == before


def test_a_round_that_was_interrupted_is_finished(group: Group) -> None:
    group.all_rounds()
    folder = group.folder(2)
    key = json.loads((folder / "verification_key.json").read_bytes())["public_key"]["public_key"]
    (folder / "decryption_key.json").unlink()
    (folder / "decryption_key.json.part").write_bytes(b'{"half')
    assert key in group.round(3, 2).output
    (folder / "verification_key.json").unlink()
    (folder / "decryption_key.json").unlink()
    assert key in group.round(3, 2).output


def test_a_member_who_begins_twice_keeps_her_seed(group: Group) -> None:
    seed = (group.folder(1) / "seed.txt").read_bytes()
    words = ("--threshold", "2", "--members", "3", "--number", "1")
    done = beffroi("trustee", "init", "--out", group.folder(1), "--name", "A", *words)
    assert (done.exit_code, "file.exists" in done.output) == (1, True)
    assert (group.folder(1) / "seed.txt").read_bytes() == seed


def test_the_three_options_of_a_group_go_together(tmp_path: Path) -> None:
    done = beffroi("trustee", "init", "--out", tmp_path / "t", "--name", "A", "--threshold", "2")
    assert (done.exit_code, "go together" in done.output) == (1, True)
    assert not (tmp_path / "t").exists()


def test_rounds_come_in_their_order(group: Group) -> None:
    done = beffroi("trustee", "round", "2", "--folder", group.folder(1), "--commitments", group.folder(1) / "seed.txt")
    assert (done.exit_code, "take the rounds in their order" in done.output) == (1, True)
    assert beffroi("trustee", "round", "1", "--folder", group.folder(1)).exit_code == 1


def test_no_polynomial_leaves_before_all_commitments_are_there(group: Group) -> None:
    group.all_rounds(1)
    only = ("--commitments", group.folder(1) / "commitment.json", "--commitments", group.folder(2) / "commitment.json")
    done = beffroi("trustee", "round", "2", "--folder", group.folder(1), *only)
    assert (done.exit_code, "2 commitments for 3 members" in done.output) == (1, True)
    assert not (group.folder(1) / "polynomial.json").exists()


def test_what_others_have_handed_in_cannot_change_between_two_rounds(group: Group) -> None:
    group.all_rounds(2)
    late = ceremony.certificate(sealing.new_seed(), 3, 2, 3)
    (group.folder(3) / "certificate.json").write_bytes(late)
    done = group.round(1, 1)
    assert (done.exit_code, "ceremony.changed: certificates.jsons" in done.output) == (1, True)


def test_what_is_given_as_her_own_must_be_what_she_made(group: Group) -> None:
    group.all_rounds(1)
    folder, theirs = group.folder(1), group.folder(2) / "commitment.json"
    seed = sealing.read_seed((folder / "seed.txt").read_bytes())
    circle = rounds.read_certificates([(group.folder(n) / "certificate.json").read_bytes() for n in (1, 2, 3)])
    made = (folder / "unpublished.json").read_bytes()
    (group.place / "again.json").write_bytes(ceremony.commitment(seed, circle, made))
    words = ("--commitments", group.place / "again.json", "--commitments", theirs)
    words += ("--commitments", group.folder(3) / "commitment.json")
    done = beffroi("trustee", "round", "2", "--folder", folder, *words)
    assert (done.exit_code, "ceremony.changed: member 1: the commitment" in done.output) == (1, True)
    for n in (1, 2, 3):
        assert group.round(2, n).exit_code == 0
    value = json.loads(made)
    value["secrets"].reverse()
    (group.place / "again.json").write_bytes(canon.compact(value))
    words = ("--polynomials", group.place / "again.json", "--polynomials", group.folder(2) / "polynomial.json")
    words += ("--polynomials", group.folder(3) / "polynomial.json")
    done = beffroi("trustee", "round", "3", "--folder", folder, *words)
    assert (done.exit_code, "ceremony.changed: member 1: the polynomial" in done.output) == (1, True)


def test_a_polynomial_other_than_the_committed_one_names_its_member(group: Group) -> None:
    group.all_rounds(2)
    folder = group.folder(3)
    seed = sealing.read_seed((folder / "seed.txt").read_bytes())
    circle = rounds.read_certificates([(group.folder(n) / "certificate.json").read_bytes() for n in (1, 2, 3)])
    (folder / "polynomial.json").write_bytes(ceremony.polynomial(seed, circle))
    for n in (1, 2):
        done = group.round(3, n)
        assert (done.exit_code, "member 3: her polynomial is not the one" in done.output) == (1, True)


def test_a_wrong_share_ends_the_ceremony_with_a_complaint_that_all_can_judge(group: Group) -> None:
    group.all_rounds(2)
    path = group.folder(2) / "polynomial.json"
    value = json.loads(path.read_bytes())
    value["secrets"][0] = value["secrets"][1]
    path.write_bytes(canon.compact(value))
    done = group.round(3, 1)
    assert (done.exit_code, "member 2: a wrong share; publish complaint-2.json" in done.output) == (1, True)
    assert not (group.folder(1) / "verification_key.json").exists()
    told = [*group.handed("certificate"), *group.handed("polynomial")]
    said = group.must("trustee", "judge", group.folder(1) / "complaint-2.json", *told)
    assert said.startswith("Member 2 is at fault")
    assert group.round(3, 3).exit_code == 0


def test_without_commitments_only_when_it_is_said(group: Group) -> None:
    group.all_rounds(1)
    for n in (1, 2, 3):
        group.must("trustee", "round", "2", "--folder", group.folder(n), "--without-commitments")
    for n in (1, 2, 3):
        assert group.round(3, n).exit_code == 0
    assert group.gather().exit_code == 1
    assert group.gather("--without-commitments").exit_code == 0


def test_single_and_group_decryptions_do_not_take_each_others_keys(group: Group, tmp_path: Path) -> None:
    group.all_rounds()
    (tmp_path / "election.json").write_bytes(set_up_single().election.raw)
    (tmp_path / "tally.json").write_bytes(tally.encrypted_tally(set_up_single().election, [], {}))
    words = ["--election", tmp_path / "election.json", "--tally", tmp_path / "tally.json", "--out", tmp_path / "out"]
    done = beffroi("trustee", "decrypt", "--key", group.folder(1) / "seed.txt", *words)
    assert (done.exit_code, "private key" in done.output) == (1, True)
    sealed = ["--sealed", group.folder(2) / "decryption_key.json"]
    done = beffroi("trustee", "decrypt", "--key", group.folder(1) / "seed.txt", *sealed, *words)
    assert (done.exit_code, "it does not open" in done.output) == (1, True)
