"""The estimate of a day: exact, absent when it would rest on too little."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.errors import Malformed
from beffroi.core.suffrage import Pace, pace, reached_on

DAY = date(2026, 10, 12)
DAYS = st.lists(st.integers(0, 500), min_size=0, max_size=40)


@pytest.mark.parametrize(
    ("per_day", "expected"),
    [
        ([], None),
        ([100] * 6, None),  # six days are not a pace
        ([0] * 13 + [9], None),  # nine signatures in two weeks are none
        ([0] * 13 + [10], Pace(10, 14)),
        ([10] * 7, Pace(70, 7)),
        ([1000] + [1] * 14, Pace(14, 14)),  # a first day of glory is forgotten
    ],
)
def test_a_pace_is_that_of_the_last_fourteen_days(per_day: list[int], expected: Pace | None) -> None:
    assert pace(per_day) == expected


@given(DAYS, st.integers(-50, 5000))
def test_the_day_is_the_first_on_which_the_pace_has_brought_enough(per_day: list[int], missing: int) -> None:
    """The naive way: day after day, adding the pace."""
    found = pace(per_day)
    if found is None:
        return
    days = 0
    while found.a_day * days < missing and days <= 366:
        days += 1
    assert reached_on(found, missing, DAY) == (DAY + timedelta(days=days) if days <= 366 else None)


def test_a_negative_day_is_refused() -> None:
    with pytest.raises(Malformed):
        pace([3, -1])
