"""Checks a published log, or one entry of it, against a signed tree head (docs/specs/journal.md, 4).

The published file has one canonical entry a line; the number of the line, from 0, is the index of the entry.
"""

import json
from collections.abc import Sequence

from beffroi.core.errors import Malformed, Refused
from beffroi.core.journal.entry import Entry, decode
from beffroi.core.journal.note import Checkpoint, open_checkpoint
from beffroi.core.journal.tree import inclusion_proof, leaf_hash, root, verify_inclusion
from beffroi.core.verdict import Step, accepted

__all__ = ["TITLES", "Entry", "entry_sentence", "log_sentence", "proof_json", "verify_entry", "verify_log"]

_HASH_HEX = 64
# Code of a step -> its title, an English sentence that pages translate.
TITLES = {
    "journal.checkpoint": "The tree head is signed by the key of the journal",
    "journal.entries": "Every entry says only what the journal may say",
    "journal.size": "The journal has the number of entries of the tree head",
    "journal.root": "The entries give the root of the tree head",
    "journal.earlier_checkpoint": "The earlier tree head is signed by the same key",
    "journal.append_only": "The journal begins with the entries of the earlier tree head",
    "journal.entry": "The entry says only what the journal may say",
    "journal.proof": "The proof is well formed and made for this tree head",
    "journal.inclusion": "The proof leads from the entry to the root of the tree head",
}


def verify_log(
    entries: bytes, checkpoint: bytes, key: str, earlier: bytes | None = None
) -> tuple[list[Step], list[Entry]]:
    """Checks that `entries` are the log whose tree head is `checkpoint`, signed by the published key `key`.

    With `earlier`, also that the log has only grown since that tree head was read. Returns every step, and the entries
    that could be read: they count for something only when every step passed.
    """
    signed, head = _opened(checkpoint, key, "journal.checkpoint")
    leaves, faults = _lines(entries)
    read, more_faults = _read(leaves)
    hashes = [leaf_hash(leaf) for leaf in leaves]
    steps = [
        signed,
        _step("journal.entries", faults + more_faults, len(leaves)),
        _size(head, len(leaves)),
        _root("journal.root", head, hashes),
    ]
    if earlier is not None:
        earlier_signed, earlier_head = _opened(earlier, key, "journal.earlier_checkpoint")
        steps += [earlier_signed, _append_only(head, earlier_head, hashes)]
    return steps, read


def verify_entry(entry: bytes, proof: bytes, checkpoint: bytes, key: str) -> list[Step]:
    """Checks that an entry (one line, with or without its newline) is in the log, by a proof as `proof_json` writes."""
    leaf = entry.removesuffix(b"\n")
    signed, head = _opened(checkpoint, key, "journal.checkpoint")
    _, faults = _read([leaf])
    steps = [signed, _step("journal.entry", faults, 1)]
    try:
        index, size, hashes = _read_proof(proof)
    except Malformed as error:
        return [*steps, _step("journal.proof", [str(error)]), _step("journal.inclusion", None)]
    if head is None:
        return [*steps, _step("journal.proof", None), _step("journal.inclusion", None)]
    if size != head.size:
        fault = f"the proof is made for {size} entries, the tree head has {head.size}"
        return [*steps, _step("journal.proof", [fault]), _step("journal.inclusion", None)]
    included = verify_inclusion(leaf_hash(leaf), index, size, hashes, head.root)
    fault = f"entry {index}: the proof leads to another root"
    return [*steps, _step("journal.proof", [], len(hashes)), _step("journal.inclusion", [] if included else [fault], 1)]


def log_sentence(steps: Sequence[Step], read: Sequence[Entry]) -> str:
    """What a command line says at the end of `verify_log`."""
    return f"The journal holds: {len(read)} entries." if accepted(steps) else "The journal is refused."


def entry_sentence(steps: Sequence[Step]) -> str:
    """What a command line says at the end of `verify_entry`."""
    return "The entry is in the journal." if accepted(steps) else "The entry is not shown to be in the journal."


