"""The three kinds of questions (spec 3): what their answers are, and how many ciphertexts hold one."""

from collections.abc import Sequence
from dataclasses import dataclass

from beffroi.core.errors import Malformed
from beffroi.core.voting import canon
from beffroi.core.voting.canon import Json

MOST_ANSWERS = 1000
MOST_NUMBERS = 30  # of one point, in Ed25519: 8 bits each beside the padding


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
class NumbersQuestion:
    """A non-homomorphic question: a number from 0 to 255 for each answer; ballots are shuffled, then each is opened.

    `extra` says how they are to be counted (ranks, grades...), as the election's file has it; the protocol ignores it.
    """

    question: str
    answers: tuple[str, ...]
    extra: Json = None

    @property
    def size(self) -> int:
        """One ciphertext holds all the numbers."""
        return 1


@dataclass(frozen=True)
class ListsQuestion:
    """One list, and at least one candidate of it. `answers`: of each list its name, then its candidates."""

    question: str
    answers: tuple[tuple[str, ...], ...]

    @property
    def size(self) -> int:
        """A ciphertext for each list and each candidate."""
        return sum(len(one) for one in self.answers)


AnyQuestion = Question | NumbersQuestion | ListsQuestion


def nested(question: AnyQuestion, items: Sequence[Json]) -> Json:
    """One item for each ciphertext, as files hold them: list by list where the question has lists."""
    if not isinstance(question, ListsQuestion):
        return list(items)
    rows: list[Json] = []
    for one in question.answers:
        rows.append(list(items[: len(one)]))
        items = items[len(one) :]
    return rows


def flat(question: AnyQuestion, value: Json, where: str, length: int | None) -> list[Json]:
    """The inverse. `length`: how many items there must be; None for any number. Raises Malformed."""
    if not isinstance(question, ListsQuestion):
        return canon.as_list(value, where, length)
    rows = canon.as_list(value, where, len(question.answers))
    return [
        item for one, row in zip(question.answers, rows, strict=True) for item in canon.as_list(row, where, len(one))
    ]


# ---------------------------------------------------------------- files


def question_json(question: AnyQuestion) -> Json:
    """A question as an election's file has it, fields in the order of belenios-tool."""
    if isinstance(question, Question):
        value: dict[str, Json] = {"answers": list(question.answers)}
        if question.blank:
            value["blank"] = True
        return value | {"min": question.minimum, "max": question.maximum, "question": question.question}
    if isinstance(question, ListsQuestion):
        answers: Json = [list(one) for one in question.answers]
        return {"type": "Lists", "value": {"answers": answers, "question": question.question}}
    inner: Json = {"answers": list(question.answers), "question": question.question}
    extra: dict[str, Json] = {} if question.extra is None else {"extra": question.extra}
    return {"type": "NonHomomorphic", "value": inner} | extra


def read_question(value: Json, where: str) -> AnyQuestion:
    """Raises Malformed."""
    found = canon.as_object(value, where)
    if "type" not in found:
        return _homomorphic(found, where)
    kind = canon.as_str(found["type"], f"{where}, type")
    inner = canon.fields(found, where, ("type", "value"), ("extra",))["value"]
    if kind == "Homomorphic":
        return _homomorphic(inner, where)
    if kind not in ("NonHomomorphic", "Lists"):
        raise Malformed(where, f"kind {kind[:40]!r}", "a homomorphic question, NonHomomorphic or Lists")
    plain = canon.fields(inner, where, ("answers", "question"))
    text = canon.as_str(plain["question"], f"{where}, question")
    answers = canon.as_list(plain["answers"], f"{where}, answers")
    if kind == "Lists":
        return ListsQuestion(text, _lists(answers, where))
    if not 0 < len(answers) <= MOST_NUMBERS:
        raise Malformed(where, f"{len(answers)} answers", f"from 1 to {MOST_NUMBERS} answers")
    return NumbersQuestion(text, tuple(canon.as_str(a, f"{where}, answers") for a in answers), found.get("extra"))


def _lists(answers: Sequence[Json], where: str) -> tuple[tuple[str, ...], ...]:
    rows = [canon.as_list(row, f"{where}, answers") for row in answers]
    if not rows or any(len(row) < 2 for row in rows) or sum(map(len, rows)) > MOST_ANSWERS:
        raise Malformed(where, "its lists", f"lists of one candidate or more, at most {MOST_ANSWERS} in all")
    return tuple(tuple(canon.as_str(name, f"{where}, answers") for name in row) for row in rows)


def _homomorphic(value: Json, where: str) -> Question:
    found = canon.fields(value, where, ("answers", "min", "max", "question"), ("blank", "extra"))
    answers = canon.as_list(found["answers"], f"{where}, answers")
    blank = found.get("blank", False)
    if not isinstance(blank, bool):
        raise Malformed(f"{where}, blank", repr(blank)[:40], "true or false")
    minimum = canon.as_int(found["min"], f"{where}, min")
    maximum = canon.as_int(found["max"], f"{where}, max")
    if not (0 < len(answers) <= MOST_ANSWERS and minimum <= maximum <= len(answers)):
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
