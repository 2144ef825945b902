"""The administrators' import page: one at a time, nothing in silence, a number to type, a file that does not stay."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from beffroi.apps.gazette.models import Entry
from beffroi.apps.roll import actions, imports, progress, roles, tasks
from beffroi.apps.roll.models import Account, Import, Person, RollTask
from beffroi.core.errors import Refused
from tests.apps import town as world
from tests.apps.roll.conftest import enrol
from tests.apps.roll.test_import import NOW, birds, export, line
from tests.apps.roll.test_races import at_once

pytestmark = pytest.mark.django_db
PAGE = "roll:import"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path


@pytest.fixture
def administrator(town: None) -> Account:
    return roles.make_administrator("Ariane", "ariane@mairie.example", NOW)


@pytest.fixture
def client(administrator: Account) -> Any:
    return world.browser(administrator)


def kept() -> list[str]:
    folder = Path(settings.HOME) / "uploads" / "roll"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def hand_in(client: Any, raw: bytes) -> Any:
    return world.post(client, reverse(PAGE), step="hand_in", **{"e-file": SimpleUploadedFile("liste.csv", raw)})


def work() -> None:
    tasks.run_due(NOW)


def task() -> RollTask:
    return RollTask.objects.get()


def post(client: Any, step: str, **fields: Any) -> Any:
    row = RollTask.objects.first()
    shown = {"file": row.file, "fingerprint": row.fingerprint} if row else {}
    return world.post(client, reverse(PAGE), step=step, **(shown | fields))


def page(client: Any) -> str:
    return str(client.get(reverse(PAGE)).content.decode())


# --- The whole way


def test_handed_in_previewed_confirmed_and_the_file_is_gone(client: Any) -> None:
    assert hand_in(client, export(*birds(30))).status_code == 302
    assert "Preview" in page(client)
    assert client.get(reverse("roll:import_progress")).json()["state"] == "preview"
    work()
    shown = page(client)
    assert "30 changes" in shown
    assert "OISEAU 7" in shown
    assert not Person.objects.exists()
    assert post(client, "confirm", **{"c-changes": "30"}).status_code == 302
    assert client.get(reverse("roll:import_progress")).json()["state"] == "confirmed"
    work()
    assert Person.objects.count() == 30
    assert not RollTask.objects.exists()
    assert kept() == []
    assert client.get(reverse("roll:import_progress")).json() == {
        "state": "",
        "words": "Waiting for the server",
        "done": 0,
        "total": 0,
    }
    assert "30 electors: 30 new" in page(client)


def test_the_last_import_is_taken_back_from_the_page(client: Any) -> None:
    imports.import_roll(export(*birds(3)), imports.preview(export(*birds(3)), NOW).fingerprint, NOW)
    last = Import.objects.get()
    assert post(client, "undo", **{"import": last.pk, "u-changes": "2"}).status_code == 422
    assert not RollTask.objects.exists()
    assert post(client, "undo", **{"import": last.pk, "u-changes": "3"}).status_code == 302
    work()
    assert not Person.objects.exists()
    assert not RollTask.objects.exists()
    assert "Taken back" in page(client)
    assert post(client, "undo", **{"import": last.pk, "u-changes": "3"}).status_code == 422


def test_an_undo_that_is_no_longer_possible_says_why(client: Any) -> None:
    imports.import_roll(export(*birds(3)), imports.preview(export(*birds(3)), NOW).fingerprint, NOW)
    post(client, "undo", **{"import": Import.objects.get().pk, "u-changes": "3"})
    Person.objects.filter(pk=Person.objects.first().pk).update(email="oiseau@example.org")
    work()
    assert "can no longer be taken back" in page(client)
    post(client, "cancel")
    assert Person.objects.count() == 3


@pytest.mark.parametrize("typed", ["", "29", "31", "-1", "beaucoup"])
def test_the_number_of_changes_has_to_be_typed(client: Any, typed: str) -> None:
    hand_in(client, export(*birds(30)))
    work()
    assert post(client, "confirm", **{"c-changes": typed}).status_code == 422
    work()
    assert task().state == "ready"
    assert not Person.objects.exists()


def test_when_many_leave_their_number_has_to_be_typed_too(client: Any) -> None:
    imports.import_roll(export(*birds(30)), imports.preview(export(*birds(30)), NOW).fingerprint, NOW)
    hand_in(client, export(*birds(20)))
    work()
    assert "How many persons leave?" in page(client)
    assert post(client, "confirm", **{"c-changes": "10"}).status_code == 422
    assert post(client, "confirm", **{"c-changes": "10", "c-leaving": "9"}).status_code == 422
    assert post(client, "confirm", **{"c-changes": "10", "c-leaving": "10"}).status_code == 302
    work()
    assert Person.objects.filter(left_on=None).count() == 20


def test_a_file_that_changes_nothing_says_so_and_offers_no_import(client: Any) -> None:
    imports.import_roll(export(*birds(3)), imports.preview(export(*birds(3)), NOW).fingerprint, NOW)
    hand_in(client, export(*birds(3)))
    work()
    assert "The register is as the file says." in page(client)
    post(client, "cancel")
    assert kept() == []


# --- Doubts


@pytest.fixture
def doubtful(client: Any) -> Any:
    """Somebody comes and somebody leaves, born the same day with a first name in common."""
    raw = export(line(last="LORIOT", first="Simone"), *birds(12))
    imports.import_roll(raw, imports.preview(raw, NOW).fingerprint, NOW)
    hand_in(client, export(line(last="PINSON", first="Simone"), *birds(12)))
    work()
    return client


def test_a_doubtful_line_is_shown_with_whom_it_may_be(doubtful: Any) -> None:
    shown = page(doubtful)
    assert "1 doubtful case" in shown
    assert "PINSON, Simone" in shown
    assert "It is Simone LORIOT" in shown
    assert "Nothing to import" in shown


def test_an_answer_settles_a_doubt_and_can_be_taken_back(doubtful: Any) -> None:
    number = Person.objects.get(last_name="LORIOT").roll_number
    post(doubtful, "decide", **{"line-2": f"same:{number}"})
    work()
    assert "1 answer is taken into account" in page(doubtful)
    assert "1 change<" in page(doubtful)
    post(doubtful, "forget_answers")
    work()
    assert "1 doubtful case" in page(doubtful)
    post(doubtful, "decide", **{"line-2": "new"})
    work()
    post(doubtful, "confirm", **{"c-changes": "2"})
    work()
    assert Person.objects.get(last_name="PINSON").left_on is None
    assert Person.objects.get(last_name="LORIOT").left_on == NOW.date()


def test_a_settled_line_keeps_who_she_is(doubtful: Any) -> None:
    known = Person.objects.get(last_name="LORIOT")
    post(doubtful, "decide", **{"line-2": f"same:{known.roll_number}"})
    work()
    post(doubtful, "confirm", **{"c-changes": "1"})
    work()
    known.refresh_from_db()
    assert (known.last_name, known.left_on) == ("PINSON", None)


def test_left_as_it_is_a_doubt_changes_nothing(doubtful: Any) -> None:
    post(doubtful, "decide", **{"line-2": ""})
    work()
    assert task().decisions == {"same": {}, "new": []}
    assert Person.objects.get(last_name="LORIOT").left_on is None


def test_two_lines_are_not_one_person_and_a_wrong_answer_is_told(doubtful: Any) -> None:
    number = Person.objects.get(last_name="LORIOT").roll_number
    post(doubtful, "decide", **{"line-2": f"same:{number}", "line-3": f"same:{number}"})
    assert task().state == "ready"
    post(doubtful, "decide", **{"line-99": "new"})
    work()
    assert task().state == "failed"
    assert "no line and person to settle so" in page(doubtful)
    post(doubtful, "forget_answers")
    work()
    assert task().state == "ready"


# --- What goes wrong


def test_a_file_that_cannot_be_read_is_told_with_its_place(client: Any) -> None:
    hand_in(client, export(line(born="31/02/1980")))
    work()
    shown = page(client)
    assert "line 2, date de naissance" in shown
    assert "This import cannot go on" in shown
    post(client, "cancel")
    assert kept() == []


def test_a_register_that_changed_after_the_preview_is_not_written_over(client: Any) -> None:
    hand_in(client, export(*birds(3)))
    work()
    enrol("77", "OISEAU 1", "Simone", Person(birth_date=NOW.date()).birth_date)
    Person.objects.filter(roll_number="77").update(birth_date="1941-03-02")
    post(client, "confirm", **{"c-changes": "3"})
    work()
    assert task().state == "failed"
    assert Person.objects.count() == 1
    assert "not what was confirmed" in page(client)


def test_a_confirmation_of_another_preview_is_refused(client: Any) -> None:
    hand_in(client, export(*birds(3)))
    work()
    assert post(client, "confirm", fingerprint="0" * 16, **{"c-changes": "3"}).status_code == 422
    assert post(client, "confirm", file="0" * 32 + ".csv", **{"c-changes": "3"}).status_code == 422
    assert task().state == "ready"


def test_signs_that_a_database_cannot_hold_are_no_answer(doubtful: Any) -> None:
    assert post(doubtful, "decide", **{"line-2": "same:E\x00"}).status_code == 302
    work()
    assert task().decisions == {"same": {}, "new": []}
    assert post(doubtful, "decide", file="\x00").status_code == 302
    assert post(doubtful, "confirm", file="\x00", fingerprint="\x00", **{"c-changes": "3"}).status_code == 422


def test_a_lost_file_is_told(client: Any) -> None:
    hand_in(client, export(*birds(3)))
    (Path(settings.HOME) / "uploads" / "roll" / task().file).unlink()
    work()
    assert "no longer on the server" in page(client)


def test_an_empty_choice_is_told_at_its_field(client: Any) -> None:
    answer = world.post(client, reverse(PAGE), step="hand_in")
    assert answer.status_code == 422
    assert "Choose the file." in answer.content.decode()


def test_a_worker_that_is_killed_begins_the_step_again(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in(client, export(*birds(30)))
    work()
    post(client, "confirm", **{"c-changes": "30"})

    def killed(stage: str, done: int, total: int) -> None:
        if stage == "writing":
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(progress, "report", killed)
        with pytest.raises(KeyboardInterrupt):
            work()
    assert (Person.objects.count(), task().state) == (0, "confirmed")
    work()
    assert Person.objects.count() == 30


# --- The file does not stay


def test_after_a_day_the_file_goes_by_itself(client: Any) -> None:
    hand_in(client, export(*birds(3)))
    work()
    assert len(kept()) == 2  # the export and the list of changes
    tasks.expire(NOW + timedelta(hours=23, minutes=59))
    assert RollTask.objects.exists()
    tasks.expire(NOW + timedelta(hours=24))
    assert not RollTask.objects.exists()
    assert kept() == []


def test_a_file_that_a_crash_left_is_swept(client: Any) -> None:
    hand_in(client, export(*birds(3)))
    RollTask.objects.all().delete()
    tasks.expire(NOW + timedelta(hours=20))
    assert kept() == []


def test_the_file_is_readable_by_the_server_alone(client: Any) -> None:
    hand_in(client, export(*birds(3)))
    folder = Path(settings.HOME) / "uploads" / "roll"
    assert (folder / task().file).stat().st_mode & 0o777 == 0o600


def test_the_list_of_changes_is_a_file_that_no_spreadsheet_runs(client: Any) -> None:
    assert client.get(reverse("roll:import_changes")).status_code == 404
    hand_in(client, export(line(last="=HYPERLINK(1)"), line(first="=2+2", order="2")))
    work()
    answer = client.get(reverse("roll:import_changes"))
    told = answer.content.decode("utf-8-sig").splitlines()
    assert told[0] == "what;line;number;name;before;after"
    assert len(told) == 3
    assert not any(cell.startswith("=") for row in told for cell in row.split(";"))
    assert "no-store" in answer["Cache-Control"]


# --- One at a time, and administrators alone


def test_a_second_export_waits_until_the_first_is_over(client: Any, administrator: Account) -> None:
    hand_in(client, export(*birds(3)))
    answer = hand_in(client, export(*birds(4)))
    assert answer.status_code == 422
    assert len(kept()) == 1
    with pytest.raises(Refused) as refused:
        tasks.ask_undo(1, 0, administrator, NOW)
    assert refused.value.rule == "roll.nothing_to_undo"


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_at_the_same_instant_one_imports(town: None) -> None:
    both = [actions.open_work_account(name, f"{name}@mairie.example", "administrator") for name in ("a", "b")]
    told = at_once(2, lambda n: tasks.hand_in(export(*birds(3 + n)), both[n], NOW))
    assert sorted(told) == ["", "roll.busy"]
    assert len(kept()) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_import_once(town: None) -> None:
    somebody = actions.open_work_account("a", "a@mairie.example", "administrator")
    tasks.hand_in(export(*birds(30)), somebody, NOW)
    work()
    tasks.confirm(task().file, task().fingerprint, 30, None)
    at_once(2, lambda _: tasks.run_due(NOW))
    assert Person.objects.count() == 30
    assert Entry.objects.filter(kind="roll.imported").count() == 1
    assert not RollTask.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_given_up_while_the_worker_imports_it_is_all_or_nothing(town: None) -> None:
    somebody = actions.open_work_account("a", "a@mairie.example", "administrator")
    tasks.hand_in(export(*birds(30)), somebody, NOW)
    work()
    tasks.confirm(task().file, task().fingerprint, 30, None)
    at_once(2, lambda n: tasks.run_due(NOW) if n else tasks.cancel())
    assert Person.objects.count() in {0, 30}
    assert not RollTask.objects.exists()
    assert kept() == []


def test_nobody_but_an_administrator_comes_near(administrator: Account, odette: Person) -> None:
    tasks.hand_in(export(*birds(3)), administrator, NOW)
    others = [None, Account.objects.get(person=odette)]
    others += [
        actions.open_work_account(kind, f"{kind}@mairie.example", kind)
        for kind in ("agent", "clerk", "scrutineer", "panel")
    ]
    for other in others:
        client = world.browser(other)
        for name in (PAGE, "roll:import_progress", "roll:import_changes"):
            assert client.get(reverse(name)).status_code == (302 if other is None else 403)
        assert post(client, "cancel").status_code in {302, 403}
    busy = Account.objects.get(display_name="agent")
    actions.begin_counter_session(busy, odette, "passport", NOW)
    assert world.browser(busy).get(reverse(PAGE)).status_code == 403
    assert RollTask.objects.exists()


def test_the_desk_of_an_administrator_leads_there_and_no_other_desk(client: Any) -> None:
    assert reverse(PAGE) in client.get(reverse("portal:counter")).content.decode()
    clerk = actions.open_work_account("c", "c@mairie.example", "clerk")
    assert reverse(PAGE) not in world.browser(clerk).get(reverse("portal:counter")).content.decode()
