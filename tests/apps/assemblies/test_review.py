"""Found by a stranger's review: an answer is the answer of the assembly that heard the petition."""

from datetime import date, timedelta

import pytest

from beffroi.apps.assemblies import actions
from beffroi.apps.assemblies.models import Answer, Assembly, Hearing
from beffroi.core.errors import Refused
from tests.apps import town


def test_a_member_of_another_assembly_does_not_answer_for_the_council(hearing: Hearing) -> None:
    other = Assembly.objects.create(slug="conseil-de-quartier", name="Conseil de quartier", seats=9)
    account = town.open_account(town.person(town.COUNCILLOR))
    stranger = actions.appoint(other, "Paule Sittelle", "majority", account, date(2026, 3, 22))
    after = hearing.item.sitting.starts_at + timedelta(hours=1)
    actions.hold_hearing(hearing, after)
    with pytest.raises(Refused) as refused:
        actions.record_answer(hearing, stranger, "Oui.", after)
    assert refused.value.rule == "assemblies.not_of_this_assembly"
    assert not Answer.objects.exists()


def test_a_petition_is_heard_by_the_council_and_by_no_other_assembly(commune: None) -> None:
    far = town.sitting(40)
    other = Assembly.objects.create(slug="conseil-de-quartier", name="Conseil de quartier", seats=9)
    starts = town.NOON + timedelta(days=30)
    actions.plan_sitting(other, starts, "École", starts - timedelta(days=10), town.NOON)
    hearing = actions.schedule_hearing("2026-001", "Des bancs", "/petitions/2026-001", town.NOON, town.NOON)
    assert hearing.item.sitting == far
