"""Everything a resident can do online can be done at the counter and on paper, the ballot excepted; or a line says why.

ACTS is the declared table: act x {web, counter, paper}. Each cell is a page, or the written reason why there is none.
Two rules keep it true for whatever comes later: a page that is open to residents stands in the table (a new one fails
here until somebody has thought of the counter and of paper), and each page of the table is walked through below.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation

from beffroi.apps.assemblies import charters
from beffroi.apps.assemblies.models import Official
from beffroi.apps.letters import unsubscribing
from beffroi.apps.letters.models import Subscription
from beffroi.apps.petitions import actions as petitions
from beffroi.apps.petitions.models import Appeal, CoPetitioner, Draft, Petition, Sheet, Signature
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll import counter_acts, letter_codes
from beffroi.apps.roll.access import CounterAct, ForeignIdentity, LetterCode
from beffroi.apps.roll.enrolment import asking, deciding
from beffroi.apps.roll.models import Account, CounterSession, Enrolment, Move, Person, Role, Station
from beffroi.apps.votations import actions as votations
from beffroi.apps.votations.models import Ballot, PaperCount
from tests.apps import town
from tests.apps.roll import enrolling
from tests.apps.test_doors import listed
from tests.apps.town import NOON
from tests.apps.votations import world as w
from tests.let_in import let_in

pytestmark = pytest.mark.django_db

CHANNELS = ("web", "counter", "paper")


@dataclass(frozen=True)
class Not:
    """No page, and why."""

    why: str


Cell = str | Not  # a page of tests/pages.txt, or the reason


@dataclass(frozen=True)
class Act:
    """What a resident does: by herself, with an agent, on paper (the page on which the paper is entered or printed)."""

    web: Cell
    counter: Cell
    paper: Cell

    def cell(self, channel: str) -> Cell:
        found: Cell = getattr(self, channel)
        return found


TYPED = Not("a text is fingerprinted to the letter: the agent types what its author brings, and she reads it again")
IN_PERSON = Not(
    "whoever asks for it must be seen: a letter does not say who wrote it, so the paper is brought to the counter"
)
NO_MAILBOX = Not("it ends what comes by e-mail: who writes to the town hall on paper is answered at the counter")

ACTS = {
    # The register
    "ask to be enrolled": Act(
        "roll:enrol_form",
        "roll:enrol_counter",
        Not("the proofs of identity and of residence are looked at in front of the person: paper is brought, not sent"),
    ),
    "follow a request for enrolment": Act("roll:enrol_follow", "roll:enrol_desk", "roll:enrol_letter"),
    "contest a refusal of enrolment": Act("roll:enrol_follow", "roll:enrol_follow", IN_PERSON),
    "withdraw a request for enrolment": Act("roll:enrol_follow", "roll:enrol_follow", IN_PERSON),
    "confirm where I live": Act("roll:my_address", "roll:my_address", IN_PERSON),
    "declare a move": Act("roll:my_address", "roll:my_address", IN_PERSON),
    "take a declared move back": Act("roll:my_address", "roll:my_address", IN_PERSON),
    "bring the proof of a move": Act(
        Not("a proof of residence is looked at, and no copy of it is kept: it is shown at the counter"),
        "roll:move_desk",
        IN_PERSON,
    ),
    "say that I leave": Act("roll:my_address", "roll:my_address", IN_PERSON),
    # The account
    "see how my account is opened": Act(
        "roll:access",
        "roll:access",
        Not("what opens an account stands in the printed data of the person, no page of its own"),
    ),
    "have a code sent to my address": Act("roll:address", "roll:address", IN_PERSON),
    "give my address": Act("roll:address_code", "roll:address_code", IN_PERSON),
    "have my address taken away": Act(
        Not("whoever found her telephone would lock her out: an address that is there is changed at the counter only"),
        "roll:address_remove",
        IN_PERSON,
    ),
    "get a letter with a code": Act("roll:letter", "roll:letter", "roll:letters"),
    "sign in with the code of a letter": Act(
        "roll:by_letter",
        Not("in front of an agent nobody signs in: a paper that proves who she is takes the place of the code"),
        Not("the letter is the paper, and what it opens is a screen: without one the counter does the same acts"),
    ),
    "sign every device out": Act("roll:end_sessions", "roll:end_sessions", IN_PERSON),
    "take the link with a provider away": Act("roll:unlink", "roll:unlink", IN_PERSON),
    "know what was done for me at the counter": Act(
        "portal:my_data_page", "roll:counter_receipt", "roll:counter_receipt"
    ),
    # Writing and carrying
    "begin a petition": Act("petitions:new", "petitions:new", TYPED),
    "go on with a draft": Act("petitions:draft", "petitions:draft", TYPED),
    "delete a draft": Act("petitions:delete_draft", "petitions:delete_draft", TYPED),
    "file a petition": Act("petitions:review", "petitions:review", TYPED),
    "contest the refusal of a petition": Act("petitions:appeal", "petitions:appeal", TYPED),
    "ask for the end of a mandate": Act("petitions:recall", "petitions:recall", TYPED),
    "let others join": Act("petitions:carry", "petitions:carry", IN_PERSON),
    "let nobody else join": Act("petitions:carry", "petitions:carry", IN_PERSON),
    "carry somebody else's petition": Act("petitions:carry", "petitions:carry", IN_PERSON),
    "stop carrying it": Act("petitions:carry", "petitions:carry", IN_PERSON),
    "have sheets for signatures": Act("petitions:print_sheets", "petitions:print_sheets", "petitions:print_sheets"),
    "download the sheets": Act(
        "petitions:sheets_pdf",
        "petitions:sheets_pdf",
        Not("what is downloaded is the paper itself: an agent prints it and hands the blank sheets over"),
    ),
    # Signing
    "sign a petition": Act("petitions:sign", "petitions:sign", "petitions:read_sheet"),
    "sign a recall": Act("petitions:sign", "petitions:sign", "petitions:read_sheet"),
    "take the receipt of a signature": Act(
        "petitions:signed",
        "petitions:signed",
        Not("a sheet has many lines and no room for 26 letters each: whoever signed on it asks at the counter"),
    ),
    "choose whether my name is shown and what I am told": Act("petitions:choices", "petitions:choices", IN_PERSON),
    "stop the e-mails of a petition": Act("letters:unsubscribe", "petitions:choices", NO_MAILBOX),
    "withdraw a signature": Act("petitions:withdraw", "petitions:withdraw", IN_PERSON),
    "withdraw with the receipt alone": Act("petitions:receipt", "petitions:receipt", IN_PERSON),
    "sign again": Act("petitions:sign", "petitions:sign", "petitions:read_sheet"),
    "see what a receipt stands for": Act("petitions:receipt", "petitions:receipt", IN_PERSON),
    # What is held
    "see what I signed": Act("portal:space", "portal:counter", "portal:my_data_page"),
    "read what is held about me": Act("portal:my_data_page", "portal:my_data_page", "portal:my_data_page"),
    "take my data away as a file": Act(
        "portal:my_data", "portal:my_data", Not("a file for a program is no paper: the same is printed to be read")
    ),
    "vote": Act(
        "votations:ballots",
        Not("a vote is secret: no agent's screen can cast a ballot, not even with the resident in front of it"),
        "votations:paper",
    ),
}
#: What the receipt of the counter says of an act; the others change nothing, or have no session yet (enrolment).
NOTED = {
    "confirm where I live": "residence.confirmed",
    "declare a move": "residence.move",
    "take a declared move back": "residence.move_withdrawn",
    "bring the proof of a move": "residence.move_decided",
    "say that I leave": "residence.departure",
    "give my address": "access.address",
    "have my address taken away": "access.no_address",
    "get a letter with a code": "access.letter",
    "sign every device out": "access.sessions",
    "take the link with a provider away": "access.identity",
    "begin a petition": "petition.drafted",
    "go on with a draft": "petition.drafted",
    "delete a draft": "petition.draft_deleted",
    "file a petition": "petition.filed",
    "contest the refusal of a petition": "petition.appealed",
    "ask for the end of a mandate": "petition.filed",
    "let others join": "petition.invited",
    "let nobody else join": "petition.uninvited",
    "carry somebody else's petition": "petition.carried",
    "stop carrying it": "petition.left",
    "have sheets for signatures": "petition.sheets",
    "sign a petition": "petition.signed",
    "sign a recall": "petition.signed",
    "choose whether my name is shown and what I am told": "petition.choices",
    "stop the e-mails of a petition": "petition.choices",
    "withdraw a signature": "petition.withdrawn",
    "withdraw with the receipt alone": "petition.withdrawn",
    "sign again": "petition.signed",
}


# The two rules.


def test_a_page_that_is_open_to_residents_stands_in_the_table() -> None:
    of_residents = {name for name, publics in listed().items() if "resident" in publics}
    in_table = {act.cell(channel) for act in ACTS.values() for channel in ("web", "counter")}
    assert of_residents - in_table == set(), (
        "say in ACTS how this is done at the counter and on paper, or why it is not"
    )


def test_the_counter_s_pages_are_open_to_agents_and_a_missing_one_has_its_reason() -> None:
    publics = listed()
    for name, act in ACTS.items():
        for channel in CHANNELS:
            cell = act.cell(channel)
            if isinstance(cell, Not):
                assert len(cell.why) > 40, f"{name}: {channel}"
            else:
                wanted = {"resident", "anyone"} if channel == "web" else {"agent", "scrutineer", "anyone"}
                assert publics[cell] & wanted, f"{name}: {cell} is closed ({channel})"


def test_the_receipt_of_the_counter_has_a_sentence_for_each_act_and_an_act_for_each_sentence() -> None:
    assert set(counter_acts.sentences()) == set(NOTED.values())
    assert set(NOTED) <= set(ACTS)


def test_a_page_that_residents_open_is_open_to_the_agent_who_acts_for_one() -> None:
    """Unless its cell of the table says why not."""
    reasoned = {act.web for act in ACTS.values() if isinstance(act.counter, Not)}
    elsewhere = {act.web for act in ACTS.values() if isinstance(act.counter, str) and act.counter != act.web}
    closed = {name for name, publics in listed().items() if "resident" in publics and "agent" not in publics}
    assert closed <= reasoned | elsewhere


# The walk.


@dataclass
class Town:
    """A resident at home, another in front of an agent, an agent with a sheet; a petition and a recall are open."""

    petition: Petition
    recall: Petition
    home: Client
    resident: Person
    counter: Client
    visitor: Person
    agent: Client
    colleague: Client
    clerk: Account
    at_work: Account  # the agent of the counter's session

    def browser(self, channel: str) -> Client:
        return {"web": self.home, "counter": self.counter, "paper": self.agent}[channel]

    def person(self, channel: str) -> Person:
        return {"web": self.resident, "counter": self.visitor, "paper": self.visitor}[channel]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return town.small_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture
def here(settings: Any, small: Path) -> Iterator[Town]:
    settings.PACK = small
    town.build()
    clerk, author = town.clerk(), town.person(0)
    official = town.councillor()
    charters.sign(official, clerk, NOON.date(), NOON)
    busy, free = town.agent("Paule Sittelle"), town.agent()
    resident, visitor = town.person(town.RESIDENT), town.person(town.VISITOR)
    petition = town.opened(author, clerk)
    recall = petitions.admit(petitions.file_recall(town.herself(author), official, "Un fait.", NOON), clerk, NOON)
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        roll.begin_counter_session(busy, visitor, CounterSession.Proof.PASSPORT, NOON + timedelta(hours=1))
        yield Town(
            petition=petition,
            recall=recall,
            home=town.browser(town.open_account(resident)),
            resident=resident,
            counter=town.browser(busy),
            visitor=visitor,
            agent=town.browser(free),
            colleague=town.browser(town.second_agent()),
            clerk=clerk,
            at_work=busy,
        )
    translation.deactivate()


def sheet_of(here: Town, client: Client, petition: Petition) -> Sheet:
    """One more, printed through its page."""
    there = f"/petitions/{petition.number}/feuilles"
    assert town.post(client, there, number=1).status_code == 302
    assert town.post(client, there, number=1)["Location"] == there
    return Sheet.objects.filter(petition=petition).latest("pk")


def on_paper(here: Town, petition: Petition, someone: Person) -> None:
    """Printed, handed in, read by two agents who do not see each other's line."""
    there = f"/guichet/feuille/{sheet_of(here, here.agent, petition).code}"
    town.post(here.agent, there, step="receive", lines=1)
    names = {"last_name": someone.last_name, "first_name": someone.first_name, "year": someone.birth_date.year}
    for client in (here.agent, here.colleague):
        town.post(client, there, step="line", line=1, **names)
        town.post(client, there, step="finish")


