"""Paper lines compared with their sheets before an effect (docs/specs/suffrage.md, 5). 5 are heard in this commune."""

import hashlib
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from beffroi.apps.gazette import actions as gazette
from beffroi.apps.gazette.models import Checkpoint, Entry
from beffroi.apps.letters.models import Letter
from beffroi.apps.petitions import actions, queries
from beffroi.apps.petitions.actions.sampling import list_bytes
from beffroi.apps.petitions.models import CheckedLine, Crossing, Petition, Sample, Sheet, Signature
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account, Person
from beffroi.core import suffrage
from beffroi.core.errors import Malformed, Refused
from beffroi.web import pack as packs
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LATER = NOON + HOUR


@pytest.fixture
def judge(commune: None) -> Account:
    """Another agent than the two who read the sheets."""
    return town.agent("Blanche Hulotte")


@pytest.fixture
def readers(agent: Account, colleague: Account) -> tuple[Account, Account]:
    """The two agents who read each sheet; the lines are written when the second has finished."""
    return agent, colleague


def on_paper(petition: Petition, readers: tuple[Account, Account], people: list[Person]) -> Sheet:
    return town.on_paper(petition, people, readers)


def crossed(petition: Petition, rung: str = "hearing") -> Crossing:
    actions.count(LATER)
    return Crossing.objects.get(rung__petition=petition, rung__code=rung)


def judge_all(sample: Sample, judge: Account, verdict: str = "", only: int | None = None) -> None:
    for row in sample.rows.filter(to_judge=True, verdict=None)[:only]:
        actions.judge_line(row, judge, verdict, LATER)


@pytest.fixture
def drawing(settings: Any, tmp_path: Path) -> None:
    """Rules under which every list of more than 4 lines is drawn from: 3 lines, at 80 %."""
    there = town.small_pack(tmp_path)
    file = there / "parameters" / "checking.toml"
    text = file.read_text()
    for name, value in (("whole_up_to", "4"), ("drawn", "3"), ("confidence", '"80 %"')):
        text = re.sub(rf"(\[\[{name}\.values\]\]\nvalue = ).*", rf"\g<1>{value}", text)
    file.write_text(text)
    settings.PACK = there
    assert packs.current().number("checking.drawn", town.TODAY) == 3


def test_without_paper_nobody_has_to_look(petition: Petition) -> None:
    town.signed_by(petition, town.people(5))
    assert actions.verify(crossed(petition), LATER).valid == 5
    assert not Sample.objects.exists()


def test_where_the_other_signatures_are_enough_alone_nobody_has_to_look_at_the_paper(
    petition: Petition, readers: tuple[Account, Account]
) -> None:
    town.signed_by(petition, town.people(5))
    on_paper(petition, readers, town.people(2, start=20))
    assert actions.verify(crossed(petition), LATER).valid == 7
    assert not Sample.objects.exists()


def test_where_all_together_are_too_few_for_the_roll_nobody_has_to_look_at_the_paper(
    petition: Petition, readers: tuple[Account, Account]
) -> None:
    signers = town.people(5)
    on_paper(petition, readers, signers)
    crossing = crossed(petition)
    roll.leave(signers[0], town.TODAY)
    assert actions.verify(crossing, LATER).valid == 4
    assert not Sample.objects.exists()


def test_a_short_list_that_decides_is_compared_line_by_line_and_nothing_is_caused_before(
    petition: Petition, readers: tuple[Account, Account], judge: Account
) -> None:
    town.sitting()
    town.signed_by(petition, town.people(2))
    on_paper(petition, readers, town.people(3, start=20))
    crossing = actions.verify(crossed(petition), LATER)
    actions.fire_waiting(LATER)
    assert crossing.verified_at is None
    assert not petition.rungs.filter(effect__isnull=False).exists()
    judge_all(crossing.sample, judge, only=2)
    assert actions.verify(crossing, LATER).verified_at is None
    judge_all(crossing.sample, judge)
    closed = actions.verify(crossing, LATER)
    assert (closed.valid, closed.refused) == (5, 0)
    assert actions.fire(closed, LATER) is not None


