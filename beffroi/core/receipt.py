"""The receipt that a box signs for a ballot, and what it proves beside an archive (docs/specs/voting.md, 9.4).

Above the rooms: it is signed by the key of the journal and compared with an archive of voting. It holds nothing that
the public archive does not: the ballot's tracker, its height in the chain and the hash of its event.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from beffroi.core import sodium
from beffroi.core.errors import Malformed
from beffroi.core.journal.note import LogKey, VerifierKey
from beffroi.core.verdict import Step, accepted
from beffroi.core.voting import archive, canon
from beffroi.core.voting.archive import Archive, Event
from beffroi.core.voting.ballot import tracker
from beffroi.core.voting.election import fingerprint

KIND = "beffroi-ballot-receipt-1"
# No tree head and no other signed note can hold a NUL: what is signed here is never taken for one of them.
CONTEXT = KIND.encode() + b"\0"

HELD = "the ballot is in the box, where the receipt says"
REPLACED = "the ballot is in the box, where the receipt says; a later one of the same voter counts in its place"
CONTRADICTED = "CONTRADICTED: the box does not hold this ballot where it signed that it does; keep receipt and archive"
EARLY = "NOT SHOWN: the archive ends before this ballot, and the vote is open in it; fetch it again"
OTHER = "NOT SHOWN: the archive is not a whole archive of this receipt's election"
UNSIGNED = "NO PROOF: this receipt is not signed by that key"

_FIELDS = ("kind", "fingerprint", "tracker", "height", "head", "key", "signature")
_MOST_BYTES = 4096
_BASE64 = re.compile(r"[A-Za-z0-9+/]{43}", re.ASCII)
_SIGNATURE = re.compile(r"[0-9a-f]{128}", re.ASCII)


@dataclass(frozen=True)
class Receipt:
    """What was signed: `fingerprint` of the election, `head` the hash of the event at `height`, `key` as published."""

    fingerprint: str
    tracker: str
    height: int
    head: str
    key: str


def sign(key: LogKey, fingerprint: str, tracker: str, height: int, head: str) -> bytes:
    """The receipt's file: canonical JSON, the same bytes whenever it is asked for again."""
    receipt = Receipt(fingerprint, tracker, height, head, key.vkey)
    return _json(receipt, sodium.sign(key.seed, _message(receipt)).hex())


def read(raw: bytes) -> tuple[Receipt, bool]:
    """A receipt, and whether the key that it names has signed it. Raises Malformed."""
    where = "receipt"
    found = canon.fields(canon.parse(raw, where, _MOST_BYTES), where, _FIELDS)
    if found["kind"] != KIND:
        raise Malformed(f"{where}, kind", repr(found["kind"])[:40], KIND)
    texts = {name: canon.as_str(found[name], f"{where}, {name}") for name in ("fingerprint", "tracker", "key")}
    for name in ("fingerprint", "tracker"):
        if not _BASE64.fullmatch(texts[name]):
            raise Malformed(f"{where}, {name}", f"{len(texts[name])} other characters", "43 characters of base64")
    signature = canon.as_str(found["signature"], f"{where}, signature")
    if not _SIGNATURE.fullmatch(signature):
        raise Malformed(f"{where}, signature", f"{len(signature)} other characters", "128 hexadecimal digits")
    height = canon.as_int(found["height"], f"{where}, height", 1)
    receipt = Receipt(**texts, height=height, head=canon.as_hash(found["head"], f"{where}, head"))
    if _json(receipt, signature) != raw:
        raise Malformed(where, "other bytes than the canonical JSON of the same value", "compact JSON, fields in order")
    public = VerifierKey.read(receipt.key).public
    return receipt, sodium.signature_holds(public, _message(receipt), bytes.fromhex(signature))


def _unsigned(receipt: Receipt) -> dict[str, canon.Json]:
    return {
        "kind": KIND,
        "fingerprint": receipt.fingerprint,
        "tracker": receipt.tracker,
        "height": receipt.height,
        "head": receipt.head,
        "key": receipt.key,
    }


