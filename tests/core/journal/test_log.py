"""An auditor checks the log with what was downloaded; each lie is named by the step that sees it."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from beffroi.core.journal.entry import encode
from beffroi.core.journal.log import TITLES, proof_json, verify_entry, verify_log
from beffroi.core.journal.note import LogKey, sign_checkpoint
from beffroi.core.journal.tree import leaf_hash, root
from beffroi.core.journal.verbs import app
from beffroi.core.verdict import accepted

NOW = datetime(2026, 11, 15, 18, 0, 0, tzinfo=UTC)
KEY = LogKey("beffroi.example", bytes(range(32)))
LEAVES = [encode("petition.closed", NOW, {"petition": f"2026-{n:03}", "count": n}) for n in range(11)]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]


def lines(leaves):
    return b"".join(leaf + b"\n" for leaf in leaves)


def head(leaves, key=KEY, origin="beffroi.example"):
    return sign_checkpoint(key, origin, len(leaves), root(leaf_hash(leaf) for leaf in leaves)).encode()


def failed(steps):
    return [step.code for step in steps if step.passed is False]


def not_run(steps):
    return [step.code for step in steps if step.passed is None]


@pytest.mark.parametrize("size", range(len(LEAVES) + 1))
def test_an_honest_log_is_accepted_at_every_size(size):
    steps, entries = verify_log(lines(LEAVES[:size]), head(LEAVES[:size]), KEY.vkey)
    assert accepted(steps)
    assert [entry.index for entry in entries] == list(range(size))


def test_an_altered_entry_gives_another_root():
    altered = [*LEAVES[:3], LEAVES[3].replace(b'"count":3', b'"count":4'), *LEAVES[4:]]
    steps, _ = verify_log(lines(altered), head(LEAVES), KEY.vkey)
    assert failed(steps) == ["journal.root"]


@given(st.integers(0, len(lines(LEAVES)) - 1), st.integers(1, 255))
def test_no_altered_byte_passes(place, change):
    raw = bytearray(lines(LEAVES))
    raw[place] ^= change
    steps, _ = verify_log(bytes(raw), head(LEAVES), KEY.vkey)
    assert not accepted(steps)


def test_swapped_entries_give_another_root():
    steps, _ = verify_log(lines([LEAVES[1], LEAVES[0], *LEAVES[2:]]), head(LEAVES), KEY.vkey)
    assert failed(steps) == ["journal.root"]


def test_a_log_that_lost_its_last_entry_has_not_the_size_of_the_tree_head():
    steps, _ = verify_log(lines(LEAVES[:-1]), head(LEAVES), KEY.vkey)
    assert failed(steps) == ["journal.size", "journal.root"]


def test_a_cut_log_says_which_line_is_cut():
    steps, entries = verify_log(lines(LEAVES)[:-5], head(LEAVES), KEY.vkey)
    assert "journal.entries" in failed(steps)
    assert "entry 10: the line is cut" in steps[1].faults
    assert len(entries) == 10


def test_a_log_without_its_last_newline_is_cut():
    steps, _ = verify_log(lines(LEAVES)[:-1], head(LEAVES), KEY.vkey)
    assert failed(steps) == ["journal.entries"]


def test_an_entry_with_a_name_is_at_fault_though_it_was_signed():
    leaves = [*LEAVES, LEAVES[0].replace(b'"count":0', b'"name":"x"')]
    steps, entries = verify_log(lines(leaves), head(leaves), KEY.vkey)
    assert failed(steps) == ["journal.entries"]
    assert steps[1].faults == ("entry 11: journal.field: petition.closed: name is not a field",)
    assert len(entries) == 11


@pytest.mark.parametrize(
    ("checkpoint", "said"),
    [
        (b"", "no signed note"),
        (b"\xff", "not a text in UTF-8"),
        (head(LEAVES, LogKey("beffroi.example", bytes(32))), "no signature by the key of beffroi.example"),
        (head(LEAVES).replace(b"\n11\n", b"\n12\n"), "does not hold"),
    ],
)
def test_without_a_signed_tree_head_nothing_is_shown(checkpoint, said):
    steps, _ = verify_log(lines(LEAVES), checkpoint, KEY.vkey)
    assert failed(steps) == ["journal.checkpoint"]
    assert not_run(steps) == ["journal.size", "journal.root"]
    assert said in steps[0].faults[0]


def test_a_damaged_key_is_named():
    steps, _ = verify_log(lines(LEAVES), head(LEAVES), KEY.vkey[:-1])
    assert failed(steps) == ["journal.checkpoint"]
    assert steps[0].faults[0].startswith("log key: ")


@pytest.mark.parametrize("size", range(len(LEAVES) + 1))
def test_a_log_that_has_only_grown_is_accepted(size):
    steps, _ = verify_log(lines(LEAVES), head(LEAVES), KEY.vkey, earlier=head(LEAVES[:size]))
    assert accepted(steps)
    assert steps[-1].code == "journal.append_only"


def test_a_log_whose_past_was_rewritten_is_refused():
    rewritten = [LEAVES[5], *LEAVES[1:]]
    steps, _ = verify_log(lines(rewritten), head(rewritten), KEY.vkey, earlier=head(LEAVES[:4]))
    assert failed(steps) == ["journal.append_only"]


def test_a_log_that_shrank_is_refused():
    steps, _ = verify_log(lines(LEAVES[:4]), head(LEAVES[:4]), KEY.vkey, earlier=head(LEAVES))
    assert failed(steps) == ["journal.append_only"]


def test_the_tree_head_of_another_log_is_no_earlier_state():
    steps, _ = verify_log(lines(LEAVES), head(LEAVES), KEY.vkey, earlier=head(LEAVES[:4], origin="other.example"))
    assert failed(steps) == ["journal.append_only"]


def test_an_earlier_tree_head_that_is_not_signed_shows_nothing():
    steps, _ = verify_log(lines(LEAVES), head(LEAVES), KEY.vkey, earlier=b"x")
    assert failed(steps) == ["journal.earlier_checkpoint"]
    assert not_run(steps) == ["journal.append_only"]


@pytest.mark.parametrize("index", range(len(LEAVES)))
def test_every_entry_is_shown_to_be_in_the_log(index):
    proof = proof_json(HASHES, index)
    assert accepted(verify_entry(LEAVES[index], proof, head(LEAVES), KEY.vkey))
    assert accepted(verify_entry(LEAVES[index] + b"\n", proof, head(LEAVES), KEY.vkey))


def test_an_entry_that_was_never_written_is_not():
    steps = verify_entry(LEAVES[3].replace(b'"count":3', b'"count":4'), proof_json(HASHES, 3), head(LEAVES), KEY.vkey)
    assert failed(steps) == ["journal.inclusion"]
    assert steps[-1].faults == ("entry 3: the proof leads to another root",)


def test_a_proof_made_for_another_tree_head_says_so():
    steps = verify_entry(LEAVES[3], proof_json(HASHES[:7], 3), head(LEAVES), KEY.vkey)
    assert failed(steps) == ["journal.proof"]
    assert steps[2].faults == ("the proof is made for 7 entries, the tree head has 11",)


@pytest.mark.parametrize(
    "proof",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        b'{"hashes":[],"index":0}',
        b'{"hashes":[],"index":true,"size":1}',
        b'{"hashes":["00"],"index":0,"size":1}',
        b'{"hashes":["' + b"g" * 64 + b'"],"index":0,"size":1}',
        b'{"hashes":{},"index":0,"size":1}',
    ],
)
def test_a_damaged_proof_is_named(proof):
    steps = verify_entry(LEAVES[0], proof, head(LEAVES), KEY.vkey)
    assert failed(steps) == ["journal.proof"]
    assert not_run(steps) == ["journal.inclusion"]


def test_an_entry_is_not_shown_without_a_signed_tree_head():
    steps = verify_entry(LEAVES[0], proof_json(HASHES, 0), b"x", KEY.vkey)
    assert failed(steps) == ["journal.checkpoint"]
    assert not_run(steps) == ["journal.proof", "journal.inclusion"]


def test_every_step_has_its_title():
    log_steps, _ = verify_log(lines(LEAVES), head(LEAVES), KEY.vkey, earlier=head(LEAVES))
    steps = log_steps + verify_entry(LEAVES[0], proof_json(HASHES, 0), head(LEAVES), KEY.vkey)
    assert {step.code: step.title for step in steps} == TITLES


@pytest.fixture
def files(tmp_path):
    for name, raw in {
        "entries": lines(LEAVES),
        "bad": lines(LEAVES).replace(b'"count":3', b'"count":4'),
        "checkpoint": head(LEAVES),
        "earlier": head(LEAVES[:4]),
        "entry": LEAVES[3],
        "proof": proof_json(HASHES, 3),
        "other-proof": proof_json(HASHES, 4),
        "empty": b"",
    }.items():
        (tmp_path / name).write_bytes(raw)
    return tmp_path


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_command_accepts_an_honest_log_and_exits_0(files):
    ends = ("--checkpoint", files / "checkpoint", "--key", KEY.vkey)
    result = run("verify", "--entries", files / "entries", *ends)
    assert result.exit_code == 0
    assert "The journal holds: 11 entries." in result.output
    assert run("verify", "--entries", files / "entries", "--earlier", files / "earlier", *ends).exit_code == 0


def test_the_command_refuses_an_altered_log_and_exits_1(files):
    result = run("verify", "--entries", files / "bad", "--checkpoint", files / "checkpoint", "--key", KEY.vkey)
    assert result.exit_code == 1
    assert "journal.root: tree head: another root" in result.output
    assert "The journal is refused." in result.output


def test_the_command_refuses_an_empty_log_in_one_sentence(files):
    result = run("verify", "--entries", files / "empty", "--checkpoint", files / "checkpoint", "--key", KEY.vkey)
    assert result.exit_code == 1
    assert "journal.size: 0 entries, 11 in the tree head" in result.output


def test_the_command_says_not_run_for_a_check_that_did_not_run(files):
    result = run("verify", "--entries", files / "entries", "--checkpoint", files / "empty", "--key", KEY.vkey)
    assert result.exit_code == 1
    assert "NOT RUN" in result.output


def test_the_command_names_twenty_faults_and_counts_the_rest(files):
    (files / "junk").write_bytes(b"x\n" * 25)
    result = run("verify", "--entries", files / "junk", "--checkpoint", files / "checkpoint", "--key", KEY.vkey)
    assert "entry 19: found no JSON" in result.output
    assert "entry 20: found" not in result.output
    assert "journal.entries: and 5 more" in result.output


def test_the_command_shows_that_an_entry_is_in_the_log(files):
    ends = ("--entry", files / "entry", "--checkpoint", files / "checkpoint", "--key", KEY.vkey)
    good = run("inclusion", "--proof", files / "proof", *ends)
    assert good.exit_code == 0
    assert "The entry is in the journal." in good.output
    bad = run("inclusion", "--proof", files / "other-proof", *ends)
    assert bad.exit_code == 1
    assert "entry 4: the proof leads to another root" in bad.output


def test_a_proof_is_published_as_canonical_json():
    assert json.loads(proof_json(HASHES[:1], 0)) == {"hashes": [], "index": 0, "size": 1}
