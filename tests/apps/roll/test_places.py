"""Where an address votes, from which day on; who moves when boundaries do; the pages of streets."""

import re
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from beffroi.apps.gazette.models import Entry
from beffroi.apps.roll import actions, boundaries, places, roles
from beffroi.apps.roll.acting import WEB, Acting
from beffroi.apps.roll.enrolment import residence
from beffroi.apps.roll.models import Account, Address, AddressPoint, BoundaryChange, Person, Station, StreetRule
from beffroi.apps.roll.places import EXACT, STREET
from beffroi.apps.roll.queries import neighbourhood_on
from beffroi.core.errors import Malformed, Refused
from beffroi.web import pack
from tests.apps import town as world
from tests.apps.roll.conftest import NOW, enrol
from tests.apps.roll.enrolling import asked
from tests.apps.roll.test_races import at_once

VILLAGE = Path(__file__).parents[2] / "packs/village"
TODAY, DAY = NOW.date(), timedelta(days=1)
HEAD = "rue;cote;du;au;bureau"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _village(settings: Any) -> None:
    settings.PACK = VILLAGE


@pytest.fixture
def village(town: None) -> None:
    boundaries.build(pack.current(), NOW)
    boundaries.apply_due(NOW)


def table(*lines: str) -> bytes:
    return "\n".join([HEAD, *lines, ""]).encode()


def change(raw: bytes, since: date = TODAY, now: Any = NOW) -> BoundaryChange | None:
    return boundaries.change_rules(raw, since, boundaries.plan_rules(raw, since, now).fingerprint, now)


def current(**other: str) -> bytes:
    """The village's own file, with some streets of another station."""
    lines = (VILLAGE / "data/rues.csv").read_text().splitlines()
    for street, station in other.items():
        lines = [f"{line.rpartition(';')[0]};{station}" if street in line else line for line in lines]
    return "\n".join([*lines, ""]).encode()


def station(code: str) -> Station:
    return Station.objects.get(code=code)


def lives(number: str, street: str, code: str = "01") -> Person:
    person = enrol(number, "Pinson", f"Gaëlle {number}", date(1988, 1, 1))
    place = station(code)
    Person.objects.filter(pk=person.pk).update(street=street, station=place, neighbourhood=place.neighbourhood)
    return person


# --- Finding


@pytest.mark.parametrize(
    ("text", "code", "certainty"),
    [
        ("3 rue du Vieux-Colombier", "01", EXACT),
        ("RUE DU VIEUX COLOMBIER", "01", STREET),
        ("5 ter, sente des 3 écluses", None, ""),
        ("5 ter, sente des trois écluses", "02", EXACT),
        ("2 imp St Eloi", "02", EXACT),
        ("19 chemin des Alouettes", "01", EXACT),
        ("21 bis chemin des Alouettes", "02", EXACT),
        ("2 ch. des alouettes", "02", EXACT),
        ("chemin des Alouettes", None, ""),  # cut in two: without a number nobody can tell
        ("rue Inconnue", None, ""),
        ("", None, ""),
    ],
)
def test_an_address_has_the_station_of_its_part_of_the_street(
    village: None, text: str, code: str | None, certainty: str
) -> None:
    found = places.find(text, TODAY)
    assert (found and found.station.code, found.certainty if found else "") == (code, certainty)
    assert found is None or found.neighbourhood == station(code or "").neighbourhood


def test_a_part_alone_does_not_make_the_street_certain(town: None) -> None:
    change(table("rue du Lavoir;pairs;;;01"))
    assert places.find("rue du Lavoir", TODAY) is None
    assert places.find("3 rue du Lavoir", TODAY) is None
    assert places.find("4 rue du Lavoir", TODAY) is not None


def test_the_day_before_a_change_the_old_boundaries_hold(village: None) -> None:
    change(current(Colombier="02"), TODAY + 10 * DAY)
    for day, code in ((TODAY, "01"), (TODAY + 9 * DAY, "01"), (TODAY + 10 * DAY, "02")):
        found = places.find("3 rue du Vieux-Colombier", day)
        assert found is not None
        assert found.station.code == code


