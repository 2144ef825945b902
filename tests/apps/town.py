"""A commune of a hundred inhabitants and sixty electors, so that a test reaches a threshold with five signatures.

Its pack is the instance's own, with other figures: 5 % of the inhabitants are 5, 10 % of the electors 6, 10 % of the
inhabitants 10.
"""

import shutil
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings as django_settings
from django.test import Client

from beffroi.apps.assemblies import actions as assemblies
from beffroi.apps.assemblies.models import Assembly, Official, Sitting
from beffroi.apps.petitions import actions
from beffroi.apps.petitions.models import Petition, Sheet
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.acting import Acting
from beffroi.apps.roll.models import Account, Person, Station
from beffroi.web import pack as packs
from tests.let_in import let_in

HERE = ZoneInfo("Europe/Paris")
#: The instant at which the tests' petitions open.
NOON = datetime(2026, 10, 12, 12, 0, tzinfo=HERE)
TODAY = NOON.date()
#: Numbers of the persons whom the tests of pages sign in.
RESIDENT, VISITOR, COUNCILLOR = 7001, 7002, 7003

BIRDS = ("Mésange", "Pinson", "Hulotte", "Choucas", "Bruant", "Loriot", "Fauvette", "Roitelet", "Martinet", "Sansonnet")

POPULATION = """
[inhabitants]
label = { fr = "Population", en = "Population" }
unit = "persons"
[[inhabitants.values]]
value = 100
since = 2026-01-01
source = "a count of the door bells"

[electors]
label = { fr = "Inscrits", en = "Electors" }
unit = "persons"
[[electors.values]]
value = 60
since = 2026-03-15
source = "the list on the door"

[residents16]
label = { fr = "Seize ans et plus", en = "Sixteen and over" }
unit = "persons"
[[residents16.values]]
value = 80
since = 2026-01-01
source = "a count of the door bells"
"""


def small_pack(folder: Path) -> Path:
    """Writes the pack and gives its folder: `settings.PACK = small_pack(tmp_path)`."""
    there = folder / "small"
    shutil.copytree(django_settings.PACK, there)
    (there / "parameters" / "population.toml").write_text(POPULATION)
    shutil.rmtree(there / "examples", ignore_errors=True)
    return there


def build() -> None:
    """Neighbourhoods, stations and the council."""
    roll.build(packs.current())
    assemblies.build(packs.current(), NOON)


def person(number: int, *, register: str = "main", born: date = date(1980, 5, 17), **more: Any) -> Person:
    """Somebody of the roll, told apart by `number`."""
    given = {
        "roll_number": f"T-{number:05d}",
        "register": register,
        "last_name": BIRDS[number % len(BIRDS)],
        "first_name": f"Prénom{number}",
        "birth_date": born,
        "street": "rue du Héron-Cendré",
        "station": Station.objects.order_by("code").first(),
        "since": date(2020, 1, 1),
        "email": f"p{number}@example.org",
    }
    return roll.enrol(**(given | more))


def people(count: int, start: int = 1, **more: Any) -> list[Person]:
    return [person(number, **more) for number in range(start, start + count)]


def agent(name: str = "Claude Roitelet") -> Account:
    """An agent of the counter."""
    return roll.open_work_account(name, f"{name.split()[0].lower()}@mairie.example.org", "agent")


def clerk() -> Account:
    """The secretariat."""
    return roll.open_work_account("Solange Pic", "secretariat@mairie.example.org", "clerk")


def herself(someone: Person) -> Acting:
    """The resident at home."""
    return Acting(someone, "web", None)


def at_counter(someone: Person, at_work: Account) -> Acting:
    """The resident in front of an agent."""
    return Acting(someone, "counter", at_work)


def filed(author: Person, now: datetime = NOON) -> Petition:
    return actions.file(author, "Des bancs et de l'ombre", "La place est en plein soleil.", "Faut-il des bancs ?", now)


def opened(author: Person, at_work: Account, now: datetime = NOON) -> Petition:
    """A petition filed and admitted at the same instant."""
    return actions.admit(filed(author, now), at_work, now)


def signed_by(petition: Petition, someone: list[Person], now: datetime = NOON, legal: bool = False) -> None:
    for one in someone:
        actions.sign(petition, herself(one), now, legal)


def council() -> Assembly:
    return Assembly.objects.get(slug=next(row.code for row in packs.current().assemblies if row.kind == "council"))


def sitting(days: int = 40, now: datetime = NOON) -> Sitting:
    """A sitting so many days after `now`, convened ten days before."""
    starts = now + timedelta(days=days)
    return assemblies.plan_sitting(council(), starts, "Salle du conseil", starts - timedelta(days=10), now)


def councillor(account: Account | None = None, side: str = "opposition") -> Official:
    return assemblies.appoint(council(), "Rachid Sansonnet", side, account, date(2026, 3, 22))


def open_account(someone: Person) -> Account:
    return roll.open_account(someone)


def browser(account: Account | None) -> Client:
    """A browser in which `account` has signed in; nobody without one. Tokens against forged requests are checked."""
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    if account is not None:
        let_in(client, account)
    return client


def post(client: Client, path: str, **fields: object) -> Any:
    """Posts a form as a browser does that has just opened the page: with its token."""
    if "csrftoken" not in client.cookies:
        client.cookies["csrftoken"] = "a" * 32
    return client.post(path, {"csrfmiddlewaretoken": client.cookies["csrftoken"].value, **fields})


#: What an agent reads on a line: a person, or the code of a refusal; with True beside her, the legal box is ticked.
OnPaper = Person | str | tuple[Person, bool]


def handed_in(petition: Petition, at_work: Account, lines: int, now: datetime = NOON) -> Sheet:
    """One sheet, printed and handed in at the same instant."""
    sheet = actions.print_sheets(petition, 1, at_work, now).sheets.get()
    return actions.receive(sheet, lines, at_work, now)


def as_read(what: OnPaper) -> actions.Read:
    if isinstance(what, str):
        return actions.Read(refusal=what)
    person, legal = what if isinstance(what, tuple) else (what, False)
    return actions.Read(person, legal=legal)


def read(sheet: Sheet, at_work: Account, lines: Sequence[OnPaper], now: datetime = NOON) -> Sheet:
    """One agent reads the whole sheet and finishes."""
    for number, what in enumerate(lines, 1):
        actions.read_line(sheet, number, at_work, as_read(what), now)
    return actions.finish(sheet, at_work, now)


def on_paper(
    petition: Petition, lines: Sequence[OnPaper], agents: tuple[Account, Account], now: datetime = NOON
) -> Sheet:
    """A sheet handed in, and read alike by two agents."""
    sheet = handed_in(petition, agents[0], len(lines), now)
    read(sheet, agents[0], lines, now)
    return read(sheet, agents[1], lines, now)


def second_agent() -> Account:
    """A colleague at the counter."""
    return agent("Dominique Troglodyte")
