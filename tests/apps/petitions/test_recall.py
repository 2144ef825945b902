"""Recalls: against whom, by whom, once at a time; the reply beside the grievance; what it causes, and what ends it."""

import hashlib
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from beffroi.apps.assemblies import actions as assemblies
from beffroi.apps.assemblies import charters
from beffroi.apps.assemblies.models import Official
from beffroi.apps.gazette.models import Entry
from beffroi.apps.letters.models import Letter
from beffroi.apps.petitions import actions, jobs, queries
from beffroi.apps.petitions.actions.erasing import over_on
from beffroi.apps.petitions.models import Crossing, Effect, PaperLine, Petition, Rung, Signature
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account, Person
from beffroi.apps.votations import actions as votations
from beffroi.apps.votations.models import Votation, Voter
from beffroi.core.errors import Malformed, Refused
from tests.apps import town
from tests.apps.town import NOON, TODAY

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TEXT = "Le 12 mai 2026, le lavoir a été fermé sans la consultation qui avait été promise."
WHY = "Le texte insulte la personne au lieu de dire les faits."
SEVENTEEN = date(2009, 6, 1)


@pytest.fixture
def official(commune: None) -> Official:
    """In office, with an account of her own, and signed."""
    row = town.councillor(town.open_account(town.person(town.COUNCILLOR)))
    assert row.account is not None
    charters.sign(row, row.account, TODAY, NOON)
    return row


@pytest.fixture
def filed(official: Official, author: Person) -> Petition:
    return actions.file_recall(town.herself(author), official, TEXT, NOON)


@pytest.fixture
def recall(filed: Petition, clerk: Account) -> Petition:
    """Open: 10 % of the sixty electors are 6 signatures."""
    return actions.admit(filed, clerk, NOON)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught, transaction.atomic():
        act()
    return caught.value.rule


def work(now: Any) -> None:
    """The worker passes."""
    actions.count(now)
    jobs._verify_and_fire(now)
    jobs._close(now)


def fired(recall: Petition) -> Votation:
    """Six electors sign, the worker passes, the votation is prepared."""
    town.signed_by(recall, town.people(6))
    work(NOON + HOUR)
    return Votation.objects.get()


def called(votation: Votation, clerk: Account) -> Votation:
    opens = NOON + 20 * DAY
    return votations.call(votation, clerk, opens, opens + 5 * DAY, (opens + 6 * DAY).date(), {}, NOON + DAY)


# Filing.


@pytest.mark.parametrize("channel", ["web", "counter"])
def test_an_elector_files_a_recall_herself_or_at_the_counter(
    official: Official, author: Person, agent: Account, channel: str
) -> None:
    acting = town.herself(author) if channel == "web" else town.at_counter(author, agent)
    petition = actions.file_recall(acting, official, TEXT, NOON)
    assert (petition.kind, petition.official, petition.state) == ("recall", official, "filed")
    data = json.loads(Entry.objects.get(kind="petition.filed").leaf)["data"]
    assert data == {"petition": petition.number, "official": official.number}


def test_every_recall_asks_the_same_question(filed: Petition) -> None:
    assert filed.title == "Révocation demandée : Rachid Sansonnet"
    assert filed.question == "Faut-il mettre fin au mandat de Rachid Sansonnet ?"


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"register": "resident"}, "petitions.not_an_elector"),
        ({"register": "resident", "born": SEVENTEEN}, "petitions.not_an_elector"),
        ({"register": "main", "born": SEVENTEEN}, "petitions.under_18"),
        ({"register": "main", "since": TODAY + DAY}, "petitions.not_on_roll"),
    ],
)
def test_who_is_no_elector_neither_files_nor_signs(
    recall: Petition, clerk: Account, given: dict[str, Any], rule: str
) -> None:
    someone = town.person(50, **given)
    other = town.councillor(town.open_account(town.person(60)))
    charters.sign(other, clerk, TODAY, NOON)
    assert refused(lambda: actions.file_recall(town.herself(someone), other, TEXT, NOON)) == rule
    assert refused(lambda: actions.sign(recall, town.herself(someone), NOON)) == rule
    assert refused(lambda: actions.sign(recall, town.at_counter(someone, town.agent()), NOON)) == rule
    assert not Signature.objects.exists()


def test_a_citizen_of_another_european_country_on_the_municipal_list_is_an_elector(recall: Petition) -> None:
    someone = town.person(50, register="municipal_eu")
    assert actions.sign(recall, town.herself(someone), NOON).signature.pk


