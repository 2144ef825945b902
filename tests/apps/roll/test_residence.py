"""Moving with dates, leaving with a way back, confirming once a year: the wider register, at home or at the counter."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisCase

from beffroi.apps.letters.models import Letter
from beffroi.apps.roll import actions
from beffroi.apps.roll.acting import COUNTER, WEB, Acting
from beffroi.apps.roll.enrolment import queries, residence
from beffroi.apps.roll.models import Account, Address, Move, Neighbourhood, Person, Station
from beffroi.apps.roll.queries import RESIDENTS, body, neighbourhood_on, search
from beffroi.core.errors import Malformed, Refused
from beffroi.web import pack
from tests.apps.roll.conftest import NOW, enrol
from tests.apps.roll.enrolling import account

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def far_station(person: Person) -> Station:
    """One of another neighbourhood."""
    return Station.objects.exclude(neighbourhood=person.neighbourhood).earliest("code")


@pytest.fixture(params=[WEB, COUNTER])
def acting(request: pytest.FixtureRequest, tomasz: Person, agent: Account) -> Acting:
    """Tomasz of the wider register, at home and in front of the agent."""
    return Acting(tomasz, request.param, None if request.param == WEB else agent)


@pytest.fixture
def elector(odette: Person) -> Acting:
    return Acting(odette, WEB, None)


# --- Moving


def test_an_agent_confirms_a_move_and_the_former_neighbourhood_stays_known(acting: Acting, agent: Account) -> None:
    person, before = acting.person, acting.person.neighbourhood
    moved = TODAY - timedelta(days=10)
    move = residence.declare_move(acting, "3 rue des Loutres", moved, NOW)
    person.refresh_from_db()
    assert person.street == "rue du Héron-Cendré", "nothing changes before an agent has seen a proof"
    there = far_station(person)
    person = residence.confirm_move(move, agent, there, NOW)
    assert (person.street, person.station, person.neighbourhood) == ("3 rue des Loutres", there, there.neighbourhood)
    assert neighbourhood_on(person, moved - timedelta(days=1)) == before
    assert neighbourhood_on(person, moved) == there.neighbourhood
    assert neighbourhood_on(person, person.since - timedelta(days=1)) is None
    assert Letter.objects.get().kind == "move_confirmed"


def test_one_move_waits_at_a_time_and_can_be_taken_back(acting: Acting, agent: Account) -> None:
    move = residence.declare_move(acting, "3 rue des Loutres", TODAY, NOW)
    with pytest.raises(Refused, match="move_waits"):
        residence.declare_move(acting, "4 rue des Loutres", TODAY, NOW)
    residence.withdraw_move(acting, NOW)
    with pytest.raises(Refused, match="move_decided"):
        residence.confirm_move(move, agent, far_station(acting.person), NOW)
    residence.declare_move(acting, "4 rue des Loutres", TODAY, NOW)


def test_a_move_is_decided_once(acting: Acting, agent: Account) -> None:
    move = residence.declare_move(acting, "3 rue des Loutres", TODAY, NOW)
    residence.refuse_move(move, agent, NOW)
    for again in (residence.refuse_move, lambda m, a, n: residence.confirm_move(m, a, far_station(m.person), n)):
        with pytest.raises(Refused, match="move_decided"):
            again(move, agent, NOW)


@pytest.mark.parametrize("days", [1, -36500])
def test_a_move_is_neither_ahead_nor_from_before_she_lived_here(acting: Acting, days: int) -> None:
    with pytest.raises(Refused, match="move_day"):
        residence.declare_move(acting, "3 rue des Loutres", TODAY + timedelta(days=days), NOW)


def test_an_address_is_a_line_of_text(acting: Acting) -> None:
    for street in ("  ", "x" * 201):
        with pytest.raises(Malformed):
            residence.declare_move(acting, street, TODAY, NOW)


@pytest.mark.parametrize("who", ["clerk", "scrutineer", "panel", "administrator"])
def test_only_an_agent_confirms(acting: Acting, who: str) -> None:
    move = residence.declare_move(acting, "3 rue des Loutres", TODAY, NOW)
    with pytest.raises(Refused, match="not_an_agent"):
        residence.confirm_move(move, account(who), far_station(acting.person), NOW)


def test_the_database_keeps_addresses_apart(tomasz: Person) -> None:
    here: dict[str, Any] = {"neighbourhood": tomasz.neighbourhood, "station": tomasz.station, "street": "x"}
    Address.objects.create(person=tomasz, since=date(2021, 1, 1), until=date(2022, 1, 1), **here)
    for since, until in ((date(2021, 1, 1), date(2023, 1, 1)), (date(2020, 1, 1), date(2022, 1, 1))):
        with pytest.raises(IntegrityError), transaction.atomic():
            Address.objects.create(person=tomasz, since=since, until=until, **here)
    with pytest.raises(IntegrityError), transaction.atomic():
        Address.objects.create(person=tomasz, since=date(2024, 1, 1), until=date(2024, 1, 1), **here)


class AnyMoves(HypothesisCase):
    @given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=8))
    def test_on_each_day_she_lived_where_the_last_move_before_it_says(self, steps: list[tuple[int, bool]]) -> None:
        actions.build(pack.current())
        person = enrol("77", "Loriot", "Simone", date(1970, 2, 1), register="resident")
        places = [person.station, far_station(person)]
        agent = account("agent")
        day, truth = person.since, [(person.since, person.neighbourhood)]
        for days, away in steps:
            day += timedelta(days=days)
            now = datetime.combine(day, NOW.timetz())
            move = residence.declare_move(Acting(person, WEB, None), "rue x", day, now)
            person = residence.confirm_move(move, agent, places[away], now)
            truth.append((day, places[away].neighbourhood))
        for offset in range((day - person.since).days + 2):
            asked = person.since + timedelta(days=offset)
            expected: Neighbourhood = [place for begun, place in truth if begun <= asked][-1]
            assert neighbourhood_on(person, asked) == expected


# --- Leaving


def test_a_departure_is_a_day_ahead_that_can_be_taken_back_until_then(acting: Acting) -> None:
    leaves = TODAY + timedelta(days=20)
    residence.declare_departure(acting, leaves, NOW)
    person = Person.objects.get(pk=acting.person.pk)
    assert person in body(RESIDENTS, leaves - timedelta(days=1))
    assert person not in body(RESIDENTS, leaves)
    assert neighbourhood_on(person, leaves) is None
    residence.confirm_residence(acting, NOW + timedelta(days=19))
    assert Person.objects.get(pk=person.pk).left_on is None
    residence.declare_departure(acting, leaves, NOW)
    with pytest.raises(Refused, match=r"roll\.left"):
        residence.confirm_residence(acting, NOW + timedelta(days=20))


@pytest.mark.parametrize("days", [-1, 367])
def test_a_departure_is_neither_past_nor_years_ahead(acting: Acting, days: int) -> None:
    with pytest.raises(Refused, match="departure_day"):
        residence.declare_departure(acting, TODAY + timedelta(days=days), NOW)


def test_who_leaves_later_is_still_found_at_the_counter(acting: Acting) -> None:
    from django.utils.timezone import localdate

    actions.leave(acting.person, localdate() + timedelta(days=5))
    assert search("Loriot", "Tomasz", None) == [acting.person]


def test_the_electoral_roll_decides_for_electors(elector: Acting) -> None:
    for act in (
        lambda: residence.declare_move(elector, "3 rue des Loutres", TODAY, NOW),
        lambda: residence.declare_departure(elector, TODAY, NOW),
        lambda: residence.confirm_residence(elector, NOW),
    ):
        with pytest.raises(Refused, match=r"residence\.elector"):
            act()


# --- Confirming once a year


@pytest.fixture
def lately(tomasz: Person) -> Person:
    """Tomasz said on 23 November 2026 that he lives here."""
    residence.confirm_residence(Acting(tomasz, WEB, None), NOW)
    return tomasz


def at(day: date) -> datetime:
    return datetime.combine(day, NOW.timetz())


def test_the_year_as_it_goes_for_somebody_who_never_answers(lately: Person, agent: Account) -> None:
    due = date(2027, 11, 23)
    assert residence.confirm_by(Person.objects.get(pk=lately.pk), due) == due
    residence.renew(at(due - timedelta(days=31)))
    assert not Letter.objects.exists()
    for days in (30, 29, 1):
        residence.renew(at(due - timedelta(days=days)))
    assert list(Letter.objects.values_list("kind", "reference")) == [("renewal_due", "23.11.2027")]
    for days in (0, 1):
        residence.renew(at(due + timedelta(days=days)))
    person = Person.objects.get(pk=lately.pk)
    assert person.left_on == due + timedelta(days=60)
    assert list(Letter.objects.values_list("kind", flat=True)) == ["renewal_due", "renewal_ends"]
    assert person in body(RESIDENTS, due + timedelta(days=59))
    assert person not in body(RESIDENTS, due + timedelta(days=60))


def test_one_word_within_the_grace_and_she_stays(lately: Person) -> None:
    due = date(2027, 11, 23)
    residence.renew(at(due))
    residence.confirm_residence(Acting(lately, WEB, None), at(due + timedelta(days=59)))
    residence.renew(at(due + timedelta(days=60)))
    assert Person.objects.get(pk=lately.pk).left_on is None


def test_a_departure_that_she_declared_is_not_put_off_by_the_reminder(lately: Person) -> None:
    residence.declare_departure(Acting(lately, WEB, None), date(2027, 11, 1), at(date(2027, 10, 1)))
    residence.renew(at(date(2027, 10, 30)))
    assert Person.objects.get(pk=lately.pk).left_on == date(2027, 11, 1)
    assert not Letter.objects.exists()


def test_electors_are_never_asked_and_nobody_owes_from_before_the_rule(odette: Person, tomasz: Person) -> None:
    residence.renew(NOW)
    residence.renew(at(date(2040, 1, 1)))
    odette.refresh_from_db()
    assert odette.left_on is None
    since = pack.current().value("enrolment.renewal_months", TODAY).since
    assert residence.confirm_by(tomasz, TODAY) == since.replace(year=since.year + 1)


def test_whoever_has_no_address_is_on_the_agents_list_of_letters(town: None) -> None:
    person = enrol("5", "Bruant", "Rose", date(1944, 12, 6), register="resident")
    due = residence.confirm_by(person, TODAY)
    assert queries.without_address(due - timedelta(days=31)) == []
    assert queries.without_address(due - timedelta(days=30)) == [person]
    assert queries.to_confirm(person, due - timedelta(days=31)) is None
    assert queries.to_confirm(person, due - timedelta(days=30)) == due


def test_a_move_that_waits_is_one_row_in_the_database(tomasz: Person) -> None:
    Move.objects.create(person=tomasz, street="x", moved_on=TODAY, asked_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Move.objects.create(person=tomasz, street="y", moved_on=TODAY, asked_at=NOW)


# --- The electoral roll's own moves


def test_an_import_that_moves_an_elector_keeps_where_she_lived_and_its_undo_forgets_it(town: None) -> None:
    from tests.apps.roll.test_import import bring_in, export, line

    bring_in(export(line()))
    person = Person.objects.get()
    before = person.neighbourhood
    there = far_station(person)
    later = NOW + timedelta(days=100)
    bring_in(export(line(station=there.code)), later)
    person.refresh_from_db()
    assert person.neighbourhood == there.neighbourhood
    assert neighbourhood_on(person, later.date() - timedelta(days=1)) == before
    assert neighbourhood_on(person, later.date()) == there.neighbourhood
    actions.undo_import(later)
    person.refresh_from_db()
    assert not Address.objects.exists()
    assert neighbourhood_on(person, later.date()) == before
