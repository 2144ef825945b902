"""A village where much has happened: what a stranger, an auditor and a slow telephone find there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from beffroi.apps.assemblies import actions as assemblies
from beffroi.apps.assemblies.models import Hearing, Official, Sitting
from beffroi.apps.letters import unsubscribing
from beffroi.apps.petitions import actions as petitions
from beffroi.apps.petitions.models import Petition
from beffroi.apps.roll.models import Account
from beffroi.apps.votations import actions as votations
from beffroi.apps.votations.models import Votation
from tests.apps.votations import world as w
from tests.stories.village import AGENT, CLERK, START, Village

#: Each page and its publics; tests/test_conventions.py checks that the list is complete.
PAGES = Path(__file__).resolve().parents[1] / "pages.txt"
SITTING = START + timedelta(days=30, hours=10)
SECOND_OPENS = w.PAPER_EVENING + timedelta(days=10)


@dataclass
class History:
    """What there is to see: an initiative from its petition to its decision, and a second vote, open now."""

    petition: Petition
    filed: Petition
    sitting: Sitting
    hearing: Hearing
    decided: Votation
    open: Votation
    person: UUID


def played(village: Village) -> History:
    """Plays it with the actions of the pages; three months later a second vote is open."""
    people, clerk = village.people, Account.objects.get(work_email=CLERK)
    agent = Account.objects.get(work_email=AGENT)
    sitting = village.plan_sitting(SITTING)
    petition = village.opened("nour")
    village.sign(petition, "lea", "odette")
    petitions.enter_line(petition, "F-0001", 1, agent, people["rose"], "", village.now())
    petitions.enter_line(petition, "F-0001", 2, agent, None, "not_on_roll", village.now())
    village.work()
    village.sign(petition, "hugo", "simone")
    village.work()
    village.wait_until(SITTING - timedelta(days=7))
    village.work()  # convenes
    village.wait_until(SITTING + timedelta(hours=2))
    hearing = Hearing.objects.get()
    assemblies.hold_hearing(hearing, village.now())
    village.wait_until(w.CALLED)
    assemblies.record_answer(hearing, Official.objects.get(), "Le conseil posera un banc.", village.now())
    first = w.World(Votation.objects.get(), list(people.values()))
    votations.call(first.fresh(), clerk, w.OPENS, w.CLOSES, w.PAPER, w.ARGUMENTS, village.now())
    _open(first, village)
    village.wait_until(w.WHILE_OPEN)
    for name, choice in (("lea", w.YES), ("hugo", w.BLANK), ("lea", w.NO)):
        first.cast(people[name], choice, village.now())
    village.wait_until(w.PAPER_EVENING)
    w.close_and_count(first, **{"01": (3, 2, 1)})
    village.work()
    filed = petitions.file(people["odette"], "Une fontaine", "Il fait chaud.", "Faut-il une fontaine ?", village.now())
    second = w.World(
        votations.prepare("Le moulin", "Faut-il réparer le moulin ?", "", None, village.now()), first.people
    )
    closes = SECOND_OPENS + timedelta(days=5)
    votations.call(
        second.fresh(), clerk, SECOND_OPENS, closes, closes.date() + timedelta(days=1), w.ARGUMENTS, village.now()
    )
    _open(second, village)
    village.wait_until(SECOND_OPENS + timedelta(hours=1))
    second.cast(people["odette"], w.YES, village.now())
    village.work()
    return History(petition, filed, sitting, hearing, first.fresh(), second.fresh(), people["lea"].ref)


def _open(world: w.World, village: Village) -> None:
    world.votation = world.fresh()
    w.hand_in(world)
    world.votation = votations.make_ready(world.votation, village.now())


def publics() -> dict[str, set[str]]:
    """Page -> who may open it."""
    lines = [line.split() for line in PAGES.read_text().splitlines() if re.match("[a-z]", line)]
    return {name: set(listed.split("|")) for name, listed, *_ in lines}


def patterns(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every page of urls.py."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, entry.namespace or namespace)
        else:
            yield f"{namespace}:{entry.name}", entry


def addresses(history: History) -> Iterator[tuple[str, str]]:
    """Every page with each thing of this village that it can show."""
    numbers = {
        "petitions": [history.petition.number, history.filed.number],
        "portal": [history.petition.number],
        "votations": [history.decided.number, history.open.number],
        "assemblies": [history.hearing.number],
    }
    for name, pattern in patterns():
        names = set(pattern.pattern.converters)
        app = name.split(":")[0]
        if names == {"number", "given"}:
            yield name, reverse(name, args=[1, unsubscribing.key(1)])
        elif "number" in names:
            listed = [history.sitting.number] if name == "assemblies:sitting" else numbers[app]
            yield from ((name, reverse(name, args=[number])) for number in listed)
        elif names == {"index"}:
            yield from ((name, reverse(name, args=[index])) for index in (0, 7))
        elif names == {"ref"}:
            yield name, reverse(name, args=[history.person])
        else:
            assert not names, f"{name}: what shall stand in its address?"
            yield name, reverse(name)


def born(day: date) -> list[str]:
    """The ways in which a birth date could be written."""
    months = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ]
    word = f"{'1er' if day.day == 1 else day.day} {months[day.month - 1]} {day.year}"
    return [day.isoformat(), f"{day:%d/%m/%Y}", word, word.replace(" ", "\u00a0"), word.replace(" ", "\u00a0", 1)]
