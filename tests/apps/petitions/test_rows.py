"""What is read by hand is what the query builder reads, on every database; a session ends when it is over."""

from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from beffroi.apps.petitions.actions.state import signature_of
from beffroi.apps.petitions.models import Petition, Signature
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.backend import AccountBackend
from beffroi.apps.roll.models import Account, Person, Role
from beffroi.web.sessions import SessionStore
from tests.apps import town

pytestmark = pytest.mark.usefixtures("commune")


def same(one: object, other: object) -> None:
    """Every field, with its type."""
    names = [field.attname for field in type(other)._meta.concrete_fields]  # type: ignore[attr-defined]
    assert {name: (type(getattr(one, name)), getattr(one, name)) for name in names} == {
        name: (type(getattr(other, name)), getattr(other, name)) for name in names
    }


def test_a_residents_account_comes_with_her_row_of_the_roll() -> None:
    account = roll.open_account(town.people(1)[0])
    found = AccountBackend().get_user(account.pk)
    assert found is not None
    assert found.person is not None
    same(found, Account.objects.get(pk=account.pk))
    same(found.person, Person.objects.get(pk=account.person_id))
    assert isinstance(found.person.birth_date, date)
    assert found.kinds == frozenset()


def test_an_account_at_work_comes_with_all_its_roles_and_no_person() -> None:
    account = roll.open_work_account("Claude Roitelet", "claude@mairie.example", "agent")
    Role.objects.create(account=account, kind="panel")
    found = AccountBackend().get_user(account.pk)
    assert found is not None
    assert found.person is None
    assert found.kinds == {"agent", "panel"}


def test_an_account_that_is_closed_or_not_there_signs_nobody_in() -> None:
    account = roll.open_account(town.people(1)[0])
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert AccountBackend().get_user(account.pk) is None
    assert AccountBackend().get_user(account.pk + 1) is None


def test_the_row_of_a_signature_is_the_one_of_this_person(petition: Petition) -> None:
    one, two = town.people(2)
    town.signed_by(petition, [one])
    found = signature_of(petition, one)
    assert found is not None
    same(found, Signature.objects.get(person=one))
    assert signature_of(petition, two) is None


def test_a_session_that_is_over_holds_nothing() -> None:
    store = SessionStore()
    store["kept"] = "x"
    store.save()
    assert SessionStore(store.session_key)["kept"] == "x"
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    over = SessionStore(store.session_key)
    assert over.get("kept") is None
    assert over.session_key is None  # the next save makes another key: nobody chooses hers
