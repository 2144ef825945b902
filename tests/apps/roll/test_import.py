"""The electoral roll's export: read strictly, previewed, imported in one step, taken back as exactly."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.apps.gazette.models import Entry
from beffroi.apps.roll import actions, imports
from beffroi.apps.roll.importing import read
from beffroi.apps.roll.models import Import, Person
from beffroi.apps.roll.plan import KINDS, Decisions, Plan
from beffroi.apps.roll.queries import search
from beffroi.core.errors import Malformed, Refused
from beffroi.web import pack
from tests.apps.roll.conftest import enrol

HEADER = (Path(__file__).parents[2] / "vectors/roll/header.csv").read_text().strip()
COLUMNS = [name.strip('"') for name in HEADER.split(";")]
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Europe/Paris"))
TODAY = NOW.date()
ARABIC = "عبدالرحمن" * 34  # 306 characters


def line(**of: str) -> dict[str, str]:
    """An elector of the export: `usage`, `first`, ... stand for its columns."""
    short = {
        "list": "libellé du type de liste",
        "last": "nom de naissance",
        "usage": "nom d'usage",
        "first": "prénoms",
        "sex": "sexe",
        "born": "date de naissance",
        "house": "numéro de voie",
        "street": "libellé de voie",
        "hamlet": "lieu-dit",
        "station": "code du bureau de vote",
        "order": "numéro d'ordre dans le bureau de vote",
        "code": "code du l'ugle",
        "commune": "libellé de l'ugle",
    }
    given = {
        "code": "00000",
        "commune": pack.current().name.upper(),
        "list": "Liste principale",
        "last": "LORIOT",
        "first": "Simone Ève",
        "sex": "F",
        "born": "01/02/1970",
        "house": "12",
        "street": "Rue du Héron-Cendré",
        "station": "0001",
        "order": "1",
    } | of
    return {short[name]: value for name, value in given.items()}


def export(*lines: dict[str, str]) -> bytes:
    """As the roll's export is written: every field quoted, except the empty ones and the last."""
    rows = []
    for of in lines:
        fields = [of.get(name, "") for name in COLUMNS]
        rows.append(";".join([f'"{value}"' if value else "" for value in fields[:-1]] + fields[-1:]))
    return "\n".join([HEADER, *rows, ""]).encode()


def birds(count: int, **of: str) -> list[dict[str, str]]:
    """So many electors, none like another."""
    return [
        line(last=f"OISEAU {number}", born=f"{number % 28 + 1:02d}/03/{1940 + number % 60}", order=str(number), **of)
        for number in range(1, count + 1)
    ]


def preview(raw: bytes, **more: Any) -> Plan:
    return imports.preview(raw, NOW, **more)


def bring_in(raw: bytes, now: datetime = NOW, **more: Any) -> Import | None:
    plan = imports.preview(raw, now, more.get("decisions"))
    return actions.import_roll(raw, plan.fingerprint, now, **more)


def counts(plan: Plan) -> dict[str, int]:
    return {kind: plan.count(kind) for kind in KINDS if plan.count(kind)}


def reasons(plan: Plan) -> list[tuple[str, tuple[int, ...]]]:
    return [(doubt.reason, doubt.lines) for doubt in plan.doubts]


def everything() -> list[dict[str, Any]]:
    return list(Person.objects.order_by("pk").values())


# --- Reading


@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("cp1252"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace('"', "").encode(),
        lambda text: text.replace("code du l'ugle", "Code de l’UGLE").encode(),
        lambda text: (text + "\n\n").encode(),
    ],
    ids=["utf-8", "mark", "cp1252", "crlf", "unquoted", "other header", "empty lines"],
)
@pytest.mark.django_db
def test_each_way_of_writing_the_file_gives_the_same_electors(town: None, written: Any) -> None:
    text = export(line(last="CŒUR-ÉTÉ"), line(first="Zoë", order="2")).decode()
    assert read(written(text), TODAY) == read(text.encode(), TODAY)
    assert read(text.encode(), TODAY)[0].birth_name == "CŒUR-ÉTÉ"


