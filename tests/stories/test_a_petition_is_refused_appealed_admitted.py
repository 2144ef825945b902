"""Nour writes, has it read, files; the secretariat refuses and says why; she contests; the bureau admits; all stays."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from beffroi.apps.petitions.models import Petition
from tests.browser import DESK, PHONE
from tests.stories.village import CLERK, COUNCILLOR, Village, follow, heading, overflow, press, say, write

TITLE, QUESTION = "Dix arbres sur la place du marché", "Faut-il planter dix arbres sur la place du marché ?"
TEXT = (
    "La place du marché est en plein soleil. L'été, le sol y est si chaud que personne ne s'y arrête.\n\n"
    "Nous demandons dix arbres, plantés avant l'hiver, et deux bancs à leur pied. Il y a de la place entre les étals."
)
WHY = "Le texte ne dit pas qui paierait. Ajoutez une phrase sur le coût et il pourra être admis."
SAYS = "Aucune règle ne demande de dire qui paie. La question se répond par oui ou par non."
ANSWER = "Le bureau lit la même question : on peut y répondre par oui ou par non. La pétition est recevable."


def photo() -> dict[str, object]:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "olive").save(out, "JPEG")
    return {"name": "place.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_petition_is_refused_appealed_admitted(
    visitor: Callable[..., Page], axe: Callable[[Page], None], village: Village, javascript: bool
) -> None:
    nour = visitor(width=PHONE, javascript=javascript)
    friend, clerk, councillor = (visitor(width=DESK, javascript=javascript) for _ in range(3))

    def look(page: Page) -> None:
        assert overflow(page) == []
        if javascript:
            axe(page)

    # She writes, looks for what is near, saves, comes back another day.
    village.let_in(nour, village.people["nour"])
    village.open(nour, "/petitions/ecrire")
    look(nour)
    write(nour, "Title", TITLE)
    press(nour, "See whether somebody asks for it already")
    heading(nour, "No petition is near yours")
    write(nour, "What you ask for, and why", TEXT)
    press(nour, "Save the draft")
    look(nour)
    village.wait_until(village.now() + timedelta(days=2))
    village.let_in(nour, village.people["nour"])
    village.open(nour, "/mon-espace")
    nour.get_by_role("link", name=TITLE).click()
    write(nour, "The question that the commune would vote on", QUESTION)
    write(nour, "Where your facts come from", "Relevé de l'été 2026 https://meteo.example/releves")

    # A document, and a friend who reads it before everybody.
    nour.get_by_label(say("A document"), exact=True).set_input_files([photo()])
    write(nour, "What it shows", "La place du marché en juillet, sans une ombre")
    press(nour, "Add this document")
    expect(nour.locator("#pieces")).to_contain_text("La place du marché en juillet")
    press(nour, "Make an address to share")
    look(nour)
    shared = nour.get_by_label(say("The address to share")).input_value()
    friend.goto(shared)
    expect(friend.locator("main")).to_contain_text("deux bancs à leur pied")
    expect(friend.locator("main")).not_to_contain_text("Alouette")
    look(friend)

    # She reads it again and files it.
    press(nour, "Read it again before filing")
    heading(nour, "To make it clearer")
    look(nour)
    nour.get_by_label(say("My name is published with the petition")).check()
    press(nour, "I file it")
    heading(nour, "This petition waits for a decision")
    look(nour)
    number = Petition.objects.get().number
    village.work()

    # The secretariat says who is of the bureau, then refuses, and must say why.
    village.let_in_at_work(clerk, CLERK)
    village.open(clerk, "/conseils")
    follow(clerk, "The council’s bureau")
    look(clerk)
    clerk.get_by_role("checkbox").first.check()
    press(clerk, "Record the bureau")
    village.open(clerk, f"/petitions/{number}/recevabilite")
    look(clerk)
    clerk.get_by_label(say("Refuse, for the reason below")).check()
    clerk.locator("#id_reason").select_option("unclear")
    write(clerk, "If you refuse: why, in this case", WHY)
    press(clerk, "Record the decision")
    expect(clerk.locator("main")).to_contain_text("Le texte ne dit pas qui paierait")
    village.work()

    # She contests it.
    nour.reload()
    look(nour)
    follow(nour, "Contest this refusal")
    look(nour)
    write(nour, "Why this refusal is wrong", SAYS)
    press(nour, "Send it to the bureau")
    heading(nour, "The refusal is contested")
    look(nour)
    village.work()

    # The bureau decides within its delay.
    village.wait_until(village.now() + timedelta(days=20))
    village.let_in_at_work(councillor, COUNCILLOR)
    village.open(councillor, "/mon-espace")
    look(councillor)
    councillor.locator(f'a[href="/petitions/{number}/bureau"]').click()
    look(councillor)
    councillor.get_by_label(say("Admit the petition: it opens at once")).check()
    write(councillor, "The bureau's reasons", ANSWER)
    press(councillor, "Publish the decision")
    heading(councillor, "The bureau admits the petition")
    village.work()

    # Open to signatures, and nothing of what was decided is hidden.
    stranger = visitor(width=PHONE, javascript=javascript)
    village.open(stranger, f"/petitions/{number}")
    for told in (WHY, ANSWER, say("First refused, then admitted"), "La place du marché en juillet"):
        expect(stranger.locator("main")).to_contain_text(told.partition(" :")[0])
    expect(stranger.get_by_role("link", name=say("Sign this petition"))).to_be_visible()
    look(stranger)


def test_two_carry_a_petition(visitor: Callable[..., Page], axe: Callable[[Page], None], village: Village) -> None:
    """Nour gives a code; Léa signs in, agrees, is named; she takes her name off again."""
    petition = village.opened("nour")
    nour, lea = visitor(width=DESK), visitor(width=PHONE)
    village.let_in(nour, village.people["nour"])
    village.open(nour, f"/petitions/{petition.number}")
    follow(nour, "Carry it with others")
    press(nour, "Make a code")
    axe(nour)
    code = "".join(nour.locator(".tracker").inner_text().split())
    village.let_in(lea, village.people["lea"])
    village.open(lea, f"/petitions/{petition.number}/porter")
    axe(lea)
    assert overflow(lea) == []
    write(lea, "The code that the author gave you", code)
    lea.get_by_label(say("My name is published with the petition")).check()
    press(lea, "Carry it too")
    expect(lea.locator("main")).to_contain_text("Léa Fauvette")
    axe(lea)
    follow(lea, "Carry it too, or take my name off")
    press(lea, "Take my name off")
    expect(lea.locator("main")).not_to_contain_text("Léa Fauvette")
