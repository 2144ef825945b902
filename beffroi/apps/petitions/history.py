"""A petition's life in sentences: what the journal says of it, then the dates that are known ahead."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from beffroi.apps.gazette.queries import about
from beffroi.apps.petitions.actions import admissibility_due
from beffroi.apps.petitions.models import Effect, Petition
from beffroi.apps.petitions.queries import RungSeen
from beffroi.apps.petitions.reasons import reason
from beffroi.core.journal.entry import decode
from beffroi.web.templatetags.beffroi import day, number

Data = Mapping[str, str | int]


@dataclass(frozen=True)
class Event:
    """One line. `index` is the number of its entry in the journal; a date known ahead has none, and `to_come`."""

    on: date
    sentence: str
    index: int | None = None
    to_come: bool = False
    at: datetime | None = None  # the instant of an entry


def past(petition: Petition) -> list[Event]:
    """What has happened, oldest first, each with its entry."""
    events = []
    for row in about(petition.number):
        entry = decode(row.leaf.encode("ascii"))
        told = _SENTENCES.get(entry.kind)
        sentence = told(entry.data) if told else ""
        at = parse_datetime(entry.at)
        if sentence and at is not None:
            events.append(Event(localdate(at), sentence, row.index, at=at))
    return events


def to_come(petition: Petition, rungs: list[RungSeen], today: date) -> list[Event]:
    """What is known of the future, nearest first."""
    ahead: list[tuple[date, str]] = []
    for effect in (seen.effect for seen in rungs):
        if effect is not None:
            ahead.extend(_of_effect(effect))
    if petition.state == Petition.State.FILED:
        ahead.append(
            (admissibility_due(petition), _("Last day of the decision. Without it, the petition opens by itself."))
        )
    if petition.state == Petition.State.OPEN and petition.closes_at is not None:
        ahead.append((localdate(petition.closes_at), _("Last day to sign.")))
    return [Event(on, sentence, to_come=True) for on, sentence in sorted(ahead) if on >= today]


def _of_effect(effect: Effect) -> list[tuple[date, str]]:
    if effect.hearing:
        hearing = effect.hearing
        if hearing.held_at is None:
            if hearing.item.sitting.cancelled_at is not None:
                return []  # its sitting is cancelled, and no other is planned yet
            return [
                (localdate(hearing.item.sitting.starts_at), _("Hearing before the council. The sitting is public."))
            ]
        if hearing.answer_due_on is not None and not hasattr(hearing, "answer"):
            return [(hearing.answer_due_on, _("The council's written answer is due."))]
    elif effect.item and effect.item.sitting.cancelled_at is None:
        return [(localdate(effect.item.sitting.starts_at), _("The council deliberates, and decides freely."))]
    elif effect.votation:
        votation = effect.votation
        if votation.opens_at and votation.closes_at:
            opens, closes = localdate(votation.opens_at), localdate(votation.closes_at)
            return [(opens, _("The votation opens.")), (closes, _("The votation closes."))]
        if votation.due_on:
            return [(votation.due_on, _("The votation is held on this day at the latest."))]
    return []


def _when(value: str | int) -> str:
    text = str(value)
    instant = parse_datetime(text)
    return day(localdate(instant) if isinstance(instant, datetime) and "T" in text else parse_date(text))


def _figures(data: Data) -> dict[str, str]:
    return {name: number(value) for name, value in data.items() if isinstance(value, int)}


def _refused(data: Data) -> str:
    return _("Not admissible. %(reason)s") % {"reason": str(reason(str(data["code"])))}


def _appeal_decided(data: Data) -> str:
    return {
        "admitted": _("The council's bureau admits it."),
        "upheld": _("The council's bureau keeps the refusal."),
        "by_itself": _("The council's bureau did not decide in time: the petition opens by itself."),
    }.get(str(data["outcome"]), "")


def _carried(data: Data) -> str:
    told = ngettext("%(carriers)s person carries it.", "%(carriers)s persons carry it.", int(data["carriers"]))
    return told % _figures(data)


def _crossed(data: Data) -> str:
    if data["rung"] == "legal":
        told = _("%(count)s legal requests: the threshold of %(needed)s is reached.")
    else:
        told = _("%(count)s signatures: the threshold of %(needed)s is reached.")
    again = _(" Attempt %(attempt)s.") if data["attempt"] != 1 else ""
    return (told + again) % _figures(data)


def _verified(data: Data) -> str:
    if data["outcome"] == "enough":
        return _("Verification against the roll: %(valid)s valid signatures, %(refused)s refused. Enough.") % _figures(
            data
        )
    told = _(
        "Verification against the roll: %(valid)s valid signatures, %(refused)s refused. Too few: nothing is caused."
    )
    return told % _figures(data)


def _closed(data: Data) -> str:
    told = _("Closed with %(count)s signatures.") % _figures(data)
    return f"{told} {reason(str(data['code']))}" if "code" in data else told


def _replied(data: Data) -> str:
    if data["version"] == 1:
        return _("The official concerned has replied.")
    return _("The official concerned has changed the reply: version %(version)s.") % _figures(data)


def _caused(data: Data) -> str:
    return {
        "hearing": "",  # "hearing.scheduled", of the same instant, says it with the date
        "deliberation": _("Put on the council's agenda, as the law allows."),
        "votation": _("A votation is being prepared."),
    }.get(str(data["effect"]), "")


def _scheduled(data: Data) -> str:
    return _("Put on the agenda of the council of %(day)s: a hearing.") % {"day": _when(data["date"])}


def _held(data: Data) -> str:
    return _("Heard by the council. Its written answer is due on %(day)s.") % {"day": _when(data["answer_due"])}


def _answered(data: Data) -> str:
    late = int(data["days_late"])
    if not late:
        return _("The council has answered, in time.")
    told = ngettext(
        "The council has answered, %(late)s day late.", "The council has answered, %(late)s days late.", late
    )
    return told % {"late": number(late)}


def _called(data: Data) -> str:
    return _("Votation called, from %(opens)s to %(closes)s.") % {
        "opens": _when(data["opens"]),
        "closes": _when(data["closes"]),
    }


_SENTENCES: dict[str, Callable[[Data], str]] = {
    "petition.filed": lambda data: _("The text is filed."),
    "petition.admitted": lambda data: _("Found admissible."),
    "petition.refused": _refused,
    "petition.withheld": lambda data: _("Its text is no longer shown."),
    "petition.appealed": lambda data: (
        _("The refusal is contested: the bureau decides by %(day)s.") % {"day": _when(data["due"])}
    ),
    "petition.appeal_decided": _appeal_decided,
    "petition.carried": _carried,
    "petition.opened": lambda data: (
        _("Open for signatures. Its bases and thresholds are frozen.")
        if any(name.endswith("_needed") for name in data)
        else _("Open for signatures.")
    ),
    "petition.crossed": _crossed,
    "petition.verified": _verified,
    "petition.effect": _caused,
    "petition.closed": _closed,
    "petition.replied": _replied,
    "votation.dropped": lambda data: _("The votation is no longer prepared."),
    "recount.alarm": lambda data: _("Recount: %(counted)s were shown, the rows say %(recounted)s.") % _figures(data),
    "hearing.scheduled": _scheduled,
    "hearing.held": _held,
    "hearing.answered": _answered,
    "votation.called": _called,
}
