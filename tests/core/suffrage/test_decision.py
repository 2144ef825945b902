"""What a count decides, exactly at the limits."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.errors import Malformed, Refused
from beffroi.core.suffrage import MAJORITIES, Count, DecisionRules, decide

PROMISE = DecisionRules(1001, Fraction(1, 5), "more-yes-than-no")  # 200.2, so 201 must vote
LEGAL = DecisionRules(14763, Fraction(1, 2), "majority-of-votes-cast")
NO_MINIMUM = DecisionRules(1001, None, "more-yes-than-no")


def codes(decision):
    return [reason.code for reason in decision.reasons]


def test_exactly_the_minimum_is_enough():
    decision = decide(PROMISE, Count(yes=101, no=100, blank=0))
    assert decision.outcome == "adopted"
    assert (decision.participants, decision.minimum_needed) == (201, 201)
    assert codes(decision) == ["minimum_met", "more_yes_than_no"]


def test_one_voter_less_than_the_minimum_is_not_enough():
    decision = decide(PROMISE, Count(yes=200, no=0, blank=0))
    assert decision.outcome == "minimum_not_met"
    assert codes(decision) == ["minimum_not_met", "more_yes_than_no"]
    assert decision.reasons[0].values == {"participants": 200, "registered": 1001, "needed": 201}


def test_half_of_an_odd_number_of_electors_is_rounded_up():
    assert LEGAL.minimum_needed == 7382
    assert decide(LEGAL, Count(7381, 0, 0)).outcome == "minimum_not_met"
    assert decide(LEGAL, Count(7382, 0, 0)).outcome == "adopted"


def test_blank_ballots_count_as_participation():
    assert decide(PROMISE, Count(yes=2, no=1, blank=198)).outcome == "adopted"
    assert decide(PROMISE, Count(yes=2, no=1, blank=197)).outcome == "minimum_not_met"


@pytest.mark.parametrize("majority", MAJORITIES)
def test_a_tie_refuses(majority):
    decision = decide(DecisionRules(1000, Fraction(1, 5), majority), Count(150, 150, 7))
    assert decision.outcome == "refused"
    assert codes(decision) == ["minimum_met", "tie"]


@pytest.mark.parametrize("majority", MAJORITIES)
def test_one_vote_decides(majority):
    rules = DecisionRules(1000, Fraction(1, 5), majority)
    assert decide(rules, Count(151, 150, 0)).outcome == "adopted"
    assert decide(rules, Count(150, 151, 0)).outcome == "refused"


def test_blank_ballots_are_not_votes_cast():
    """51 yes of 100 votes cast is a majority, though it is less than half of the ballots."""
    decision = decide(DecisionRules(1000, Fraction(1, 5), "majority-of-votes-cast"), Count(51, 49, 200))
    assert decision.outcome == "adopted"
    assert decision.reasons[1].values == {"yes": 51, "no": 49, "blank": 200, "cast": 100}


@pytest.mark.parametrize("majority", MAJORITIES)
def test_all_blank_refuses(majority):
    decision = decide(DecisionRules(1000, Fraction(1, 5), majority), Count(0, 0, 900))
    assert decision.outcome == "refused"
    assert codes(decision) == ["minimum_met", "all_blank"]


def test_where_nobody_came_the_minimum_is_not_met():
    decision = decide(PROMISE, Count(0, 0, 0))
    assert decision.outcome == "minimum_not_met"
    assert codes(decision) == ["minimum_not_met", "nobody_voted"]


def test_where_nobody_is_registered_the_minimum_is_not_met_either():
    assert decide(DecisionRules(0, Fraction(1, 5), "more-yes-than-no"), Count(0, 0, 0)).outcome == "minimum_not_met"


def test_without_a_minimum_one_yes_adopts_and_nobody_refuses():
    assert decide(NO_MINIMUM, Count(1, 0, 0)).outcome == "adopted"
    assert codes(decide(NO_MINIMUM, Count(1, 0, 0))) == ["no_minimum", "more_yes_than_no"]
    assert decide(NO_MINIMUM, Count(0, 0, 0)).outcome == "refused"
    assert decide(NO_MINIMUM, Count(0, 0, 0)).minimum_needed == 0


def test_more_voters_than_registered_decide_nothing():
    with pytest.raises(Refused) as refusal:
        decide(PROMISE, Count(1000, 2, 0))
    assert refusal.value.rule == "suffrage.more_voters_than_registered"
    assert decide(PROMISE, Count(1000, 1, 0)).outcome == "adopted"


def test_counts_of_stations_add_up():
    assert sum([Count(1, 2, 3), Count(10, 20, 30)], Count(0, 0, 0)) == Count(11, 22, 33)


@pytest.mark.parametrize("numbers", [(-1, 0, 0), (0, -1, 0), (0, 0, -1)])
def test_a_negative_count_is_malformed(numbers):
    with pytest.raises(Malformed):
        Count(*numbers)


@pytest.mark.parametrize(
    ("registered", "minimum", "majority"),
    [
        (-1, None, "more-yes-than-no"),
        (10, Fraction(0), "more-yes-than-no"),
        (10, Fraction(11, 10), "more-yes-than-no"),
        (10, None, "unanimity"),
    ],
)
def test_rules_that_make_no_sense_are_malformed(registered, minimum, majority):
    with pytest.raises(Malformed):
        DecisionRules(registered, minimum, majority)


numbers = st.integers(0, 400)


@given(numbers, numbers, numbers, st.fractions(Fraction(1, 1000), 1), st.sampled_from(MAJORITIES))
def test_the_decision_is_that_of_the_sentences(yes, no, blank, minimum, majority):
    """The oracle: enough came (compared as exact shares), somebody came, and more said yes than no."""
    decision = decide(DecisionRules(1200, minimum, majority), Count(yes, no, blank))
    came = yes + no + blank
    enough = came > 0 and Fraction(came, 1200) >= minimum
    expected = "minimum_not_met" if not enough else "adopted" if yes > no else "refused"
    assert decision.outcome == expected


@given(numbers, numbers, numbers)
def test_one_more_yes_never_takes_an_adoption_away(yes, no, blank):
    rules = DecisionRules(1300, Fraction(1, 5), "more-yes-than-no")
    if decide(rules, Count(yes, no, blank)).outcome == "adopted":
        assert decide(rules, Count(yes + 1, no, blank)).outcome == "adopted"