def sign(here: Town, channel: str, petition: Petition) -> Signature:
    someone = here.person(channel)
    if channel == "paper":
        on_paper(here, petition, someone)
    else:
        path = f"/petitions/{petition.number}/signer"
        assert town.post(here.browser(channel), path, confirmed="on", follow="on").status_code == 302
    row = Signature.objects.get(petition=petition, person=someone)
    assert (row.channel, row.withdrawn_at) == (channel, None)
    return row


def sign_a_petition(here: Town, channel: str) -> None:
    sign(here, channel, here.petition)


def sign_a_recall(here: Town, channel: str) -> None:
    sign(here, channel, here.recall)


def receipt_of(here: Town, channel: str) -> str:
    sign(here, channel, here.petition)
    page = here.browser(channel).get(f"/petitions/{here.petition.number}/signee").content.decode()
    shown = page.split('<p class="tracker" translate="no">')[1].split("</p>")[0]
    return re.sub(r"<[^>]+>|&[a-z]+;|[^0-9A-Z]", "", shown)


def take_the_receipt(here: Town, channel: str) -> None:
    assert len(receipt_of(here, channel)) == 26


def withdraw(here: Town, channel: str) -> None:
    row = sign(here, channel, here.petition)
    assert town.post(here.browser(channel), f"/petitions/{here.petition.number}/retirer").status_code == 302
    row.refresh_from_db()
    assert row.withdrawn_at is not None


