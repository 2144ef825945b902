"""A small commune with its council for every test of this folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from beffroi.apps.assemblies import actions
from beffroi.apps.assemblies.models import Hearing, Sitting
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
    town.build()


@pytest.fixture
def sitting(commune: None) -> Sitting:
    """On 21 November 2026 at noon; its convocation leaves on 11 November."""
    return town.sitting()


@pytest.fixture
def hearing(sitting: Sitting) -> Hearing:
    return actions.schedule_hearing("2026-001", "Des bancs et de l'ombre", "/petitions/2026-001", town.NOON, town.NOON)


@pytest.fixture
def clock(hearing: Hearing) -> Iterator[time_machine.Traveller]:
    """The clock of the pages, at the beginning of the sitting."""
    with time_machine.travel(hearing.item.sitting.starts_at, tick=False) as traveller:
        yield traveller


@pytest.fixture
def visitors(clock: object) -> dict[str, Client]:
    """One browser for each role; "counter" is an agent with a person in front of her, "former" sat until yesterday."""
    busy, at_rest = town.agent("Paule Sittelle"), town.agent()
    member = town.open_account(town.person(town.COUNCILLOR))
    majority = town.open_account(town.person(town.COUNCILLOR + 1))
    former = town.open_account(town.person(town.COUNCILLOR + 2))
    town.councillor(member)
    town.councillor(majority, side="majority")
    gone = town.councillor(former)
    gone.until = town.NOON.date()
    gone.save()
    standing = town.person(town.VISITOR)
    from django.utils import timezone

    town.roll.begin_counter_session(busy, standing, "passport", timezone.now())
    accounts = {
        "anonymous": None,
        "resident": town.open_account(town.person(town.RESIDENT)),
        "agent": at_rest,
        "counter": busy,
        "clerk": town.clerk(),
        "opposition": member,
        "majority": majority,
        "former": former,
    }
    return {role: town.browser(account) for role, account in accounts.items()}
