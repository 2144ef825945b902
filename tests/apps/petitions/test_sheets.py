"""Each sheet that was printed is accounted for: out, handed in, entered, lost or refused."""

from datetime import timedelta
from itertools import product

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from beffroi.apps.gazette.models import Entry
from beffroi.apps.petitions import actions, sheet_codes, sheet_queries
from beffroi.apps.petitions.models import Petition, ReadLine, Sheet, SheetScan
from beffroi.apps.petitions.receipts import ALPHABET
from beffroi.apps.roll.models import Account
from beffroi.core.errors import Malformed, Refused
from beffroi.web import uploads
from tests.apps import town
from tests.apps.town import NOON

HOUR = timedelta(hours=1)
PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"


# --- The identifier


@given(st.integers(0, 7), st.sampled_from(ALPHABET))
def test_one_wrong_character_of_an_identifier_is_noticed(place: int, letter: str) -> None:
    code = sheet_codes.new()
    assert sheet_codes.normalised(sheet_codes.shown(code).lower()) == code
    if letter != code[place]:
        with pytest.raises(Malformed):
            sheet_codes.normalised(code[:place] + letter + code[place + 1 :])


@given(st.integers(0, 7), st.integers(0, 7))
def test_two_exchanged_characters_of_an_identifier_are_noticed(one: int, two: int) -> None:
    code = sheet_codes.new()
    letters = list(code)
    letters[one], letters[two] = letters[two], letters[one]
    if letters != list(code):
        with pytest.raises(Malformed):
            sheet_codes.normalised("".join(letters))


@pytest.mark.parametrize("text", ["", "F-0217", "7K3MQ2XRC", "é" * 8, "7K3M\0Q2X"])
def test_what_no_sheet_can_have_is_no_identifier(text: str) -> None:
    with pytest.raises(Malformed):
        sheet_codes.normalised(text)


# --- From state to state


@pytest.mark.django_db
def test_printed_sheets_have_identifiers_of_their_own_and_the_journal_says_how_many(
    petition: Petition, agent: Account
) -> None:
    printing = actions.print_sheets(petition, 50, agent, NOON)
    assert len(set(printing.sheets.values_list("code", flat=True))) == 50
    assert list(printing.sheets.values_list("place", flat=True)) == list(range(1, 51))
    assert '"sheets":50' in Entry.objects.get(kind="petition.sheets_printed").leaf


@pytest.mark.django_db
@pytest.mark.parametrize("number", [0, 51])
def test_one_prints_between_one_and_fifty_sheets(petition: Petition, agent: Account, number: int) -> None:
    with pytest.raises(Malformed):
        actions.print_sheets(petition, number, agent, NOON)


@pytest.mark.django_db
def test_sheets_of_a_petition_that_is_not_open_are_neither_printed_nor_handed_in(
    petition: Petition, agent: Account
) -> None:
    sheet = actions.print_sheets(petition, 1, agent, NOON).sheets.get()
    assert petition.closes_at is not None
    for act in (
        lambda now: actions.print_sheets(petition, 1, agent, now),
        lambda now: actions.receive(sheet, 1, agent, now),
    ):
        with pytest.raises(Refused) as refused:
            act(petition.closes_at)
        assert refused.value.rule == "petitions.closed"
    with pytest.raises(Refused):
        actions.print_sheets(town.filed(petition.author), 1, agent, NOON)


@pytest.mark.django_db
def test_nobody_fills_the_table_with_sheets(
    petition: Petition, agent: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beffroi.apps.petitions.actions.sheets.MOST_OF_A_PETITION", 3)
    sheets = actions.print_sheets(petition, 2, agent, NOON).sheets
    with pytest.raises(Refused) as refused:
        actions.print_sheets(petition, 2, agent, NOON)
    assert refused.value.rule == "petitions.too_many_sheets"
    actions.receive(sheets.first(), 1, agent, NOON)
    actions.print_sheets(petition, 2, agent, NOON)


@pytest.mark.django_db
@pytest.mark.parametrize("lines", [0, 11])
def test_a_sheet_is_handed_in_with_one_to_ten_filled_lines(petition: Petition, agent: Account, lines: int) -> None:
    with pytest.raises(Malformed):
        town.handed_in(petition, agent, lines)


@pytest.mark.django_db
def test_a_sheet_handed_in_twice_says_so(petition: Petition, agent: Account) -> None:
    sheet = town.handed_in(petition, agent, 3)
    with pytest.raises(Refused) as refused:
        actions.receive(sheet, 3, agent, NOON)
    assert (refused.value.rule, refused.value.at_fault) == ("petitions.sheet_received", sheet_codes.shown(sheet.code))


VERBS = ("receive", "lose", "refuse", "take_back")
ALLOWED = {
    "printed": {"receive", "lose", "refuse"},
    "received": {"lose", "refuse"},
    "entered": {"lose", "refuse"},
    "differs": set(),
    "agreed": set(),
    "lost": {"receive"},
    "lost after it was handed in": {"receive", "take_back"},
    "refused": {"receive", "take_back"},
}


def in_state(state: str, petition: Petition, agents: tuple[Account, Account]) -> Sheet:
    if state in {"printed", "lost"}:
        sheet = actions.print_sheets(petition, 1, agents[0], NOON).sheets.get()
        return actions.lose(sheet, agents[0], NOON) if state == "lost" else sheet
    sheet = town.handed_in(petition, agents[0], 1)
    if state in {"entered", "differs", "agreed"}:
        sheet = town.read(sheet, agents[0], ["illegible"])
    if state in {"differs", "agreed"}:
        sheet = town.read(sheet, agents[1], ["illegible" if state == "agreed" else "ambiguous"])
    if state == "refused":
        sheet = actions.refuse_sheet(sheet, "altered", agents[0], NOON)
    return actions.lose(sheet, agents[0], NOON) if state.startswith("lost") else sheet


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "verb"), list(product(ALLOWED, VERBS)))
def test_what_may_become_of_a_sheet_in_each_state(
    petition: Petition, agent: Account, colleague: Account, state: str, verb: str
) -> None:
    sheet = in_state(state, petition, (agent, colleague))
    act = {
        "receive": lambda: actions.receive(sheet, 1, agent, NOON),
        "lose": lambda: actions.lose(sheet, agent, NOON),
        "refuse": lambda: actions.refuse_sheet(sheet, "copied", agent, NOON),
        "take_back": lambda: actions.take_back(sheet, NOON),
    }[verb]
    if verb in ALLOWED[state]:
        assert (
            act().state == {"receive": "received", "lose": "lost", "refuse": "refused", "take_back": "received"}[verb]
        )
    else:
        with pytest.raises(Refused):
            act()
        sheet.refresh_from_db()
        assert sheet.state == state.split()[0]


