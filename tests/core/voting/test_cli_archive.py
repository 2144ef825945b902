"""`beffroi archive list` and `add`, and the archive on the disk: what may be added, by how many, after what."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from beffroi.core.cli import app
from beffroi.core.errors import Malformed, Refused
from beffroi.core.verdict import accepted
from beffroi.core.voting import archive, ballot, store, tally
from beffroi.core.voting.archive import Event
from beffroi.core.voting.verify import verify
from tests.core.voting.elections import NO, RANKED, TIMESTAMP, YES, Played, cast, count, set_up, yes_no_election

Word = str | Path


def beffroi(*words: Word) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.output


@cache
def played() -> Played:
    return yes_no_election()


@cache
def ranked() -> Played:
    """Two ballots, shuffled by trustees 1 and 3."""
    made = set_up((RANKED,), voters=2)
    cast(made, "1", (1, 2, 3))
    cast(made, "2", (3, 2, 1))
    return count(made)


def written(events: list[Event]) -> bytes:
    return b"".join(archive.write(TIMESTAMP, events))


@pytest.fixture
def bel(tmp_path: Path) -> Path:
    """The archive of the setup and four ballots."""
    path = tmp_path / "election.bel"
    path.write_bytes(written(played().events[:5]))
    return path


def given(folder: Path, raw: bytes, name: str = "given") -> Path:
    path = folder / name
    path.write_bytes(raw)
    return path


# ---------------------------------------------------------------- list


def test_each_event_is_listed_with_height_kind_hash_and_tracker(bel: Path) -> None:
    code, said = beffroi("archive", "list", bel)
    read, lines = archive.read(bel.read_bytes()), said.splitlines()
    assert code == 0
    assert lines[0] == f"election {played().election.uuid}, fingerprint {played().election.fingerprint}"
    for height, (event, name) in enumerate(zip(read.events, read.hashes, strict=True)):
        assert lines[height + 1].split()[:3] == [str(height), event.kind, name]
    assert lines[2].endswith(f"tracker {ballot.tracker(played().ballots[0])}  replaced at 2")
    assert lines[3].endswith(f"tracker {ballot.tracker(played().ballots[1])}")


def test_the_list_as_json_says_whose_each_hand_in_is(tmp_path: Path) -> None:
    path = given(tmp_path, ranked().archive)
    found = json.loads(beffroi("archive", "list", path, "--json")[1])
    read = archive.read(ranked().archive)
    assert (found["uuid"], found["torn"]) == (ranked().election.uuid, 0)
    assert [row["hash"] for row in found["events"]] == list(read.hashes)
    assert [row["trustee"] for row in found["events"] if row["kind"] == "Shuffle"] == [1, 3]
    assert [row["trustee"] for row in found["events"] if row["kind"] == "PartialDecryption"] == [1, 2, 3]


def test_a_torn_end_is_listed_as_what_it_is_and_left_alone(bel: Path) -> None:
    whole = bel.read_bytes()
    bel.write_bytes(written(played().events[:6])[: len(whole) + 988])
    code, said = beffroi("archive", "list", bel)
    assert (code, "988 bytes at the end belong to no whole event" in said) == (1, True)
    assert len(said.splitlines()) == 7
    assert len(bel.read_bytes()) == len(whole) + 988


def test_a_foreign_file_s_words_do_not_steer_the_terminal(bel: Path) -> None:
    read = archive.read(bel.read_bytes())
    strange, _ = archive.event_members(TIMESTAMP, 5, read.hashes[-1], Event("\x1b[2J\u202e", (b"{}",)))
    bel.write_bytes(bel.read_bytes() + strange)
    code, said = beffroi("archive", "list", bel)
    assert (code, "\x1b" in said, "\u202e" in said) == (0, False, False)


# ---------------------------------------------------------------- add


def test_an_election_is_put_together_event_by_event_as_our_code_writes_it(tmp_path: Path) -> None:
    for game in (played(), ranked()):
        path = given(tmp_path, written(game.events[:1]), f"{game.election.uuid}.bel")
        for event in game.events[1:]:
            files = [given(tmp_path, event.data[0] + b"\n")] if event.data else []
            owned = event.kind in ("Shuffle", "PartialDecryption")
            words = ["--trustee", str(tally.read_owned(event.data[1])[0])] if owned else []
            code, said = beffroi("archive", "add", path, "--kind", event.kind, *words, *files)
            assert code == 0, said
            code, said = beffroi("archive", "add", path, "--kind", event.kind, *words, *files)
            assert (code, "already" in said) == (0, True), said
        assert path.read_bytes() == game.archive


def test_a_ballot_in_the_box_is_told_its_tracker_height_and_head(bel: Path, tmp_path: Path) -> None:
    raw = played().ballots[4]
    code, said = beffroi("election", "ballot", bel, given(tmp_path, raw))
    read = archive.read(bel.read_bytes())
    assert (code, said) == (0, f"received at height 5; tracker {ballot.tracker(raw)}; head {read.hashes[5]}\n")
    assert written(played().events[:6]) == bel.read_bytes()


def forged() -> dict[str, tuple[bytes, str]]:
    """Ballots that the box does not take, and what it says."""
    stranger = set_up(voters=2)
    same = type(stranger)(played().election, stranger.private, stranger.public, [], b"", [], [])
    private = played().private["7"]
    right = ballot.encrypt(played().election, private, [YES])
    place = right.index(b'"challenge":"') + 13
    changed = right[:place] + (b"1" if right[place : place + 1] != b"1" else b"2") + right[place + 1 :]
    return {
        "no ballot": (b"hello", "no strict JSON"),
        "nothing": (b"", "no strict JSON"),
        "another election's": (cast(stranger, "1", NO), "of another election"),
        "a credential that is not in the list": (cast(same, "1", NO), "not in the list"),
        "a changed proof": (changed, "ballot."),
        "spaces": (right.replace(b":", b": ", 1), "other bytes than the canonical JSON"),
        "two line ends": (right + b"\n\n", "other bytes than the canonical JSON"),
    }


@pytest.mark.parametrize("what", forged())
def test_a_wrong_ballot_stays_out_named_and_the_right_ones_enter(what: str, bel: Path, tmp_path: Path) -> None:
    raw, why = forged()[what]
    right = [given(tmp_path, played().ballots[n], f"right-{n}") for n in (4, 5)]
    code, said = beffroi("election", "ballot", bel, right[0], given(tmp_path, raw, "wrong"), right[1])
    assert code == 1
    line = next(line for line in said.splitlines() if line.startswith("wrong: not taken: "))
    assert why in line
    assert bel.read_bytes() == written(played().events[:7])


def test_a_ballot_given_twice_or_replaced_before_is_put_in_once(bel: Path, tmp_path: Path) -> None:
    first, new = given(tmp_path, played().ballots[0], "first"), given(tmp_path, played().ballots[4], "new")
    code, said = beffroi("election", "ballot", bel, first)
    assert (code, "in the box already, at height 1" in said) == (0, True)
    assert bel.read_bytes() == written(played().events[:5])
    code, said = beffroi("election", "ballot", bel, new, new)
    assert (code, said.count("received"), "not taken: ballot.duplicate" in said) == (1, 1, True), said
    assert bel.read_bytes() == written(played().events[:6])


def test_no_ballot_enters_a_closed_box(tmp_path: Path) -> None:
    path = given(tmp_path, written([*played().events[:8], archive.end_ballots_event()]))
    before = path.read_bytes()
    code, said = beffroi("election", "ballot", path, given(tmp_path, played().ballots[8], "late"))
    assert (code, "no ballot can stand after EndBallots" in said) == (1, True)
    assert path.read_bytes() == before


def misplaced() -> list[tuple[str, list[Word], bytes | None, str]]:
    events = {event.kind: event for event in played().events}
    sum_, right = events["EncryptedTally"].data[0], events["PartialDecryption"].data[0]
    trustee: list[Word] = ["--trustee", "3"]
    return [
        ("Ballot", ["EncryptedTally"], sum_, "cannot stand after Ballot"),
        ("Ballot", ["Result"], events["Result"].data[0], "cannot stand after Ballot"),
        ("Ballot", ["EndShuffles"], None, "cannot stand after Ballot"),
        ("Ballot", ["EndBallots"], b"x", "takes 0 file"),
        ("Ballot", ["Ballot"], None, "takes 1 file"),
        ("EndBallots", ["EncryptedTally"], tally.encrypted_tally(played().election, [], {}), "not the sum"),
        ("EndBallots", ["PartialDecryption", *trustee], right, "cannot stand after EndBallots"),
        ("EncryptedTally", ["PartialDecryption"], right, "--trustee goes with"),
        ("EncryptedTally", ["PartialDecryption", "--trustee", "1"], right, "trustee 1: decryption.proof"),
        ("EncryptedTally", ["PartialDecryption", "--trustee", "4"], right, "there is no trustee 4"),
        ("EncryptedTally", ["Shuffle", "--trustee", "1"], right, "cannot stand after EncryptedTally"),
        ("EncryptedTally", ["Result"], events["Result"].data[0], "result.missing"),
        ("PartialDecryption", ["PartialDecryption", "--trustee", "1"], right, "trustee 1 has already handed in one"),
        ("PartialDecryption", ["Result"], b'{"result":[[1,5,2]]}', "is not the number that was decrypted"),
        ("Result", ["EndBallots"], None, "there already"),
    ]


@pytest.mark.parametrize("n", range(len(misplaced())))
def test_nothing_is_added_that_may_not_follow_or_is_wrong(n: int, tmp_path: Path) -> None:
    after, (kind, *words), raw, why = misplaced()[n]
    path = given(tmp_path, played().cut(after), "a.bel")
    files = [] if raw is None else [given(tmp_path, raw)]
    code, said = beffroi("archive", "add", path, "--kind", str(kind), *words, *files)
    assert why in said, said
    assert code == (0 if "already" in why and "trustee" not in why else 1)
    assert path.read_bytes() == played().cut(after)


# ---------------------------------------------------------------- accidents


def test_a_torn_end_is_cut_off_by_the_next_addition_whatever_its_length(bel: Path, tmp_path: Path) -> None:
    whole, path = bel.read_bytes(), given(tmp_path, played().ballots[4])
    grown = written(played().events[:6])
    for length in (1, 511, 512, 513, 1400, len(grown) - len(whole) - 1):
        bel.write_bytes(grown[: len(whole) + length])
        code, said = beffroi("election", "ballot", bel, path)
        assert (code, f"{length} bytes of an addition" in said) == (0, True), said
        assert bel.read_bytes() == grown
    bel.write_bytes(whole + bytes(3000))  # a disk that had given the room, not yet the bytes
    assert beffroi("election", "ballot", bel, path)[0] == 0
    assert bel.read_bytes() == grown


@pytest.mark.parametrize("at", [100, 600, 1024, -3000, -700])
def test_damage_that_no_interruption_makes_is_refused_and_nothing_is_cut(at: int, bel: Path, tmp_path: Path) -> None:
    damaged = bytearray(bel.read_bytes())
    damaged[at] ^= 1
    bel.write_bytes(damaged)
    assert beffroi("election", "ballot", bel, given(tmp_path, played().ballots[4]))[0] == 1
    assert bel.read_bytes() == damaged


def test_what_is_no_archive_is_left_alone(tmp_path: Path) -> None:
    for raw in (b"", b"hello", bytes(2000), written(played().events[:1])[:700]):
        path = given(tmp_path, raw, "a.bel")
        with pytest.raises(Malformed), store.opened(path):
            pass
        assert path.read_bytes() == raw


def test_a_full_disk_leaves_the_archive_as_it_was(bel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, real = bel.read_bytes(), os.write
    monkeypatch.setattr(os, "write", lambda handle, raw: real(handle, raw[:700]) if len(raw) > 900 else full())
    with store.opened(bel) as kept:
        with pytest.raises(Refused, match=r"archive\.disk"):
            kept.add([played().events[5]])
        assert kept.raw == before
    assert bel.read_bytes() == before


def full() -> int:
    raise OSError(28, "No space left on device")


def test_several_who_add_at_once_wait_for_one_another(bel: Path, tmp_path: Path) -> None:
    paths = [given(tmp_path, raw, f"ballot-{n}") for n, raw in enumerate(played().ballots[4:9])]
    command = [sys.executable, "-m", "beffroi.core.cli", "election", "ballot", str(bel)]
    running = [subprocess.Popen([*command, str(path)], stdout=subprocess.PIPE) for path in paths]
    heights = {int(child.communicate()[0].split()[3].rstrip(b";")) for child in running}
    assert [child.returncode for child in running] == [0] * 5
    assert heights == {5, 6, 7, 8, 9}
    read = archive.read(bel.read_bytes())
    assert sorted(event.data[0] for event in read.events[1:]) == sorted(played().ballots)
    assert accepted(verify(bel.read_bytes(), processes=1))


def test_who_waited_while_the_file_was_replaced_adds_to_the_new_one(bel: Path, tmp_path: Path) -> None:
    grown = given(tmp_path, written(played().events[:6]), "grown")
    command = [sys.executable, "-m", "beffroi.core.cli", "election", "ballot", str(bel)]
    with store.opened(bel):
        child = subprocess.Popen([*command, str(given(tmp_path, played().ballots[5]))], stdout=subprocess.PIPE)
        while child.poll() is None and not _waits(child.pid):
            pass
        os.replace(grown, bel)
    assert child.communicate()[0].startswith(b"received at height 6")
    assert bel.read_bytes() == written(played().events[:7])


def _waits(pid: int) -> bool:
    """Whether this process waits for a lock: the kernel lists it with an arrow."""
    return any(" -> " in line and f" {pid} " in line for line in Path("/proc/locks").read_text().splitlines())


# ---------------------------------------------------------------- handed in by trustees


def test_a_wrong_decryption_is_set_aside_by_name_and_the_right_one_counts(tmp_path: Path) -> None:
    path = given(tmp_path, played().cut("EncryptedTally"), "a.bel")
    found = [event.data[0] for event in played().events if event.kind == "PartialDecryption"]
    files = [given(tmp_path, raw, f"d{n}") for n, raw in enumerate(found, 1)]
    wrong = given(tmp_path, b"{}", "wrong")

    def result(*handed: str) -> tuple[int, str]:
        return beffroi("election", "result", path, *(w for one in handed for w in ("--decryption", one)))

    before = path.read_bytes()
    code, said = result(f"1={files[0]}", f"2={wrong}", f"3={files[1]}", f"9={files[2]}")
    assert code == 1
    assert "still missing: trustee 2 (Bo), trustee 3 (Cé)" in said.replace("; trustee 3", ", trustee 3")
    assert "set aside: trustee 2 (Bo): decryption: found no kind" in said
    assert "trustee 3 (Cé): decryption.proof" in said
    assert "there is no trustee 9" in said
    assert path.read_bytes() == before
    code, said = result(f"2={wrong}", *(f"{n}={files[n - 1]}" for n in (1, 2, 3)))
    assert (code, "set aside: trustee 2 (Bo)" in said, "  yes: 4\n  no: 3\n" in said) == (0, True, True), said
    assert path.read_bytes() == played().archive
    assert result(*(f"{n}={files[n - 1]}" for n in (1, 2, 3)))[0] == 0
    assert path.read_bytes() == played().archive


def test_a_wrong_shuffle_is_set_aside_by_name_and_no_decryption_comes_before_their_end(tmp_path: Path) -> None:
    path = given(tmp_path, ranked().cut("EncryptedTally"), "a.bel")
    first, second = (event.data[0] for event in ranked().events if event.kind == "Shuffle")
    one, two = given(tmp_path, first, "one"), given(tmp_path, second, "two")
    late = given(tmp_path, next(e.data[0] for e in ranked().events if e.kind == "PartialDecryption"), "late")
    code, said = beffroi("election", "result", path, "--shuffle", f"3={two}", "--shuffle", f"1={one}")
    assert (code, "set aside: trustee 3 (Cé): shuffle" in said) == (1, True), said
    assert path.read_bytes() == written(ranked().events[:6])
    code, said = beffroi("election", "result", path, "--shuffle", f"1={two}", "--shuffle", f"8={two}")
    assert (code, "has already handed in another one" in said, "there are 3 trustees" in said) == (1, True, True)
    code, said = beffroi("election", "result", path, "--decryption", f"1={late}")
    assert (code, "the shuffles are not ended" in said) == (1, True)
    assert beffroi("election", "result", path, "--shuffle", f"3={two}", "--end-shuffles")[0] == 0
    assert path.read_bytes() == ranked().cut("EndShuffles")


def test_what_was_handed_in_is_named_by_number_and_file(tmp_path: Path) -> None:
    path = given(tmp_path, played().cut("EncryptedTally"), "a.bel")
    for text in ("x", "1", f"0={path}", "1=nothing-there", f"-1={path}"):
        code, said = beffroi("election", "result", path, "--decryption", text)
        assert (code, "NUMBER=FILE" in said) == (1, True), said
    assert beffroi("election", "result", path)[0] == 1


def test_a_shuffle_is_asked_of_no_election_that_has_none(tmp_path: Path) -> None:
    path = given(tmp_path, played().cut("EncryptedTally"), "a.bel")
    code, said = beffroi("election", "result", path, "--shuffle", f"1={path}")
    assert (code, "no question of this election is shuffled" in said) == (1, True)
