"""The commune's machine, one process a phase. Only time is played: the actions are the pages' own.

python -m beffroi.demonstration.server PHASE --now ISO [--votation NUMBER]
"""

import argparse
import json
import random
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from beffroi.apps.assemblies import actions as assemblies  # noqa: E402
from beffroi.apps.assemblies.models import Assembly, Hearing, Official  # noqa: E402
from beffroi.apps.gazette import actions as gazette  # noqa: E402
from beffroi.apps.petitions.actions import Read  # noqa: E402
from beffroi.apps.petitions.models import Petition  # noqa: E402
from beffroi.apps.roll import actions as roll  # noqa: E402
from beffroi.apps.roll.models import Account, Neighbourhood, Person, Station  # noqa: E402
from beffroi.apps.votations import actions as votations  # noqa: E402
from beffroi.apps.votations import rules  # noqa: E402
from beffroi.apps.votations.archive import archive_bytes  # noqa: E402
from beffroi.apps.votations.group import STEPS  # noqa: E402
from beffroi.apps.votations.models import Votation, Voter  # noqa: E402
from beffroi.demonstration import streets  # noqa: E402
from beffroi.demonstration.acts import (  # noqa: E402
    ADMINISTRATOR,
    AGENT,
    CLERK,
    IN,
    OUT,
    PANEL,
    SCRUTINEERS,
    SECOND_AGENT,
    at_work,
    box,
    call,
    council,
    file,
    named,
    paper_in_hand,
    play_script,
    sheet,
    sign_charters,
    signers,
    signing,
    sittings,
    tell,
)
from beffroi.demonstration.calendar import Calendar, bar, console, say  # noqa: E402
from beffroi.demonstration.population import SEED, Resident, residents  # noqa: E402
from beffroi.web import pack as packs  # noqa: E402
from beffroi.web.instance import is_demonstration  # noqa: E402


def build(now: datetime, _votation: str) -> None:
    """The database, the council, the people."""
    call_command("build", "--pack", str(settings.PACK), "--demonstration", verbosity=0)
    pack, script = packs.current(), play_script()
    listed = residents(pack, now.date())
    for place, person in enumerate(script["people"]):
        listed[swap(listed, person["register"], place)] = listed[place]
        listed[place] = Resident(street=listed[place].street, **person)
    people = enrol(listed, streets.draw(now - timedelta(days=400)), now)
    electors = sum(person.is_elector for person in people)
    say(
        f"{len(people)} personnes inventées, dont {electors} inscrites sur la liste électorale ; "
        f"{Neighbourhood.objects.count()} quartiers."
    )
    for address, name, roles in (
        (AGENT, "Claude Roitelet", ["agent"]),
        (SECOND_AGENT, "Andrée Pinson", ["agent"]),
        (CLERK, "Dominique Bouvreuil", ["clerk"]),
        (PANEL, "Maëlle Gravelot", ["panel"]),
        (SCRUTINEERS[0], "Camille Verdier", ["scrutineer"]),
        (SCRUTINEERS[1], "Maxime Tarin", ["scrutineer"]),
        (ADMINISTRATOR, "Alix Grimpereau", ["administrator"]),
    ):
        roll.open_work_account(name, address, *roles)
    seat(Assembly.objects.get(), script, (now - timedelta(days=240)).date())
    for trustee in script["trustees"]:
        if not Account.objects.filter(work_email=trustee["address"]).exists():
            roll.open_work_account(trustee["name"], trustee["address"])
    sign_charters(now - timedelta(days=239))


def swap(listed: list[Resident], register: str, place: int) -> int:
    """Where somebody of that register stands, from `place` on: she gives her row up, so that the sizes stay."""
    return next(at for at in range(place, len(listed)) if listed[at].register == register)


def seat(council: Assembly, script: dict[str, Any], since: date) -> None:
    """The two members whom the play names can sign in; the others are names."""
    for number, member in enumerate(script["council"]["officials"]):
        account = roll.open_work_account(member["name"], f"elu{number + 1}@mairie.example")
        assemblies.appoint(council, member["name"], member["side"], account, since, member.get("presides", False))
    birds, first_names = script["council"]["birds"], script["council"]["first_names"]
    for number in range(council.seats - len(script["council"]["officials"])):
        name = f"{first_names[number % len(first_names)]} {birds[number % len(birds)]}"
        assemblies.appoint(council, name, "opposition" if number % 4 == 0 else "majority", None, since)


def enrol(listed: list[Resident], where: dict[str, Station], now: datetime) -> list[Person]:
    """The residents, entered as an import of the roll would. One in three gave an address; some share one."""
    chance = random.Random(SEED + 1)  # noqa: S311
    since = (now - timedelta(days=400)).date()
    named_people, rows = len(play_script()["people"]), []
    with bar() as progress:
        for number, resident in enumerate(progress.track(listed, description="Registre"), 1):
            sharing = number // 2 if number % 60 < 2 else number
            address = f"personne{sharing}@exemple.example" if chance.random() < 0.35 else ""
            rows.append(
                roll.new_person(
                    roll_number=f"{number:06d}",
                    register=resident.register,
                    last_name=resident.last_name,
                    first_name=resident.first_name,
                    birth_date=resident.birth_date,
                    street=f"{chance.randint(1, 90)} {resident.street}",
                    station=where[resident.street],
                    since=since,
                    email=resident.email if number <= named_people else address,
                )
            )
        Person.objects.bulk_create(rows, batch_size=500)
    return rows


