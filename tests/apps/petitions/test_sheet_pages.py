"""The pages of paper: who opens which, what each says, and what a hostile hand can do there, which is nothing."""

import io
import json
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader

from beffroi.apps.petitions import actions, sheet_codes, sheet_queries
from beffroi.apps.petitions.models import Petition, ReadLine, Sheet, SheetReading, Signature
from beffroi.apps.roll.models import Account
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"


def words(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def page(sheet: Sheet) -> str:
    return f"/guichet/feuille/{sheet.code}"


@pytest.fixture
def sheet(petition: Petition, agent: Account) -> Sheet:
    """Handed in, three lines filled."""
    return town.handed_in(petition, agent, 3)


@pytest.fixture
def second(visitors: dict[str, Client], colleague: Account) -> Client:
    return town.browser(colleague)


@pytest.fixture
def panel(visitors: dict[str, Client]) -> Client:
    return town.browser(town.roll.open_work_account("Paule Geai", "geai@mairie.example.org", "panel"))


@pytest.fixture
def enter(visitors: dict[str, Client], sheet: Sheet) -> Callable[..., Any]:
    def post(**fields: object) -> Any:
        return town.post(visitors["agent"], page(sheet), **({"step": "line", "line": "1"} | fields))

    return post


# --- Who may


ROLES = ("anonymous", "resident", "agent", "counter", "clerk", "councillor")
STEPS = ("receive", "lines", "line", "finish", "lose", "refuse", "settle", "take_back", "scan")
FIELDS = {"lines": "2", "line": "1", "refusal": "illegible", "code": "altered", "choice": "illegible"}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("role", ROLES)
def test_agents_do_everything_to_a_sheet_and_the_secretariat_only_settles(
    visitors: dict[str, Client], sheet: Sheet, role: str, step: str
) -> None:
    answer = town.post(visitors[role], page(sheet), step=step, **FIELDS)
    may = role in {"agent", "counter"} or (role == "clerk" and step in {"settle", "take_back", "scan"})
    if role == "anonymous":
        assert answer.status_code == 302
        assert answer["Location"].startswith("/connexion")
    else:
        assert (answer.status_code != 403) == may
    if not may:
        sheet.refresh_from_db()
        assert (sheet.state, sheet.lines, ReadLine.objects.count()) == ("received", 3, 0)


def test_an_unknown_act_on_a_sheet_does_nothing(visitors: dict[str, Client], sheet: Sheet) -> None:
    assert town.post(visitors["agent"], page(sheet), step="delete").status_code == 403


@pytest.mark.parametrize("role", [role for role in ROLES if role not in {"agent", "counter"}])
def test_nobody_but_an_agent_asks_the_roll(visitors: dict[str, Client], sheet: Sheet, role: str) -> None:
    answer = town.post(visitors[role], f"{page(sheet)}/registre", last_name="Pinson", line="1")
    assert answer.status_code == (302 if role == "anonymous" else 403)


@pytest.mark.parametrize("path", ["", "/registre"])
def test_a_forged_request_does_nothing(visitors: dict[str, Client], sheet: Sheet, path: str) -> None:
    answer = visitors["agent"].post(page(sheet) + path, {"step": "line", "line": "1", "refusal": "illegible"})
    assert answer.status_code == 403
    assert not ReadLine.objects.exists()


# --- Printing


def test_who_carries_a_petition_prints_its_sheets_and_only_hers(
    petition: Petition, agent: Account, at_noon: Any
) -> None:
    carrier = town.browser(town.open_account(petition.author))
    others = actions.print_sheets(petition, 1, agent, NOON)
    there = f"/petitions/{petition.number}/feuilles"
    assert town.post(carrier, there, number="2", large="on")["Location"] == there
    mine = petition.printings.get(large=True)
    answer = carrier.get(f"{there}/{mine.pk}.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert len(PdfReader(io.BytesIO(answer.content)).pages) == 4
    assert answer.content == carrier.get(f"{there}/{mine.pk}.pdf").content
    assert carrier.get(f"{there}/{others.pk}.pdf").status_code == 404
    said = words(carrier.get(there))
    assert "Download 2 sheets" in said
    assert "Download 1 sheet" not in said


@pytest.mark.parametrize("number", ["", "0", "51", "un", "9" * 40])
def test_an_impossible_number_of_sheets_is_a_sentence(
    visitors: dict[str, Client], petition: Petition, number: str
) -> None:
    answer = town.post(visitors["agent"], f"/petitions/{petition.number}/feuilles", number=number)
    assert (answer.status_code, "from 1 to 50" in words(answer)) == (400, True)
    assert not Sheet.objects.exists()


# --- Finding a sheet


def test_a_sheet_is_found_by_its_number_as_somebody_types_it(
    visitors: dict[str, Client], petition: Petition, sheet: Sheet
) -> None:
    typed = sheet_codes.shown(sheet.code).lower()
    answer = town.post(visitors["agent"], f"/guichet/feuilles/{petition.number}", code=typed)
    assert answer["Location"] == page(sheet)


def test_a_number_that_was_never_printed_or_of_another_petition_is_told(
    visitors: dict[str, Client], petition: Petition, clerk: Account, agent: Account
) -> None:
    other = town.opened(town.person(50), clerk)
    elsewhere = town.handed_in(other, agent, 1)
    wrong = elsewhere.code[:-1] + ("0" if elsewhere.code[-1] != "0" else "1")
    for code, told in (
        (sheet_codes.new(), "No sheet was printed with this number"),
        (wrong, "One character is wrong"),
        ("F-0217", "has eight letters and digits"),
        ("", "Type the number"),
        (elsewhere.code, f"This sheet is of petition no. {other.number}"),
    ):
        answer = town.post(visitors["agent"], f"/guichet/feuilles/{petition.number}", code=code)
        assert (answer.status_code, told in words(answer)) == (400, True), code
    assert visitors["agent"].get(f"/guichet/feuille/{sheet_codes.new()}").status_code == 404


def test_a_sheet_handed_in_twice_is_told_to_who_holds_the_copy(visitors: dict[str, Client], sheet: Sheet) -> None:
    answer = town.post(visitors["agent"], page(sheet), step="receive", lines="3")
    assert (answer.status_code, "was handed in already" in words(answer)) == (422, True)


def test_the_code_of_a_sheet_leads_everybody_to_what_became_of_it_and_never_of_a_line(
    visitors: dict[str, Client], petition: Petition, agent: Account, colleague: Account
) -> None:
    out = actions.print_sheets(petition, 1, agent, NOON).sheets.get()
    done = town.on_paper(petition, [town.person(1), "not_on_roll"], (agent, colleague))
    lost = actions.lose(town.handed_in(petition, agent, 1), agent, NOON)
    bad = actions.refuse_sheet(town.handed_in(petition, agent, 1), "altered", agent, NOON)
    for sheet, told in (
        (out, "is not back yet"),
        (done, "is entered"),
        (lost, "was declared lost"),
        (bad, "The printed text was changed"),
    ):
        answer = visitors["anonymous"].get(f"/feuilles/{sheet.code}")
        assert (answer.status_code, told in words(answer)) == (200, True)
        assert "Prénom1" not in words(answer)
        assert "register" not in words(answer).split("<main")[1].split("</main")[0]


# --- Reading


def test_a_line_that_names_one_person_is_read_and_the_address_names_nobody(
    enter: Callable[..., Any], visitors: dict[str, Client], sheet: Sheet
) -> None:
    someone = town.person(1)
    answer = enter(last_name=someone.last_name, first_name=someone.first_name, year="1980")
    assert answer["Location"] == page(sheet)
    said = words(visitors["agent"].get(page(sheet)))
    assert f"{someone.last_name}, {someone.first_name}" in said
    assert "Line 2 of 3" in said
    assert not Signature.objects.exists()


def test_a_line_with_only_a_year_or_a_street_is_asked_again_and_records_nothing(enter: Callable[..., Any]) -> None:
    for fields in ({}, {"year": "1951"}, {"first_name": "Luc", "street": "rue des Saules"}):
        answer = enter(**fields)
        assert (answer.status_code, "Write the last name, or say why" in words(answer)) == (400, True)
    assert not ReadLine.objects.exists()


@pytest.mark.parametrize("code", ["illegible", "not_on_roll", "ambiguous"])
def test_a_key_says_why_a_line_names_nobody(enter: Callable[..., Any], code: str) -> None:
    assert enter(refusal=code).status_code == 302
    assert ReadLine.objects.get().refusal == code


def test_a_name_that_nobody_has_is_confirmed_before_it_is_refused(enter: Callable[..., Any]) -> None:
    fields = {"last_name": "Inconnu", "first_name": "Paul", "year": "1980"}
    assert "Nobody of the register has this name" in words(enter(**fields))
    assert not ReadLine.objects.exists()
    enter(**fields, chosen="not_on_roll")
    assert ReadLine.objects.get().refusal == "not_on_roll"


def test_several_persons_are_offered_and_one_is_chosen(enter: Callable[..., Any]) -> None:
    one = town.person(1, last_name="Pinson", first_name="Luc")
    two = town.person(2, last_name="Pinson", first_name="Luc", street="rue des Saules")
    fields = {"last_name": "Pinson", "first_name": "Luc", "year": "1980"}
    asked = enter(**fields)
    assert (asked.status_code, "who is it?" in words(asked)) == (200, True)
    enter(**fields, chosen=str(two.ref))
    enter(**fields, line="2", chosen="ambiguous")
    enter(**fields, line="3", street="Héron")
    assert list(ReadLine.objects.values_list("person", "refusal")) == [(two.pk, ""), (None, "ambiguous"), (one.pk, "")]


def test_a_person_whom_the_line_does_not_name_cannot_be_chosen(enter: Callable[..., Any]) -> None:
    town.person(1, last_name="Pinson", first_name="Luc")
    other = town.person(2, last_name="Bruant", first_name="Awa")
    for chosen in (str(other.ref), "' OR 1=1", "already_signed"):
        enter(last_name="Pinson", first_name="L", year="1980", chosen=chosen)
    assert not ReadLine.objects.exists()


def test_a_line_is_corrected_from_the_list_until_the_reading_is_finished(
    enter: Callable[..., Any], visitors: dict[str, Client], sheet: Sheet
) -> None:
    someone = town.person(1)
    for line in ("1", "2", "3"):
        enter(line=line, refusal="illegible")
    assert "All lines are read" in words(visitors["agent"].get(page(sheet)))
    assert "Correct line 2 of 3" in words(visitors["agent"].get(page(sheet), {"ligne": "2"}))
    for strange in ("0", "9", "²", "x", "1" * 50):
        assert visitors["agent"].get(page(sheet), {"ligne": strange}).status_code == 200
    enter(line="2", last_name=someone.last_name, first_name=someone.first_name, year="1980")
    assert town.post(visitors["agent"], page(sheet), step="finish").status_code == 302
    standing = ReadLine.objects.filter(replaced_at=None).values_list("refusal", flat=True)
    assert list(standing) == ["illegible", "", "illegible"]
    assert enter(refusal="illegible").status_code == 422


@pytest.mark.parametrize(
    "fields",
    [
        {"line": ""},
        {"line": "0"},
        {"line": "11"},
        {"line": "un"},
        {"year": "51", "last_name": "Pinson"},
        {"last_name": "ا" * 300},
        {"last_name": "a\0b"},
        {"refusal": "already_signed"},
    ],
)
def test_bad_input_on_a_line_is_a_sentence_and_records_nothing(
    enter: Callable[..., Any], fields: dict[str, str]
) -> None:
    assert enter(**fields).status_code == 400
    assert not ReadLine.objects.exists()


def test_a_sheet_of_a_closed_petition_takes_no_line(enter: Callable[..., Any], petition: Petition) -> None:
    Petition.objects.filter(pk=petition.pk).update(state="closed")
    assert enter(refusal="illegible").status_code == 422
    assert not ReadLine.objects.exists()


# --- Asking the roll


def asked(client: Client, sheet: Sheet, **fields: str) -> Any:
    return town.post(client, f"{page(sheet)}/registre", **({"line": "1"} | fields))


def test_the_roll_answers_with_at_most_eight_persons_to_two_letters_or_more(
    visitors: dict[str, Client], sheet: Sheet
) -> None:
    town.people(100)
    for typed, number in (("", 0), ("P", 0), ("Pinson", 8), ("Zyx", 0)):
        answer = asked(visitors["agent"], sheet, last_name=typed)
        assert len(json.loads(answer.content)["found"]) == number
    row = json.loads(asked(visitors["agent"], sheet, last_name="pinson", first_name="prénom11", year="1980").content)
    assert [one["name"] for one in row["found"]] == ["Pinson, Prénom11"]
    assert set(row["found"][0]) == {"ref", "name", "more"}  # a year and a street; no day of birth, no address


def test_each_question_is_counted_and_too_many_are_told(
    visitors: dict[str, Client], sheet: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beffroi.apps.petitions.actions.paper.LOOKUPS_OF_A_LINE", 1)
    for status in (200, 200, 200, 429):
        answer = asked(visitors["agent"], sheet, last_name="Pinson")
        assert answer.status_code == status
    assert "asked too often" in json.loads(answer.content)["said"]
    assert SheetReading.objects.get().lookups == 3


def test_the_roll_is_closed_to_an_agent_who_reads_no_sheet(
    visitors: dict[str, Client], sheet: Sheet, second: Client, agent: Account, colleague: Account
) -> None:
    done = town.read(sheet, agent, ["illegible"] * 3)
    assert asked(visitors["agent"], done, last_name="Pinson").status_code == 429
    out = actions.print_sheets(sheet.petition, 1, agent, NOON).sheets.get()
    assert asked(second, out, last_name="Pinson").status_code == 429


# --- Blind, then settled


def test_the_second_agent_sees_nothing_of_the_first_reading(
    visitors: dict[str, Client], second: Client, sheet: Sheet, agent: Account
) -> None:
    someone = town.person(1)
    town.read(sheet, agent, [someone, "illegible", "ambiguous"])
    for answer in (second.get(page(sheet)), second.get(page(sheet), {"ligne": "1"})):
        assert someone.first_name not in words(answer)
        assert "Line 1 of 3" in words(answer)
    assert "Your reading is finished" in words(visitors["agent"].get(page(sheet)))


@pytest.mark.parametrize("who", ["agent", "clerk", "third"])
def test_a_difference_is_shown_and_settled_by_one_of_the_two_or_by_somebody_else(
    visitors: dict[str, Client], sheet: Sheet, agent: Account, colleague: Account, who: str
) -> None:
    someone = town.person(1)
    town.read(sheet, agent, ["illegible", someone, "ambiguous"])
    town.read(sheet, colleague, ["illegible", "illegible", "ambiguous"])
    client = town.browser(town.agent("Ange Bruant")) if who == "third" else visitors[who]
    said = words(client.get(page(sheet)))
    assert "Two agents do not read the same" in said
    assert said.count("what does the paper say?") == 1
    choice = "two" if who == "agent" else "one"
    assert town.post(client, page(sheet), step="settle", line="2", choice=choice).status_code == 302
    sheet.refresh_from_db()
    assert sheet.state == "agreed"
    assert Signature.objects.exists() == (who != "agent")
    assert "This sheet is entered" in words(client.get(page(sheet)))


@pytest.mark.parametrize("fields", [{"line": "9"}, {"line": ""}, {"choice": "left"}, {"choice": ""}, {"line": "1"}])
def test_a_settlement_that_means_nothing_changes_nothing(
    visitors: dict[str, Client], sheet: Sheet, agent: Account, colleague: Account, fields: dict[str, str]
) -> None:
    town.read(sheet, agent, ["illegible", town.person(1), "ambiguous"])
    town.read(sheet, colleague, ["illegible", "illegible", "ambiguous"])
    sent = {"line": "2", "choice": "one"} | fields
    assert town.post(visitors["clerk"], page(sheet), step="settle", **sent).status_code in {400, 422}
    sheet.refresh_from_db()
    assert sheet.state == "differs"


# --- Scans


def test_a_scan_is_seen_by_agents_the_secretariat_and_the_panel_only(
    visitors: dict[str, Client], panel: Client, sheet: Sheet
) -> None:
    file = SimpleUploadedFile("feuille.pdf", PDF)
    assert town.post(visitors["agent"], page(sheet), step="scan", file=file).status_code == 302
    there = f"{page(sheet)}/image/{sheet.scans.get().pk}"
    for role, status in {"anonymous": 302, "resident": 403, "agent": 200, "clerk": 200, "councillor": 403}.items():
        assert visitors[role].get(there).status_code == status
    answer = panel.get(there)
    assert (answer.content, answer["Content-Disposition"].split(";")[0]) == (PDF, "attachment")
    assert "Picture of" in words(panel.get(page(sheet)))


def test_the_panel_sees_the_picture_and_no_name_of_the_register(
    panel: Client, sheet: Sheet, agent: Account, colleague: Account
) -> None:
    someone = town.person(1)
    for one in (agent, colleague):
        town.read(sheet, one, [someone] * 3)
    assert someone.first_name not in words(panel.get(page(sheet)))


def test_a_file_that_acts_by_itself_is_not_kept(visitors: dict[str, Client], sheet: Sheet) -> None:
    for content in (PDF.replace(b"obj", b"obj /JavaScript"), b"MZ", b""):
        answer = town.post(visitors["agent"], page(sheet), step="scan", file=SimpleUploadedFile("x.pdf", content))
        assert answer.status_code in {400, 422}
    assert not sheet.scans.exists()


# --- In public


def test_the_petition_says_what_became_of_every_sheet(
    visitors: dict[str, Client], petition: Petition, agent: Account, colleague: Account
) -> None:
    assert "Each sheet that was printed" not in words(visitors["anonymous"].get(f"/petitions/{petition.number}"))
    town.on_paper(petition, [town.person(1), "not_on_roll"], (agent, colleague))
    town.handed_in(petition, agent, 4)
    actions.refuse_sheet(town.handed_in(petition, agent, 1), "copied", agent, NOON)
    said = words(visitors["anonymous"].get(f"/petitions/{petition.number}"))
    assert "Each sheet that was printed is accounted for" in said
    assert "6, of which 1 have become signatures, 1 refused (not on the register)" in said
    assert "of which 1 is not entered yet" in said
    assert sheet_queries.totals(petition).refused == (("copied", 1),)
