"""Filing, admitting, refusing, and what freezes when a petition opens."""

import hashlib
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from beffroi.apps.gazette.models import Entry
from beffroi.apps.letters.models import Letter
from beffroi.apps.petitions import actions
from beffroi.apps.petitions.models import Petition
from beffroi.apps.roll.models import Account, Person
from beffroi.core.errors import Malformed, Refused
from beffroi.web import pack as packs
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
WHY = "La question ne dit pas ce qui serait fait."


def test_a_petition_waits_for_a_decision_under_the_next_number_of_the_year(author: Person) -> None:
    first, second = town.filed(author), town.filed(author)
    assert (first.number, second.number, first.state) == ("2026-001", "2026-002", "filed")
    assert town.filed(author, NOON.replace(year=2027)).number == "2027-001"
    Petition.objects.filter(number="2026-002").update(number="2026-999")
    assert [town.filed(author).number for _ in range(2)] != ["2026-1000", "2026-1000"]


def test_the_thousandth_petition_of_a_year_has_a_number_of_its_own(author: Person) -> None:
    Petition.objects.filter(pk=town.filed(author).pk).update(number="2026-999")
    assert [town.filed(author).number for _ in range(2)] == ["2026-1000", "2026-1001"]


@pytest.mark.parametrize("name", ["title", "text", "question"])
def test_a_part_that_is_empty_too_long_or_holds_a_control_character_is_refused(author: Person, name: str) -> None:
    good = {"title": "Des bancs", "text": "Oui.", "question": "Des bancs ?"}
    longest = "é" * actions.LIMITS[name]
    actions.file(author, **{**good, name: longest}, now=NOON)
    for bad in ("", "   \n ", longest + "é", "a\0b", "a\x1bb"):
        with pytest.raises(Malformed):
            actions.file(author, **{**good, name: bad}, now=NOON)
    assert Petition.objects.count() == 1


def test_somebody_under_16_cannot_file(commune: None) -> None:
    child = town.person(1, born=town.TODAY.replace(year=town.TODAY.year - 15))
    with pytest.raises(Refused) as refused:
        town.filed(child)
    assert refused.value.rule == "petitions.too_young"


def test_a_name_of_three_hundred_signs_fits(commune: None) -> None:
    long = "ا" * 120
    assert town.filed(town.person(1, last_name=long, first_name=long)).author_name == f"{long} {long}"


def test_admitting_opens_with_rungs_frozen_from_the_values_of_that_day(author: Person, clerk: Account) -> None:
    petition = town.opened(author, clerk)
    rungs = {rung.code: rung for rung in petition.rungs.all()}
    assert {code: (rung.needed, rung.base, rung.by_law) for code, rung in rungs.items()} == {
        "hearing": (5, 100, False),
        "legal": (6, 60, True),
        "referendum": (10, 100, False),
    }
    assert Fraction(rungs["hearing"].share) == Fraction(1, 20)
    assert (rungs["legal"].base_source, rungs["legal"].base_on.isoformat()) == ("the list on the door", "2026-03-15")
    assert petition.closes_at is not None
    assert petition.closes_at.isoformat() == "2027-04-12T23:59:59+02:00"
    leaf = Entry.objects.get(kind="petition.opened").leaf
    assert hashlib.sha256(actions.text_bytes(petition)).hexdigest() in leaf
    assert '"hearing_needed":5' in leaf


def test_a_later_figure_of_the_pack_changes_no_open_petition(petition: Petition, settings: Any, tmp_path: Path) -> None:
    settings.PACK = town.small_pack(tmp_path)
    file = settings.PACK / "parameters" / "population.toml"
    file.write_text(file.read_text().replace("value = 100", "value = 1000"))
    assert packs.current().number("population.inhabitants", town.TODAY) == 1000
    assert petition.rungs.get(code="hearing").needed == 5
    actions.count(NOON)
    assert petition.rungs.get(code="hearing").needed == 5


def test_a_refusal_has_a_published_code_and_the_journal_no_other_words(author: Person, clerk: Account) -> None:
    petition = town.filed(author)
    with pytest.raises(Malformed):
        actions.refuse(petition, clerk, "because", WHY, NOON)
    actions.refuse(petition, clerk, "not_communal", WHY, NOON)
    leaf = Entry.objects.get(kind="petition.refused").leaf
    assert '"code":"not_communal"' in leaf
    assert "question" not in leaf
    assert Letter.objects.get().kind == "petition_refused"


def test_a_petition_is_decided_on_once(author: Person, clerk: Account) -> None:
    petition = town.filed(author)
    actions.admit(petition, clerk, NOON)
    for act in (
        lambda: actions.admit(petition, clerk, NOON),
        lambda: actions.refuse(petition, clerk, "unclear", WHY, NOON),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.rule == "petitions.already_decided"
    assert Petition.objects.get().rungs.count() == 3


def test_what_nobody_decides_on_in_30_days_opens_by_itself(author: Person) -> None:
    petition = town.filed(author)
    actions.open_overdue(NOON.replace(hour=23, minute=59) + timedelta(days=30))
    assert Petition.objects.get(pk=petition.pk).state == "filed"
    actions.open_overdue(NOON.replace(hour=0) + timedelta(days=31))
    row = Petition.objects.get(pk=petition.pk)
    assert (row.state, row.decided_at, row.rungs.count()) == ("open", None, 3)
    assert not Entry.objects.filter(kind="petition.admitted").exists()


def test_the_database_itself_refuses_a_state_that_is_not_whole(petition: Petition) -> None:
    from django.db import IntegrityError, transaction

    for broken in ({"opened_at": None}, {"state": "refused"}, {"state": "filed"}, {"refusal_code": "unclear"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Petition.objects.filter(pk=petition.pk).update(**broken)
