"""A small commune for every test of this folder."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from beffroi.apps.petitions.models import Petition
from beffroi.apps.roll.models import Account, Person
from tests.apps import town


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return town.small_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture(autouse=True)
def _small(settings: Any, small: Path) -> Iterator[None]:
    settings.PACK = small
    yield
    translation.deactivate()  # these tests read English pages; a request leaves its language behind in the thread


@pytest.fixture
def commune(db: None) -> None:
    """Neighbourhoods, stations, council."""
    town.build()


@pytest.fixture
def author(commune: None) -> Person:
    return town.person(0, last_name="Fauvette", first_name="Odette", email="odette@example.org")


@pytest.fixture
def clerk(commune: None) -> Account:
    return town.clerk()


@pytest.fixture
def agent(commune: None) -> Account:
    return town.agent()


@pytest.fixture
def colleague(commune: None) -> Account:
    """Another agent: a sheet is read by two."""
    return town.second_agent()


@pytest.fixture
def petition(author: Person, clerk: Account) -> Petition:
    """Open since noon, 12 October 2026: heard at 5, legal at 6, votation at 10."""
    return town.opened(author, clerk)


@pytest.fixture
def at_noon() -> Iterator[time_machine.Traveller]:
    """The clock of the pages stands at 13:00 on the day on which the tests' petition opens."""
    with time_machine.travel(town.NOON + timedelta(hours=1), tick=False) as clock:
        yield clock


@pytest.fixture
def visitors(petition: Petition, agent: Account, clerk: Account, at_noon: object) -> dict[str, Client]:
    """One browser for each role. "counter" is an agent with a person in front of her (`town.VISITOR`)."""
    resident = town.person(town.RESIDENT)
    standing = town.person(town.VISITOR)
    member = town.open_account(town.person(town.COUNCILLOR))
    town.councillor(member)
    busy = town.agent("Paule Sittelle")
    town.roll.begin_counter_session(busy, standing, "passport", town.NOON + timedelta(hours=1))
    accounts = {
        "anonymous": None,
        "resident": town.open_account(resident),
        "agent": agent,
        "counter": busy,
        "clerk": clerk,
        "councillor": member,
    }
    return {role: town.browser(account) for role, account in accounts.items()}
