"""A votation's row, locked, in the state that an act needs."""

from beffroi.apps.votations.models import Votation
from beffroi.core.errors import Refused

State = Votation.State


def locked(votation: Votation, *states: str) -> Votation:
    """The row under its lock, read anew. `Refused("votations.wrong_state")` when it is in none of `states`."""
    row = Votation.objects.select_for_update().get(pk=votation.pk)
    if row.state not in states:
        raise Refused("votations.wrong_state", row.number)
    return row


def move(row: Votation, to: str) -> None:
    """Changes the state along the table of transitions. Saves nothing."""
    assert to in Votation.TRANSITIONS[State(row.state)], f"{row.state} to {to}"
    row.state = to
