"""Thresholds, minimum, majority, ages, delays, samples, pace, figures by place (docs/specs/suffrage.md). No float."""

from beffroi.core.suffrage.ages import age_on, is_old_enough, turns
from beffroi.core.suffrage.banding import banded
from beffroi.core.suffrage.decision import MAJORITIES, Count, Decision, DecisionRules, Reason, decide
from beffroi.core.suffrage.delays import add_months, clear_days_before, next_sitting
from beffroi.core.suffrage.pace import Pace, pace, reached_on
from beffroi.core.suffrage.sample import Interval, conclude, draw, interval, seed_of
from beffroi.core.suffrage.thresholds import Rung, more_than_half, needed

__all__ = [
    "MAJORITIES",
    "Count",
    "Decision",
    "DecisionRules",
    "Interval",
    "Pace",
    "Reason",
    "Rung",
    "add_months",
    "age_on",
    "banded",
    "clear_days_before",
    "conclude",
    "decide",
    "draw",
    "interval",
    "is_old_enough",
    "more_than_half",
    "needed",
    "next_sitting",
    "pace",
    "reached_on",
    "seed_of",
    "turns",
]
