"""The archive of a site, downloaded over real HTTP: cut, changed, shrunk, replaced by something else."""

import socket
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from beffroi.core.cli import app
from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import archive, ballot, download
from beffroi.core.voting.download import Gone, Unreachable, address
from beffroi.core.voting.growth import Alarm, lost
from beffroi.core.voting.pull import pull
from tests.core.voting import sites
from tests.core.voting.elections import NO, TIMESTAMP, Played, cast, set_up, yes_no_election
from tests.core.voting.sites import Site

PAGE = "/votations/V-2026-01"
BEL = f"{PAGE}/archive.bel"


@cache
def played() -> Played:
    return yes_no_election()


def upto(events: int) -> bytes:
    """The archive of the first events."""
    return b"".join(archive.write(TIMESTAMP, played().events[:events]))


@cache
def other() -> Played:
    """The same election to the second ballot, another third one."""
    made = played()
    again = type(made)(made.election, made.private, made.public, made.keys, made.trustees, [], [*made.events[:3]])
    cast(again, "9", NO)
    return again


# ---------------------------------------------------------------- what is right


def test_an_archive_is_pulled_from_the_page_or_from_its_file(site: Site, tmp_path: Path) -> None:
    site.answers[BEL] = sites.whole(upto(4))
    for n, url in enumerate((PAGE, f"{PAGE}/", BEL)):
        found = pull(site.address + url, tmp_path / f"{n}.bel")
        assert (found.new, len(found.read.events)) == (4, 4)
        assert (tmp_path / f"{n}.bel").read_bytes() == upto(4)


@pytest.mark.parametrize("serve", [sites.whole, sites.chunked, sites.without_length])
def test_an_archive_that_has_grown_takes_the_place_of_the_former(
    serve: Callable[[bytes], Any], site: Site, tmp_path: Path
) -> None:
    path = tmp_path / "archive.bel"
    for events, new in ((2, 2), (6, 4), (6, 0), (len(played().events), len(played().events) - 6)):
        site.answers[BEL] = serve(upto(events))
        assert pull(site.address + PAGE, path).new == new
        assert path.read_bytes() == upto(events)
    assert not list(tmp_path.glob("*.part"))


def test_a_cut_download_goes_on_where_it_stopped_when_the_server_can(site: Site, tmp_path: Path) -> None:
    told: list[str] = []
    site.answers[BEL] = sites.cut_once(upto(9), 5000)
    pull(site.address + PAGE, tmp_path / "a.bel", tell=told.append)
    assert (tmp_path / "a.bel").read_bytes() == upto(9)
    assert site.asked == [(BEL, None), (BEL, "bytes=5000-")]
    assert "going on after 5000 bytes" in told[0]


@pytest.mark.parametrize("bad", [lambda raw: sites.cut(raw, 5000), lambda raw: sites.chunked(raw[:5000], ended=False)])
def test_a_cut_download_starts_again_when_the_server_cannot_go_on(
    bad: Callable[[bytes], Any], site: Site, tmp_path: Path
) -> None:
    site.answers[BEL] = sites.in_turn(bad(upto(9)), bad(upto(9)), sites.whole(upto(9)))
    pull(site.address + PAGE, tmp_path / "a.bel")
    assert (tmp_path / "a.bel").read_bytes() == upto(9)


def test_two_halves_that_do_not_fit_are_no_alarm_but_a_new_start(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "a.bel"
    mixed = sites.cut_once(upto(9), 5000, bytes(5000) + upto(9)[5000:-1] + b"x")
    site.answers[BEL] = sites.in_turn(mixed, mixed, sites.whole(upto(9)))
    pull(site.address + PAGE, path)
    assert path.read_bytes() == upto(9)
    assert [asked for _, asked in site.asked] == [None, "bytes=5000-", None]


# ---------------------------------------------------------------- what the network does


NETWORK: dict[str, Any] = {
    "the server is down": sites.status(503),
    "a page in its place": sites.page(),
    "an empty page": sites.page(""),
    "forbidden": sites.status(403),
    "always cut": sites.cut(upto(9), 5000),
    "chunks that are cut": sites.chunked(upto(9)[:5000], ended=False),
    "chunks cut between two events": sites.chunked(upto(3), ended=False),
    "no length, cut between two events, elsewhere each time": sites.in_turn(
        *(sites.without_length(upto(n)) for n in (3, 4, 2))
    ),
    "a proxy that hides where it cuts": sites.in_turn(*(sites.whole(upto(5)[:n]) for n in (9000, 7000, 8000))),
    "no length, cut in an event": sites.without_length(upto(9)[:-700]),
    "an event that is being written": sites.whole(upto(9)[:-700]),
    "compressed": lambda handler: sites.status(200, **{"Content-Encoding": "gzip"})(handler),
    "a redirection in a circle": sites.status(302, Location=BEL),
    "a redirection to a file": sites.status(302, Location="file:///etc/passwd"),
    "a redirection to no address": sites.status(302, Location="http://[::1"),
}


@pytest.mark.parametrize("what", NETWORK)
def test_what_a_network_does_is_no_alarm_and_changes_nothing(what: str, site: Site, tmp_path: Path) -> None:
    path = tmp_path / "a.bel"
    path.write_bytes(upto(5))
    site.answers[BEL] = NETWORK[what]
    with pytest.raises(Unreachable):
        pull(site.address + PAGE, path)
    assert path.read_bytes() == upto(5)
    assert [p.name for p in tmp_path.iterdir()] == ["a.bel"]


def test_nobody_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download.time, "sleep", lambda seconds: None)
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable):
            pull(f"http://127.0.0.1:{bound.getsockname()[1]}/x", tmp_path / "a.bel")


