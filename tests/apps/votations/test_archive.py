"""The archive of the database's rows, verified by us with the journal's words, and by Debian's belenios-tool."""

import os
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from beffroi.apps.votations import actions, archive
from beffroi.apps.votations.models import SealedBallot
from beffroi.core.verdict import accepted
from beffroi.core.voting.archive import read, write
from beffroi.core.voting.verify import Announced, verify
from tests.apps.votations import world as w

pytestmark = pytest.mark.django_db(transaction=True)
TOOL = Path(
    os.environ.get("BEFFROI_BELENIOS_TOOL") or Path(__file__).resolve().parents[3] / "var/belenios/belenios-tool"
)


def played() -> w.World:
    world = w.ready()
    for person, choice in zip(world.people[:4], (w.YES, w.NO, w.BLANK, w.YES), strict=True):
        world.cast(person, choice)
    world.cast(world.people[0], w.NO)
    return world


def archived(world: w.World) -> bytes:
    return b"".join(archive.archive_bytes(world.fresh()))


def test_the_archive_verifies_in_every_state_with_what_the_journal_says() -> None:
    world = played()

    def is_accepted() -> bool:
        return accepted(verify(archived(world), actions.counting.announced(world.fresh())))

    assert is_accepted()
    actions.close(world.fresh(), w.CLOSES)
    assert is_accepted()
    actions.forget(world.fresh(), w.CLOSES)
    assert is_accepted()
    actions.tally(world.fresh(), w.CLOSES)
    assert is_accepted()
    w.count_paper(world)
    w.decrypt(world)
    actions.decide(world.fresh(), w.PAPER_EVENING)
    assert is_accepted()


def test_the_download_is_the_same_bytes_every_time() -> None:
    world = played()
    votation = w.close_and_count(world)
    client = Client()
    first, second = (b"".join(client.get(f"/votations/{votation.number}/archive.bel")) for _ in range(2))
    assert first == second == archived(world)


def test_a_ballot_taken_out_of_the_table_is_missed_by_the_journals_word() -> None:
    world = played()
    votation = w.close_and_count(world)
    announced: Announced = actions.counting.announced(votation)
    events = list(read(archived(world)).events)
    kept = [event for n, event in enumerate(events) if n != 5]
    assert events[5].kind == "Ballot"
    assert not accepted(verify(b"".join(write(1, kept)), announced))
    SealedBallot.objects.filter(height=5).delete()
    with pytest.raises(AssertionError):
        archived(world)


def test_debians_belenios_tool_accepts_each_ballot_and_the_whole(tmp_path: Path) -> None:
    if not TOOL.is_file():
        if os.environ.get("BEFFROI_WITHOUT_BELENIOS") == "1":
            pytest.skip("belenios-tool is not on this machine (BEFFROI_WITHOUT_BELENIOS=1)")
        pytest.fail(f"{TOOL} is missing: run script/belenios, or set BEFFROI_WITHOUT_BELENIOS=1 to go without")
    world = played()
    votation = w.close_and_count(world)
    whole = archived(world)
    events = read(whole).events
    ballots = [event.data[0] for event in events if event.kind == "Ballot"]
    assert votation.ready_at is not None
    for folder, content in (("setup", b"".join(write(int(votation.ready_at.timestamp()), events[:1]))), ("all", whole)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{votation.uuid}.bel").write_bytes(content)
    for raw in ballots:
        (tmp_path / "setup" / "ballot.json").write_bytes(raw)
        _belenios(tmp_path / "setup", "election", "verify-ballot", "--ballot", "ballot.json")
    _belenios(tmp_path / "all", "election", "verify")
    assert len(ballots) == 5


def _belenios(folder: Path, *words: str) -> None:
    environment = os.environ | {"BELENIOS_USE_URANDOM": "1"}
    done = subprocess.run(
        [str(TOOL), *words], cwd=folder, env=environment, capture_output=True, check=False, timeout=120
    )
    assert done.returncode == 0, (words, done.stderr[-500:])
