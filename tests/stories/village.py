"""A village of forty inhabitants (tests/packs/village), its people, and what they do on the pages, by what they see."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyotp
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils.translation import gettext, override, pgettext
from playwright.sync_api import Page, expect

from beffroi.apps.assemblies import actions as assemblies
from beffroi.apps.assemblies.models import Assembly, Sitting
from beffroi.apps.petitions import actions as petitions
from beffroi.apps.petitions.models import Petition
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.acting import Acting
from beffroi.apps.roll.models import Account, Person, Station
from tests.apps.roll.conftest import Mailbox
from tests.let_in import let_in

PACK = Path(__file__).resolve().parents[1] / "packs" / "village"
HERE = ZoneInfo("Europe/Paris")
#: When the stories begin: a Monday morning.
START = datetime(2026, 9, 14, 9, 0, tzinfo=HERE)

# Number on the roll, first name, last name, birth, register, polling station, e-mail.
PEOPLE = {
    "lea": ("Léa", "Fauvette", date(1998, 5, 17), "main", "01", "lea@village.example"),
    "odette": ("Odette", "Pinson", date(1951, 3, 3), "main", "01", "odette@village.example"),
    "simone": ("Simone", "Loriot", date(1970, 2, 1), "main", "01", "loriot@village.example"),
    "tomasz": ("Tomasz", "Loriot", date(2009, 9, 30), "resident", "01", "loriot@village.example"),
    "nour": ("Nour", "Alouette", date(1985, 11, 8), "main", "01", "nour@village.example"),
    "paul": ("Paul", "Linotte", date(1960, 7, 14), "main", "01", "paul@village.example"),
    "awa": ("Awa", "Mésange", date(1992, 1, 25), "resident", "01", "awa@village.example"),
    "hugo": ("Hugo", "Choucas", date(2001, 8, 2), "main", "01", "hugo@village.example"),
    "rose": ("Rose", "Bruant", date(1944, 12, 6), "main", "02", ""),
    "igor": ("Igor", "Sittelle", date(1979, 4, 19), "municipal_eu", "02", ""),
    "jean": ("Jean", "Hulotte", date(1955, 6, 21), "main", "02", ""),
    "jeanne": ("Jeanne", "Hulotte", date(1955, 10, 9), "main", "02", ""),
}
STREETS = {"01": "rue du Vieux-Colombier", "02": "sente des Trois-Écluses"}
AGENT, CLERK = "guichet@mairie.village.example", "secretariat@mairie.village.example"
SECOND_AGENT = "guichet2@mairie.village.example"
COUNCILLOR = "rachid.sansonnet@conseil.village.example"
SCRUTINEERS = ("grive@mairie.village.example", "merle@mairie.village.example")
TITLE, QUESTION = "Un banc sous le tilleul", "Faut-il un banc sous le tilleul de la place ?"
TEXT = "La place n'a pas un seul siège à l'ombre."


@dataclass
class Village:
    """The village, its address on this machine, its clock, and the mailbox in which every letter arrives."""

    url: str
    clock: Any
    mailbox: Mailbox
    people: dict[str, Person] = field(default_factory=dict)

    def now(self) -> datetime:
        return datetime.now(HERE)

    def wait_until(self, moment: datetime) -> None:
        """Weeks pass."""
        self.clock.move_to(moment)

    def work(self, rounds: int = 2) -> None:
        """The worker passes: the second round numbers in the journal what the first one did."""
        for _ in range(rounds):
            said = StringIO()
            call_command("worker", once=True, stdout=said)
            assert "failed" not in said.getvalue(), said.getvalue()

    def opened(self, author: str = "nour") -> Petition:
        """A petition that is open."""
        filed = petitions.file(self.people[author], TITLE, TEXT, QUESTION, self.now())
        return petitions.admit(filed, Account.objects.get(work_email=CLERK), self.now())

    def sign(self, petition: Petition, *names: str) -> None:
        for name in names:
            petitions.sign(petition, Acting(self.people[name], "web", None), self.now())

    def plan_sitting(self, starts: datetime) -> Sitting:
        return assemblies.plan_sitting(
            Assembly.objects.get(), starts, "Salle du conseil", starts - timedelta(days=7), self.now()
        )

    # What people do in a browser.

    def open(self, page: Page, path: str) -> None:
        page.goto(self.url + path)

    def send_code(self, page: Page, address: str) -> None:
        """On the sign-in page: her address, then the code that arrives in her mailbox."""
        write(page, "Your e-mail address", address)
        press(page, "Send me a code")
        expect(page.get_by_role("heading", name=say("Write the code you received"))).to_be_visible()

    def type_code(self, page: Page) -> None:
        write(page, "The code", self.mailbox.code())
        press(page, "Sign in")

    def sign_in(self, page: Page, address: str, then: str = "") -> None:
        """The whole way in, by the address alone."""
        self.open(page, f"/connexion?next={then}" if then else "/connexion")
        self.send_code(page, address)
        self.type_code(page)
        page.wait_for_url(lambda url: "/connexion/code" not in url)
        if "/second-facteur/nouveau" in page.url:
            self.set_up_app(page)
        page.wait_for_url(lambda url: "/connexion" not in url)

    def set_up_app(self, page: Page) -> pyotp.TOTP:
        """Whoever has a task sets up the second step the first time: her telephone, and codes kept on paper."""
        app = pyotp.TOTP(page.locator("[data-secret]").get_attribute("data-secret") or "")
        write(page, "The code that your app shows now", app.at(self.now()))
        press(page, "Confirm")
        follow(page, "I have kept them")
        return app

    def let_in(self, page: Page, account: Account | Person) -> None:
        """Her session's cookie, where signing in is not what the story tells."""
        client = Client()
        let_in(client, roll.open_account(account) if isinstance(account, Person) else account)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.url}])

    def let_in_at_work(self, page: Page, address: str) -> None:
        self.let_in(page, Account.objects.get(work_email=address))


