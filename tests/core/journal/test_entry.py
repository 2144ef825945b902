"""The journal says only what is on its list."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from beffroi.core.errors import Malformed, Refused
from beffroi.core.journal.entry import ENTRY_KINDS, FORMS, MAX_NUMBER, Entry, decode, encode

NOW = datetime(2026, 11, 15, 18, 0, 0, tzinfo=UTC)
GOOD = {
    "number": 1356,
    "date": "2026-12-01",
    "datetime": "2026-12-01T08:00:00Z",
    "code": "minimum_not_met",
    "id": "2026-001",
    "sha256": "0" * 64,
    "fingerprint": "AnWDDaCSiHzOGqcNAa5Ibk3LQDPbUbvJhGnpcUNJF7c",
}


def filled(kind):
    return {name: GOOD[field.form] for name, field in ENTRY_KINDS[kind].items()}


@pytest.mark.parametrize("kind", ENTRY_KINDS)
def test_every_kind_is_written_and_read(kind):
    assert decode(encode(kind, NOW, filled(kind)), 7) == Entry(7, kind, "2026-11-15T18:00:00Z", filled(kind))


def test_an_entry_is_canonical_json():
    raw = encode("petition.closed", NOW, {"petition": "2026-001", "count": 2711})
    assert raw == b'{"at":"2026-11-15T18:00:00Z","data":{"count":2711,"petition":"2026-001"},"kind":"petition.closed"}'


def test_dates_and_instants_may_be_given_as_such():
    paris = timezone(timedelta(hours=1))
    data = {"votation": "2026-001", "rules_sha256": "0" * 64, "opens": NOW, "closes": NOW.astimezone(paris)}
    read = decode(encode("votation.called", NOW.astimezone(paris), data))
    assert read.at == read.data["opens"] == read.data["closes"] == "2026-11-15T18:00:00Z"
    hearing = {"hearing": "2026-001", "petition": "2026-001", "answer_due": date(2027, 1, 5)}
    assert decode(encode("hearing.held", NOW, hearing)).data["answer_due"] == "2027-01-05"


def test_an_instant_is_written_to_the_second():
    late = NOW + timedelta(microseconds=999_999)
    assert decode(encode("petition.filed", late, {"petition": "2026-001"})).at == "2026-11-15T18:00:00Z"


def test_a_field_that_is_not_listed_is_refused():
    with pytest.raises(Refused) as refusal:
        encode("petition.filed", NOW, {"petition": "2026-001", "title": "bancs"})
    assert (refusal.value.rule, refusal.value.at_fault) == ("journal.field", "petition.filed: title is not a field")


def test_a_field_that_is_missing_is_refused():
    with pytest.raises(Refused) as refusal:
        encode("petition.closed", NOW, {"petition": "2026-001"})
    assert (refusal.value.rule, refusal.value.at_fault) == ("journal.field", "petition.closed: count is missing")


def test_a_field_marked_so_may_be_left_out():
    data = filled("votation.called")
    del data["petition"], data["uuid"]
    assert decode(encode("votation.called", NOW, data)).data == data


def test_a_kind_that_is_not_listed_is_refused():
    with pytest.raises(Refused) as refusal:
        encode("petition.signed", NOW, {"petition": "2026-001"})
    assert refusal.value.rule == "journal.kind"


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("number", -1),
        ("number", True),
        ("number", "3"),
        ("number", 1.5),
        ("number", MAX_NUMBER + 1),
        ("date", "2026-02-29"),
        ("date", "20261201"),
        ("date", "1 décembre"),
        ("date", NOW),
        ("datetime", "2026-12-01"),
        ("datetime", "2026-12-01T08:00:00+01:00"),
        ("datetime", "2026-12-01T8:00:00Z"),
        ("datetime", datetime(2026, 12, 1)),
        ("datetime", date(2026, 12, 1)),
        ("code", "Odette Fauvette"),
        ("code", "Trop"),
        ("code", ""),
        ("code", "a" * 41),
        ("code", "é"),
        ("id", "rue des Cigognes"),
        ("id", "odette@example.org"),
        ("id", "a" * 65),
        ("id", "-1"),
        ("id", 3),
        ("sha256", "0" * 63),
        ("sha256", "A" * 64),
        ("sha256", "0" * 64 + "\n"),
        ("fingerprint", "A" * 42),
        ("fingerprint", "A" * 42 + "B"),
        ("fingerprint", None),
        ("code", ["a"]),
        ("code", {"a": 1}),
    ],
)
def test_a_value_of_another_form_is_refused_and_not_repeated(form, value):
    kind, name = next(
        (kind, name) for kind, fields in ENTRY_KINDS.items() for name, field in fields.items() if field.form == form
    )
    with pytest.raises(Refused) as refusal:
        encode(kind, NOW, {**filled(kind), name: value})
    assert refusal.value.rule == "journal.field"
    assert refusal.value.at_fault == f"{kind}: {name} is not of the form {form}"


def test_the_instant_of_an_act_has_a_zone():
    with pytest.raises(Refused):
        encode("petition.filed", datetime(2026, 11, 15), {"petition": "2026-001"})


def test_no_form_takes_a_sentence():
    for form, read in FORMS.items():
        assert read("Une personne, au 3 de la rue") is None, form


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: b"",
        lambda raw: b"null",
        lambda raw: b"[" * 100_000,
        lambda raw: raw + b" ",
        lambda raw: raw.replace(b":", b": ", 1),
        lambda raw: raw.replace(b'"kind"', b'"kinds"'),
        lambda raw: raw.replace(b"2711", b"2711.0"),
        lambda raw: raw.replace(b"2711", b"02711"),
        lambda raw: raw.replace(b"petition.closed", b"petition.\\u0063losed"),
        lambda raw: raw.replace(b"18:00", b"25:00"),
        lambda raw: raw.replace(b'"count":2711', b'"count":2711,"count":2711'),
        lambda raw: raw.replace(b'"2026-11-15T18:00:00Z"', b"5"),
        lambda raw: b"\xff" + raw,
    ],
)
def test_what_is_not_canonical_is_never_read(change):
    raw = encode("petition.closed", NOW, {"petition": "2026-001", "count": 2711})
    with pytest.raises((Malformed, Refused)):
        decode(change(raw))


def test_reading_refuses_what_writing_refuses():
    raw = json.dumps(
        {"at": "2026-11-15T18:00:00Z", "data": {"petition": "2026-001", "name": "x"}, "kind": "petition.filed"},
        sort_keys=True,
        separators=(",", ":"),
    ).encode()
    with pytest.raises(Refused):
        decode(raw)
