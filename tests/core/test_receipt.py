"""The receipt of a ballot: beside an archive it shows that the ballot is there, or proves that it was withheld."""

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from beffroi.core import receipt
from beffroi.core.cli import app
from beffroi.core.errors import Malformed
from beffroi.core.journal.note import LogKey, sign_checkpoint, sign_note
from beffroi.core.verdict import accepted
from beffroi.core.voting import archive, canon
from beffroi.core.voting.archive import Event, ballot_head
from beffroi.core.voting.ballot import tracker
from tests.core.voting.elections import BLANK, NO, TIMESTAMP, YES, Played, cast, count, set_up

KEY = LogKey("mairie.example/journal", bytes(range(32)))
OTHER_KEY = LogKey("mairie.example/journal", bytes(range(1, 33)))


@cache
def played() -> Played:
    """Voter 1 votes, then votes again; 2 and 3 vote between."""
    game = set_up(voters=3)
    for number, choice in (("1", YES), ("2", NO), ("3", BLANK), ("1", NO)):
        cast(game, number, choice)
    return count(game)


def box(events: list[Event]) -> bytes:
    return b"".join(archive.write(TIMESTAMP, events))


def receipt_of(height: int, events: list[Event] | None = None, key: LogKey = KEY) -> bytes:
    """The receipt that an honest box signs for the ballot at this height."""
    read = archive.read(box(events or played().events))
    found = tracker(read.events[height].data[0])
    return receipt.sign(key, played().election.fingerprint, found, height, read.hashes[height])


def verdict(raw: bytes, archived: bytes, vkey: str | None = KEY.vkey) -> str:
    steps, sentence = receipt.check(raw, archived, vkey)
    assert accepted(steps) == (sentence in (receipt.HELD, receipt.REPLACED))
    return sentence


# ---------------------------------------------------------------- what it shows and proves


def test_a_ballot_that_stands_where_the_receipt_says_is_held_open_or_closed() -> None:
    open_box = played().events[:5]
    for archived in (box(open_box), box(played().events), box(open_box[:3])):
        assert verdict(receipt_of(2), archived) == receipt.HELD
    assert verdict(receipt_of(4), box(played().events)) == receipt.HELD


def test_a_ballot_that_a_later_one_of_the_same_voter_replaced_is_said_to_be() -> None:
    assert verdict(receipt_of(1), box(played().events[:4])) == receipt.HELD
    assert verdict(receipt_of(1), box(played().events)) == receipt.REPLACED


def test_a_ballot_that_was_withheld_is_proved_by_receipt_and_archive() -> None:
    events = played().events[:5]
    for height in (1, 2, 3):
        without = box(events[:height] + events[height + 1 :])
        assert verdict(receipt_of(height), without) == receipt.CONTRADICTED
        steps, _ = receipt.check(receipt_of(height), without, KEY.vkey)
        assert "this ballot is nowhere" in steps[-1].faults[0]
    last_gone = box([*events[:4], archive.end_ballots_event()])
    assert verdict(receipt_of(4), last_gone) == receipt.CONTRADICTED  # its place is taken by the end of the ballots
    far = receipt.sign(KEY, played().election.fingerprint, "A" * 43, 9, "0" * 64)
    assert verdict(far, last_gone) == receipt.CONTRADICTED  # or lies beyond it


def test_ballots_in_another_order_are_proved_by_receipt_and_archive() -> None:
    setup, first, second, third, again = played().events[:5]
    moved = box([setup, second, third, again, first])  # the voter's former ballot would count
    steps, sentence = receipt.check(receipt_of(1), moved, KEY.vkey)
    assert sentence == receipt.CONTRADICTED
    assert "this ballot stands at height 4" in steps[-1].faults[0]
    assert verdict(receipt_of(4), moved) == receipt.CONTRADICTED
    steps, sentence = receipt.check(receipt_of(4), box([setup, second, first, third, again]), KEY.vkey)
    assert sentence == receipt.CONTRADICTED  # the same ballot at the same height, after another past
    assert "stands at height 4" in steps[-1].faults[0]


def test_an_archive_that_is_older_than_the_receipt_shows_nothing_yet() -> None:
    assert verdict(receipt_of(3), box(played().events[:3])) == receipt.EARLY
    assert verdict(receipt_of(1), box(played().events[:1])) == receipt.EARLY


def test_a_receipt_of_another_key_or_with_a_changed_value_proves_nothing() -> None:
    whole, without = box(played().events), box(played().events[:1] + played().events[2:5])
    assert verdict(receipt_of(1, key=OTHER_KEY), without) == receipt.UNSIGNED
    assert verdict(receipt_of(1, key=OTHER_KEY), whole) == receipt.UNSIGNED
    value = json.loads(receipt_of(1))
    for change in ({"height": 2}, {"tracker": "A" * 43}, {"head": "0" * 64}, {"key": OTHER_KEY.vkey}):
        assert verdict(canon.compact(value | change), whole) == receipt.UNSIGNED
        assert verdict(canon.compact(value | change), whole, None) == receipt.UNSIGNED


