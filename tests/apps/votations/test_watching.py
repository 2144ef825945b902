"""`beffroi watch` and `beffroi archive pull` beside the site itself, from the first ballot to the decision."""

from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer
from typer.testing import CliRunner

from beffroi.apps.gazette import actions as gazette
from beffroi.apps.gazette import keys
from beffroi.apps.votations import actions, archive
from beffroi.apps.votations.models import Ballot
from beffroi.core.cli import app
from tests.apps.votations import world as w

pytestmark = pytest.mark.django_db(transaction=True)


class Watcher:
    """Somebody with a folder, the address of a votation, and the journal's key."""

    def __init__(self, site: str, world: w.World, folder: Path) -> None:
        self.page, self.site, self.folder = f"{site}/votations/{world.votation.number}", site, folder

    def look(self) -> tuple[int, str]:
        journal = ["--journal", f"{self.site}/journal", "--log-key", keys.vkey()]
        done = CliRunner().invoke(app, ["watch", self.page, "--folder", str(self.folder), "--once", *journal])
        return done.exit_code, done.output


def test_a_vote_is_followed_from_its_opening_to_its_decision(live_server: LiveServer, tmp_path: Path) -> None:
    world = w.ready()
    watcher = Watcher(live_server.url, world, tmp_path)
    gazette.sequence(w.OPENS)
    assert "new at height 0: Setup" in watcher.look()[1]
    for n, person in enumerate(world.people[:3], 1):
        receipt = world.cast(person)
        actions.publish_heads(w.WHILE_OPEN)
        gazette.sequence(w.WHILE_OPEN)
        code, said = watcher.look()
        assert (code, f"new at height {n}: Ballot, tracker {receipt.tracker}" in said) == (0, True), said
    w.close_and_count(world)
    gazette.sequence(w.PAPER_EVENING)
    code, said = watcher.look()
    assert (code, "new at height 8: Result" in said) == (0, True), said
    assert (tmp_path / "board.bel").read_bytes() == b"".join(archive.archive_bytes(world.fresh()))
    done = CliRunner().invoke(app, ["archive", "pull", watcher.page, "--into", str(tmp_path / "a.bel")])
    assert (done.exit_code, done.output.startswith("9 new events, 9 in all; head ")) == (0, True), done.output


def test_a_ballot_that_the_server_takes_out_again_is_an_alarm(live_server: LiveServer, tmp_path: Path) -> None:
    world = w.ready()
    watcher = Watcher(live_server.url, world, tmp_path)
    gazette.sequence(w.OPENS)
    for person in world.people[:2]:
        receipt = world.cast(person)
    assert watcher.look()[0] == 0
    votation = world.fresh()
    Ballot.objects.filter(votation=votation, height=2).delete()
    votation.height = 1
    votation.save()
    code, said = watcher.look()
    assert (code, f"ALARM: the ballot of tracker {receipt.tracker}, at height 2, has disappeared" in said) == (1, True)
