"""The decision in words, from the reasons that the core gave: figures first, then what follows from them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from beffroi.core.suffrage import Count
from beffroi.web.templatetags.beffroi import number

Values = Mapping[str, int]


@dataclass(frozen=True)
class Told:
    """A decision as a page says it: `verdict` in one or two words, a sentence for each reason, what the figures are."""

    outcome: str
    verdict: str
    reasons: tuple[str, ...]
    consequence: str
    registered: int
    participants: int
    minimum: int
    total: Count
    online: Count
    paper: dict[str, Count]
    archive_bytes: int
    archive_sha256: str


def read(decision: str, kind: str = "votation") -> Told:
    """Reads the stored decision of a votation of this kind, in the words of the reader's language."""
    found = json.loads(decision)
    return Told(
        outcome=found["outcome"],
        verdict=_verdict(found["outcome"]),
        reasons=tuple(sentence(reason["code"], reason["values"]) for reason in found["reasons"]),
        consequence=_recalled(found["outcome"]) if kind == "recall" else _consequence(found["outcome"]),
        registered=found["registered"],
        participants=found["participants"],
        minimum=found["minimum"],
        total=Count(**found["total"]),
        online=Count(**found["online"]),
        paper={code: Count(**count) for code, count in found["paper"].items()},
        archive_bytes=found["archive"]["bytes"],
        archive_sha256=found["archive"]["sha256"],
    )


def _verdict(outcome: str) -> str:
    return {"adopted": _("Yes."), "refused": _("No."), "minimum_not_met": _("Not decided.")}[outcome]


def _consequence(outcome: str) -> str:
    return {
        "adopted": _(
            "The answer is yes. The commune has promised to follow it: the council deliberates, and votes by name."
        ),
        "refused": _("The answer is no. The commune has promised to follow it."),
        "minimum_not_met": _(
            "The minimum is not reached: the commune is not bound by this vote, whatever the answers."
        ),
    }[outcome]


def _recalled(outcome: str) -> str:
    return {
        "adopted": _(
            "The answer is yes. The charter that this official signed commits her or him to resign. "
            "The law does not oblige to it: it is a promise."
        ),
        "refused": _("The answer is no. The mandate goes on."),
        "minimum_not_met": _("The minimum is not reached: the charter commits to nothing, whatever the answers."),
    }[outcome]


def sentence(code: str, values: Values) -> str:
    """One reason in words. The figures stand in it, so that it can be read alone."""
    return _SENTENCES[code](values)


def _figures(values: Values) -> dict[str, str]:
    return {name: number(value) for name, value in values.items()}


def _voted(values: Values) -> str:
    return ngettext("%(n)s person voted.", "%(n)s persons voted.", values["participants"]) % {
        "n": number(values["participants"])
    }


def _minimum_met(values: Values) -> str:
    if values["participants"] == values["needed"]:
        return _voted(values) + " " + _("This is exactly the minimum, and it is enough.")
    return _voted(values) + " " + _("This is more than the minimum of %(needed)s.") % _figures(values)


def _minimum_not_met(values: Values) -> str:
    missing = values["needed"] - values["participants"]
    told = _("%(needed)s were needed.") % _figures(values)
    lacked = ngettext("One was missing.", "%(n)s were missing.", missing) % {"n": number(missing)}
    return f"{_voted(values)} {told} {lacked}"


def _no_minimum(values: Values) -> str:
    return _voted(values) + " " + _("This vote has no minimum.")


def _nobody_voted(values: Values) -> str:
    return _("Nobody voted: there is no answer.")


def _all_blank(values: Values) -> str:
    return _("Every ballot is blank: there is not one yes, so the answer is no.")


def _tie(values: Values) -> str:
    return _("As many yes as no: %(yes)s each. When they are equal, the answer is no.") % _figures(values)


def _more_yes(values: Values) -> str:
    return _("There are more yes (%(yes)s) than no (%(no)s).") % _figures(values)


def _more_no(values: Values) -> str:
    return _("There are more no (%(no)s) than yes (%(yes)s).") % _figures(values)


def _majority(values: Values) -> str:
    return _("Yes has a majority of the votes cast: %(yes)s of %(cast)s.") % _figures(values)


def _no_majority(values: Values) -> str:
    return _("Yes has no majority of the votes cast: %(yes)s of %(cast)s.") % _figures(values)


_SENTENCES: dict[str, Callable[[Values], str]] = {
    "minimum_met": _minimum_met,
    "minimum_not_met": _minimum_not_met,
    "no_minimum": _no_minimum,
    "nobody_voted": _nobody_voted,
    "all_blank": _all_blank,
    "tie": _tie,
    "more_yes_than_no": _more_yes,
    "more_no_than_yes": _more_no,
    "majority_of_votes_cast": _majority,
    "no_majority_of_votes_cast": _no_majority,
}