def test_a_line_that_nobody_signed_is_refused_with_its_code_and_counts_no_more(
    petition: Petition, readers: tuple[Account, Account], judge: Account
) -> None:
    on_paper(petition, readers, town.people(5))
    crossing = actions.verify(crossed(petition), LATER)
    first = crossing.sample.rows.get(place=0)
    actions.judge_line(first, judge, "unsigned", LATER)
    judge_all(crossing.sample, judge)
    closed = actions.verify(crossing, LATER)
    assert (closed.valid, closed.refused) == (4, 1)
    assert Signature.objects.get(pk=first.signature_id).refusal == "unsigned"
    assert queries.total(queries.get(petition.number)) == 4
    assert actions.recount(LATER) == 0


def test_whoever_was_refused_on_paper_may_sign_by_herself_and_the_attempt_takes_nothing_back(
    petition: Petition, readers: tuple[Account, Account], judge: Account
) -> None:
    """She withdraws and signs online while the lines are judged: the verdict is about the paper."""
    people = town.people(5)
    on_paper(petition, readers, people)
    crossing = actions.verify(crossed(petition), LATER)
    row = crossing.sample.rows.get(signature__person=people[0])
    actions.judge_line(row, judge, "unsigned", LATER)
    actions.withdraw(petition, town.herself(people[0]), LATER)
    actions.sign(petition, town.herself(people[0]), LATER + HOUR)
    judge_all(crossing.sample, judge)
    assert actions.verify(crossing, LATER + 2 * HOUR).valid == 4
    assert queries.stands(queries.signature_of(petition, people[0]))
    actions.count(LATER + 3 * HOUR)
    assert queries.total(queries.get(petition.number)) == 5


def test_the_list_is_in_the_journal_before_the_seed_exists_and_the_seed_is_that_of_the_next_head(
    petition: Petition, readers: tuple[Account, Account], drawing: None
) -> None:
    on_paper(petition, readers, town.people(8))
    gazette.sequence(NOON)
    crossing = actions.verify(crossed(petition), LATER)
    sample = crossing.sample
    assert (sample.lines, sample.size, sample.seed) == (8, 3, "")
    before = actions.verify(crossing, LATER).sample  # no head holds the list yet: nothing can be drawn
    assert before.seed == ""
    gazette.sequence(LATER)
    head = Checkpoint.objects.latest("size")
    actions.verify(crossing, LATER)
    gazette.sequence(LATER)
    sample.refresh_from_db()
    assert sample.seed == suffrage.seed_of(sample.list_sha256, head.root)
    drawn = set(sample.rows.filter(to_judge=True).values_list("place", flat=True))
    assert drawn == set(suffrage.draw(8, 3, sample.seed))
    fixed, drawing_entry = (Entry.objects.get(kind=f"petition.sample_{word}") for word in ("fixed", "drawn"))
    assert fixed.index is not None
    assert drawing_entry.index is not None
    assert fixed.index < head.size <= drawing_entry.index
    assert hashlib.sha256(list_bytes(sample.salt, sample.rows.all())).hexdigest() == sample.list_sha256


def drawn_sample(petition: Petition) -> Sample:
    crossing = actions.verify(crossed(petition), LATER)
    gazette.sequence(LATER)
    actions.verify(crossing, LATER)
    return Sample.objects.get(crossing=crossing)


