"""The words for the codes of this app: means, refusals. A code without words is shown as it is."""

from django import template
from django.utils.translation import gettext as _

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
        "unsigned": _("no signature on the line"),
        "other_person": _("the line names somebody else"),
        "same_hand": _("several lines by the same hand"),
        "sheet_missing": _("the sheet cannot be found"),
        "struck_off": _("struck off by the verification panel"),
        "not_hers": _("not given by the person herself"),
        "no_presence": _("the person was not there"),
    }
    return words.get(code, code)
