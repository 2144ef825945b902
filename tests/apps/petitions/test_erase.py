"""When nothing depends on them any more, nobody can say who signed; the figures stay."""

from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from beffroi.apps.assemblies.models import Hearing, Sitting
from beffroi.apps.gazette.models import Entry
from beffroi.apps.letters.actions import queue
from beffroi.apps.petitions import actions, queries
from beffroi.apps.petitions.models import CheckedLine, JudgedSignature, PaperLine, Petition, Signature, Trace
from beffroi.apps.roll.models import Account, Person
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEEP = timedelta(days=120)


@pytest.fixture
def closes(petition: Petition) -> datetime:
    assert petition.closes_at is not None
    return petition.closes_at


def closed(petition: Petition, closes: datetime) -> None:
    actions.count(closes)
    actions.verify_waiting(closes)
    actions.fire_waiting(closes)
    actions.close_due(closes)


def erased(petition: Petition) -> bool:
    petition.refresh_from_db()
    return petition.erased_at is not None


def test_the_names_go_when_the_delay_is_over_and_not_a_second_before(petition: Petition, closes: datetime) -> None:
    town.signed_by(petition, town.people(3))
    closed(petition, closes)
    assert actions.erase_due(closes + KEEP - timedelta(seconds=1)) == 0
    assert not erased(petition)
    assert actions.erase_due(closes + KEEP) == 1
    assert erased(petition)
    assert actions.erase_due(closes + KEEP) == 0
    assert '"count":3' in Entry.objects.get(kind="petition.erased").leaf


def test_the_figures_stay_true(petition: Petition, closes: datetime, agent: Account) -> None:
    town.signed_by(petition, town.people(3), legal=True)
    actions.enter_line(petition, "F-1", 1, agent, town.person(20), "", NOON)
    actions.enter_line(petition, "F-1", 2, agent, None, "illegible", NOON)
    actions.withdraw(petition, town.herself(Person.objects.get(roll_number="T-00001")), NOON + HOUR)
    closed(petition, closes)
    before = queries.channels(queries.get(petition.number))
    actions.erase_due(closes + KEEP)
    after = queries.channels(queries.get(petition.number))
    assert (before.rows, before.reasons) == (after.rows, after.reasons)
    assert after.signatures == 3
    assert actions.recount(closes + KEEP) == 0


