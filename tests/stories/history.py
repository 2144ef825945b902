"""A village where much has happened: what a stranger, an auditor and a slow telephone find there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from beffroi.apps.assemblies import actions as assemblies
from beffroi.apps.assemblies import charters
from beffroi.apps.assemblies.models import Hearing, Official, Sitting
from beffroi.apps.letters import unsubscribing
from beffroi.apps.petitions import actions as petitions
from beffroi.apps.petitions.models import Petition, Sheet
from beffroi.apps.roll.acting import Acting
from beffroi.apps.roll.models import Account
from beffroi.apps.votations import actions as votations
from beffroi.apps.votations.models import Votation
from beffroi.web import pack as packs
from beffroi.web.uploads import PDF, Upload
from tests.apps import town
from tests.apps.votations import world as w
from tests.stories.village import AGENT, CLERK, SECOND_AGENT, START, Village

#: Each page and its publics; tests/test_conventions.py checks that the list is complete.
PAGES = Path(__file__).resolve().parents[1] / "pages.txt"
SITTING = START + timedelta(days=30, hours=10)
SECOND_OPENS = w.PAPER_EVENING + timedelta(days=10)

NO_REQUEST = UUID(int=0xFEDCBA9876543210)


NO_DRAFT = UUID("7b1e4f5a-9c3d-4e2b-8a6f-5d7c9e8b4a3f")


@dataclass
class History:
    """What there is to see: an initiative from its petition to its decision, and a second vote, open now."""

    petition: Petition
    filed: Petition
    recall: Petition
    sitting: Sitting
    hearing: Hearing
    decided: Votation
    open: Votation
    person: UUID
    shared: str  # the secret in the address of a draft that Léa shares
    with_document: Petition


def played(village: Village) -> History:
    """Plays it with the actions of the pages; three months later a second vote is open."""
    people, clerk = village.people, Account.objects.get(work_email=CLERK)
    sitting = village.plan_sitting(SITTING)
    petition = village.opened("nour")
    village.sign(petition, "lea", "odette")
    agents = Account.objects.get(work_email=AGENT), Account.objects.get(work_email=SECOND_AGENT)
    town.on_paper(petition, [people["rose"], "not_on_roll"], agents, village.now())
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
    official = Official.objects.get()
    assert official.account is not None
    charters.sign(official, official.account, village.now().date(), village.now())
    recall = petitions.file_recall(
        Acting(people["nour"], "web", None), official, "Le lavoir a fermé sans consultation.", village.now()
    )
    petitions.reply(recall, official.account, "La sécurité l'exigeait.", village.now())
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
    draft = petitions.begin_draft(people["lea"], petitions.Words("Une haie", "Pour les oiseaux.", ""), village.now())
    shared = petitions.share_draft(draft)
    shown = _with_document(village)
    return History(
        petition, filed, recall, sitting, hearing, first.fresh(), second.fresh(), people["lea"].ref, shared, shown
    )


def _with_document(village: Village) -> Petition:
    """An open petition with one document."""
    words = petitions.Words("Un abri", "Pour les vélos.", "Faut-il un abri ?")
    draft = petitions.begin_draft(village.people["odette"], words, village.now())
    petitions.attach(draft, Upload(b"%PDF-1.7 plan %%EOF", PDF), "Le plan de l'abri")
    filed = petitions.file_words(Acting(draft.author, "web", None), words, village.now(), draft)
    return petitions.admit(filed, Account.objects.get(work_email=CLERK), village.now())


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
        "petitions": [history.petition.number, history.filed.number, history.recall.number],
        "portal": [history.petition.number, history.recall.number],
        "votations": [history.decided.number, history.open.number],
        "assemblies": [history.hearing.number],
    }
    assert history.recall.official is not None
    mandate = [history.recall.official.number]
    others = {
        "assemblies:sitting": [history.sitting.number],
        "assemblies:charter_sign": mandate,
        "assemblies:charter_withdraw": mandate,
    }
    for name, pattern in patterns():
        names = set(pattern.pattern.converters)
        app = name.split(":")[0]
        if names & {"code", "printing"}:  # paper: the one sheet of this village, and how it was printed
            sheet = Sheet.objects.get()
            has = {"code": sheet.code, "scan": 1, "number": sheet.petition.number, "printing": sheet.printing_id}
            yield name, reverse(name, kwargs={key: has[key] for key in names})
            continue
        if names == {"number", "records"}:
            yield name, reverse(name, args=[history.decided.number, "certificates"])
        elif names == {"number", "given"}:
            yield name, reverse(name, args=[1, unsubscribing.key(1)])
        elif names == {"number", "version"}:
            yield name, reverse(name, args=[history.recall.number, 1])
        elif names == {"sha256"}:
            yield name, reverse(name, args=[packs.current().texts["charter"].fingerprint])
        elif names == {"number", "place"}:
            yield name, reverse(name, args=[history.with_document.number, 1])
        elif names == {"secret"}:
            yield name, reverse(name, args=[history.shared])
        elif names == {"slug"}:
            yield name, reverse(name, args=[history.sitting.assembly.slug])
        elif "number" in names:
            listed = others.get(name, numbers[app])
            yield from ((name, reverse(name, args=[number])) for number in listed)
        elif names == {"index"}:
            yield from ((name, reverse(name, args=[index])) for index in (0, 7))
        elif names == {"ref"}:
            # A request for enrolment has a ref of its own: the sign-in page repeats the address that a stranger typed.
            apart = app == "petitions" or name.startswith("roll:enrol")
            # An account at work is nobody of the roll.
            ref = NO_REQUEST if apart else UUID("a" * 32) if name == "roll:account" else history.person
            yield name, reverse(name, args=[ref])
        elif names == {"ref", "kind"}:
            yield name, reverse(name, args=[NO_REQUEST, "identity"])
        elif names in ({"pk"}, {"key"}):
            yield name, reverse(name, args=[1])
        elif names == {"kind"}:  # this village is registered with no provider
            yield name, reverse(name, args=["franceconnect"])
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