def test_a_sample_whose_interval_is_wholly_above_the_threshold_is_enough(
    petition: Petition, readers: tuple[Account, Account], judge: Account, drawing: None
) -> None:
    """Of 8 lines 3 are drawn, all valid: at 80 % at least 5 of the 8 are, and 2 came online."""
    town.signed_by(petition, town.people(2))
    on_paper(petition, readers, town.people(8, start=20))
    sample = drawn_sample(petition)
    judge_all(sample, judge)
    closed = actions.verify(sample.crossing, LATER)
    sample.refresh_from_db()
    assert (sample.low, sample.high, sample.refused, sample.whole) == (5, 8, 0, False)
    assert (closed.valid, closed.refused) == (7, 0)
    assert '"outcome":"enough"' in Entry.objects.get(kind="petition.lines_judged").leaf


def test_a_sample_whose_interval_is_wholly_below_the_threshold_is_too_few(
    petition: Petition, readers: tuple[Account, Account], judge: Account, drawing: None
) -> None:
    on_paper(petition, readers, town.people(7))
    sample = drawn_sample(petition)
    judge_all(sample, judge, "unsigned")
    closed = actions.verify(sample.crossing, LATER)
    sample.refresh_from_db()
    assert not sample.whole
    assert sample.high is not None
    assert sample.high < 5
    assert closed.valid == sample.high
    assert closed.refused == 3
    with pytest.raises(Refused, match="not_verified"):
        actions.fire(closed, LATER)


def test_an_interval_that_straddles_the_threshold_has_the_whole_list_judged(
    petition: Petition, readers: tuple[Account, Account], judge: Account, drawing: None
) -> None:
    on_paper(petition, readers, town.people(6))
    sample = drawn_sample(petition)
    judge_all(sample, judge, "other_person", only=1)
    judge_all(sample, judge)
    crossing = actions.verify(sample.crossing, LATER)
    sample.refresh_from_db()
    assert crossing.verified_at is None
    assert sample.whole
    assert sample.rows.filter(to_judge=True, verdict=None).count() == 3
    judge_all(sample, judge)
    closed = actions.verify(crossing, LATER)
    assert (closed.valid, closed.refused) == (5, 1)
    sample.refresh_from_db()
    assert (sample.low, sample.high) == (5, 5)


def test_what_the_panel_strikes_off_while_a_sample_is_judged_is_taken_from_what_is_sure(
    petition: Petition, readers: tuple[Account, Account], judge: Account, drawing: None
) -> None:
    on_paper(petition, readers, town.people(8, start=20))
    sample = drawn_sample(petition)
    judge_all(sample, judge)
    gone = sample.rows.filter(to_judge=False)[0]
    sample.crossing.judged.filter(signature=gone.signature_id).update(verdict="not_hers")
    Signature.objects.filter(pk=gone.signature_id).update(refusal="not_hers", counted=False)
    # At least 5 of the 8 would have been enough; one of these may be the one struck off.
    assert actions.verify(sample.crossing, LATER).verified_at is None
    sample.refresh_from_db()
    assert sample.whole


def test_a_line_compared_for_one_threshold_is_not_looked_at_again_for_the_next(
    petition: Petition, readers: tuple[Account, Account], judge: Account
) -> None:
    on_paper(petition, readers, town.people(5))
    first = actions.verify(crossed(petition), LATER)
    judge_all(first.sample, judge)
    actions.verify(first, LATER)
    on_paper(petition, readers, town.people(5, start=20))
    second = actions.verify(crossed(petition, "referendum"), LATER)
    assert second.sample.rows.filter(verdict="").count() == 5
    judge_all(second.sample, judge)
    assert actions.verify(second, LATER).valid == 10