def withdraw_with_the_receipt(here: Town, channel: str) -> None:
    receipt = receipt_of(here, channel)
    town.post(here.browser(channel), "/petitions/recu", receipt=receipt, step="withdraw")
    assert Signature.objects.get().withdrawn_at is not None


def sign_again(here: Town, channel: str) -> None:
    first = sign(here, channel, here.petition)
    petitions.withdraw(here.petition, town.herself(here.person(channel)), timezone.now())
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        assert sign(here, channel, here.petition).pk == first.pk


def look_a_receipt_up(here: Town, channel: str) -> None:
    page = town.post(here.browser(channel), "/petitions/recu", receipt=receipt_of(here, channel)).content.decode()
    assert "This signature is recorded" in page


WORDS = {"title": "Un banc", "text": "Il fait chaud.", "question": "Faut-il un banc ?"}


def draft(here: Town, channel: str) -> str:
    """The page of a draft that was just begun."""
    assert town.post(here.browser(channel), "/petitions/ecrire", step="save", **WORDS).status_code == 302
    return f"/petitions/brouillons/{Draft.objects.get(author=here.person(channel)).ref}"


def begin(here: Town, channel: str) -> None:
    draft(here, channel)


def go_on(here: Town, channel: str) -> None:
    there = draft(here, channel)
    town.post(here.browser(channel), there, step="save", version=1, **WORDS | {"title": "Deux bancs"})
    assert Draft.objects.get().title == "Deux bancs"