def test_without_the_published_key_the_receipt_is_checked_with_the_key_that_it_names() -> None:
    steps, sentence = receipt.check(receipt_of(2), box(played().events))
    assert ([step.code for step in steps], sentence) == (
        ["receipt.signature", "receipt.archive", "receipt.place"],
        receipt.HELD,
    )
    assert verdict(receipt_of(2, key=OTHER_KEY), box(played().events), None) == receipt.HELD


def test_an_archive_of_another_election_or_damaged_shows_nothing() -> None:
    other = set_up(voters=1)
    cast(other, "1", YES)
    assert verdict(receipt_of(1), box(other.events)) == receipt.OTHER
    assert verdict(receipt_of(1), box(played().events)[:-1]) == receipt.OTHER
    assert verdict(receipt_of(1), b"no archive") == receipt.OTHER
    assert verdict(receipt_of(1), box([archive.end_ballots_event()])) == receipt.OTHER


# ---------------------------------------------------------------- its form


def test_it_says_nothing_that_the_archive_does_not() -> None:
    value = json.loads(receipt_of(2))
    assert list(value) == ["kind", "fingerprint", "tracker", "height", "head", "key", "signature"]
    assert receipt_of(2) == receipt_of(2)  # asked for again, the same bytes: nothing of the moment is in it


def test_its_signature_is_no_signature_of_a_note_or_a_tree_head_and_theirs_none_of_a_receipt() -> None:
    unsigned = receipt.CONTEXT + canon.compact({k: v for k, v in json.loads(receipt_of(1)).items() if k != "signature"})
    with pytest.raises(Malformed):  # the journal's key cannot be made to sign these bytes as a note
        sign_note(KEY, unsigned.decode() + "\n")
    assert not sign_checkpoint(KEY, "x", 1, bytes(32)).encode().startswith(receipt.CONTEXT)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "beffroi-ballot-receipt-2"},
        {"tracker": "A"},
        {"fingerprint": "é" * 43},
        {"height": 0},
        {"height": "1"},
        {"head": "0"},
        {"key": "name"},
        {"key": KEY.vkey[:-4]},
        {"signature": "0"},
        {"signature": "A" * 128},
        {"name": "Anna"},
        {"tracker": 5},
    ],
    ids=str,
)
def test_any_other_form_is_malformed(change: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        receipt.read(json.dumps(json.loads(receipt_of(1)) | change, separators=(",", ":")).encode())


@given(st.data())
def test_any_byte_changed_is_malformed_or_unsigned(data: st.DataObject) -> None:
    raw = bytearray(receipt_of(1))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    try:
        _, signed = receipt.read(bytes(raw))
    except Malformed:
        return
    assert not signed


def test_other_bytes_of_the_same_value_are_malformed() -> None:
    raw = receipt_of(1)
    for wrong in (raw + b"\n", raw.replace(b",", b", ", 1), canon.compact(dict(reversed(json.loads(raw).items())))):
        with pytest.raises(Malformed):
            receipt.read(wrong)


def test_the_booths_vector_is_what_the_core_signs() -> None:
    """`npm test` in beffroi/web/booth checks the same file."""
    path = Path(__file__).parents[2] / "beffroi" / "web" / "booth" / "test" / "receipt.json"
    value = json.loads(path.read_text())
    key = LogKey(value["key"].partition("+")[0], bytes.fromhex(value["seed"]))
    signed = receipt.sign(key, value["fingerprint"], value["tracker"], value["height"], value["head"])
    assert (key.vkey, signed.decode()) == (value["key"], value["receipt"])


def test_the_head_of_a_ballot_is_computed_from_its_tracker_alone() -> None:
    read = archive.read(box(played().events))
    for height in (1, 2, 3, 4):
        found = tracker(read.events[height].data[0])
        assert ballot_head(height, read.hashes[height - 1], found) == read.hashes[height]


# ---------------------------------------------------------------- the command


def test_the_command_says_it_in_one_sentence_and_by_its_exit_status(tmp_path: Path) -> None:
    (tmp_path / "whole.bel").write_bytes(box(played().events))
    (tmp_path / "without.bel").write_bytes(box(played().events[:2] + played().events[3:5]))
    (tmp_path / "receipt.json").write_bytes(receipt_of(2))

    def said(name: str, *more: str) -> tuple[int, str]:
        words = ["receipt", "check", str(tmp_path / "receipt.json"), "--archive", str(tmp_path / name), *more]
        done = CliRunner().invoke(app, words)
        return done.exit_code, done.output.splitlines()[-1]

    assert said("whole.bel", "--key", KEY.vkey) == (0, receipt.HELD)
    assert said("whole.bel") == (0, receipt.HELD)
    assert said("without.bel", "--key", KEY.vkey) == (1, f"{receipt.CONTRADICTED} (step 4)")
    assert said("whole.bel", "--key", OTHER_KEY.vkey) == (1, f"{receipt.UNSIGNED} (step 2)")
    assert said("whole.bel", "--key", "no key")[0] == 1
    (tmp_path / "receipt.json").write_bytes(b"{}")
    status, sentence = said("whole.bel")
    assert (status, sentence.startswith("REFUSED: receipt")) == (1, True)
