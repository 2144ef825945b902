"""Crossing, verifying, firing (docs: democracy, "Petitions"). In the small commune: 5 are heard, 6 legal, 10 vote."""

from datetime import date, datetime, timedelta

import pytest

from beffroi.apps.assemblies.models import AgendaItem, Answer, Hearing
from beffroi.apps.gazette.models import Entry
from beffroi.apps.letters.models import Letter
from beffroi.apps.petitions import actions, queries
from beffroi.apps.petitions.models import Crossing, Effect, JudgedSignature, Petition, Signature
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account, Person
from beffroi.apps.votations.models import Votation
from beffroi.core.errors import Refused
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def journal(kind: str) -> list[str]:
    return list(Entry.objects.filter(kind=kind).order_by("pk").values_list("leaf", flat=True))


def crossing(rung: str, attempt: int = 1) -> Crossing:
    return Crossing.objects.get(rung__code=rung, attempt=attempt)


def verified(rung: str, now: datetime = NOON + 2 * HOUR, attempt: int = 1) -> Crossing:
    return actions.verify(crossing(rung, attempt), now)


def test_one_signature_less_than_needed_crosses_nothing(petition: Petition) -> None:
    town.signed_by(petition, town.people(4))
    actions.count(NOON + HOUR)
    assert not Crossing.objects.exists()


def test_exactly_the_number_needed_writes_one_crossing_with_the_list_of_that_second(petition: Petition) -> None:
    town.signed_by(petition, town.people(5))
    actions.count(NOON + HOUR)
    actions.count(NOON + 2 * HOUR)
    found = Crossing.objects.get()
    assert (found.rung.code, found.attempt, found.count, found.crossed_at) == ("hearing", 1, 5, NOON + HOUR)
    assert found.judged.count() == 5
    assert len(journal("petition.crossed")) == 1


def test_one_batch_may_cross_several_rungs(petition: Petition) -> None:
    town.signed_by(petition, town.people(10), legal=True)
    actions.count(NOON + HOUR)
    assert set(Crossing.objects.values_list("rung__code", flat=True)) == {"hearing", "legal", "referendum"}


def test_the_legal_rung_counts_legal_requests_only(petition: Petition) -> None:
    town.signed_by(petition, town.people(4))
    town.signed_by(petition, town.people(5, start=10), legal=True)
    actions.count(NOON + HOUR)
    assert not Crossing.objects.filter(rung__code="legal").exists()
    town.signed_by(petition, [town.person(50)], legal=True)
    actions.count(NOON + HOUR)
    assert crossing("legal").count == 6
    assert crossing("legal").judged.count() == 6


def test_a_withdrawal_after_the_crossing_lowers_the_figure_and_not_the_crossing(petition: Petition) -> None:
    signers = town.people(5)
    town.sitting()
    town.signed_by(petition, signers)
    actions.count(NOON + HOUR)
    actions.withdraw(petition, town.herself(signers[0]), NOON + HOUR)
    assert queries.total(queries.get(petition.number)) == 4
    assert verified("hearing").valid == 5
    assert actions.fire(crossing("hearing"), NOON + 3 * HOUR) is not None


def test_verification_refuses_who_left_died_or_is_no_more_on_the_roll_between_signing_and_verification(
    petition: Petition,
) -> None:
    signers = town.people(6)
    town.signed_by(petition, signers)
    actions.count(NOON + HOUR)
    roll.leave(signers[2], town.TODAY)
    seen: list[tuple[int, int]] = []
    found = actions.verify(crossing("hearing"), NOON + 2 * HOUR, lambda done, of: seen.append((done, of)))
    assert (found.valid, found.refused) == (5, 1)
    assert seen[-1] == (6, 6)
    row = Signature.objects.get(person=signers[2])
    assert (row.refusal, row.counted, queries.state_of(row)) == ("left", False, "refused")
    assert queries.total(queries.get(petition.number)) == 5
    assert '"outcome":"enough"' in journal("petition.verified")[0]