def test_a_search_gives_first_what_begins_so(village: None) -> None:
    assert [street.name for street in places.search("chemin", TODAY)] == ["chemin des Alouettes"]
    assert [street.name for street in places.search("12 bis rue du vieux", TODAY)] == ["rue du Vieux-Colombier"]
    assert [street.name for street in places.search("ST ELOI", TODAY)] == ["impasse Saint-Éloi"]
    assert places.search("x", TODAY) == []
    assert len(places.search("du", TODAY)) == 2


def test_coverage_tells_addresses_without_a_station_and_streets_without_an_address(village: None) -> None:
    told = places.coverage(TODAY)
    assert (told.points, told.covered, told.left) == (32, 31, 1)
    assert told.missing == (("Ferme du Grand-Duc", 1),)
    change(current() + b"rue des Nuages;;;;01\n", TODAY + DAY)
    assert places.coverage(TODAY + DAY).unused == ("rue des Nuages",)


# --- Changing


def test_the_same_file_again_changes_nothing(village: None) -> None:
    plan = boundaries.plan_rules(current(), TODAY + DAY, NOW)
    assert (plan.begin, plan.end, plan.kept) == ((), (), 7)
    assert change(current(), TODAY + DAY) is None


def test_what_is_not_in_the_file_ends_and_nothing_is_erased(village: None) -> None:
    change(table("rue du Vieux-Colombier;;;;01"), TODAY + DAY)
    assert StreetRule.objects.count() == 7
    assert places.in_force(TODAY).count() == 7
    assert places.in_force(TODAY + DAY).count() == 1


def test_a_preview_that_is_no_longer_true_is_refused(village: None) -> None:
    first, second = current(Colombier="02"), current(Tilleul="02")
    seen = boundaries.plan_rules(first, TODAY + DAY, NOW).fingerprint
    with pytest.raises(Refused) as refused:
        boundaries.change_rules(second, TODAY + DAY, seen, NOW)
    assert refused.value.rule == "roll.not_the_preview"


@pytest.mark.parametrize(
    ("since", "rule"), [(TODAY - DAY, "roll.boundaries_past"), (TODAY, "roll.boundaries_same_day")]
)
def test_the_past_is_not_rewritten(village: None, since: date, rule: str) -> None:
    with pytest.raises(Refused) as refused:
        boundaries.plan_rules(current(Colombier="02"), since, NOW)
    assert refused.value.rule == rule


def test_one_change_at_a_time_and_it_can_be_given_up(village: None) -> None:
    planned = change(current(Colombier="02"), TODAY + 10 * DAY)
    assert planned is not None
    with pytest.raises(Refused) as refused:
        boundaries.plan_rules(current(Tilleul="02"), TODAY + 20 * DAY, NOW)
    assert refused.value.rule == "roll.boundaries_ahead"
    before = list(StreetRule.objects.filter(since=TODAY).values("pk", "station"))
    boundaries.drop_planned(planned, NOW)
    assert list(StreetRule.objects.values("pk", "station")) == before
    assert not StreetRule.objects.exclude(until=None).exists()
    with pytest.raises(Refused) as refused:
        boundaries.drop_planned(planned, NOW)
    assert refused.value.rule == "roll.boundaries_hold"
    assert [entry.kind for entry in Entry.objects.order_by("pk")][-2:] == ["boundaries.planned", "boundaries.dropped"]


def test_what_holds_is_not_given_up(village: None) -> None:
    with pytest.raises(Refused):
        boundaries.drop_planned(BoundaryChange.objects.get(), NOW)


# --- Who moves


