"""When nothing depends on them any more, nobody can say who signed; the figures stay."""

from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from beffroi.apps.assemblies.models import Hearing, Sitting
from beffroi.apps.gazette.models import Entry
from beffroi.apps.letters.actions import queue
from beffroi.apps.letters.models import Letter, Subscription
from beffroi.apps.petitions import actions, jobs, queries
from beffroi.apps.petitions.models import (
    CheckedLine,
    Figures,
    JudgedSignature,
    PaperLine,
    Petition,
    ReadLine,
    Sheet,
    SheetReading,
    Signature,
    Trace,
)
from beffroi.apps.roll.models import Account, Person
from beffroi.web import uploads
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


def test_the_figures_stay_true(petition: Petition, closes: datetime, agent: Account, colleague: Account) -> None:
    town.signed_by(petition, town.people(3), legal=True)
    town.on_paper(petition, [town.person(20), "illegible"], (agent, colleague))
    actions.withdraw(petition, town.herself(Person.objects.get(roll_number="T-00001")), NOON + HOUR)
    closed(petition, closes)
    before = queries.channels(queries.get(petition.number))
    actions.erase_due(closes + KEEP)
    after = queries.channels(queries.get(petition.number))
    assert (before.rows, before.reasons) == (after.rows, after.reasons)
    assert after.signatures == 3
    assert actions.recount(closes + KEEP) == 0


def test_the_places_published_while_there_were_persons_are_not_computed_anew_without_them(
    petition: Petition, closes: datetime
) -> None:
    town.signed_by(petition, town.people(3))
    closed(petition, closes)
    actions.publish_figures(closes + DAY)
    before = Figures.objects.values().get()
    actions.erase_due(closes + KEEP)
    Figures.objects.update(on=NOON.date())  # as if the worker had not run since
    assert actions.publish_figures(closes + KEEP) == 0
    assert Figures.objects.values().get() == {**before, "on": NOON.date()}


def test_every_table_that_erasing_deletes_rows_of_is_rewritten_on_the_disk(
    petition: Petition, closes: datetime, agent: Account, colleague: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewritten: list[type[models.Model]] = []
    monkeypatch.setattr("beffroi.apps.petitions.jobs.erase", rewritten.extend)
    follower, on_paper = town.people(2)
    receipt = actions.sign(petition, town.herself(follower), NOON, follow=True)
    Trace.objects.create(signature=receipt.signature, device="d" * 64, at=NOON)
    queue("signature_struck", follower.ref, petition.number, NOON)
    town.on_paper(petition, [on_paper], (agent, colleague))
    closed(petition, closes)
    here = [model for model in apps.get_models() if model._meta.app_label in {"petitions", "letters"}]
    before = {model: model._default_manager.count() for model in here}
    jobs._forget_names(closes + KEEP)
    fewer = {model for model in here if model._default_manager.count() < before[model]}
    assert {Signature, *fewer} <= set(rewritten)
    assert {PaperLine, ReadLine, SheetReading, Subscription, Letter} <= fewer


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
        self, petition: Petition, closes: datetime, agent: Account, colleague: Account
    ) -> None:
        town.on_paper(petition, town.people(5), (agent, colleague))
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


def half_read(petition: Petition, agent: Account, lines: list[Person]) -> Sheet:
    """A sheet that one agent has read and that was lost before the other did: its readings name people too."""
    sheet = town.handed_in(petition, agent, len(lines))
    town.read(sheet, agent, lines)
    return actions.lose(sheet, agent, NOON)


def test_a_thief_of_the_database_finds_nobody_of_those_who_signed(
    petition: Petition, closes: datetime, agent: Account, colleague: Account
) -> None:
    """Every table is read, every value compared: only the author is left, who is public."""
    town.sitting(now=closes)
    signers = town.people(4)
    for someone in signers[:3]:
        receipt = actions.sign(petition, town.herself(someone), NOON, follow=True)
        Trace.objects.create(signature=receipt.signature, device="d" * 64, network="n" * 64, at=NOON)
    actions.sign(petition, town.at_counter(signers[3], agent), NOON)
    on_paper = town.people(4, start=20)
    not_counted = town.people(2, start=30)
    sheets = [
        town.on_paper(petition, [*on_paper, "illegible"], (agent, colleague)),
        half_read(petition, agent, not_counted),
    ]
    scans = [
        actions.attach_scan(sheet, uploads.Upload(b"%PDF-1.4 names", uploads.PDF), agent, NOON).file for sheet in sheets
    ]
    assert ReadLine.objects.filter(person__isnull=False).count() == 10
    assert Subscription.objects.filter(reference=petition.number).count() == 3
    queue("signature_struck", signers[0].ref, petition.number, NOON)
    actions.count(NOON)
    actions.verify_waiting(NOON)
    judge = town.agent("Blanche Hulotte")
    for row in CheckedLine.objects.all():
        actions.judge_line(row, judge, "", NOON)
    closed(petition, closes)
    assert actions.erase_due(closes + 10 * KEEP) == 1
    people = signers + on_paper + not_counted
    keys, refs = {row.pk for row in people}, {str(row.ref) for row in people}
    left = [
        (model.__name__, name)
        for model, name in person_columns()
        if set(model._default_manager.values_list(f"{name}_id", flat=True)) & (keys if "person" in name else set())
    ]
    assert left == []
    for gone in (CheckedLine, JudgedSignature, Trace, ReadLine, SheetReading, Subscription):
        assert not gone._default_manager.exists()
    for scan in scans:
        with pytest.raises(FileNotFoundError):
            uploads.load("sheets", scan)
    assert not PaperLine.objects.filter(signature__isnull=False).exists()
    at_work = {agent.pk, colleague.pk, judge.pk}
    acts = {
        f"{model.__name__}.{name}"
        for model, name in person_columns()
        if "person" not in name and at_work & set(model._default_manager.values_list(f"{name}_id", flat=True))
    }
    # What agents did with a whole sheet, or on a line that names nobody.
    assert acts == {"Printing.by", "Sheet.received_by", "Sheet.ended_by", "SheetScan.by", "PaperLine.agent"}
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
