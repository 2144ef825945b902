"""The `beffroi` command, as an auditor, the credential authority and three trustees type it."""

import hashlib
import json
import stat
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from beffroi.core.audit import ANNOUNCED, ANNOUNCED_OPEN, FINGERPRINT_ONLY, UNANNOUNCED
from beffroi.core.cli import app
from beffroi.core.journal.entry import encode
from beffroi.core.journal.note import LogKey, sign_checkpoint
from beffroi.core.journal.tree import leaf_hash, root
from beffroi.core.verdict import accepted
from beffroi.core.voting import archive, ballot, canon, credentials, second_proof, tally, trustees
from beffroi.core.voting.archive import Event
from beffroi.core.voting.election import election_json, new_uuid, parse_election
from beffroi.core.voting.verify import verify
from tests.core.voting.elections import RANKED, TIMESTAMP, YES_NO, Played, cast, count, set_up, yes_no_election

NOW = datetime(2026, 11, 15, 18, 0, 0, tzinfo=UTC)
KEY = LogKey("beffroi.example", bytes(range(32)))


def beffroi(*words: str | Path, given: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=given)


@cache
def played() -> Played:
    return yes_no_election()


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    path = tmp_path / "whole.bel"
    path.write_bytes(played().archive)
    return path


def journal(
    folder: Path,
    events: list[Event],
    decided: dict[str, Any] | None = None,
    more: list[tuple[str, dict[str, Any]]] | None = None,
    **changes: Any,
) -> list[str | Path]:
    """The options that name the journal of the election whose archive holds these events.

    `changes` are made to its opening, `decided` to its decision; `more` are entries that come last.
    """
    raw = b"".join(archive.write(TIMESTAMP, events))
    read = archive.read(raw)
    setup, heads = read.events[0].data, read.hashes
    closing = next((h for h, event in enumerate(read.events) if event.kind == "EndBallots"), None)
    opened = {
        "votation": "V-2026-01",
        "uuid": played().election.uuid,
        "fingerprint": played().election.fingerprint,
        "credentials": 9,
        "credentials_sha256": hashlib.sha256(setup[2]).hexdigest(),
        "trustees_sha256": hashlib.sha256(setup[1]).hexdigest(),
        "registered": 9,
        "rules_sha256": "0" * 64,
    }
    other = opened | {"votation": "V-2026-02", "uuid": new_uuid()}
    leaves = [
        encode("votation.opened", NOW, other),
        encode("votation.opened", NOW, opened | changes),
        encode("votation.box_head", NOW, {"votation": "V-2026-02", "height": 2, "head": "1" * 64}),
        encode("votation.box_head", NOW, {"votation": "V-2026-01", "height": 4, "head": heads[4]}),
    ]
    if closing is not None:
        closed = {"votation": "V-2026-01", "ballots": closing - 1, "height": closing, "head": heads[closing]}
        leaves.append(encode("votation.closed", NOW, closed))
        numbers = {"registered": 9, "participants": 8, "minimum": 2, "yes": 4, "no": 3, "blank": 1}
        place = {"height": len(heads) - 1, "head": heads[-1], "archive_sha256": hashlib.sha256(raw).hexdigest()}
        leaves.append(
            encode(
                "votation.decided",
                NOW,
                {"votation": "V-2026-01", "outcome": "adopted", **numbers, **place, **(decided or {})},
            )
        )
    leaves += [encode(kind, NOW, {"votation": "V-2026-01", **data}) for kind, data in more or []]
    (folder / "entries.jsonl").write_bytes(b"".join(leaf + b"\n" for leaf in leaves))
    head = sign_checkpoint(KEY, "beffroi.example", len(leaves), root(leaf_hash(leaf) for leaf in leaves))
    (folder / "checkpoint").write_text(head)
    return ["--journal", folder / "entries.jsonl", "--checkpoint", folder / "checkpoint", "--log-key", KEY.vkey]


# ---------------------------------------------------------------- verify


def test_without_an_announcement_an_archive_is_only_consistent(whole: Path) -> None:
    done = beffroi("verify", whole)
    assert done.exit_code == 0
    assert done.output.splitlines()[-1] == UNANNOUNCED
    assert "consistent, but not shown to be the election that was announced" in done.output


def test_with_the_fingerprint_it_is_the_announced_election(whole: Path) -> None:
    done = beffroi("verify", whole, "--fingerprint", played().election.fingerprint)
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, FINGERPRINT_ONLY)


