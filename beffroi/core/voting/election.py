"""The public parameters of an election (spec 3). Its raw bytes count: they are hashed, never written anew."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from beffroi.core.errors import Malformed
from beffroi.core.voting import canon
from beffroi.core.voting.canon import Json
from beffroi.core.voting.group import Group, Point, get_group

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_UUID = re.compile(rf"[{BASE58}]{{14,64}}")
_MOST_BYTES = 1024 * 1024
_MOST_ANSWERS = 1000


@dataclass(frozen=True)
class Question:
    """A homomorphic question: from `minimum` to `maximum` answers, or blank when `blank` allows it."""

    question: str
    answers: tuple[str, ...]
    minimum: int
    maximum: int
    blank: bool

    @property
    def size(self) -> int:
        """How many ciphertexts answer it: one for each answer, and one before them for blank."""
        return len(self.answers) + self.blank


@dataclass(frozen=True)
class Election:
    """Public parameters, read from `raw`; `key` is `public_key` as a point, ballots carry the `fingerprint`."""

    raw: bytes = field(repr=False)
    uuid: str
    name: str
    description: str
    group: Group
    public_key: str
    questions: tuple[Question, ...]
    fingerprint: str
    key: Point = field(repr=False)


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
    questions: Sequence[Question],
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
        "questions": [_question_json(question) for question in questions],
        "uuid": uuid,
    }
    if administrator is not None:
        value["administrator"] = administrator
    if credential_authority is not None:
        value["credential_authority"] = credential_authority
    raw = canon.compact(value)
    parse_election(raw)
    return raw


def _question_json(question: Question) -> Json:
    value: dict[str, Json] = {"answers": list(question.answers)}
    if question.blank:
        value["blank"] = True
    value.update(min=question.minimum, max=question.maximum, question=question.question)
    return value


def parse_election(raw: bytes) -> Election:
    """Read and check election.json. Unknown fields are kept in the bytes and ignored, as Belenios does.

    Raises Malformed; for a kind of question that is not supported yet, the message says so.
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
    return Election(
        raw=raw,
        uuid=uuid,
        name=canon.as_str(found["name"], "election, name"),
        description=canon.as_str(found["description"], "election, description"),
        group=group,
        public_key=public_key,
        questions=tuple(_question(value, f"election, question {n}") for n, value in enumerate(listed, 1)),
        fingerprint=fingerprint(raw),
        key=key,
    )


def _question(value: Json, where: str) -> Question:
    found = canon.as_object(value, where)
    if "type" in found and found["type"] != "Homomorphic":
        raise Malformed(where, f"kind {str(found['type'])[:40]!r}, not supported yet", "a homomorphic question")
    if "type" in found:
        found = canon.as_object(found.get("value"), where)
    found = canon.fields(found, where, ("answers", "min", "max", "question"), ("blank", "extra"))
    answers = canon.as_list(found["answers"], f"{where}, answers")
    blank = found.get("blank", False)
    if not isinstance(blank, bool):
        raise Malformed(f"{where}, blank", repr(blank)[:40], "true or false")
    minimum = canon.as_int(found["min"], f"{where}, min")
    maximum = canon.as_int(found["max"], f"{where}, max")
    if not (0 < len(answers) <= _MOST_ANSWERS and minimum <= maximum <= len(answers)):
        raise Malformed(
            where, f"{len(answers)} answers, min {minimum}, max {maximum}", "0 <= min <= max <= number of answers"
        )
    return Question(
        question=canon.as_str(found["question"], f"{where}, question"),
        answers=tuple(canon.as_str(answer, f"{where}, answers") for answer in answers),
        minimum=minimum,
        maximum=maximum,
        blank=blank,
    )
