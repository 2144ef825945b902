"""The pages of enrolment: who may open what, what a stranger learns (nothing), what a double click does (nothing)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from beffroi.apps.roll import actions, signing_in
from beffroi.apps.roll.enrolment import asking, deciding, residence
from beffroi.apps.roll.models import Account, Enrolment, Move, Person, SignInCode
from beffroi.core.errors import Refused
from tests.apps.roll.conftest import NOW
from tests.apps.roll.enrolling import PDF, accepted, account, asked, asker, at_counter, files, papers, picture, station
from tests.let_in import let_in

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "amina@example.org"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def browser(who: Account | None = None) -> Client:
    client = Client(headers={"accept-language": "en"})
    if who is not None:
        let_in(client, who)
    return client


def code_of(letter: mail.EmailMessage) -> str:
    return next(line for line in letter.body.splitlines() if line.startswith("    ")).strip()


def code() -> str:
    return code_of(mail.outbox[-1])


def confirmed(client: Client) -> None:
    client.post("/inscription", {"email": ADDRESS})
    assert client.post("/inscription/code", {"code": code()}).headers["Location"] == "/inscription/demande"


def fields(**more: Any) -> dict[str, Any]:
    given = {
        "last_name": "Sittelle",
        "first_name": "Amina Rose",
        "birth_date": "1 6 2009",
        "street": "12 rue du Héron-Cendré",
        "identity": SimpleUploadedFile("a.jpg", picture()),
        "residence": SimpleUploadedFile("b.pdf", PDF),
        "honest": "on",
    }
    return given | more


# --- From home


def test_the_form_opens_only_behind_a_code_that_was_typed(town: None) -> None:
    client = browser()
    assert client.get("/inscription/demande").headers["Location"] == "/inscription"
    client.post("/inscription", {"email": ADDRESS})
    assert client.get("/inscription/demande").headers["Location"] == "/inscription", "asked, not confirmed"
    assert client.post("/inscription/code", {"code": "000000" if code() != "000 000" else "1"}).status_code == 422
    confirmed(client)
    assert client.get("/inscription/demande").status_code == 200


def test_an_address_written_by_hand_into_the_cookie_is_worth_nothing(town: None) -> None:
    client = browser()
    client.cookies["beffroi_enrolment"] = '{"address": "other@example.org", "confirmed": true}'
    assert client.post("/inscription/demande", fields()).headers["Location"] == "/inscription"
    assert not Enrolment.objects.exists()


def test_a_code_of_enrolment_signs_nobody_in_and_a_sign_in_code_confirms_nothing(odette: Person) -> None:
    browser().post("/inscription", {"email": odette.email})
    for_enrolment = code()
    with pytest.raises(Refused, match="wrong_code"):
        signing_in.check_code(odette.email, for_enrolment, NOW)
    for_signing_in = actions.issue_code(odette.email, NOW)
    with pytest.raises(Refused, match="wrong_code"):
        signing_in.confirm_address(odette.email, for_signing_in, NOW)


def test_after_five_wrong_codes_the_six_digits_open_nothing(town: None) -> None:
    client = browser()
    client.post("/inscription", {"email": ADDRESS})
    right = code()
    for _ in range(5):
        client.post("/inscription/code", {"code": "123"})
    assert client.post("/inscription/code", {"code": right}).status_code == 422
    assert ADDRESS not in str(list(SignInCode.objects.values()))


def test_five_short_codes_an_hour_then_one_in_ten_minutes_that_nobody_can_kill(town: None) -> None:
    client = browser()
    for _ in range(6):
        client.post("/inscription", {"email": ADDRESS})
    assert [len(code_of(letter).replace(" ", "")) for letter in mail.outbox] == [6, 6, 6, 6, 6, 20]
    assert client.post("/inscription", {"email": ADDRESS}).headers["Location"] == "/inscription/code"
    assert len(mail.outbox) == 6, "nobody fills a mailbox, and no letter leaves without a code"
    for _ in range(9):
        client.post("/inscription/code", {"code": "123"})
    assert client.post("/inscription/code", {"code": code()}).headers["Location"] == "/inscription/demande"


def test_the_page_tells_a_stranger_nothing_of_who_is_on_the_roll(odette: Person) -> None:
    """Somebody who writes a neighbour's name and birth date reads the same as for an invented person."""
    told = []
    for last, first, born in (("Fauvette", "Odette", "3 3 1951"), ("Personne", "Nulle", "4 3 1951")):
        client = browser()
        confirmed(client)
        answer = client.post("/inscription/demande", fields(last_name=last, first_name=first, birth_date=born))
        told.append((answer.status_code, answer.headers["Location"]))
    assert told[0] == told[1] == (302, "/inscription/envoyee")


def test_a_double_click_makes_one_request(town: None, own_home: Path) -> None:
    client = browser()
    confirmed(client)
    cookie = client.cookies["beffroi_enrolment"].value
    assert client.post("/inscription/demande", fields()).status_code == 302
    client.cookies["beffroi_enrolment"] = cookie
    assert client.post("/inscription/demande", fields()).status_code == 422
    assert (Enrolment.objects.count(), len(files(own_home))) == (1, 2)


