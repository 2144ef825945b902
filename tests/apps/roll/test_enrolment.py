"""Asking to be enrolled, the decision, the appeal: every state, who may do what in it, what becomes of the papers."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from beffroi.apps.gazette.models import Entry
from beffroi.apps.letters.models import Letter
from beffroi.apps.roll import actions
from beffroi.apps.roll.enrolment import asking, daily, deciding, queries
from beffroi.apps.roll.enrolment.reasons import REASONS
from beffroi.apps.roll.enrolment.state import TRANSITIONS
from beffroi.apps.roll.models import Account, Enrolment, Person, Proof
from beffroi.apps.roll.queries import RESIDENTS, address_of, eligibility
from beffroi.core.errors import Malformed, Refused
from tests.apps.roll.conftest import NOW, enrol
from tests.apps.roll.enrolling import accepted, account, asked, asker, at_counter, files, papers, station

pytestmark = pytest.mark.django_db(transaction=True)
State = Enrolment.State


@pytest.fixture
def clerk(town: None) -> Account:
    return account("clerk")


# --- Asking


def test_a_foreign_resident_of_seventeen_asks_and_an_agent_accepts(agent: Account) -> None:
    row = asked()
    assert (row.state, row.channel, row.entered_by) == ("waiting", "web", None)
    person = accepted(row, agent)
    assert (person.register, person.roll_number, person.since) == ("resident", "R0000001", NOW.date())
    assert person.neighbourhood == person.station.neighbourhood
    assert not person.is_elector
    assert eligibility(person, RESIDENTS, NOW.date()) == ""
    assert Account.objects.get(person=person).is_active, "she signs in by her confirmed address"


def test_at_the_counter_the_agent_has_seen_the_papers_and_no_copy_is_taken(agent: Account, own_home: Path) -> None:
    row = at_counter(agent)
    assert (row.channel, row.entered_by, row.papers_seen, row.proofs.count()) == ("counter", agent, True, 0)
    person = accepted(row, agent)
    assert files(own_home) == []
    assert not Account.objects.filter(person=person).exists(), "without an address no account opens"


def test_nobody_is_enrolled_with_the_address_of_an_account_at_work_whose_desk_it_would_shut(
    agent: Account, own_home: Path
) -> None:
    for ask in (lambda: asked(email=" Guichet@example.org"), lambda: at_counter(agent, email="guichet@example.org")):
        with pytest.raises(Refused, match="address_taken"):
            ask()
    assert files(own_home) == []
    assert not Enrolment.objects.exists()


def test_sixteen_is_counted_on_the_day_and_whoever_is_fifteen_is_told_from_when(town: None) -> None:
    sixteen_today = NOW.date().replace(year=NOW.year - 16)
    asked(birth_date=sixteen_today)
    with pytest.raises(Refused, match="too_young") as told:
        asked(birth_date=sixteen_today + timedelta(days=1), first_name="Noé")
    assert told.value.at_fault == "24\u00a0novembre 2026"


def test_both_papers_are_needed_online(town: None) -> None:
    one = {"identity": papers()["identity"]}
    with pytest.raises(Refused, match="no_proof"):
        asking.ask_online(asker(), one, NOW)
    with pytest.raises(Refused, match="no_proof"):
        asking.ask_online(asker(email=""), papers(), NOW)
    assert not Enrolment.objects.exists()


def test_the_same_request_sent_twice_is_one_and_leaves_no_file(town: None, own_home: Path) -> None:
    asked()
    before = files(own_home)
    with pytest.raises(Refused, match="asked_already"):
        asked(last_name="SITTELLE", email="Amina@Example.org")
    assert Enrolment.objects.count() == 1
    assert files(own_home) == before


def test_one_mailbox_cannot_fill_the_disk(town: None) -> None:
    for number in range(asking.MOST_WAITING):
        asked(first_name=f"Enfant {number}")
    with pytest.raises(Refused, match="too_many"):
        asked(first_name="Encore")
    asked(first_name="Encore", email="autre@example.org")


def test_the_receipt_is_kept_by_the_person_alone(town: None) -> None:
    receipt = asking.ask_online(asker(), papers(), NOW)
    assert len(receipt.code) == 26
    assert queries.by_receipt(receipt.code.lower()) == receipt.enrolment
    assert receipt.code not in str(list(Enrolment.objects.values()))
    with pytest.raises(Refused, match="no_such_receipt"):
        queries.by_receipt("0" * 26)


@pytest.mark.parametrize("who", ["resident", "clerk", "scrutineer", "panel"])
def test_only_an_agent_enrols_at_the_counter(odette: Person, who: str) -> None:
    other = Account.objects.get(person=odette) if who == "resident" else account(who)
    with pytest.raises(Refused, match="not_an_agent"):
        asking.ask_at_counter(asker(), other, NOW)


# --- The table of states, for every verb


Act = Callable[[Enrolment, Account, Account], object]
ACTS: dict[str, Act] = {
    "accept": lambda row, agent, clerk: accepted(row, agent if row.state == "waiting" else clerk, answer="Admis."),
    "refuse": lambda row, agent, clerk: deciding.refuse(row, agent, "residence_unclear", NOW),
    "appeal": lambda row, agent, clerk: asking.appeal(row, "La facture est à mon nom.", NOW),
    "refuse_appeal": lambda row, agent, clerk: deciding.refuse_appeal(row, clerk, "La facture est de 2019.", NOW),
    "withdraw": lambda row, agent, clerk: asking.withdraw(row, NOW),
}
LEADS = {
    ("waiting", "accept"): "accepted",
    ("waiting", "refuse"): "refused",
    ("waiting", "withdraw"): "withdrawn",
    ("refused", "appeal"): "appealed",
    ("appealed", "accept"): "accepted",
    ("appealed", "refuse_appeal"): "appeal_refused",
    ("appealed", "withdraw"): "withdrawn",
}
WAYS: dict[str, tuple[str, ...]] = {
    "waiting": (),
    "accepted": ("accept",),
    "refused": ("refuse",),
    "appealed": ("refuse", "appeal"),
    "appeal_refused": ("refuse", "appeal", "refuse_appeal"),
    "withdrawn": ("withdraw",),
}


@pytest.mark.parametrize("channel", ["web", "counter"])
@pytest.mark.parametrize("verb", sorted(ACTS))
@pytest.mark.parametrize("state", State.values)
def test_each_verb_in_each_state_on_each_channel(
    agent: Account, clerk: Account, state: str, verb: str, channel: str
) -> None:
    row = asked() if channel == "web" else at_counter(agent)
    for step in WAYS[state]:
        ACTS[step](row, agent, clerk)
        row.refresh_from_db()
    assert row.state == state
    leads = LEADS.get((state, verb))
    if leads is None:
        with pytest.raises(Refused, match=r"enrolment\.decided"):
            ACTS[verb](row, agent, clerk)
    else:
        ACTS[verb](row, agent, clerk)
    row.refresh_from_db()
    assert row.state == (leads or state)
    assert Person.objects.count() == (row.state == "accepted")


def test_the_matrix_above_is_the_table_of_the_code() -> None:
    assert {(a, b) for a, ends in TRANSITIONS.items() for b in ends} == {(s, end) for (s, _), end in LEADS.items()}


@pytest.mark.parametrize("verb", ["accept", "refuse"])
@pytest.mark.parametrize("who", ["resident", "clerk", "scrutineer", "panel", "administrator", "dismissed"])
def test_a_request_is_for_agents_alone(odette: Person, who: str, verb: str) -> None:
    other = Account.objects.get(person=odette) if who == "resident" else None
    other = other or account("agent" if who == "dismissed" else who)
    if who == "dismissed":
        other.is_active = False
        other.save()
    row = asked()
    with pytest.raises(Refused, match="not_yours"):
        accepted(row, other) if verb == "accept" else deciding.refuse(row, other, "too_young", NOW)
    row.refresh_from_db()
    assert row.state == "waiting"


# --- The appeal


def contested(agent: Account) -> Enrolment:
    return asking.appeal(deciding.refuse(asked(), agent, "residence_unclear", NOW), "Regardez mieux.", NOW)


def test_whoever_refused_never_decides_the_appeal_even_with_both_roles(town: None) -> None:
    both = account("agent", "clerk")
    row = contested(both)
    for act in (
        lambda: accepted(row, both, answer="Oui."),
        lambda: deciding.refuse_appeal(row, both, "Non.", NOW),
    ):
        with pytest.raises(Refused, match="not_yours"):
            act()
    assert Enrolment.objects.get().state == "appealed"


def test_the_database_refuses_it_too(town: None) -> None:
    both = account("agent", "clerk")
    row = contested(both)
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.filter(pk=row.pk).update(state="appeal_refused", appeal_decided_by=both)


@pytest.mark.parametrize("who", ["agent", "scrutineer", "panel", "administrator"])
def test_an_appeal_is_for_the_secretariat_alone(agent: Account, who: str) -> None:
    row, other = contested(agent), account(who)
    with pytest.raises(Refused, match="not_yours"):
        deciding.refuse_appeal(row, other, "Non.", NOW)


def test_an_appeal_is_answered_in_writing(agent: Account, clerk: Account) -> None:
    row = contested(agent)
    for act in (lambda: accepted(row, clerk), lambda: deciding.refuse_appeal(row, clerk, "  ", NOW)):
        with pytest.raises(Malformed):
            act()
    deciding.refuse_appeal(row, clerk, "La facture date de 2019.", NOW)
    assert Enrolment.objects.get().appeal_answer == "La facture date de 2019."


def test_a_refusal_can_be_contested_until_the_last_day_and_not_after(agent: Account) -> None:
    row = deciding.refuse(asked(), agent, "residence_unclear", NOW)
    last = asking.appeal_until(row)
    with pytest.raises(Refused, match="appeal_late"):
        asking.appeal(row, "Trop tard.", NOW + (last - NOW.date()) + timedelta(days=1))
    assert asking.appeal(row, "À temps.", NOW + (last - NOW.date())).state == "appealed"


def test_after_a_refusal_a_new_request_may_be_sent_and_the_old_one_no_longer_contested(agent: Account) -> None:
    row = deciding.refuse(asked(), agent, "residence_unclear", NOW)
    asked()
    with pytest.raises(Refused, match="asked_already"):
        asking.appeal(row, "Et aussi ceci.", NOW)


def test_a_reason_is_one_of_the_published_ones(agent: Account) -> None:
    with pytest.raises(Malformed):
        deciding.refuse(asked(), agent, "i do not like the name", NOW)
    assert "too_young" in REASONS


# --- One person, one row


def test_an_elector_who_asks_is_found_and_never_written_twice(odette: Person, agent: Account) -> None:
    row = asked(last_name="FAUVETTE", first_name="odette", birth_date=odette.birth_date)
    assert queries.likely(row) == [odette]
    with pytest.raises(Refused, match="on_roll"):
        accepted(row, agent)
    deciding.refuse(row, agent, "already_on_roll", NOW)
    assert Person.objects.count() == 1


def test_a_true_homonym_is_enrolled_once_somebody_has_compared(odette: Person, agent: Account) -> None:
    row = asked(last_name="Fauvette", first_name="Odette", birth_date=odette.birth_date)
    other = accepted(row, agent, others=[odette.ref])
    assert (other.name_key, other.birth_date, other != odette) == (odette.name_key, odette.birth_date, True)
    third = asked(last_name="Fauvette", first_name="Odette", birth_date=odette.birth_date)
    with pytest.raises(Refused, match="on_roll"):
        accepted(third, agent, others=[odette.ref])


def test_likely_persons_are_shown_first_the_best_fit(odette: Person, agent: Account) -> None:
    twin = enrol("9", "Fauvette", "Marthe", odette.birth_date)
    mistyped = enrol("10", "Fauvette", "Odette", date(1951, 3, 30))
    enrol("11", "Loriot", "Simone", date(1970, 2, 1))
    row = asked(last_name="Fauvette", first_name="Odette", birth_date=odette.birth_date)
    assert queries.likely(row) == [odette, mistyped, twin]


def test_two_mailboxes_that_ask_for_one_person_make_one_row(agent: Account) -> None:
    first, second = asked(), asked(email="quelqu.un@example.org")
    assert list(queries.same_request(first)) == [second]
    accepted(first, agent)
    with pytest.raises(Refused, match="on_roll"):
        accepted(second, agent)
    assert Person.objects.get().email == "amina@example.org"


def test_whoever_had_left_comes_back_to_her_own_row(agent: Account) -> None:
    person = accepted(asked(), agent)
    actions.leave(person, NOW.date() + timedelta(days=30))
    later = NOW + timedelta(days=200)
    back = deciding.accept(asked(street="3 rue des Loutres"), agent, station(), later)
    assert (back.pk, back.left_on, back.street) == (person.pk, None, "3 rue des Loutres")
    assert eligibility(back, RESIDENTS, later.date() - timedelta(days=1)) == "not_on_roll", "elsewhere in between"


def test_the_database_holds_one_row_for_each_enrolled_identity(agent: Account) -> None:
    person = accepted(asked(), agent)
    other = enrol("7", "Loriot", "Simone", date(1970, 2, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=other.pk).update(enrolled_as=person.enrolled_as)


# --- What becomes of the papers and of the request


@pytest.mark.parametrize("verb", ["accept", "refuse", "withdraw"])
def test_the_decision_deletes_the_papers_rows_and_files(
    agent: Account, clerk: Account, own_home: Path, verb: str
) -> None:
    row = asked()
    assert (row.proofs.count(), len(files(own_home))) == (2, 2)
    ACTS[verb](row, agent, clerk)
    assert (Proof.objects.count(), files(own_home)) == (0, [])


def test_a_decision_that_fails_deletes_nothing(odette: Person, agent: Account, own_home: Path) -> None:
    row = asked(last_name="Fauvette", first_name="Odette", birth_date=odette.birth_date)
    with pytest.raises(Refused):
        accepted(row, agent)
    assert (Proof.objects.count(), len(files(own_home))) == (2, 2)


def test_an_accepted_request_leaves_no_copy_of_who_she_is(agent: Account) -> None:
    accepted(asked(), agent)
    row = Enrolment.objects.get()
    assert (row.last_name, row.first_name, row.name_key, row.birth_date, row.street, row.email) == (
        *("", "", ""),
        *(None, "", ""),
    )


def test_papers_nobody_decided_on_are_deleted_and_the_person_is_told(agent: Account, own_home: Path) -> None:
    row = asked()
    daily.delete_old_proofs(NOW + timedelta(days=60))
    assert Proof.objects.count() == 2
    daily.delete_old_proofs(NOW + timedelta(days=60, seconds=1))
    daily.delete_old_proofs(NOW + timedelta(days=61))
    assert (Proof.objects.count(), files(own_home)) == (0, [])
    assert Letter.objects.filter(kind="enrolment_papers_deleted").count() == 1
    with pytest.raises(Refused, match="no_proof"):
        accepted(row, agent)
    assert accepted(row, agent, papers_seen=True).first_name == "Amina Rose"


def test_what_a_crash_left_without_a_row_is_swept_and_nothing_else(town: None, own_home: Path) -> None:
    from beffroi.web import uploads

    row = asked()
    lost = uploads.keep("enrolments", papers()["identity"])
    far = NOW + timedelta(days=3650)
    daily.sweep(far)
    assert lost not in files(own_home)
    assert set(files(own_home)) == set(row.proofs.values_list("file", flat=True))


def test_requests_that_ended_are_erased_after_the_delay(agent: Account, clerk: Account) -> None:
    deciding.refuse(asked(), agent, "too_young", NOW)
    asking.withdraw(asked(first_name="Noé"), NOW)
    deciding.refuse_appeal(contested_as(agent, "Inès"), clerk, "Non.", NOW)
    accepted(asked(first_name="Léo"), agent)
    asked(first_name="Zoé")
    daily.erase_old_requests(NOW + timedelta(days=365))
    assert Enrolment.objects.count() == 5
    daily.erase_old_requests(NOW + timedelta(days=366))
    assert set(Enrolment.objects.values_list("state", flat=True)) == {"accepted", "waiting"}


def contested_as(agent: Account, first_name: str) -> Enrolment:
    return asking.appeal(deciding.refuse(asked(first_name=first_name), agent, "too_young", NOW), "Non.", NOW)


# --- What others are told


def test_each_step_writes_to_the_person_and_no_letter_holds_her_address(agent: Account, clerk: Account) -> None:
    row = contested(agent)
    assert address_of(row.ref) == "amina@example.org"
    person = accepted(row, clerk, answer="Vous avez raison.")
    kinds = list(Letter.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["enrolment_received", "enrolment_refused", "enrolment_appealed", "enrolment_accepted"]
    assert Letter.objects.latest("pk").recipient == person.ref
    assert "amina" not in str(list(Letter.objects.values())).lower()


def test_the_journal_says_a_days_numbers_once_and_nobody(agent: Account, clerk: Account) -> None:
    accepted(contested(agent), clerk, answer="Oui.")
    accepted(at_counter(agent, first_name="Noé"), agent)
    asked(first_name="Zoé")
    assert not Entry.objects.filter(kind__startswith="enrolment").exists(), "nothing at the hour of the act"
    daily.tell_the_journal(NOW)
    assert not Entry.objects.exists(), "the day is not over"
    for _ in range(2):
        daily.tell_the_journal(NOW + timedelta(days=1))
    entry = Entry.objects.get(kind="enrolment.day")
    for part in ('"asked":3', '"counter":1', '"accepted":1', '"refused":1', '"appealed":1', '"appeals_accepted":1'):
        assert part in entry.leaf
    assert "ittelle" not in entry.leaf
    daily.tell_the_journal(NOW + timedelta(days=2))
    assert Entry.objects.count() == 1, "a day without an act has nothing to say"
