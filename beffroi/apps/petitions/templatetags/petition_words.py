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
        "other_neighbourhood": _("lives in another neighbourhood"),
    }
    return words.get(code, code)