def test_too_few_valid_signatures_close_the_attempt_and_a_later_batch_crosses_again(petition: Petition) -> None:
    signers = town.people(5)
    town.sitting()
    town.signed_by(petition, signers)
    actions.count(NOON + HOUR)
    roll.leave(signers[0], town.TODAY)
    found = verified("hearing")
    assert (found.valid, found.refused) == (4, 1)
    assert '"outcome":"too_few"' in journal("petition.verified")[0]
    with pytest.raises(Refused):
        actions.fire(found, NOON + 3 * HOUR)
    actions.count(NOON + 3 * HOUR)
    assert Crossing.objects.count() == 1
    town.signed_by(petition, [town.person(9)], NOON + 4 * HOUR)
    actions.count(NOON + 4 * HOUR)
    assert crossing("hearing", 2).count == 5
    assert verified("hearing", NOON + 5 * HOUR, attempt=2).valid == 5
    actions.fire_waiting(NOON + 5 * HOUR)
    assert Effect.objects.count() == 1


def test_signatures_that_came_during_a_failed_verification_cross_again_at_its_end(petition: Petition) -> None:
    signers = town.people(5)
    town.signed_by(petition, signers)
    actions.count(NOON + HOUR)
    roll.leave(signers[0], town.TODAY)
    town.signed_by(petition, [town.person(9)], NOON + HOUR)
    actions.count(NOON + HOUR)
    verified("hearing")
    assert crossing("hearing", 2).count == 5


def test_somebody_struck_off_the_electoral_roll_still_counts_for_the_promises(petition: Petition) -> None:
    signers = town.people(6)
    town.signed_by(petition, signers, legal=True)
    actions.count(NOON + HOUR)
    Person.objects.filter(pk=signers[0].pk).update(register="resident")
    assert verified("hearing").refused == 0
    found = verified("legal")
    assert (found.valid, found.refused) == (5, 1)
    seen = queries.get(petition.number)
    assert (queries.total(seen), queries.total(seen, legal=True)) == (6, 5)
    assert actions.recount(NOON + 3 * HOUR) == 0


def test_a_verification_cut_short_goes_on_where_it_was(petition: Petition) -> None:
    town.signed_by(petition, town.people(5))
    actions.count(NOON + HOUR)
    done = crossing("hearing").judged.order_by("pk").first()
    assert done is not None
    JudgedSignature.objects.filter(pk=done.pk).update(verdict="")
    told: list[tuple[int, int]] = []
    actions.verify(crossing("hearing"), NOON + 2 * HOUR, lambda *step: told.append(step))
    assert told == [(5, 5)]
    assert crossing("hearing").valid == 5


def test_a_second_verification_changes_nothing(petition: Petition) -> None:
    town.signed_by(petition, town.people(5))
    actions.count(NOON + HOUR)
    first = verified("hearing")
    again = verified("hearing", NOON + 9 * HOUR)
    assert again.verified_at == first.verified_at
    assert len(journal("petition.verified")) == 1


def test_nothing_fires_before_the_verification(petition: Petition) -> None:
    town.sitting()
    town.signed_by(petition, town.people(5))
    actions.count(NOON + HOUR)
    with pytest.raises(Refused) as refused:
        actions.fire(crossing("hearing"), NOON + HOUR)
    assert refused.value.rule == "petitions.not_verified"
    actions.fire_waiting(NOON + HOUR)
    assert not Effect.objects.exists()


def test_the_first_rung_puts_a_hearing_on_the_next_agenda_that_has_not_left(petition: Petition) -> None:
    gone = town.sitting(days=10)  # its convocation has left at noon
    town.sitting(days=60)
    town.sitting(days=30)
    town.signed_by(petition, town.people(5))
    actions.count(NOON + HOUR)
    verified("hearing")
    actions.fire_waiting(NOON + 3 * HOUR)
    hearing = Hearing.objects.get(petition=petition.number)
    assert hearing.item.sitting.starts_at == NOON + timedelta(days=30)
    assert hearing.item.sitting != gone
    assert Effect.objects.get().hearing == hearing
    assert Letter.objects.get(kind="petition_heard").recipient == petition.author.ref
    assert f'"reference":"{hearing.number}"' in journal("petition.effect")[0]


def test_without_a_planned_sitting_the_effect_waits_for_one(petition: Petition) -> None:
    town.signed_by(petition, town.people(5))
    actions.count(NOON + HOUR)
    verified("hearing")
    actions.fire_waiting(NOON + 3 * HOUR)
    assert not Effect.objects.exists()
    town.sitting()
    actions.fire_waiting(NOON + 4 * HOUR)
    assert Effect.objects.get().hearing is not None