@pytest.mark.parametrize(
    ("raw", "where", "found"),
    [
        (b"", "line 1", "an empty file"),
        (b"\xef\xbb\xbf\n", "line 1", "an empty file"),
        (HEADER.encode(), "line 2", "the end of the file"),
        (b"PK\x03\x04\x00\x00", "the file", "a zero byte"),
        (b"name,age\nx,3\n", "line 1, column 1", '"name,age"'),
        (HEADER.replace(";", ",").encode(), "line 1", "';' expected"),
        (HEADER.replace('"sexe";', "").encode(), "line 1", "no column sexe"),
        (HEADER.replace('"sexe"', '"sexe";"sexe"').encode(), "line 1, column 8", '"sexe" again'),
        (HEADER.encode() + b"\nA;B\n", "line 2", "2 fields"),
        (HEADER.encode() + b'\n"A;B\n', "line 2", "unexpected end of data"),
        (HEADER.encode() + b"\n\x81", "line 2", "bytes that are no letter"),
    ],
)
@pytest.mark.django_db
def test_a_foreign_file_is_refused_with_the_place_and_what_was_found(raw: bytes, where: str, found: str) -> None:
    with pytest.raises(Malformed) as wrong:
        read(raw, TODAY)
    assert wrong.value.where == where
    assert found in wrong.value.found
    assert wrong.value.accepted


@pytest.mark.parametrize(
    ("of", "where"),
    [
        ({"list": "Liste des amis"}, "line 3, libellé du type de liste"),
        ({"born": "31/02/1980"}, "line 3, date de naissance"),
        ({"born": "12/00/1980"}, "line 3, date de naissance"),
        ({"born": "01/01/2031"}, "line 3, date de naissance"),
        ({"born": ""}, "line 3, date de naissance"),
        ({"last": " - "}, "line 3, nom de naissance"),
        ({"first": ""}, "line 3, prénoms"),
        ({"last": "A" * 401}, "line 3, nom de naissance"),
        ({"order": "1" * 17}, "line 3, numéro d'ordre dans le bureau de vote"),
    ],
)
@pytest.mark.django_db
def test_a_wrong_field_is_named_by_its_line_and_column(of: dict[str, str], where: str) -> None:
    with pytest.raises(Malformed) as wrong:
        read(export(line(), line(**of)), TODAY)
    assert wrong.value.where == where


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("00/00/1953", date(1953, 12, 31)),
        ("1953", date(1953, 12, 31)),
        ("00/02/1952", date(1952, 2, 29)),
        ("28/02/1953", date(1953, 2, 28)),
    ],
)
@pytest.mark.django_db
def test_of_a_birth_date_in_part_the_last_day_is_taken_so_that_nobody_is_held_to_be_older(
    written: str, taken: date
) -> None:
    [elector] = read(export(line(born=written)), TODAY)
    assert elector.birth_date == taken
    assert elector.is_partial == (taken != date(1953, 2, 28))


@given(st.binary(max_size=200))
def test_whatever_the_bytes_they_are_read_or_refused_never_a_crash(raw: bytes) -> None:
    for text in (raw, HEADER.encode() + b"\n" + raw):
        with suppress(Malformed):
            assert read(text, TODAY)


# --- Preview


@pytest.mark.django_db
def test_a_preview_writes_nothing_and_tells_who_comes_moves_changes_and_goes(town: None) -> None:
    bring_in(export(*birds(20)))
    before = everything()
    lines = birds(20)[1:]  # the first is gone
    lines[0] |= line(street="Quai du Butor", last="OISEAU 2", born="03/03/1942", order="2")
    lines[1] |= {"nom d'usage": "PIC"}
    lines[2] |= {"numéro d'ordre dans le bureau de vote": "7"}
    lines[3] |= {"code du bureau de vote": "2"}
    plan = preview(export(*lines, line(order="21")))
    assert counts(plan) == {"new": 1, "moved": 2, "changed": 1, "renumbered": 1, "gone": 1}
    assert not plan.doubts
    assert (plan.lines, plan.electors, plan.listed) == (20, 20, 20)
    assert everything() == before