def test_with_another_fingerprint_it_is_refused(whole: Path) -> None:
    done = beffroi("verify", whole, "--fingerprint", "A" * 43)
    assert done.exit_code == 1
    assert f"fingerprint: {played().election.fingerprint} here, {'A' * 43} was announced" in done.output


def test_with_the_journal_it_is_the_announced_election(whole: Path, tmp_path: Path) -> None:
    done = beffroi("verify", whole, *journal(tmp_path, played().events))
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, ANNOUNCED)


def test_an_open_vote_is_verified_with_the_journal_so_far(tmp_path: Path) -> None:
    path = tmp_path / "open.bel"
    path.write_bytes(played().cut("Ballot"))
    so_far = [event for event in played().events if event.kind in ("Setup", "Ballot")]
    done = beffroi("verify", path, *journal(tmp_path, so_far))
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, ANNOUNCED_OPEN)


@pytest.mark.parametrize("lost", ["a ballot", "the end"])
def test_the_journal_knows_what_the_archive_alone_cannot_tell(lost: str, tmp_path: Path) -> None:
    open_box = [event for event in played().events if event.kind in ("Setup", "Ballot")]
    announced, kept = (
        (played().events, played().events[:-1]) if lost == "the end" else (open_box, open_box[:2] + open_box[3:])
    )
    path = tmp_path / "copy.bel"
    path.write_bytes(b"".join(archive.write(TIMESTAMP, kept)))
    assert beffroi("verify", path).exit_code == 0
    done = beffroi("verify", path, *journal(tmp_path, announced))
    assert done.exit_code == 1
    assert "event at height" in done.output


def test_a_journal_of_other_elections_is_refused(whole: Path, tmp_path: Path) -> None:
    done = beffroi("verify", whole, *journal(tmp_path, played().events, uuid=new_uuid()))
    assert done.exit_code == 1
    assert f"announces the election {played().election.uuid} 0 times" in done.output


def test_a_fingerprint_that_the_journal_does_not_hold_is_refused(whole: Path, tmp_path: Path) -> None:
    done = beffroi("verify", whole, "--fingerprint", "A" * 43, *journal(tmp_path, played().events))
    assert done.exit_code == 1
    assert "not the one given" in done.output


def test_an_altered_journal_is_refused(whole: Path, tmp_path: Path) -> None:
    options = journal(tmp_path, played().events)
    entries = tmp_path / "entries.jsonl"
    entries.write_bytes(entries.read_bytes().replace(b'"credentials":9', b'"credentials":8', 1))
    assert beffroi("verify", whole, *options).exit_code == 1


PAPER = {"station": "01", "voters": 1, "yes": 0, "no": 1, "blank": 0}


@pytest.mark.parametrize(
    ("decided", "paper", "fault"),
    [
        ({"yes": 40, "participants": 44}, [], "yes is 40, the figures give 4"),
        ({"outcome": "refused"}, [], "outcome is refused, the figures give adopted"),
        ({"minimum": 9}, [], "outcome is adopted, the figures give minimum_not_met"),
        ({"registered": 90}, [], "registered is 90, the figures give 9"),
        ({}, [PAPER], "no is 3, the figures give 4"),
        ({"no": 4, "participants": 9}, [PAPER], "outcome is adopted, the figures give refused"),
        ({"no": 5, "participants": 10, "outcome": "refused"}, [PAPER, PAPER], "01: two paper counts"),
        ({"no": 5, "participants": 10, "outcome": "refused"}, [PAPER, PAPER], "10 voters for 9 persons registered"),
    ],
)
def test_a_decision_that_the_figures_do_not_give_is_refused(
    decided: dict[str, Any], paper: list[dict[str, Any]], fault: str, whole: Path, tmp_path: Path
) -> None:
    more = [("votation.paper_agreed", count) for count in paper]
    done = beffroi("verify", whole, *journal(tmp_path, played().events, decided=decided, more=more))
    assert done.exit_code == 1
    assert fault in done.output


def test_a_decision_is_the_online_result_and_the_paper_counts(whole: Path, tmp_path: Path) -> None:
    decided = {"no": 4, "participants": 9, "outcome": "refused"}
    more = [("votation.paper_agreed", PAPER)]
    done = beffroi("verify", whole, *journal(tmp_path, played().events, decided=decided, more=more))
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, ANNOUNCED)


