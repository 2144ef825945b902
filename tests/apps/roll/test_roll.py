"""The roll: somebody is one row; who is of a body at a date; how an agent finds a person."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.apps.roll import actions
from beffroi.apps.roll.models import Account, Neighbourhood, Person, Station
from beffroi.apps.roll.queries import (
    _latest_birth,
    address_of,
    body,
    eligibility,
    name_key,
    search,
)
from beffroi.core import suffrage
from beffroi.core.errors import Refused
from beffroi.web import pack
from tests.apps.roll.conftest import enrol

DAY = date(2026, 12, 6)


def who(persons: list[Person]) -> list[str]:
    return [person.first_name for person in persons]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Chardonneret", "chardonneret"),
        ("L'Hôpital", "l hopital"),
        ("Saint-Étienne", "saint etienne"),
        ("  Le   GOFF ", "le goff"),
        ("Cœur", "coeur"),
        ("Łukasz", "lukasz"),
        ("Straße", "strasse"),
        ("محمد", "محمد"),
        ("a\x00b", "a b"),
        ("|%_", ""),
    ],
)
def test_names_are_compared_without_accents_case_or_signs(written: str, key: str) -> None:
    assert name_key(written) == key


@given(st.text(max_size=50))
def test_a_key_is_its_own_key(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)


@pytest.mark.django_db
def test_an_agent_finds_a_person_by_the_beginning_of_the_names_and_the_year(town: None) -> None:
    enrol("1", "Chardonneret", "Yvonne", date(1951, 5, 1))
    enrol("2", "Chardonnet", "Luc", date(1951, 6, 1))
    enrol("3", "Pic-Vert", "Élodie", date(1990, 6, 1))
    assert who(search("chardon", "", 1951)) == ["Yvonne", "Luc"]
    assert who(search("CHARDON", "yv", None)) == ["Yvonne"]
    assert who(search("pic vert", "elo", 1990)) == ["Élodie"]
    assert who(search("chardon", "", 1952)) == []
    assert who(search("vert", "", None)) == [], "the beginning of the name, not its middle"


@pytest.mark.django_db
@pytest.mark.parametrize(("last", "year"), [("", None), ("", 1951), ("%", None), ("|", None), ("\x00", None)])
def test_the_roll_is_not_leafed_through(town: None, last: str, year: int | None) -> None:
    enrol("1", "Chardonneret", "Yvonne", date(1951, 5, 1))
    assert search(last, "", year) == []


@pytest.mark.django_db
@pytest.mark.parametrize("year", [-1, 0, 10**9])
def test_an_impossible_year_finds_nobody(town: None, year: int) -> None:
    enrol("1", "Chardonneret", "Yvonne", date(1951, 5, 1))
    assert search("char", "", year) == []


@pytest.mark.django_db
def test_a_search_gives_twenty_persons_at_most_and_none_who_has_left(town: None) -> None:
    for number in range(25):
        enrol(str(number), "Martin", f"P{number:02d}", date(1980, 1, 1))
    actions.leave(Person.objects.get(roll_number="0"), date(2026, 1, 1))
    found = search("martin", "", None)
    assert len(found) == 20
    assert "P00" not in who(found)


@pytest.mark.django_db
def test_homonyms_born_the_same_day_are_two_persons_and_a_number_of_the_roll_is_one(town: None) -> None:
    enrol("1", "Martin", "Anne", date(1980, 1, 1))
    enrol("2", "Martin", "Anne", date(1980, 1, 1))
    with pytest.raises(Refused, match="number_taken"):
        enrol("2", "Autre", "Nom", date(1990, 1, 1))
    assert Person.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("born", "on", "reason"),
    [
        (date(2010, 12, 6), DAY, ""),  # sixteen that very day
        (date(2010, 12, 7), DAY, "too_young"),
        (date(2012, 2, 29), date(2028, 2, 29), ""),
        (date(2012, 2, 29), date(2028, 2, 28), "too_young"),
    ],
)
def test_sixteen_is_reached_on_the_birthday(town: None, born: date, on: date, reason: str) -> None:
    person = enrol("1", "Loriot", "Tomasz", born, register="resident")
    assert eligibility(person, "residents16", on) == reason
    assert body("residents16", on).exists() == (reason == "")


@settings(max_examples=300)
@given(
    st.dates(date(1900, 1, 1), date(2020, 12, 31)),
    st.dates(date(2020, 12, 31), date(2060, 12, 31)),
    st.sampled_from([16, 17, 18]),
)
def test_the_body_and_the_core_agree_on_every_birth_date(born: date, on: date, age: int) -> None:
    assert (born <= _latest_birth(on, age)) == suffrage.is_old_enough(born, on, age)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("register", "residents", "electors"),
    [("main", "", ""), ("municipal_eu", "", ""), ("resident", "", "not_elector")],
)
def test_each_register_opens_its_bodies(town: None, register: str, residents: str, electors: str) -> None:
    person = enrol("1", "Loriot", "Simone", date(1970, 1, 1), register=register)
    assert eligibility(person, "residents16", DAY) == residents
    assert eligibility(person, "electors", DAY) == electors
    assert body("residents16", DAY).exists() == (residents == "")
    assert body("electors", DAY).exists() == (electors == "")


@pytest.mark.django_db
def test_a_person_counts_from_the_day_of_arrival_to_the_eve_of_leaving(town: None) -> None:
    person = enrol("1", "Loriot", "Simone", date(1970, 1, 1))
    actions.leave(person, DAY)
    days = {
        person.since - timedelta(days=1): "not_on_roll",
        DAY - timedelta(days=1): "",
        DAY: "left",
    }
    for day, reason in days.items():
        assert eligibility(person, "residents16", day) == reason
        # The pack's ages begin with the mandate: before it there is a register, and no body.
        assert day.year < 2026 or body("residents16", day).exists() == (reason == "")


@pytest.mark.django_db
def test_building_twice_changes_nothing(db: None) -> None:
    actions.build(pack.current())
    before = list(Station.objects.order_by("pk").values()), list(Neighbourhood.objects.order_by("pk").values())
    actions.build(pack.current())
    assert (
        list(Station.objects.order_by("pk").values()),
        list(Neighbourhood.objects.order_by("pk").values()),
    ) == before
    assert Station.objects.count() == len(pack.current().stations)


@pytest.mark.django_db
def test_an_address_is_looked_up_at_the_moment_of_sending(town: None) -> None:
    person = enrol("1", "Loriot", "Simone", date(1970, 1, 1), "Simone@Example.org")
    assert address_of(person.ref) == "simone@example.org"
    actions.leave(person, localdate() + timedelta(days=1))
    assert address_of(person.ref) == "simone@example.org", "who leaves tomorrow is still written to"
    actions.leave(person, localdate())
    assert address_of(person.ref) == ""


@pytest.mark.django_db
def test_a_person_has_one_account(town: None) -> None:
    person = enrol("1", "Loriot", "Simone", date(1970, 1, 1), "simone@example.org")
    assert actions.open_account(person) == actions.open_account(person)
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(person=person)


@pytest.mark.django_db
def test_an_account_needs_an_address(town: None) -> None:
    with pytest.raises(Refused, match="no_address"):
        actions.open_account(enrol("1", "Loriot", "Simone", date(1970, 1, 1)))


@pytest.mark.django_db
def test_an_account_is_a_persons_or_at_work_never_both(town: None) -> None:
    person = enrol("1", "Loriot", "Simone", date(1970, 1, 1), "simone@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(person=person, work_email="x@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create()