@pytest.mark.parametrize(
    ("name", "content"),
    [("identity", b"MZ a program"), ("residence", PDF.replace(b"/Type", b"/JavaScript /Type")), ("identity", b"")],
)
def test_a_file_that_is_no_paper_is_refused_beside_its_field(
    town: None, own_home: Path, name: str, content: bytes
) -> None:
    client = browser()
    confirmed(client)
    answer = client.post("/inscription/demande", fields(**{name: SimpleUploadedFile("x.pdf", content)}))
    assert answer.status_code == 422
    assert f'id="id_{name}_error"' in answer.content.decode()
    assert files(own_home) == []


def test_whoever_is_fifteen_reads_from_when(town: None) -> None:
    client = browser()
    confirmed(client)
    shown = client.post("/inscription/demande", fields(birth_date="24 11 2010")).content.decode()
    assert "24 November 2026" in shown.replace("\u00a0", " ")


def test_the_receipt_is_shown_once(town: None) -> None:
    client = browser()
    confirmed(client)
    client.post("/inscription/demande", fields())
    assert 'class="tracker"' in client.get("/inscription/envoyee").content.decode()
    assert client.get("/inscription/envoyee").headers["Location"] == "/inscription/suivre"


def test_a_receipt_follows_withdraws_and_contests_and_names_nobody(agent: Account, own_home: Path) -> None:
    receipt = asking.ask_online(asker(), papers(), NOW)
    client = browser()
    shown = client.post("/inscription/suivre", {"receipt": receipt.code}).content.decode()
    assert receipt.enrolment.number in shown
    assert "Sittelle" not in shown
    assert "amina" not in shown.lower()
    deciding.refuse(receipt.enrolment, agent, "residence_unclear", NOW)
    empty = {"receipt": receipt.code, "step": "appeal", "appeal": " "}
    assert client.post("/inscription/suivre", empty).status_code == 422
    client.post("/inscription/suivre", empty | {"appeal": "Regardez mieux."})
    assert Enrolment.objects.get().state == "appealed"
    client.post("/inscription/suivre", {"receipt": receipt.code, "step": "withdraw"})
    assert Enrolment.objects.get().state == "withdrawn"
    assert client.get("/inscription/suivre?receipt=" + receipt.code).status_code == 200
    assert client.post("/inscription/suivre", {"receipt": "A" * 26}).status_code == 422
    assert client.post("/inscription/suivre", {"receipt": "short"}).status_code == 422


# --- At the desk


def paths(row: Enrolment) -> dict[str, str]:
    desk = f"/guichet/inscriptions/{row.ref}"
    return {
        "counter": "/guichet/inscrire",
        "queue": "/guichet/inscriptions",
        "desk": desk,
        "proof": f"{desk}/piece/identity",
    }


OPEN_TO = {
    "agent": {"counter", "queue", "desk", "proof"},
    "clerk": {"queue"},  # a request that waits is not hers; the appeal is
    "scrutineer": set[str](),
    "panel": set[str](),
    "administrator": set[str](),
    "resident": set[str](),
}


@pytest.mark.parametrize("who", sorted(OPEN_TO))
def test_each_door_for_each_role(odette: Person, who: str) -> None:
    row = asked()
    client = browser(Account.objects.get(person=odette) if who == "resident" else account(who))
    statuses = {name: client.get(path).status_code for name, path in paths(row).items()}
    assert statuses == {name: 200 if name in OPEN_TO[who] else 403 for name in paths(row)}


def test_a_stranger_reads_no_paper_even_with_its_address(town: None) -> None:
    row = asked()
    answer = browser().get(f"/guichet/inscriptions/{row.ref}/piece/identity")
    assert (answer.status_code, answer.headers["Location"][:10]) == (302, "/connexion")
    assert not b"".join(answer).strip()


def test_a_paper_is_shown_as_what_it_is_and_kept_by_no_cache(agent: Account) -> None:
    row = asked()
    answer = browser(agent).get(f"/guichet/inscriptions/{row.ref}/piece/residence")
    assert answer.content == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_after_the_decision_nobody_reads_the_papers(agent: Account) -> None:
    row = asked()
    deciding.refuse(row, agent, "too_young", NOW)
    client = browser(agent)
    assert client.get(f"/guichet/inscriptions/{row.ref}/piece/identity").status_code == 404
    assert "/piece/" not in client.get(f"/guichet/inscriptions/{row.ref}").content.decode()


def test_an_agent_accepts_on_the_page_and_must_compare_a_namesake_first(odette: Person, agent: Account) -> None:
    row = asked(last_name="Fauvette", first_name="Odette", birth_date=odette.birth_date)
    client, desk = browser(agent), f"/guichet/inscriptions/{row.ref}"
    assert "Same name, same birth date" in client.get(desk).content.decode()
    accept = {"step": "accept", "station": station().code}
    answer = client.post(desk, accept)
    assert answer.status_code == 422
    assert 'id="id_another_error"' in answer.content.decode()
    assert client.post(desk, accept | {"another": "on"}).status_code == 302
    assert Person.objects.filter(last_name="Fauvette").count() == 2


