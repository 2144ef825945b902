"""A votation from the call to the decision, and the archive that anybody verifies."""

import json

import pytest

from beffroi.apps.gazette.models import Entry
from beffroi.apps.votations import actions, archive
from beffroi.apps.votations.models import Votation
from beffroi.core.verdict import accepted
from beffroi.core.voting.verify import verify
from tests.apps.votations import world as w

pytestmark = pytest.mark.django_db(transaction=True)


def kinds() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("kind", flat=True))


def test_a_votation_lives_from_its_call_to_its_decision() -> None:
    world = w.ready()
    for person, choice in zip(world.people, (w.YES, w.YES, w.NO, w.BLANK), strict=False):
        world.cast(person, choice)
    again = world.cast(world.people[0], w.NO)
    assert again.height == 5
    row = w.close_and_count(world, **{"01": (1, 1, 0)})
    found = json.loads(row.decision)
    assert found["online"] == {"yes": 1, "no": 2, "blank": 1}
    assert found["total"] == {"yes": 2, "no": 3, "blank": 1}
    assert found["outcome"] == "refused"
    assert row.state == Votation.State.DECIDED
    raw = b"".join(archive.archive_bytes(row))
    assert len(raw) == found["archive"]["bytes"]
    steps = verify(raw, actions.counting.announced(row))
    assert accepted(steps), [step for step in steps if not step.passed]
    assert kinds()[:2] == ["votation.called", "votation.opened"]
