"""Nobody computes a count by place from what is published: the bands, the total, and whether there are bands at all."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.errors import Malformed
from beffroi.core.suffrage import banded

STEPS = st.integers(2, 12)
COUNTS = st.lists(st.integers(0, 200), min_size=1, max_size=8).map(lambda row: {f"P{n}": c for n, c in enumerate(row)})


def published(counts: tuple[int, ...], step: int) -> object:
    """All that a reader sees."""
    shown = banded({str(place): count for place, count in enumerate(counts)}, step)
    return (sum(counts), tuple(shown.values()) if shown is not None else None)


@pytest.mark.parametrize("step", [2, 3])
@pytest.mark.parametrize("places", [2, 3, 4])
def test_a_reader_who_tries_every_possible_town_learns_nothing_within_a_band(step: int, places: int) -> None:
    """The naive attack: all towns with the same publication. Each place then takes every value of its band."""
    towns: dict[object, list[tuple[int, ...]]] = {}
    for counts in product(range(3 * step), repeat=places):
        towns.setdefault(published(counts, step), []).append(counts)
    shown = 0
    for (_, feet), possible in towns.items():
        if feet is None:
            continue
        shown += 1
        for place, foot in enumerate(feet):
            assert {town[place] for town in possible} == set(range(foot, foot + step))
    assert shown


@given(COUNTS, STEPS)
def test_each_count_lies_in_its_band_and_the_bands_in_their_order(counts: dict[str, int], step: int) -> None:
    feet = banded(counts, step)
    if feet is not None:
        assert list(feet) == list(counts)
        assert all(foot % step == 0 and foot <= counts[place] < foot + step for place, foot in feet.items())


@given(COUNTS, STEPS, st.data())
def test_whatever_a_reader_supposes_of_one_place_the_others_can_make_it_true(
    counts: dict[str, int], step: int, data: st.DataObject
) -> None:
    """The proof of the module's head, constructed: a town with that value, that total and those bands."""
    feet = banded(counts, step)
    if feet is None:
        return
    place = data.draw(st.sampled_from(sorted(counts)))
    supposed = feet[place] + data.draw(st.integers(0, step - 1))
    left = sum(counts.values()) - sum(feet.values()) - (supposed - feet[place])
    town = {place: supposed}
    for other in counts:
        if other != place:
            given_to_it = min(left, step - 1)
            town[other], left = feet[other] + given_to_it, left - given_to_it
    assert left == 0
    assert banded({name: town[name] for name in counts}, step) == feet


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        ({"A": 20, "B": 0, "C": 0}, "the rest is 0: B and C would be known to be empty"),
        ({"A": 9, "B": 19, "C": 29}, "the rest is the largest: each would be known to be the last of its band"),
        ({"A": 37}, "one place alone is the total"),
        ({}, "no place"),
    ],
)
def test_nothing_is_shown_where_the_total_would_give_a_place_away(counts: dict[str, int], why: str) -> None:
    assert banded(counts, 10) is None, why


def test_a_town_of_several_places_shows_its_bands() -> None:
    assert banded({"A": 37, "B": 4, "C": 120}, 10) == {"A": 30, "B": 0, "C": 120}


@pytest.mark.parametrize(("counts", "step"), [({"A": -1}, 10), ({"A": 1}, 1), ({"A": 1}, 0)])
def test_what_is_no_count_and_no_band_is_refused(counts: dict[str, int], step: int) -> None:
    with pytest.raises(Malformed):
        banded(counts, step)
