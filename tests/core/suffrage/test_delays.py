"""Months, clear days, the sitting that hears a petition."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.errors import Malformed
from beffroi.core.suffrage import add_months, clear_days_before, next_sitting


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 6, 1), 6, date(2026, 12, 1)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 5, 31), 1, date(2026, 6, 30)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 6, 1), 0, date(2026, 6, 1)),
    ],
)
def test_months_keep_the_day_or_end_with_the_month(day, months, expected):
    assert add_months(day, months) == expected


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.integers(0, 120))
def test_months_never_run_into_the_month_after(day, months):
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).month != later.month


def test_months_do_not_go_back():
    with pytest.raises(Malformed):
        add_months(date(2026, 6, 1), -1)


def test_five_clear_days_leave_five_whole_days_between_convocation_and_sitting():
    sitting = date(2026, 12, 7)
    latest = clear_days_before(sitting, 5)
    assert latest == date(2026, 12, 1)
    assert len([day for day in range(1, 32) if latest.day < day < sitting.day]) == 5


def test_one_clear_day_in_urgency_is_the_day_before_yesterday():
    assert clear_days_before(date(2026, 3, 1), 1) == date(2026, 2, 27)


def test_clear_days_are_not_negative():
    with pytest.raises(Malformed):
        clear_days_before(date(2026, 3, 1), -1)


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def test_a_petition_is_heard_at_the_next_sitting_whose_convocation_has_not_left():
    sittings = [(at(1), at(10)), (at(12), at(20)), (at(22), at(28))]
    assert next_sitting(at(5), sittings) == 1


def test_a_convocation_that_leaves_at_the_instant_of_the_verification_is_too_late():
    sittings = [(at(5), at(11)), (at(12), at(20))]
    assert next_sitting(at(5), sittings) == 1
    assert next_sitting(at(5) - timedelta(seconds=1), sittings) == 0


def test_the_first_sitting_to_begin_hears_it_in_whatever_order_they_are_listed():
    assert next_sitting(at(1), [(at(3), at(28)), (at(12), at(20))]) == 1


def test_without_a_sitting_to_come_there_is_none():
    assert next_sitting(at(5), []) is None
    assert next_sitting(at(5), [(at(1), at(10))]) is None


def test_a_sitting_that_has_begun_hears_nothing_new():
    assert next_sitting(at(5), [(at(6), at(4))]) is None