@pytest.mark.django_db
def test_twice_the_same_file_changes_nothing_and_leaves_the_first_import_undoable(town: None) -> None:
    raw = export(*birds(12), line(last="MARTIN", order="50"), line(last="MARTIN", order="51", house="3"))
    assert bring_in(raw) is not None
    before = everything()
    assert counts(preview(raw)) == {}
    assert bring_in(raw, NOW + timedelta(days=30)) is None
    assert everything() == before
    assert Import.objects.get().changes


@pytest.mark.django_db
def test_homonyms_born_the_same_day_are_two_persons(town: None) -> None:
    here, there = line(last="MARTIN", order="1"), line(last="MARTIN", order="2", house="99")
    bring_in(export(here, there, *birds(20)))
    assert Person.objects.filter(last_name="MARTIN").count() == 2
    # One moves: she is the one whom the other is not.
    gone_far = there | {"libellé de voie": "Quai du Butor"}
    plan = preview(export(here, gone_far, *birds(20)))
    assert counts(plan) == {"moved": 1}
    assert plan.changes[0].person == Person.objects.get(street="99 Rue du Héron-Cendré").pk
    # Both move: nobody can tell who is who, so nothing changes for either.
    plan = preview(export(here | {"numéro de voie": "5"}, gone_far, *birds(20)))
    assert counts(plan) == {}
    assert reasons(plan) == [("homonyms", (2, 3))]


@pytest.mark.django_db
def test_an_agent_settles_who_a_homonym_is(town: None) -> None:
    bring_in(export(line(last="MARTIN", order="1"), line(last="MARTIN", order="2", house="99"), *birds(20)))
    first = Person.objects.get(order_number="1", last_name="MARTIN")
    raw = export(line(last="MARTIN", house="5", order="7"), line(last="MARTIN", house="6", order="8"), *birds(20))
    settled = Decisions(same={3: first.roll_number})
    plan = preview(raw, decisions=settled)
    assert counts(plan) == {"moved": 2}
    bring_in(raw, decisions=settled)
    assert Person.objects.get(pk=first.pk).street == "6 Rue du Héron-Cendré"
    for wrong in (
        Decisions(same={3: "nobody"}),
        Decisions(same={900: first.roll_number}),
        Decisions(new=frozenset({1})),
    ):
        with pytest.raises(Refused, match="no_such_decision"):
            preview(raw, decisions=wrong)


@pytest.mark.django_db
def test_a_corrected_name_is_doubtful_and_nobody_loses_her_account_by_it(town: None) -> None:
    bring_in(export(line(last="LORIOT"), *birds(20)))
    person = Person.objects.get(last_name="LORIOT")
    raw = export(line(last="LAURIOT"), *birds(20))
    assert reasons(preview(raw)) == [("perhaps_renamed", (2,))]
    assert counts(preview(raw)) == {}
    bring_in(raw, decisions=Decisions(same={2: person.roll_number}))
    person.refresh_from_db()
    assert (person.last_name, person.left_on) == ("LAURIOT", None)
    raw = export(line(last="LORIOT"), *birds(20))  # and if it is somebody else
    assert counts(preview(raw, decisions=Decisions(new=frozenset({2})))) == {"new": 1, "gone": 1}