class TestWhoMayJudge:
    @pytest.fixture
    def line(self, petition: Petition, readers: tuple[Account, Account]) -> CheckedLine:
        on_paper(petition, readers, town.people(5))
        return actions.verify(crossed(petition), LATER).sample.rows.get(place=0)

    @pytest.mark.parametrize("reader", [0, 1])
    def test_neither_of_the_two_who_read_a_sheet_judges_its_lines(
        self, line: CheckedLine, readers: tuple[Account, Account], reader: int
    ) -> None:
        with pytest.raises(Refused, match="own_line"):
            actions.judge_line(line, readers[reader], "", LATER)

    def test_nor_does_a_third_who_settled_another_line_of_it(
        self, petition: Petition, readers: tuple[Account, Account], clerk: Account
    ) -> None:
        people = town.people(5)
        sheet = town.handed_in(petition, readers[0], 6)
        town.read(sheet, readers[0], [*people, "illegible"])
        town.read(sheet, readers[1], [*people, "ambiguous"])
        actions.settle(sheet, 6, clerk, town.as_read("illegible"), NOON)
        line = actions.verify(crossed(petition), LATER).sample.rows.get(place=0)
        assert line.entered_by == readers[1]
        with pytest.raises(Refused, match="own_line"):
            actions.judge_line(line, clerk, "", LATER)

    def test_the_database_itself_refuses_the_one_whose_reading_made_it_a_signature(
        self, line: CheckedLine, readers: tuple[Account, Account]
    ) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            CheckedLine.objects.filter(pk=line.pk).update(verdict="", judge=readers[1], judged_at=LATER)

    def test_nobody_judges_her_own_signature(self, line: CheckedLine) -> None:
        assert line.signature.person is not None
        with pytest.raises(Refused, match="own_signature"):
            actions.judge_line(line, town.open_account(line.signature.person), "", LATER)

    def test_a_verdict_is_empty_or_of_the_published_list(self, line: CheckedLine, judge: Account) -> None:
        with pytest.raises(Malformed):
            actions.judge_line(line, judge, "i_do_not_like_her", LATER)

    def test_a_verdict_may_be_mended_until_the_check_is_over(self, line: CheckedLine, judge: Account) -> None:
        actions.judge_line(line, judge, "illegible", LATER)
        actions.judge_line(line, judge, "", LATER)
        judge_all(line.sample, judge)
        actions.verify(line.sample.crossing, LATER)
        with pytest.raises(Refused, match="line_not_to_judge"):
            actions.judge_line(line, judge, "illegible", LATER)

    def test_a_verdict_is_mended_by_whoever_gave_it_and_by_nobody_else(self, line: CheckedLine, judge: Account) -> None:
        actions.judge_line(line, judge, "unsigned", LATER)
        other = town.agent("Ange Bruant")
        with pytest.raises(Refused, match="line_not_to_judge"):
            actions.judge_line(line, other, "", LATER)

    def test_whoever_is_refused_on_paper_is_told(self, line: CheckedLine, judge: Account) -> None:
        judge_all(line.sample, judge, "unsigned", only=1)
        judge_all(line.sample, judge)
        actions.verify(line.sample.crossing, LATER)
        refused = CheckedLine.objects.get(sample=line.sample, verdict="unsigned").signature
        assert refused.person is not None
        assert [letter.recipient for letter in Letter.objects.filter(kind="signature_struck")] == [refused.person.ref]

    def test_a_line_that_was_not_drawn_is_not_judged(self, line: CheckedLine, judge: Account) -> None:
        CheckedLine.objects.filter(pk=line.pk).update(to_judge=False)
        with pytest.raises(Refused, match="line_not_to_judge"):
            actions.judge_line(line, judge, "", LATER)


def test_the_journal_of_a_check_says_no_sheet_no_line_and_no_name(
    petition: Petition, readers: tuple[Account, Account], judge: Account
) -> None:
    """That a sheet was handed in is public; what was read, drawn or refused on it is not."""
    sheet = on_paper(petition, readers, town.people(5))
    crossing = actions.verify(crossed(petition), LATER)
    judge_all(crossing.sample, judge)
    actions.verify(crossing, LATER)
    entries = Entry.objects.values_list("kind", "leaf")
    assert {kind for kind, leaf in entries if sheet.code in leaf} == {"petition.sheet_received"}
    assert "Pinson" not in " ".join(leaf for _, leaf in entries)
