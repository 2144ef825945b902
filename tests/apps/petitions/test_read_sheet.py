"""A sheet is read by two agents, blind to each other; a line is written once, when two persons read the same on it."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from beffroi.apps.petitions import actions, queries, sheet_queries
from beffroi.apps.petitions.models import PaperLine, Petition, ReadLine, Sheet, SheetReading, Signature
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account, Person
from beffroi.core.errors import Malformed, Refused
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def agents(agent: Account, colleague: Account) -> tuple[Account, Account]:
    return agent, colleague


def outcome(sheet: Sheet) -> list[str]:
    """Line by line: "" for a signature, else the code of its refusal."""
    return list(sheet.paper_lines.values_list("refusal", flat=True))


def rule_of(act: pytest.ExceptionInfo[Refused]) -> str:
    return act.value.rule


# --- The outcome of a line


def test_a_line_that_two_agents_read_alike_is_a_signature(petition: Petition, agents: tuple[Account, Account]) -> None:
    sheet = town.on_paper(petition, [town.person(1)], agents)
    assert (sheet.state, outcome(sheet)) == ("agreed", [""])
    row = Signature.objects.get()
    assert (row.channel, row.agent, row.person.roll_number) == ("paper", agents[1], "T-00001")


def test_one_agent_alone_writes_no_signature(petition: Petition, agent: Account) -> None:
    sheet = town.read(town.handed_in(petition, agent, 1), agent, [town.person(1)])
    assert sheet.state == "entered"
    assert not Signature.objects.exists()
    assert not PaperLine.objects.exists()


def test_an_agent_does_not_read_a_sheet_twice(petition: Petition, agent: Account) -> None:
    someone = town.person(1)
    sheet = town.read(town.handed_in(petition, agent, 1), agent, [someone])
    with pytest.raises(Refused) as refused:
        town.read(sheet, agent, [someone])
    assert rule_of(refused) == "petitions.reading_done"
    with pytest.raises(IntegrityError), transaction.atomic():  # and the database says so too
        SheetReading.objects.create(sheet=sheet, agent=agent, round=2, begun_at=NOON)
    assert not Signature.objects.exists()


def test_a_third_agent_does_not_read_a_sheet_that_two_are_reading(
    petition: Petition, agents: tuple[Account, Account]
) -> None:
    sheet = town.handed_in(petition, agents[0], 1)
    for agent in agents:
        actions.read_line(sheet, 1, agent, town.as_read("illegible"), NOON)
    with pytest.raises(Refused) as refused:
        actions.read_line(sheet, 1, town.agent("Ange Bruant"), town.as_read("illegible"), NOON)
    assert rule_of(refused) == "petitions.two_agents_read"


def test_a_reading_that_its_agent_will_not_finish_makes_room_for_another(
    petition: Petition, agents: tuple[Account, Account]
) -> None:
    sheet = town.handed_in(petition, agents[0], 1)
    actions.read_line(sheet, 1, agents[0], town.as_read("illegible"), NOON)
    someone = town.person(1)
    town.read(sheet, agents[1], [someone])
    actions.drop_reading(sheet, agents[0], agents[0], NOON)
    sheet = town.read(sheet, town.agent("Ange Bruant"), [someone])
    assert (sheet.state, outcome(sheet)) == ("agreed", [""])
    with pytest.raises(Refused) as refused:
        actions.drop_reading(sheet, agents[1], agents[1], NOON)
    assert rule_of(refused) == "petitions.no_reading"


def test_one_agent_alone_cannot_keep_a_sheet_from_being_read(
    petition: Petition, agents: tuple[Account, Account]
) -> None:
    """She asks the roll once, reads nothing, and finishes never: an hour later a colleague takes her place."""
    sheet, third, someone = town.handed_in(petition, agents[0], 1), town.agent("Ange Bruant"), town.person(1)
    actions.look_up(sheet, agents[0], NOON)
    town.read(sheet, agents[1], [someone])
    with pytest.raises(Refused) as refused:
        actions.drop_reading(sheet, agents[0], third, NOON + timedelta(minutes=59))
    assert rule_of(refused) == "petitions.still_reading"
    actions.drop_reading(sheet, agents[0], third, NOON + timedelta(minutes=60))
    assert town.read(sheet, third, [someone]).state == "agreed"


def test_a_reading_that_goes_on_is_not_taken_away(petition: Petition, agents: tuple[Account, Account]) -> None:
    sheet = town.handed_in(petition, agents[0], 2)
    actions.read_line(sheet, 1, agents[0], town.as_read("illegible"), NOON)
    actions.read_line(sheet, 2, agents[0], town.as_read("illegible"), NOON + timedelta(minutes=50))
    with pytest.raises(Refused) as refused:
        actions.drop_reading(sheet, agents[0], agents[1], NOON + timedelta(minutes=70))
    assert rule_of(refused) == "petitions.still_reading"


def test_somebody_who_signed_online_is_refused_on_paper_and_counted_once(
    petition: Petition, agents: tuple[Account, Account]
) -> None:
    someone = town.person(1)
    town.signed_by(petition, [someone])
    assert outcome(town.on_paper(petition, [someone], agents)) == ["already_signed"]
    actions.count(NOON)
    assert queries.total(queries.get(petition.number)) == 1


def test_a_resident_who_signed_on_paper_cannot_sign_online(petition: Petition, agents: tuple[Account, Account]) -> None:
    someone = town.person(1)
    town.on_paper(petition, [someone], agents)
    with pytest.raises(Refused) as refused:
        actions.sign(petition, town.herself(someone), NOON)
    assert (refused.value.rule, refused.value.at_fault) == ("petitions.already_signed", "paper")


def test_a_mistake_of_one_agent_takes_nobodys_right_to_sign(
    petition: Petition, agents: tuple[Account, Account]
) -> None:
    written, mistaken = town.people(2)
    sheet = town.handed_in(petition, agents[0], 1)
    town.read(sheet, agents[0], [mistaken])
    town.read(sheet, agents[1], [written])
    actions.sign(petition, town.herself(mistaken), NOON)
    sheet = actions.settle(sheet, 1, agents[0], town.as_read(written), NOON)
    assert outcome(sheet) == [""]
    assert Signature.objects.get(channel="paper").person == written


def test_the_same_person_on_two_lines_is_counted_once(petition: Petition, agents: tuple[Account, Account]) -> None:
    someone = town.person(1)
    assert outcome(town.on_paper(petition, [someone, someone], agents)) == ["", "already_signed"]


@pytest.mark.parametrize(
    ("change", "code"),
    [({"born": date(2015, 1, 1)}, "too_young"), ({"since": date(2026, 12, 1)}, "not_on_roll")],
)
def test_a_person_who_may_not_sign_is_a_coded_refusal(
    petition: Petition, agents: tuple[Account, Account], change: dict[str, date], code: str
) -> None:
    assert outcome(town.on_paper(petition, [town.person(1, **change)], agents)) == [code]


def test_somebody_who_left_is_no_longer_on_the_roll(petition: Petition, agents: tuple[Account, Account]) -> None:
    someone = town.person(1)
    roll.leave(someone, town.TODAY)
    assert outcome(town.on_paper(petition, [someone], agents)) == ["not_on_roll"]


def test_a_line_without_a_person_needs_one_of_the_codes_that_an_agent_may_read(
    petition: Petition, agents: tuple[Account, Account]
) -> None:
    codes = ["illegible", "not_on_roll", "ambiguous"]
    assert outcome(town.on_paper(petition, codes, agents)) == codes
    for code in ("", "left", "already_signed", "whatever"):
        with pytest.raises(Malformed):
            town.as_read(code)


def test_a_ticked_box_is_the_legal_request_of_an_elector(petition: Petition, agents: tuple[Account, Account]) -> None:
    elector, resident = town.person(1), town.person(2, register="resident")
    town.on_paper(petition, [(elector, True), (resident, True)], agents)
    quarters = dict(Signature.objects.values_list("person__roll_number", "legal_quarter"))
    assert quarters == {"T-00001": "2026-Q4", "T-00002": None}  # the box does not hold, the signature does


def test_a_box_on_which_two_agents_differ_is_settled_before_the_line_is_written(
    petition: Petition, agents: tuple[Account, Account]
) -> None:
    someone = town.person(1)
    sheet = town.handed_in(petition, agents[0], 1)
    town.read(sheet, agents[0], [(someone, True)])
    sheet = town.read(sheet, agents[1], [someone])
    assert (sheet.state, sheet_queries.compared(sheet)[0].legal_only) == ("differs", True)
    actions.settle(sheet, 1, agents[1], town.as_read((someone, True)), NOON)
    assert Signature.objects.get().legal_quarter == "2026-Q4"


# --- Correcting


def test_a_line_is_corrected_until_its_reader_has_finished_and_nothing_is_overwritten(
    petition: Petition, agent: Account
) -> None:
    sheet = town.handed_in(petition, agent, 1)
    actions.read_line(sheet, 1, agent, town.as_read("illegible"), NOON)
    actions.read_line(sheet, 1, agent, town.as_read(town.person(1)), NOON + HOUR)
    assert list(ReadLine.objects.values_list("refusal", "replaced_at")) == [("illegible", NOON + HOUR), ("", None)]
    actions.finish(sheet, agent, NOON)
    with pytest.raises(Refused) as refused:
        actions.read_line(sheet, 1, agent, town.as_read("illegible"), NOON)
    assert rule_of(refused) == "petitions.reading_done"


def test_a_reading_is_finished_only_with_all_its_lines(petition: Petition, agent: Account) -> None:
    sheet = town.handed_in(petition, agent, 3)
    actions.read_line(sheet, 2, agent, town.as_read("illegible"), NOON)
    with pytest.raises(Refused) as refused:
        actions.finish(sheet, agent, NOON)
    assert (refused.value.rule, refused.value.at_fault) == ("petitions.lines_missing", "1, 3")


@pytest.mark.parametrize("line", [0, 3, 11])
def test_a_line_that_is_not_filled_cannot_be_read(petition: Petition, agent: Account, line: int) -> None:
    with pytest.raises(Refused) as refused:
        actions.read_line(town.handed_in(petition, agent, 2), line, agent, town.as_read("illegible"), NOON)
    assert rule_of(refused) == "petitions.no_such_line"


def test_a_miscounted_sheet_is_counted_again_but_no_line_that_was_read_is_counted_away(
    petition: Petition, agents: tuple[Account, Account]
) -> None:
    someone = town.person(1)
    sheet = town.handed_in(petition, agents[0], 1)
    town.read(sheet, agents[0], ["illegible"])
    sheet = actions.correct_lines(sheet, 2)
    sheet = town.read(sheet, agents[1], ["illegible", someone])
    assert sheet.state == "differs"  # the first agent has not read line 2
    sheet = actions.settle(sheet, 2, agents[0], town.as_read(someone), NOON)
    assert (sheet.state, outcome(sheet)) == ("agreed", ["illegible", ""])
    other = town.handed_in(petition, agents[0], 3)
    actions.read_line(other, 3, agents[0], town.as_read("illegible"), NOON)
    with pytest.raises(Refused) as refused:
        actions.correct_lines(other, 2)
    assert rule_of(refused) == "petitions.line_read"


# --- Blind, then settled


def test_nobody_sees_what_another_reads_before_both_have_finished(
    petition: Petition, agents: tuple[Account, Account]
) -> None:
    sheet = town.read(town.handed_in(petition, agents[0], 1), agents[0], ["illegible"])
    with pytest.raises(AssertionError):
        sheet_queries.compared(sheet)
    assert sheet_queries.lines_of(sheet_queries.reading_of(sheet, agents[1])) == {}


@pytest.fixture
def differing(petition: Petition, agents: tuple[Account, Account]) -> Sheet:
    """Line 1 is read alike; on line 2 the first agent reads the person 2, the second one cannot read it."""
    one, two = town.people(2)
    sheet = town.handed_in(petition, agents[0], 2)
    town.read(sheet, agents[0], [one, two])
    return town.read(sheet, agents[1], [one, "illegible"])


def two() -> Person:
    return Person.objects.get(roll_number="T-00002")


def test_the_lines_on_which_both_agree_are_written_and_the_others_wait(differing: Sheet) -> None:
    assert (differing.state, outcome(differing)) == ("differs", [""])
    seen = sheet_queries.compared(differing)
    assert [line.outcome is None for line in seen] == [False, True]


def test_one_of_the_two_reads_again_and_agrees(differing: Sheet, colleague: Account) -> None:
    sheet = actions.settle(differing, 2, colleague, town.as_read(two()), NOON + HOUR)
    assert (sheet.state, outcome(sheet), sheet.agreed_at) == ("agreed", ["", ""], NOON + HOUR)
    assert sheet_queries.compared(sheet)[1].corrected == 1


def test_two_agents_who_still_differ_write_nothing(differing: Sheet, colleague: Account) -> None:
    sheet = actions.settle(differing, 2, colleague, town.as_read("not_on_roll"), NOON)
    assert (sheet.state, outcome(sheet)) == ("differs", [""])


@pytest.mark.parametrize("who", ["another agent", "clerk"])
def test_somebody_else_says_which_of_the_two_is_right(differing: Sheet, clerk: Account, who: str) -> None:
    judge = clerk if who == "clerk" else town.agent("Ange Bruant")
    sheet = actions.settle(differing, 2, judge, town.as_read(two()), NOON)
    assert (sheet.state, outcome(sheet)) == ("agreed", ["", ""])
    assert sheet_queries.reading_of(sheet, judge).round == 3


def test_a_third_person_puts_no_other_name_on_a_line_but_may_refuse_it(differing: Sheet, clerk: Account) -> None:
    with pytest.raises(Refused) as refused:
        actions.settle(differing, 2, clerk, town.as_read(town.person(3)), NOON)
    assert rule_of(refused) == "petitions.not_what_was_read"
    with pytest.raises(Refused):
        actions.settle(differing, 2, clerk, town.as_read((two(), True)), NOON)
    sheet = actions.settle(differing, 2, clerk, town.as_read("ambiguous"), NOON)
    assert outcome(sheet) == ["", "ambiguous"]


def test_a_settled_line_is_not_settled_again(differing: Sheet, clerk: Account) -> None:
    with pytest.raises(Refused) as refused:
        actions.settle(differing, 1, clerk, town.as_read("illegible"), NOON)
    assert rule_of(refused) == "petitions.line_settled"
    actions.settle(differing, 2, clerk, town.as_read("illegible"), NOON)
    with pytest.raises(Refused) as refused:
        actions.settle(differing, 2, clerk, town.as_read("illegible"), NOON)
    assert rule_of(refused) == "petitions.sheet_agreed"


# --- Time


def test_a_person_is_judged_as_of_the_day_on_which_the_sheet_was_handed_in(
    petition: Petition, agents: tuple[Account, Account]
) -> None:
    someone = town.person(1)
    sheet = town.handed_in(petition, agents[0], 1)
    roll.leave(someone, town.TODAY + timedelta(days=3))
    later = NOON + timedelta(days=5)
    for agent in agents:
        sheet = town.read(sheet, agent, [someone], later)
    assert (outcome(sheet), Signature.objects.get().signed_at) == ([""], NOON)


def test_a_withdrawn_signature_is_taken_back_by_a_sheet_handed_in_later(
    petition: Petition, agents: tuple[Account, Account]
) -> None:
    someone = town.person(1)
    town.on_paper(petition, [someone], agents)
    actions.withdraw(petition, town.at_counter(someone, agents[0]), NOON + HOUR)
    again = town.on_paper(petition, [someone], agents, NOON + 2 * HOUR)
    assert again.paper_lines.get().signature == Signature.objects.get(withdrawn_at=None)


def test_a_signature_withdrawn_after_the_sheet_was_handed_in_stays_withdrawn(
    petition: Petition, agents: tuple[Account, Account]
) -> None:
    someone = town.person(1)
    town.signed_by(petition, [someone])
    sheet = town.handed_in(petition, agents[0], 1, NOON + HOUR)
    actions.withdraw(petition, town.herself(someone), NOON + 2 * HOUR)
    for agent in agents:
        town.read(sheet, agent, [someone], NOON + 3 * HOUR)
    assert outcome(sheet) == ["withdrawn"]
    assert Signature.objects.get().withdrawn_at == NOON + 2 * HOUR


def test_a_sheet_handed_in_in_time_counts_when_it_is_entered_after_the_closing(
    petition: Petition, agents: tuple[Account, Account]
) -> None:
    assert petition.closes_at is not None
    closes = petition.closes_at
    sheet = town.handed_in(petition, agents[0], 1, closes - HOUR)
    actions.close_due(closes)
    someone = town.person(1)
    for agent in agents:
        town.read(sheet, agent, [someone], closes + timedelta(days=2))
    with pytest.raises(Refused):  # nobody else signs any more
        actions.sign(petition, town.herself(town.person(2)), closes + timedelta(days=2))
    actions.close_due(closes + timedelta(days=2))
    petition.refresh_from_db()
    assert (petition.state, queries.total(queries.get(petition.number))) == ("closed", 1)


def test_a_sheet_that_is_not_entered_within_the_delay_does_not_hold_the_closing(
    petition: Petition, agents: tuple[Account, Account]
) -> None:
    assert petition.closes_at is not None
    closes = petition.closes_at
    sheet = town.handed_in(petition, agents[0], 1, closes - HOUR)
    for days, state in ((14, "open"), (15, "closed")):
        actions.close_due(closes + timedelta(days=days))
        petition.refresh_from_db()
        assert petition.state == state
    with pytest.raises(Refused) as refused:
        town.read(sheet, agents[0], [town.person(1)], closes + timedelta(days=16))
    assert rule_of(refused) == "petitions.closed"
    assert sheet_queries.totals(petition).waiting == 1  # and the page goes on saying so


# --- The roll is not to be leafed through


def test_the_questions_to_the_roll_are_counted_and_end(
    petition: Petition, agent: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beffroi.apps.petitions.actions.paper.LOOKUPS_OF_A_LINE", 2)
    sheet = town.handed_in(petition, agent, 2)
    for _ in range(4):
        actions.look_up(sheet, agent, NOON)
    with pytest.raises(Refused) as refused:
        actions.look_up(sheet, agent, NOON)
    assert rule_of(refused) == "petitions.too_many_lookups"
    assert SheetReading.objects.get().lookups == 4


def test_the_roll_is_asked_only_for_a_sheet_that_one_is_reading(petition: Petition, agent: Account) -> None:
    sheet = actions.print_sheets(petition, 1, agent, NOON).sheets.get()
    with pytest.raises(Refused) as refused:
        actions.look_up(sheet, agent, NOON)
    assert rule_of(refused) == "petitions.sheet_printed"
    done = town.read(town.handed_in(petition, agent, 1), agent, ["illegible"])
    with pytest.raises(Refused) as refused:
        actions.look_up(done, agent, NOON)
    assert rule_of(refused) == "petitions.reading_done"


def test_the_roll_is_sure_of_one_person_only_by_both_names_and_the_year(commune: None) -> None:
    someone = town.person(1, last_name="Le Héron-Cendré", first_name="Zoë", born=date(1970, 2, 3))
    assert queries.find_on_roll("LE HERON CENDRE", "zoe", 1970, "").person == someone
    for last, first, year in (
        ("Le Héron", "Zoë", 1970),
        ("Le Héron Cendré", "Zo", 1970),
        ("Le Héron Cendré", "Zoë", None),
    ):
        found = queries.find_on_roll(last, first, year, "")
        assert (found.person, found.candidates) == (None, (someone,))
    assert queries.find_on_roll("Le Héron Cendré", "Zoë", 1971, "") == queries.Found(None, ())


def test_the_street_tells_homonyms_apart(commune: None) -> None:
    names = {"last_name": "Pinson", "first_name": "Luc", "born": date(1970, 2, 3)}
    one = town.person(1, street="rue des Saules", **names)
    two = town.person(2, street="quai des Libellules", **names)
    assert queries.find_on_roll("Pinson", "Luc", 1970, "").candidates == (one, two)
    assert queries.find_on_roll("Pinson", "Luc", 1970, "libellules").person == two
    assert queries.find_on_roll("Pinson", "Luc", 1970, "rue du Lavoir").candidates == (one, two)
