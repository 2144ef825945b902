"""Ariane is made administrator by the command; on the pages she imports the roll, draws streets, and gives roles."""

import re
from collections.abc import Callable
from io import StringIO

from django.core.management import call_command
from playwright.sync_api import Page, expect

from beffroi.apps.roll.models import BoundaryChange, Person, Role, RollTask
from tests.apps.roll.test_import import birds, export, line
from tests.stories.village import PACK, Village, follow, heading, overflow, press, say, write

ARIANE = "ariane@mairie.village.example"
Axe = Callable[[Page], None]


def hand_in(page: Page, label: str, name: str, raw: bytes) -> None:
    """Chooses a file as a person does, without its being on a disk here."""
    page.get_by_label(say(label)).set_input_files({"name": name, "mimeType": "text/csv", "buffer": raw})


def test_the_roll_from_its_export_to_the_register(
    village: Village, desk: Page, phone: Page, axe: Axe, allow: list[str]
) -> None:
    allow += ["422"]  # a wrong number, on purpose
    call_command("administrator", ARIANE, "Ariane Pouillot", stdout=StringIO())
    village.sign_in(desk, ARIANE)
    follow(desk, "Electoral roll")
    axe(desk)
    known = export(
        line(last="FAUVETTE", first="Léa", born="17/05/1998"),
        line(last="PINSONNET", first="Odette", born="03/03/1951"),
        *birds(9),
    )
    hand_in(desk, "The export of the electoral roll", "liste.csv", known)
    press(desk, "See what it changes")
    heading(desk, "The server reads the file")
    axe(desk)

    # On her telephone the same import: the state is the server's.
    village.let_in(phone, Role.objects.get(kind="administrator").account)
    village.open(phone, "/administration/liste-electorale")
    heading(phone, "The server reads the file")

    # The page looks by itself, and shows the preview when the worker is done.
    village.work(rounds=1)
    expect(desk.get_by_text(say("Preview: nothing is changed yet"))).to_be_visible()
    axe(desk)
    phone.reload()
    assert overflow(phone) == []
    axe(phone)
    doubt = desk.get_by_role("group", name="PINSONNET, Odette")
    doubt.get_by_text(re.compile("^C.est Odette Pinson")).click()
    press(desk, "Take these answers into account")
    village.work(rounds=1)
    expect(desk.get_by_text(say("Take all answers back"))).to_be_visible()
    assert RollTask.objects.get().summary["doubts"] == []

    changes = RollTask.objects.get().summary["changes"]
    write(desk, "How many changes?", str(changes + 1))
    write(desk, "How many persons leave?", "8")
    press(desk, "Import")
    expect(desk.get_by_text(say("This is not the number of changes. Look at the preview again.")).first).to_be_visible()
    axe(desk)
    write(desk, "How many changes?", str(changes))
    write(desk, "How many persons leave?", str(RollTask.objects.get().summary["counts"]["gone"]))
    press(desk, "Import")
    village.work(rounds=1)
    heading(desk, "Take the last import back")
    axe(desk)
    odette = Person.objects.get(pk=village.people["odette"].pk)
    assert (odette.last_name, odette.left_on) == ("PINSONNET", None)


def test_streets_are_handed_in_looked_at_and_confirmed(village: Village, desk: Page, no_js: Page, axe: Axe) -> None:
    call_command("administrator", ARIANE, "Ariane Pouillot", stdout=StringIO())
    village.work(rounds=1)
    ariane = Role.objects.get(kind="administrator").account
    village.let_in(no_js, ariane)
    village.open(no_js, "/administration/rues")
    changed = (PACK / "data/rues.csv").read_bytes().replace(b"Colombier;;;;01", b"Colombier;;;;02")
    hand_in(no_js, "The streets and their polling stations (CSV)", "rues.csv", changed)
    no_js.get_by_label(say("From which day on?")).fill("2026-10-01")
    no_js.get_by_role("button", name=say("See what it changes")).click()
    expect(no_js.get_by_text(say("Preview: nothing is changed yet"))).to_be_visible()
    assert overflow(no_js) == []
    press(no_js, "Record this")
    expect(no_js.get_by_text(say("not applied yet"))).to_be_visible()
    assert BoundaryChange.objects.filter(applied_at=None).count() == 1

    # Everybody reads today's boundaries, and that they change soon; a street is offered as one types.
    village.open(desk, "/quartiers")
    expect(desk.get_by_text(say("Boundaries change soon"))).to_be_visible()
    desk.get_by_label(say("Name of the street")).fill("vieux col")
    expect(desk.locator("#rues option")).to_have_attribute("value", "rue du Vieux-Colombier")
    press_in(desk)
    expect(desk.get_by_role("link", name="Le Bourg").first).to_be_visible()
    axe(desk)

    village.wait_until(village.now().replace(month=10, day=1))
    village.work(rounds=1)
    lea = Person.objects.get(pk=village.people["lea"].pk)
    assert lea.station.code == ("02" if "Colombier" in lea.street else "01")


def press_in(page: Page) -> None:
    """The search of the page itself: the masthead has one too."""
    page.locator("main form[role=search] button").click()


def test_two_administrators_agree_on_a_role(village: Village, desk: Page, phone: Page, axe: Axe) -> None:
    for address, name in ((ARIANE, "Ariane Pouillot"), ("basile@mairie.village.example", "Basile Tarin")):
        call_command("administrator", address, name, stdout=StringIO())
    ariane, basile = (role.account for role in Role.objects.filter(kind="administrator").order_by("account"))
    village.let_in(desk, ariane)
    village.let_in(phone, basile)
    village.open(desk, "/administration/comptes")
    axe(desk)
    write(desk, "Name", "Odile Bouvreuil")
    write(desk, "Work address", "odile@mairie.village.example")
    press(desk, "Open the account")
    heading(desk, "Odile Bouvreuil")
    fold = f"{say('Give this role')} {say('Secretariat', 'role')}"
    desk.locator("summary", has_text=fold).click()
    desk.get_by_role("button", name=f"{say('Yes, give it')} {say('Secretariat', 'role')}").click()
    expect(desk.get_by_text(say("Asked. Another administrator has to agree."))).to_be_visible()
    axe(desk)
    assert not Role.objects.filter(account__display_name="Odile Bouvreuil").exists()

    village.open(phone, "/administration/comptes")
    phone.get_by_role("link", name="Odile Bouvreuil").first.click()
    assert overflow(phone) == []
    phone.get_by_role("button", name=re.compile(f"^{re.escape(say('I agree'))}")).click()
    expect(phone.get_by_text(say("It is done, and in the journal."))).to_be_visible()
    axe(phone)
    assert Role.objects.get(account__display_name="Odile Bouvreuil").kind == "clerk"