def test_a_server_that_says_nothing_is_left_alone_after_a_while(site: Site, tmp_path: Path) -> None:
    release = threading.Event()
    site.answers[BEL] = lambda handler: release.wait(30)
    try:
        with pytest.raises(Unreachable, match="timed out"):
            pull(site.address + PAGE, tmp_path / "a.bel", silence=1)
    finally:
        release.set()


def test_an_archive_that_was_never_there_is_gone(site: Site, tmp_path: Path) -> None:
    with pytest.raises(Gone, match="404"):
        pull(site.address + PAGE, tmp_path / "a.bel")


# ---------------------------------------------------------------- what is refused


def test_no_redirection_leads_to_another_host(site: Site, tmp_path: Path) -> None:
    away = site.address.replace("127.0.0.1", "localhost") + BEL
    site.answers[BEL] = sites.status(302, Location=away)
    with pytest.raises(Refused, match=r"pull\.redirect"):
        pull(site.address + PAGE, tmp_path / "a.bel")
    assert len(site.asked) == 1


def test_a_redirection_on_the_same_host_is_followed(site: Site, tmp_path: Path) -> None:
    site.answers[BEL] = sites.status(302, Location="/ailleurs.bel")
    site.answers["/ailleurs.bel"] = sites.whole(upto(3))
    assert pull(site.address + PAGE, tmp_path / "a.bel").new == 3


def test_no_more_than_the_limit_is_taken(site: Site, tmp_path: Path) -> None:
    for serve in (sites.whole, sites.chunked, sites.without_length):
        site.answers[BEL] = serve(upto(9))
        with pytest.raises(Refused, match=r"pull\.size"):
            pull(site.address + PAGE, tmp_path / "a.bel", most=8000)


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "ftp://127.0.0.1/x", "/votations/1", "https://", "http://a:b@127.0.0.1/x", "data:,x"),
        *("http://[::1", "http://127.0.0.1:port/x"),
        *("http://127.0.0.1/x?y", "http://127.0.0.1/x#y", "http://127.0.0.1/a b"),
    ],
)
def test_only_plain_addresses_of_the_web_are_asked(url: str) -> None:
    with pytest.raises(Malformed, match="address"):
        address(url, "archive.bel")


# ---------------------------------------------------------------- what was lost or changed


def rewritten(*events: int) -> bytes:
    """The archive of these events, chained anew, as a forger would."""
    return b"".join(archive.write(TIMESTAMP, [played().events[n] for n in events]))


def of_tracker(n: int) -> str:
    return ballot.tracker(played().events[n].data[0])


