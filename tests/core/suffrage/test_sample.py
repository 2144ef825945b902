"""The sample of paper lines: anyone replays the draw, and the interval holds the truth as often as it says."""

import hashlib
from fractions import Fraction
from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from beffroi.core.cli import app
from beffroi.core.errors import Malformed
from beffroi.core.suffrage import Interval, conclude, draw, interval, seed_of

SEED = hashlib.sha256(b"a seed").hexdigest()
NINETY_NINE = Fraction(99, 100)
seeds = st.binary(min_size=32, max_size=32).map(bytes.hex)


def shuffled(lines: int, seed: str) -> list[int]:
    """The oracle: the whole list is shuffled, place by place, from the description in the specification."""
    row = list(range(lines))
    counter = 0
    for step in range(lines):
        bound = lines - step
        while True:
            block = hashlib.sha256(b"beffroi-draw-1\n" + bytes.fromhex(seed) + counter.to_bytes(8, "big")).hexdigest()
            counter += 1
            number = int(block, 16)
            if number < 2**256 // bound * bound:
                break
        place = step + number % bound
        row[step], row[place] = row[place], row[step]
    return row


@given(st.integers(0, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), seeds)
def test_the_draw_is_the_beginning_of_a_shuffle_of_the_whole_list(figures, seed):
    lines, size = figures
    assert draw(lines, size, seed) == shuffled(lines, seed)[:size]


@given(st.integers(1, 200), seeds)
def test_every_line_is_drawn_once_when_all_are_drawn(lines, seed):
    assert sorted(draw(lines, lines, seed)) == list(range(lines))


def test_the_draw_of_the_specification_does_not_change():
    assert draw(300, 5, SEED) == shuffled(300, SEED)[:5] == [4, 79, 224, 193, 270]


def test_each_pair_of_lines_is_drawn_about_as_often():
    """Six pairs of four lines, 3,000 seeds: 500 each, give or take five standard deviations (20.4 each)."""
    seen = dict.fromkeys(combinations(range(4), 2), 0)
    for number in range(3000):
        seed = hashlib.sha256(str(number).encode()).hexdigest()
        one, other = sorted(draw(4, 2, seed))
        seen[one, other] += 1
    assert all(398 < times < 602 for times in seen.values())


@pytest.mark.parametrize("seed", ["", "zz" * 32, "A" * 64, "0" * 63, "0" * 65, "٠" * 64])
def test_what_is_not_a_seed_is_malformed(seed):
    with pytest.raises(Malformed):
        draw(10, 3, seed)


@pytest.mark.parametrize(("lines", "size"), [(10, 11), (10, -1), (-1, 0)])
def test_more_lines_than_there_are_cannot_be_drawn(lines, size):
    with pytest.raises(Malformed):
        draw(lines, size, SEED)


def test_the_seed_changes_with_the_list_and_with_the_head():
    one, other = "0" * 64, "1" * 64
    assert len({seed_of(one, one), seed_of(one, other), seed_of(other, one), seed_of(other, other)}) == 4


def tail(lines: int, marked: int, size: int, seen: int) -> Fraction:
    """The oracle: each sample of the list is looked at, one by one."""
    samples = list(combinations(range(lines), size))
    return Fraction(sum(sum(place < marked for place in one) >= seen for one in samples), len(samples))


samples = st.integers(1, 9).flatmap(
    lambda n: st.tuples(st.just(n), st.integers(0, n)).flatmap(
        lambda two: st.tuples(st.just(two[0]), st.just(two[1]), st.integers(0, two[1]))
    )
)


@given(samples, st.fractions(Fraction(1, 2), Fraction(999, 1000), max_denominator=1000))
def test_an_end_of_the_interval_is_the_first_number_that_what_was_seen_does_not_rule_out(figures, confidence):
    lines, size, valid = figures
    half = (1 - confidence) / 2
    possible = range(valid, lines - (size - valid) + 1)
    low = next(k for k in possible if tail(lines, k, size, valid) > half)
    high = next(k for k in reversed(possible) if tail(lines, lines - k, size, size - valid) > half)
    assert interval(lines, size, valid, confidence) == Interval(low, high)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(0, n))))
def test_the_truth_is_inside_in_at_least_ninety_nine_draws_of_a_hundred(figures):
    lines, size, truth = figures
    inside = 0
    for valid in range(max(0, size - (lines - truth)), min(size, truth) + 1):
        found = interval(lines, size, valid, NINETY_NINE)
        if found.low <= truth <= found.high:
            inside += comb(truth, valid) * comb(lines - truth, size - valid)
    assert Fraction(inside, comb(lines, size)) >= NINETY_NINE


@given(samples)
def test_the_whole_list_leaves_no_doubt_and_nothing_drawn_leaves_all_of_it(figures):
    lines, _, valid = figures
    assert interval(lines, lines, valid, NINETY_NINE) == Interval(valid, valid)
    assert interval(lines, 0, 0, NINETY_NINE) == Interval(0, lines)


@pytest.mark.parametrize(
    ("lines", "size", "valid", "low", "high"),
    [
        # Worked by hand: of 10 lines, 5 drawn and all valid. With K = 6 the chance is C(6,5)/C(10,5) = 6/252 > 1/200;
        # with K = 5 it is 1/252 < 1/200.
        (10, 5, 5, 6, 10),
        # Of 100 lines, 1 drawn and valid: K/100 > 1/200 from K = 1 on.
        (100, 1, 1, 1, 100),
        # Of 1,000 lines, 1 drawn and valid: K/1000 > 1/200 from K = 6 on.
        (1000, 1, 1, 6, 1000),
    ],
)
def test_intervals_worked_by_hand(lines, size, valid, low, high):
    assert interval(lines, size, valid, NINETY_NINE) == Interval(low, high)


@pytest.mark.parametrize(("lines", "size", "valid"), [(5, 6, 1), (5, 3, 4), (5, -1, 0), (5, 3, -1)])
def test_figures_that_contradict_one_another_are_malformed(lines, size, valid):
    with pytest.raises(Malformed):
        interval(lines, size, valid, NINETY_NINE)


@pytest.mark.parametrize("confidence", [Fraction(0), Fraction(1), Fraction(3, 2)])
def test_a_confidence_is_a_share_between_nothing_and_certainty(confidence):
    with pytest.raises(Malformed):
        interval(5, 3, 2, confidence)


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [(40, 60, "enough"), (39, 60, "straddles"), (10, 40, "straddles"), (10, 39, "too_few"), (40, 40, "enough")],
)
def test_the_interval_decides_only_when_it_lies_wholly_on_one_side(low, high, outcome):
    assert conclude(Interval(low, high), others=960, needed=1000) == outcome


def test_the_command_line_replays_a_draw_and_its_interval():
    run = CliRunner().invoke
    assert run(app, ["sample", "draw", "300", "5", SEED]).output.split() == ["5", "80", "225", "194", "271"]
    assert run(app, ["sample", "interval", "10", "5", "5"]).output == "6 10\n"
    assert run(app, ["sample", "seed", "0" * 64, "1" * 64]).output.strip() == seed_of("0" * 64, "1" * 64)
    refused = run(app, ["sample", "draw", "3", "5", SEED])
    assert refused.exit_code == 1
    assert "0 to 3 lines" in refused.output
