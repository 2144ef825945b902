"""Thresholds, participation minimum, majority, ages, delays, samples (docs/specs/suffrage.md). Whole numbers only."""

from beffroi.core.suffrage.ages import age_on, is_old_enough, turns
from beffroi.core.suffrage.decision import MAJORITIES, Count, Decision, DecisionRules, Reason, decide
from beffroi.core.suffrage.delays import add_months, clear_days_before, next_sitting
from beffroi.core.suffrage.sample import Interval, conclude, draw, interval, seed_of
from beffroi.core.suffrage.thresholds import Rung, more_than_half, needed

__all__ = [
    "MAJORITIES",
    "Count",
    "Decision",
    "DecisionRules",
    "Interval",
    "Reason",
    "Rung",
    "add_months",
    "age_on",
    "clear_days_before",
    "conclude",
    "decide",
    "draw",
    "interval",
    "is_old_enough",
    "more_than_half",
    "needed",
    "next_sitting",
    "seed_of",
    "turns",
]