def test_who_did_not_sign_the_charter_cannot_be_recalled(author: Person, clerk: Account) -> None:
    row = town.councillor()
    assert refused(lambda: actions.file_recall(town.herself(author), row, TEXT, NOON)) == "petitions.charter_not_signed"
    charters.sign(row, clerk, TODAY, NOON)
    charters.withdraw(row, clerk, NOON + HOUR)
    rule = refused(lambda: actions.file_recall(town.herself(author), row, TEXT, NOON + 2 * HOUR))
    assert rule == "petitions.charter_not_signed"
    assert not Petition.objects.exists()


def test_a_withdrawal_does_not_stop_a_recall_that_is_filed(filed: Petition, official: Official, clerk: Account) -> None:
    assert official.account is not None
    charters.withdraw(official, official.account, NOON + HOUR)
    recall = actions.admit(filed, clerk, NOON + 2 * HOUR)
    town.signed_by(recall, town.people(6), NOON + 2 * HOUR)
    work(NOON + 3 * HOUR)
    assert Effect.objects.get().votation is not None


def test_who_is_out_of_office_cannot_be_recalled(official: Official, author: Person) -> None:
    assemblies.leave_office(official, TODAY)
    assert refused(lambda: actions.file_recall(town.herself(author), official, TEXT, NOON)) == "petitions.not_in_office"


def test_where_there_is_no_electoral_roll_or_no_charter_there_is_no_recall(
    official: Official, author: Person, settings: Any, tmp_path: Any
) -> None:
    settings.PACK = town.small_pack(tmp_path)
    top = settings.PACK / "pack.toml"
    top.write_text(top.read_text().replace('kind = "commune"', 'kind = "association"'))
    assert (
        refused(lambda: actions.file_recall(town.herself(author), official, TEXT, NOON)) == "petitions.no_recall_here"
    )


@pytest.mark.parametrize("text", ["", "   ", "a" * 5001, "a\x00b"])
def test_a_grievance_has_words_and_an_end(official: Official, author: Person, text: str) -> None:
    with pytest.raises(Malformed):
        actions.file_recall(town.herself(author), official, text, NOON)


def test_one_recall_at_a_time_until_its_vote_is_decided(recall: Petition, official: Official) -> None:
    other = town.person(90)

    def file(now: datetime) -> Petition:
        return actions.file_recall(town.herself(other), official, TEXT, now)

    assert refused(lambda: file(NOON + HOUR)) == "petitions.recall_open"
    town.signed_by(recall, town.people(6))
    assert recall.closes_at is not None
    actions.close_due(recall.closes_at)
    assert refused(lambda: file(recall.closes_at)) == "petitions.recall_open"  # crossed, being verified
    work(recall.closes_at)
    assert refused(lambda: file(recall.closes_at)) == "petitions.recall_open"  # a vote is prepared


def test_after_a_recall_that_failed_another_may_be_filed(recall: Petition, official: Official) -> None:
    assert recall.closes_at is not None
    actions.close_due(recall.closes_at)
    again = actions.file_recall(town.herself(town.person(90)), official, TEXT, recall.closes_at + DAY)
    assert again.state == "filed"


