"""Two who decide at once, an appeal and the clock, two windows that file: one of them is second, and is told so."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from beffroi.apps.assemblies import actions as assemblies
from beffroi.apps.gazette.models import Entry
from beffroi.apps.petitions import actions
from beffroi.apps.petitions.models import Appeal, CoPetitioner, Decision, Draft, Petition
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account, Person
from tests.apps import town
from tests.apps.petitions.test_races import all_at_once
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db(transaction=True)
LATE = NOON + timedelta(days=40)
WHY = "La question ne dit pas ce qui serait fait."


def said(act: Callable[[], object], word: str) -> Callable[[], str]:
    def run() -> str:
        act()
        return word

    return run


def test_two_clerks_who_decide_at_once_leave_one_decision(author: Person, clerk: Account) -> None:
    other = roll.open_work_account("Une Autre", "autre@mairie.example.org", "clerk")
    for number in range(5):
        petition = town.filed(author)
        acts = [
            said(lambda row=petition: actions.admit(row, clerk, NOON), "admitted"),
            said(lambda row=petition: actions.refuse(row, other, "unclear", WHY, NOON), "refused"),
            said(lambda row=petition: actions.admit(row, other, NOON), "admitted"),
            said(lambda: actions.open_overdue(NOON + timedelta(days=31)), "clock"),
        ]
        done = Counter(all_at_once(acts if number % 2 else acts[::-1]))
        row = Petition.objects.get(pk=petition.pk)
        decided = done["admitted"] + done["refused"]
        assert decided + done["petitions.already_decided"] == 3
        assert Decision.objects.filter(petition=row).count() == decided
        assert decided == 1 or (decided == 0 and row.state == "open")  # the clock was first
        assert row.rungs.count() == (3 if row.state == "open" else 0)


def test_the_bureau_and_the_clock_do_not_both_open_a_petition(author: Person, clerk: Account) -> None:
    member = town.councillor(roll.open_work_account("Rachid Sansonnet", "rachid@conseil.example.org"))
    assemblies.designate_bureau(member.assembly, [member.pk], NOON)
    member.refresh_from_db()
    for outcome in ("admitted", "upheld") * 2:
        petition = actions.refuse(town.filed(author), clerk, "unclear", WHY, NOON)
        actions.appeal(petition, town.herself(author), WHY, NOON)
        acts = [
            said(lambda row=petition, how=outcome: actions.decide_appeal(row, member, how, WHY, LATE), "bureau"),
            *[said(lambda: actions.open_unanswered(LATE), "clock")] * 3,
        ]
        done = Counter(all_at_once(acts))
        row = Appeal.objects.get(petition=petition)
        assert row.outcome == (outcome if done["bureau"] else "by_itself")
        opened = Entry.objects.filter(kind="petition.opened", leaf__contains=f'"{petition.number}"').count()
        assert opened == (0 if row.outcome == "upheld" else 1)


def test_a_draft_that_two_windows_file_and_a_third_deletes_becomes_one_petition_at_most(author: Person) -> None:
    told = actions.Words("Un banc", "Ici.", "Un banc ?")
    for _ in range(5):
        draft = actions.begin_draft(author, told, NOON)
        before = Petition.objects.count()
        acts = [said(lambda d=draft: actions.file_words(town.herself(author), told, NOON, d), "filed")] * 2
        acts.append(said(lambda d=draft: actions.delete_draft(d), "deleted"))
        done = Counter(all_at_once(acts))
        assert Petition.objects.count() - before == done["filed"] <= 1
        assert not Draft.objects.exists()


def test_windows_that_save_one_version_at_once_save_one_text(author: Person) -> None:
    draft = actions.begin_draft(author, actions.Words("0", "", ""), NOON)
    acts = [
        said(lambda n=number: actions.save_draft(draft, actions.Words(str(n), "", ""), 1, NOON), "saved")
        for number in range(8)
    ]
    done = Counter(all_at_once(acts))
    assert (done["saved"], done["petitions.draft_changed"]) == (1, 7)


def test_ten_carry_a_petition_at_most_however_many_join_at_once(author: Person, clerk: Account) -> None:
    petition = town.opened(author, clerk)
    code = actions.invite(petition, town.herself(author))
    people = town.people(14, start=100)
    acts = [
        said(lambda one=someone: actions.join(petition, town.herself(one), code, NOON), "joined") for someone in people
    ]
    done = Counter(all_at_once(acts))
    assert (done["joined"], done["petitions.enough_carry"]) == (10, 4)
    assert CoPetitioner.objects.count() == 10
