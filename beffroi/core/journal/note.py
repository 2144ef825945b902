"""Signed notes and tree heads: C2SP signed-note and tlog-checkpoint, with Ed25519 (docs/specs/journal.md, 3).

Any witness of the Go checksum database's world can read these. A checkpoint is

    <origin>
    <size, decimal>
    <root, base64>
                        (an empty line)
    — <key name> <base64(key hash || signature)>
"""

import re
import secrets
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass, field
from hashlib import sha256

from beffroi.core import sodium
from beffroi.core.errors import Malformed, Refused

_ED25519 = b"\x01"
_NAME = re.compile(r"[^\s+]+")
_HASH = re.compile(r"[0-9a-f]{8}", re.ASCII)
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
_VKEY = "a key such as name+c74f20a3+ARpc…: name, hash of 8 hexadecimal digits, base64"
_PRIVATE = "PRIVATE+KEY+"


@dataclass(frozen=True)
class VerifierKey:
    """The public half of a log's key."""

    name: str
    public: bytes

    @property
    def hash(self) -> bytes:
        """Four bytes that tell the keys of one name apart."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """The key as it is published: name+hash+base64."""
        return f"{self.name}+{self.hash.hex()}+{b64encode(_ED25519 + self.public).decode()}"

    @classmethod
    def read(cls, text: str) -> "VerifierKey":
        """Reads a published key. `Malformed` when it is not one, or when its hash is not its own."""
        name, _, rest = text.partition("+")
        digest, _, encoded = rest.partition("+")
        raw = _base64(encoded, "log key", _VKEY)
        if not _NAME.fullmatch(name) or not _HASH.fullmatch(digest) or len(raw) != 33 or raw[:1] != _ED25519:
            raise Malformed("log key", f"{len(text)} characters that are no Ed25519 key", _VKEY)
        key = cls(name, raw[1:])
        if key.hash.hex() != digest:
            raise Malformed("log key", f"the hash {digest}", f"the hash of this key, {key.hash.hex()}")
        return key


@dataclass(frozen=True)
class LogKey:
    """The private key of a log. The seed is in no representation, so that no log or error page shows it."""

    name: str
    seed: bytes = field(repr=False)

    @classmethod
    def generate(cls, name: str) -> "LogKey":
        """A new key from the system's randomness. The name has no space and no +: the site's host, as a rule."""
        if not _NAME.fullmatch(name):
            raise Malformed("name of the log key", f'"{name}"', "a name without spaces and without +")
        return cls(name, secrets.token_bytes(32))

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, sodium.public_half(self.seed))

    @property
    def vkey(self) -> str:
        """The public half as text: name+hash+base64."""
        return self.verifier.text

    def private_text(self) -> str:
        """The whole key as text, for one file that only the server reads: PRIVATE+KEY+name+hash+base64."""
        return f"{_PRIVATE}{self.name}+{self.verifier.hash.hex()}+{b64encode(_ED25519 + self.seed).decode()}"

    @classmethod
    def from_private_text(cls, text: str) -> "LogKey":
        """Reads what `private_text` wrote. `Malformed`, without showing anything of it, when it is not that."""
        accepted = "PRIVATE+KEY+name+hash+base64"
        name, _, rest = text.strip().removeprefix(_PRIVATE).partition("+")
        digest, _, encoded = rest.partition("+")
        raw = _base64(encoded, "private log key", accepted)
        if not text.startswith(_PRIVATE) or not _NAME.fullmatch(name) or len(raw) != 33 or raw[:1] != _ED25519:
            raise Malformed("private log key", "another text", accepted)
        key = cls(name, raw[1:])
        if key.verifier.hash.hex() != digest:
            raise Malformed("private log key", "a hash that is not its own", accepted)
        return key


@dataclass(frozen=True)
class Checkpoint:
    """A tree head: the name of the log, how many entries, the root."""

    origin: str
    size: int
    root: bytes


def sign_note(key: LogKey, text: str) -> str:
    """The note with its signature. The text ends with a newline and has no other control character."""
    if not text.endswith("\n") or any(ord(char) < 0x20 and char != "\n" for char in text):
        raise Malformed("note", "another text", "lines without control characters, the last one ended")
    signature = sodium.sign(key.seed, text.encode())
    return f"{text}\n— {key.name} {b64encode(key.verifier.hash + signature).decode()}\n"


def open_note(note: str, key: VerifierKey) -> str:
    """The text of a note signed by `key`. Signatures of other keys are passed over, as the specification says.

    `Malformed` when it is no note; `Refused("journal.unsigned")` when `key` has not signed it;
    `Refused("journal.signature")` when its signature does not hold.
    """
    head, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n") or any(ord(char) < 0x20 and char != "\n" for char in note):
        raise Malformed("note", "no signed note", "a text, an empty line, then lines that begin with —")
    text = head + "\n"
    mine = [raw[4:] for name, raw in map(_signature, tail[:-1].split("\n")) if (name, raw[:4]) == (key.name, key.hash)]
    if not mine:
        raise Refused("journal.unsigned", key.name)
    if not all(sodium.signature_holds(key.public, text.encode(), signature) for signature in mine):
        raise Refused("journal.signature", key.name)
    return text


def _signature(line: str) -> tuple[str, bytes]:
    accepted = "— name base64"
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    raw = _base64(encoded, "signature line", accepted)
    if dash != "—" or not _NAME.fullmatch(name) or len(raw) < 5:
        raise Malformed("signature line", f"{len(line)} other characters", accepted)
    return name, raw


def sign_checkpoint(key: LogKey, origin: str, size: int, root: bytes) -> str:
    """The signed tree head of a log named `origin` with `size` entries and the root hash `root`."""
    if not origin or "\n" in origin:
        raise Malformed("origin", f'"{origin}"', "one line")
    return sign_note(key, f"{origin}\n{size}\n{b64encode(root).decode()}\n")


def open_checkpoint(text: str, vkey: str) -> Checkpoint:
    """The tree head in `text`, once the key `vkey` is seen to have signed it. Lines after the third are passed over.

    `Malformed` when key, note or tree head do not parse, `Refused` as `open_note` says.
    """
    lines = open_note(text, VerifierKey.read(vkey)).removesuffix("\n").split("\n")
    accepted = "three lines: name of the log, number of entries, root in base64"
    if len(lines) < 3 or not all(lines) or not _SIZE.fullmatch(lines[1]):
        raise Malformed("checkpoint", f"{len(lines)} other lines", accepted)
    root = _base64(lines[2], "checkpoint", accepted)
    if len(root) != 32:
        raise Malformed("checkpoint", f"a root of {len(root)} bytes", "32 bytes")
    return Checkpoint(lines[0], int(lines[1]), root)


def _base64(text: str, where: str, accepted: str) -> bytes:
    """Standard base64 in its one canonical form."""
    try:
        raw = b64decode(text.encode("ascii"), validate=True)
    except (Base64Error, UnicodeEncodeError):
        raise Malformed(where, "text that is not base64", accepted) from None
    if b64encode(raw).decode() != text:
        raise Malformed(where, "base64 that is not canonical", accepted)
    return raw