@pytest.mark.parametrize("kind", ["votation.closed", "votation.decided"])
def test_a_vote_is_closed_once_and_decided_once(kind: str, whole: Path, tmp_path: Path) -> None:
    head = archive.read(played().archive).hashes[-1]
    end: dict[str, Any] = {"height": len(played().events) - 1, "head": head}
    if kind == "votation.closed":
        end |= {"ballots": 9}
    else:
        end |= {"registered": 9, "participants": 8, "minimum": 2, "yes": 4, "no": 3, "blank": 1, "outcome": "adopted"}
        end |= {"archive_sha256": hashlib.sha256(played().archive).hexdigest()}
    done = beffroi("verify", whole, *journal(tmp_path, played().events, more=[(kind, end)]))
    assert done.exit_code == 1
    assert f"says {kind} of V-2026-01 2 times" in done.output


def test_more_credentials_than_persons_registered_are_refused(whole: Path, tmp_path: Path) -> None:
    done = beffroi("verify", whole, *journal(tmp_path, played().events, registered=8))
    assert done.exit_code == 1
    assert "9 credentials for 8 persons registered" in done.output


def test_the_three_options_of_the_journal_go_together(whole: Path, tmp_path: Path) -> None:
    options = journal(tmp_path, played().events)
    for n in range(3):
        assert beffroi("verify", whole, *options[2 * n : 2 * n + 2]).exit_code == 2


