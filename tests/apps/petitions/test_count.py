"""The batch: what waits is added once, whatever is taken back leaves the tally at once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from beffroi.apps.gazette.models import Entry
from beffroi.apps.petitions import actions, queries
from beffroi.apps.petitions.models import Petition, Signature, Tally
from beffroi.apps.roll.models import Account
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def figures(petition: Petition) -> dict[str, tuple[int, int]]:
    rows = Tally.objects.filter(petition=petition)
    return {row.channel: (row.signatures, row.legal) for row in rows}


def test_signing_counts_nothing_and_the_batch_counts_each_row_once(petition: Petition, agent: Account) -> None:
    one, two, three = town.people(3)
    actions.sign(petition, town.herself(one), NOON)
    actions.sign(petition, town.herself(two), NOON, legal=True)
    actions.sign(petition, town.at_counter(three, agent), NOON, legal=True)
    assert figures(petition) == {"web": (0, 0), "counter": (0, 0), "paper": (0, 0)}
    assert queries.count_now(petition) == (3, 0)
    assert actions.count(LATER) == 3
    assert figures(petition) == {"web": (2, 1), "counter": (1, 1), "paper": (0, 0)}
    assert actions.count(LATER) == 0
    assert figures(petition) == {"web": (2, 1), "counter": (1, 1), "paper": (0, 0)}


def test_a_row_that_commits_late_is_counted_although_later_rows_were(petition: Petition) -> None:
    town.signed_by(petition, town.people(3))
    early = Signature.objects.order_by("pk").first()
    assert early is not None
    saved = dict(Signature.objects.filter(pk=early.pk).values().get())
    early.delete()
    actions.count(LATER)
    Signature.objects.create(**saved)  # its transaction commits now, with the number that it took first
    assert actions.count(LATER) == 1
    assert figures(petition)["web"] == (3, 0)


def test_a_withdrawal_lowers_the_figure_and_is_subtracted_once(petition: Petition) -> None:
    one, two = town.people(2)
    town.signed_by(petition, [one, two], legal=True)
    actions.count(LATER)
    actions.withdraw(petition, town.herself(one), LATER)
    assert figures(petition)["web"] == (1, 1)
    actions.count(LATER)
    assert figures(petition)["web"] == (1, 1)


def test_a_signature_withdrawn_before_the_batch_is_never_counted(petition: Petition) -> None:
    someone = town.person(1)
    town.signed_by(petition, [someone])
    actions.withdraw(petition, town.herself(someone), LATER)
    assert actions.count(LATER) == 0
    assert figures(petition)["web"] == (0, 0)


def test_somebody_who_withdraws_and_signs_by_another_channel_is_counted_there(
    petition: Petition, agent: Account
) -> None:
    someone = town.person(1)
    town.signed_by(petition, [someone], legal=True)
    actions.count(LATER)
    actions.withdraw(petition, town.herself(someone), LATER)
    actions.sign(petition, town.at_counter(someone, agent), LATER)
    actions.count(LATER)
    assert figures(petition) == {"web": (0, 0), "counter": (1, 1), "paper": (0, 0)}


def test_a_signature_costs_as_many_queries_on_a_petition_of_two_hundred_as_on_an_empty_one(petition: Petition) -> None:
    def cost(number: int) -> int:
        acting = town.herself(town.person(number))
        with CaptureQueriesContext(
            connection,
        ) as queries_made:
            actions.sign(petition, acting, NOON)
        return len(queries_made)

    first = cost(1)
    town.signed_by(petition, town.people(200, start=2))
    actions.count(LATER)
    assert cost(500) == first


def test_the_recount_says_nothing_when_all_is_right_and_sounds_the_alarm_when_a_tally_is_wrong(
    petition: Petition,
) -> None:
    town.signed_by(petition, town.people(3))
    actions.count(LATER)
    assert actions.recount(LATER) == 0
    Tally.objects.filter(petition=petition, channel="web").update(signatures=4)
    assert actions.recount(LATER) == 1
    alarm = Entry.objects.get(kind="recount.alarm")
    assert '"counted":4' in alarm.leaf
    assert '"recounted":3' in alarm.leaf
    assert figures(petition)["web"] == (4, 0)  # mended by nobody in silence
