"""The tower tells the truth: linear, from 0, and a bell rings for its own base."""

import re
from decimal import Decimal
from itertools import pairwise

import pytest
from django.template import engines
from hypothesis import given
from hypothesis import strategies as st

from beffroi.web.tower import BIG, FOOT, Ladder, Level, course, height_of, spread, stones, today


def ladder(count: int, legal_rung: bool = False) -> Ladder:
    return Ladder(
        count,
        None,
        (
            Level(1356, False, count >= 1356, "5 % des habitants", "audition"),
            Level(1477, True, legal_rung, "10 % des électeurs", "droit de pétition"),
            Level(2711, False, count >= 2711, "10 % des habitants", "votation"),
        ),
    )


def render(of: Ladder) -> str:
    return engines["django"].from_string("{% tower l %}").render({"l": of})


@given(st.integers(20, 10**7))
def test_a_tower_has_twenty_to_forty_courses(top: int) -> None:
    worth = course(top)
    assert 16 <= top / worth <= 40  # from 40 to 41 the next step is 2 or 2.5 times larger
    assert str(worth).strip("0") in {"1", "2", "5"}


def test_a_course_of_the_look_is_worth_a_hundred() -> None:
    assert course(2711) == 100


def test_nothing_is_stretched() -> None:
    assert [height_of(count, 2711) for count in (0, 2711, 5000)] == [FOOT, 204, 204]
    assert height_of(1000, 2000) == 404


def area(path: str) -> Decimal:
    sides = re.findall(r"h([\d.]+)v([\d.]+)h-", path)
    return sum((Decimal(width) * Decimal(high) for width, high in sides), Decimal(0))


@given(st.integers(0, 4000), st.integers(1, 500))
def test_more_signatures_never_make_a_smaller_tower(count: int, more: int) -> None:
    low, high = stones(BIG, count, 2711), stones(BIG, count + more, 2711)
    assert sum(map(area, low)) <= sum(map(area, high))


def test_an_empty_tower_has_no_stone() -> None:
    assert stones(BIG, 0, 2711) == ("", "")


def test_about_one_stone_in_seven_is_paler_and_always_the_same_ones() -> None:
    dark, pale = stones(BIG, 2711, 2711)
    assert 5 <= dark.count("M") / pale.count("M") <= 7
    assert stones(BIG, 2711, 2711) == (dark, pale)


def test_the_laws_bell_does_not_ring_on_the_total() -> None:
    assert render(ladder(2000)).count("t-bell rung") == 1
    assert render(ladder(2000, legal_rung=True)).count("t-bell rung") == 2


def test_the_top_turns_to_stone_when_the_last_threshold_is_reached() -> None:
    assert 'class="t-plan" d="M136 204h100' in render(ladder(2710))
    assert 'class="t-stone" d="M136 204h100' in render(ladder(2711))


def test_the_picture_is_told_in_words() -> None:
    drawn = render(ladder(1400))
    assert 'role="img"' in drawn
    told = re.search(r"<desc[^>]*>([^<]*)</desc>", drawn)
    assert told is not None
    assert told[1].count("cloche") == 3


def test_the_drawing_holds_no_style_and_no_script() -> None:
    assert not re.search(r"style=|<script|<style", render(ladder(1400)))


def test_what_is_missing_counts_to_the_next_promise() -> None:
    assert ladder(1300).missing == 56
    assert ladder(1400).missing == 1311
    assert ladder(2711).missing == 0


@given(st.integers(0, 3000))
def test_todays_figure_never_lies_on_the_laws_words(count: int) -> None:
    labels = spread([level for level in ladder(count).levels if level.by_law], 2711, 67)
    now, law = today(count, 2711, labels), labels[0]
    block = (now.y, now.y + 62) if now.below else (now.y - 62, now.y)
    assert block[1] <= law.y - 25 or block[0] >= law.y + 42


@pytest.mark.parametrize("count", [0, 1356, 5000])
def test_labels_of_one_side_keep_their_distance(count: int) -> None:
    near = [
        Level(1000, False, False, "a", "b"),
        Level(1010, False, False, "a", "b"),
        Level(2000, False, False, "a", "b"),
    ]
    heights = [label.y for label in spread(near, 2000, 67)]
    assert all(later - sooner >= 67 for sooner, later in pairwise(heights))
