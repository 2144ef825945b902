"""The states of a request, and what the verbs share: one row held until the end of the transaction, one table."""

from functools import partial
from types import MappingProxyType
from typing import Final

from django.db import transaction

from beffroi.apps.roll.enrolment.models import Enrolment
from beffroi.core.errors import Refused
from beffroi.web import uploads

State = Enrolment.State
ROOM: Final = "enrolments"  # of web.uploads

TRANSITIONS: Final = MappingProxyType(
    {
        State.WAITING: frozenset({State.ACCEPTED, State.REFUSED, State.WITHDRAWN}),
        State.REFUSED: frozenset({State.APPEALED}),
        State.APPEALED: frozenset({State.ACCEPTED, State.APPEAL_REFUSED, State.WITHDRAWN}),
        State.ACCEPTED: frozenset[State](),
        State.APPEAL_REFUSED: frozenset[State](),
        State.WITHDRAWN: frozenset[State](),
    }
)


def held(request: Enrolment) -> Enrolment:
    """The row, held until the end of the transaction: of two decisions at once the second finds it decided."""
    return Enrolment.objects.select_for_update().get(pk=request.pk)


def pass_to(row: Enrolment, state: Enrolment.State) -> None:
    """Moves the row, not saved. `Refused("enrolment.decided")` when the table has no such step."""
    if state not in TRANSITIONS[State(row.state)]:
        raise Refused("enrolment.decided", row.number)
    row.state = state


def delete_proofs(row: Enrolment) -> int:
    """Deletes the papers of a request: the rows now, the files when this is committed. How many there were."""
    names = list(row.proofs.values_list("file", flat=True))
    row.proofs.all().delete()
    for name in names:  # what a crash leaves between the two, the daily sweep finds
        transaction.on_commit(partial(uploads.remove, ROOM, name))
    return len(names)
