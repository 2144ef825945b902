"""Who may sign, once, and how a signature is taken back."""

from datetime import date, timedelta

import pytest

from beffroi.apps.petitions import actions, queries, receipts
from beffroi.apps.petitions.models import Petition, Signature
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account
from beffroi.core.errors import Malformed, Refused
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def test_a_resident_signs_and_gets_a_receipt_of_130_bits_of_which_only_the_hash_is_kept(petition: Petition) -> None:
    receipt = actions.sign(petition, town.herself(town.person(1)), NOON)
    assert len(receipt.text) == 26
    assert set(receipt.text) <= set(receipts.ALPHABET)
    assert len(receipts.ALPHABET) == 32
    row = Signature.objects.get()
    assert receipt.text not in str(row.__dict__)
    assert row.receipt_hash == receipts.hashed(receipt.text)


def test_two_receipts_are_never_the_same(petition: Petition) -> None:
    texts = {actions.sign(petition, town.herself(someone), NOON).text for someone in town.people(20)}
    assert len(texts) == 20


def test_a_foreign_resident_of_16_signs(petition: Petition) -> None:
    born = date(town.TODAY.year - 16, town.TODAY.month, town.TODAY.day)
    actions.sign(petition, town.herself(town.person(1, register="resident", born=born)), NOON)
    assert Signature.objects.count() == 1


def test_somebody_who_turns_16_tomorrow_cannot_sign_today(petition: Petition) -> None:
    born = date(town.TODAY.year - 16, town.TODAY.month, town.TODAY.day + 1)
    with pytest.raises(Refused) as refused:
        actions.sign(petition, town.herself(town.person(1, born=born)), NOON)
    assert refused.value.rule == "petitions.too_young"
    actions.sign(petition, town.herself(town.person(2, born=born)), NOON + timedelta(days=1))


def test_somebody_who_has_left_cannot_sign(petition: Petition) -> None:
    someone = town.person(1)
    roll.leave(someone, town.TODAY)
    with pytest.raises(Refused) as refused:
        actions.sign(petition, town.herself(someone), NOON)
    assert refused.value.rule == "petitions.left"


def test_a_person_signs_once_whatever_the_channel(petition: Petition, agent: Account) -> None:
    someone = town.person(1)
    actions.sign(petition, town.herself(someone), NOON)
    for acting in (town.herself(someone), town.at_counter(someone, agent)):
        with pytest.raises(Refused) as refused:
            actions.sign(petition, acting, LATER)
        assert (refused.value.rule, refused.value.at_fault) == ("petitions.already_signed", "web")
    assert Signature.objects.count() == 1


def test_a_signature_at_the_counter_names_its_agent(petition: Petition, agent: Account) -> None:
    actions.sign(petition, town.at_counter(town.person(1), agent), NOON)
    row = Signature.objects.get()
    assert (row.channel, row.agent) == ("counter", agent)


def test_signing_again_after_a_withdrawal_takes_the_same_row_back_with_a_new_receipt(
    petition: Petition, agent: Account
) -> None:
    someone = town.person(1)
    first = actions.sign(petition, town.herself(someone), NOON)
    actions.withdraw(petition, town.herself(someone), LATER)
    again = actions.sign(petition, town.at_counter(someone, agent), LATER)
    assert first.signature.pk == again.signature.pk
    assert again.signature.channel == "counter"
    assert again.signature.withdrawn_at is None
    assert queries.by_receipt(first.text) is None
    assert queries.by_receipt(again.text) == again.signature


def test_whoever_holds_the_receipt_withdraws_the_signature_and_typing_errors_are_forgiven(petition: Petition) -> None:
    receipt = actions.sign(petition, town.herself(town.person(1)), NOON).text
    typed = " ".join(receipt[n : n + 4] for n in range(0, 26, 4)).lower().replace("0", "o").replace("1", "l")
    row = actions.withdraw_by_receipt(typed, LATER)
    assert queries.state_of(row) == "withdrawn"
    with pytest.raises(Refused) as refused:
        actions.withdraw_by_receipt(typed, LATER)
    assert refused.value.rule == "petitions.not_signed"


@pytest.mark.parametrize("text", ["", "ABC", "U" * 26, "é" * 26, "0" * 27, "\0" * 26])
def test_what_cannot_be_a_receipt_says_so(petition: Petition, text: str) -> None:
    with pytest.raises(Malformed):
        actions.withdraw_by_receipt(text, NOON)


