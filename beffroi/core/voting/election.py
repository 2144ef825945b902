"""The public parameters of an election (spec 3). Its raw bytes count: they are hashed, never written anew."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from beffroi.core.errors import Malformed
from beffroi.core.voting import canon, embedding
from beffroi.core.voting.canon import Json
from beffroi.core.voting.group import Group, Point, get_group
from beffroi.core.voting.questions import AnyQuestion, NumbersQuestion, question_json, read_question

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_UUID = re.compile(rf"[{BASE58}]{{14,64}}")
_MOST_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Election:
    """Public parameters, read from `raw`; `key` is `public_key` as a point, ballots carry the `fingerprint`."""

    raw: bytes = field(repr=False)
    uuid: str
    name: str
    description: str
    group: Group
    public_key: str
    questions: tuple[AnyQuestion, ...]
    fingerprint: str
    key: Point = field(repr=False)

    @property
    def is_shuffled(self) -> bool:
        """Whether ballots are shuffled before they are opened: some question is not homomorphic."""
        return any(isinstance(question, NumbersQuestion) for question in self.questions)


def new_uuid() -> str:
    """A new identifier: 14 characters of base 58, as Belenios makes them."""
    return "".join(secrets.choice(BASE58) for _ in range(14))


def fingerprint(raw: bytes) -> str:
    """The hash of the election's bytes that is announced and that every ballot carries."""
    return canon.sha256_base64(raw)


def election_json(
    uuid: str,
    name: str,
    description: str,
    public_key: str,
    questions: Sequence[AnyQuestion],
    administrator: str | None = None,
    credential_authority: str | None = None,
) -> bytes:
    """The bytes of an Ed25519 election, fields in the order of belenios-tool. Raises Malformed as `parse_election`."""
    value: dict[str, Json] = {
        "version": 1,
        "description": description,
        "name": name,
        "group": "Ed25519",
        "public_key": public_key,
        "questions": [question_json(question) for question in questions],
        "uuid": uuid,
    }
    if administrator is not None:
        value["administrator"] = administrator
    if credential_authority is not None:
        value["credential_authority"] = credential_authority
    raw = canon.compact(value)
    parse_election(raw)
    return raw


def parse_election(raw: bytes) -> Election:
    """Read and check election.json. Unknown fields are kept in the bytes and ignored, as Belenios does.

    Raises Malformed.
    """
    found = canon.as_object(canon.parse(raw, "election", _MOST_BYTES), "election")
    for name in ("version", "description", "name", "group", "public_key", "questions", "uuid"):
        if name not in found:
            raise Malformed("election", f"no {name}", "the public parameters of a Belenios election")
    if canon.as_int(found["version"], "election, version") != 1:
        raise Malformed("election, version", str(found["version"]), "1")
    uuid = canon.as_str(found["uuid"], "election, uuid")
    if not _UUID.fullmatch(uuid):
        raise Malformed("election, uuid", repr(uuid[:70]), "14 to 64 characters of base 58")
    group = get_group(canon.as_str(found["group"], "election, group"))
    public_key = canon.as_str(found["public_key"], "election, public_key")
    key = group.parse_point(public_key, "election, public_key")
    if key == group.identity:
        raise Malformed("election, public_key", "the identity", "another member of the group")
    listed = canon.as_list(found["questions"], "election, questions")
    if not listed:
        raise Malformed("election, questions", "no question", "at least one question")
    questions = tuple(read_question(value, f"election, question {n}") for n, value in enumerate(listed, 1))
    chosen = Election(
        raw=raw,
        uuid=uuid,
        name=canon.as_str(found["name"], "election, name"),
        description=canon.as_str(found["description"], "election, description"),
        group=group,
        public_key=public_key,
        questions=questions,
        fingerprint=fingerprint(raw),
        key=key,
    )
    if chosen.is_shuffled and not embedding.is_known(group):
        raise Malformed("election, group", group.name, "a group in which numbers can be written")
    return chosen