def found(url: str, clock: Any, mailbox: Mailbox) -> Village:
    """Builds the instance and fills it with its people."""
    call_command("build", pack=PACK, stdout=StringIO())
    village = Village(url, clock, mailbox)
    for number, (name, row) in enumerate(PEOPLE.items(), 1):
        first, last, born, register, station, email = row
        village.people[name] = roll.enrol(
            roll_number=f"RV{number:04d}",
            register=register,
            last_name=last,
            first_name=first,
            birth_date=born,
            street=f"{number} {STREETS[station]}",
            station=Station.objects.get(code=station),
            since=date(2020, 1, 1),
            email=email,
        )
        if email:
            roll.open_account(village.people[name])
    roll.open_work_account("Claude Roitelet", AGENT, "agent")
    roll.open_work_account("Dominique Troglodyte", SECOND_AGENT, "agent")
    roll.open_work_account("Solange Pic", CLERK, "clerk")
    for name, address in zip(("Odile Grive", "Marc Merle"), SCRUTINEERS, strict=True):
        roll.open_work_account(name, address, "scrutineer")
    councillor = roll.open_work_account("Rachid Sansonnet", COUNCILLOR)
    assemblies.appoint(Assembly.objects.get(), "Rachid Sansonnet", "opposition", councillor, date(2026, 3, 22))
    return village


# What the secretariat does.


def call_the_vote(page: Page, opens: datetime, closes: datetime) -> None:
    """Fills the call and freezes it; paper is voted on the day after the closing."""
    write(page, "Opens online", f"{opens:%Y-%m-%dT%H:%M}")
    write(page, "Closes online", f"{closes:%Y-%m-%dT%H:%M}")
    write(page, "Paper day", f"{closes + timedelta(days=1):%Y-%m-%d}")
    write(page, "Argument for yes", "Les pieds des anciens en ont besoin.")
    write(page, "Argument for no", "Cela coûte un arbre, et la place est petite.")
    for place, authors in enumerate(("Nour Alouette", "Paul Linotte")):
        page.get_by_label(say("Signed by")).nth(place).fill(authors)
    press(page, "Freeze and publish the call")


# What one reads and presses.


def say(message: str, context: str = "", **values: object) -> str:
    """The French of a message, as the page shows it, with its blanks filled."""
    with override("fr"):
        told = pgettext(context, message) if context else gettext(message)
    return told % values if values else told


def press(page: Page, message: str, context: str = "") -> None:
    page.get_by_role("button", name=say(message, context), exact=True).click()


def write(page: Page, label: str, text: str, context: str = "") -> None:
    page.get_by_label(say(label, context), exact=True).fill(text)


def follow(page: Page, message: str) -> None:
    page.get_by_role("link", name=say(message), exact=True).first.click()


def heading(page: Page, message: str) -> None:
    expect(page.get_by_role("heading", name=say(message))).to_be_visible()


def tracker(page: Page) -> str:
    """The receipt or the tracking number that the page shows in groups."""
    return "".join(page.locator(".tracker:visible").inner_text().split())


def overflow(page: Page) -> list[str]:
    """What is wider than the screen, outside the boxes that scroll by themselves: nothing on a page that fits."""
    page.wait_for_load_state()  # a click has only begun to lead here
    wide: list[str] = page.evaluate(
        """() => {
            const room = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= room) return [];
            const boxed = (node) => getComputedStyle(node).overflowX !== 'visible';
            const scrolls = (node) => node && (boxed(node) || scrolls(node.parentElement));
            const over = (node) => node.getBoundingClientRect().right > room + 1 && !scrolls(node.parentElement);
            const wide = [...document.querySelectorAll('body *')].filter(over);
            const innermost = wide.filter((node) => ![...node.children].some(over));
            return (innermost.length ? innermost : [document.body]).map((node) => node.outerHTML.slice(0, 120));
        }"""
    )
    return wide