@pytest.mark.django_db
def test_a_lost_or_refused_sheet_is_in_the_journal_with_its_reason(petition: Petition, agent: Account) -> None:
    actions.refuse_sheet(town.handed_in(petition, agent, 2), "altered", agent, NOON)
    actions.lose(town.handed_in(petition, agent, 2), agent, NOON)
    assert '"code":"altered"' in Entry.objects.get(kind="petition.sheet_refused").leaf
    assert Entry.objects.filter(kind="petition.sheet_lost").count() == 1
    with pytest.raises(Malformed):
        actions.refuse_sheet(town.handed_in(petition, agent, 2), "politics", agent, NOON)


@pytest.mark.django_db
def test_a_sheet_found_again_after_it_was_read_once_waits_for_its_second_reading(
    petition: Petition, agent: Account, colleague: Account
) -> None:
    sheet = town.read(town.handed_in(petition, agent, 1), agent, ["illegible"])
    actions.lose(sheet, agent, NOON)
    sheet = actions.take_back(sheet, NOON + HOUR)
    assert (sheet.state, sheet.received_at) == ("entered", NOON)
    assert town.read(sheet, colleague, ["illegible"]).state == "agreed"


@pytest.mark.django_db
def test_the_public_totals_account_for_every_sheet_and_every_line(
    petition: Petition, agent: Account, colleague: Account
) -> None:
    agents = (agent, colleague)
    for state in ALLOWED:
        in_state(state, petition, agents)
    town.on_paper(petition, [town.person(1), "not_on_roll"], agents)
    found = sheet_queries.totals(petition)
    assert found.printed == 9
    assert (found.out, found.waiting, found.agreed, found.lost, found.refused) == (1, 3, 2, 2, (("altered", 1),))
    assert found.out + found.received + found.lost + found.refused_sheets == found.printed
    assert (found.lines, found.signatures, dict(found.refused_lines)) == (6, 1, {"illegible": 1, "not_on_roll": 1})


# --- Scans


def taken() -> uploads.Upload:
    return uploads.read(SimpleUploadedFile("scan.pdf", PDF))


@pytest.mark.django_db
def test_a_scan_is_kept_with_its_fingerprint_only_of_a_sheet_that_is_there(petition: Petition, agent: Account) -> None:
    scan = actions.attach_scan(town.handed_in(petition, agent, 1), taken(), agent, NOON)
    assert uploads.load("sheets", scan.file).content == PDF
    assert scan.fingerprint == taken().fingerprint
    with pytest.raises(Refused) as refused:
        actions.attach_scan(actions.print_sheets(petition, 1, agent, NOON).sheets.get(), taken(), agent, NOON)
    assert refused.value.rule == "petitions.sheet_not_received"


@pytest.mark.django_db
def test_ninety_days_after_the_closing_scans_and_readings_are_gone_and_the_outcome_stays(
    petition: Petition, agent: Account, colleague: Account
) -> None:
    sheet = town.on_paper(petition, [town.person(1)], (agent, colleague))
    scan = actions.attach_scan(sheet, taken(), agent, NOON)
    assert petition.closes_at is not None
    actions.close_due(petition.closes_at)
    assert actions.forget(petition.closes_at + timedelta(days=89)) == 0
    assert ReadLine.objects.exists()
    assert actions.forget(petition.closes_at + timedelta(days=90)) == 1
    assert not ReadLine.objects.exists()
    row = SheetScan.objects.get()
    assert (row.file, row.fingerprint) == ("", scan.fingerprint)
    with pytest.raises(FileNotFoundError):
        uploads.load("sheets", scan.file)
    assert sheet.paper_lines.get().signature is not None
    assert actions.forget(petition.closes_at + timedelta(days=91)) == 0


@pytest.mark.django_db
def test_nothing_is_forgotten_while_a_crossing_waits_for_its_verification(
    petition: Petition, agent: Account, colleague: Account
) -> None:
    sheet = town.on_paper(petition, [town.person(1)], (agent, colleague))
    actions.attach_scan(sheet, taken(), agent, NOON)
    town.signed_by(petition, town.people(5, start=2))
    assert petition.closes_at is not None
    actions.close_due(petition.closes_at)
    assert actions.forget(petition.closes_at + timedelta(days=200)) == 0
    actions.verify_waiting(petition.closes_at + timedelta(days=200))
    assert actions.forget(petition.closes_at + timedelta(days=200)) == 1