def delete_draft(here: Town, channel: str) -> None:
    town.post(here.browser(channel), f"{draft(here, channel)}/supprimer")
    assert not Draft.objects.exists()


def file(here: Town, channel: str) -> None:
    there = f"{draft(here, channel)}/relire"
    assert town.post(here.browser(channel), there, version=1, named="on").status_code == 302
    assert Petition.objects.get(title="Un banc").author == here.person(channel)


def own(here: Town, channel: str) -> Petition:
    """An open petition of the person's own."""
    return town.opened(here.person(channel), here.clerk)


def contest(here: Town, channel: str) -> None:
    row = town.filed(here.person(channel))
    petitions.refuse(row, here.clerk, "unclear", "La question ne dit pas ce qui serait fait.", NOON)
    text = "La question dit bien ce qui serait fait."
    assert town.post(here.browser(channel), f"/petitions/{row.number}/contester", text=text).status_code == 302
    assert Appeal.objects.get(petition=row).text == text


def carry(here: Town, channel: str, row: Petition, step: str, **fields: str) -> Petition:
    there = f"/petitions/{row.number}/porter"
    assert town.post(here.browser(channel), there, step=step, **fields).status_code == 302
    row.refresh_from_db()
    return row


def let_others_join(here: Town, channel: str) -> None:
    assert carry(here, channel, own(here, channel), "invite").invitation_hash


