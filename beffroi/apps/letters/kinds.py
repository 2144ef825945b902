"""The kinds of letters: the subject of each, and its body in templates/letters/<kind>.txt.

A subject crosses many servers in clear, and shows on a locked screen: no name, no address, no code, no choice is in it.
"""

from collections.abc import Mapping

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from beffroi.web import pack
from beffroi.web.templatetags.beffroi import brand

#: What is queued: `reference` is the public id that the letter is about.
QUEUED: dict[str, str | Promise] = {
    "petition_admitted": _("your petition is open"),
    "petition_refused": _("the decision on your petition"),
    "petition_heard": _("the council will hear your petition"),
    "petition_answered": _("the council has answered your petition"),
    "votation_called": _("your petition leads to a votation"),
}
#: What is queued for those who follow a petition; each letter holds the link that ends them.
STEPS: dict[str, str | Promise] = {
    "step_crossed": _("a petition that you follow reaches a threshold"),
    "step_verified": _("the signatures of a petition that you follow were verified"),
    "step_scheduled": _("the council will hear a petition that you follow"),
    "step_heard": _("the council has heard a petition that you follow"),
    "step_answered": _("the council has answered a petition that you follow"),
    "step_called": _("a petition that you follow leads to a votation"),
    "step_opened": _("the votation on a petition that you follow is fixed"),
    "step_decided": _("the result of the votation on a petition that you follow"),
    "step_closed": _("a petition that you follow is closed"),
}
#: What is sent inside the request and never stored.
AT_ONCE: dict[str, str | Promise] = {
    "sign_in_code": _("your sign-in code"),
}
SUBJECTS = QUEUED | STEPS | AT_ONCE


def render(kind: str, context: Mapping[str, str], language: str) -> EmailMessage:
    """The message in `language`, without a recipient."""
    with override(language):
        site = brand(pack.current().name)
        body = render_to_string(f"letters/{kind}.txt", {**context, "site": site})
        subject = str(_("%(site)s: %(about)s") % {"site": site, "about": SUBJECTS[kind]})
        return EmailMessage(subject=subject, body=body, headers=_one_click(context.get("unsubscribe")))


def _one_click(address: str | None) -> dict[str, str]:
    """RFC 8058: the mail program shows a button of its own, which posts; nothing is followed by being read."""
    if not address:
        return {}
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
