"""Who gives which role: the rule of two, what an administrator may not hold, the last one stays, and the journal."""

from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from beffroi.apps.gazette.models import Entry
from beffroi.apps.roll import actions, roles
from beffroi.apps.roll.models import Account, CounterSession, Person, Role, RoleRequest
from beffroi.apps.roll.roles import APART
from beffroi.core.errors import Refused
from tests.apps import town as world
from tests.apps.roll.conftest import NOW, enrol
from tests.apps.roll.test_races import at_once

ADMIN, AGENT, CLERK = "administrator", "agent", "clerk"


def work(name: str, *kinds: str) -> Account:
    return actions.open_work_account(name, f"{name.lower()}@mairie.example", *kinds)


def kinds(account: Account) -> set[str]:
    return set(Role.objects.filter(account=account).values_list("kind", flat=True))


def refused(act: Any, *given: Any) -> str:
    with pytest.raises(Refused) as caught:
        act(*given)
    return caught.value.rule


@pytest.fixture
def first(town: None) -> Account:
    return roles.make_administrator("Ariane", "ariane@mairie.example", NOW)


@pytest.fixture
def second(first: Account) -> Account:
    return work("Basile", ADMIN)


# --- Alone, then two


@pytest.mark.django_db
def test_a_lone_administrator_gives_and_takes_roles_at_once(first: Account) -> None:
    somebody = roles.open_account(first, " Odile   Pic ", "Odile@Mairie.example")
    assert (somebody.display_name, somebody.work_email, kinds(somebody)) == ("Odile Pic", "odile@mairie.example", set())
    assert roles.ask(first, somebody, AGENT, True, NOW)
    assert kinds(somebody) == {AGENT}
    assert roles.ask(first, somebody, AGENT, False, NOW)
    assert kinds(somebody) == set()


@pytest.mark.django_db
def test_with_two_administrators_a_role_waits_for_the_agreement_of_the_other(first: Account, second: Account) -> None:
    somebody = work("Odile")
    assert not roles.ask(first, somebody, CLERK, True, NOW)
    assert kinds(somebody) == set()
    asked = RoleRequest.objects.get()
    assert refused(roles.agree, first, asked, NOW) == "roll.second_person"
    assert refused(roles.ask, second, somebody, CLERK, True, NOW) == "roll.asked_already"
    roles.agree(second, asked, NOW)
    assert kinds(somebody) == {CLERK}
    assert not RoleRequest.objects.exists()
    assert refused(roles.agree, second, asked, NOW) == "roll.no_request"


@pytest.mark.django_db
def test_taking_a_role_away_needs_one_administrator_because_it_adds_no_power(first: Account, second: Account) -> None:
    somebody = work("Odile", CLERK)
    assert roles.ask(first, somebody, CLERK, False, NOW)
    assert kinds(somebody) == set()


@pytest.mark.django_db
def test_no_administrator_removes_another_alone(first: Account, second: Account) -> None:
    """Or she would be the only one, and give every role at once."""
    assert not roles.ask(first, second, ADMIN, False, NOW)
    assert kinds(second) == {ADMIN}
    assert refused(roles.deactivate, first, second, NOW) == "roll.administrator_first"
    roles.agree(second, RoleRequest.objects.get(), NOW)
    assert kinds(second) == set()


@pytest.mark.django_db
def test_a_request_falls_with_the_role_of_who_asked(first: Account, second: Account) -> None:
    somebody = work("Odile")
    roles.ask(first, somebody, CLERK, True, NOW)
    asked = RoleRequest.objects.get()
    assert roles.ask(first, first, ADMIN, False, NOW)
    assert refused(roles.agree, second, asked, NOW) == "roll.not_administrator"
    assert kinds(somebody) == set()
    roles.drop(second, asked)
    assert not RoleRequest.objects.exists()


@pytest.mark.django_db
def test_a_closed_administrator_counts_neither_as_a_second_one_nor_as_the_last(first: Account, second: Account) -> None:
    Account.objects.filter(pk=second.pk).update(is_active=False)
    assert refused(roles.ask, first, first, ADMIN, False, NOW) == "roll.last_administrator"
    assert roles.ask(first, work("Odile"), CLERK, True, NOW)
    assert refused(roles.ask, second, work("Paule"), CLERK, True, NOW) == "roll.not_administrator"


# --- What nobody may


@pytest.mark.django_db
@pytest.mark.parametrize("kind", Role.Kind.values)
def test_nobody_gives_herself_a_role(first: Account, kind: str) -> None:
    assert refused(roles.ask, first, first, kind, True, NOW) == "roll.own_roles"
    assert kinds(first) == {ADMIN}


