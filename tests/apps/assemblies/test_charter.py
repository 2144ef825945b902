"""The charter: who may sign for whom, on which day; a withdrawal that cannot be dated back; the page says both."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from beffroi.apps.assemblies import actions, charters, queries
from beffroi.apps.assemblies.models import Charter, CharterText, Official
from beffroi.apps.gazette.models import Entry
from beffroi.apps.letters.models import Letter
from beffroi.apps.roll.models import Account
from beffroi.apps.roll.queries import address_of
from beffroi.core.errors import Refused
from beffroi.web import pack
from tests.apps import town
from tests.apps.town import NOON, TODAY

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clerk(commune: None) -> Account:
    return town.clerk()


@pytest.fixture
def member(commune: None) -> Official:
    return town.councillor(town.open_account(town.person(town.COUNCILLOR)))


def refused(act: Any) -> str:
    with pytest.raises(Refused) as caught, transaction.atomic():
        act()
    return caught.value.rule


def test_an_official_signs_today_whatever_day_she_gives(member: Official) -> None:
    assert member.account is not None
    charter = charters.sign(member, member.account, date(2026, 3, 30), NOON)
    assert (charter.signed_on, charter.by_herself) == (TODAY, True)
    assert charter.text.text == pack.current().texts["charter"].content
    entry = Entry.objects.get(kind="charter.signed")
    assert json.loads(entry.leaf)["data"] == {
        "official": member.number,
        "signed": TODAY.isoformat(),
        "text_sha256": pack.current().texts["charter"].fingerprint,
    }


def test_the_journal_names_a_mandate_and_no_person(member: Official, clerk: Account) -> None:
    charters.sign(member, clerk, TODAY, NOON)
    charters.withdraw(member, clerk, NOON + HOUR)
    leaves = " ".join(Entry.objects.values_list("leaf", flat=True))
    assert member.number in leaves
    assert "Sansonnet" not in leaves
    assert "Rachid" not in leaves


def test_the_secretariat_records_a_paper_of_the_mandate_and_never_of_tomorrow(member: Official, clerk: Account) -> None:
    assert refused(lambda: charters.sign(member, clerk, TODAY + DAY, NOON)) == "assemblies.charter_date"
    assert refused(lambda: charters.sign(member, clerk, member.since - DAY, NOON)) == "assemblies.charter_date"
    charter = charters.sign(member, clerk, member.since, NOON)
    assert (charter.signed_on, charter.by_herself) == (member.since, False)


def test_what_the_secretariat_records_in_her_name_she_reads_in_a_letter(member: Official, clerk: Account) -> None:
    assert member.account is not None
    charters.sign(member, clerk, TODAY, NOON)
    charters.withdraw(member, clerk, NOON + HOUR)
    charters.sign(member, clerk, TODAY, NOON + 2 * HOUR)
    assert sorted(Letter.objects.values_list("kind", flat=True)) == [
        "charter_signed",
        "charter_signed",
        "charter_withdrawn",
    ]
    assert {address_of(ref) for ref in Letter.objects.values_list("recipient", flat=True)} == {
        f"p{town.COUNCILLOR}@example.org"
    }


def test_a_councillor_with_an_account_at_work_gets_her_letters_there(commune: None, clerk: Account) -> None:
    at_work = town.roll.open_work_account("Rachid Sansonnet", "rachid@conseil.example.org")
    charters.sign(town.councillor(at_work), clerk, TODAY, NOON)
    assert address_of(Letter.objects.get().recipient) == "rachid@conseil.example.org"


def test_nobody_else_signs_for_her(member: Official, clerk: Account) -> None:
    colleague = town.open_account(town.person(1))
    town.councillor(colleague)
    for other in (colleague, town.agent()):
        assert refused(lambda other=other: charters.sign(member, other, TODAY, NOON)) == "assemblies.not_hers"
    assert not Charter.objects.exists()


def test_she_signs_once_and_may_sign_again_after_a_withdrawal(member: Official) -> None:
    account = member.account
    assert account is not None
    charters.sign(member, account, TODAY, NOON)
    assert refused(lambda: charters.sign(member, account, TODAY, NOON)) == "assemblies.charter_signed"
    charters.withdraw(member, account, NOON + HOUR)
    assert refused(lambda: charters.withdraw(member, account, NOON + HOUR)) == "assemblies.charter_not_signed"
    charters.sign(member, account, TODAY, NOON + 2 * HOUR)
    assert Charter.objects.count() == 2
    assert CharterText.objects.count() == 1


def test_the_database_itself_refuses_a_second_standing_signature(member: Official, clerk: Account) -> None:
    row = charters.sign(member, clerk, TODAY, NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Charter.objects.create(official=member, text=row.text, signed_on=TODAY, recorded_at=NOON, recorded_by=clerk)


def test_who_has_left_office_signs_no_more(member: Official, clerk: Account) -> None:
    actions.leave_office(member, TODAY)
    assert refused(lambda: charters.sign(member, clerk, TODAY, NOON)) == "assemblies.not_in_office"
    assert refused(lambda: actions.leave_office(member, TODAY)) == "assemblies.not_in_office"


def test_a_signature_keeps_the_text_that_was_signed(
    member: Official, clerk: Account, settings: Any, tmp_path: Any
) -> None:
    charters.sign(member, clerk, TODAY, NOON)
    old = pack.current().texts["charter"]
    settings.PACK = town.small_pack(tmp_path)
    (settings.PACK / "texts" / "charter.md").write_text("Une autre promesse.\n")
    assert queries.charter_text(old.fingerprint) == old.content
    assert queries.charter_text(pack.current().texts["charter"].fingerprint) == "Une autre promesse.\n"


def test_without_a_text_nobody_signs(member: Official, clerk: Account, settings: Any, tmp_path: Any) -> None:
    settings.PACK = town.small_pack(tmp_path)
    top = settings.PACK / "pack.toml"
    top.write_text(top.read_text().partition("[texts.charter]")[0])
    assert refused(lambda: charters.sign(member, clerk, TODAY, NOON)) == "assemblies.no_charter"
    page = town.browser(None).get("/conseils/charte")
    assert b"There is no charter here yet" in page.content


def test_mandates_of_all_assemblies_share_one_numbering(commune: None) -> None:
    numbers = [town.councillor().number for _ in range(3)]
    assert numbers == ["M-2026-01", "M-2026-02", "M-2026-03"]


# The pages.


def by_name(name: str) -> Official:
    return Official.objects.get(account__person__first_name=name)


@pytest.mark.parametrize("act", ["signer", "retirer"])
@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("anonymous", 302),
        ("resident", 403),
        ("agent", 403),
        ("counter", 403),
        ("former", 403),
        ("majority", 403),  # a colleague, in office
        ("opposition", 302),  # herself
        ("clerk", 302),
    ],
)
def test_who_signs_and_withdraws_on_the_pages(visitors: dict[str, Client], act: str, role: str, status: int) -> None:
    official = by_name(f"Prénom{town.COUNCILLOR}")
    assert official.account is not None
    if act == "retirer":
        charters.sign(official, official.account, TODAY, NOON)
    answer = town.post(
        visitors[role], f"/conseils/charte/{official.number}/{act}", confirmed="on", signed_on=TODAY.isoformat()
    )
    assert answer.status_code == status
    done = role in {"opposition", "clerk"}
    if role == "anonymous":
        assert answer["Location"].startswith("/connexion")
    assert (queries.standing_charter(official) is not None) == (done if act == "signer" else not done)


def test_reading_the_page_or_leaving_the_box_empty_signs_nothing(visitors: dict[str, Client]) -> None:
    official = by_name(f"Prénom{town.COUNCILLOR}")
    path = f"/conseils/charte/{official.number}/signer"
    assert visitors["opposition"].get(path).status_code == 200
    assert town.post(visitors["opposition"], path).status_code == 400
    assert visitors["opposition"].post(path, {"confirmed": "on"}).status_code == 403  # without the form's token
    assert not Charter.objects.exists()


def test_the_page_lists_everybody_in_office_and_says_when(visitors: dict[str, Client]) -> None:
    signed, gone = by_name(f"Prénom{town.COUNCILLOR}"), by_name(f"Prénom{town.COUNCILLOR + 1}")
    for official in (signed, gone):
        assert official.account is not None
        charters.sign(official, official.account, TODAY, NOON)
    charters.withdraw(gone, gone.account, NOON + HOUR)  # type: ignore[arg-type]
    former = by_name(f"Prénom{town.COUNCILLOR + 2}")
    page = visitors["anonymous"].get("/conseils/charte").content.decode()
    assert f'id="{signed.number}"' in page
    assert f'id="{former.number}"' not in page
    assert "withdrawn on" in page
    rows = {row.official.number: row.state for row in queries.signatories(TODAY)}
    assert rows == {signed.number: "signed", gone.number: "withdrawn"}
    digest = pack.current().texts["charter"].fingerprint
    text = visitors["anonymous"].get(f"/conseils/charte/{digest}.txt")
    assert text.content.decode() == pack.current().texts["charter"].content
    assert visitors["anonymous"].get(f"/conseils/charte/{'0' * 64}.txt").status_code == 404
