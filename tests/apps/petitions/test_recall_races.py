"""Recalls at the same instant: one an official, whoever files; a withdrawal comes before or after, never in between."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from beffroi.apps.assemblies import actions as assemblies
from beffroi.apps.assemblies import charters
from beffroi.apps.assemblies.models import Charter, Official
from beffroi.apps.gazette.models import Entry
from beffroi.apps.petitions import actions
from beffroi.apps.petitions.models import Effect, Petition
from beffroi.apps.roll.models import Account
from beffroi.apps.votations.models import Votation
from tests.apps import town
from tests.apps.petitions.test_races import _on_disk, all_at_once
from tests.apps.town import NOON, TODAY

__all__ = ["_on_disk"]
pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def official(commune: None) -> Official:
    row = town.councillor(town.open_account(town.person(town.COUNCILLOR)))
    assert row.account is not None
    charters.sign(row, row.account, TODAY, NOON)
    return row


def filing(someone: int, official: Official) -> Callable[[], str]:
    author = town.person(someone)
    return lambda: actions.file_recall(town.herself(author), official, "Un fait.", NOON).number


def test_two_recalls_of_one_official_filed_at_once_are_one(official: Official) -> None:
    said = Counter(all_at_once([filing(number, official) for number in range(100, 110)]))
    assert said == {"2026-001": 1, "petitions.recall_open": 9}
    assert Petition.objects.count() == 1


def test_a_recall_and_a_withdrawal_of_the_charter_come_one_after_the_other(official: Official) -> None:
    account = official.account
    assert account is not None

    def withdrawing() -> str:
        charters.withdraw(official, account, NOON + HOUR)
        return "withdrawn"

    said = list(all_at_once([withdrawing, filing(100, official)]))
    assert said[0] == "withdrawn"
    assert said[1] in {"2026-001", "petitions.charter_not_signed"}
    assert Petition.objects.count() == (said[1] == "2026-001")
    assert Entry.objects.filter(kind="petition.filed").count() == Petition.objects.count()


def test_a_charter_signed_twice_at_once_is_signed_once(commune: None) -> None:
    clerk: Account = town.clerk()
    row = town.councillor(town.open_account(town.person(town.COUNCILLOR)))
    account = row.account
    assert account is not None

    def signing(who: Account) -> Callable[[], str]:
        return lambda: charters.sign(row, who, TODAY, NOON) and "signed"

    said = Counter(all_at_once([signing(account), signing(clerk)] * 3))
    assert said == {"signed": 1, "assemblies.charter_signed": 5}
    assert Charter.objects.count() == Entry.objects.filter(kind="charter.signed").count() == 1


def test_versions_of_a_reply_written_at_once_are_numbered_one_by_one(official: Official) -> None:
    account = official.account
    assert account is not None
    petition = actions.file_recall(town.herself(town.person(1)), official, "Un fait.", NOON)

    def writing(number: int) -> Callable[[], str]:
        return lambda: str(actions.reply(petition, account, f"Version {number}.", NOON).version)

    assert sorted(all_at_once([writing(number) for number in range(6)])) == ["1", "2", "3", "4", "5", "6"]


def test_the_vote_is_prepared_or_the_recall_ends_never_both(official: Official) -> None:
    """The worker fires while another notices that she has left: no draft of a vote is left behind."""
    petition = actions.admit(
        actions.file_recall(town.herself(town.person(1)), official, "Un fait.", NOON), town.clerk(), NOON
    )
    town.signed_by(petition, town.people(6, 10))
    actions.count(NOON + HOUR)
    actions.verify_waiting(NOON + HOUR)
    assemblies.leave_office(official, TODAY)

    def firing() -> str:
        actions.fire_waiting(NOON + HOUR)
        return "done"

    def ending() -> str:
        actions.close_left(NOON + HOUR)
        return "done"

    assert list(all_at_once([firing, ending] * 3)) == ["done"] * 6
    actions.close_left(NOON + 2 * HOUR)
    petition.refresh_from_db()
    assert (petition.state, petition.closing_code) == ("closed", "left_office")
    assert set(Votation.objects.values_list("state", flat=True)) <= {"dropped"}
    assert Effect.objects.count() == Votation.objects.count()
    assert Entry.objects.filter(kind="votation.dropped").count() == Votation.objects.count()
