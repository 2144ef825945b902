"""Several workers and members at once, on a real database: each list is fixed, drawn and closed once."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from beffroi.apps.gazette import actions as gazette
from beffroi.apps.gazette.models import Entry
from beffroi.apps.petitions import actions, jobs, queries, unusual
from beffroi.apps.petitions.models import CheckedLine, Crossing, Petition, Sample, Signal, Signature, Trace
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account
from beffroi.core.errors import Refused
from tests.apps import town
from tests.apps.petitions.test_races import all_at_once
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


def panel(name: str) -> Account:
    return roll.open_work_account(name, f"{name.lower()}@mairie.example.org", "panel")


def test_workers_and_judges_at_once_close_a_list_once(petition: Petition, agent: Account, colleague: Account) -> None:
    town.on_paper(petition, town.people(6), (agent, colleague))
    actions.count(NOON)
    judges = [panel("Irène"), panel("Ulysse")]

    def working() -> str:
        for _ in range(4):
            actions.verify_waiting(NOON + HOUR)
        return "worked"

    def judging(judge: Account) -> Callable[[], str]:
        def act() -> str:
            for row in CheckedLine.objects.filter(to_judge=True):
                with suppress(Refused):  # the check is over
                    actions.judge_line(row, judge, "", NOON + HOUR)
            return "judged"

        return act

    assert list(all_at_once([working] * 4)) == ["worked"] * 4
    assert Sample.objects.count() == 1
    assert CheckedLine.objects.count() == 6
    said = list(all_at_once([working, judging(judges[0]), working, judging(judges[1])]))
    assert said == ["worked", "judged", "worked", "judged"]
    actions.verify_waiting(NOON + HOUR)
    assert Crossing.objects.get(rung__code="hearing").valid == 6
    for kind in ("petition.sample_fixed", "petition.lines_judged", "petition.verified"):
        assert Entry.objects.filter(kind=kind).count() == 1


def test_two_members_who_decide_at_once_leave_one_decision(petition: Petition) -> None:
    for someone in town.people(5):
        signed = actions.sign(petition, town.herself(someone), NOON).signature
        Trace.objects.create(signature=signed, device="d" * 64, network="", at=NOON)
    actions.count(NOON)
    unusual.look(NOON)
    signal = Signal.objects.get()
    keys = list(signal.signatures.values_list("pk", flat=True))

    def deciding(member: Account, number: int) -> Callable[[], str]:
        chosen = ("strike", "not_hers", keys) if number % 2 else ("keep", "household", [])
        return lambda: actions.rule(signal, member, *chosen, NOON + HOUR) and "decided"

    members = [panel(f"Membre{number}") for number in range(8)]
    said = sorted(all_at_once([deciding(member, number) for number, member in enumerate(members)]))
    assert said == ["decided"] + ["petitions.signal_decided"] * 7
    total = queries.total(queries.get(petition.number))
    assert total == (5 if signal.rulings.get().decision == "keep" else 0)
    assert actions.recount(NOON + HOUR) == 0


def test_two_workers_erase_once(petition: Petition) -> None:
    assert petition.closes_at is not None
    closes = petition.closes_at
    town.signed_by(petition, town.people(4))
    actions.close_due(closes)
    gazette.sequence(closes)

    def erasing() -> str:
        actions.erase_due(closes + timedelta(days=200))
        return "erased"

    assert list(all_at_once([erasing] * 4)) == ["erased"] * 4
    assert Entry.objects.filter(kind="petition.erased").count() == 1
    assert queries.total(queries.get(petition.number)) == 4


def test_what_was_erased_is_no_longer_on_the_disk(petition: Petition) -> None:
    assert petition.closes_at is not None
    closes = petition.closes_at
    marks = [actions.sign(petition, town.herself(one), NOON).signature.receipt_hash for one in town.people(4)]
    actions.close_due(closes)
    if connection.vendor == "sqlite":
        assert any(found(str(mark)) for mark in marks)
    jobs._forget_names(closes + timedelta(days=200))
    if connection.vendor == "sqlite":
        assert not any(found(str(mark)) for mark in marks)
    assert not Signature.objects.filter(erased=False).exists()


def found(text: str) -> bool:
    """Whether the text is somewhere in the database's files, in use or not."""
    path = Path(str(connection.settings_dict["NAME"]))
    return any(text.encode() in file.read_bytes() for file in path.parent.glob(path.name + "*"))
