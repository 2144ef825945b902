"""A name is public by consent only, and for as long as she wants; who asked is told each step, who did not is not."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from beffroi.apps.gazette import actions as gazette
from beffroi.apps.gazette.models import Entry
from beffroi.apps.letters.models import Letter, Subscription
from beffroi.apps.petitions import actions, queries
from beffroi.apps.petitions.models import Petition, Signature
from beffroi.apps.roll.acting import Acting
from beffroi.apps.roll.models import Account, Person
from beffroi.core.errors import Refused
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def acting_of(channel: str, person: Person, agent: Account) -> Acting:
    return town.herself(person) if channel == "web" else Acting(person, channel, agent)


def names(petition: Petition, client: Client | None = None) -> str:
    answer = (client or Client()).get(f"/petitions/{petition.number}/signataires")
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.parametrize("channel", ["web", "counter"])
@pytest.mark.parametrize("public_name", [True, False])
@pytest.mark.parametrize("follow", [True, False])
def test_both_choices_are_hers_by_whatever_channel_she_signs(
    petition: Petition, agent: Account, channel: str, public_name: bool, follow: bool
) -> None:
    person = town.person(1)
    actions.sign(petition, acting_of(channel, person, agent), NOON, public_name=public_name, follow=follow)
    assert (person.last_name in names(petition)) == public_name
    assert queries.follows(petition, person) == follow


def test_a_signature_on_paper_names_and_follows_nobody(petition: Petition, agent: Account, colleague: Account) -> None:
    person = town.person(1)
    town.on_paper(petition, [person], (agent, colleague))
    assert Signature.objects.get(person=person).channel == "paper"
    assert person.last_name not in names(petition)
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("channel", ["web", "counter"])
def test_she_takes_her_name_off_and_puts_it_back_at_any_time_also_after_the_closing(
    petition: Petition, agent: Account, channel: str
) -> None:
    person = town.person(1)
    act = acting_of(channel, person, agent)
    actions.sign(petition, act, NOON, public_name=True, follow=True)
    closed = NOON + timedelta(days=300)
    actions.close_due(closed)
    actions.choose(petition, act, public_name=False, follow=False, now=closed)
    assert person.last_name not in names(petition)
    assert not queries.follows(petition, person)
    actions.choose(petition, act, public_name=True, follow=True, now=closed)
    assert person.last_name in names(petition)
    assert Signature.objects.get().withdrawn_at is None


def test_who_has_not_signed_chooses_nothing(petition: Petition) -> None:
    with pytest.raises(Refused, match="not_signed"):
        actions.choose(petition, town.herself(town.person(1)), public_name=True, follow=True, now=NOON)


def test_withdrawing_takes_the_name_off_and_ends_the_e_mails_and_signing_again_does_not_bring_them_back(
    petition: Petition,
) -> None:
    person = town.person(1)
    act = town.herself(person)
    actions.sign(petition, act, NOON, public_name=True, follow=True)
    actions.withdraw(petition, act, NOON + HOUR)
    assert person.last_name not in names(petition)
    assert not Subscription.objects.exists()
    actions.sign(petition, act, NOON + 2 * HOUR)
    assert person.last_name not in names(petition)
    assert not queries.follows(petition, person)


def test_a_refused_signature_names_nobody(petition: Petition) -> None:
    person = town.person(1)
    actions.sign(petition, town.herself(person), NOON, public_name=True)
    Signature.objects.update(refusal="left")
    assert person.last_name not in names(petition)


def test_the_list_of_names_says_no_street_no_date_and_stays_out_of_search_engines(petition: Petition) -> None:
    person = town.person(1)
    actions.sign(petition, town.herself(person), NOON, public_name=True)
    answer = Client().get(f"/petitions/{petition.number}/signataires")
    assert "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"]
    page = answer.content.decode()
    assert str(person) in page
    for secret in (person.street, person.email, person.roll_number, str(person.birth_date), "12 octobre"):
        assert secret not in page
    gazette.sequence(NOON + HOUR)
    assert not [row for row in Entry.objects.all() if person.last_name in row.leaf]


def test_the_order_of_the_names_says_nothing_of_when_they_signed(petition: Petition) -> None:
    for number, last in ((3, "Zoulou"), (2, "Abeille"), (1, "Milan")):
        person = town.person(number, last_name=last)
        actions.sign(petition, town.herself(person), NOON + number * HOUR, public_name=True)
    page = names(petition)
    assert page.index("Abeille") < page.index("Milan") < page.index("Zoulou")


def test_who_has_no_address_or_carries_the_petition_does_not_subscribe(petition: Petition, author: Person) -> None:
    nobody = town.person(1, email="")
    for person in (nobody, author):
        actions.sign(petition, town.herself(person), NOON, follow=True)
    assert not Subscription.objects.exists()


def cross(petition: Petition, now: Any) -> None:
    """Five sign: the first threshold. Counted, verified, closed: three steps in the journal."""
    town.signed_by(petition, town.people(5, start=20), now)
    actions.count(now)
    actions.verify_waiting(now)
    gazette.sequence(now)


def test_a_signer_who_asked_is_told_each_step_and_who_did_not_is_told_nothing(
    petition: Petition, author: Person
) -> None:
    asks, silent = town.people(2)
    actions.sign(petition, town.herself(asks), NOON, follow=True)
    actions.sign(petition, town.herself(silent), NOON)
    cross(petition, NOON + HOUR)
    for _ in range(3):
        actions.announce(NOON + HOUR)
    told = set(Letter.objects.filter(kind__startswith="step").values_list("kind", "recipient"))
    assert told == {(kind, ref) for kind in ("step_crossed", "step_verified") for ref in (asks.ref, author.ref)}


def test_the_author_is_told_a_hearing_by_her_own_letter_only(petition: Petition, author: Person) -> None:
    town.sitting()
    cross(petition, NOON + HOUR)
    actions.fire_waiting(NOON + HOUR)
    gazette.sequence(NOON + HOUR)
    actions.announce(NOON + HOUR)
    kinds = set(Letter.objects.filter(recipient=author.ref).values_list("kind", flat=True))
    assert "petition_heard" in kinds
    assert "step_scheduled" not in kinds


def test_a_step_of_long_ago_is_not_told(petition: Petition, author: Person) -> None:
    cross(petition, NOON + HOUR)
    actions.announce(NOON + timedelta(days=40))
    assert not Letter.objects.filter(kind__startswith="step").exists()


def test_the_page_offers_the_choices_to_who_has_signed_and_keeps_what_she_posts(
    visitors: dict[str, Client], petition: Petition
) -> None:
    client = visitors["resident"]
    town.post(client, f"/petitions/{petition.number}/signer", public_name="on")
    page = client.get(f"/petitions/{petition.number}").content.decode()
    assert f"/petitions/{petition.number}/choix" in page
    person = Signature.objects.get().person
    assert person.last_name in names(petition)
    town.post(client, f"/petitions/{petition.number}/choix", follow="on")
    assert person.last_name not in names(petition)
    assert queries.follows(petition, person)


@pytest.mark.parametrize(("role", "status"), [("anonymous", 302), ("agent", 403), ("clerk", 403)])
def test_nobody_else_chooses(visitors: dict[str, Client], petition: Petition, role: str, status: int) -> None:
    assert town.post(visitors[role], f"/petitions/{petition.number}/choix", public_name="on").status_code == status


def test_a_receipt_page_made_for_one_signature_shows_no_other(visitors: dict[str, Client], petition: Petition) -> None:
    """Somebody plants a cookie, an old one or a forged one: the page shows no receipt that is not the row's own."""
    client = visitors["resident"]
    town.post(client, f"/petitions/{petition.number}/signer")
    kept = client.cookies["beffroi_receipt"].value
    path = f"/petitions/{petition.number}"
    town.post(client, f"{path}/retirer")
    town.post(client, f"{path}/signer")
    client.cookies["beffroi_receipt"] = kept  # the withdrawn row's
    assert 'class="tracker"' not in client.get(f"{path}/signee").content.decode()
    client.cookies["beffroi_receipt"] = "x" + kept
    assert 'class="tracker"' not in client.get(f"{path}/signee").content.decode()