def _message(receipt: Receipt) -> bytes:
    return CONTEXT + canon.compact(_unsigned(receipt))


def _json(receipt: Receipt, signature: str) -> bytes:
    return canon.compact(_unsigned(receipt) | {"signature": signature})


# ---------------------------------------------------------------- beside an archive


def check(raw: bytes, archived: bytes, vkey: str | None = None) -> tuple[list[Step], str]:
    """The steps, and one of the sentences above. `vkey` is the published key of the journal, when it is known.

    Raises Malformed when the receipt or `vkey` cannot be read. The archive's proofs, and whether it is the one that was
    announced, are for `beffroi verify`.
    """
    receipt, signed = read(raw)
    steps = [_step("receipt.signature", () if signed else ("the signature does not hold",))]
    if vkey is not None:
        fault = f"the receipt names the key {receipt.key}"
        steps.append(_step("receipt.key", () if VerifierKey.read(vkey).text == receipt.key else (fault,)))
    proved = accepted(steps)
    try:
        box = archive.read(archived)
    except Malformed as error:
        return [*steps, _step("receipt.archive", (str(error),)), _step("receipt.place", None)], OTHER
    steps.append(_step("receipt.archive", _election_faults(receipt, box)))
    if steps[-1].passed is False:
        return [*steps, _step("receipt.place", None)], OTHER
    faults = _place_faults(receipt, box)
    steps.append(_step("receipt.place", faults))
    return steps, _sentence(receipt, box, faults) if proved else UNSIGNED


_TITLES = {
    "receipt.signature": "The receipt is signed by the key that it names",
    "receipt.key": "That key is the published key of the journal",
    "receipt.archive": "The archive is whole, and of the receipt's election",
    "receipt.place": "The ballot stands in the archive at its height, with its hash",
}


def _step(code: str, faults: tuple[str, ...] | None) -> Step:
    return Step(code, _TITLES[code], None if faults is None else not faults, 1, faults or ())


def _election_faults(receipt: Receipt, box: Archive) -> tuple[str, ...]:
    setup = box.events[0].data if box.events and box.events[0].kind == "Setup" else ()
    found = fingerprint(setup[0]) if setup else "none"
    return () if found == receipt.fingerprint else (f"its election is {found}, the receipt's {receipt.fingerprint}",)


def _place_faults(receipt: Receipt, box: Archive) -> tuple[str, ...] | None:
    """None when the archive does not reach that far and the vote is still open in it."""
    if receipt.height >= len(box.events):
        last = f"the last event is at height {len(box.events) - 1}, the receipt's at {receipt.height}"
        return (last,) if any(event.kind != "Ballot" for event in box.events[1:]) else None
    event, head = box.events[receipt.height], box.hashes[receipt.height]
    if (event.kind, head, _tracker(event)) == ("Ballot", receipt.head, receipt.tracker):
        return ()
    stands = f"the ballot {_tracker(event)}" if event.kind == "Ballot" else f"an event {event.kind[:30]}"
    elsewhere = [
        h for h, other in enumerate(box.events) if other.kind == "Ballot" and _tracker(other) == receipt.tracker
    ]
    place = f"; this ballot stands at height {elsewhere[0]}" if elsewhere else "; this ballot is nowhere"
    return (f"at height {receipt.height} stands {stands}, of the hash {head}{place}",)


def _tracker(event: Event) -> str:
    return tracker(event.data[-1]) if event.data else "none"


def _sentence(receipt: Receipt, box: Archive, faults: Sequence[str] | None) -> str:
    if faults is None:
        return EARLY
    if faults:
        return CONTRADICTED
    return REPLACED if _is_replaced(receipt, box) else HELD


def _is_replaced(receipt: Receipt, box: Archive) -> bool:
    # Ballots are canonical JSON, so that the field is found as it is written; `beffroi verify` checks that they are.
    own = canon.as_object(canon.parse(box.events[receipt.height].data[-1], "ballot"), "ballot")
    field = canon.compact({"credential": own.get("credential")})[1:-1]
    return any(event.kind == "Ballot" and field in event.data[-1] for event in box.events[receipt.height + 1 :])