def test_the_database_itself_keeps_kinds_and_officials_together(recall: Petition, official: Official) -> None:
    for change in ({"kind": "initiative"}, {"official": None}, {"closing_code": "left_office"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Petition.objects.filter(pk=recall.pk).update(**change)
    twin = Petition.objects.get(pk=recall.pk)
    twin.pk, twin.number = None, "2026-900"
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


# Admissibility.


def test_a_recall_is_not_refused_because_it_criticises(filed: Petition, clerk: Account) -> None:
    """The reason "it attacks a person" would refuse every recall."""
    for code in ("personal_attack", "unclear", "left_office"):
        with pytest.raises(Malformed), transaction.atomic():
            actions.refuse(filed, clerk, code, WHY, NOON)
    assert actions.refuse(filed, clerk, "private_life", WHY, NOON).state == "refused"


def test_a_petition_is_not_refused_for_the_reasons_of_recalls(author: Person, clerk: Account) -> None:
    with pytest.raises(Malformed), transaction.atomic():
        actions.refuse(town.filed(author), clerk, "insult", WHY, NOON)


def test_silence_opens_a_recall_too(filed: Petition) -> None:
    work(NOON + 31 * DAY)
    filed.refresh_from_db()
    assert filed.state == "open"


# Signing, counting, verifying.


def test_its_ladder_is_one_rung_of_the_electors_frozen(recall: Petition) -> None:
    rung = Rung.objects.get(petition=recall)
    assert (rung.code, rung.share, rung.base_kind, rung.base, rung.needed, rung.by_law) == (
        "recall",
        "1/10",
        "electors",
        60,
        6,
        False,
    )
    data = json.loads(Entry.objects.get(kind="petition.opened").leaf)["data"]
    assert (data["electors"], data["recall_needed"]) == (60, 6)
    assert "inhabitants" not in data


def test_a_recall_takes_no_legal_request(recall: Petition, agent: Account, colleague: Account) -> None:
    someone = town.person(1)
    assert (
        refused(lambda: actions.sign(recall, town.herself(someone), NOON, legal=True)) == "petitions.no_legal_request"
    )
    town.on_paper(recall, [(someone, True)], (agent, colleague))  # the box of another form
    assert Signature.objects.get(person=someone).legal_quarter is None


@pytest.mark.parametrize(
    ("given", "code"),
    [({"register": "resident"}, "not_an_elector"), ({"born": SEVENTEEN}, "under_18"), ({}, "")],
)
def test_a_paper_line_of_a_recall_is_an_elector_s_or_a_coded_refusal(
    recall: Petition, agent: Account, colleague: Account, given: dict[str, Any], code: str
) -> None:
    town.on_paper(recall, [town.person(50, **given)], (agent, colleague))
    line = PaperLine.objects.get()
    assert line.refusal == code
    assert code == "" or code in PaperLine.Refusal.values


def test_who_is_struck_off_the_electoral_roll_no_longer_counts_though_still_a_resident(recall: Petition) -> None:
    persons = town.people(6)
    town.signed_by(recall, persons)
    actions.count(NOON + HOUR)
    Person.objects.filter(pk=persons[0].pk).update(register="resident")
    actions.verify_waiting(NOON + HOUR)
    crossing = Crossing.objects.get()
    assert (crossing.valid, crossing.refused) == (5, 1)
    row = Signature.objects.get(person=persons[0])
    assert (row.refusal, row.counted) == ("not_an_elector", False)
    assert queries.total(queries.get(recall.number)) == 5
    assert not Effect.objects.exists()


def test_enough_electors_open_the_preparation_of_a_recall_vote_once(recall: Petition) -> None:
    votation = fired(recall)
    work(NOON + 2 * HOUR)
    assert Votation.objects.count() == Effect.objects.count() == 1
    assert (votation.kind, votation.petition, votation.question) == ("recall", recall.number, recall.question)
    assert votation.due_on == TODAY + timedelta(days=120)
    data = json.loads(Entry.objects.get(kind="petition.effect").leaf)["data"]
    assert data == {"petition": recall.number, "rung": "recall", "effect": "votation", "reference": votation.number}


def test_the_electors_alone_vote_on_it(recall: Petition, clerk: Account) -> None:
    votation = fired(recall)
    resident = town.person(70, register="resident")
    young = town.person(71, born=SEVENTEEN)
    row = called(votation, clerk)
    voters = set(Voter.objects.filter(votation=row).values_list("person", flat=True))
    assert resident.pk not in voters
    assert young.pk not in voters
    assert recall.author_id in voters
    frozen = json.loads(row.rules)
    assert (frozen["kind"], frozen["effect"]) == ("recall", "promise")
    assert frozen["body"]["kind"] == "electors"
    assert frozen["values"]["suffrage.electors.minimum_age"]["value"] == 18
    assert row.called_by == clerk


# The reply.


def test_the_official_is_told_the_day_it_is_filed_and_when_the_vote_is_called(recall: Petition, clerk: Account) -> None:
    assert Letter.objects.filter(kind="recall_filed", reference=recall.number).count() == 1
    called(fired(recall), clerk)
    actions.tell_officials(NOON + 2 * DAY)
    actions.tell_officials(NOON + 3 * DAY)
    assert Letter.objects.filter(kind="recall_called", reference=recall.number).count() == 1


def test_a_reply_changes_and_every_version_is_kept(filed: Petition, official: Official) -> None:
    account = official.account
    assert account is not None
    first = actions.reply(filed, account, "Le rapport l'exigeait.", NOON)
    second = actions.reply(filed, account, "Le rapport du 4 mai l'exigeait.\r\n\r\nDonc.", NOON + HOUR)
    assert [row.version for row in queries.replies(filed)] == [2, 1]
    assert queries.reply_of(filed) == second
    data = json.loads(Entry.objects.filter(kind="petition.replied").order_by("pk")[0].leaf)["data"]
    assert data["reply_sha256"] == hashlib.sha256(actions.reply_bytes(first)).hexdigest()
    assert refused(lambda: actions.reply(filed, account, second.text, NOON)) == "petitions.reply_unchanged"


def test_the_reply_has_the_room_of_the_grievance(filed: Petition, official: Official) -> None:
    assert official.account is not None
    assert actions.reply(filed, official.account, "a" * actions.LIMITS["text"], NOON).version == 1
    with pytest.raises(Malformed):
        actions.reply(filed, official.account, "a" * (actions.LIMITS["text"] + 1), NOON)


def test_the_reply_changes_until_the_vote_opens(recall: Petition, official: Official, clerk: Account) -> None:
    account = official.account
    assert account is not None
    row = called(fired(recall), clerk)
    assert row.opens_at is not None
    actions.reply(recall, account, "Un.", row.opens_at - timedelta(seconds=1))
    assert refused(lambda: actions.reply(recall, account, "Deux.", row.opens_at)) == "petitions.reply_closed"


def test_a_recall_that_is_over_takes_no_reply(recall: Petition, official: Official, clerk: Account) -> None:
    account = official.account
    assert account is not None
    assert recall.closes_at is not None
    actions.close_due(recall.closes_at)
    assert refused(lambda: actions.reply(recall, account, "Un.", recall.closes_at)) == "petitions.reply_closed"
    later = recall.closes_at + DAY
    other = actions.file_recall(town.herself(recall.author), official, TEXT, later)
    actions.refuse(other, clerk, "insult", WHY, later)
    assert refused(lambda: actions.reply(other, account, "Un.", later)) == "petitions.reply_closed"


def test_an_initiative_takes_no_reply(author: Person, clerk: Account) -> None:
    assert refused(lambda: actions.reply(town.filed(author), clerk, "Un.", NOON)) == "petitions.not_a_recall"


# Leaving office.


def test_a_filed_recall_of_somebody_who_left_is_refused_by_itself(filed: Petition, official: Official) -> None:
    assemblies.leave_office(official, TODAY + DAY)
    work(NOON)
    filed.refresh_from_db()
    assert filed.state == "filed"
    work(NOON + 40 * DAY)  # silence would open it
    filed.refresh_from_db()
    assert (filed.state, filed.refusal_code) == ("refused", "left_office")
    assert Letter.objects.filter(kind="petition_refused", recipient=filed.author.ref).exists()


def test_nobody_admits_the_recall_of_somebody_who_left(filed: Petition, official: Official, clerk: Account) -> None:
    assemblies.leave_office(official, TODAY)
    assert refused(lambda: actions.admit(filed, clerk, NOON)) == "petitions.not_in_office"


def test_an_open_recall_of_somebody_who_left_closes_and_crosses_nothing(recall: Petition, official: Official) -> None:
    town.signed_by(recall, town.people(6))
    assemblies.leave_office(official, TODAY)
    jobs._close(NOON + HOUR)
    work(NOON + 2 * HOUR)
    recall.refresh_from_db()
    assert (recall.state, recall.closing_code) == ("closed", "left_office")
    assert not Crossing.objects.exists()
    data = json.loads(Entry.objects.get(kind="petition.closed").leaf)["data"]
    assert data == {"petition": recall.number, "count": 6, "code": "left_office"}


def test_a_verified_threshold_of_somebody_who_left_fires_nothing(recall: Petition, official: Official) -> None:
    town.signed_by(recall, town.people(6))
    actions.count(NOON + HOUR)
    actions.verify_waiting(NOON + HOUR)
    assemblies.leave_office(official, TODAY)
    work(NOON + 2 * HOUR)
    assert not Effect.objects.exists()
    assert not Votation.objects.exists()
    recall.refresh_from_db()
    assert recall.closing_code == "left_office"


def test_the_names_behind_a_recall_that_caused_nothing_are_not_kept_for_ever(
    recall: Petition, official: Official
) -> None:
    town.signed_by(recall, town.people(6))
    actions.count(NOON + HOUR)
    actions.verify_waiting(NOON + HOUR)
    assemblies.leave_office(official, TODAY)
    work(NOON + 2 * HOUR)
    recall.refresh_from_db()
    assert over_on(recall, NOON + 2 * HOUR) is not None


def test_the_draft_of_a_vote_is_dropped_when_the_official_leaves(
    recall: Petition, official: Official, clerk: Account
) -> None:
    votation = fired(recall)
    assemblies.leave_office(official, TODAY)
    work(NOON + 2 * HOUR)
    work(NOON + 3 * HOUR)
    votation.refresh_from_db()
    assert votation.state == "dropped"
    assert Entry.objects.filter(kind="votation.dropped").count() == 1
    assert refused(lambda: called(votation, clerk)) == "votations.wrong_state"


def test_a_vote_that_was_called_goes_to_its_end(recall: Petition, official: Official, clerk: Account) -> None:
    votation = called(fired(recall), clerk)
    assemblies.leave_office(official, TODAY)
    work(NOON + 2 * HOUR)
    votation.refresh_from_db()
    recall.refresh_from_db()
    assert (votation.state, recall.state) == ("called", "closed")


def test_signatures_of_a_closed_recall_stay_what_they_are(recall: Petition, official: Official) -> None:
    someone = town.person(1)
    actions.sign(recall, town.herself(someone), NOON)
    roll.leave(someone, TODAY + DAY)
    assemblies.leave_office(official, TODAY)
    work(NOON + HOUR)
    assert refused(lambda: actions.withdraw(recall, town.herself(someone), NOON + HOUR)) == "petitions.closed"
    assert actions.recount(NOON + HOUR) == 0


# The pages.


@pytest.fixture
def doors(recall: Petition, agent: Account, clerk: Account, official: Official, at_noon: object) -> dict[str, Client]:
    """One browser for each role; "colleague" sits too, "counter" is an agent with an elector in front of her."""
    busy = town.agent("Paule Sittelle")
    roll.begin_counter_session(busy, town.person(town.VISITOR), "passport", NOON + HOUR)
    colleague = town.open_account(town.person(town.COUNCILLOR + 1))
    town.councillor(colleague, side="majority")
    accounts = {
        "anonymous": None,
        "resident": town.open_account(town.person(town.RESIDENT)),
        "foreigner": town.open_account(town.person(town.RESIDENT + 50, register="resident")),
        "agent": agent,
        "counter": busy,
        "clerk": clerk,
        "colleague": colleague,
        "herself": official.account,
    }
    return {role: town.browser(account) for role, account in accounts.items()}


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("anonymous", 302),
        ("resident", 403),
        ("foreigner", 403),
        ("agent", 403),
        ("counter", 403),
        ("clerk", 403),  # she has an account: nobody speaks in her name
        ("colleague", 403),
        ("herself", 302),
    ],
)
def test_who_replies(doors: dict[str, Client], recall: Petition, role: str, status: int) -> None:
    answer = town.post(doors[role], f"/petitions/{recall.number}/reponse", text="Le rapport l'exigeait.")
    assert answer.status_code == status
    assert recall.replies.exists() == (role == "herself")


