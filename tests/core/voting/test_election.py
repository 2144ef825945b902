"""Public parameters, credentials, trustees: what is made, and what is refused."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import canon, credentials, trustees
from beffroi.core.voting.election import election_json, fingerprint, new_uuid, parse_election
from beffroi.core.voting.group import ED25519, get_group
from beffroi.core.voting.questions import Question, question_json
from tests.core.voting.elections import YES_NO, set_up
from tests.vectors.voting import mutate_bel

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "voting"


def vector(name: str) -> list[bytes]:
    """The data records of the first event of an archive made by belenios-tool."""
    return list(mutate_bel.load((VECTORS / f"{name}.bel").read_bytes())["events"][0]["data"])


def test_an_election_is_read_as_it_was_written() -> None:
    found = set_up((YES_NO, Question("Lesquels ?", ("A", "É", '"C"'), 0, 2, False))).election
    assert found.questions == (YES_NO, Question("Lesquels ?", ("A", "É", '"C"'), 0, 2, False))
    assert [question.size for question in found.questions] == [3, 3]
    assert found.fingerprint == fingerprint(found.raw)
    assert len(found.fingerprint) == 43


def test_our_bytes_are_those_of_belenios_tool_for_the_same_election() -> None:
    theirs = vector("threshold-open-ed25519-3.3.0")[0]
    read = parse_election(theirs)
    again = election_json(read.uuid, read.name, read.description, read.public_key, read.questions, "Adm", "server")
    assert again == theirs


def test_identifiers_are_of_base_58_and_never_the_same() -> None:
    made = {new_uuid() for _ in range(50)}
    assert len(made) == 50
    assert all(len(uuid) == 14 and not set(uuid) & set("0OIl") for uuid in made)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"version": 2}, "version"),
        ({"version": True}, "version"),
        ({"group": "P-256"}, "group"),
        ({"uuid": "short"}, "uuid"),
        ({"uuid": "O" * 14}, "uuid"),
        ({"public_key": "0" * 63 + "1"}, "identity"),
        ({"questions": []}, "question"),
        ({"questions": [{"answers": ["a"], "min": 0, "max": 2, "question": "?"}]}, "max"),
        ({"questions": [{"answers": ["a"], "min": 1, "max": 0, "question": "?"}]}, "max"),
        ({"questions": [{"answers": [], "min": 0, "max": 0, "question": "?"}]}, "answers"),
        ({"questions": [{"answers": ["a"], "min": 0, "max": 1, "question": "?", "blank": 1}]}, "blank"),
        ({"questions": [{"answers": ["a"], "min": 0, "max": 1, "question": "?", "weird": 1}]}, "weird"),
    ],
)
def test_an_election_that_breaks_a_rule_says_which(change: dict[str, object], says: str) -> None:
    value = json.loads(set_up().election.raw) | change
    with pytest.raises(Malformed, match=says):
        parse_election(canon.compact(value))


@pytest.mark.parametrize("name", ["lists-ed25519-3.3.0", "mixed-shuffle-ed25519-3.3.0", "mixed-shuffle-rfc3526-2.0"])
def test_the_other_kinds_of_questions_are_read_and_written_back_as_they_were(name: str) -> None:
    value = json.loads(vector(name)[0])
    assert [question_json(question) for question in parse_election(vector(name)[0]).questions] == value["questions"]


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ({"type": "Ranking", "value": {}}, "Ranking"),
        ({"type": "NonHomomorphic", "value": {"answers": [], "question": "?"}}, "1 to 30"),
        ({"type": "NonHomomorphic", "value": {"answers": ["a"] * 31, "question": "?"}}, "1 to 30"),
        ({"type": "Lists", "value": {"answers": [["only a name"]], "question": "?"}}, "one candidate"),
        ({"type": "Lists", "value": {"answers": [], "question": "?"}}, "one candidate"),
    ],
)
def test_a_question_of_another_kind_or_size_is_malformed(question: object, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        parse_election(canon.compact(json.loads(set_up().election.raw) | {"questions": [question]}))


def test_numbers_cannot_be_asked_in_a_group_that_cannot_hold_them() -> None:
    value = json.loads(vector("homomorphic-belenios2048-3.3.0")[0])
    value["questions"] = [{"type": "NonHomomorphic", "value": {"answers": ["a"], "question": "?"}}]
    with pytest.raises(Malformed, match="numbers can be written"):
        parse_election(canon.compact(value))


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b'{"a":1,"a":2}', b"1.5", b"NaN", b"[" * 100_000, b'"\\ud800"', b"\xff", b"\xef\xbb\xbf1", b"1 2"],
)
def test_json_that_two_parsers_could_read_differently_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parse_election(raw)


def test_an_election_that_says_something_twice_is_malformed() -> None:
    raw = set_up().election.raw
    with pytest.raises(Malformed, match="twice"):
        parse_election(raw.replace(b'"min":1', b'"min":0,"min":1'))


# ---------------------------------------------------------------- credentials


def test_credentials_of_belenios_tool_derive_to_the_same_points() -> None:
    known = json.loads((VECTORS / "credentials.json").read_text())
    for private, public in known["credentials"].items():
        assert credentials.public_credential(known["uuid"], private) == public


def test_the_public_list_says_nothing_of_the_order_of_the_roll() -> None:
    uuid = new_uuid()
    private, public = credentials.make_credentials(uuid, ["7", "1", "12"])
    assert list(private) == ["7", "1", "12"]
    listed = json.loads(public)
    assert sorted(listed) == sorted(credentials.public_credential(uuid, c) for c in private.values())
    points = [ED25519.parse_point(text) for text in listed]
    assert points == sorted(points)
    assert credentials.parse_credentials(public, ED25519) == dict.fromkeys(listed, 1)


def test_a_voter_number_given_twice_is_refused() -> None:
    with pytest.raises(Refused, match="number-twice"):
        credentials.make_credentials(new_uuid(), ["1", "2", "1"])


def test_a_credential_badly_written_is_refused_without_repeating_it() -> None:
    with pytest.raises(Malformed) as raised:
        credentials.public_credential(new_uuid(), "SECRE-TSECRE-TSECR-ETSECRO")
    assert "SECRE" not in str(raised.value)


def test_weights_are_read_and_their_total_is_bounded() -> None:
    points = [ED25519.to_string(ED25519.base(n)) for n in (2, 3)]
    raw = canon.compact([f"{points[0]},5", points[1]])
    assert credentials.parse_credentials(raw, ED25519) == {points[0]: 5, points[1]: 1}
    with pytest.raises(Malformed, match="10\\*\\*11"):
        credentials.parse_credentials(canon.compact([f"{points[0]},{10**11}", points[1]]), ED25519)


@pytest.mark.parametrize("suffix", [",", ",-1", ",01", ",1,name", ", 1", ",1.0"])
def test_a_weight_badly_written_is_refused(suffix: str) -> None:
    with pytest.raises(Malformed):
        credentials.parse_credentials(canon.compact([ED25519.to_string(ED25519.base(2)) + suffix]), ED25519)


def test_a_credential_twice_or_the_identity_is_refused() -> None:
    text = ED25519.to_string(ED25519.base(2))
    for listed in ([text, text], [text, text + ",2"], ["0" * 63 + "1"]):
        with pytest.raises(Malformed):
            credentials.parse_credentials(canon.compact([*listed]), ED25519)


# ---------------------------------------------------------------- trustees


def test_the_election_key_needs_every_single_trustee() -> None:
    keys = [trustees.new_trustee_key() for _ in range(3)]
    listed = trustees.trustees_json([trustees.public_json(key) for key in keys], ["A", "B", "C"])
    expected = ED25519.sum(ED25519.parse_point(key.public_key) for key in keys)
    assert trustees.election_key(listed) == ED25519.to_string(expected)


def test_a_private_key_is_read_back_and_shows_nowhere() -> None:
    key = trustees.new_trustee_key()
    again = trustees.read_private(key.private_json())
    assert again == key
    digits = json.loads(key.private_json())
    assert digits not in repr(key)
    assert key.scalar.hex() not in repr(key)
    with pytest.raises(Malformed) as raised:
        trustees.read_private(canon.compact(digits + "0000"))
    assert digits not in str(raised.value)


@pytest.mark.parametrize("raw", [b"5", b'"0"', b'"05"', b'"-5"', b"{}", b'"x"'])
def test_a_private_key_badly_written_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        trustees.read_private(raw)


def test_a_trustee_who_does_not_prove_her_key_is_refused() -> None:
    value = json.loads(trustees.public_json(trustees.new_trustee_key()))
    value["public_key"] = trustees.new_trustee_key().public_key
    with pytest.raises(Refused, match="pok"):
        trustees.check_public(canon.compact(value))


def test_one_key_cannot_count_for_two_trustees() -> None:
    public = trustees.public_json(trustees.new_trustee_key())
    with pytest.raises(Refused, match="key-twice"):
        trustees.trustees_json([public, public], ["A", "B"])


def test_a_threshold_group_made_by_belenios_tool_is_right() -> None:
    data = vector("threshold-open-ed25519-3.3.0")
    found = trustees.read_trustees(data[1], ED25519)
    assert trustees.check_trustees(found, ED25519) == []
    assert len(found.owner_keys()) == 4
    assert trustees.election_key(data[1]) == parse_election(data[0]).public_key


def test_trustees_of_the_rfc_3526_group_are_right() -> None:
    raw = vector("mixed-shuffle-rfc3526-2.0")[1]
    group = get_group("RFC-3526-2048")
    assert trustees.check_trustees(trustees.read_trustees(raw, group), group) == []


PEDERSEN_PLACES = {
    "certs": (lambda t: t["certs"][1]["signature"], "trustee 3: the signature of the certificate"),
    "coefexps": (lambda t: t["coefexps"][0]["signature"], "trustee 2: the signature of the polynomial"),
    "signatures": (lambda t: t["signatures"][2], "trustee 4: the signature of the list of certificates"),
    "pok": (lambda t: t["verification_keys"][0]["pok"], "trustee 2: the proof of knowledge"),
    "key": (lambda t: t["verification_keys"][1]["signature"], "trustee 3: the signature of the verification key"),
}


@pytest.mark.parametrize("place", PEDERSEN_PLACES)
def test_each_proof_of_a_threshold_group_is_checked(place: str) -> None:
    where, says = PEDERSEN_PLACES[place]
    value = json.loads(vector("threshold-open-ed25519-3.3.0")[1])
    proof = where(value[1][1])
    proof["response"] = str(int(proof["response"]) + 1)
    found = trustees.read_trustees(canon.compact(value), ED25519)
    faults = trustees.check_trustees(found, ED25519)
    assert any(fault.startswith(says) for fault in faults), faults


def test_a_verification_key_that_the_polynomials_do_not_give_is_refused() -> None:
    value = json.loads(vector("threshold-open-ed25519-3.3.0")[1])
    keys = value[1][1]["verification_keys"]
    keys[0], keys[1] = keys[1], keys[0]
    faults = trustees.check_trustees(trustees.read_trustees(canon.compact(value), ED25519), ED25519)
    assert "trustee 2: the verification key is not the one that the polynomials give" in faults


def test_members_in_another_order_are_refused() -> None:
    value = json.loads(vector("threshold-open-ed25519-3.3.0")[1])
    certs = value[1][1]["certs"]
    certs[0], certs[1] = certs[1], certs[0]
    faults = trustees.check_trustees(trustees.read_trustees(canon.compact(value), ED25519), ED25519)
    assert "trustee 2: the certificate speaks of another group of trustees" in faults


def test_a_list_too_short_is_malformed_and_never_cut() -> None:
    for key in ("coefexps", "signatures", "verification_keys"):
        value = json.loads(vector("threshold-open-ed25519-3.3.0")[1])
        value[1][1][key].pop()
        with pytest.raises(Malformed):
            trustees.read_trustees(canon.compact(value), ED25519)


def test_secrets_are_written_for_their_owner_only(tmp_path: Path) -> None:
    from beffroi.core.voting import files

    files.write_new(tmp_path / "key", b"x", files.SECRET)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    with pytest.raises(Refused, match="exists"):
        files.write_new(tmp_path / "key", b"y")
    assert (tmp_path / "key").read_bytes() == b"x"


def test_a_ballot_is_not_made_in_a_group_that_is_only_verified() -> None:
    from beffroi.core.voting.ballot import encrypt

    found = replace(set_up().election, group=get_group("BELENIOS-2048"))
    with pytest.raises(Refused, match="group"):
        encrypt(found, credentials.new_credential(), [(1, 0, 0)])
