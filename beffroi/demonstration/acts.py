"""What people do in the demonstration, through the actions that the pages use. `now` comes last."""

import json
import random
import tomllib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings

from beffroi.apps.assemblies import actions as assemblies
from beffroi.apps.assemblies import charters
from beffroi.apps.assemblies.models import Assembly, Hearing, Official, Sitting
from beffroi.apps.petitions import actions as petitions
from beffroi.apps.petitions.models import Petition
from beffroi.apps.petitions.paper_models import LINES_OF_A_SHEET
from beffroi.apps.petitions.queries import legal_request_of
from beffroi.apps.roll.acting import Acting
from beffroi.apps.roll.models import Account, Person
from beffroi.apps.roll.queries import ELECTORS, RESIDENTS, body, eligibility
from beffroi.apps.votations import actions as votations
from beffroi.apps.votations import rules
from beffroi.apps.votations.models import Votation, Voter
from beffroi.demonstration.calendar import Act, Calendar, say

OUT, IN = Path(settings.HOME) / "out", Path(settings.HOME) / "in"
#: Of a hundred signatures: how many come on the web, at the counter, on paper.
CHANNELS = {"web": 70, "counter": 12, "paper": 18}
AGENT, SECOND_AGENT, CLERK = "agent@mairie.example", "agente@mairie.example", "secretariat@mairie.example"
PANEL = "comite@mairie.example"
ADMINISTRATOR = "administration@mairie.example"
SCRUTINEERS = ("scrutin1@mairie.example", "scrutin2@mairie.example")


def play_script() -> dict[str, Any]:
    """What the pack's demonstration plays: texts, names, arguments."""
    return tomllib.loads((settings.PACK / "demonstration" / "initiative.toml").read_text())


def tell(name: str, what: Any) -> None:
    path = OUT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(what, ensure_ascii=False))


def at_work(address: str) -> Account:
    return Account.objects.get(work_email=address)


def named(place: int) -> Person:
    """One of the pack's `people`: the roll holds them first, in that order."""
    return Person.objects.get(roll_number=f"{place + 1:06d}")


def signers(chance: random.Random, size: int, on: datetime) -> list[Person]:
    """People who were old enough on that day, in a drawn order; the pack's `people` sign in the browser only."""
    kept = [person.roll_number for person in map(named, range(len(play_script()["people"])))]
    return chance.sample(list(body(RESIDENTS, on.date()).exclude(roll_number__in=kept)), size)


def signing(petition: Petition, people: list[Person], chance: random.Random) -> Iterator[Act]:
    """One act a signature, through the three channels; those on paper come ten at a time, with their sheet."""
    agents = [at_work(AGENT), at_work(SECOND_AGENT)]
    on_paper: list[petitions.Read] = []
    for person in people:
        channel = chance.choices(list(CHANNELS), list(CHANNELS.values()))[0]
        if channel == "paper":
            on_paper.append(petitions.Read(person))
            if len(on_paper) == LINES_OF_A_SHEET:
                yield partial(sheet, petition, tuple(on_paper))
                on_paper.clear()
        else:
            agent = chance.choice(agents) if channel == "counter" else None
            legal = person.is_elector and chance.random() < 0.3
            yield partial(sign, petition, Acting(person, channel, agent), legal)
    if on_paper:
        yield partial(sheet, petition, tuple(on_paper))


def sign(petition: Petition, acting: Acting, legal: bool, now: datetime) -> None:
    """She signs; where she may, the box "also my legal request of this quarter" is ticked."""
    may = (
        legal
        and not eligibility(acting.person, ELECTORS, now.date())
        and not legal_request_of(acting.person, now.date())
    )
    petitions.sign(petition, acting, now, legal=may)


def sheet(petition: Petition, lines: Sequence[petitions.Read], now: datetime) -> None:
    """A sheet is printed, comes back filled, and is read by two agents."""
    agents = [at_work(AGENT), at_work(SECOND_AGENT)]
    paper = petitions.print_sheets(petition, 1, agents[0], now).sheets.get()
    petitions.receive(paper, len(lines), agents[0], now)
    for agent in agents:
        for line, read in enumerate(lines, 1):
            petitions.read_line(paper, line, agent, read, now)
        petitions.finish(paper, agent, now)


def paper_in_hand(petition: Petition, people: list[Person], now: datetime) -> None:
    """What waits at the counter: a sheet read once, one on which two agents differ, one lost; others are still out."""
    agents = [at_work(AGENT), at_work(SECOND_AGENT)]
    once, differing, lost, *_ = petitions.print_sheets(petition, 8, agents[0], now).sheets.all()
    petitions.lose(lost, agents[0], now)
    petitions.receive(once, 2, agents[0], now)
    for line, person in enumerate(people[:2], 1):
        petitions.read_line(once, line, agents[1], petitions.Read(person), now)
    petitions.finish(once, agents[1], now)
    petitions.receive(differing, 1, agents[0], now)
    for agent, read in zip(agents, (petitions.Read(people[2]), petitions.Read(refusal="illegible")), strict=True):
        petitions.read_line(differing, 1, agent, read, now)
        petitions.finish(differing, agent, now)