CHANGED: dict[str, tuple[Callable[[], bytes], Callable[[], list[str]]]] = {
    "the last ballot is gone": (
        lambda: upto(4),
        lambda: [
            f"the ballot of tracker {of_tracker(4)}, at height 4, has disappeared",
            "ends after 4 events, it had 5",
        ],
    ),
    "a ballot is gone": (
        lambda: rewritten(0, 1, 3, 4),
        lambda: [f"the ballot of tracker {of_tracker(2)}, at height 2, has disappeared", "height 2 (Ballot): the head"],
    ),
    "two ballots changed places": (
        lambda: rewritten(0, 2, 1, 3, 4),
        lambda: [f"the ballot of tracker {of_tracker(1)} stands at height 2, it stood at 1", "height 1 (Ballot)"],
    ),
    "a ballot was put between": (
        lambda: rewritten(0, 1, 5, 2, 3, 4),
        lambda: [f"the ballot of tracker {of_tracker(2)} stands at height 3, it stood at 2", "height 2 (Ballot)"],
    ),
    "another ballot in one's place": (
        lambda: other().archive,
        lambda: [f"the ballot of tracker {of_tracker(3)}, at height 3, has disappeared"],
    ),
    "another election": (
        lambda: set_up(uuid="AAAAAAAAAAAAAA").archive,
        lambda: ["the election is another one", "the list of credentials is another one", "height 0 (Setup)"],
    ),
    "another date": (
        lambda: b"".join(archive.write(TIMESTAMP + 1, played().events[:5])),
        lambda: ["the archive bears another date"],
    ),
    "one byte": (
        lambda: upto(5).replace(b"0000644", b"0000645", 3),
        lambda: ["can no longer be read"],
    ),
    "nothing but a beginning": (lambda: b"BELENIOS\0", lambda: ["can no longer be read"]),
    "half of it, said to be whole": (lambda: upto(5)[:-700], lambda: ["has disappeared", "ends after 4 events"]),
}


@pytest.mark.parametrize("what", CHANGED)
def test_what_disappeared_or_changed_is_named_and_the_former_file_stays(what: str, site: Site, tmp_path: Path) -> None:
    made, said = CHANGED[what]
    path = tmp_path / "a.bel"
    path.write_bytes(upto(5))
    sent = made()
    site.answers[BEL] = sites.whole(sent)
    with pytest.raises(Alarm) as caught:
        pull(site.address + PAGE, path)
    assert (caught.value.rule, caught.value.raw) == ("board.changed", sent)
    for sentence in said():
        assert any(sentence in line for line in caught.value.lines), caught.value.lines
    assert path.read_bytes() == upto(5)


def test_nothing_is_lost_by_growing() -> None:
    assert lost(upto(3), upto(9)) == ["bytes changed that say nothing"]  # asked only when bytes differ


def test_a_box_that_shrinks_is_seen_where_the_server_does_not_say_how_long_its_answer_is(
    site: Site, tmp_path: Path
) -> None:
    path = tmp_path / "a.bel"
    path.write_bytes(upto(5))
    site.answers[BEL] = sites.without_length(upto(4))
    with pytest.raises(Alarm, match="has disappeared"):
        pull(site.address + PAGE, path)
    assert len(site.asked) == 3


def test_one_short_answer_is_no_alarm(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "a.bel"
    path.write_bytes(upto(5))
    site.answers[BEL] = sites.in_turn(sites.whole(upto(4)), sites.without_length(upto(3)), sites.whole(upto(6)))
    assert pull(site.address + PAGE, path).new == 1


@pytest.mark.parametrize("trusted", [False, True])
def test_what_was_added_must_be_right(trusted: bool, site: Site, tmp_path: Path) -> None:
    path = tmp_path / "a.bel"
    path.write_bytes(upto(5))
    wrong = [
        [*played().events[:5], played().events[2]],
        [*played().events[:5], archive.ballot_event(b"{}")],
        [*played().events[:5], other().events[-1], archive.end_ballots_event(), played().events[5]],
        [*played().events[:-1], archive.result_event(b'{"result":[[1,4,4]]}')],
    ]
    for events in wrong:
        site.answers[BEL] = sites.whole(b"".join(archive.write(TIMESTAMP, events)))
        with pytest.raises(Alarm) as caught:
            pull(site.address + PAGE, path, trusted=trusted)
        assert caught.value.rule == "board.wrong"
        assert path.read_bytes() == upto(5)


# ---------------------------------------------------------------- the command


def run(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.output


def test_the_command_says_what_is_new_and_keeps_what_was_sent_instead(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "a.bel"
    words = ("archive", "pull", site.address + PAGE, "--into", path)
    site.answers[BEL] = sites.whole(upto(5))
    head = archive.read(upto(5)).hashes[-1]
    assert run(*words) == (0, f"5 new events, 5 in all; head {head}\n")
    assert run(*words) == (0, f"0 new events, 5 in all; head {head}\n")
    site.answers[BEL] = sites.whole(upto(4))
    for _ in (1, 2):  # the same refusal is kept once
        code, said = run(*words)
        assert (code, "has disappeared" in said) == (1, True)
    kept = [p for p in tmp_path.iterdir() if p != path]
    assert [p.read_bytes() for p in kept] == [upto(4)]
    assert path.read_bytes() == upto(5)
    site.answers[BEL] = sites.status(503)
    code, said = run(*words)
    assert (code, "the site answers 503" in said) == (1, True)