def test_a_legal_request_keeps_its_signer_until_its_quarter_is_over(
    petition: Petition, closes: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second request of the same quarter must still be refused."""
    town.signed_by(petition, [town.person(1)], closes - HOUR, legal=True)
    closed(petition, closes)
    monkeypatch.setattr("beffroi.apps.petitions.actions.erasing.timedelta", lambda days=0: timedelta(days=days and 1))
    assert closes.month == 4
    assert actions.erase_due(closes + 10 * DAY) == 0
    assert actions.erase_due(datetime(closes.year, 7, 1, tzinfo=closes.tzinfo)) == 1


class TestEffects:
    @pytest.fixture
    def sitting(self, closes: datetime) -> Sitting:
        return town.sitting(now=closes)

    def test_a_list_that_is_still_judged_keeps_its_names(
        self, petition: Petition, closes: datetime, agent: Account
    ) -> None:
        for line, someone in enumerate(town.people(5), 1):
            actions.enter_line(petition, "F-1", line, agent, someone, "", NOON)
        closed(petition, closes)
        assert actions.erase_due(closes + 10 * KEEP) == 0

    def test_an_effect_that_was_not_caused_yet_keeps_them(self, petition: Petition, closes: datetime) -> None:
        town.signed_by(petition, town.people(5))
        closed(petition, closes)  # no sitting is planned
        assert actions.erase_due(closes + 10 * KEEP) == 0

    def test_a_hearing_keeps_them_until_its_answer_is_due_and_no_longer_if_it_never_comes(
        self, petition: Petition, closes: datetime, sitting: Sitting
    ) -> None:
        town.signed_by(petition, town.people(5))
        closed(petition, closes)
        hearing = Hearing.objects.get()
        late = closes + 30 * DAY
        Sitting.objects.filter(pk=sitting.pk).update(starts_at=late)
        Hearing.objects.filter(pk=hearing.pk).update(held_at=late, answer_due_on=(late + 60 * DAY).date())
        assert actions.erase_due(late + KEEP) == 0
        assert actions.erase_due(late + 61 * DAY + KEEP) == 1

    @pytest.mark.usefixtures("sitting")
    def test_a_votation_keeps_them_until_it_is_due(self, petition: Petition, closes: datetime) -> None:
        town.signed_by(petition, town.people(10))
        closed(petition, closes)
        assert actions.erase_due(closes + 119 * DAY + KEEP) == 0
        assert actions.erase_due(closes + 122 * DAY + KEEP) == 1


def person_columns() -> list[tuple[type[models.Model], str]]:
    """Every column of the petitions that holds a person of the roll or an account."""
    return [
        (model, field.name)
        for model in apps.get_app_config("petitions").get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.related_model in {Person, Account}
    ]


def test_a_thief_of_the_database_finds_nobody_of_those_who_signed(
    petition: Petition, closes: datetime, agent: Account
) -> None:
    """Every table is read, every value compared: only the author is left, who is public."""
    town.sitting(now=closes)
    signers = town.people(4)
    for someone in signers[:3]:
        receipt = actions.sign(petition, town.herself(someone), NOON)
        Trace.objects.create(signature=receipt.signature, device="d" * 64, network="n" * 64, at=NOON)
    actions.sign(petition, town.at_counter(signers[3], agent), NOON)
    on_paper = town.people(4, start=20)
    for line, someone in enumerate(on_paper, 1):
        actions.enter_line(petition, "F-1", line, agent, someone, "", NOON)
    queue("signature_struck", signers[0].ref, petition.number, NOON)
    actions.count(NOON)
    actions.verify_waiting(NOON)
    judge = town.agent("Blanche Hulotte")
    for row in CheckedLine.objects.all():
        actions.judge_line(row, judge, "", NOON)
    closed(petition, closes)
    assert actions.erase_due(closes + 10 * KEEP) == 1
    people = signers + on_paper
    keys, refs = {row.pk for row in people}, {str(row.ref) for row in people}
    left = [
        (model.__name__, name)
        for model, name in person_columns()
        if set(model._default_manager.values_list(f"{name}_id", flat=True)) & (keys if "person" in name else set())
    ]
    assert left == []
    for model in (CheckedLine, JudgedSignature, Trace):
        assert not model._default_manager.exists()
    assert not PaperLine.objects.filter(signature__isnull=False).exists()
    for model in apps.get_models():
        if model._meta.app_label in {"petitions", "letters"}:
            text = repr(list(model._default_manager.values()))
            assert not [ref for ref in refs if ref in text or ref.replace("-", "") in text], model
    rows = Signature.objects.all()
    assert set(rows.values_list("person", "agent", "receipt_hash")) == {(None, None, None)}
    assert {(row.signed_at.astimezone(town.HERE).hour, row.signed_at.minute) for row in rows} == {(0, 0)}


def test_a_receipt_of_an_erased_signature_is_unknown(petition: Petition, closes: datetime) -> None:
    receipt = actions.sign(petition, town.herself(town.person(1)), NOON)
    closed(petition, closes)
    actions.erase_due(closes + KEEP)
    assert queries.by_receipt(receipt.text) is None


def test_killed_in_the_middle_it_goes_on_the_next_time(
    petition: Petition, closes: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.signed_by(petition, town.people(5))
    town.sitting(now=closes)
    closed(petition, closes)
    monkeypatch.setattr("beffroi.apps.petitions.actions.erasing.CHUNK", 2)

    def killed(petition: Petition) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("beffroi.apps.petitions.actions.erasing._erase_some", killed)
        with pytest.raises(KeyboardInterrupt):
            actions.erase_due(closes + 10 * KEEP)
    assert not erased(petition)
    assert actions.erase_due(closes + 10 * KEEP) == 1
    assert not Signature.objects.filter(erased=False).exists()


@pytest.mark.parametrize("change", [{"person": None}, {"erased": True}, {"receipt_hash": None}])
def test_a_signature_is_somebodys_or_erased_and_never_half(petition: Petition, change: dict[str, object]) -> None:
    town.signed_by(petition, town.people(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.update(**change)


def test_an_open_petition_keeps_what_it_needs(petition: Petition, closes: datetime) -> None:
    town.signed_by(petition, town.people(1))
    assert actions.erase_due(closes + 10 * KEEP) == 0