def test_the_legal_rung_puts_a_deliberation_on_the_agenda_by_law(petition: Petition) -> None:
    town.sitting()
    town.signed_by(petition, town.people(6), legal=True)
    actions.count(NOON + HOUR)
    verified("legal")
    actions.fire_waiting(NOON + 3 * HOUR)
    item = Effect.objects.get(rung__code="legal").item
    assert item is not None
    assert (item.kind, item.nature) == (AgendaItem.Kind.DELIBERATION, AgendaItem.Nature.LAW)
    assert item.link == f"/petitions/{petition.number}"


def test_the_last_rung_prepares_a_votation_due_120_days_after_the_verification(petition: Petition) -> None:
    town.sitting()
    town.signed_by(petition, town.people(10))
    actions.count(NOON + HOUR)
    verified("referendum")
    actions.fire_waiting(NOON + 3 * HOUR)
    votation = Votation.objects.get(petition=petition.number)
    assert (votation.question, votation.due_on) == ("Faut-il des bancs ?", date(2027, 2, 9))
    assert Effect.objects.get(rung__code="referendum").votation == votation


def test_each_effect_fires_once_and_the_ladder_is_climbed_on_one_petition(petition: Petition, agent: Account) -> None:
    town.sitting()
    people = town.people(10)
    for step, someone in enumerate(people):
        acting = town.herself(someone) if step % 2 else town.at_counter(someone, agent)
        actions.sign(petition, acting, NOON, legal=step < 6)
        for _ in range(2):
            actions.count(NOON + HOUR)
            actions.verify_waiting(NOON + HOUR)
            actions.fire_waiting(NOON + HOUR)
    assert Effect.objects.count() == 3
    assert Hearing.objects.count() == Votation.objects.count() == 1
    assert AgendaItem.objects.filter(kind=AgendaItem.Kind.DELIBERATION).count() == 1
    assert len(journal("petition.effect")) == 3


def test_closing_runs_a_last_batch_which_may_cross(petition: Petition) -> None:
    assert petition.closes_at is not None
    town.sitting(days=220)
    town.signed_by(petition, town.people(5), petition.closes_at - timedelta(seconds=1))
    actions.close_due(petition.closes_at - timedelta(seconds=1))
    assert Petition.objects.get(pk=petition.pk).state == "open"
    actions.close_due(petition.closes_at)
    actions.close_due(petition.closes_at + HOUR)
    assert Petition.objects.get(pk=petition.pk).state == "closed"
    assert '"count":5' in journal("petition.closed")[0]
    assert len(journal("petition.closed")) == 1
    verified("hearing", petition.closes_at + HOUR)
    actions.fire_waiting(petition.closes_at + HOUR)
    assert Effect.objects.count() == 1


def test_a_verification_that_fails_after_closing_judges_those_who_signed_meanwhile(petition: Petition) -> None:
    assert petition.closes_at is not None
    signers = town.people(5)
    town.signed_by(petition, signers)
    actions.count(NOON + HOUR)
    town.signed_by(petition, [town.person(9)], NOON + HOUR)
    actions.close_due(petition.closes_at)
    roll.leave(signers[0], town.TODAY)
    verified("hearing", petition.closes_at + HOUR)
    assert crossing("hearing", 2).count == 5


def test_the_author_is_told_once_that_the_council_has_answered(petition: Petition) -> None:
    from beffroi.apps.assemblies import actions as assemblies

    sitting = town.sitting()
    town.signed_by(petition, town.people(5))
    actions.count(NOON + HOUR)
    verified("hearing")
    actions.fire_waiting(NOON + 3 * HOUR)
    hearing = assemblies.hold_hearing(Hearing.objects.get(), sitting.starts_at)
    actions.tell_authors(sitting.starts_at)
    assert not Letter.objects.filter(kind="petition_answered").exists()
    assemblies.record_answer(hearing, town.councillor(), "Oui.", sitting.starts_at + HOUR)
    for _ in range(2):
        actions.tell_authors(sitting.starts_at + 2 * HOUR)
    assert Answer.objects.count() == Letter.objects.filter(kind="petition_answered").count() == 1
