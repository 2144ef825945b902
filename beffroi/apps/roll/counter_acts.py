"""What an agent has done for a person in a session at the counter, for the receipt that the person takes home.

Each app says in its own `counter_acts.py` ACTS, from an act's code to what the receipt says. A code tells the kind of
act, never its matter: which petition somebody signed is nobody's business who finds the receipt.
"""

from datetime import datetime, timedelta
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from beffroi.apps.roll.acting import COUNTER, Acting
from beffroi.apps.roll.models import Account, CounterAct, CounterSession
from beffroi.web import offers

ACTS: dict[str, str | Promise] = {
    "access.address": _("The e-mail address of the account was changed."),
    "access.no_address": _("The e-mail address of the account was taken away."),
    "access.letter": _("A letter with a sign-in code was printed."),
    "access.sessions": _("Every device was signed out."),
    "access.identity": _("The link with FranceConnect was taken away."),
    "residence.confirmed": _("The address was confirmed."),
    "residence.move": _("A new address was declared."),
    "residence.move_withdrawn": _("The new address was taken back."),
    "residence.move_decided": _("A decision was taken on the new address."),
    "residence.departure": _("A departure was declared."),
}
#: An agent may print the receipt of her last session this long after it has closed.
RECEIPT_FOR = timedelta(hours=1)


@lru_cache(maxsize=1)
def sentences() -> dict[str, str | Promise]:
    """What the receipt can say, of every app."""
    found: dict[str, str | Promise] = {}
    for module in offers.modules("counter_acts"):
        found |= module.ACTS
    return found


def note(acting: Acting, act: str, now: datetime, once: bool = False) -> None:
    """Writes an act in the agent's open session for this person. At home, nothing: nobody acts for her.

    `once`: said already in this session, it is not said again.
    """
    assert act in sentences(), f"{act}: add its sentence to the app's counter_acts.ACTS"
    if acting.channel != COUNTER:
        return
    session = CounterSession.objects.filter(agent=acting.agent, person=acting.person, closed_at=None).first()
    if session is not None and not (once and session.acts.filter(act=act).exists()):
        CounterAct.objects.create(session=session, at=now, act=act)


def sentence(act: str) -> str:
    """What the receipt says. A code whose app has gone is shown as it is."""
    return str(sentences().get(act, act))


def last_session(agent: Account, now: datetime) -> CounterSession | None:
    """The agent's open session, or the last one, if it has closed within the hour."""
    row = CounterSession.objects.filter(agent=agent).order_by("-opened_at", "-pk").first()
    if row is None or (row.closed_at is not None and row.closed_at <= now - RECEIPT_FOR):
        return None
    return row