def file(key: str, author: Person, now: datetime) -> Petition:
    """A resident files, the secretariat admits: the petition is open."""
    script = play_script()[key]
    petition = petitions.file(author, script["title"], script["text"].strip(), script["question"], now)
    petitions.admit(petition, at_work(CLERK), now + timedelta(days=4))
    petition.refresh_from_db()
    return petition


def sittings(now: datetime) -> None:
    """A sitting every six weeks, its convocation a week before."""
    council = Assembly.objects.get()
    evening = (now - timedelta(days=211)).replace(hour=17, minute=30, second=0, microsecond=0)
    for _ in range(7):
        assemblies.plan_sitting(
            council, evening, play_script()["council"]["place"], evening - timedelta(days=7), now - timedelta(days=235)
        )
        evening += timedelta(days=42)


def sign_charters(now: datetime) -> None:
    """Those who can sign in sign themselves; the secretariat records a paper of every third of the others."""
    for number, official in enumerate(Official.objects.select_related("account").order_by("pk")):
        if official.account is not None or number % 3 == 0:
            charters.sign(official, official.account or at_work(CLERK), now.date(), now)


def council(calendar: Calendar, start: datetime, end: datetime) -> None:
    """Convocations leave, sittings hear, answers are recorded a month later."""
    for sitting in Sitting.objects.filter(starts_at__gt=start):
        if start < sitting.convocation_at < end:
            calendar.on(sitting.convocation_at, partial(assemblies.convene, sitting))
        if start < sitting.starts_at < end:
            calendar.on(sitting.starts_at + timedelta(hours=1), partial(hear, sitting))
        if start < sitting.starts_at + timedelta(days=30) < end:
            calendar.on(sitting.starts_at + timedelta(days=30), partial(answer, sitting))


def hear(sitting: Sitting, now: datetime) -> None:
    for hearing in Hearing.objects.filter(item__sitting=sitting, held_at=None):
        assemblies.hold_hearing(hearing, now)
        say(f"Conseil {sitting.number} : la pétition {hearing.petition} est entendue.")


def answer(sitting: Sitting, now: datetime) -> None:
    for hearing in Hearing.objects.filter(item__sitting=sitting, held_at__isnull=False, answer=None):
        assemblies.record_answer(
            hearing, Official.objects.filter(presides=True)[0], play_script()["initiative"]["answer"].strip(), now
        )
        say(f"Réponse du conseil enregistrée le {now:%d/%m/%Y}.")


def call(votation: Votation, key: str, opens: datetime, closes: datetime, now: datetime) -> None:
    """Freeze the rules; write down what the credential authority receives: numbers, no name."""
    script = play_script()
    arguments = {side: (script[key][side], script[key][f"{side}_authors"]) for side in ("yes", "no")}
    closes = closes.replace(hour=19, minute=0, second=0, microsecond=0)
    votations.call(votation, at_work(CLERK), opens, closes, closes.date() + timedelta(days=1), arguments, now)
    votation.refresh_from_db()
    numbers = votations.voter_numbers(votation)
    folder = OUT / votation.number
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "voters.txt").write_text("".join(f"{number}\n" for number in numbers))
    tell(
        f"{votation.number}/call.json",
        {
            "uuid": votation.uuid,
            "title": votation.title,
            "trustees": script["trustees"],
            "group": rules.read(votation.rules).group,
        },
    )
    say(
        f"Votation {votation.number} : règles figées, empreinte {votation.rules_sha256[:16]} ; "
        f"{len(numbers)} personnes inscrites."
    )


def castings(votation: Votation) -> list[tuple[Person, bytes]]:
    """What the voters sent, in order, each joined to the account that sends it."""
    persons = {voter.number: voter.person for voter in Voter.objects.filter(votation=votation).select_related("person")}
    lines = (IN / votation.number / "ballots.jsonl").read_text().splitlines()
    return [(persons[line["number"]], line["ballot"].encode()) for line in map(json.loads, lines)]


def box(calendar: Calendar, votation: Votation, start: datetime, end: datetime) -> None:
    acts = [partial(votations.cast, votation, person, ballot) for person, ballot in castings(votation)]
    calendar.between(start, end, acts)
    for hour in range(0, int((end - start).total_seconds() // 3600), 24):
        calendar.on(start + timedelta(hours=hour, minutes=7), votations.publish_heads)