@pytest.mark.django_db
def test_the_last_administrator_stays(first: Account) -> None:
    assert refused(roles.ask, first, first, ADMIN, False, NOW) == "roll.last_administrator"


@pytest.mark.django_db
def test_an_administrator_gives_up_her_own_role_when_another_stays(first: Account, second: Account) -> None:
    assert roles.ask(first, first, ADMIN, False, NOW)
    assert kinds(first) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", sorted(APART))
def test_an_administrator_neither_stands_at_the_counter_nor_counts_nor_judges(first: Account, kind: str) -> None:
    somebody = work("Odile", kind)
    assert refused(roles.ask, first, somebody, ADMIN, True, NOW) == "roll.apart"
    other = work("Paule", ADMIN)
    assert refused(roles.ask, first, other, kind, True, NOW) == "roll.apart"
    assert refused(roles.make_administrator, "Odile", "odile@mairie.example", NOW) == "roll.apart"


@pytest.mark.django_db
def test_a_resident_s_own_account_receives_no_role_here(first: Account, odette: Person) -> None:
    hers = Account.objects.get(person=odette)
    assert refused(roles.ask, first, hers, CLERK, True, NOW) == "roll.at_work_only"
    assert refused(roles.deactivate, first, hers, NOW) == "roll.at_work_only"
    assert refused(roles.open_account, first, "Odette", "odette@example.org") == "roll.address_taken"


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [None, AGENT, CLERK, "scrutineer", "panel"])
def test_only_an_administrator_does_any_of_it(first: Account, kind: str | None) -> None:
    other, somebody = work("Paule", *([kind] if kind else [])), work("Odile", CLERK)
    asked = RoleRequest.objects.create(account=somebody, kind=AGENT, gives=True, asked_by=first, asked_at=NOW)
    for act, given in (
        (roles.ask, (other, somebody, CLERK, False, NOW)),
        (roles.agree, (other, asked, NOW)),
        (roles.drop, (other, asked)),
        (roles.deactivate, (other, somebody, NOW)),
        (roles.reactivate, (other, somebody)),
        (roles.open_account, (other, "Ève", "eve@mairie.example")),
    ):
        assert refused(act, *given) == "roll.not_administrator"
    assert kinds(somebody) == {CLERK}


# --- Closing an account


@pytest.mark.django_db
def test_a_closed_account_loses_its_roles_its_person_at_the_counter_and_its_session(
    first: Account, odette: Person
) -> None:
    agent = work("Odile", AGENT, CLERK)
    actions.begin_counter_session(agent, odette, "passport", NOW)
    browser = world.browser(agent)
    assert browser.get(reverse("portal:counter")).status_code == 200
    roles.deactivate(first, agent, NOW)
    assert kinds(agent) == set()
    assert not CounterSession.objects.filter(closed_at=None).exists()
    assert browser.get(reverse("portal:counter")).status_code == 302
    assert refused(roles.ask, first, agent, AGENT, True, NOW) == "roll.closed_account"
    roles.reactivate(first, agent)
    assert kinds(agent) == set()


@pytest.mark.django_db
def test_who_loses_the_counter_no_longer_acts_for_anybody(first: Account, odette: Person) -> None:
    agent = work("Odile", AGENT)
    actions.begin_counter_session(agent, odette, "passport", NOW)
    roles.ask(first, agent, AGENT, False, NOW)
    assert not CounterSession.objects.filter(closed_at=None).exists()


# --- The journal and the command


@pytest.mark.django_db
def test_the_journal_counts_holders_and_names_nobody(first: Account) -> None:
    somebody = work("Odile")
    roles.ask(first, somebody, CLERK, True, NOW)
    roles.deactivate(first, somebody, NOW)
    told = list(Entry.objects.filter(kind="roles.changed").order_by("pk").values_list("leaf", flat=True))
    assert ['"holders":1,"role":"administrator"' in told[0], '"holders":1,"role":"clerk"' in told[1]] == [True, True]
    assert '"holders":0,"role":"clerk"' in told[2]
    assert "dile" not in "".join(told)


@pytest.mark.django_db
def test_the_command_makes_the_first_administrator_and_finds_her_again(town: None) -> None:
    for _ in range(2):
        call_command("administrator", "ariane@mairie.example", "Ariane", stdout=StringIO())
    account = Account.objects.get(work_email="ariane@mairie.example")
    assert kinds(account) == {ADMIN}
    assert Entry.objects.filter(kind="roles.changed").count() == 1
    Account.objects.update(is_active=False)
    call_command("administrator", "ariane@mairie.example", "Ariane", stdout=StringIO())
    assert Account.objects.get().is_active
    with pytest.raises(CommandError):
        call_command("administrator", "not an address", "Ariane")


