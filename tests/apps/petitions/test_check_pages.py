"""The pages of the checks: who may open them, what they say, and that they name nobody who need not be named."""

from datetime import timedelta

import pytest
from django.test import Client

from beffroi.apps.gazette import actions as gazette
from beffroi.apps.petitions import actions, unusual
from beffroi.apps.petitions.models import (
    CheckedLine,
    Crossing,
    NamesSeen,
    Petition,
    Ruling,
    Sheet,
    Signal,
    Signature,
    Tally,
)
from beffroi.apps.petitions.models import Trace as Traced
from beffroi.apps.petitions.sheet_codes import shown
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account
from tests.apps import town
from tests.apps.town import NOON, post

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ROLES = ("anonymous", "resident", "agent", "counter", "clerk", "councillor", "panel")
PAGES = {
    "/petitions/{number}/verifications": dict.fromkeys(ROLES, 200),
    "/guichet/lignes/{number}": {
        "anonymous": 302,
        "resident": 403,
        "agent": 200,
        "counter": 200,
        "clerk": 403,
        "councillor": 403,
        "panel": 200,
    },
    "/verification": {**dict.fromkeys(ROLES, 403), "anonymous": 302, "panel": 200},
    "/verification/{signal}": {**dict.fromkeys(ROLES, 403), "anonymous": 302, "panel": 200},
}


@pytest.fixture
def member(commune: None) -> Account:
    return roll.open_work_account("Irène Bruant", "irene@mairie.example.org", "panel")


@pytest.fixture
def signal(petition: Petition) -> Signal:
    """Five persons on one device."""
    for someone in town.people(5):
        row = actions.sign(petition, town.herself(someone), NOON).signature
        Traced.objects.create(signature=row, device="d" * 64, network="", at=NOON)
    actions.count(NOON)
    unusual.look(NOON)
    return Signal.objects.get()


@pytest.fixture
def waiting(petition: Petition, agent: Account, colleague: Account) -> Crossing:
    """Five paper lines decide, and wait for somebody who has not read them."""
    town.on_paper(petition, town.people(5), (agent, colleague))
    actions.count(NOON)
    actions.verify_waiting(NOON)
    gazette.sequence(NOON)
    return Crossing.objects.get()


@pytest.mark.parametrize("role", ROLES)
def test_each_page_opens_to_whom_it_is_for(
    visitors: dict[str, Client], petition: Petition, signal: Signal, member: Account, role: str
) -> None:
    client = {**visitors, "panel": town.browser(member)}[role]
    for path, row in PAGES.items():
        answer = client.get(path.format(number=petition.number, signal=signal.pk))
        assert (path, answer.status_code) == (path, row[role])


@pytest.mark.parametrize("role", ["resident", "agent", "counter", "clerk", "councillor"])
def test_nobody_else_decides_or_sees_the_names(visitors: dict[str, Client], signal: Signal, role: str) -> None:
    there = f"/verification/{signal.pk}"
    assert post(visitors[role], there, decision="keep", reason="household").status_code == 403
    assert post(visitors[role], there + "/noms").status_code == 403
    assert not Ruling.objects.exists()
    assert not NamesSeen.objects.exists()