def test_on_its_day_whoever_lives_there_changes_station_once(village: None) -> None:
    inside, outside = lives("11", "3 rue du Vieux-Colombier"), lives("12", "2 place du Tilleul")
    day = NOW + 10 * DAY
    change(current(Colombier="02"), day.date())
    boundaries.apply_due(NOW + 9 * DAY)
    inside.refresh_from_db()
    assert inside.station == station("01")
    for _ in range(2):
        boundaries.apply_due(day)
    inside.refresh_from_db()
    outside.refresh_from_db()
    assert (inside.station, inside.neighbourhood) == (station("02"), station("02").neighbourhood)
    assert outside.station == station("01")
    assert BoundaryChange.objects.get(since=day.date()).moved == 1
    applied = Entry.objects.filter(kind="boundaries.applied").order_by("pk").last()
    assert applied is not None
    assert '"moved":1' in applied.leaf
    assert "Pinson" not in applied.leaf


@pytest.mark.parametrize("late", [0, 3])
def test_where_they_lived_before_stays_known_from_the_day_of_the_change_on(village: None, late: int) -> None:
    """However late the worker comes. Whoever does not move has no history."""
    inside, outside = lives("11", "3 rue du Vieux-Colombier"), lives("12", "2 place du Tilleul")
    since = TODAY + 10 * DAY
    change(current(Colombier="02"), since)
    boundaries.apply_due(NOW + (10 + late) * DAY)
    inside.refresh_from_db()
    past = Address.objects.get()
    assert (past.person, past.street, past.station) == (inside, "3 rue du Vieux-Colombier", station("01"))
    assert neighbourhood_on(inside, since - DAY) == station("01").neighbourhood
    assert neighbourhood_on(inside, since) == station("02").neighbourhood != station("01").neighbourhood
    assert neighbourhood_on(outside, since - DAY) == neighbourhood_on(outside, since) == outside.neighbourhood


def test_whoever_moved_on_the_day_of_the_change_keeps_one_history(village: None) -> None:
    person = Person.objects.get(pk=lives("11", "2 place du Tilleul").pk)
    since = TODAY + 10 * DAY
    change(current(Colombier="02"), since)
    residence.change_address(person, "3 rue du Vieux-Colombier", station("01"), since)
    boundaries.apply_due(NOW + 10 * DAY)
    person.refresh_from_db()
    assert person.station == station("02")
    assert Address.objects.get(person=person).street == "2 place du Tilleul"
    assert neighbourhood_on(person, since) == station("02").neighbourhood


def test_an_import_taken_back_leaves_the_history_of_the_boundaries_of_its_day(town: None) -> None:
    from tests.apps.roll.test_import import bring_in, export, line

    day = NOW + 10 * DAY
    bring_in(export(line(house="3", street="RUE DU VIEUX-COLOMBIER", station="1")))
    person = Person.objects.get()
    Person.objects.filter(pk=person.pk).update(since=TODAY)
    boundaries.build(pack.current(), NOW)
    boundaries.apply_due(NOW)
    change(current(Colombier="02"), day.date())
    boundaries.apply_due(day)
    bring_in(export(line(house="4", street="PLACE DU TILLEUL", station="1")), day)
    actions.undo_import(day)
    person.refresh_from_db()
    assert person.station == station("02")
    assert neighbourhood_on(person, day.date() - DAY) == station("01").neighbourhood


def test_whoever_the_electoral_roll_has_put_elsewhere_stays_and_is_counted(village: None) -> None:
    elsewhere = lives("11", "3 rue du Vieux-Colombier", "02")
    gone = lives("12", "3 rue du Vieux-Colombier")
    actions.leave(gone, TODAY)
    assert boundaries.strangers(TODAY) == 1
    change(current(Colombier="02"), TODAY + DAY)
    boundaries.apply_due(NOW + DAY)
    assert BoundaryChange.objects.get(since=TODAY + DAY).moved == 0
    elsewhere.refresh_from_db()
    assert elsewhere.station == station("02")


def test_the_first_file_moves_nobody(town: None) -> None:
    lives("11", "3 rue du Vieux-Colombier", "02")
    change(current())
    boundaries.apply_due(NOW)
    assert Person.objects.get(roll_number="11").station == station("02")


def test_a_pack_brings_its_streets_once(village: None) -> None:
    change(current(Colombier="02"), TODAY + DAY)
    boundaries.build(pack.current(), NOW + 2 * DAY)
    assert StreetRule.objects.count() == 8
    assert AddressPoint.objects.count() == 32


