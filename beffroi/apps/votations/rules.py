"""The rules of a votation: frozen at the call as canonical JSON, published as they are, and read back to decide.

Each value of the pack is written with its date and its source: the text stands alone when the pack has changed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, cast

from django.utils import timezone

from beffroi.apps.roll.queries import ELECTORS, RESIDENTS
from beffroi.core.errors import Refused
from beffroi.core.rules import DatedValue, Pack
from beffroi.core.suffrage import DecisionRules
from beffroi.core.suffrage.decision import Majority

#: Kind of votation (`Votation.Kind`) -> who votes.
BODIES = {"votation": RESIDENTS, "recall": ELECTORS}
MINIMUM = "votations.promise.participation_minimum"
MAJORITY = "votations.promise.majority"
#: Body -> the parameter that says from which age.
AGES = {RESIDENTS: "suffrage.residents.minimum_age", ELECTORS: "suffrage.electors.minimum_age"}
MIXING = "votations.mixing_minimum"
HOUR_MASK = "votations.hour_mask"
#: How many hold a key, and how many of them are enough. When it takes all of them each has a key of her own.
MEMBERS, NEEDED = "votations.trustees.members", "votations.trustees.needed"
PARAMETERS = (MINIMUM, MAJORITY, MIXING, HOUR_MASK, MEMBERS, NEEDED)
LONGEST_ARGUMENT = 600  # signs, the same for each side


@dataclass(frozen=True)
class FrozenValue:
    """A value of the pack as it was at the call."""

    path: str
    label: dict[str, str]
    value: str | int
    since: date
    source: str
    url: str
    note: str
    proposed: bool


@dataclass(frozen=True)
class Rules:
    """What the frozen text says, read back."""

    kind: str
    body: str
    body_on: date
    registered: int
    minimum: Fraction
    majority: Majority
    hour_mask: int
    mixing_minimum: int
    first_side: str
    stations: tuple[str, ...]
    members: int | None  # trustees; None in what was called before the rules said it: any number, all needed
    needed: int | None
    values: dict[str, FrozenValue]

    @property
    def group(self) -> tuple[int, int] | None:
        """How many of how many trustees decrypt, when fewer than all are enough: they then make one key together."""
        if self.needed is None or self.members is None or self.needed == self.members:
            return None
        return self.needed, self.members

    @property
    def decision(self) -> DecisionRules:
        """The same in the words of the core, which decides."""
        return DecisionRules(registered=self.registered, minimum=self.minimum, majority=self.majority)

    @property
    def minimum_needed(self) -> int:
        return self.decision.minimum_needed

    @property
    def age(self) -> FrozenValue:
        return self.values[AGES[self.body]]

    @property
    def minimum_value(self) -> FrozenValue:
        return self.values[MINIMUM]

    @property
    def majority_value(self) -> FrozenValue:
        return self.values[MAJORITY]

    @property
    def mixing_value(self) -> FrozenValue:
        return self.values[MIXING]

    @property
    def hour_value(self) -> FrozenValue:
        return self.values[HOUR_MASK]

    @property
    def needed_value(self) -> FrozenValue:
        return self.values[NEEDED]


def sha256(text: str) -> str:
    """The fingerprint under which a published text is announced."""
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value: Mapping[str, Any]) -> str:
    """The one way in which this app writes JSON: keys sorted, no spaces, accents kept."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def freeze(
    pack: Pack,
    *,
    number: str,
    kind: str,
    question: str,
    petition: str,
    registered: int,
    opens_at: datetime,
    closes_at: datetime,
    paper_on: date,
    arguments: Mapping[str, tuple[str, str]],
    first_side: str,
    now: datetime,
) -> str:
    """The text of the rules with the values that are in force on the day of the call.

    Raises Refused "votations.trustees_rule" when the pack asks for more trustees than there are, or for one of several.
    """
    on, body = timezone.localdate(now), BODIES[kind]
    members, needed = (pack.parameter(path).number(on) for path in (MEMBERS, NEEDED))
    if not max(1, min(members, 2)) <= needed <= members:
        raise Refused("votations.trustees_rule", f"{needed} / {members}")
    who = "all" if needed == members else f"{needed}-of-{members}"
    return canonical(
        {
            "votation": number,
            "kind": kind,
            "commune": {"code": pack.code, "name": pack.name},
            "question": question,
            "answers": ["yes", "no", "blank"],
            "petition": petition,
            "effect": "promise",
            "body": {"kind": body, "on": paper_on.isoformat(), "registered": registered},
            "opens": _instant(opens_at),
            "closes": _instant(closes_at),
            "paper": paper_on.isoformat(),
            "blank": "counts-as-participation",
            "tie": "refuses",
            "online_again": "last-ballot-counts",
            "decryption": f"{who}-trustees-after-the-paper-counts",
            "paper_counts": "two-scrutineers-per-station",
            "stations": [station.code for station in pack.stations],
            "arguments": {side: sha256(text) for side, (text, _) in arguments.items()},
            "arguments_first": first_side,
            "arguments_longest": LONGEST_ARGUMENT,
            "values": {path: _value(pack, path, on) for path in (AGES[body], *PARAMETERS)},
        }
    )


def _instant(at: datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds")


def _value(pack: Pack, path: str, on: date) -> dict[str, Any]:
    parameter = pack.parameter(path)
    value: DatedValue = parameter.at(on)
    return {
        "label": dict(parameter.label),
        "value": value.value,
        "since": value.since.isoformat(),
        "source": value.source,
        "url": value.url,
        "note": value.note,
        "proposed": value.proposed,
    }


def read(text: str) -> Rules:
    """Reads what `freeze` wrote."""
    found = json.loads(text)
    values = {
        path: FrozenValue(
            path,
            value["label"],
            value["value"],
            date.fromisoformat(value["since"]),
            value["source"],
            value["url"],
            value["note"],
            value["proposed"],
        )
        for path, value in found["values"].items()
    }
    return Rules(
        kind=found.get("kind", "votation"),  # what was called before there were recalls does not say it
        body=found["body"]["kind"],
        body_on=date.fromisoformat(found["body"]["on"]),
        registered=found["body"]["registered"],
        minimum=_share(values[MINIMUM]),
        majority=cast(Majority, values[MAJORITY].value),
        hour_mask=int(values[HOUR_MASK].value),
        mixing_minimum=int(values[MIXING].value),
        first_side=found["arguments_first"],
        stations=tuple(found["stations"]),
        members=int(values[MEMBERS].value) if MEMBERS in values else None,
        needed=int(values[NEEDED].value) if NEEDED in values else None,
        values=values,
    )


def _share(value: FrozenValue) -> Fraction:
    frozen = DatedValue(value.value, value.since, None, value.source)
    return frozen.share