class TestLines:
    def test_the_agent_who_entered_them_is_shown_none(
        self, visitors: dict[str, Client], petition: Petition, waiting: Crossing
    ) -> None:
        page = visitors["agent"].get(f"/guichet/lignes/{petition.number}").content.decode()
        assert "5 lines are of sheets that you read" in page
        assert "Prénom1" not in page

    def test_another_compares_them_one_by_one_and_the_last_closes_the_check(
        self, visitors: dict[str, Client], petition: Petition, waiting: Crossing, member: Account
    ) -> None:
        client, there = town.browser(member), f"/guichet/lignes/{petition.number}"
        for left in range(5, 0, -1):
            page = client.get(there).content.decode()
            assert f"{left} line" in page
            line = CheckedLine.objects.filter(verdict=None).order_by("place")[0]
            assert f"line {line.line}" in page
            assert post(client, there, line=line.pk, verdict="").status_code == 302
        waiting.refresh_from_db()
        assert (waiting.valid, waiting.refused) == (5, 0)
        assert "No line is to be compared" in client.get(there).content.decode()

    def test_a_verdict_that_was_not_chosen_is_asked_for(
        self, petition: Petition, waiting: Crossing, member: Account
    ) -> None:
        line = CheckedLine.objects.all()[0]
        answer = post(town.browser(member), f"/guichet/lignes/{petition.number}", line=line.pk)
        assert answer.status_code == 400
        assert "Choose what the sheet says." in answer.content.decode()
        assert CheckedLine.objects.filter(verdict=None).count() == 5

    def test_a_line_of_another_petition_is_not_found(
        self, petition: Petition, waiting: Crossing, member: Account, clerk: Account
    ) -> None:
        other = town.opened(town.person(60), clerk)
        line = CheckedLine.objects.all()[0]
        answer = post(town.browser(member), f"/guichet/lignes/{other.number}", line=line.pk, verdict="")
        assert answer.status_code == 404

    def test_the_agent_cannot_judge_her_own_line_by_posting_it(
        self, visitors: dict[str, Client], petition: Petition, waiting: Crossing
    ) -> None:
        line = CheckedLine.objects.all()[0]
        answer = post(visitors["agent"], f"/guichet/lignes/{petition.number}", line=line.pk, verdict="")
        assert answer.status_code == 422
        assert CheckedLine.objects.filter(verdict=None).count() == 5

    def test_the_desk_leads_there(self, visitors: dict[str, Client], waiting: Crossing, petition: Petition) -> None:
        assert f"/guichet/lignes/{petition.number}" in visitors["agent"].get("/guichet").content.decode()


class TestReport:
    def test_it_gives_the_figures_and_no_sheet_no_line_and_no_name(
        self, visitors: dict[str, Client], petition: Petition, waiting: Crossing, member: Account
    ) -> None:
        for row in CheckedLine.objects.all():
            actions.judge_line(row, member, "", NOON + HOUR)
        actions.verify_waiting(NOON + HOUR)
        page = visitors["anonymous"].get(f"/petitions/{petition.number}/verifications").content.decode()
        assert "5 valid, 0 refused" in page
        assert "5 compared of 5" in page
        sheet = Sheet.objects.get().code
        assert sheet not in page
        assert shown(sheet) not in page
        assert "Prénom" not in page
        assert "Bruant" not in page

    def test_it_says_that_nothing_was_to_be_checked_yet(self, visitors: dict[str, Client], petition: Petition) -> None:
        page = visitors["anonymous"].get(f"/petitions/{petition.number}/verifications").content.decode()
        assert "No threshold has been reached." in page


class TestPanel:
    def test_names_are_shown_once_after_asking_and_that_leaves_a_trace(
        self, signal: Signal, member: Account, petition: Petition
    ) -> None:
        client, there = town.browser(member), f"/verification/{signal.pk}"
        assert "Prénom1" not in client.get(there).content.decode()
        assert post(client, there + "/noms").status_code == 302
        assert "Prénom1" in client.get(there).content.decode()
        assert "Prénom1" not in client.get(there).content.decode()
        assert NamesSeen.objects.get().member == member

    def test_a_reason_that_does_not_go_with_the_decision_is_asked_again(self, signal: Signal, member: Account) -> None:
        answer = post(town.browser(member), f"/verification/{signal.pk}", decision="keep", reason="not_hers")
        assert answer.status_code == 400
        assert not Ruling.objects.exists()

    def test_striking_off_takes_the_ticked_ones(self, signal: Signal, member: Account, petition: Petition) -> None:
        keys = list(signal.signatures.order_by("pk").values_list("pk", flat=True)[:2])
        client = town.browser(member)
        fields = {"decision": "strike", "reason": "not_hers", "signature": keys}
        assert post(client, f"/verification/{signal.pk}", **fields).status_code == 302
        assert set(Signature.objects.exclude(refusal="").values_list("pk", flat=True)) == set(keys)
        assert "Many persons on one device" in client.get("/verification").content.decode()

    def test_an_alarm_of_the_nightly_recount_shows_there(self, petition: Petition, member: Account) -> None:
        client = town.browser(member)
        assert "agree with the figures shown" in client.get("/verification").content.decode()
        Tally.objects.filter(petition=petition, channel="web").update(signatures=7)
        actions.recount(NOON)
        gazette.sequence(NOON)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("beffroi.apps.petitions.check_views.timezone.now", lambda: NOON + HOUR)
            page = client.get("/verification").content.decode()
        assert "The recount of the night found other figures" in page
        assert "the recount finds 0 signatures where 7 were counted" in page