# --- Addresses


def test_new_addresses_take_the_place_of_the_old_ones_or_nothing_changes(village: None) -> None:
    raw = (VILLAGE / "data/adresses.csv").read_bytes()
    lines = raw.decode("utf-8-sig").splitlines()
    boundaries.replace_points("\n".join(lines[:4]).encode(), NOW)
    assert AddressPoint.objects.count() == 3
    with pytest.raises(Malformed):
        boundaries.replace_points(raw + b"x;y\n", NOW)
    assert AddressPoint.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_the_same_instant_one_is_written(town: None) -> None:
    boundaries.build(pack.current(), NOW)
    boundaries.apply_due(NOW)
    files = (current(Colombier="02"), current(Tilleul="02"))
    told = at_once(2, lambda n: change(files[n], TODAY + DAY))
    assert sorted(told)[0] == ""
    assert sorted(told)[1] in {"roll.boundaries_ahead", "roll.not_the_preview"}
    assert BoundaryChange.objects.filter(since=TODAY + DAY).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_apply_a_change_once(town: None) -> None:
    boundaries.build(pack.current(), NOW)
    at_once(2, lambda _: boundaries.apply_due(NOW))
    assert Entry.objects.filter(kind="boundaries.applied").count() == 1


# --- The pages


@pytest.fixture
def administrator(village: None) -> Account:
    return roles.make_administrator("Ariane", "ariane@mairie.example", NOW)


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def test_everybody_finds_a_street_without_saying_a_number(village: None, clock: Any) -> None:
    client = world.browser(None)
    page = client.get(reverse("roll:places"), {"rue": "alouettes"}).content.decode()
    assert page.count("chemin des Alouettes") == 3
    assert "even numbers" in page
    assert "from 1 to 19" in page
    assert "csrf" not in page
    assert "No street of this name" in client.get(reverse("roll:places"), {"rue": "zzz\x00"}).content.decode()
    listed = client.get(reverse("roll:places"), {"quartier": "le-moulin"}).content.decode()
    assert "impasse Saint-Éloi" in listed
    assert "place du Tilleul" not in listed
    assert client.get(reverse("roll:places"), {"quartier": "nulle-part"}).status_code == 404
    assert client.get(reverse("roll:places"), {"quartier": "\x00"}).status_code == 200


def test_a_form_is_offered_streets_as_one_types(village: None, clock: Any) -> None:
    told = world.browser(None).get(reverse("roll:streets"), {"q": "12 ch des al"}).json()
    assert [street["name"] for street in told["streets"]] == ["chemin des Alouettes"]
    assert (
        told["streets"][0]["places"][0]["neighbourhood"]
        == station(told["streets"][0]["places"][0]["station"]).neighbourhood.name
    )
    assert world.browser(None).get(reverse("roll:streets")).json() == {"streets": []}


def test_the_forms_of_enrolment_offer_the_streets_and_the_first_page_leads_to_them(
    village: None, tomasz: Person, clock: Any
) -> None:
    agent = actions.open_work_account("Claude", "guichet@mairie.example", "agent")
    offered = f'data-streets="{reverse("roll:streets")}"'
    mine = world.browser(Account.objects.get(person=tomasz)).get(reverse("roll:my_address")).content.decode()
    counter = world.browser(agent).get(reverse("roll:enrol_counter")).content.decode()
    for shown in (mine, counter):
        assert offered in shown
        assert 'list="street-streets"' in shown
        assert '<datalist id="street-streets">' in shown
        assert "roll/streets" in shown.partition("</head>")[0]
    assert f'href="{reverse("roll:places")}"' in world.browser(None).get(reverse("roll:enrol")).content.decode()


