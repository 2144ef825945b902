"""Found by a stranger's review: a receipt is for the person who signed."""

import pytest

from beffroi.apps.petitions.models import Petition
from beffroi.apps.roll.models import Account
from tests.apps import town
from tests.apps.petitions.test_pages import HOUR, receipt_in
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("at_noon")
def test_a_receipt_that_was_not_shown_is_not_shown_to_the_next_person_at_the_counter(
    petition: Petition, agent: Account
) -> None:
    first, second = town.people(2)
    town.signed_by(petition, [second])
    client = town.browser(agent)
    town.roll.begin_counter_session(agent, first, "passport", NOON + HOUR)
    town.post(client, f"/petitions/{petition.number}/signer", confirmed="on")  # the agent's browser stops here
    assert client.cookies["beffroi_receipt"].value
    town.roll.end_counter_session(agent, NOON + HOUR)
    town.roll.begin_counter_session(agent, second, "passport", NOON + HOUR)
    shown = client.get(f"/petitions/{petition.number}/signee")
    assert shown.status_code == 200
    with pytest.raises(AssertionError):
        receipt_in(shown)
