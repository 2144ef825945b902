"""Events in another order, of another kind, or chained in another way."""

import copy
import json
from typing import Any

from beffroi.core.voting import canon
from tests.vectors.mutants.subject import Model, Subject, called, change
from tests.vectors.voting import mutate_bel


def event(kind: str, *data: bytes) -> Model:
    return {"type": kind, "data": list(data)}


def again(subject: Subject, kind: str) -> Model:
    return copy.deepcopy(subject.events[subject.find(kind)[-1]])


def appended(name: str, kind: str) -> None:
    """The last event of this kind once more, at the end of a tallied archive."""

    @called(name)
    def made(subject: Subject) -> None:
        subject.find("Result")
        subject.events.append(again(subject, kind))


appended("event_ballot_after_result", "Ballot")
appended("event_end_after_result", "EndBallots")
appended("event_tally_after_result", "EncryptedTally")
appended("event_decryption_after_result", "PartialDecryption")
appended("event_result_twice", "Result")
appended("event_setup_after_result", "Setup")
appended("event_shuffle_after_result", "Shuffle")
appended("event_end_shuffles_after_result", "EndShuffles")


def moved(name: str, kind: str, before: str) -> None:
    """The first event of one kind moved before the first of another."""

    @called(name)
    def made(subject: Subject) -> None:
        one = subject.events.pop(subject.find(kind)[0])
        subject.events.insert(subject.find(before)[0], one)


moved("event_ballot_before_setup", "Ballot", "Setup")
moved("event_tally_before_end", "EncryptedTally", "EndBallots")
moved("event_decryption_before_tally", "PartialDecryption", "EncryptedTally")
moved("event_result_before_decryptions", "Result", "PartialDecryption")
moved("event_result_before_tally", "Result", "EncryptedTally")
moved("event_decryption_before_shuffles", "PartialDecryption", "Shuffle")
moved("event_shuffle_before_tally", "Shuffle", "EncryptedTally")
moved("event_end_shuffles_early", "EndShuffles", "Shuffle")


@change
def event_setup_last(subject: Subject) -> None:
    subject.events.append(subject.events.pop(0))


@change
def event_setup_missing(subject: Subject) -> None:
    del subject.events[0]


@change
def event_no_event(subject: Subject) -> None:
    subject.events.clear()


@change
def event_end_twice(subject: Subject) -> None:
    subject.events.insert(subject.find("EndBallots")[0], event("EndBallots"))


@change
def event_tally_twice(subject: Subject) -> None:
    subject.events.insert(subject.find("EncryptedTally")[0], again(subject, "EncryptedTally"))


@change
def event_second_tally_after_decryption(subject: Subject) -> None:
    subject.events.insert(subject.find("PartialDecryption")[-1], again(subject, "EncryptedTally"))


@change
def event_end_shuffles_without_shuffle(subject: Subject) -> None:
    mutate_bel.homomorphic(subject.model)
    subject.events.insert(subject.find("PartialDecryption")[0], event("EndShuffles"))


@change
def event_end_shuffles_missing(subject: Subject) -> None:
    del subject.events[subject.find("EndShuffles")[0]]


@change
def event_end_shuffles_twice(subject: Subject) -> None:
    subject.events.insert(subject.find("EndShuffles")[0], event("EndShuffles"))


def kinds(name: str, before: str, after: str) -> None:
    """Every event of one kind is given the name of another."""

    @called(name)
    def made(subject: Subject) -> None:
        for height in subject.find(before):
            subject.events[height]["type"] = after


kinds("event_kind_unknown", "Ballot", "Note")
kinds("event_kind_case", "Ballot", "ballot")
kinds("event_kind_empty", "Ballot", "")
kinds("event_kind_space", "Ballot", "Ballot ")
kinds("event_kind_homoglyph", "Ballot", "Ballоt")
kinds("event_kind_end_shuffles", "EndBallots", "EndShuffles")


@change
def event_ballot_with_two_records(subject: Subject) -> None:
    """Two ballots under one event: which one is in the box?"""
    one, two = subject.find("Ballot", 2)[:2]
    subject.events[two]["data"].insert(0, subject.events.pop(one)["data"][0])


@change
def event_ballot_without_record(subject: Subject) -> None:
    subject.events[subject.find("Ballot")[-1]]["data"].clear()


@change
def event_end_with_payload(subject: Subject) -> None:
    subject.events[subject.find("EndBallots")[0]]["data"].append(b"{}")


