"""The small town of the other apps' tests, with its clock at noon."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from beffroi.apps.petitions.models import Petition
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account, Person
from tests.apps import town
from tests.let_in import let_in


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return town.small_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture(autouse=True)
def _small(settings: Any, small: Path) -> None:
    settings.PACK = small


@pytest.fixture
def commune(db: None) -> None:
    town.build()


@pytest.fixture
def odette(commune: None) -> Person:
    return town.person(0, last_name="Fauvette", first_name="Odette", email="odette@example.org")


@pytest.fixture
def clerk(commune: None) -> Account:
    return town.clerk()


@pytest.fixture
def agent(commune: None) -> Account:
    return town.agent()


@pytest.fixture
def scrutineer(commune: None) -> Account:
    return roll.open_work_account("Paul Linotte", "bureau@mairie.example.org", "scrutineer")


@pytest.fixture
def petition(odette: Person, clerk: Account) -> Petition:
    """Open since noon: heard at 5, legal at 6, votation at 10."""
    return town.opened(odette, clerk)


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(town.NOON + timedelta(hours=1), tick=False) as clock:
        yield clock


def browser(account: Account | None) -> Client:
    client = Client()
    if account is not None:
        let_in(client, account)
    return client