def test_one_altered_byte_is_refused_and_the_object_is_named(whole: Path, tmp_path: Path) -> None:
    raw = bytearray(whole.read_bytes())
    place = raw.index(b'"challenge":"', raw.index(played().ballots[3])) + 14
    raw[place] = ord("1") if raw[place] != ord("1") else ord("2")
    path = tmp_path / "altered.bel"
    path.write_bytes(raw)
    done = beffroi("verify", path)
    assert done.exit_code == 1
    assert f"ballot 4, tracker {ballot.tracker(played().ballots[3])}" in done.output
    assert done.output.splitlines()[-1].startswith("REFUSED (step 1")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda raw: b"", "an empty file"),
        (lambda raw: raw[:-600], "a truncated archive"),
        (lambda raw: raw[:300], "another kind"),
        (lambda raw: b"%PDF-1.7 " * 200, "another kind"),
    ],
    ids=["empty", "truncated", "very short", "foreign"],
)
def test_what_is_no_archive_is_said_in_one_sentence(change: Any, says: str, whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(change(whole.read_bytes()))
    done = beffroi("verify", path)
    assert done.exit_code == 1
    assert says in done.output
    assert len(done.output.splitlines()) == 1


def test_a_missing_file_is_a_wrong_command(tmp_path: Path) -> None:
    assert beffroi("verify", tmp_path / "nothing.bel").exit_code == 2


def test_the_steps_are_given_as_json(whole: Path, tmp_path: Path) -> None:
    found = json.loads(beffroi("verify", whole, "--json").output)
    assert found["verdict"] == UNANNOUNCED
    assert [step["code"] for step in found["steps"]][:2] == ["archive.records", "archive.chain"]
    assert all(step["passed"] is True for step in found["steps"])
    (tmp_path / "empty").write_bytes(b"")
    assert json.loads(beffroi("verify", tmp_path / "empty", "--json").output)["verdict"] == "refused"


# ---------------------------------------------------------------- the authority, the trustees, the voter


def test_an_election_is_played_by_its_roles_in_their_own_folders(tmp_path: Path) -> None:
    uuid = new_uuid()
    (tmp_path / "voters").write_text("12\n7\n104\n")
    authority, letters = tmp_path / "authority", tmp_path / "letters"
    made = beffroi("credentials", "make", "--uuid", uuid, "--voters", tmp_path / "voters", "--out", authority)
    assert made.exit_code == 0, made.output
    private = json.loads((authority / "private_credentials.json").read_bytes())
    public = (authority / "public_credentials.json").read_bytes()
    assert made.output == f"3 credentials made; SHA-256 of the public list: {hashlib.sha256(public).hexdigest()}\n"
    words = ("--private", authority / "private_credentials.json", "--out", letters, "--title", "Le pont")
    assert beffroi("credentials", "letters", *words).output == "3 letters written\n"

    outputs = []
    for n in (1, 2, 3):
        outputs.append(beffroi("trustee", "init", "--out", tmp_path / f"trustee-{n}", "--name", f"Personne {n}"))
    publics = [(tmp_path / f"trustee-{n}" / "public_key.json").read_bytes() for n in (1, 2, 3)]
    listed = trustees.trustees_json(publics, ["A", "B", "C"])
    election = election_json(uuid, "Le pont", "", trustees.election_key(listed), [YES_NO])
    files = {"election": election, "trustees": listed}
    for name, raw in files.items():
        (tmp_path / f"{name}.json").write_bytes(raw)

    cast = []
    for number, choice in (("12", "0,1,0"), ("7", "1,0,0")):
        secret_file = tmp_path / f"code-{number}"
        secret_file.write_text(private[number] + "\n")
        out = tmp_path / f"ballot-{number}"
        words = ("--election", tmp_path / "election.json", "--choice", choice)
        outputs.append(beffroi("ballot", "encrypt", *words, "--credential-file", secret_file, "--out", out))
        cast.append(out.read_bytes())
        checked = beffroi("ballot", "check", "--election", tmp_path / "election.json", out)
        assert checked.output == f"valid; tracker: {ballot.tracker(cast[-1])}\n"

    parsed = parse_election(election)
    read = [ballot.read_ballot(parsed, raw) for raw in cast]
    added = tally.encrypted_tally(parsed, read, credentials.parse_credentials(public, parsed.group))
    (tmp_path / "tally.json").write_bytes(added)
    events = [
        archive.setup_event(parsed, listed, public),
        *map(archive.ballot_event, cast),
        archive.end_ballots_event(),
    ]
    events.append(archive.tally_event(added, tally.sized_tally(added, 2, 2)))
    (tmp_path / "closed.bel").write_bytes(b"".join(archive.write(TIMESTAMP, events)))
    pds = []
    for n in (1, 2, 3):
        words = ["--election", tmp_path / "election.json", "--trustees", tmp_path / "trustees.json"]
        words += ["--tally", tmp_path / "tally.json", "--archive", tmp_path / "closed.bel"]
        out = tmp_path / f"decryption-{n}"
        words += ["--key", tmp_path / f"trustee-{n}" / "private_key.json", "--out", out]
        outputs.append(beffroi("trustee", "decrypt", *words))
        pds.append(second_proof.read_envelope(out.read_bytes())[0])
    assert tally.read_result(parsed, tally.result(parsed, added, pds, 2)) == [[1, 1, 0]]

    assert all(done.exit_code == 0 for done in outputs), [done.output for done in outputs]
    said = made.output + "".join(done.output for done in outputs)
    keys = [json.loads(path.read_bytes()) for path in tmp_path.glob("trustee-?/private_key.json")]
    assert len(keys) == 3
    assert not any(known in said for known in [*private.values(), *keys])
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*") if path.is_file()}
    hidden = {"private_credentials.json", "private_key.json", "12.txt", "7.txt", "104.txt"}
    assert {name for name, mode in modes.items() if mode == 0o600} == hidden
    assert all(stat.S_IMODE(folder.stat().st_mode) == 0o700 for folder in (authority, letters, tmp_path / "trustee-1"))


def test_a_letter_holds_one_credential_and_the_word_of_what_to_do(tmp_path: Path) -> None:
    private = {"12": credentials.new_credential(), "7": credentials.new_credential()}
    (tmp_path / "private.json").write_bytes(canon.compact({**private}))
    words = ("--private", tmp_path / "private.json", "--out", tmp_path / "letters", "--title", "Le pont")
    beffroi("credentials", "letters", *words)
    assert sorted(path.name for path in (tmp_path / "letters").iterdir()) == ["12.txt", "7.txt"]
    text = (tmp_path / "letters" / "12.txt").read_text()
    assert private["12"] in text
    assert private["7"] not in text
    assert text.startswith("Le pont\n")
    assert "seul le dernier bulletin compte" in text
    assert "!" not in text


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "voters").write_text("1\n")
    words = ("--uuid", new_uuid(), "--voters", tmp_path / "voters", "--out", tmp_path / "a")
    assert beffroi("credentials", "make", *words).exit_code == 0
    before = (tmp_path / "a" / "private_credentials.json").read_bytes()
    again = beffroi("credentials", "make", *words)
    assert again.exit_code == 1
    assert "already" in again.output
    assert (tmp_path / "a" / "private_credentials.json").read_bytes() == before
    assert beffroi("trustee", "init", "--out", tmp_path / "t", "--name", "A").exit_code == 0
    assert beffroi("trustee", "init", "--out", tmp_path / "t", "--name", "A").exit_code == 1