@pytest.mark.django_db
def test_an_eu_citizen_on_two_complementary_lists_is_one_person(town: None) -> None:
    who = {"last": "SCHÖNBERGER", "first": "Ombline", "born": "12/05/1975"}
    both = [
        line(**who, list="Liste complémentaire municipale", order="3"),
        line(**who, list="Liste complémentaire européenne", order="9"),
    ]
    for lines in (both, both[::-1]):
        plan = preview(export(*lines))
        assert (counts(plan), plan.lines, plan.electors) == ({"new": 1}, 2, 1)
    bring_in(export(*both))
    assert Person.objects.get().register == "municipal_eu"


@pytest.mark.django_db
def test_the_european_list_alone_makes_no_elector_and_is_said(town: None) -> None:
    plan = preview(export(*birds(2), line(list="LCE")))
    assert (counts(plan), plan.european_only) == ({"new": 2}, (4,))


@pytest.mark.django_db
def test_an_elector_of_the_commune_who_is_now_on_the_european_list_only_does_not_leave_in_silence(town: None) -> None:
    bring_in(export(line(list="LCM"), *birds(12)))
    plan = preview(export(line(list="LCE"), *birds(12)))
    assert (counts(plan), reasons(plan)) == ({}, [("european_only", (2,))])


@pytest.mark.django_db
def test_the_main_list_and_another_are_doubtful(town: None) -> None:
    plan = preview(export(line(), line(list="LCM", order="2")))
    assert (counts(plan), reasons(plan)) == ({}, [("two_lists", (2, 3))])


@pytest.mark.django_db
def test_an_order_number_given_twice_and_a_line_written_twice_lose_nobody(town: None) -> None:
    plan = preview(export(line(), line(last="PINSON"), line()))
    assert (counts(plan), plan.same_line) == ({"new": 2}, (4,))


@pytest.mark.django_db
def test_a_line_without_a_polling_station_adds_nobody_in_silence_and_takes_no_station_away(town: None) -> None:
    raw = export(line(), *birds(12))
    bring_in(raw)
    station = Person.objects.get(last_name="LORIOT").station_id
    plan = preview(export(line(station="", order=""), line(last="PINSON", station=""), *birds(12)))
    assert (counts(plan), reasons(plan)) == ({"renumbered": 1}, [("no_station", (3,))])
    bring_in(export(line(station="", order=""), *birds(12)))
    assert Person.objects.get(last_name="LORIOT").station_id == station


@pytest.mark.django_db
def test_a_polling_station_that_the_commune_has_not_is_an_error_with_its_line(town: None) -> None:
    with pytest.raises(Malformed, match='line 3, polling station: found "777"'):
        preview(export(line(), line(station="0777")))


@pytest.mark.django_db
def test_a_commune_is_known_by_its_code_or_by_one_spelling_of_its_name(town: None) -> None:
    here = pack.current()
    preview(
        export(line(code=here.code, commune="Commune-Écrite-Autrement"), line(commune=here.name.lower(), order="2"))
    )
    with pytest.raises(Refused, match="other_commune: 3"):
        preview(export(line(), line(commune="Saint-Exemple-en-Fixture")))


@pytest.mark.django_db
def test_a_name_of_300_arabic_letters_is_kept_whole_and_found(town: None) -> None:
    bring_in(export(line(last=ARABIC, first=ARABIC)))
    person = Person.objects.get()
    assert (person.last_name, person.first_name) == (ARABIC, ARABIC)
    assert search(ARABIC, ARABIC[:9], None) == [person]
    assert counts(preview(export(line(last=ARABIC, first=ARABIC)))) == {}