def test_the_secretariat_copies_the_paper_of_an_official_without_an_account(
    doors: dict[str, Client], author: Person, clerk: Account
) -> None:
    row = town.councillor()
    charters.sign(row, clerk, TODAY, NOON)
    filed = actions.file_recall(town.herself(author), row, TEXT, NOON)
    assert town.post(doors["clerk"], f"/petitions/{filed.number}/reponse", text="Voici.").status_code == 302
    assert town.post(doors["agent"], f"/petitions/{filed.number}/reponse", text="Faux.").status_code == 403
    assert filed.replies.get().on_paper
    assert b"copied by the secretariat" in doors["anonymous"].get(f"/petitions/{filed.number}").content


def test_the_official_does_not_change_the_grievance(doors: dict[str, Client], recall: Petition) -> None:
    fields = {"text": "Ma réponse.", "title": "Rien", "question": "Rien ?", "official": "M-2026-99"}
    town.post(doors["herself"], f"/petitions/{recall.number}/reponse", **fields)
    before = (recall.title, recall.text, recall.question, recall.official_id)
    recall.refresh_from_db()
    assert (recall.title, recall.text, recall.question, recall.official_id) == before


@pytest.mark.parametrize(
    ("role", "channel"), [("resident", "web"), ("counter", "counter"), ("colleague", "web"), ("herself", "web")]
)
def test_electors_sign_it_on_the_page_without_the_question_of_the_quarter(
    doors: dict[str, Client], recall: Petition, role: str, channel: str
) -> None:
    page = doors[role].get(f"/petitions/{recall.number}/signer").content.decode()
    assert 'name="legal"' not in page
    answer = town.post(doors[role], f"/petitions/{recall.number}/signer", confirmed="on", legal="on")
    assert answer["Location"] == f"/petitions/{recall.number}/signee"
    row = Signature.objects.get()
    assert (row.channel, row.legal_quarter) == (channel, None)