def let_nobody_join(here: Town, channel: str) -> None:
    row = own(here, channel)
    petitions.invite(row, town.herself(row.author))
    assert carry(here, channel, row, "uninvite").invitation_hash is None


def join(here: Town, channel: str) -> None:
    code = petitions.invite(here.petition, town.herself(here.petition.author))
    carry(here, channel, here.petition, "join", code=code, named="on")
    assert CoPetitioner.objects.get(left_at=None).person == here.person(channel)


def stop_carrying(here: Town, channel: str) -> None:
    join(here, channel)
    carry(here, channel, here.petition, "leave")
    assert not CoPetitioner.objects.filter(left_at=None).exists()


def have_sheets(here: Town, channel: str) -> None:
    assert sheet_of(here, here.browser(channel), own(here, channel)).state == "printed"


def download_sheets(here: Town, channel: str) -> None:
    row = own(here, channel)
    printing = sheet_of(here, here.browser(channel), row).printing_id
    answer = here.browser(channel).get(f"/petitions/{row.number}/feuilles/{printing}.pdf")
    assert answer.content.startswith(b"%PDF")


def choose(here: Town, channel: str) -> None:
    row = sign(here, channel, here.petition)
    town.post(here.browser(channel), f"/petitions/{here.petition.number}/choix", public_name="on")
    row.refresh_from_db()
    assert row.named_since is not None


def stop_the_letters(here: Town, channel: str) -> None:
    sign(here, channel, here.petition)
    followed = Subscription.objects.get(recipient=here.person(channel).ref)
    if channel == "web":  # by the link of a letter, in whatever browser
        town.post(town.browser(None), unsubscribing.address(followed).partition(settings.ADDRESS)[2])
    else:
        town.post(here.counter, f"/petitions/{here.petition.number}/choix")
    assert not Subscription.objects.exists()


# The register and the account.


def code_of_the_letter() -> str:
    """What the last e-mail says."""
    body = str(mail.outbox[-1].body)
    return next(line for line in body.splitlines() if line.startswith("    ")).strip()


def newcomer() -> dict[str, Any]:
    return {"last_name": "Sittelle", "first_name": "Amina", "birth_date": "1 6 2009", "street": "2 rue du Héron-Cendré"}


def enrol(here: Town, channel: str) -> None:
    if channel == "counter":
        town.post(here.agent, "/guichet/inscrire", seen="on", **newcomer())
    else:
        home = town.browser(None)
        town.post(home, "/inscription", email="amina@example.org")
        town.post(home, "/inscription/code", code=code_of_the_letter())
        papers = {
            "identity": SimpleUploadedFile("a.jpg", enrolling.picture()),
            "residence": SimpleUploadedFile("b.pdf", enrolling.PDF),
        }
        town.post(home, "/inscription/demande", honest="on", **newcomer(), **papers)
    assert Enrolment.objects.get().channel == channel


def requested() -> asking.Receipt:
    return asking.ask_online(enrolling.asker(), enrolling.papers(), NOON)


def follow(here: Town, channel: str) -> None:
    receipt = requested()
    ref = receipt.enrolment.ref
    if channel == "web":
        page = town.post(town.browser(None), "/inscription/suivre", receipt=receipt.code)
    elif channel == "counter":
        page = here.agent.get(f"/guichet/inscriptions/{ref}")
    else:  # the decision, printed
        deciding.refuse(receipt.enrolment, here.at_work, "residence_unclear", NOON)
        page = here.agent.get(f"/guichet/inscriptions/{ref}/lettre")
    assert page.status_code == 200
    assert receipt.enrolment.number in page.content.decode()


def with_her_receipt(here: Town, channel: str, receipt: asking.Receipt, **fields: str) -> Enrolment:
    client = town.browser(None) if channel == "web" else here.agent  # she brings it, the agent types it
    assert town.post(client, "/inscription/suivre", receipt=receipt.code, **fields).status_code == 200
    return Enrolment.objects.get()


