"""Ages at a date, 29 February included."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.errors import Malformed
from beffroi.core.suffrage import age_on, is_old_enough, turns

births = st.dates(date(1900, 1, 1), date(2030, 12, 31))


def test_a_resident_is_sixteen_from_her_birthday_on():
    birth = date(2010, 3, 3)
    assert age_on(birth, date(2026, 3, 2)) == 15
    assert age_on(birth, date(2026, 3, 3)) == 16
    assert not is_old_enough(birth, date(2026, 3, 2), 16)
    assert is_old_enough(birth, date(2026, 3, 3), 16)


def test_who_is_born_on_29_february_turns_sixteen_on_29_february_of_a_leap_year():
    assert turns(date(2008, 2, 29), 16) == date(2024, 2, 29)
    assert not is_old_enough(date(2008, 2, 29), date(2024, 2, 28), 16)


def test_who_is_born_on_29_february_turns_eighteen_on_1_march_of_a_common_year():
    birth = date(2008, 2, 29)
    assert turns(birth, 18) == date(2026, 3, 1)
    assert age_on(birth, date(2026, 2, 28)) == 17
    assert age_on(birth, date(2026, 3, 1)) == 18


def test_a_century_without_leap_day_is_a_common_year():
    assert turns(date(2084, 2, 29), 16) == date(2100, 3, 1)


def test_who_is_born_on_28_february_does_not_wait_for_march():
    assert turns(date(2007, 2, 28), 18) == date(2025, 2, 28)


def test_an_age_of_no_year_is_the_day_of_birth():
    assert turns(date(2020, 5, 5), 0) == date(2020, 5, 5)
    assert age_on(date(2020, 5, 5), date(2020, 5, 5)) == 0


@given(births, st.integers(0, 100))
def test_the_day_one_turns_an_age_is_the_first_day_one_has_it(birth, age):
    day = turns(birth, age)
    assert age_on(birth, day) == age
    if day > birth:
        assert age_on(birth, day - timedelta(days=1)) == age - 1


@given(births, st.integers(0, 40000), st.integers(0, 100))
def test_old_enough_and_age_say_the_same(birth, days, minimum):
    day = birth + timedelta(days=days)
    assert is_old_enough(birth, day, minimum) == (age_on(birth, day) >= minimum)


def test_nobody_has_an_age_before_being_born():
    with pytest.raises(Malformed):
        age_on(date(2020, 1, 2), date(2020, 1, 1))
    assert not is_old_enough(date(2020, 1, 2), date(2020, 1, 1), 0)


def test_a_negative_age_is_malformed():
    with pytest.raises(Malformed):
        turns(date(2020, 1, 2), -1)
