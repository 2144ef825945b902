"""Lines of paper sheets: a signature, or a coded refusal; never an error page, never a person twice."""

from datetime import date, timedelta

import pytest

from beffroi.apps.petitions import actions, queries
from beffroi.apps.petitions.models import PaperLine, Petition, Signature
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account, Person
from beffroi.core.errors import Malformed, Refused
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db


def entered(petition: Petition, agent: Account, line: int, person: Person | None, refusal: str = "") -> PaperLine:
    return actions.enter_line(petition, "F-0217", line, agent, person, refusal, NOON)


def test_a_line_of_somebody_on_the_roll_is_a_signature(petition: Petition, agent: Account) -> None:
    line = entered(petition, agent, 1, town.person(1))
    assert line.signature == Signature.objects.get()
    assert (line.signature.channel, line.signature.agent, line.refusal) == ("paper", agent, "")


def test_somebody_who_signed_online_is_refused_on_paper_and_counted_once(petition: Petition, agent: Account) -> None:
    someone = town.person(1)
    town.signed_by(petition, [someone])
    line = entered(petition, agent, 1, someone)
    assert (line.signature, line.refusal) == (None, "already_signed")
    actions.count(NOON)
    assert queries.total(queries.get(petition.number)) == 1


def test_a_resident_who_signed_on_paper_cannot_sign_online(petition: Petition, agent: Account) -> None:
    someone = town.person(1)
    entered(petition, agent, 1, someone)
    with pytest.raises(Refused) as refused:
        actions.sign(petition, town.herself(someone), NOON)
    assert (refused.value.rule, refused.value.at_fault) == ("petitions.already_signed", "paper")


def test_the_same_person_on_two_lines_is_counted_once(petition: Petition, agent: Account) -> None:
    someone = town.person(1)
    assert entered(petition, agent, 1, someone).refusal == ""
    assert entered(petition, agent, 2, someone).refusal == "already_signed"


def test_a_line_is_entered_once(petition: Petition, agent: Account) -> None:
    entered(petition, agent, 1, town.person(1))
    with pytest.raises(Refused) as refused:
        entered(petition, agent, 1, town.person(2))
    assert (refused.value.rule, refused.value.at_fault) == ("petitions.line_entered", "F-0217/1")
    assert Signature.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"born": date(2015, 1, 1)}, "too_young"),
        ({"since": date(2026, 12, 1)}, "not_on_roll"),
    ],
)
def test_a_person_who_may_not_sign_is_a_coded_refusal(
    petition: Petition, agent: Account, change: dict[str, date], code: str
) -> None:
    assert entered(petition, agent, 1, town.person(1, **change)).refusal == code


def test_somebody_who_left_is_no_longer_on_the_roll(petition: Petition, agent: Account) -> None:
    someone = town.person(1)
    roll.leave(someone, town.TODAY)
    assert entered(petition, agent, 1, someone).refusal == "not_on_roll"


def test_a_line_without_a_person_needs_a_published_code(petition: Petition, agent: Account) -> None:
    for number, code in enumerate(("illegible", "not_on_roll", "ambiguous"), 1):
        line = entered(petition, agent, number, None, code)
        assert (line.refusal, line.signature) == (code, None)
    for code in ("", "left", "whatever"):
        with pytest.raises(Malformed):
            entered(petition, agent, 99, None, code)


def test_a_legal_request_that_does_not_hold_leaves_the_signature_standing(petition: Petition, agent: Account) -> None:
    line = actions.enter_line(petition, "F-1", 1, agent, town.person(1, register="resident"), "", NOON, legal=True)
    assert line.signature is not None
    assert line.signature.legal_quarter is None


def test_a_withdrawn_paper_signature_is_taken_back_by_a_later_line(petition: Petition, agent: Account) -> None:
    someone = town.person(1)
    entered(petition, agent, 1, someone)
    actions.withdraw(petition, town.at_counter(someone, agent), NOON + timedelta(hours=1))
    again = actions.enter_line(petition, "F-0218", 1, agent, someone, "", NOON + timedelta(hours=2))
    assert again.signature == Signature.objects.get()


def test_no_line_is_entered_once_the_petition_is_closed(petition: Petition, agent: Account) -> None:
    assert petition.closes_at is not None
    with pytest.raises(Refused) as refused:
        actions.enter_line(petition, "F-1", 1, agent, None, "illegible", petition.closes_at)
    assert refused.value.rule == "petitions.closed"


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