@pytest.mark.parametrize("number", ["../../etc/x", "a b", "x" * 41, "-rf"])
def test_a_voter_number_cannot_name_a_file_elsewhere(number: str, tmp_path: Path) -> None:
    (tmp_path / "voters").write_text(f"1\n{number}\n")
    words = ("--uuid", new_uuid(), "--voters", tmp_path / "voters", "--out", tmp_path / "a")
    done = beffroi("credentials", "make", *words)
    assert done.exit_code == 1
    assert "line 2" in done.output
    (tmp_path / "private.json").write_bytes(canon.compact({number: credentials.new_credential()}))
    words = ("--private", tmp_path / "private.json", "--out", tmp_path / "letters", "--title", "T")
    assert beffroi("credentials", "letters", *words).exit_code == 1


def test_the_credential_is_asked_for_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "election.json").write_bytes(played().election.raw)
    words = ("--election", tmp_path / "election.json", "--choice", "0,0,1", "--out", tmp_path / "b")
    done = beffroi("ballot", "encrypt", *words, given=played().private["1"] + "\n")
    assert done.exit_code == 0
    assert played().private["1"] not in done.output
    assert ballot.tracker((tmp_path / "b").read_bytes()) in done.output


@pytest.mark.parametrize("choice", ["0,1", "1,1,0", "0,2,0", "yes", ""])
def test_a_choice_that_is_not_allowed_is_refused(choice: str, tmp_path: Path) -> None:
    (tmp_path / "election.json").write_bytes(played().election.raw)
    words = ("--election", tmp_path / "election.json", "--choice", choice, "--out", tmp_path / "b")
    assert beffroi("ballot", "encrypt", *words, given=played().private["1"] + "\n").exit_code == 1
    assert not (tmp_path / "b").exists()


def test_a_trustee_decrypts_only_the_sum_of_the_box_of_her_own_election(tmp_path: Path) -> None:
    ours, other = played(), set_up()
    added = next(event.data[0] for event in ours.events if event.kind == "EncryptedTally")
    single = tally.encrypted_tally(
        ours.election,
        [ballot.read_ballot(ours.election, ours.ballots[0])],
        credentials.parse_credentials(ours.public, ours.election.group),
    )
    contents = {
        "key": ours.keys[0].private_json(),
        "election": ours.election.raw,
        "trustees": ours.trustees,
        "tally": added,
        "single": single,
        "archive": ours.cut("EncryptedTally"),
        "other-key": other.keys[0].private_json(),
        "other-trustees": other.trustees,
    }
    for name, raw in contents.items():
        (tmp_path / name).write_bytes(raw)

    def decrypt(key: str, encrypted: str, *more: str | Path) -> int:
        words = ("--key", tmp_path / key, "--election", tmp_path / "election", "--tally", tmp_path / encrypted)
        out = tmp_path / "out"
        out.unlink(missing_ok=True)
        return beffroi("trustee", "decrypt", *words, *more, "--out", out).exit_code

    whole = ("--archive", tmp_path / "archive")
    assert decrypt("key", "tally", "--trustees", tmp_path / "trustees", *whole) == 0
    assert decrypt("other-key", "tally", "--trustees", tmp_path / "trustees") == 1
    assert decrypt("other-key", "tally", "--trustees", tmp_path / "other-trustees") == 1
    assert decrypt("key", "single", *whole) == 1
    assert decrypt("key", "election") == 1
    assert not (tmp_path / "out").exists()


