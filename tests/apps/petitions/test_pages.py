"""What the pages say, in each state of a petition and of a signature; what they answer to bad input; what they cost."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from beffroi.apps.gazette import actions as gazette
from beffroi.apps.petitions import actions
from beffroi.apps.petitions.models import Petition, Signature
from beffroi.apps.roll.models import Account, Person
from tests.apps import town
from tests.apps.town import NOON
from tests.let_in import let_in

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def words(answer: Any) -> str:
    """What a reader sees: no tags, single spaces."""
    main = re.search(r"<main.*?</main>", answer.content.decode(), re.DOTALL)
    assert main is not None
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main[0])).split())


def signing(client: Client, petition: Petition, **fields: object) -> Any:
    town.post(client, f"/petitions/{petition.number}/signer", **fields)
    return client.get(f"/petitions/{petition.number}/signee")


def receipt_in(answer: Any) -> str:
    found = re.search(r'class="tracker"[^>]*>(.*?)</p>', answer.content.decode())
    assert found is not None
    return re.sub(r"<[^>]+>|\s", "", found[1])


def test_the_receipt_is_shown_once_and_stays_in_no_session(visitors: dict[str, Client], petition: Petition) -> None:
    from django.contrib.sessions.models import Session

    first = signing(visitors["resident"], petition)
    receipt = receipt_in(first)
    assert len(receipt) == 26
    assert "With this one, 1 signature." in words(first)
    again = visitors["resident"].get(f"/petitions/{petition.number}/signee")
    assert receipt not in again.content.decode()
    assert "The receipt has been shown" in words(again)
    assert all(receipt not in str(row.get_decoded()) for row in Session.objects.all())


def test_no_page_keeps_a_receipt_in_a_cache(visitors: dict[str, Client], petition: Petition) -> None:
    assert "no-store" in signing(visitors["resident"], petition)["Cache-Control"]


def test_a_receipt_says_to_be_counted_counted_withdrawn_and_no_name(
    visitors: dict[str, Client], petition: Petition
) -> None:
    receipt = receipt_in(signing(visitors["resident"], petition))
    stranger = visitors["anonymous"]
    person = Signature.objects.get().person

    def asked(**more: str) -> str:
        answer = town.post(stranger, "/petitions/recu", receipt=receipt.lower(), **more)
        assert answer.status_code == 200
        assert person.last_name not in answer.content.decode()
        return words(answer)

    assert "This signature is recorded" in asked()
    actions.count(NOON + HOUR)
    assert "This signature is counted." in asked()
    assert "This signature is withdrawn." in asked(step="withdraw")
    assert "This signature is withdrawn." in asked()


def test_a_refused_signature_tells_its_receipt_why(visitors: dict[str, Client], petition: Petition) -> None:
    receipt = receipt_in(signing(visitors["resident"], petition))
    Signature.objects.update(refusal="left")
    said = words(town.post(visitors["anonymous"], "/petitions/recu", receipt=receipt))
    assert "This signature is refused." in said
    assert "no longer lives here" in said


@pytest.mark.parametrize("receipt", ["", "ABC", "0" * 26, "x" * 400, "é" * 26, "\0" * 26])
def test_a_wrong_receipt_is_a_sentence_beside_the_field(
    visitors: dict[str, Client], petition: Petition, receipt: str
) -> None:
    for step in ("", "withdraw"):
        answer = town.post(visitors["anonymous"], "/petitions/recu", receipt=receipt, step=step)
        assert answer.status_code in {400, 422}
        assert "error" in answer.content.decode() or answer.status_code == 422


def test_a_resident_who_signed_is_told_so_at_the_counter_with_the_means(
    visitors: dict[str, Client], petition: Petition
) -> None:
    town.signed_by(petition, [Person.objects.get(roll_number=f"T-{town.VISITOR:05d}")])
    said = words(visitors["counter"].get(f"/petitions/{petition.number}/signer"))
    assert "This person has already signed" in said
    assert "online" in said
    answer = town.post(visitors["counter"], f"/petitions/{petition.number}/signer", confirmed="on")
    assert answer.status_code == 422
    assert "already signed" in words(answer)
    assert Signature.objects.count() == 1


def test_at_the_counter_the_agent_must_say_that_the_text_was_read(
    visitors: dict[str, Client], petition: Petition
) -> None:
    answer = town.post(visitors["counter"], f"/petitions/{petition.number}/signer")
    assert answer.status_code == 400
    assert "Read the text aloud" in words(answer)
    assert not Signature.objects.exists()


def test_the_legal_request_is_asked_of_electors_who_have_not_made_theirs(
    visitors: dict[str, Client], petition: Petition, clerk: Account
) -> None:
    page = f"/petitions/{petition.number}/signer"
    assert 'name="legal"' in visitors["resident"].get(page).content.decode()
    other = town.opened(petition.author, clerk)
    signing(visitors["resident"], other, legal="on")
    answer = visitors["resident"].get(page)
    assert 'name="legal"' not in answer.content.decode()
    assert f"was made on petition no. {other.number}" in words(answer)
    Person.objects.update(register="resident")
    said = words(visitors["councillor"].get(page))
    assert "Not for the legal threshold, which is for the electoral roll." in said


def test_markup_in_a_petition_is_shown_as_text(visitors: dict[str, Client], petition: Petition) -> None:
    Petition.objects.update(title="<script>alert(1)</script>", text="<b>x</b>", author_name="<i>y</i>")
    for path in (f"/petitions/{petition.number}", "/petitions", f"/petitions/{petition.number}/signer"):
        page = visitors["resident"].get(path).content.decode()
        assert "<script>alert" not in page
        assert "<b>x</b>" not in page
        assert "<i>y</i>" not in page


def test_the_secretariat_admits_or_refuses_with_a_reason(visitors: dict[str, Client], petition: Petition) -> None:
    one, two = town.filed(petition.author), town.filed(petition.author)
    desk = "/petitions/{}/recevabilite".format
    assert town.post(visitors["clerk"], desk(one.number)).status_code == 400
    said = words(town.post(visitors["clerk"], desk(one.number), decision="refuse"))
    assert "A refusal needs its reason." in said
    assert (
        town.post(
            visitors["clerk"],
            desk(one.number),
            decision="refuse",
            reason="unclear",
            note="On ne saurait pas quoi voter.",
        ).status_code
        == 302
    )
    assert town.post(visitors["clerk"], desk(two.number), decision="admit").status_code == 302
    assert town.post(visitors["clerk"], desk(two.number), decision="admit").status_code == 422
    assert set(Petition.objects.values_list("state", flat=True)) == {"open", "refused"}
    said = words(visitors["anonymous"].get(f"/petitions/{one.number}"))
    assert "Not admissible" in said
    assert "by yes or no" in said


def test_an_unknown_petition_is_a_page_that_says_so(visitors: dict[str, Client], petition: Petition) -> None:
    for role in ("anonymous", "resident", "counter", "clerk", "agent"):
        for tail in ("", "/signer", "/signee", "/recevabilite", "/texte.txt"):
            answer = visitors[role].get(f"/petitions/2026-999{tail}")
            assert answer.status_code in {302, 403, 404}
    answer = visitors["anonymous"].get("/petitions/2026-999")
    assert (answer.status_code, "no petition with this number" in words(answer)) == (404, True)
    assert visitors["agent"].get("/guichet/feuilles/2026-999").status_code == 404


def test_the_page_shows_the_ladder_its_bases_sources_and_what_each_rung_causes(
    visitors: dict[str, Client], petition: Petition
) -> None:
    gazette.sequence(NOON)
    said = words(visitors["anonymous"].get(f"/petitions/{petition.number}"))
    for expected in (
        "5% of the 100 inhabitants",
        "10% of the 60 persons on the electoral roll",
        "a count of the door bells",
        "the list on the door",
        "L1112-16",
        "5 signatures are missing",
        "6 legal requests of electors are missing",
        "Open for signatures. Its bases and thresholds are frozen. Act",
        "To come: Last day to sign.",
        "12 April 2027",
    ):
        assert expected in said, expected


def test_the_page_tells_each_state_of_a_rung(visitors: dict[str, Client], petition: Petition) -> None:
    page = f"/petitions/{petition.number}"
    town.signed_by(petition, town.people(10), legal=True)
    actions.count(NOON + HOUR)
    assert "Verification goes on: 0 signatures of 10" in words(visitors["anonymous"].get(page))
    actions.verify_waiting(NOON + HOUR)
    said = words(visitors["anonymous"].get(page))
    assert "10 valid, 0 refused" in said
    assert "put on the agenda of the next sitting that is planned" in said
    town.sitting()
    actions.fire_waiting(NOON + HOUR)
    said = words(visitors["anonymous"].get(page))
    assert "on the agenda of the council of 21 November 2026" in said
    assert "A votation is being prepared. It is held by 9 February 2027 at the latest." in said


def test_the_exact_text_is_what_the_journal_fingerprints(visitors: dict[str, Client], petition: Petition) -> None:
    answer = visitors["anonymous"].get(f"/petitions/{petition.number}/texte.txt")
    assert answer.content == actions.text_bytes(petition)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"


def test_a_closed_petition_takes_no_signature_and_says_so(
    visitors: dict[str, Client], petition: Petition, at_noon: Any
) -> None:
    assert petition.closes_at is not None
    at_noon.move_to(petition.closes_at)
    let_in(visitors["resident"], Account.objects.get(person__roll_number=f"T-{town.RESIDENT:05d}"))
    assert "it takes no more signatures" in words(visitors["anonymous"].get(f"/petitions/{petition.number}"))
    assert "This petition is closed" in words(visitors["resident"].get(f"/petitions/{petition.number}/signer"))
    answer = town.post(visitors["resident"], f"/petitions/{petition.number}/signer")
    assert (answer.status_code, Signature.objects.count()) == (422, 0)


def test_nobody_is_led_to_a_page_that_refuses_her_who_signs_only_for_somebody_present(
    visitors: dict[str, Client], petition: Petition
) -> None:
    door = f'href="/petitions/{petition.number}/signer"'
    shown = {
        name: door in visitors[name].get(f"/petitions/{petition.number}").content.decode()
        for name in ("anonymous", "resident", "clerk")
    }
    assert shown == {"anonymous": True, "resident": True, "clerk": False}


def test_the_list_without_an_open_petition_offers_to_write_one(commune: None) -> None:
    said = words(town.browser(None).get("/petitions"))
    assert "No petition is open today." in said
    assert "Write a petition" in said


def test_the_list_shows_open_ones_those_to_decide_and_those_that_are_over(
    visitors: dict[str, Client], petition: Petition, clerk: Account
) -> None:
    waiting, refused = town.filed(petition.author), town.filed(petition.author)
    actions.refuse(refused, clerk, "unclear", "On ne saurait pas à quoi répondre.", NOON)
    said = words(visitors["anonymous"].get("/petitions"))
    assert "1 open petition" in said
    assert f"no. {waiting.number}" in said
    assert "Not admissible" in said
    assert visitors["anonymous"].get("/petitions?page=abc&terminees=99").status_code == 200


def cost(client: Client, path: str) -> int:
    client.get(path)  # the frame's own caches are warm
    with CaptureQueriesContext(connection) as made:
        assert client.get(path).status_code == 200
    return len(made)


@pytest.mark.parametrize("role", ["anonymous", "resident", "counter", "clerk"])
def test_a_page_costs_the_same_number_of_queries_with_forty_signatures_as_with_none(
    visitors: dict[str, Client], petition: Petition, clerk: Account, role: str
) -> None:
    pages = ["/petitions", f"/petitions/{petition.number}"]
    before = [cost(visitors[role], path) for path in pages]
    for number in range(100, 104):
        town.signed_by(town.opened(town.person(number), clerk), town.people(4, start=10 * number))
    town.signed_by(petition, town.people(4))
    actions.count(NOON + HOUR)
    after = [cost(visitors[role], path) for path in pages]
    assert after == before
    assert max(after) <= 24
