"""How many are needed, at the limits."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.errors import Malformed
from beffroi.core.suffrage import Rung, more_than_half, needed

shares = st.fractions(min_value=0, max_value=1, max_denominator=1000)


@pytest.mark.parametrize(
    ("share", "base", "expected"),
    [
        (Fraction(1, 20), 27106, 1356),
        (Fraction(1, 10), 27106, 2711),
        (Fraction(1, 10), 14763, 1477),
        (Fraction(1, 2), 14763, 7382),
        (Fraction(1, 20), 20, 1),
        (Fraction(1, 20), 21, 2),
        (Fraction(0), 500, 0),
        (Fraction(1), 500, 500),
        (Fraction(1, 3), 0, 0),
    ],
)
def test_a_share_of_persons_is_rounded_up(share, base, expected):
    assert needed(share, base) == expected


@given(shares, st.integers(0, 3000))
def test_the_number_needed_is_the_first_that_reaches_the_share(share, base):
    """The oracle counts persons one by one."""
    count = 0
    while Fraction(count) < share * base:
        count += 1
    assert needed(share, base) == count


@given(shares, st.integers(0, 10**9))
def test_nobody_needs_more_persons_than_there_are(share, base):
    assert 0 <= needed(share, base) <= base


def test_a_share_that_floats_get_wrong_is_exact():
    assert 0.07 * 100 > 7  # the reason why floats decide nothing here
    assert needed(Fraction(7, 100), 100) == 7


@pytest.mark.parametrize(("share", "base"), [(Fraction(-1, 20), 10), (Fraction(21, 20), 10), (Fraction(1, 20), -1)])
def test_a_share_of_more_than_everybody_is_malformed(share, base):
    with pytest.raises(Malformed):
        needed(share, base)


@pytest.mark.parametrize(("base", "expected"), [(0, 1), (1, 1), (2, 2), (35, 18), (36, 19)])
def test_more_than_half_is_strictly_more(base, expected):
    assert more_than_half(base) == expected


def test_more_than_half_of_a_negative_number_is_malformed():
    with pytest.raises(Malformed):
        more_than_half(-1)


def test_a_rung_is_reached_by_exactly_the_number_needed_and_not_by_one_less():
    rung = Rung("hearing", Fraction(1, 20), "inhabitants", 27106)
    assert rung.needed == 1356
    assert not rung.is_reached(1355)
    assert rung.is_reached(1356)
    assert rung.is_reached(1357)
