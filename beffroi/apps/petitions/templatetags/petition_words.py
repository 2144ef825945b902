"""The words for the codes of this app: means, refusals. A code without words is shown as it is."""

from django import template
from django.utils.translation import gettext as _

from beffroi.apps.petitions import sheet_codes
from beffroi.apps.petitions.sheet_forms import SHEET_REFUSALS

register = template.Library()


@register.filter
def means(channel: str) -> str:
    """How it was signed, after a date: "On 12 October, online"."""
    return {"web": _("online"), "counter": _("at the counter"), "paper": _("on paper")}.get(channel, channel)


@register.filter
def verdict(code: str) -> str:
    """Why a paper line or a signature was refused."""
    words = {
        "not_on_roll": _("not on the register"),
        "already_signed": _("had signed already"),
        "illegible": _("cannot be read"),
        "too_young": _("under 16"),
        "ambiguous": _("several persons of that name"),
        "left": _("no longer lives here"),
        "other_neighbourhood": _("lives in another neighbourhood"),
        "unsigned": _("no signature on the line"),
        "other_person": _("the line names somebody else"),
        "same_hand": _("several lines by the same hand"),
        "sheet_missing": _("the sheet cannot be found"),
        "withdrawn": _("withdrawn after the sheet was handed in"),
        "struck_off": _("struck off by the verification panel"),
        "not_an_elector": _("not on the electoral roll"),
        "under_18": _("under 18"),
        "not_hers": _("not given by the person herself"),
        "no_presence": _("the person was not there"),
    }
    return words.get(code, code)


@register.filter
def signal(code: str) -> str:
    """What is unusual."""
    words = {
        "device": _("Many persons on one device"),
        "network": _("Many persons on one connection"),
        "burst": _("An hour far above the usual pace"),
        "agent_day": _("Many acts of one agent in a day"),
        "agent_pace": _("Acts at the counter very close to one another"),
        "streak": _("Persons of one street or one name, one after another"),
        "sheet": _("A sheet of which most lines were refused"),
    }
    return words.get(code, code)


@register.filter
def ruling(code: str) -> str:
    """A decision of the panel, or its reason."""
    words = {
        "keep": _("Kept"),
        "check": _("A check is asked for"),
        "strike": _("Struck off"),
        "household": _("a household or a shared device"),
        "gathering": _("a stand, a meeting or a press article"),
        "to_confirm": _("the persons are asked to confirm"),
        "to_compare": _("the papers are to be compared"),
        "not_hers": _("not given by the person herself"),
        "no_presence": _("the person was not at the counter"),
    }
    return words.get(code, code)


@register.filter
def rung(code: str) -> str:
    """A threshold, by what it causes."""
    words = {
        "hearing": _("heard by the council"),
        "legal": _("right of petition"),
        "referendum": _("votation"),
        "recall": _("recall"),
    }
    return words.get(code, code)


@register.filter
def sheet_refusal(code: str) -> str:
    """Why a whole sheet was refused."""
    return str(SHEET_REFUSALS.get(code, code))


@register.filter
def sheet_code(code: str) -> str:
    """A sheet's identifier as it is printed."""
    return sheet_codes.shown(code)
