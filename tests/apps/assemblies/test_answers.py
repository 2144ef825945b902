"""A hearing is held, an answer is owed, given once, and its lateness counted in days."""

import hashlib
from datetime import date, timedelta

import pytest

from beffroi.apps.assemblies import actions, perms, queries
from beffroi.apps.assemblies.models import Answer, Hearing
from beffroi.apps.gazette.models import Entry
from beffroi.core.errors import Malformed, Refused
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DUE = date(2027, 1, 20)  # 60 days after 21 November 2026


@pytest.fixture
def held(hearing: Hearing) -> Hearing:
    return actions.hold_hearing(hearing, hearing.item.sitting.starts_at)


def test_a_hearing_is_not_held_before_its_sitting_begins(hearing: Hearing) -> None:
    with pytest.raises(Refused) as refused:
        actions.hold_hearing(hearing, hearing.item.sitting.starts_at - timedelta(seconds=1))
    assert refused.value.rule == "assemblies.sitting_not_begun"


def test_holding_it_fixes_the_day_on_which_the_answer_is_due(held: Hearing) -> None:
    assert held.answer_due_on == DUE
    assert '"answer_due":"2027-01-20"' in Entry.objects.get(kind="hearing.held").leaf
    with pytest.raises(Refused) as refused:
        actions.hold_hearing(held, NOON + 50 * DAY)
    assert refused.value.rule == "assemblies.already_held"


def test_nothing_is_answered_before_the_hearing(hearing: Hearing) -> None:
    with pytest.raises(Refused) as refused:
        actions.record_answer(hearing, town.councillor(), "Oui.", NOON)
    assert refused.value.rule == "assemblies.not_held"


@pytest.mark.parametrize(("after", "late"), [(-10, 0), (0, 0), (1, 1), (12, 12)])
def test_an_answer_is_late_from_the_day_after_its_due_date(held: Hearing, after: int, late: int) -> None:
    at = NOON.replace(year=2027, month=1, day=20, hour=23, minute=59) + after * DAY
    answer = actions.record_answer(held, town.councillor(), "Oui.", at)
    leaf = Entry.objects.get(kind="hearing.answered").leaf
    assert f'"days_late":{late}' in leaf
    assert hashlib.sha256(b"Oui.\n").hexdigest() in leaf
    assert "Oui" not in leaf
    assert queries.owed(at.date())[0].late == late
    assert queries.owed(at.date() + 99 * DAY)[0].late == late
    assert answer.recorded_on == at.date()


def test_an_answer_is_recorded_once_by_whomever_sits(held: Hearing) -> None:
    first, second = town.councillor(side="majority"), town.councillor(side="opposition")
    actions.record_answer(held, first, "Oui.", NOON + 50 * DAY)
    with pytest.raises(Refused) as refused:
        actions.record_answer(held, second, "Non.", NOON + 50 * DAY)
    assert refused.value.rule == "assemblies.already_answered"
    assert Answer.objects.get().text == "Oui."


@pytest.mark.parametrize("text", ["", "  \n", "a\0b", "é" * 20_001])
def test_an_answer_without_words_too_long_or_with_control_characters_is_refused(held: Hearing, text: str) -> None:
    with pytest.raises(Malformed):
        actions.record_answer(held, town.councillor(), text, NOON + 50 * DAY)


def test_what_is_owed_and_late_comes_first_and_an_answered_one_is_never_late_again(held: Hearing) -> None:
    other = actions.schedule_hearing("2026-002", "Autre", "", NOON, NOON)
    actions.hold_hearing(other, held.item.sitting.starts_at + 20 * DAY)
    day = DUE + 12 * DAY
    assert [(row.hearing.petition, row.late) for row in queries.owed(day)] == [("2026-001", 12), ("2026-002", 0)]
    assert [row.hearing for row in queries.late(day)] == [held]
    actions.record_answer(held, town.councillor(), "Oui.", NOON + 120 * DAY)
    assert queries.late(day) == []


def test_a_councillor_is_one_from_the_day_of_her_appointment_to_the_day_before_she_leaves(commune: None) -> None:
    account = town.open_account(town.person(1))
    official = town.councillor(account)
    official.until = date(2026, 12, 31)
    official.save()
    assert not perms.is_councillor(account, date(2026, 3, 21))
    assert perms.is_councillor(account, date(2026, 3, 22))
    assert perms.is_councillor(account, date(2026, 12, 30))
    assert not perms.is_councillor(account, date(2026, 12, 31))
    assert not perms.is_councillor(None, date(2026, 12, 30))
