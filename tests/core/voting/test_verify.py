"""The verifier's verdicts: every altered byte, cases beside the table of mutants, and what was announced."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.core.verdict import accepted
from beffroi.core.voting import archive, ballot, box, tally, trustees
from beffroi.core.voting.archive import Event
from beffroi.core.voting.report import TITLES
from beffroi.core.voting.verify import Announced, verify
from tests.core.voting import remember
from tests.core.voting.elections import (
    BLANK,
    NO,
    TIMESTAMP,
    YES,
    Played,
    announce,
    cast,
    count,
    set_up,
    yes_no_election,
)
from tests.vectors.mutants.subject import BASES, OURS, VECTORS, base
from tests.vectors.voting import mutate_bel


@pytest.fixture(autouse=True, scope="module")
def each_part_is_checked_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module, name, replacement in remember.remembered():
            patch.setattr(module, name, replacement)
        yield


@pytest.mark.parametrize("name", BASES)
def test_a_true_archive_passes_alone_and_with_what_was_announced(name: str) -> None:
    raw = base(name).raw
    alone, compared = verify(raw, processes=1), verify(raw, announce(raw), processes=1)
    assert accepted(alone)
    assert accepted(compared)
    assert {step.code for step in compared} - {step.code for step in alone} == {
        f"announced.{what}" for what in ("fingerprint", "credentials", "trustees", "heads", "ballots", "last")
    }
    assert all(step.title == TITLES[step.code] for step in compared)


@pytest.mark.parametrize("name", OURS)
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_an_archive_with_any_byte_changed_added_or_left_out_is_refused(name: str, data: st.DataObject) -> None:
    """No byte is without meaning, padding included: there is no change that a verifier may pass over."""
    raw = base(name).raw
    place = data.draw(st.integers(0, len(raw) - 1))
    more = bytes([data.draw(st.integers(0, 255))])
    what = data.draw(st.sampled_from(("changed", "added", "left out")))
    if what == "changed":
        more = bytes([raw[place] ^ (more[0] or 1)])
    other = raw[:place] + (b"" if what == "left out" else more) + raw[place + (what != "added") :]
    steps = verify(other, processes=1)
    assert not accepted(steps)
    assert any(step.faults for step in steps)


@pytest.mark.parametrize("name", OURS)
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_an_archive_with_a_byte_changed_and_all_names_made_right_is_refused(name: str, data: st.DataObject) -> None:
    """Whoever changes a record can make hashes, chain and headers anew. (Of the setup's records: see `table.toml`.)"""
    model = mutate_bel.load(base(name).raw)
    event = data.draw(st.sampled_from([event for event in model["events"][1:] if event["data"]]))
    raw = bytearray(event["data"][0])
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    event["data"][0] = bytes(raw)
    if event["type"] in ("Shuffle", "PartialDecryption"):
        event["data"][1] = tally.owned(json.loads(event["data"][1])["owner"], bytes(raw))
    assert not accepted(verify(mutate_bel.tar_write(mutate_bel.records(model)), processes=1))


@pytest.mark.parametrize("name", OURS)
@settings(max_examples=50, deadline=None)
@given(st.data())
def test_an_archive_cut_anywhere_is_refused_or_ends_with_an_event(name: str, data: st.DataObject) -> None:
    raw = base(name).raw
    length = data.draw(st.integers(0, len(raw) - 1))
    if accepted(verify(raw[:length], processes=1)):
        assert not accepted(verify(raw[:length], announce(raw), processes=1))
        assert b'"type":' in raw[length - 512 : length]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=3000))
def test_any_other_file_is_refused_and_nothing_crashes(raw: bytes) -> None:
    assert not accepted(verify(raw))
    assert not accepted(verify(b"BELENIOS\0" + raw))


# ---------------------------------------------------------------- cases that the mutants do not make


@cache
def ours() -> Played:
    """Nine ballots of eight voters."""
    return yes_no_election()