def test_who_is_no_elector_reads_why_and_signs_nothing(doors: dict[str, Client], recall: Petition) -> None:
    there = f"/petitions/{recall.number}/signer"
    assert b"electoral roll" in doors["foreigner"].get(there).content
    assert town.post(doors["foreigner"], there).status_code == 422
    assert b"You cannot file a recall" in doors["foreigner"].get("/petitions/revocation").content
    assert not Signature.objects.exists()


def test_a_recall_is_written_read_again_and_filed_on_the_page(doors: dict[str, Client], clerk: Account) -> None:
    row = town.councillor()
    charters.sign(row, clerk, TODAY, NOON)
    fields = {"official": row.number, "text": TEXT, "named": "on"}
    page = town.post(doors["resident"], "/petitions/revocation", step="review", **fields)
    assert "mettre fin au mandat" in page.content.decode()
    assert Petition.objects.count() == 1
    answer = town.post(doors["resident"], "/petitions/revocation", step="file", **fields)
    assert answer.status_code == 302
    assert Petition.objects.get(official=row).author.roll_number == f"T-{town.RESIDENT:05d}"


@pytest.mark.parametrize("sign", ["\u202e", "\x7f", "\x07"])
def test_a_sign_that_hides_or_turns_the_others_is_told_and_nothing_is_lost(
    doors: dict[str, Client], clerk: Account, sign: str
) -> None:
    row = town.councillor()
    charters.sign(row, clerk, TODAY, NOON)
    fields = {"official": row.number, "text": f"Il a promis{sign}.", "named": "on", "step": "file"}
    page = town.post(doors["resident"], "/petitions/revocation", **fields)
    assert page.status_code == 400
    assert "Copy it without its formatting." in page.content.decode()
    assert "Il a promis" in page.content.decode()
    assert not Petition.objects.filter(official=row).exists()