def test_the_counter_shows_the_receipt_once_and_the_same_agent_decides(agent: Account) -> None:
    client = browser(agent)
    sent = {name: value for name, value in fields().items() if name not in {"identity", "residence", "honest"}}
    assert client.post("/guichet/inscrire", sent).status_code == 422, "the papers were not looked at"
    there = client.post("/guichet/inscrire", sent | {"seen": "on", "email": ""}).headers["Location"]
    assert 'class="tracker"' in client.get(there).content.decode()
    assert 'class="tracker"' not in client.get(there).content.decode()
    assert client.post(there, {"step": "accept", "station": station().code}).status_code == 302
    assert Enrolment.objects.get().decided_by == agent


def test_an_agent_cannot_answer_an_appeal_on_the_page(agent: Account) -> None:
    row = asking.appeal(deciding.refuse(asked(), agent, "too_young", NOW), "Non.", NOW)
    client, desk = browser(agent), f"/guichet/inscriptions/{row.ref}"
    assert "For somebody else" in client.get(desk).content.decode()
    assert client.post(desk, {"step": "uphold", "answer": "Non."}).status_code == 422
    assert client.post(desk, {"step": "accept", "station": station().code, "answer": "x"}).status_code == 422
    assert Enrolment.objects.get().state == "appealed"


def test_the_letter_to_print_says_the_decision_and_its_ways(agent: Account) -> None:
    clerk = account("clerk")
    row = deciding.refuse(at_counter(agent), agent, "another_commune", NOW)
    letter = f"/guichet/inscriptions/{row.ref}/lettre"
    shown = browser(clerk).get(letter).content.decode()
    assert "The address is not in this commune." in shown
    assert "You may contest this decision until" in shown
    accepted(asking.appeal(row, "Si.", NOW), clerk, answer="Oui.")
    assert "is accepted" in browser(agent).get(letter).content.decode()
    waiting = asked(first_name="Zoé")
    assert browser(agent).get(f"/guichet/inscriptions/{waiting.ref}/lettre").status_code == 404


def test_a_get_decides_nothing(agent: Account) -> None:
    row = asked()
    browser(agent).get(f"/guichet/inscriptions/{row.ref}?step=refuse&reason=too_young")
    assert Enrolment.objects.get().state == "waiting"


# --- My address


def test_at_home_and_at_the_counter_the_same_page_confirms_moves_and_leaves(tomasz: Person, agent: Account) -> None:
    at_work = browser(agent)
    at_work.post(f"/guichet/personne/{tomasz.ref}/ouvrir", {"proof": "passport"})
    for client, agent_of_it in ((browser(Account.objects.get(person=tomasz)), None), (at_work, agent)):
        assert client.post("/mon-espace/adresse", {"step": "confirm"}).status_code == 302
        sent = {"step": "move", "street": "3 rue des Loutres", "moved_on": "1 9 2026"}
        assert client.post("/mon-espace/adresse", sent).status_code == 302
        assert Move.objects.get(state="waiting").entered_by == agent_of_it
        assert client.post("/mon-espace/adresse", sent).status_code == 422
        assert client.post("/mon-espace/adresse", {"step": "withdraw"}).status_code == 302
        assert client.post("/mon-espace/adresse", {"step": "leave", "on": "1 1 2020"}).status_code == 422
        assert client.post("/mon-espace/adresse", {"step": "leave", "on": "1 12 2026"}).status_code == 302
        assert "1 December 2026" in client.get("/mon-espace/adresse").content.decode().replace("\u00a0", " ")
        client.post("/mon-espace/adresse", {"step": "confirm"})
    assert Person.objects.get(pk=tomasz.pk).left_on is None


def test_an_agent_alone_has_no_address_and_an_elector_no_form(odette: Person, agent: Account) -> None:
    assert browser(agent).get("/mon-espace/adresse").status_code == 403
    client = browser(Account.objects.get(person=odette))
    shown = client.get("/mon-espace/adresse").content.decode()
    assert 'value="move"' not in shown
    assert client.post("/mon-espace/adresse", {"step": "confirm"}).status_code == 422


def test_an_agent_confirms_or_refuses_a_move_on_the_page(tomasz: Person, agent: Account) -> None:
    from beffroi.apps.roll.acting import WEB, Acting

    move = residence.declare_move(Acting(tomasz, WEB, None), "3 rue des Loutres", NOW.date(), NOW)
    client, page = browser(agent), f"/guichet/demenagements/{move.pk}"
    assert client.post(page, {"step": "confirm"}).status_code == 422, "without a station"
    assert client.post(page, {"step": "confirm", "station": station().code}).status_code == 302
    assert Person.objects.get(pk=tomasz.pk).street == "3 rue des Loutres"
    assert "has been decided" in client.get(page).content.decode()
    assert client.post(page, {"step": "refuse"}).status_code == 422
    assert browser(account("clerk")).get(page).status_code == 403