@pytest.mark.django_db
def test_somebody_written_by_hand_keeps_her_row_her_number_and_her_address(town: None) -> None:
    person = enrol("17", "Loriot", "Simone", date(1970, 2, 1), "simone@example.org")
    resident = enrol("18", "Pinson", "Tomasz", date(2008, 9, 30), register="resident")
    stays = enrol("19", "Merle", "Ida", date(2010, 1, 1), register="resident")
    raw = export(line(usage="LORIOT"), line(last="PINSON", first="Tomasz", sex="M", born="30/09/2008", order="2"))
    plan = preview(raw)
    assert (counts(plan), plan.doubts) == ({"moved": 2}, ())
    bring_in(raw)
    person.refresh_from_db()
    assert (person.roll_number, person.email, person.last_name) == ("17", "simone@example.org", "LORIOT")
    resident.refresh_from_db()
    assert resident.is_elector, "she has come of age"
    stays.refresh_from_db()
    assert (stays.register, stays.left_on) == ("resident", None), "the wider register is not the electoral roll"


@pytest.mark.django_db
def test_two_persons_written_by_hand_who_fit_one_line_are_doubtful(town: None) -> None:
    enrol("17", "Loriot", "Simone", date(1970, 2, 1))
    enrol("18", "Loriot", "Simone", date(1970, 2, 1))
    plan = preview(export(line()))
    assert counts(plan) == {}
    assert [(doubt.reason, doubt.numbers) for doubt in plan.doubts] == [("homonyms", ("17", "18"))]