def test_an_unknown_receipt_withdraws_nothing(petition: Petition) -> None:
    with pytest.raises(Refused) as refused:
        actions.withdraw_by_receipt("0" * 26, NOON)
    assert refused.value.rule == "petitions.unknown_receipt"


def test_the_old_receipt_of_a_row_signed_again_withdraws_nothing(petition: Petition) -> None:
    someone = town.person(1)
    old = actions.sign(petition, town.herself(someone), NOON)
    actions.withdraw_by_receipt(old.text, LATER)
    actions.sign(petition, town.herself(someone), LATER)
    with pytest.raises(Refused) as refused:
        actions.withdraw_by_receipt(old.text, LATER)
    assert refused.value.rule == "petitions.unknown_receipt"
    assert queries.stands(Signature.objects.get())


def test_nobody_signs_or_withdraws_from_the_second_of_closing_on(petition: Petition) -> None:
    someone, other = town.people(2)
    assert petition.closes_at is not None
    receipt = actions.sign(petition, town.herself(someone), petition.closes_at - timedelta(seconds=1))
    for act in (
        lambda at: actions.sign(petition, town.herself(other), at),
        lambda at: actions.withdraw(petition, town.herself(someone), at),
        lambda at: actions.withdraw_by_receipt(receipt.text, at),
    ):
        with pytest.raises(Refused) as refused:
            act(petition.closes_at)
        assert refused.value.rule == "petitions.closed"


def test_nobody_signs_a_petition_that_waits_for_a_decision(author: object, commune: None) -> None:
    someone = town.person(1)
    waiting = town.filed(someone)
    with pytest.raises(Refused) as refused:
        actions.sign(waiting, town.herself(town.person(2)), NOON)
    assert refused.value.rule == "petitions.not_open"


def test_an_elector_makes_one_legal_request_a_quarter(petition: Petition, clerk: Account) -> None:
    someone = town.person(1)
    other = town.opened(town.person(2), clerk)
    actions.sign(petition, town.herself(someone), NOON, legal=True)
    with pytest.raises(Refused) as refused:
        actions.sign(other, town.herself(someone), LATER, legal=True)
    assert refused.value.rule == "petitions.legal_request_used"
    actions.sign(other, town.herself(someone), LATER)
    third = town.opened(town.person(3), clerk)
    next_quarter = NOON.replace(year=2027, month=1, day=1)
    actions.sign(third, town.herself(someone), next_quarter, legal=True)
    quarters = Signature.objects.order_by("pk").values_list("legal_quarter", flat=True)
    assert list(quarters) == ["2026-Q4", None, "2027-Q1"]


def test_a_resident_who_is_no_elector_makes_no_legal_request(petition: Petition) -> None:
    with pytest.raises(Refused) as refused:
        actions.sign(petition, town.herself(town.person(1, register="resident")), NOON, legal=True)
    assert refused.value.rule == "petitions.not_elector"
    assert not Signature.objects.exists()


def test_withdrawing_does_not_give_a_second_legal_request_in_the_quarter(petition: Petition, clerk: Account) -> None:
    someone = town.person(1)
    other = town.opened(town.person(2), clerk)
    actions.sign(petition, town.herself(someone), NOON, legal=True)
    actions.withdraw(petition, town.herself(someone), LATER)
    with pytest.raises(Refused):
        actions.sign(other, town.herself(someone), LATER, legal=True)
    actions.sign(petition, town.herself(someone), LATER)
    assert Signature.objects.get(petition=petition).legal_quarter == "2026-Q4"


def test_signing_again_with_a_legal_request_made_elsewhere_meanwhile_says_which_rule_refuses(
    petition: Petition, clerk: Account
) -> None:
    someone = town.person(1)
    other = town.opened(town.person(2), clerk)
    actions.sign(petition, town.herself(someone), NOON)
    actions.withdraw(petition, town.herself(someone), LATER)
    actions.sign(other, town.herself(someone), LATER, legal=True)
    with pytest.raises(Refused) as refused:
        actions.sign(petition, town.herself(someone), LATER, legal=True)
    assert refused.value.rule == "petitions.legal_request_used"
    assert not queries.stands(Signature.objects.get(petition=petition))
