"""`--interop`: the 2048-bit groups, for tests with other programs (whose verdicts are in test_belenios_mixed)."""

import json
from functools import cache
from pathlib import Path

import pytest

from beffroi.core.errors import Malformed, Refused
from beffroi.core.verdict import accepted
from beffroi.core.voting import archive, ballot, canon, credentials, interop, interop_shuffle, shuffle, tally
from beffroi.core.voting.election import Election, parse_election
from beffroi.core.voting.interop import InteropKey
from beffroi.core.voting.proofs import Ciphertext
from beffroi.core.voting.questions import AnyQuestion, NumbersQuestion, Question, question_json
from beffroi.core.voting.verify import verify
from tests.core.voting.elections import LISTED, RANKED, YES_NO, set_up
from tests.core.voting.test_cli import beffroi
from tests.vectors.mutants.subject import VECTORS

KNOWN = json.loads((VECTORS / "credentials-2.0.json").read_text())
GROUP = interop.interop_group("BELENIOS-2048")
RFC = interop.interop_group("RFC-3526-2048")


@cache
def key() -> InteropKey:
    return interop.new_key(GROUP)


def elected(public_key: str, group: str, *questions: AnyQuestion) -> Election:
    value = {
        "version": 1,
        "description": "",
        "name": "Un vote",
        "group": group,
        "public_key": public_key,
        "questions": [question_json(question) for question in questions],
        "uuid": KNOWN["uuid"],
    }
    return parse_election(canon.compact(value))


# ---------------------------------------------------------------- credentials


@pytest.mark.parametrize("known", KNOWN["credentials"])
def test_a_credential_of_version_2_0_gives_its_point(known: dict[str, str]) -> None:
    x = interop.derive(KNOWN["uuid"], known["private"], GROUP)
    assert GROUP.to_string(GROUP.base(x)) == known["public"]


def test_new_credentials_have_their_checksum_and_no_other_is_taken() -> None:
    made = interop.new_credential()
    interop.derive(KNOWN["uuid"], made, GROUP)
    for wrong in (made[:-1] + ("1" if made[-1] != "1" else "2"), made[:-1], made.replace("-", ""), "0" * 19, ""):
        with pytest.raises(Malformed) as raised:
            interop.derive(KNOWN["uuid"], wrong, GROUP)
        assert made[:8] not in str(raised.value)


# ---------------------------------------------------------------- ballots, decryptions, shuffles


@pytest.mark.parametrize(
    ("question", "chosen"),
    [
        (YES_NO, (1, 0, 0)),
        (YES_NO, (0, 0, 1)),
        (Question("Which?", ("a", "b", "c"), 0, 2, False), (0, 0, 0)),
        (Question("Which?", ("a", "b", "c"), 0, 2, True), (0, 1, 1, 0)),
        (Question("Which?", ("a", "b"), 0, 1, True), (0, 0, 0)),
    ],
)
def test_every_ballot_is_right_and_hides_its_choices(question: Question, chosen: tuple[int, ...]) -> None:
    election = elected(key().public_key, GROUP.name, question)
    raw = interop.encrypt(election, KNOWN["credentials"][0]["private"], [chosen])
    read = ballot.check_ballot(election, raw)
    weights = {read.credential: 1}
    added = tally.encrypted_tally(election, [read], weights)
    pd = interop.partial_decryption(election, key(), added)
    tally.check_partial_decryption(election, key().public_key, added, pd)
    assert tally.read_result(election, tally.result(election, added, [pd], 1)) == [list(chosen)]


def test_choices_that_the_question_does_not_allow_and_lists_are_refused() -> None:
    election = elected(key().public_key, GROUP.name, YES_NO)
    with pytest.raises(Refused, match=r"ballot\.choices"):
        interop.encrypt(election, KNOWN["credentials"][0]["private"], [(0, 1, 1)])
    election, listed = elected(key().public_key, GROUP.name, LISTED), (1, 1, 0, 0, 0, 0, 0, 0, 0)
    with pytest.raises(Refused, match=r"interop\.question"):
        interop.encrypt(election, KNOWN["credentials"][0]["private"], [listed])