@change
def event_result_with_two_records(subject: Subject) -> None:
    subject.events[subject.find("Result")[0]]["data"].insert(0, b'{"result":[[9,0,0]]}')


# ---------------------------------------------------------------- events whose JSON is another


def written(name: str, edit: Any, height: int = 1) -> None:
    """The event at this height is written otherwise, and the rest of the chain is made on it."""

    @called(name)
    def made(subject: Subject) -> bytes:
        if height >= len(subject.events):
            raise mutate_bel.Skip
        return chained(subject.model, height, edit)


def chained(model: Model, changed: int, edit: Any) -> bytes:
    time = model["mtime"]
    records, parent = [("BELENIOS", model["header"], time)], None
    for height, one in enumerate(model["events"]):
        records += [(mutate_bel.sha(raw) + ".data.json", raw, time) for raw in one["data"]]
        value: Model = {} if parent is None else {"parent": parent}
        value |= {"height": height, "type": one["type"]}
        if one["data"]:
            value["payload"] = mutate_bel.sha(one["data"][-1])
        other = edit(value) if height == changed else None
        raw = other if isinstance(other, bytes) else canon.compact(value)
        parent = mutate_bel.sha(raw)
        records.append((parent + ".event.json", raw, time))
    made: bytes = mutate_bel.tar_write(records)
    return made


def entry(key: str, value: Any) -> Any:
    def edit(found: Model) -> None:
        found[key] = value(found[key]) if callable(value) else value

    return edit


def _without(key: str) -> Any:
    def edit(found: Model) -> None:
        del found[key]

    return edit


def _other_order(found: Model) -> bytes:
    return canon.compact({key: found[key] for key in sorted(found)})


written("chain_height_text", entry("height", str))
written("chain_height_true", entry("height", True))
written("chain_height_skipped", entry("height", 2))
written("chain_height_negative", entry("height", -1))
written("chain_height_float", lambda found: canon.compact(found).replace(b'"height":1', b'"height":1.0'))
written("chain_height_huge", lambda found: canon.compact(found).replace(b'"height":1', b'"height":' + b"1" * 5000))
written("chain_parent_missing", _without("parent"))
written("chain_parent_null", entry("parent", None))
written("chain_parent_upper_case", entry("parent", str.upper))
written("chain_parent_of_nothing", entry("parent", "0" * 64))
written("chain_first_with_parent", lambda found: canon.compact({"parent": "0" * 64, **found}), height=0)
written("chain_first_parent_null", lambda found: canon.compact({"parent": None, **found}), height=0)
written("chain_payload_missing", _without("payload"))
written("chain_payload_null", entry("payload", None))
written("chain_payload_upper_case", entry("payload", str.upper))
written("chain_payload_of_nothing", entry("payload", "0" * 64))
written("chain_type_missing", _without("type"))
written("chain_type_number", entry("type", 1))
written("chain_field_more", entry("note", "x"))
written("chain_other_order", _other_order)
written("chain_key_twice", lambda found: canon.compact(found).replace(b'"type":', b'"type":"Setup","type":'))
written("chain_no_json", lambda found: b"Ballot")
written("chain_list", lambda found: canon.compact([found]))
written("chain_escaped", lambda found: canon.compact(found).replace(b'"type":"', b'"type":"\\u0042', 1))
written("chain_surrogate", lambda found: canon.compact(found).replace(b'"type":"', b'"type":"\\ud800', 1))
written("chain_deep", lambda found: b"[" * 100_000)
written("chain_bad_utf8", lambda found: canon.compact(found).replace(b'"type":"', b'"type":"\xff', 1))


@change
def chain_forked(subject: Subject) -> bytes:
    """The second ballot names the first event as its parent: two ballots at one height."""
    raw = chained(subject.model, -1, None)
    recs = list(mutate_bel.tar_read(raw))
    places = [n for n, (name, _, _) in enumerate(recs) if name.endswith(".event.json")]
    if len(places) < 3:
        raise mutate_bel.Skip
    first, last = json.loads(recs[places[1]][1]), json.loads(recs[places[-1]][1])
    last |= {"parent": first["parent"], "height": first["height"]}
    other = canon.compact(last)
    recs[places[-1]] = (mutate_bel.sha(other) + ".event.json", other, recs[0][2])
    made: bytes = mutate_bel.tar_write(recs)
    return made