def contest_enrolment(here: Town, channel: str) -> None:
    receipt = requested()
    deciding.refuse(receipt.enrolment, here.at_work, "residence_unclear", NOON)
    row = with_her_receipt(here, channel, receipt, step="appeal", appeal="La facture montre cette adresse.")
    assert row.state == Enrolment.State.APPEALED


def withdraw_enrolment(here: Town, channel: str) -> None:
    assert with_her_receipt(here, channel, requested(), step="withdraw").state == Enrolment.State.WITHDRAWN


def at_home_in_the_register(here: Town, channel: str, step: str, **fields: str) -> Person:
    """The wider register: the electoral roll has its own rules."""
    Person.objects.update(register="resident")
    assert town.post(here.browser(channel), "/mon-espace/adresse", step=step, **fields).status_code == 302
    return Person.objects.get(pk=here.person(channel).pk)


def confirm_residence(here: Town, channel: str) -> None:
    assert at_home_in_the_register(here, channel, "confirm").confirmed_on == NOON.date()


def declare_move(here: Town, channel: str) -> None:
    at_home_in_the_register(here, channel, "move", street="9 rue du Héron-Cendré", moved_on="1 10 2026")
    assert Move.objects.get().person == here.person(channel)


def take_the_move_back(here: Town, channel: str) -> None:
    declare_move(here, channel)
    at_home_in_the_register(here, channel, "withdraw")
    assert Move.objects.get().state == Move.State.WITHDRAWN


def prove_the_move(here: Town, channel: str) -> None:
    declare_move(here, channel)
    there = Station.objects.latest("code")
    town.post(here.counter, f"/guichet/demenagements/{Move.objects.get().pk}", station=there.code)
    assert Person.objects.get(pk=here.visitor.pk).station == there


def leave(here: Town, channel: str) -> None:
    assert at_home_in_the_register(here, channel, "leave", on="1 12 2026").left_on == date(2026, 12, 1)


def see_the_access(here: Town, channel: str) -> None:
    assert here.browser(channel).get("/mon-espace/acces").status_code == 200


def send_a_code(here: Town, channel: str) -> None:
    if channel == "web":  # at home only the first one: she came in by a letter
        Person.objects.filter(pk=here.resident.pk).update(email="")
    assert town.post(here.browser(channel), "/mon-espace/acces/adresse", email="new@example.org").status_code == 302
    assert mail.outbox[-1].to == ["new@example.org"]


def give_an_address(here: Town, channel: str) -> None:
    send_a_code(here, channel)
    town.post(here.browser(channel), "/mon-espace/acces/adresse/code", code=code_of_the_letter())
    assert Person.objects.get(pk=here.person(channel).pk).email == "new@example.org"


def take_the_address_away(here: Town, channel: str) -> None:
    town.post(here.counter, "/mon-espace/acces/adresse/retirer")
    assert Person.objects.get(pk=here.visitor.pk).email == ""


def get_a_letter(here: Town, channel: str) -> None:
    if channel == "counter":
        assert town.post(here.counter, "/mon-espace/acces/lettre").context["printed"]
        return
    town.post(here.home, "/mon-espace/acces/lettre")
    assert LetterCode.objects.get().code_mac is None
    if channel == "paper":  # printed by an agent, then posted
        assert town.post(here.agent, "/guichet/lettres").context["printed"]


def enter_by_letter(here: Town, channel: str) -> None:
    code = letter_codes.print_one(here.resident, here.at_work, NOON + timedelta(hours=1))
    client = town.browser(None)
    assert town.post(client, "/connexion/lettre", letter=code, birth_date="17 5 1980").status_code == 302
    assert client.get("/mon-espace").status_code == 200


def sign_out_everywhere(here: Town, channel: str) -> None:
    account = Account.objects.get_or_create(person=here.person(channel))[0]
    lost = town.browser(account)
    town.post(here.browser(channel), "/mon-espace/acces/appareils")
    assert lost.get("/mon-espace").status_code == 302


def unlink(here: Town, channel: str) -> None:
    account = Account.objects.get_or_create(person=here.person(channel))[0]
    ForeignIdentity.objects.create(account=account, provider="franceconnect", subject_mac="x")
    town.post(here.browser(channel), "/mon-espace/acces/lien/franceconnect")
    assert not ForeignIdentity.objects.exists()


