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
    "petition_upheld": _("the bureau's decision on your petition"),
    "petition_heard": _("your petition will be heard"),
    "petition_answered": _("your petition is answered"),
    "votation_called": _("your petition leads to a vote"),
    "signature_struck": _("a signature that was struck off"),
    "charter_signed": _("your signature under the charter is recorded"),
    "charter_withdrawn": _("your signature under the charter is withdrawn"),
    "recall_filed": _("a petition concerns your mandate"),
    "recall_called": _("a vote concerns your mandate"),
    "enrolment_received": _("your request has arrived"),
    "enrolment_accepted": _("your request is accepted"),
    "enrolment_refused": _("the decision on your request"),
    "enrolment_appealed": _("your appeal has arrived"),
    "enrolment_appeal_refused": _("the decision on your appeal"),
    "enrolment_papers_deleted": _("your papers have been deleted"),
    "renewal_due": _("a question once a year"),
    "renewal_ends": _("a question that has no answer yet"),
    "move_confirmed": _("your new address"),
    "move_refused": _("your new address"),
}
#: What is queued for those who follow a petition; each letter holds the link that ends them.
STEPS: dict[str, str | Promise] = {
    "step_crossed": _("a petition that you follow reaches a threshold"),
    "step_verified": _("the signatures of a petition that you follow were verified"),
    "step_scheduled": _("a petition that you follow will be heard"),
    "step_heard": _("a petition that you follow was heard"),
    "step_answered": _("a petition that you follow is answered"),
    "step_called": _("a petition that you follow leads to a vote"),
    "step_opened": _("the vote on a petition that you follow is fixed"),
    "step_decided": _("the result of the vote on a petition that you follow"),
    "step_closed": _("a petition that you follow is closed"),
}
#: What is sent inside the request and never stored.
AT_ONCE: dict[str, str | Promise] = {
    "sign_in_code": _("your sign-in code"),
    "sign_in_code_long": _("your sign-in code"),
    "address_code": _("a code to confirm this address"),
    "address_changed": _("the address of your account was changed"),
    "factor_reset": _("your second step was taken away"),
    "enrolment_code": _("your code"),
    "enrolment_code_long": _("your code"),
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
