"""From a text that a resident writes to a vote that the clerk calls: 5 % and 10 % of forty inhabitants."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from beffroi.apps.assemblies.models import Answer
from beffroi.apps.gazette.models import Entry
from beffroi.apps.petitions.models import Petition
from beffroi.apps.votations.models import Votation
from tests.browser import PHONE
from tests.stories.village import (
    CLERK,
    COUNCILLOR,
    QUESTION,
    START,
    TEXT,
    TITLE,
    Village,
    call_the_vote,
    follow,
    heading,
    overflow,
    press,
    say,
    write,
)

SITTING = START + timedelta(days=40, hours=10)  # an evening
ANSWER = "Le conseil posera un banc au printemps.\n\nIl sera en bois du pays."


def kinds(*beginnings: str) -> list[str]:
    return [entry.kind for entry in Entry.objects.order_by("index") if entry.kind.startswith(beginnings)]


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_petition_climbs_from_its_text_to_a_vote(
    visitor: Callable[..., Page],
    axe: Callable[[Page], None],
    village: Village,
    javascript: bool,
) -> None:
    nour, clerk = visitor(width=PHONE, javascript=javascript), visitor(javascript=javascript)
    stranger, councillor = visitor(width=PHONE, javascript=javascript), visitor(javascript=javascript)

    def look(page: Page) -> None:
        assert overflow(page) == []
        if javascript:
            axe(page)

    def read(path: str) -> str:
        """What a stranger reads there."""
        village.open(stranger, path)
        look(stranger)
        return stranger.locator("main").inner_text()

    sitting = village.plan_sitting(SITTING)

    # Nour writes, reads again, files.
    village.let_in(nour, village.people["nour"])
    village.open(nour, "/petitions")
    follow(nour, "Write a petition")
    look(nour)
    write(nour, "Title", TITLE)
    write(nour, "What you ask for, and why", TEXT)
    write(nour, "The question that the commune would vote on", QUESTION)
    press(nour, "Read it again before filing")
    look(nour)
    nour.get_by_role("checkbox").check()
    press(nour, "I file it")
    heading(nour, "This petition waits for a decision")
    look(nour)
    number = Petition.objects.get().number

    # The clerk admits it: it opens at once.
    village.let_in_at_work(clerk, CLERK)
    village.open(clerk, "/guichet")
    look(clerk)
    clerk.get_by_role("link", name=TITLE).click()
    look(clerk)
    clerk.get_by_role("radio", name=say("Admit: it opens at once")).check()
    press(clerk, "Record the decision")
    expect(clerk.get_by_text(say("The petition is open. The journal says so."))).to_be_visible()
    assert "Nour Alouette" in read(f"/petitions/{number}")
    petition = Petition.objects.get()

    # 5 %: two signatures. The worker counts, verifies against the roll, and puts the hearing on the agenda.
    village.sign(petition, "lea")
    village.work()
    read(f"/petitions/{number}")
    village.sign(petition, "odette")
    village.work()
    assert TITLE in read(f"/conseils/{sitting.number}")
    page = read(f"/petitions/{number}")
    assert "24\u00a0octobre 2026" in page
    assert kinds("petition.crossed", "petition.verified", "petition.effect") == [
        "petition.crossed",
        "petition.verified",
        "petition.effect",
    ]

    # 10 %: four signatures. A votation is prepared, and due within 120 days.
    village.sign(petition, "hugo", "paul")
    village.work()
    read(f"/petitions/{number}")
    for link in stranger.locator("main a[href^='/votations/'], main a[href^='/conseils/']").all():
        path = link.get_attribute("href")
        assert stranger.request.get(village.url + str(path)).status == 200, f"{path} leads nowhere"
    votation = Votation.objects.get()
    assert votation.petition == number
    assert votation.due_on == START.date() + timedelta(days=120)
    read(f"/initiatives/{number}")

    # The sitting: convened on its day, the hearing held, the answer recorded by a councillor of the opposition.
    village.wait_until(SITTING - timedelta(days=7))
    village.work()
    assert kinds("sitting.convened") == ["sitting.convened"]
    village.wait_until(SITTING + timedelta(hours=2))
    village.let_in_at_work(clerk, CLERK)
    village.open(clerk, "/guichet")
    clerk.get_by_role("link", name=TITLE).first.click()
    press(clerk, "Record that this hearing was held")
    expect(clerk.get_by_text(say("The hearing is recorded. The journal says when the answer is due."))).to_be_visible()
    look(clerk)

    village.wait_until(SITTING + timedelta(days=61))
    village.work()
    # A day late, and public (the footer of the home page counts the days).
    assert say("Late") in read("/")
    read("/conseils")
    village.let_in_at_work(councillor, COUNCILLOR)
    village.open(councillor, "/mon-espace")
    look(councillor)
    councillor.get_by_role("link", name=TITLE).click()
    look(councillor)
    write(councillor, "The council's answer", ANSWER)
    press(councillor, "Publish the answer")
    heading(councillor, "The council’s answer to the petition")
    look(councillor)
    village.work()
    hearing = Answer.objects.get().hearing
    told = read(f"/conseils/auditions/{hearing.number}/reponse")
    assert "Rachid Sansonnet" in told
    assert "Il sera en bois du pays." in told
    digest = hashlib.sha256(
        stranger.request.get(f"{village.url}/conseils/auditions/{hearing.number}/reponse.txt").body()
    ).hexdigest()
    entry = Entry.objects.get(kind="hearing.answered")
    assert f'"answer_sha256":"{digest}"' in entry.leaf
    assert '"days_late":1' in entry.leaf

    # The clerk calls the vote: its rules are frozen, and everybody reads them with both sides' arguments.
    village.let_in_at_work(clerk, CLERK)
    village.open(clerk, "/guichet")
    clerk.get_by_role("link", name=TITLE).first.click()
    look(clerk)
    opens = village.now().replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=7)
    call_the_vote(clerk, opens, opens + timedelta(days=10))
    heading(clerk, "Prepare the opening")
    look(clerk)
    village.work()
    page = read(f"/votations/{votation.number}")
    assert "Les pieds des anciens" in page
    assert "Cela coûte un arbre" in page
    rules = stranger.request.get(f"{village.url}/votations/{votation.number}/regles.json").body()
    assert f'"rules_sha256":"{hashlib.sha256(rules).hexdigest()}"' in Entry.objects.get(kind="votation.called").leaf
    read(f"/initiatives/{number}")
    read(f"/petitions/{number}")
    read("/")


def test_a_form_that_lacks_something_says_what_and_keeps_the_rest(
    desk: Page, axe: Callable[[Page], None], village: Village, allow: list[str]
) -> None:
    allow += ["answered 400", "status of 400"]
    village.let_in(desk, village.people["nour"])
    village.open(desk, "/petitions/ecrire")
    desk.locator("main form").evaluate("form => form.noValidate = true")
    write(desk, "Title", TITLE)
    press(desk, "Read it again before filing")
    expect(desk.get_by_role("alert")).to_be_visible()
    expect(desk.get_by_label(say("Title"), exact=True)).to_have_value(TITLE)
    axe(desk)
    assert not Petition.objects.exists()