@pytest.mark.django_db
def test_the_command_does_not_take_a_resident_s_address(odette: Person) -> None:
    with pytest.raises(CommandError, match=r"roll\.address_taken"):
        call_command("administrator", "odette@example.org", "Odette")


# --- At the same instant


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_who_give_up_at_the_same_instant_one_stays(first: Account, second: Account) -> None:
    both = (first, second)
    told = at_once(2, lambda n: roles.ask(both[n], both[n], ADMIN, False, NOW))
    assert sorted(told) == ["", "roll.last_administrator"]
    assert Role.objects.filter(kind=ADMIN).count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_account_never_becomes_administrator_and_agent_at_the_same_instant(first: Account) -> None:
    for _ in range(5):
        Account.objects.filter(display_name="Odile").delete()
        somebody, wanted = work("Odile"), (ADMIN, AGENT)
        told = at_once(2, lambda n, s=somebody, w=wanted: roles.ask(first, s, w[n], True, NOW))
        assert len(kinds(somebody)) == 1, told


# --- The pages


@pytest.mark.django_db
def test_the_pages_are_for_administrators_alone(first: Account, odette: Person) -> None:
    somebody = work("Odile")
    pages = [reverse("roll:accounts"), reverse("roll:account", args=[somebody.ref])]
    others = [None, Account.objects.get(person=odette)]
    others += [work(f"Other{kind}", kind) for kind in (AGENT, CLERK, "scrutineer", "panel")]
    for other in others:
        client = world.browser(other)
        for page in pages:
            assert client.get(page).status_code == (302 if other is None else 403)
            assert world.post(client, page, step="give", kind=CLERK).status_code in {302, 403}
    assert kinds(somebody) == set()
    assert world.browser(first).get(pages[0]).status_code == 200


@pytest.mark.django_db
def test_an_administrator_opens_an_account_and_gives_it_a_role_on_the_pages(first: Account) -> None:
    client = world.browser(first)
    answer = world.post(client, reverse("roll:accounts"), name="Odile Pic", address="odile@mairie.example")
    somebody = Account.objects.get(work_email="odile@mairie.example")
    assert answer["Location"] == reverse("roll:account", args=[somebody.ref])
    page = reverse("roll:account", args=[somebody.ref])
    world.post(client, page, step="give", kind=AGENT)
    assert kinds(somebody) == {AGENT}
    shown = client.get(page).content.decode()
    assert "Yes, take it away" in shown
    for step, kind in (("give", "emperor"), ("agree", "\x00"), ("drop", "clerk"), ("x", "x"), ("take", "")):
        assert world.post(client, page, step=step, kind=kind).status_code == 302
    assert kinds(somebody) == {AGENT}


@pytest.mark.django_db
def test_a_taken_address_is_said_at_its_field(first: Account) -> None:
    answer = world.post(world.browser(first), reverse("roll:accounts"), name="X", address="ariane@mairie.example")
    assert answer.status_code == 422
    assert "belongs to somebody already" in answer.content.decode()


@pytest.mark.django_db
def test_an_account_of_a_resident_has_no_page_here(first: Account, odette: Person) -> None:
    ref = Account.objects.get(person=odette).ref
    assert world.browser(first).get(reverse("roll:account", args=[ref])).status_code == 404


@pytest.mark.django_db
def test_who_gives_up_the_role_leaves_the_page(first: Account, second: Account) -> None:
    client: Client = world.browser(first)
    answer = world.post(client, reverse("roll:account", args=[first.ref]), step="take", kind=ADMIN)
    assert answer["Location"] == "/"
    assert client.get(reverse("roll:accounts")).status_code == 403


@pytest.mark.django_db
def test_an_account_at_work_is_not_invited_to_write_a_petition(first: Account, odette: Person) -> None:
    enrol("9", "Pinson", "Gaëlle", date(1988, 1, 1))
    new = reverse("petitions:new")
    for path in ("portal:home", "petitions:list"):
        assert new not in world.browser(first).get(reverse(path)).content.decode()
        assert new in world.browser(None).get(reverse(path)).content.decode()
        assert new in world.browser(Account.objects.get(person=odette)).get(reverse(path)).content.decode()
    agent = work("Odile", AGENT)
    from django.utils import timezone

    actions.begin_counter_session(agent, odette, "passport", timezone.now())
    assert new in world.browser(agent).get(reverse("petitions:list")).content.decode()