def written(events: list[Event]) -> bytes:
    return b"".join(archive.write(TIMESTAMP, events))


def refusing(events: list[Event]) -> set[str]:
    return {step.code for step in verify(written(events), processes=1) if step.passed is False}


@pytest.mark.parametrize("kind", ["Setup", "Ballot", "EndBallots", "EncryptedTally", "PartialDecryption", "Result"])
def test_an_archive_can_be_verified_in_each_phase(kind: str) -> None:
    assert accepted(verify(yes_no_election().cut(kind), processes=1))


def test_an_empty_box_can_be_counted_and_verified() -> None:
    assert accepted(verify(count(set_up()).archive))


def test_a_unanimous_vote_can_be_verified() -> None:
    played = set_up(voters=3)
    for number in "123":
        cast(played, number, BLANK)
    assert accepted(verify(count(played).archive))


def test_an_old_ballot_sent_again_after_a_revote_is_refused() -> None:
    played = set_up(voters=2)
    for number, choice in (("1", NO), ("1", YES), ("2", YES)):
        cast(played, number, choice)
    played.events.append(played.events[1])
    played.ballots.append(played.ballots[0])
    assert refusing(count(played).events) == {"ballots.unique"}


def test_ballots_hidden_behind_an_early_closing_are_refused() -> None:
    """The tally is made for the remaining ballots only, so that everything after the second closing is right."""
    played = set_up(voters=4)
    for number in "12":
        cast(played, number, NO)
    hidden = [*played.events, archive.end_ballots_event()]
    played.events.clear()
    played.ballots.clear()
    played.events.append(hidden[0])
    for number in "34":
        cast(played, number, YES)
    events = hidden + count(played).events[1:]
    assert "archive.events" in refusing(events)


def changed(played: Played, kind: str, change: Callable[[Event], Event]) -> list[Event]:
    return [change(event) if event.kind == kind else event for event in played.events]


@pytest.mark.parametrize(
    ("sized", "code"),
    [(lambda t: tally.sized_tally(t, 8, 9), "tally.size"), (lambda t: tally.sized_tally(t + b" ", 8, 8), "tally.size")],
)
def test_the_size_record_must_speak_of_this_tally(sized: Callable[[bytes], bytes], code: str) -> None:
    played = yes_no_election()
    events = changed(played, "EncryptedTally", lambda e: archive.tally_event(e.data[0], sized(e.data[0])))
    assert code in refusing(events)


def test_a_result_out_of_bounds_is_refused_although_the_group_cannot_tell() -> None:
    played = yes_no_election()
    q = played.election.group.q
    raw = b'{"result":[["%d",4,3]]}' % (q + 1)
    assert refusing([*played.events[:-1], archive.result_event(raw)]) == {"result.count"}


def test_a_decryption_of_a_trustee_who_does_not_exist_is_refused() -> None:
    played = yes_no_election()
    pd = next(event.data[0] for event in played.events if event.kind == "PartialDecryption")
    events = [*played.events[:-1], archive.decryption_event(4, pd), played.events[-1]]
    assert refusing(events) == {"decryptions.owners"}


def test_an_owner_record_for_another_decryption_is_refused() -> None:
    played = yes_no_election()
    first = next(i for i, event in enumerate(played.events) if event.kind == "PartialDecryption")
    events = list(played.events)
    events[first] = Event("PartialDecryption", (events[first].data[0], tally.owned(1, b"{}")))
    assert "decryptions.owners" in refusing(events)


def test_a_ballot_box_with_a_foreign_trustees_file_is_refused() -> None:
    played, other = yes_no_election(), set_up()
    events = [archive.setup_event(played.election, other.trustees, played.public), *played.events[1:]]
    assert {"setup.key", "decryptions.proofs"} <= refusing(events)


def test_setup_data_with_another_hash_is_refused() -> None:
    played = yes_no_election()
    data = played.events[0].data
    wrong = data[3].replace(b'"trustees":"', b'"trustees":"0')
    for last in (wrong, data[3] + b" ", b"{}"):
        assert "setup.election" in refusing([Event("Setup", (*data[:3], last)), *played.events[1:]])


