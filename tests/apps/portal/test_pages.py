"""The rules, the legal pages and what builds an instance."""

from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from beffroi.apps.assemblies.models import Assembly
from beffroi.apps.portal import rulebook
from beffroi.apps.roll.models import Neighbourhood, Station
from beffroi.core.rules import DatedValue
from beffroi.web import pack
from beffroi.web.models import Instance

pytestmark = pytest.mark.django_db


def test_every_rule_in_force_is_on_the_page_with_its_source(client: Client) -> None:
    shown = client.get("/regles").content.decode()
    for path, parameter in pack.current().parameters.items():
        assert f"<code>{path}</code>" in shown, path
        assert parameter.values


def test_what_the_commune_has_not_decided_is_marked(client: Client) -> None:
    proposed = [p for p in pack.current().parameters.values() if p.values[-1].proposed]
    assert client.get("/regles").content.decode().count(">Proposée<") == len(proposed) + 1  # and the legend


def test_a_rule_that_is_not_in_force_yet_is_not_shown() -> None:
    chapters = rulebook.chapters(pack.current(), date(2026, 1, 2))
    assert "petitions.recall.share" not in [rule.path for chapter in chapters for rule in chapter.rules]


@pytest.mark.parametrize(
    ("unit", "value", "words"),
    [
        ("share", "1/2", "50\u00a0%"),
        ("days", 1, "1\u00a0jour"),
        ("persons", 27106, "27\u202f106\u00a0personnes"),
        ("date", "2026-03-22", "22\u00a0mars 2026"),
        ("choice", "more-yes-than-no", "plus de oui que de non\u202f; l’égalité refuse"),
    ],
)
def test_a_value_is_told_with_its_unit(unit: str, value: str | int, words: str) -> None:
    assert rulebook.in_words(unit, DatedValue(value, date(2026, 1, 1), None, "x")) == words


@pytest.mark.parametrize("path", ["/donnees-personnelles", "/accessibilite", "/contester"])
def test_a_legal_page_is_open_to_anyone(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", ["/", "/donnees-personnelles", "/accessibilite", "/contester", "/chercher"])
def test_a_page_has_one_title_and_no_english_is_left_in_its_french(client: Client, path: str) -> None:
    shown = client.get(path).content.decode()
    assert shown.count("<h1") == 1
    assert not [word for word in (">Late<", ">Decided<", ">Search<", " the ", " of the ") if word in shown]


# Building an instance


def build(**options: Any) -> str:
    said = StringIO()
    call_command("build", stdout=said, stderr=said, **options)
    return said.getvalue()


def test_building_twice_changes_nothing(settings: Any) -> None:
    build(demonstration=True)
    build(demonstration=True)
    commune = pack.current()
    assert Instance.objects.get().demonstration
    assert Station.objects.count() == len(commune.stations)
    assert Neighbourhood.objects.count() == len(commune.neighbourhoods)
    assert Assembly.objects.count() == len(commune.assemblies)
    assert (settings.HOME / "log.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("first", [True, False])
def test_a_real_database_never_becomes_a_demonstration_nor_the_other_way_round(first: bool) -> None:
    build(demonstration=first)
    with pytest.raises(CommandError):
        build(demonstration=not first)


def test_a_pack_that_does_not_read_builds_nothing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"pack\.toml"):
        build(pack=tmp_path)
    assert not Instance.objects.exists()
