"""The packs of this repository read, and each example beside their rules gives its expected result."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from beffroi.core.rules import Decided, Threshold, read_examples, read_pack
from beffroi.core.suffrage import Count, DecisionRules, decide, more_than_half, needed

PACKS = sorted(path.parent for path in (Path(__file__).parents[2] / "packs").glob("*/pack.toml"))
EXAMPLES = [(root.name, example) for root in PACKS for example in read_examples(read_pack(root))]
DAY = date(2026, 6, 1)


def named(kind):
    cases = [(pack, example) for pack, example in EXAMPLES if isinstance(example, kind)]
    return pytest.mark.parametrize("example", [e for _, e in cases], ids=[f"{pack}: {e.title}" for pack, e in cases])


def test_there_is_a_pack_with_examples_of_both_kinds():
    assert {type(example) for _, example in EXAMPLES} == {Threshold, Decided}


@named(Threshold)
def test_a_threshold_is_the_number_worked_out_by_hand(example):
    found = more_than_half(example.base) if example.share is None else needed(example.share, example.base)
    assert found == example.expected


@named(Decided)
def test_a_count_decides_as_worked_out_by_hand(example):
    rules = DecisionRules(example.registered, example.minimum, example.majority)
    decision = decide(rules, Count(example.yes, example.no, example.blank))
    assert (decision.outcome, decision.minimum_needed) == (example.outcome, example.minimum_needed)


@pytest.mark.parametrize("root", PACKS, ids=lambda root: root.name)
def test_every_value_of_a_pack_says_who_says_so(root):
    pack = read_pack(root)
    assert all(value.source for parameter in pack.parameters.values() for value in parameter.values)
    assert all(table.source for table in pack.tables.values())


@pytest.fixture(scope="module")
def sens():
    return read_pack(Path(__file__).parents[2] / "packs" / "sens")


def test_sens_is_known_by_its_insee_code_as_text(sens):
    assert (sens.code, sens.name, sens.department) == ("89387", "Sens", "Yonne")


def test_what_the_programme_does_not_give_is_marked_as_proposed(sens):
    proposed = {path for path in sens.parameters if sens.value(path, DAY).proposed}
    assert proposed == {
        "access.letter_code_days",
        "checking.agent_day_persons",
        "checking.burst_persons",
        "checking.confidence",
        "checking.device_an_hour",
        "checking.device_persons",
        "checking.drawn",
        "checking.keep_days",
        "checking.network_persons",
        "checking.streak_persons",
        "checking.trace_days",
        "checking.whole_up_to",
        "enrolment.appeal_days",
        "enrolment.decision_days",
        "enrolment.erasure_days",
        "enrolment.grace_days",
        "enrolment.notice_days",
        "enrolment.proof_age_months",
        "enrolment.proof_days",
        "enrolment.renewal_months",
        "petitions.admissibility_days",
        "petitions.answer_days",
        "petitions.appeal_days",
        "petitions.bureau_days",
        "petitions.draft_months",
        "petitions.neighbourhood.hearing.share",
        "petitions.open_months",
        "petitions.paper_entry_days",
        "petitions.paper_keep_days",
        "petitions.place_step",
        "petitions.refused_files_days",
        "petitions.speaking_minutes",
        "petitions.votation_days",
        "votations.hour_mask",
        "votations.mixing_minimum",
        "votations.promise.majority",
        "votations.promise.participation_minimum",
        "votations.trustees.members",
        "votations.trustees.needed",
    }


def test_the_age_classes_of_sens_make_the_whole(sens):
    shares = [sens.share(path, DAY) for path in sens.parameters if path.startswith("demography.share_")]
    assert len(shares) == 6
    assert sum(shares) == Fraction(1)


def test_the_neighbourhoods_and_stations_of_sens_are_marked_as_invented(sens):
    assert len(sens.neighbourhoods) >= 4
    assert len(sens.stations) == 6
    assert sens.tables["neighbourhoods"].demonstration
    assert sens.tables["stations"].demonstration