@pytest.mark.parametrize("size", [0, 1, 3])
def test_a_shuffle_proves_the_same_ciphertexts_in_another_order(size: int) -> None:
    x = interop.random(RFC)
    election = elected(RFC.to_string(RFC.base(x)), RFC.name, NumbersQuestion("In which order?", ("a", "b")))
    before = [Ciphertext(RFC.base(n), RFC.add(RFC.multiply(n, election.key), RFC.base(50 + n))) for n in range(size)]
    made = shuffle.read_shuffle(election, interop_shuffle.make_shuffle(election, [before]))
    (after,), (proof,) = made.ciphertexts, made.proofs
    shuffle.check_shuffle(RFC, election.key, election.fingerprint, before, after, proof)
    opened = {RFC.sub(c.beta, RFC.multiply(x, c.alpha)) for c in after}
    assert opened == {RFC.base(50 + n) for n in range(size)}
    assert not {c.alpha for c in after} & {c.alpha for c in before}
    if size == 3:
        with pytest.raises(Refused, match=r"shuffle\.proof"):
            shuffle.check_shuffle(
                RFC, election.key, election.fingerprint, before, (after[1], after[0], after[2]), proof
            )


# ---------------------------------------------------------------- the command line


def test_a_whole_election_with_the_option_on_every_verb(tmp_path: Path) -> None:
    option = ("--interop", GROUP.name)
    (tmp_path / "voters").write_text("1\n2\n")
    words = ("--uuid", KNOWN["uuid"], "--voters", tmp_path / "voters", "--out", tmp_path / "creds")
    done = beffroi("credentials", "make", *words, *option)
    assert (done.exit_code, interop.WARNING in done.stderr) == (0, True)
    assert beffroi("trustee", "init", "--out", tmp_path / "ana", "--name", "Ana", *option).exit_code == 0
    public = (tmp_path / "ana" / "public_key.json").read_bytes()
    election = elected(json.loads(public)["public_key"], GROUP.name, YES_NO)
    (tmp_path / "election.json").write_bytes(election.raw)
    private = json.loads((tmp_path / "creds" / "private_credentials.json").read_bytes())
    listed = (tmp_path / "creds" / "public_credentials.json").read_bytes()
    events = [archive.setup_event(election, b'[["Single",' + public + b"]]", listed)]
    for number, credential in private.items():
        (tmp_path / "code").write_text(credential)
        out = tmp_path / f"{number}.json"
        words = ("--election", tmp_path / "election.json", "--choice", "0,1,0", "--out", out)
        assert beffroi("ballot", "encrypt", *words, "--credential-file", tmp_path / "code").exit_code == 1
        assert beffroi("ballot", "encrypt", *words, "--credential-file", tmp_path / "code", *option).exit_code == 0
        assert beffroi("ballot", "check", "--election", tmp_path / "election.json", out).exit_code == 0
        events.append(archive.ballot_event(out.read_bytes()))
    read = [ballot.read_ballot(election, event.data[0]) for event in events[1:]]
    added = tally.encrypted_tally(election, read, credentials.parse_credentials(listed, election.group))
    events += [archive.end_ballots_event(), archive.tally_event(added, tally.sized_tally(added, 2, 2))]
    (tmp_path / "box.bel").write_bytes(b"".join(archive.write(1, events)))
    words = ("--election", tmp_path / "election.json", "--archive", tmp_path / "box.bel", "--out", tmp_path / "pd")
    assert beffroi("trustee", "decrypt", "--key", tmp_path / "ana" / "private_key.json", *words, *option).exit_code == 0
    pd = (tmp_path / "pd").read_bytes()
    events += [archive.decryption_event(1, pd), archive.result_event(tally.result(election, added, [pd], 2))]
    assert events[-1].data[0] == b'{"result":[[0,2,0]]}'
    assert accepted(verify(b"".join(archive.write(1, events)), processes=1))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Ed25519", "leave it out"),
        ("RFC-3526-2048", "the election is in BELENIOS-2048"),
        ("P-256", "accepted: Ed25519"),
    ],
)
def test_the_group_must_be_named_and_be_the_election_s(name: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "election.json").write_bytes(elected(key().public_key, GROUP.name, YES_NO).raw)
    words = ("--election", tmp_path / "election.json", "--choice", "0,1,0", "--out", tmp_path / "b", "--interop", name)
    done = beffroi("ballot", "encrypt", *words, given=KNOWN["credentials"][0]["private"])
    assert done.exit_code == 1
    assert says in done.stderr
    assert not (tmp_path / "b").exists()


def test_a_key_of_another_group_decrypts_nothing_and_no_group_of_trustees_is_made() -> None:
    election = set_up((YES_NO, RANKED), voters=1).election
    with pytest.raises(Refused, match=r"interop\.group"):
        interop.partial_decryption(election, key(), b"[]")
    with pytest.raises(Malformed):
        interop.read_private(b'"0"', GROUP)
    words = ("--out", "nowhere", "--name", "Ana", "--threshold", "2", "--members", "3", "--number", "1")
    assert beffroi("trustee", "init", *words, "--interop", GROUP.name).exit_code == 1
    assert str(key().x) not in repr(key())
