"""Shares are exact, and a rule is never guessed outside its dates."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.errors import Malformed, Refused
from beffroi.core.rules import DatedValue, Parameter, parse_share

OLD = DatedValue(27275, date(2025, 1, 1), date(2026, 1, 1), "INSEE")
NEW = DatedValue(27106, date(2026, 1, 1), None, "INSEE")
INHABITANTS = Parameter("population.inhabitants", {"fr": "Habitants", "en": "Inhabitants"}, "persons", (OLD, NEW))
SHARE = Parameter("a.share", {"fr": "Part", "en": "Share"}, "share", (DatedValue("5 %", date(2026, 1, 1), None, "x"),))


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("5 %", Fraction(1, 20)),
        ("19.6 %", Fraction(49, 250)),
        ("0 %", Fraction(0)),
        ("100 %", Fraction(1)),
        ("1/2", Fraction(1, 2)),
        ("2/4", Fraction(1, 2)),
        ("0.5 %", Fraction(1, 200)),
    ],
)
def test_a_share_is_read_exactly(text, share):
    assert parse_share(text) == share


@pytest.mark.parametrize(
    "text",
    ["", "5", "5%", "5  %", "5,5 %", "-5 %", "101 %", "100.1 %", "3/2", "1/0", "1/", "0.05", "5. %", "5 %\n", "٥ %"],
)
def test_a_share_written_otherwise_is_not_guessed(text):
    with pytest.raises(ValueError, match=r".*"):
        parse_share(text)


@given(st.integers(0, 100), st.integers(0, 999))
def test_percents_with_decimals_are_exact(whole, thousandths):
    if whole == 100:
        thousandths = 0
    assert parse_share(f"{whole}.{thousandths:03} %") == Fraction(whole * 1000 + thousandths, 100_000)


def test_a_value_holds_from_its_first_day_to_the_day_before_the_next():
    assert INHABITANTS.at(date(2025, 1, 1)) == OLD
    assert INHABITANTS.at(date(2025, 12, 31)) == OLD
    assert INHABITANTS.at(date(2026, 1, 1)) == NEW
    assert INHABITANTS.number(date(2030, 1, 1)) == 27106


def test_before_its_first_value_a_parameter_has_none():
    with pytest.raises(Refused) as refusal:
        INHABITANTS.at(date(2024, 12, 31))
    assert refusal.value.rule == "rules.no_value"
    assert refusal.value.at_fault == "population.inhabitants on 2024-12-31"


def test_a_share_is_no_number_and_a_number_no_share():
    assert SHARE.share(date(2026, 1, 1)) == Fraction(1, 20)
    with pytest.raises(Malformed):
        SHARE.number(date(2026, 1, 1))
    with pytest.raises(Malformed):
        INHABITANTS.share(date(2026, 1, 1))