def petition(now: datetime, _votation: str) -> None:
    """Filed, admitted, open; 5 %, heard, answered; 10 %, and the votation is called."""
    chance = random.Random(SEED + 2)  # noqa: S311
    sittings(now)
    opened = now - timedelta(days=226)
    first = file("initiative", named(0), now - timedelta(days=230))
    say(f"Pétition {first.number} ouverte le {opened:%d/%m/%Y} : « {first.title} ».")
    needed = {rung.code: rung.needed for rung in first.rungs.all()}
    people = signers(chance, needed["referendum"] + 6, opened)
    calendar, soon = Calendar(), needed["hearing"] + 3
    calendar.between(opened, now - timedelta(days=190), list(signing(first, people[:soon], chance)))
    later = list(signing(first, people[soon:], chance))
    calendar.between(now - timedelta(days=189), now - timedelta(days=125), later)
    for day, codes in ((1, ["illegible"] * 4), (5, ["not_on_roll"] * 7)):
        unread = tuple(Read(refusal=code) for code in codes)
        calendar.on(opened + timedelta(days=day), partial(sheet, first, unread))
    council(calendar, now - timedelta(days=226), now - timedelta(days=62))
    calls = partial(call_caused, first.number, now - timedelta(days=20), now - timedelta(days=6))
    calendar.on(now - timedelta(days=60), calls)
    calendar.run("Neuf mois en une minute : signatures")
    two_more(now)
    tell("votations.json", {"petition": first.number, "initiative": Votation.objects.get(petition=first.number).number})


def two_more(now: datetime) -> None:
    """One petition that reaches its hearing, one that stops two signatures short of it, before the vote opens."""
    chance = random.Random(SEED + 3)  # noqa: S311
    heard = file("heard", named(2), now - timedelta(days=59))
    second = file("second", named(1), now - timedelta(days=55))
    calendar, needed = Calendar(), heard.rungs.get(code="hearing").needed
    people = signers(chance, needed + 2, now - timedelta(days=55))
    # Not before the other one is admitted: the journal is written in the order of time.
    calendar.between(now - timedelta(days=51), now - timedelta(days=27), list(signing(heard, people, chance)))
    people = signers(chance, needed + 1, now - timedelta(days=51))
    late, people = people[:3], people[3:]
    calendar.between(now - timedelta(days=51), now - timedelta(days=21), list(signing(second, people, chance)))
    calendar.on(now - timedelta(days=22), partial(paper_in_hand, second, late))
    council(calendar, now - timedelta(days=62), now - timedelta(days=21))
    calendar.run("Deux autres pétitions")


def call_caused(petition: str, opens: datetime, closes: datetime, now: datetime) -> None:
    """The secretariat calls the votation that the petition caused."""
    call(Votation.objects.get(petition=petition), "initiative", opens, closes, now)


def open_(now: datetime, number: str) -> None:
    """The public files of authority and trustees arrive; the election is made; nothing can change any more."""
    votation = Votation.objects.get(number=number)
    assert votation.opens_at is not None
    when = votation.opens_at - timedelta(hours=12)
    folder = IN / number
    votations.receive_credentials(votation, (folder / "public_credentials.json").read_bytes(), when)
    trustees = [(at_work(trustee["address"]), trustee) for trustee in play_script()["trustees"]]
    for account, trustee in trustees:
        votations.name_trustee(votation, trustee["name"], trustee["side"], account, when)
    for step in STEPS:
        for owner, (account, _trustee) in enumerate(trustees, 1):
            votations.hand_in(votation, account, (folder / f"{step}-{owner}.json").read_bytes(), when)
    votations.make_ready(votation, when)
    votation.refresh_from_db()
    gazette.sequence(when)
    (OUT / number / "election.json").write_bytes(bytes(votation.election or b""))
    (OUT / number / "trustees.json").write_bytes(bytes(votation.trustees or b""))
    needed, members = rules.read(votation.rules).group or (len(trustees), len(trustees))
    say(f"Votation {number} prête : empreinte {votation.fingerprint} ; {needed} dépositaires sur {members} suffisent.")


def vote(now: datetime, number: str) -> None:
    """Two weeks of voting; closing, forgetting, the encrypted tally."""
    votation = Votation.objects.get(number=number)
    assert votation.opens_at is not None
    assert votation.closes_at is not None
    calendar = Calendar()
    council(calendar, now - timedelta(days=21), votation.closes_at)
    box(calendar, votation, votation.opens_at, votation.closes_at - timedelta(minutes=3))
    calendar.run("Deux semaines de vote")
    end = votation.closes_at
    with console.status("  Fermeture : le serveur oublie qui a déposé quel bulletin"):
        votations.close(votation, end + timedelta(seconds=5))
        votations.forget(votation, end + timedelta(seconds=6))
    with console.status("  Total chiffré"):
        votations.tally(votation, end + timedelta(seconds=30))
    votation.refresh_from_db()
    gazette.sequence(end + timedelta(minutes=1))
    (OUT / number / "tally.json").write_bytes(bytes(votation.encrypted_tally or b""))
    (OUT / number / "archive.bel").write_bytes(b"".join(archive_bytes(votation)))
    say(f"Urne fermée le {end:%d/%m/%Y} ; le total chiffré est publié, aucun bulletin n'a été ouvert.")


