"""Signed notes and tree heads: the reference note, and every refusal."""

import json
from base64 import b64encode
from pathlib import Path

import pytest

from beffroi.core.errors import Malformed, Refused
from beffroi.core.journal.note import (
    Checkpoint,
    LogKey,
    VerifierKey,
    open_checkpoint,
    open_note,
    sign_checkpoint,
    sign_note,
)

VECTOR = json.loads((Path(__file__).parents[2] / "vectors/journal/note.json").read_text())
KEY = LogKey("beffroi.example", bytes(range(32)))
ROOT = bytes(range(32, 64))


def test_the_reference_key_signs_the_reference_note():
    key = LogKey.from_private_text(VECTOR["private"])
    assert key.vkey == VECTOR["vkey"]
    assert sign_note(key, VECTOR["text"]) == VECTOR["note"]


def test_the_reference_note_opens():
    assert open_note(VECTOR["note"], VerifierKey.read(VECTOR["vkey"])) == VECTOR["text"]


@pytest.mark.parametrize("vkey", VECTOR["other_vkeys"])
def test_keys_of_other_programs_are_read_and_written_back(vkey):
    assert VerifierKey.read(vkey).text == vkey


def test_a_tree_head_is_written_and_read():
    text = sign_checkpoint(KEY, "beffroi.example", 42, ROOT)
    assert text.split("\n")[:4] == ["beffroi.example", "42", b64encode(ROOT).decode(), ""]
    assert open_checkpoint(text, KEY.vkey) == Checkpoint("beffroi.example", 42, ROOT)


def test_a_private_key_is_written_and_read():
    assert LogKey.from_private_text(KEY.private_text() + "\n") == KEY


def test_two_keys_are_never_alike():
    assert LogKey.generate("a.example").seed != LogKey.generate("a.example").seed


def test_a_private_key_does_not_show_itself():
    assert "seed" not in repr(KEY)
    assert b64encode(b"\x01" + KEY.seed).decode() not in repr(KEY)


@pytest.mark.parametrize(
    "text", ["", "x", VECTOR["vkey"], VECTOR["private"][:-4], VECTOR["private"].replace("c74f", "c74e")]
)
def test_a_damaged_private_key_is_malformed_and_shows_nothing(text):
    with pytest.raises(Malformed) as error:
        LogKey.from_private_text(text)
    assert "AYEKFALVF" not in str(error.value)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "line\nbreak"])
def test_a_name_with_spaces_or_plus_names_no_key(name):
    with pytest.raises(Malformed):
        LogKey.generate(name)


def test_another_key_of_the_same_name_has_not_signed():
    text = sign_checkpoint(LogKey.generate("beffroi.example"), "beffroi.example", 42, ROOT)
    with pytest.raises(Refused) as refusal:
        open_checkpoint(text, KEY.vkey)
    assert refusal.value.rule == "journal.unsigned"


@pytest.mark.parametrize(
    ("old", "new"), [("\n42\n", "\n43\n"), ("beffroi.example\n42", "beffroi.exampl\n42"), ("ICEi", "ICEj")]
)
def test_an_altered_tree_head_is_refused(old, new):
    text = sign_checkpoint(KEY, "beffroi.example", 42, ROOT)
    assert old in text
    with pytest.raises(Refused) as refusal:
        open_checkpoint(text.replace(old, new, 1), KEY.vkey)
    assert refusal.value.rule == "journal.signature"


def test_signatures_of_witnesses_are_passed_over():
    text = sign_checkpoint(KEY, "beffroi.example", 42, ROOT)
    witness = sign_note(LogKey.generate("witness.example"), text.split("\n\n")[0] + "\n").split("\n\n")[1]
    assert open_checkpoint(text + witness, KEY.vkey).size == 42


def test_one_good_signature_does_not_cover_for_a_bad_one_of_the_same_key():
    text = sign_checkpoint(KEY, "beffroi.example", 42, ROOT)
    bad = b64encode(KEY.verifier.hash + bytes(64)).decode()
    with pytest.raises(Refused):
        open_checkpoint(text + f"— beffroi.example {bad}\n", KEY.vkey)


def test_a_signature_of_the_wrong_length_is_refused():
    short = b64encode(KEY.verifier.hash + b"short").decode()
    body = sign_checkpoint(KEY, "beffroi.example", 42, ROOT).split("\n\n")[0]
    with pytest.raises(Refused):
        open_checkpoint(f"{body}\n\n— beffroi.example {short}\n", KEY.vkey)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "a\n1\nb\n",
        "a\n\n— name\n",
        "a\n\n- name AAAAAAAA\n",
        "a\n\n— name AAAAAAA\n",
        "a\tb\n\n— name AAAAAAAA\n",
        "a\n\n— name AAAAAAAA",
    ],
)
def test_what_is_no_note_is_malformed(text):
    with pytest.raises(Malformed):
        open_note(text, KEY.verifier)


@pytest.mark.parametrize(
    "body",
    [
        "beffroi.example\n42\n",
        "beffroi.example\n042\n" + b64encode(ROOT).decode() + "\n",
        "beffroi.example\n-1\n" + b64encode(ROOT).decode() + "\n",
        "beffroi.example\n42\n" + b64encode(ROOT[:31]).decode() + "\n",
        "beffroi.example\n42\n" + b64encode(ROOT).decode().rstrip("=") + "\n",
    ],
)
def test_a_signed_text_that_is_no_tree_head_is_malformed(body):
    with pytest.raises(Malformed):
        open_checkpoint(sign_note(KEY, body), KEY.vkey)


@pytest.mark.parametrize("text", ["no newline", "tab\there\n"])
def test_a_text_that_no_note_may_hold_is_not_signed(text):
    with pytest.raises(Malformed):
        sign_note(KEY, text)


@pytest.mark.parametrize("origin", ["", "two\nlines"])
def test_the_origin_of_a_tree_head_is_one_line(origin):
    with pytest.raises(Malformed):
        sign_checkpoint(KEY, origin, 1, ROOT)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+00000000+AAAA",
        VECTOR["vkey"].replace("c74f", "c74e"),
        VECTOR["vkey"] + "=",
        "a b" + VECTOR["vkey"],
    ],
)
def test_a_damaged_published_key_is_malformed(vkey):
    with pytest.raises(Malformed):
        VerifierKey.read(vkey)
