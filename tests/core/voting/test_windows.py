"""A long archive: read from the disk a piece after the other, checked window by window, gone on with, spread out."""

import tracemalloc
from pathlib import Path

import pytest
from distributed import LocalCluster
from typer.testing import CliRunner

from beffroi.core import bare, cli
from beffroi.core.errors import Malformed, Refused
from beffroi.core.verdict import Step
from beffroi.core.voting import archive, box, resume
from beffroi.core.voting.files import OnDisk
from beffroi.core.voting.resume import Saved
from beffroi.core.voting.verify import How, verify, verify_board
from tests.core.voting.elections import BLANK, NO, RANKED, TIMESTAMP, YES, Played, cast, count, set_up
from tests.vectors.voting import mutate_bel


@pytest.fixture(autouse=True)
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(box, "_WINDOW", 3)
    monkeypatch.setattr(resume, "_SECONDS", 0)


def wrong_twice() -> bytes:
    """Eleven ballots of nine voters; one is changed, and so is a proof of another."""
    played = set_up()
    for n, number in enumerate("12345678912"):
        cast(played, number, (YES, NO, BLANK)[n % 3])
    model = mutate_bel.load(count(played).archive)
    changes = {name: change for name, change, _, _ in mutate_bel.MUT}
    changes["ballot_signature"](model)
    changes["ballot_overall_proof"](model)
    return mutate_bel.tar_write(mutate_bel.records(model))


def ranked() -> Played:
    """Ballots that are shuffled: their sum is the list of their ciphertexts."""
    played = set_up((RANKED,), voters=5)
    for n, number in enumerate("1234512"):
        cast(played, number, (n, 1, 2))
    return count(played)


class StoppedError(Exception):
    """As if someone had pulled the plug."""


def interrupted(raw: bytes, saved: Saved, after: int) -> None:
    """A verification that ends in the middle, after at least so many ballots."""

    def stop(done: int, total: int) -> None:
        if done > after:  # what was told before has been saved
            raise StoppedError

    with pytest.raises(StoppedError):
        verify_board(archive.survey(raw), None, How(stop, processes=1, saved=saved))


@pytest.mark.parametrize("raw", [wrong_twice(), ranked().archive], ids=["added up", "shuffled"])
@pytest.mark.parametrize("after", [0, 3, 6])
def test_an_interrupted_verification_goes_on_to_the_same_verdict(raw: bytes, after: int, tmp_path: Path) -> None:
    path = tmp_path / "state"
    interrupted(raw, Saved(path), after)
    assert path.exists() == (after > 0)
    told: list[tuple[int, int]] = []
    how = How(lambda *progress: told.append(progress), processes=1, saved=Saved(path))
    assert verify_board(archive.survey(raw), None, how) == verify(raw, processes=1)
    assert told[0][0] == min(after + 3, told[0][1])
    assert not path.exists(), "all is checked: nothing is left to go on with"


def test_a_state_is_for_its_owner_only(tmp_path: Path) -> None:
    interrupted(wrong_twice(), Saved(tmp_path / "state"), 3)
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o600


def resumed(raw: bytes, path: Path) -> list[Step]:
    return verify_board(archive.survey(raw), None, How(processes=1, saved=Saved(path)))


def test_the_state_of_another_archive_or_version_is_refused_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, raw = tmp_path / "state", wrong_twice()
    interrupted(raw, Saved(path), 3)
    kept = path.read_bytes()
    for other in (wrong_twice(), ranked().archive):
        with pytest.raises(Refused, match=r"verify\.resume"):
            resumed(other, path)
    with monkeypatch.context() as patch:
        patch.setattr("beffroi.__version__", "0.0.0")
        with pytest.raises(Refused, match="of another archive or version"):
            resumed(raw, path)
    assert path.read_bytes() == kept
    assert resumed(raw, path) == verify(raw, processes=1)