def decide(now: datetime, number: str) -> None:
    """Six stations counted twice, then the decryptions of who is there, and the decision; then the next call."""
    votation = Votation.objects.get(number=number)
    assert votation.closes_at is not None
    when = votation.closes_at + timedelta(days=1)
    chance = random.Random(SEED + 4)  # noqa: S311
    registered = votation.poll_book.count()
    stations = list(Station.objects.all())
    missing = max(registered // 5 + 60 - votation.poll_book.filter(voted_online=True).count(), 30 * len(stations))
    for station in stations:
        voters = missing // len(stations) + chance.randint(1, 60)
        blank, no = voters // 17, voters * chance.randint(36, 44) // 100
        for scrutineer in map(at_work, SCRUTINEERS):
            votations.enter_paper_count(
                votation, station, scrutineer, voters - no - blank, no, blank, when + timedelta(hours=3)
            )
    for owner, trustee in enumerate(play_script()["trustees"], 1):
        if (handed := IN / number / f"decryption-{owner}.json").exists():
            account = at_work(trustee["address"])
            votations.hand_in_decryption(votation, account, handed.read_bytes(), when + timedelta(hours=4))
        else:
            say(f"{trustee['name']} n'a pas pu venir : la clé s'ouvre sans cette personne.")
    votations.decide(votation, when + timedelta(hours=4))
    with console.status("  Vérification de l'archive, publiée avec le résultat"):
        votations.verify(votation, when + timedelta(hours=4))
    votation.refresh_from_db()
    decision = json.loads(votation.decision)
    outcome = {"adopted": "oui", "refused": "non", "minimum_not_met": "minimum de participation manqué"}
    say(f"Votation {number} décidée : {outcome[decision['outcome']]}, {decision['participants']} personnes ont voté.")
    gazette.sequence(when + timedelta(hours=4))
    script = play_script()["open_votation"]
    second = votations.prepare(script["title"], script["question"], "", None, now - timedelta(days=4))
    call(second, "open_votation", now - timedelta(days=2), now + timedelta(days=6), now - timedelta(days=4))
    gazette.sequence(now - timedelta(days=4))
    told = json.loads((OUT / "votations.json").read_text())
    tell("votations.json", {**told, "open": second.number})


def now_(now: datetime, number: str) -> None:
    """The open votation has received a few ballots; the worker takes over from here."""
    votation = Votation.objects.get(number=number)
    assert votation.opens_at is not None
    calendar = Calendar()
    box(calendar, votation, votation.opens_at, now - timedelta(minutes=10))
    council(calendar, now - timedelta(days=4), now)
    calendar.run("Une votation ouverte en ce moment")


def codes(now: datetime, _votation: str) -> None:
    """Whom to sign in as, with codes that hold for the day. Only a demonstration may show them."""
    when = datetime.now(UTC)
    told = json.loads((OUT / "votations.json").read_text())
    votation = Votation.objects.get(number=told["open"])
    second = Petition.objects.get(title=play_script()["second"]["title"])
    resident, neighbour = named(3), named(4)
    hearing = Hearing.objects.filter(answer=None, held_at__isnull=False).select_related("item__sitting").first()
    lifetime = timedelta(hours=12)

    def ticket(address: str, name: str) -> dict[str, Any]:
        return {"name": name, "address": address, "code": roll.issue_code(address, when, lifetime)}

    roll.open_account(resident)
    voter = Voter.objects.get(votation=votation, person=resident).number
    tell("codes.json", {
        "resident": {**ticket(resident.email, str(resident)), "voter": voter},
        "agent": ticket(AGENT, at_work(AGENT).display_name),
        "councillor": ticket("elu1@mairie.example", Official.objects.filter(presides=True)[0].name),
        "neighbour": {"name": str(neighbour), "year": neighbour.birth_date.year},
        "petition": second.number, "votation": votation.number, "initiative": told["petition"],
        "sitting": hearing.item.sitting.number if hearing else "",
    })  # fmt: skip


PHASES = {
    "build": build,
    "petition": petition,
    "open": open_,
    "vote": vote,
    "decide": decide,
    "now": now_,
    "codes": codes,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("phase", choices=PHASES)
    parser.add_argument("--now", type=datetime.fromisoformat, required=True)
    parser.add_argument("--votation", default="")
    asked = parser.parse_args()
    # Invented acts, and codes in a file: never in a real commune's database. (`build` marks it, or refuses.)
    if asked.phase != "build" and not is_demonstration():
        raise SystemExit("this database is not marked as a demonstration")
    PHASES[asked.phase](asked.now, asked.votation)


if __name__ == "__main__":
    main()
