"""Participation by hour: hours of few voters are joined, so that nobody is seen to vote at an hour."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.apps.votations.queries import join_hours

START = datetime(2026, 11, 23, 7, tzinfo=UTC)


def counts(*numbers: int) -> list[tuple[datetime, int]]:
    return [(START + timedelta(hours=n), number) for n, number in enumerate(numbers)]


@pytest.mark.parametrize(
    ("given_", "complete", "expected"),
    [
        ((10, 11), True, [10, 11]),
        ((9, 1), True, [10]),
        ((9, 12), True, [21]),
        ((12, 9), True, [21]),
        ((12, 9), False, [12]),
        ((3, 3), True, [6]),
        ((3, 3), False, []),
        ((), True, []),
    ],
)
def test_hours_of_fewer_than_ten_are_joined_to_the_next(
    given_: tuple[int, ...], complete: bool, expected: list[int]
) -> None:
    assert [hours.count for hours in join_hours(counts(*given_), 10, complete)] == expected


@given(st.lists(st.integers(0, 30), max_size=40))
def test_nobody_is_lost_and_no_group_is_small_unless_there_is_only_one(numbers: list[int]) -> None:
    joined = join_hours(counts(*numbers), 10, True)
    assert sum(hours.count for hours in joined) == sum(numbers)
    assert len(joined) <= 1 or all(hours.count >= 10 for hours in joined)
    assert all(one.end <= other.start for one, other in pairwise(joined))
