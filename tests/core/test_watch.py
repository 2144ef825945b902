"""`beffroi watch`: what is new is said, what is lost is an alarm with evidence, what the network does is neither."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from beffroi.core import watch
from beffroi.core.cli import app
from beffroi.core.journal.entry import encode
from beffroi.core.journal.note import LogKey, sign_checkpoint
from beffroi.core.journal.tree import leaf_hash, root
from beffroi.core.voting import archive, ballot, canon, files
from tests.core.voting import sites
from tests.core.voting.elections import TIMESTAMP, Played, yes_no_election
from tests.core.voting.sites import Site

BEL, PAGE = "/votations/V-2026-01/archive.bel", "/votations/V-2026-01"
NOW = datetime(2026, 11, 15, 18, 0, 0, tzinfo=UTC)
KEY = LogKey("beffroi.example", bytes(range(32)))


@cache
def played() -> Played:
    return yes_no_election()


def upto(events: int) -> bytes:
    return b"".join(archive.write(TIMESTAMP, played().events[:events]))


def look(site: Site, folder: Path, *more: str, once: bool = True) -> tuple[int, str]:
    words = ["watch", site.address + PAGE, "--folder", str(folder), *more, *(["--once"] if once else [])]
    done = CliRunner().invoke(app, words)
    return done.exit_code, done.output


def evidence(folder: Path) -> list[dict[str, bytes]]:
    """What each alarm kept."""
    return [{p.name: p.read_bytes() for p in place.iterdir()} for place in sorted(folder.glob("alarm-*"))]


# ---------------------------------------------------------------- the archive


def test_each_look_says_what_is_new_and_the_head_to_compare(site: Site, tmp_path: Path) -> None:
    for events, said in ((1, "new at height 0: Setup"), (3, "new at height 2: Ballot, tracker "), (3, "nothing new, ")):
        site.answers[BEL] = sites.chunked(upto(events))
        code, output = look(site, tmp_path)
        assert (code, said in output) == (0, True), output
        assert f"nothing is lost; {events} events, head {archive.read(upto(events)).hashes[-1]}" in output
        assert (tmp_path / "board.bel").read_bytes() == upto(events)
    assert ballot.tracker(played().ballots[1]) not in output


@pytest.mark.parametrize("events", [[0, 1, 2], [0, 1, 3, 4], [0, 2, 1, 3, 4]], ids=["shrunk", "removed", "reordered"])
def test_what_is_lost_is_an_alarm_as_long_as_it_is_not_there_again(
    events: list[int], site: Site, tmp_path: Path
) -> None:
    site.answers[BEL] = sites.whole(upto(5))
    assert look(site, tmp_path)[0] == 0
    changed = b"".join(archive.write(TIMESTAMP, [played().events[n] for n in events]))
    site.answers[BEL] = sites.whole(changed)
    for _ in (1, 2):
        code, output = look(site, tmp_path)
        assert (code, "ALARM: the ballot of tracker" in output) == (1, True)
    (kept,) = evidence(tmp_path)
    assert (kept["before.bel"], kept["after.bel"]) == (upto(5), changed)
    assert b"the ballot of tracker" in kept["said.txt"]
    assert (tmp_path / "board.bel").read_bytes() == upto(5)
    site.answers[BEL] = sites.whole(upto(6))
    assert look(site, tmp_path)[0] == 0


def test_an_archive_that_is_taken_away_is_an_alarm_and_one_not_yet_there_is_none(site: Site, tmp_path: Path) -> None:
    assert look(site, tmp_path)[0] == watch.NOT_REACHED
    site.answers[BEL] = sites.whole(upto(5))
    assert look(site, tmp_path)[0] == 0
    site.answers[BEL] = sites.status(410)
    code, output = look(site, tmp_path)
    assert (code, "the archive has disappeared, with its 5 events" in output) == (1, True)
    assert evidence(tmp_path)[0]["before.bel"] == upto(5)


def test_a_wrong_ballot_in_the_box_is_an_alarm(site: Site, tmp_path: Path) -> None:
    site.answers[BEL] = sites.whole(upto(4))
    assert look(site, tmp_path)[0] == 0
    twice = [*played().events[:4], played().events[2]]
    site.answers[BEL] = sites.whole(b"".join(archive.write(TIMESTAMP, twice)))
    code, output = look(site, tmp_path)
    assert (code, "ALARM" in output, "in the box already" in output) == (1, True, True)


@pytest.mark.parametrize(
    "answer",
    [
        sites.status(503),
        sites.page(),
        sites.cut(upto(9), 4000),
        sites.in_turn(*map(sites.without_length, (upto(2), upto(3)))),
        sites.status(302, Location="http://localhost/"),
    ],
    ids=["down", "another page", "cut", "short without a length", "sent elsewhere"],
)
def test_what_the_network_does_is_said_and_is_no_alarm(answer: Any, site: Site, tmp_path: Path) -> None:
    site.answers[BEL] = sites.whole(upto(5))
    assert look(site, tmp_path)[0] == 0
    site.answers[BEL] = answer
    code, output = look(site, tmp_path)
    assert (code, "not looked: " in output, "ALARM" in output) == (watch.NOT_REACHED, True, False)
    assert evidence(tmp_path) == []


def test_it_looks_again_and_again_until_the_alarm(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, grown, short = (sites.whole(upto(n)) for n in (3, 5, 4))
    site.answers[BEL] = sites.in_turn(first, *[sites.status(503)] * 4, grown, *[short] * 3)
    pauses: list[int] = []
    monkeypatch.setattr(watch.time, "sleep", pauses.append)
    code, output = look(site, tmp_path, "--every", "7", once=False)
    assert (code, pauses.count(7)) == (1, 3)
    lines = [line.split(" ", 1)[1] for line in output.splitlines()]
    assert [line.split(";")[0] for line in lines if ";" in line and line.startswith("nothing")] == [
        "nothing is lost"
    ] * 2
    assert len([line for line in lines if line.startswith("not looked")]) == 1
    assert lines[-1].startswith("What was seen is kept in ")


def test_what_a_stranger_writes_does_not_steer_the_terminal(site: Site, tmp_path: Path) -> None:
    site.answers[BEL] = sites.whole(upto(2))
    assert look(site, tmp_path)[0] == 0
    steering = canon.compact({"version": "\x1b[2J\u202e"})
    event = archive.Event("Setup", (steering, b"[]", b"[]", b"{}"))
    site.answers[BEL] = sites.whole(
        upto(2) + archive.event_members(TIMESTAMP, 2, archive.read(upto(2)).hashes[-1], event)[0]
    )
    code, output = look(site, tmp_path)
    assert (code, "\x1b" in output, "\u202e" in output) == (1, False, False)


def test_a_full_disk_is_said_and_is_no_alarm(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int, raw: bytes) -> int:
        raise OSError(28, "No space left on device")

    site.answers[BEL] = sites.whole(upto(5))
    with monkeypatch.context() as context:
        context.setattr(files.os, "write", full)
        code, output = look(site, tmp_path)
        assert (code, "No space left" in output, "ALARM" in output) == (watch.NOT_REACHED, True, False)
    assert look(site, tmp_path)[0] == 0
    site.answers[BEL] = sites.whole(upto(4))
    monkeypatch.setattr(files.os, "write", full)
    code, output = look(site, tmp_path)
    assert (code, "ALARM: the ballot of tracker" in output, "could not be kept" in output) == (1, True, True)


def test_a_bad_address_is_a_wrong_command(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["watch", "file:///etc/passwd", "--folder", str(tmp_path), "--once"])
    assert done.exit_code == 2


# ---------------------------------------------------------------- the journal


def leaves(*heads: tuple[int, str]) -> list[bytes]:
    setup = played().events[0].data
    opened = {
        "votation": "V-2026-01",
        "uuid": played().election.uuid,
        "fingerprint": played().election.fingerprint,
        "credentials": 9,
        "credentials_sha256": canon.sha256_hex(setup[2]),
        "trustees_sha256": canon.sha256_hex(setup[1]),
        "registered": 9,
        "rules_sha256": "0" * 64,
    }
    made = [encode("votation.opened", NOW, opened)]
    for height, head in heads:
        made.append(encode("votation.box_head", NOW, {"votation": "V-2026-01", "height": height, "head": head}))
    return made


def publish(site: Site, said: list[bytes]) -> None:
    head = sign_checkpoint(KEY, "beffroi.example", len(said), root(leaf_hash(leaf) for leaf in said))
    site.answers["/journal/checkpoint"] = sites.whole(head.encode())
    site.answers["/journal/entries.jsonl"] = sites.chunked(b"".join(leaf + b"\n" for leaf in said))


def journal(site: Site) -> tuple[str, ...]:
    return ("--journal", f"{site.address}/journal", "--log-key", KEY.vkey)


def head(height: int) -> tuple[int, str]:
    return height, archive.read(upto(9)).hashes[height]


def test_the_box_passes_through_the_states_that_the_journal_announces(site: Site, tmp_path: Path) -> None:
    for events, heads in ((3, ()), (5, (head(4),)), (9, (head(4), head(6)))):
        publish(site, leaves(*heads))
        site.answers[BEL] = sites.whole(upto(events))
        code, output = look(site, tmp_path, *journal(site))
        assert (code, "nothing is lost" in output) == (0, True), output


def test_a_state_that_the_journal_announced_and_the_box_does_not_have_is_an_alarm(site: Site, tmp_path: Path) -> None:
    cases = (
        ((8, head(8)[1]), "the archive ends before it"),
        ((3, head(2)[1]), f"it is {head(3)[1]}, the journal announced"),
    )
    for n, (announced, said) in enumerate(cases):
        publish(site, leaves(announced))
        site.answers[BEL] = sites.whole(upto(5))
        code, output = look(site, tmp_path / str(n), *journal(site))
        assert (code, said in output) == (1, True), output
        assert set(evidence(tmp_path / str(n))[0]) == {"after.bel", "entries.jsonl", "said.txt"}


def test_a_journal_that_changed_is_an_alarm_with_both_heads(site: Site, tmp_path: Path) -> None:
    publish(site, leaves(head(1), head(2)))
    site.answers[BEL] = sites.whole(upto(5))
    assert look(site, tmp_path, *journal(site))[0] == 0
    publish(site, leaves(head(1), head(3)))
    code, output = look(site, tmp_path, *journal(site))
    assert (code, "one of the first 3 entries is not what it was" in output) == (1, True), output
    assert set(evidence(tmp_path)[0]) == {"checkpoint", "checkpoint.before", "entries.jsonl", "said.txt"}


def test_another_election_s_journal_is_said_and_compared_with_nothing(site: Site, tmp_path: Path) -> None:
    publish(site, [encode("votation.box_head", NOW, {"votation": "V-2026-02", "height": 2, "head": "1" * 64})])
    site.answers[BEL] = sites.whole(upto(5))
    code, output = look(site, tmp_path, *journal(site))
    assert (code, "does not announce this election" in output) == (0, True)


@pytest.mark.parametrize("path", ["/journal/checkpoint", "/journal/entries.jsonl"])
def test_a_page_in_the_journal_s_place_is_no_alarm(path: str, site: Site, tmp_path: Path) -> None:
    publish(site, leaves())
    site.answers[BEL] = sites.whole(upto(5))
    for answer in (sites.page(), sites.status(503), sites.page("")):
        site.answers[path] = answer
        assert look(site, tmp_path, *journal(site))[0] == watch.NOT_REACHED


def test_the_journal_s_address_and_key_go_together(site: Site, tmp_path: Path) -> None:
    assert look(site, tmp_path, "--log-key", KEY.vkey)[0] == 2
