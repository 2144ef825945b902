"""An official signs the charter; electors ask for the end of her mandate; her reply stands beside it to the vote."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from beffroi.apps.assemblies.models import Official
from beffroi.apps.gazette.models import Entry
from beffroi.apps.petitions.models import Petition, Signature
from beffroi.apps.votations.models import Votation
from tests.browser import PHONE
from tests.stories.village import (
    CLERK,
    COUNCILLOR,
    Village,
    call_the_vote,
    follow,
    heading,
    overflow,
    press,
    say,
    write,
)

GRIEVANCE = "Le 12 mai, le lavoir a fermé sans la consultation qui avait été promise."
REPLY = "Le rapport de sécurité demandait sa fermeture sans délai."
LATER = "Le rapport de sécurité demandait sa fermeture. La consultation aura lieu en octobre."


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_recall_is_filed_answered_signed_and_voted_on(
    visitor: Callable[..., Page], axe: Callable[[Page], None], village: Village, allow: list[str], javascript: bool
) -> None:
    nour, rachid = visitor(width=PHONE, javascript=javascript), visitor(javascript=javascript)
    clerk, stranger = visitor(javascript=javascript), visitor(width=PHONE, javascript=javascript)

    def look(page: Page) -> None:
        assert overflow(page) == []
        if javascript:
            axe(page)

    def read(path: str) -> str:
        village.open(stranger, path)
        look(stranger)
        return stranger.locator("main").inner_text()

    official = Official.objects.get()

    # Nobody has signed: there is nothing to ask for yet.
    village.let_in(nour, village.people["nour"])
    village.open(nour, "/petitions/revocation")
    heading(nour, "No official in office has signed the charter")
    look(nour)

    # Rachid reads the charter and signs it with his own account.
    village.let_in_at_work(rachid, COUNCILLOR)
    village.open(rachid, "/conseils")
    follow(rachid, "The charter: what officials promise, and who has signed it")
    look(rachid)
    rachid.get_by_role("link", name=say("Read and sign the charter")).click()
    look(rachid)
    rachid.get_by_role("checkbox").check()
    press(rachid, "I sign the charter")
    expect(rachid.get_by_text(say("The signature is recorded. The journal says so."))).to_be_visible()
    assert "14\u00a0septembre 2026" in read("/conseils/charte")

    # Nour, an elector, writes what she holds against him.
    village.open(nour, "/conseils/charte")
    follow(nour, "How a recall is asked for")
    look(nour)
    nour.get_by_label(say("The official whose mandate is to end")).select_option(official.number)
    write(nour, "What is held against her or him", GRIEVANCE)
    nour.get_by_role("checkbox").check()
    press(nour, "Read it again before filing")
    look(nour)
    press(nour, "I file it")
    heading(nour, "This petition waits for a decision")
    petition = Petition.objects.get()
    page = read(f"/petitions/{petition.number}")
    assert say("No reply has been published yet. There is the same room for it as for the grievance.") in page

    # The same day he gets a letter, and replies beside it.
    village.work()
    assert any(petition.number in message.get_content() for message in village.mailbox.messages)
    village.open(rachid, f"/petitions/{petition.number}")
    follow(rachid, "Write the reply")
    look(rachid)
    write(rachid, "The reply", REPLY)
    press(rachid, "Publish the reply")
    page = read(f"/petitions/{petition.number}")
    assert GRIEVANCE in page.replace("\u00a0", " ")
    assert REPLY in page.replace("\u00a0", " ")

    # The secretariat admits it, for none of the reasons that would refuse it.
    village.let_in_at_work(clerk, CLERK)
    village.open(clerk, f"/petitions/{petition.number}/recevabilite")
    look(clerk)
    clerk.get_by_role("radio", name=say("Admit: it opens at once")).check()
    press(clerk, "Record the decision")

    # Tomasz is sixteen and a resident, no elector: he reads why he cannot sign.
    young = visitor(width=PHONE, javascript=javascript)
    village.let_in(young, village.people["tomasz"])
    village.open(young, f"/petitions/{petition.number}/signer")
    heading(young, "This signature is not possible")
    look(young)

    # Léa signs; no question of the legal request is asked. Two more, and a tenth of the thirty electors is there.
    lea = visitor(width=PHONE, javascript=javascript)
    village.let_in(lea, village.people["lea"])
    village.open(lea, f"/petitions/{petition.number}")
    follow(lea, "Sign this petition")
    look(lea)
    expect(lea.get_by_label(say("Tell me by e-mail what follows"))).to_be_visible()
    assert lea.locator("main [name=legal]").count() == 0
    press(lea, "I sign")
    heading(lea, "Thank you, it is signed.")
    village.sign(Petition.objects.get(), "hugo", "paul")
    village.work(3)
    assert Signature.objects.count() == 3
    votation = Votation.objects.get()
    assert (votation.kind, votation.petition) == ("recall", petition.number)
    read(f"/initiatives/{petition.number}")

    # He changes his reply: both versions stay readable.
    village.open(rachid, f"/petitions/{petition.number}")
    follow(rachid, "Change the reply")
    write(rachid, "The reply", LATER)
    press(rachid, "Publish the new version")
    page = read(f"/petitions/{petition.number}/reponses")
    assert page.index("octobre") < page.index(REPLY.split()[-1])
    village.work()
    exact = stranger.request.get(f"{village.url}/petitions/{petition.number}/reponse-2.txt").body()
    digest = hashlib.sha256(exact).hexdigest()
    assert any(digest in entry.leaf for entry in Entry.objects.filter(kind="petition.replied"))

    # The vote is called: the electors are its body, the charter its effect.
    village.open(clerk, f"/votations/{votation.number}/appel")
    look(clerk)
    opens = village.now().replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=7)
    call_the_vote(clerk, opens, opens + timedelta(days=10))
    heading(clerk, "Prepare the opening")
    page = read(f"/votations/{votation.number}")
    assert say("may vote: everybody on the electoral roll") in page

    # It opens: the reply no longer changes.
    village.wait_until(opens + timedelta(hours=1))
    village.work()
    village.let_in_at_work(rachid, COUNCILLOR)
    village.open(rachid, f"/petitions/{petition.number}/reponse")
    heading(rachid, "The reply no longer changes")
    look(rachid)
    read(f"/petitions/{petition.number}")
    read("/petitions")
    read("/")


def test_one_s_own_data_are_read_and_printed(desk: Page, axe: Callable[[Page], None], village: Village) -> None:
    village.let_in(desk, village.people["lea"])
    village.open(desk, "/mon-espace")
    follow(desk, "Read and print them")
    axe(desk)
    assert overflow(desk) == []
    assert "lea@village.example" in desk.locator("main").inner_text()