def know_what_was_done(here: Town, channel: str) -> None:
    if channel == "web":
        another = town.agent("Elsa Grive")
        roll.begin_counter_session(another, here.resident, CounterSession.Proof.PASSPORT, timezone.now())
        town.post(town.browser(another), f"/petitions/{here.petition.number}/signer", confirmed="on")
        page = here.home.get("/mon-espace/donnees").content.decode()
        assert "petition.signed" in page
        return
    sign(here, "counter", here.petition)
    page = here.counter.get("/guichet/recu").content.decode()
    assert "A petition was signed." in page


def ask_for_the_end_of_a_mandate(here: Town, channel: str) -> None:
    other: Official = town.councillor()
    charters.sign(other, town.roll.open_work_account("Pic", "pic@example.org", Role.Kind.CLERK), NOON.date(), NOON)
    fields = {"official": other.number, "text": "Un fait.", "named": "on"}
    assert town.post(here.browser(channel), "/petitions/revocation", step="file", **fields).status_code == 302
    assert Petition.objects.get(official=other).author == here.person(channel)


def see_what_was_signed(here: Town, channel: str) -> None:
    if channel == "paper":  # printed by the agent who has the person in front of her
        sign(here, "counter", here.petition)
        page = here.counter.get("/mon-espace/donnees").content.decode()
    else:
        sign(here, channel, here.petition)
        page = here.browser(channel).get("/mon-espace" if channel == "web" else "/guichet").content.decode()
    assert here.petition.number in page or "Signed at the counter" in page


def read_my_data(here: Town, channel: str) -> None:
    client = here.counter if channel == "paper" else here.browser(channel)
    page = client.get("/mon-espace/donnees").content.decode()
    assert here.person(channel).roll_number in page
    assert (here.resident if channel != "web" else here.visitor).roll_number not in page


def take_my_data(here: Town, channel: str) -> None:
    held = json.loads(here.browser(channel).get("/mon-espace/donnees.json").content)
    assert held["person"]["roll_number"] == here.person(channel).roll_number


def vote(here: Town, channel: str) -> None:
    world = w.ready(w.town())
    number, someone = world.votation.number, world.people[0]
    if channel == "web":
        with time_machine.travel(w.WHILE_OPEN, tick=False):
            browser = Client()
            let_in(browser, roll.open_account(someone))
            raw = world.ballot(someone)
            assert (
                browser.post(f"/votations/{number}/bulletins", raw, content_type="application/json").status_code == 201
            )
        assert Ballot.objects.count() == 1
        return
    votations.close(world.fresh(), w.CLOSES)
    votations.forget(world.fresh(), w.CLOSES)
    with time_machine.travel(w.PAPER_EVENING, tick=False):
        desk = town.browser(w.account("Grive", Role.Kind.SCRUTINEER))
        station = Station.objects.order_by("code").first()
        assert station is not None
        fields = {"station": station.pk, "yes": 0, "no": 0, "blank": 0}
        assert town.post(desk, f"/votations/{number}/depouillement", **fields).status_code == 302
    assert PaperCount.objects.count() == 1