def test_a_state_does_not_outlive_a_ballot_that_replaces_what_it_counted(tmp_path: Path) -> None:
    played = set_up()
    for number in "123456":
        cast(played, number, YES)
    path = tmp_path / "state"
    interrupted(played.archive, Saved(path), 3)
    cast(played, "9", NO)
    grown = played.archive
    assert resumed(grown, path) == verify(grown, processes=1)  # nothing before was touched: it goes on
    interrupted(grown, Saved(path), 3)
    cast(played, "1", NO)
    with pytest.raises(Refused, match="of another archive"):
        resumed(played.archive, path)


def test_a_state_with_any_byte_changed_is_refused(tmp_path: Path) -> None:
    path, raw = tmp_path / "state", wrong_twice()
    interrupted(raw, Saved(path), 3)
    kept = path.read_bytes()
    for place in range(0, len(kept), 29):
        path.write_bytes(kept[:place] + bytes([kept[place] ^ 1]) + kept[place + 1 :])
        with pytest.raises(Refused, match=r"verify\.resume"):
            resumed(raw, path)


def test_a_file_that_is_no_state_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(b"Dear Ana")
    with pytest.raises(Refused, match="no state of a verification"):
        resumed(wrong_twice(), path)
    assert path.read_bytes() == b"Dear Ana"


@pytest.mark.parametrize("name", ["installed", "in one file"])
def test_the_command_goes_on_from_a_file_and_refuses_another(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path, state = tmp_path / "box.bel", tmp_path / "state"
    path.write_bytes(ranked().archive)
    interrupted(path.read_bytes(), Saved(state), 3)

    def status() -> int:
        words = ["verify", str(path), "--resume", str(state)]
        return bare.main(words) if name == "in one file" else CliRunner().invoke(cli.app, words).exit_code

    assert status() == 0
    assert not state.exists()
    state.write_bytes(b"Dear Ana")
    assert status() == 2
    assert state.read_bytes() == b"Dear Ana"


def test_an_archive_on_the_disk_gets_the_steps_of_the_same_bytes(tmp_path: Path) -> None:
    for raw in (wrong_twice(), ranked().archive):
        (tmp_path / "box.bel").write_bytes(raw)
        with OnDisk(tmp_path / "box.bel") as source:
            assert source[:] == raw
            assert [source[n : n + 700] for n in (5, 2, 900)] == [raw[n : n + 700] for n in (5, 2, 900)]
            assert verify(source, processes=1) == verify(raw, processes=1)


def test_a_long_archive_is_never_in_memory(tmp_path: Path) -> None:
    size, number = 100_000, 400
    played = set_up()
    events = [*played.events, *(archive.ballot_event(n.to_bytes(2, "big") * (size // 2)) for n in range(number))]
    (tmp_path / "box.bel").write_bytes(b"".join(archive.write(TIMESTAMP, events)))
    del events
    with OnDisk(tmp_path / "box.bel") as source:
        tracemalloc.start()
        steps = {step.code: step for step in verify(source, processes=1)}
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert len(steps["ballots.form"].faults) == number
    assert peak < 5_000_000 < size * number


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    raw = wrong_twice()
    path = tmp_path / "box.bel"
    path.write_bytes(raw)
    with OnDisk(path) as source:
        board = archive.survey(source)
        source._window = b""  # as if the archive were longer than what is read at once
        place = board.box.places[4][0] + 700
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        with pytest.raises(Malformed, match="changed while it was read"):
            verify_board(board, None, How(processes=1))


@pytest.mark.parametrize("raw", [wrong_twice(), ranked().archive], ids=["added up", "shuffled"])
def test_two_workers_of_a_scheduler_give_the_same_steps(raw: bytes, tmp_path: Path) -> None:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, local_directory=str(tmp_path)
    ) as cluster:
        steps = verify_board(archive.survey(raw), None, How(scheduler=cluster.scheduler_address))
    assert steps == verify(raw, processes=1)
