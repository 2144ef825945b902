"""manage.py votation: the same actions as the pages, for those who hand in files at the server."""

import csv
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command

from beffroi.apps.votations import actions, archive
from beffroi.core.voting import trustees
from beffroi.core.voting.credentials import make_credentials
from tests.apps.votations import world as w

pytestmark = pytest.mark.django_db(transaction=True)


def run(*words: object) -> str:
    out = StringIO()
    call_command("votation", *[str(word) for word in words], stdout=out)
    return out.getvalue()


def test_a_vote_is_prepared_and_decrypted_by_commands(tmp_path: Path) -> None:
    world = w.before_groups(w.called())
    number = world.votation.number
    with time_machine.travel(w.CALLED, tick=False):
        run("voter-numbers", number, "--out", tmp_path / "numbers")
        numbers = (tmp_path / "numbers").read_text().split()
        _, public = make_credentials(world.votation.uuid, numbers)
        (tmp_path / "public.json").write_bytes(public)
        assert "received" in run("receive-credentials", number, tmp_path / "public.json")
        key = trustees.new_trustee_key()
        (tmp_path / "trustee.json").write_bytes(trustees.public_json(key))
        who = ("--owner", 1, "--name", "Grive", "--side", "majority")
        run("receive-trustee", number, *who, tmp_path / "trustee.json")
        run("make-ready", number)
    actions.close(world.fresh(), w.CLOSES)
    actions.forget(world.fresh(), w.CLOSES)
    row = actions.tally(world.fresh(), w.CLOSES)
    w.count_paper(world)
    (tmp_path / "handed.json").write_bytes(w.handed_in(row, key))
    run("receive-decryption", number, "--owner", 1, tmp_path / "handed.json")
    actions.decide(world.fresh(), w.PAPER_EVENING)
    run("archive", number, "--out", tmp_path / "archive.bel")
    assert (tmp_path / "archive.bel").read_bytes() == b"".join(archive.archive_bytes(world.fresh()))


def test_envelopes_carry_a_number_a_name_and_an_address(tmp_path: Path) -> None:
    world = w.called()
    run("envelopes", world.votation.number, "--out", tmp_path / "envelopes.csv")
    with (tmp_path / "envelopes.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    assert set(rows[0]) == {"number", "first_name", "last_name", "street"}
    assert [row["number"] for row in rows] == [str(n) for n in range(1, 7)]


def test_what_cannot_be_done_is_said_in_one_sentence(tmp_path: Path) -> None:
    world = w.called()
    (tmp_path / "bad").write_bytes(b"nothing")
    with pytest.raises(CommandError, match="there is no votation"):
        run("make-ready", "V-1999-01")
    with pytest.raises(CommandError, match=r"votations\.no_credentials"):
        run("make-ready", world.votation.number)
    with pytest.raises(CommandError, match="credentials"):
        run("receive-credentials", world.votation.number, tmp_path / "bad")
    with pytest.raises(CommandError):
        run("receive-credentials", world.votation.number, tmp_path / "missing")