WALKS: dict[str, Callable[[Town, str], None]] = {
    "ask to be enrolled": enrol,
    "follow a request for enrolment": follow,
    "contest a refusal of enrolment": contest_enrolment,
    "withdraw a request for enrolment": withdraw_enrolment,
    "confirm where I live": confirm_residence,
    "declare a move": declare_move,
    "take a declared move back": take_the_move_back,
    "bring the proof of a move": prove_the_move,
    "say that I leave": leave,
    "see how my account is opened": see_the_access,
    "have a code sent to my address": send_a_code,
    "give my address": give_an_address,
    "have my address taken away": take_the_address_away,
    "get a letter with a code": get_a_letter,
    "sign in with the code of a letter": enter_by_letter,
    "sign every device out": sign_out_everywhere,
    "take the link with a provider away": unlink,
    "know what was done for me at the counter": know_what_was_done,
    "begin a petition": begin,
    "go on with a draft": go_on,
    "delete a draft": delete_draft,
    "file a petition": file,
    "contest the refusal of a petition": contest,
    "ask for the end of a mandate": ask_for_the_end_of_a_mandate,
    "let others join": let_others_join,
    "let nobody else join": let_nobody_join,
    "carry somebody else's petition": join,
    "stop carrying it": stop_carrying,
    "have sheets for signatures": have_sheets,
    "download the sheets": download_sheets,
    "sign a petition": sign_a_petition,
    "sign a recall": sign_a_recall,
    "take the receipt of a signature": take_the_receipt,
    "choose whether my name is shown and what I am told": choose,
    "stop the e-mails of a petition": stop_the_letters,
    "withdraw a signature": withdraw,
    "withdraw with the receipt alone": withdraw_with_the_receipt,
    "sign again": sign_again,
    "see what a receipt stands for": look_a_receipt_up,
    "see what I signed": see_what_was_signed,
    "read what is held about me": read_my_data,
    "take my data away as a file": take_my_data,
    "vote": vote,
}
# Forgetting who voted rewrites the database's files: that one is outside a transaction.
WHOLE = pytest.mark.django_db(transaction=True)
CELLS = [
    pytest.param(act, channel, id=f"{act}, {channel}", marks=[WHOLE] if act == "vote" else [])
    for act in ACTS
    for channel in CHANNELS
    if isinstance(ACTS[act].cell(channel), str)
]


def test_every_act_of_the_table_is_walked() -> None:
    assert set(WALKS) == set(ACTS)


@pytest.mark.parametrize(("act", "channel"), CELLS)
def test_each_cell_is_true(here: Town, act: str, channel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the pages, as that person does it; the page that the table names is one of those that answered."""
    answered = set()
    request = Client.request

    def noted(client: Client, **environ: Any) -> Any:
        answer = request(client, **environ)
        answered.add(answer.resolver_match.view_name)
        return answer

    monkeypatch.setattr(Client, "request", noted)
    WALKS[act](here, channel)
    assert ACTS[act].cell(channel) in answered
    if channel == "counter" and act in NOTED:
        noted = CounterAct.objects.filter(session__person=here.visitor, session__agent=here.at_work)
        assert NOTED[act] in set(noted.values_list("act", flat=True)), "it is not on the receipt of the counter"


def test_no_page_that_the_counter_has_casts_a_ballot(here: Town) -> None:
    world = w.ready(w.town())
    with time_machine.travel(w.WHILE_OPEN, tick=False):
        agent = w.account("Loriot", Role.Kind.AGENT)
        roll.begin_counter_session(agent, world.people[0], CounterSession.Proof.PASSPORT, w.WHILE_OPEN)
        browser, raw = Client(), world.ballot(world.people[0])
        let_in(browser, agent)
        path = f"/votations/{world.votation.number}/bulletins"
        assert browser.post(path, raw, content_type="application/json").status_code == 403
    assert not Ballot.objects.exists()


# The receipt of the counter.


def said() -> list[str]:
    return list(CounterAct.objects.values_list("act", flat=True))


def test_a_draft_that_is_saved_often_is_said_once(here: Town) -> None:
    there = draft(here, "counter")
    for version in (1, 2, 3):
        town.post(here.counter, there, step="save", version=version, **WORDS)
    assert said() == ["petition.drafted"]


def test_what_another_persons_receipt_does_is_not_said_to_be_the_visitors(here: Town) -> None:
    receipt = receipt_of(here, "web")
    town.post(here.counter, "/petitions/recu", receipt=receipt, step="withdraw")
    assert Signature.objects.get().withdrawn_at is not None
    assert said() == []


def test_a_move_that_is_decided_without_the_person_is_on_nobody_s_receipt(here: Town) -> None:
    declare_move(here, "web")
    town.post(here.counter, f"/guichet/demenagements/{Move.objects.get().pk}", step="refuse")
    assert Move.objects.get().state == Move.State.REFUSED
    assert said() == []


def test_what_is_refused_is_not_on_the_receipt(here: Town) -> None:
    town.post(here.counter, f"/petitions/{here.petition.number}/retirer")  # she has not signed
    town.post(here.counter, f"/petitions/{here.petition.number}/porter", step="join", code="A" * 26, named="on")
    assert said() == []