def proof_json(leaf_hashes: Sequence[bytes], index: int) -> bytes:
    """The proof that entry `index` is in the tree of `leaf_hashes`, as it is published: index, size, hashes in hex."""
    hashes = [node.hex() for node in inclusion_proof(leaf_hashes, index)]
    proof = {"hashes": hashes, "index": index, "size": len(leaf_hashes)}
    return json.dumps(proof, sort_keys=True, separators=(",", ":")).encode()


def _step(code: str, faults: list[str] | None, count: int = 0) -> Step:
    """`faults` is None when the step could not run because an earlier one failed."""
    return Step(code, TITLES[code], None if faults is None else not faults, count, tuple(faults or ()))


def _opened(checkpoint: bytes, key: str, code: str) -> tuple[Step, Checkpoint | None]:
    try:
        head = open_checkpoint(checkpoint.decode(), key)
    except UnicodeDecodeError:
        return _step(code, ["tree head: not a text in UTF-8"]), None
    except Malformed as error:
        return _step(code, [str(error)]), None
    except Refused as refusal:
        said = {
            "journal.unsigned": f"tree head: no signature by the key of {refusal.at_fault}",
            "journal.signature": f"tree head: the signature of {refusal.at_fault} does not hold",
        }
        return _step(code, [said[refusal.rule]]), None
    return _step(code, [], 1), head


def _lines(entries: bytes) -> tuple[list[bytes], list[str]]:
    """The leaves; the last line must be ended too, so that a cut file is seen whatever it lost."""
    if not entries:
        return [], []
    *lines, rest = entries.split(b"\n")
    return (lines, []) if not rest else ([*lines, rest], [f"entry {len(lines)}: the line is cut"])


def _read(leaves: Sequence[bytes]) -> tuple[list[Entry], list[str]]:
    read, faults = [], []
    for index, leaf in enumerate(leaves):
        try:
            read.append(decode(leaf, index))
        except Malformed as error:
            faults.append(str(error))
        except Refused as refusal:
            faults.append(f"entry {index}: {refusal}")
    return read, faults


def _size(head: Checkpoint | None, size: int) -> Step:
    if head is None:
        return _step("journal.size", None)
    return _step("journal.size", [] if size == head.size else [f"{size} entries, {head.size} in the tree head"], size)


def _root(code: str, head: Checkpoint | None, hashes: Sequence[bytes]) -> Step:
    if head is None:
        return _step(code, None)
    return _step(code, [] if root(hashes) == head.root else ["tree head: another root"], len(hashes))


def _append_only(head: Checkpoint | None, earlier: Checkpoint | None, hashes: Sequence[bytes]) -> Step:
    code = "journal.append_only"
    if head is None or earlier is None:
        return _step(code, None)
    if earlier.origin != head.origin:
        return _step(code, [f"earlier tree head: of another log, {earlier.origin}"])
    if earlier.size > len(hashes):
        return _step(code, [f"earlier tree head: {earlier.size} entries, now {len(hashes)}"])
    same = root(hashes[: earlier.size]) == earlier.root
    fault = f"one of the first {earlier.size} entries is not what it was"
    return _step(code, [] if same else [fault], earlier.size)


def _read_proof(proof: bytes) -> tuple[int, int, list[bytes]]:
    accepted = '{"hashes":[hexadecimal, …],"index":number,"size":number}'
    wrong = Malformed("proof", "another text", accepted)
    try:
        read = json.loads(proof)
    except (ValueError, RecursionError):
        raise wrong from None
    if not isinstance(read, dict) or set(read) != {"hashes", "index", "size"}:
        raise wrong
    index, size, hashes = read["index"], read["size"], read["hashes"]
    if type(index) is not int or type(size) is not int or not isinstance(hashes, list):
        raise wrong
    if not all(isinstance(text, str) and len(text) == _HASH_HEX for text in hashes):
        raise wrong
    try:
        return index, size, [bytes.fromhex(text) for text in hashes]
    except ValueError:
        raise wrong from None