#: So few values that homonyms, twice the same line and corrected names come by themselves.
CROWD = st.lists(
    st.builds(
        line,
        list=st.sampled_from(["LP", "LP", "LP", "LCM", "LCE"]),
        last=st.sampled_from(["MARTIN", "PINSON"]),
        usage=st.sampled_from(["", "PIC"]),
        born=st.sampled_from(["01/02/1970", "00/00/1953"]),
        house=st.sampled_from(["1", "2"]),
        station=st.sampled_from(["1", "02", ""]),
        order=st.sampled_from(["1", "2", "3"]),
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.django_db
@settings(max_examples=150)
@given(CROWD, CROWD)
def test_whatever_two_files_say_nobody_is_lost_twice_is_once_and_undo_is_exact(
    first: list[dict[str, str]], second: list[dict[str, str]]
) -> None:
    with transaction.atomic():
        actions.build(pack.current())
        bring_in(export(*first))
        before = everything()
        plan = preview(export(*second))
        changed = {change.line for change in plan.changes}
        doubtful = {number for doubt in plan.doubts for number in doubt.lines}
        aside = {*plan.same_line, *plan.european_only}
        assert not changed & (doubtful | aside), "what is doubtful or set aside changes nothing"
        bring_in(export(*second), leaving=plan.count("gone"))
        again = preview(export(*second))
        assert (counts(again), again.doubts) == ({}, plan.doubts)
        there = Person.objects.filter(left_on=None).count()
        settled = len(set(range(2, len(second) + 2)) - doubtful - aside)
        spared = {number for doubt in plan.doubts for number in doubt.numbers}
        both_lists = sum(of["libellé du type de liste"] == "LCE" for of in second)  # at most: one person, two lines
        assert there >= settled - both_lists
        assert there <= settled + len(spared)
        if plan.changes:
            actions.undo_import(NOW)
        assert everything() == before
        transaction.set_rollback(True)


# --- One confirmed step


@pytest.mark.django_db
def test_whoever_is_gone_keeps_her_row_and_has_left_today_and_may_come_back(town: None) -> None:
    bring_in(export(line(), *birds(20)))
    person = Person.objects.get(last_name="LORIOT")
    bring_in(export(*birds(20)), NOW + timedelta(days=3))
    person.refresh_from_db()
    assert person.left_on == TODAY + timedelta(days=3)
    later = export(line(), *birds(20))
    assert counts(preview(later)) == {"back": 1}
    bring_in(later, NOW + timedelta(days=5))
    person.refresh_from_db()
    assert person.left_on is None


@pytest.mark.django_db
def test_only_what_was_previewed_is_imported(town: None) -> None:
    raw = export(*birds(12))
    confirmed = preview(raw).fingerprint
    with pytest.raises(Refused, match="not_the_preview"):
        actions.import_roll(export(*birds(13)), confirmed, NOW)
    enrol("1", "Oiseau 3", "Simone", date(1943, 3, 4))  # the register has changed under the preview
    with pytest.raises(Refused, match="not_the_preview"):
        actions.import_roll(raw, confirmed, NOW)
    assert Person.objects.count() == 1
    assert not Import.objects.exists()


@pytest.mark.parametrize(("kept", "asks"), [(18, False), (17, True), (1, True)])
@pytest.mark.django_db
def test_when_more_than_a_tenth_would_leave_their_number_has_to_be_typed(town: None, kept: int, asks: bool) -> None:
    bring_in(export(*birds(20)))
    raw = export(*birds(kept))
    assert preview(raw).asks_for_the_number == asks
    if asks:
        for wrong in (None, kept, 20 - kept + 1):
            with pytest.raises(Refused, match=f"many_leave: {20 - kept}"):
                bring_in(raw, leaving=wrong)
        assert Person.objects.filter(left_on=None).count() == 20
    bring_in(raw, leaving=20 - kept)
    assert Person.objects.filter(left_on=None).count() == kept


@pytest.mark.django_db
def test_the_journal_tells_the_numbers_and_no_name(town: None) -> None:
    bring_in(export(*birds(12)))
    actions.undo_import(NOW)
    kinds = list(Entry.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["roll.imported", "roll.import_undone"]
    assert not any("OISEAU" in entry.leaf for entry in Entry.objects.all())


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("after", [1, 2, 3])
@pytest.mark.django_db(transaction=True)
def test_killed_between_two_writes_nothing_has_happened(after: int) -> None:
    actions.build(pack.current())
    bring_in(export(*birds(1100)))
    before, journal = everything(), Entry.objects.count()
    raw = export(*birds(1100, street="Quai du Butor"), line(order="2000"))

    def kill(stage: str, done: int, total: int) -> None:
        nonlocal after
        after -= stage == "writing"
        if after == 0:
            raise Killed

    with pytest.raises(Killed):
        actions.import_roll(raw, preview(raw).fingerprint, NOW, progress=kill)
    assert everything() == before
    assert (Import.objects.count(), Entry.objects.count()) == (1, journal)
    assert bring_in(raw) is not None, "and the same import can be done again"


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_the_same_time_are_one() -> None:
    actions.build(pack.current())
    raw = export(*birds(50))
    confirmed = preview(raw).fingerprint
    answers: list[str] = []

    def run() -> None:
        try:
            actions.import_roll(raw, confirmed, NOW)
            answers.append("done")
        except Refused as refused:
            answers.append(refused.rule)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["done", "roll.not_the_preview", "roll.not_the_preview"]
    assert (Person.objects.count(), Import.objects.count()) == (50, 1)


# --- Taking it back


@pytest.mark.django_db
def test_undo_gives_back_the_exact_rows(town: None) -> None:
    enrol("17", "Loriot", "Simone", date(1970, 2, 1), "simone@example.org")
    bring_in(export(line(), *birds(20)))
    before = everything()
    lines = birds(19, street="Quai du Butor")
    raw = export(line(usage="PIC", station="2"), *lines, line(last="NOUVELLE", order="80"))
    bring_in(raw, NOW + timedelta(days=1))
    assert everything() != before
    actions.undo_import(NOW + timedelta(days=2))
    assert everything() == before
    with pytest.raises(Refused, match="nothing_to_undo"):
        actions.undo_import(NOW + timedelta(days=2))
    assert bring_in(raw, NOW + timedelta(days=3)) is not None


@pytest.mark.django_db
def test_an_import_keeps_what_it_changed_until_the_next_one_only(town: None) -> None:
    first, second = export(*birds(12)), export(*birds(13))
    bring_in(first)
    bring_in(second)
    assert [bool(row.changes) for row in Import.objects.order_by("pk")] == [False, True]
    actions.undo_import(NOW)
    assert Person.objects.count() == 12
    with pytest.raises(Refused, match="nothing_to_undo"):
        actions.undo_import(NOW)


def _acts(person: Person) -> None:
    person.email = "loriot@example.org"
    person.save()
    actions.open_account(person)


def _at_the_counter(person: Person) -> None:
    agent = actions.open_work_account("Claude Roitelet", "guichet@example.org", "agent")
    actions.begin_counter_session(agent, person, "passport", NOW)


def _leaves(person: Person) -> None:
    actions.leave(person, TODAY)


@pytest.mark.parametrize("act", [_acts, _at_the_counter, _leaves])
@pytest.mark.django_db
def test_an_import_is_not_taken_back_from_under_somebody_who_has_acted(town: None, act: Any) -> None:
    bring_in(export(line(), *birds(12)))
    act(Person.objects.get(last_name="LORIOT"))
    before = everything()
    with pytest.raises(Refused, match="changed_since"):
        actions.undo_import(NOW)
    assert everything() == before


@pytest.mark.django_db
def test_an_import_is_not_taken_back_over_a_later_change(town: None) -> None:
    bring_in(export(line(), *birds(12)))
    bring_in(export(line(street="Quai du Butor"), *birds(12)))
    Person.objects.filter(last_name="LORIOT").update(street="1 Rue Neuve")
    with pytest.raises(Refused, match="changed_since"):
        actions.undo_import(NOW)


# --- The command


def run(*words: object) -> str:
    out = StringIO()
    with time_machine.travel(NOW, tick=False):
        call_command("roll", *[str(word) for word in words], stdout=out, verbosity=0)
    return out.getvalue()


def fingerprint(told: str) -> str:
    return told.strip().splitlines()[-1].removeprefix("fingerprint: ")


@pytest.mark.django_db
def test_the_command_previews_imports_and_takes_back(town: None, tmp_path: Path) -> None:
    file, out = tmp_path / "roll.csv", tmp_path / "changes.csv"
    file.write_bytes(export(*birds(30), line(born="00/00/1953", order="99")))
    told = run("preview", file, "--out", out)
    assert "     31 new" in told
    assert "birth date in part: the last day of that month or year is taken (line 32)" in told
    assert "OISEAU" not in told, "names are in the file that only its owner may read"
    assert "OISEAU 30" in out.read_text()
    assert out.stat().st_mode & 0o777 == 0o600
    assert "new 31" in run("import", file, "--confirm", fingerprint(told))
    assert Person.objects.count() == 31
    assert "nothing changes" in run("import", file, "--confirm", fingerprint(run("preview", file)))
    assert "taken back" in run("undo")
    assert Person.objects.count() == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "{file}", "--confirm", "0" * 16), "roll.not_the_preview"),
        (("preview", "{file}", "--same", "x"), "LINE:NUMBER"),
        (("preview", "{file}.gone"), "No such file"),
        (("undo",), "roll.nothing_to_undo"),
    ],
)
@pytest.mark.django_db
def test_the_command_says_why_it_refuses(town: None, tmp_path: Path, words: Sequence[str], said: str) -> None:
    file = tmp_path / "roll.csv"
    file.write_bytes(export(line()))
    with pytest.raises(CommandError, match=said):
        run(*[word.format(file=file) for word in words])


@pytest.mark.django_db
def test_the_command_settles_a_doubt(town: None, tmp_path: Path) -> None:
    bring_in(export(line(last="LORIOT"), *birds(20)))
    number = Person.objects.get(last_name="LORIOT").roll_number
    file = tmp_path / "roll.csv"
    file.write_bytes(export(line(last="LAURIOT"), *birds(20)))
    told = run("preview", file)
    assert f"perhaps one person: line 2; in the register: {number}" in told
    settled = ("--same", f"2:{number}")
    assert "changed 1" in run("import", file, *settled, "--confirm", fingerprint(run("preview", file, *settled)))
