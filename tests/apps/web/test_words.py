"""Figures, dates and French spaces, as a reader of each language expects them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.template import engines
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from beffroi.web.templatetags import beffroi as tags
from beffroi.web.typography import at_place, french, of_place

NARROW, FIXED = "\u202f", "\u00a0"


def render(source: str, **context: object) -> str:
    return engines["django"].from_string(source).render(context)


@pytest.mark.parametrize(
    ("plain", "set_text"),
    [
        ("Qui organise ?", f"Qui organise{NARROW}?"),
        ("Qui organise?", f"Qui organise{NARROW}?"),
        ("À savoir : rien", f"À savoir{FIXED}: rien"),
        ("25,4 %", f"25,4{FIXED}%"),
        ("« oui »", f"«{FIXED}oui{FIXED}»"),
        ("«oui»", f"«{FIXED}oui{FIXED}»"),
        ("27106 et 27 106", f"27106 et 27{NARROW}106"),
        ("l'audition d'un", "l’audition d’un"),
        ("16 ans, 3 jours", f"16{FIXED}ans, 3{FIXED}jours"),
        ("n° 2026-001", f"n°{FIXED}2026-001"),
        ("9 h 41", f"9{FIXED}h{FIXED}41"),
    ],
)
def test_french_spaces_are_put_in(plain: str, set_text: str) -> None:
    assert french(plain) == set_text


@pytest.mark.parametrize(
    "kept",
    [
        "%(count)s %(name)s",
        '<a href="/x?a=1;b" class="q">x</a>',
        "https://example.org/a?b=c;d!e",
        "&nbsp;&amp;",
        "{at_fault}",
        "2026:12",
        "12:30",
    ],
)
def test_what_is_not_prose_is_left_alone(kept: str) -> None:
    assert french(kept) == kept


def test_a_placeholder_is_followed_by_a_fixed_space_before_its_unit() -> None:
    assert french("%(n)s ans : %(p)s %%") == f"%(n)s{FIXED}ans{FIXED}: %(p)s{FIXED}%%"


@given(st.text(alphabet="ab 1%:;!?«»'.\u00e9()<>&", max_size=40))
def test_setting_twice_changes_nothing_more(text: str) -> None:
    assert french(french(text)) == french(text)


@given(st.text(max_size=60))
def test_only_spaces_apostrophes_and_dots_change(text: str) -> None:
    def bare(some: str) -> str:
        return "".join(some.replace("’", "'").replace("…", "...").split()).replace(NARROW, "").replace(FIXED, "")

    assert bare(french(text)) == bare(text)


def test_a_text_that_somebody_wrote_is_escaped_and_set() -> None:
    assert render("{{ x|typo }}", x="<b>Quoi ?</b>") == f"&lt;b&gt;Quoi{NARROW}?&lt;/b&gt;"


@pytest.mark.parametrize(
    ("name", "of", "at"),
    [("Bourg", "de Bourg", "à Bourg"), ("Le Mans", "du Mans", "au Mans"), ("Ambert", "d’Ambert", "à Ambert")],
)
def test_a_communes_name_takes_its_preposition(name: str, of: str, at: str) -> None:
    assert (of_place(name), at_place(name)) == (of, at)


def test_thousands_are_kept_together() -> None:
    with translation.override("fr"):
        assert (tags.number(27106), tags.number(Decimal("1234.5"))) == (f"27{NARROW}106", f"1{NARROW}234,5")
    with translation.override("en"):
        assert tags.number(27106) == "27,106"
    assert tags.number(None) == ""


@pytest.mark.parametrize(
    ("share", "how", "text"),
    [
        (Fraction(1, 20), "near", f"5{FIXED}%"),
        ("19.6 %", "near", f"19,6{FIXED}%"),
        ("1/2", "near", f"50{FIXED}%"),
        (Fraction(19999, 100000), "near", f"20{FIXED}%"),
        (Fraction(19999, 100000), "down", f"19,9{FIXED}%"),
    ],
)
def test_a_percentage_has_one_decimal_and_below_a_minimum_stays_below(
    share: Fraction | str, how: str, text: str
) -> None:
    with translation.override("fr"):
        assert tags.percent(share, how) == text


def test_a_date_is_written_in_full_and_the_first_of_a_month_is_an_ordinal() -> None:
    with translation.override("fr"):
        assert tags.day(date(2026, 12, 7)) == f"7{FIXED}décembre 2026"
        assert tags.day(date(2026, 5, 1), "short") == f"1er{FIXED}mai"
        assert tags.day(date(2026, 11, 23), "week") == f"lundi 23{FIXED}novembre 2026"
    with translation.override("en"):
        assert tags.day(date(2026, 5, 1)) == f"1{FIXED}May 2026"


def test_a_moment_is_told_in_the_hour_of_the_place() -> None:
    at = datetime(2026, 11, 23, 8, 41, tzinfo=UTC)
    with translation.override("fr"):
        assert tags.moment(at) == f"23{FIXED}novembre 2026 à 9{FIXED}h{FIXED}41"
        assert tags.moment(at, "short") == f"23{FIXED}novembre, 9{FIXED}h{FIXED}41"
        assert tags.hour(datetime(2026, 7, 1, 18, 0, tzinfo=UTC)) == f"20{FIXED}h"
        assert tags.day("2026-12-31T23:30:00+00:00") == f"1er{FIXED}janvier 2027"


def test_a_receipt_is_shown_in_groups_and_escaped() -> None:
    assert tags.groups("ABCDEF", 4) == "<span>ABCD</span> <span>EF</span>"
    assert "<script>" not in tags.groups("<script>", 20)


def test_a_fingerprint_is_short_or_whole() -> None:
    assert tags.sha("7be190c451d2e0aa3f86aaaa") == "7be190c4 51d2e0aa 3f86"
    assert tags.sha("7be190c451d2e0aa3f86aaaa", "full") == "7be190c4 51d2e0aa 3f86aaaa"


def test_law_and_promise_never_look_alike() -> None:
    law, promise = render('{% badge "law" %}'), render('{% badge "promise" "Effet promis" %}')
    assert "badge-law" in law
    assert "§" in law
    assert "badge-promise" in promise
    assert "Effet promis" in promise


def test_a_bar_is_as_long_as_its_share_and_marks_the_minimum() -> None:
    drawn = render(
        '{% bar share mark=least mark_label="minimum 20 %" label="x" %}', share=Fraction(1, 3), least=Fraction(1, 5)
    )
    assert 'width="33.33%"' in drawn
    assert 'x1="20.00%"' in drawn
    assert 'role="img"' in drawn


def test_yes_is_solid_and_no_is_hatched() -> None:
    drawn = render("{% bar a %}{% bar a kind='no' %}{% bar a kind='blank' %}", a=Fraction(1, 2))
    assert [name in drawn for name in ('class="fg"', 'class="fg-2"', 'class="fg-3"')] == [True] * 3