@pytest.mark.parametrize(
    ("street", "code"), [("21 chemin des Alouettes", "02"), ("chemin des Alouettes", None), ("1 rue Inconnue", None)]
)
def test_the_agents_pages_propose_the_station_of_the_street_and_none_when_the_list_cannot_tell(
    village: None, tomasz: Person, clock: Any, street: str, code: str | None
) -> None:
    agent = actions.open_work_account("Claude", "guichet@mairie.example", "agent")
    move = residence.declare_move(Acting(tomasz, WEB, None), street, TODAY, NOW)
    desks = (reverse("roll:enrol_desk", args=[asked(street=street).ref]), reverse("roll:move_desk", args=[move.pk]))
    for desk in desks:
        shown = world.browser(agent).get(desk).content.decode()
        chosen = re.search(r'<option value="([^"]*)" selected>', shown)
        assert (chosen[1] if chosen else "") == (code or "")
        assert ("does not say it for this address" in shown) == (code is None)
        answer = world.post(world.browser(agent), desk, step="confirm" if "dem" in desk else "accept", station="")
        assert answer.status_code == 422, "what is proposed is not yet decided"


def test_an_administrator_previews_then_confirms_streets(administrator: Account, clock: Any) -> None:
    client, page = world.browser(administrator), reverse("roll:boundaries")
    file = SimpleUploadedFile("rues.csv", current(Colombier="02"))
    answer = world.post(client, page, step="rules", **{"r-file": file, "r-since": "2026-12-01"})
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "1 street changes" in shown
    assert BoundaryChange.objects.count() == 1
    ticket = shown.partition('name="ticket" value="')[2].partition('"')[0]
    world.post(client, page, step="confirm", ticket=ticket)
    assert BoundaryChange.objects.get(since=date(2026, 12, 1)).applied_at is None
    again = world.post(client, page, step="confirm", ticket=ticket)
    assert again.status_code == 302
    assert BoundaryChange.objects.count() == 2
    assert "Yes, give it up" in client.get(page).content.decode()
    pk = BoundaryChange.objects.get(since=date(2026, 12, 1)).pk
    world.post(client, page, step="drop", change=pk)
    assert BoundaryChange.objects.count() == 1


def test_a_ticket_that_was_forged_or_given_up_does_nothing(administrator: Account, clock: Any) -> None:
    client, page = world.browser(administrator), reverse("roll:boundaries")
    file = SimpleUploadedFile("a.csv", (VILLAGE / "data/adresses.csv").read_bytes())
    shown = world.post(client, page, step="points", **{"p-file": file}).content.decode()
    ticket = shown.partition('name="ticket" value="')[2].partition('"')[0]
    AddressPoint.objects.all().delete()
    world.post(client, page, step="confirm", ticket="x" + ticket)
    world.post(client, page, step="cancel", ticket=ticket)
    world.post(client, page, step="confirm", ticket=ticket)
    assert not AddressPoint.objects.exists()


def test_a_file_that_cannot_be_read_is_told_at_its_field(administrator: Account, clock: Any) -> None:
    file = SimpleUploadedFile("rues.csv", table("Rue du Lavoir;;;;09"))
    answer = world.post(
        world.browser(administrator),
        reverse("roll:boundaries"),
        step="rules",
        **{"r-file": file, "r-since": "2026-12-01"},
    )
    assert answer.status_code == 422
    assert "line 2, bureau" in answer.content.decode()


def test_the_rules_come_back_as_the_file_that_gives_them(administrator: Account, clock: Any) -> None:
    answer = world.browser(administrator).get(reverse("roll:boundaries_file"))
    raw = BytesIO(answer.content).read()
    plan = boundaries.plan_rules(raw, TODAY + DAY, NOW)
    assert (plan.begin, plan.end, plan.kept) == ((), (), 7)


def test_only_administrators_change_streets(administrator: Account, odette: Person) -> None:
    others = [None, Account.objects.get(person=odette)]
    others += [
        actions.open_work_account(kind, f"{kind}@mairie.example", kind)
        for kind in ("agent", "clerk", "scrutineer", "panel")
    ]
    for other in others:
        client = world.browser(other)
        for name in ("roll:boundaries", "roll:boundaries_file"):
            assert client.get(reverse(name)).status_code == (302 if other is None else 403)
        assert world.post(client, reverse("roll:boundaries"), step="drop", change=1).status_code in {302, 403}
    assert BoundaryChange.objects.count() == 1