@pytest.mark.parametrize("role", ["anonymous", "agent", "clerk"])
def test_nobody_else_files_one(doors: dict[str, Client], role: str, clerk: Account) -> None:
    row = town.councillor()
    charters.sign(row, clerk, TODAY, NOON)
    fields = {"official": row.number, "text": TEXT, "named": "on", "step": "file"}
    assert town.post(doors[role], "/petitions/revocation", **fields).status_code == (
        302 if role == "anonymous" else 403
    )
    assert not Petition.objects.filter(official=row).exists()


def test_an_official_who_did_not_sign_is_not_among_the_choices(doors: dict[str, Client]) -> None:
    row = town.councillor()
    fields = {"official": row.number, "text": TEXT, "named": "on", "step": "file"}
    assert town.post(doors["resident"], "/petitions/revocation", **fields).status_code == 400
    assert not Petition.objects.filter(official=row).exists()


def test_the_page_shows_both_texts_and_says_when_there_is_no_reply(
    doors: dict[str, Client], recall: Petition, official: Official
) -> None:
    page = doors["anonymous"].get(f"/petitions/{recall.number}").content.decode()
    assert "No reply has been published yet" in page
    assert official.account is not None
    version = actions.reply(recall, official.account, "<b>Le rapport</b> l'exigeait.", NOON)
    page = doors["anonymous"].get(f"/petitions/{recall.number}").content.decode()
    assert "&lt;b&gt;Le rapport&lt;/b&gt;" in page
    exact = doors["anonymous"].get(f"/petitions/{recall.number}/reponse-1.txt")
    assert exact.content == actions.reply_bytes(version)
    assert exact["Content-Type"].startswith("text/plain")
    assert doors["anonymous"].get(f"/petitions/{recall.number}/reponse-2.txt").status_code == 404
    assert b"Version 1" in doors["anonymous"].get(f"/petitions/{recall.number}/reponses").content
    for path in ("/petitions", "/", f"/initiatives/{recall.number}", "/chercher?q=sansonnet"):
        assert recall.title in doors["anonymous"].get(path).content.decode().replace("\u00a0", " ").replace(
            "\u202f", " "
        )


def test_a_petition_that_is_no_recall_has_no_pages_of_one(doors: dict[str, Client], petition: Petition) -> None:
    assert doors["anonymous"].get(f"/petitions/{petition.number}/reponses").status_code == 404
    assert town.post(doors["herself"], f"/petitions/{petition.number}/reponse", text="Un.").status_code == 404
