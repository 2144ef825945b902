"""Results that are not what was decrypted."""

import json
from typing import Any

from beffroi.core.voting import canon, secret
from beffroi.core.voting.group import ED25519
from tests.core.voting.elections import NO, YES_NO, cast, count, set_up
from tests.vectors.mutants.subject import (
    Subject,
    called,
    change,
)
from tests.vectors.voting import mutate_bel

Draw = secret.random_scalar


# ---------------------------------------------------------------- the result


def result(name: str, edit: Any) -> None:
    """A change of the result; `edit` returns other bytes, or None."""

    @called(name)
    def made(subject: Subject) -> None:
        height = subject.find("Result")[0]
        value = subject.data(height)
        raw = edit(value["result"])
        subject.put(height, canon.compact(value) if raw is None else raw)


def number(convert: Any) -> Any:
    def edit(value: Any) -> None:
        value[0][1] = convert(value[0][1])

    return edit


def _compensated(value: Any) -> None:
    """One vote moved from one choice to another: the total stays."""
    value[0][1] += 1
    value[0][2] -= 1


def _bytes(before: bytes, after: bytes) -> Any:
    def edit(value: Any) -> bytes:
        return canon.compact({"result": value}).replace(before, after, 1)

    return edit


def _ballots_exchanged(value: Any) -> None:
    if len(value) < 2 or value[1][0] == value[1][1]:
        raise mutate_bel.Skip
    value[1][0], value[1][1] = value[1][1], value[1][0]


def _rank(value: Any) -> None:
    if len(value) < 2:
        raise mutate_bel.Skip
    value[1][0][0] ^= 1


def _rank_above(value: Any) -> None:
    if len(value) < 2:
        raise mutate_bel.Skip
    value[1][0][0] += 256


def _ballot_dropped(value: Any) -> None:
    if len(value) < 2:
        raise mutate_bel.Skip
    value[1].pop()


def _ballot_copied(value: Any) -> None:
    if len(value) < 2:
        raise mutate_bel.Skip
    value[1].append(value[1][0])


result("result_plus_q", number(lambda n: str(n + ED25519.q)))
result("result_plus_q_number", number(lambda n: n + ED25519.q))
result("result_negative", number(lambda n: n - 1 - n))
result("result_text", number(str))
result("result_true", number(lambda n: True))
result("result_null", number(lambda n: None))
result("result_nested", number(lambda n: [n]))
result("result_huge", number(lambda n: "9" * 5000))
result("result_compensated", _compensated)
result("result_question_more", lambda value: value.append(value[0]))
result("result_empty", lambda value: value.clear())
result("result_spaces", lambda value: json.dumps({"result": value}).encode())
result("result_field_more", lambda value: canon.compact({"result": value, "note": "x"}))
result("result_twice", lambda value: canon.compact({"result": value}).replace(b"{", b'{"result":[],', 1))
result("result_float", _bytes(b",", b".0,"))
result("result_exponent", _bytes(b",", b"e0,"))
result("result_minus_zero", _bytes(b"[[", b"[[-"))
result("result_nan", _bytes(b"[[", b"[[NaN,"))
result("result_leading_zero", _bytes(b"[[", b"[[0"))
result("result_ballots_exchanged", _ballots_exchanged)
result("result_rank", _rank)
result("result_rank_above_255", _rank_above)
result("result_ballot_dropped", _ballot_dropped)
result("result_ballot_copied", _ballot_copied)


@change
def result_of_another_election(subject: Subject) -> None:
    if len(subject.played.election.questions) > 1:
        raise mutate_bel.Skip
    other = set_up((YES_NO,), voters=2)
    for voter in "12":
        cast(other, voter, NO)
    subject.put(subject.find("Result")[0], count(other).events[-1].data[0])