def test_a_trustee_shuffles_a_closed_box_and_decrypts_only_what_was_shuffled(tmp_path: Path) -> None:
    game = set_up((RANKED,), voters=2)
    cast(game, "1", (1, 2, 3))
    cast(game, "2", (3, 2, 1))
    count(game)
    names = [event.kind for event in game.events]
    path, out = tmp_path / "box.bel", tmp_path / "out"

    def run(verb: str, events: list[Event], *more: str | Path) -> tuple[int, str]:
        path.write_bytes(b"".join(archive.write(TIMESTAMP, events)))
        out.unlink(missing_ok=True)
        done = beffroi("trustee", verb, "--archive", path, "--out", out, *more)
        assert out.exists() == (done.exit_code == 0)
        return done.exit_code, done.output

    tallied = game.events[: names.index("Shuffle")]
    assert run("shuffle", game.events[:1])[0] == 1
    assert run("shuffle", game.events)[0] == 1
    for owner in (1, 2):
        assert run("shuffle", tallied)[0] == 0
        tallied = [*tallied, archive.shuffle_event(owner, out.read_bytes())]
    ended = [*tallied, archive.end_shuffles_event()]
    (tmp_path / "election").write_bytes(game.election.raw)
    (tmp_path / "tally").write_bytes(game.events[names.index("EncryptedTally")].data[0])
    (tmp_path / "key").write_bytes(game.keys[0].private_json())
    words = ("--key", tmp_path / "key", "--election", tmp_path / "election")
    assert "not ended" in run("decrypt", tallied, *words)[1]
    assert "not that of the archive" in run("decrypt", ended, *words, "--tally", tmp_path / "tally")[1]
    assert beffroi("trustee", "decrypt", *words, "--tally", tmp_path / "tally", "--out", out).exit_code == 1
    assert run("decrypt", ended, *words)[0] == 0
    pd, _ = second_proof.read_envelope(out.read_bytes())
    assert accepted(verify(b"".join(archive.write(TIMESTAMP, [*ended, archive.decryption_event(1, pd)]))))


def test_what_a_trustee_hands_in_is_checked_and_its_archives_part_taken_out(tmp_path: Path) -> None:
    ours, n = played(), 2
    added = next(event.data[0] for event in ours.events if event.kind == "EncryptedTally")
    (tmp_path / "closed.bel").write_bytes(ours.cut("EncryptedTally"))
    pd = tally.partial_decryption(ours.election, ours.keys[n - 1], added)
    proof = second_proof.make(ours.election, ours.keys[n - 1], added, pd)
    (tmp_path / "handed.json").write_bytes(second_proof.envelope(pd, proof))
    (tmp_path / "alone.json").write_bytes(pd)

    def check(name: str, owner: int, *more: str | Path) -> tuple[int, str]:
        words = ("--archive", tmp_path / "closed.bel", "--owner", str(owner))
        done = beffroi("trustee", "check", tmp_path / name, *words, *more)
        return done.exit_code, done.output

    right = f"Trustee {n}: the decryption and its second proof are right.\n"
    assert check("handed.json", n, "--standard", tmp_path / "pd.json") == (0, right)
    assert (tmp_path / "pd.json").read_bytes() == pd
    status, said = check("handed.json", 1, "--standard", tmp_path / "none.json")
    assert (status, "trustee 1: decryption.proof" in said) == (1, True)
    assert "there is no trustee 9" in check("handed.json", 9)[1]
    assert "no second proof" in check("alone.json", n)[1]
    assert not (tmp_path / "none.json").exists()


@pytest.fixture
def proofs(tmp_path: Path) -> Path:
    """The second proofs of the played election, as a site publishes them; its archive is beside."""
    ours = played()
    added = next(event.data[0] for event in ours.events if event.kind == "EncryptedTally")
    pds = [event.data[0] for event in ours.events if event.kind == "PartialDecryption"]
    made = [second_proof.make(ours.election, key, added, pd) for key, pd in zip(ours.keys, pds, strict=True)]
    path = tmp_path / "second-proofs.json"
    path.write_bytes(second_proof.published(made))
    return path


def test_the_second_proofs_are_verified_from_the_published_file_or_a_folder(whole: Path, proofs: Path) -> None:
    title = "Each decryption has a second proof"
    done = beffroi("verify", whole, "--second", proofs)
    assert (done.exit_code, title in done.output) == (0, True)
    assert title not in beffroi("verify", whole).output
    folder = proofs.parent / "folder"
    folder.mkdir()
    for n, proof in enumerate(json.loads(proofs.read_bytes())):
        (folder / f"{n}.json").write_bytes(canon.compact(proof))
    assert beffroi("verify", whole, "--second", folder).exit_code == 0
    (folder / "1.json").unlink()
    done = beffroi("verify", whole, "--second", folder)
    assert (done.exit_code, "trustee 2: no second proof" in done.output) == (1, True)
    (folder / "1.json").write_bytes(b"{}")
    assert beffroi("verify", whole, "--second", folder).exit_code == 1


def test_a_ballot_that_is_wrong_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "election.json").write_bytes(played().election.raw)
    (tmp_path / "ballot").write_bytes(played().ballots[0] + b"\n")
    done = beffroi("ballot", "check", "--election", tmp_path / "election.json", tmp_path / "ballot")
    assert done.exit_code == 1
    assert len(done.output.splitlines()) == 1