def test_a_trustee_who_appears_twice_is_refused() -> None:
    played = set_up(voters=1)
    public = trustees.public_json(played.keys[0])
    listed = b'[["Single",' + public + b'],["Single",' + public + b"]]"
    found = trustees.read_trustees(listed, played.election.group)
    assert trustees.check_trustees(found, played.election.group) == ["trustee 2: the key of trustee 1 again"]


def test_the_verifier_goes_on_and_names_every_object_at_fault() -> None:
    played = yes_no_election()
    events = list(played.events)
    for n in (2, 5):
        raw = events[n].data[0]
        place = raw.rindex(b'"response":"') + len(b'"response":"')
        digit = b"1" if raw[place : place + 1] != b"1" else b"2"
        events[n] = archive.ballot_event(raw[:place] + digit + raw[place + 1 :])
    events[-1] = archive.result_event(b'{"result":[[1,4,4]]}')
    steps = {step.code: step for step in verify(written(events), processes=1)}
    names = [f"ballot {n} (tracker {ballot.tracker(events[n].data[0])}): ballot.signature" for n in (2, 5)]
    assert len(steps["ballots.signatures"].faults) == 2
    assert all(fault.startswith(name) for fault, name in zip(steps["ballots.signatures"].faults, names, strict=True))
    assert steps["result.count"].faults == ("result, question 1, choice 2: 4 is not the number that was decrypted",)
    assert steps["decryptions.proofs"].passed


def test_steps_that_could_not_run_are_not_passed() -> None:
    events = list(archive.read((VECTORS / "lists-ed25519-3.3.0.bel").read_bytes()).events)
    unknown = events[0].data[0].replace(b'"type":"Lists"', b'"type":"Other"')
    events[0] = archive.Event("Setup", (unknown, *events[0].data[1:]))
    steps = verify(written(events))
    by_code = {step.code: step.passed for step in steps}
    assert by_code["setup.election"] is False
    assert by_code["ballots.proofs"] is None
    assert not accepted(steps)
    assert any("Other" in fault for step in steps for fault in step.faults)


@pytest.mark.parametrize(
    ("what", "wrong"),
    [
        ("fingerprint", "A" * 43),
        ("credentials", "0" * 64),
        ("trustees", "0" * 64),
        ("heads", ((3, "0" * 64),)),
        ("heads", ((99, "0" * 64),)),
        ("ballots", 10),
        ("last_height", 14),
        ("archive", "0" * 64),
    ],
)
def test_each_announced_thing_is_compared(what: str, wrong: object) -> None:
    raw = ours().archive
    failed = {s.code for s in verify(raw, replace(announce(raw), **{what: wrong}), processes=1) if not s.passed}
    assert failed == {f"announced.{what.removesuffix('_height')}"}


def test_a_replaced_ballot_is_counted_once_and_announced_twice() -> None:
    steps = {step.code: step for step in verify(ours().archive, Announced(ballots=9), processes=1)}
    assert steps["tally.size"].count == 8
    assert steps["announced.ballots"].passed


def test_two_processes_give_the_verdict_of_one() -> None:
    played = yes_no_election()
    raws = [*played.ballots, b"{}", played.ballots[0].replace(b'"credential":"', b'"credential":"0', 1)]
    counts = [0, *[1] * 8, 1, 1]
    alone = list(box.check_ballots(played.election, raws, counts, processes=1))
    assert list(box.check_ballots(played.election, raws, counts, processes=2)) == alone
    assert [(n, step) for outcome in alone for n, step, _ in outcome.faults] == [
        (9, "ballots.form"),
        (10, "ballots.form"),
    ]
    assert [outcome.until for outcome in alone] == [11]
    events = {event.kind: event for event in played.events}
    assert tally.written(played.election, alone[0].sums) == events["EncryptedTally"].data[0]
