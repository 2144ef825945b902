"""The verbs of petitions, the only writers: file, decide, sign, withdraw, enter paper; count, verify, fire, close.

Who may is asked by the views (perms.py); what the rules allow is asked here. Each act is atomic and writes its entry in
the journal.
"""

from beffroi.apps.petitions.actions.counting import close_due, count, recount
from beffroi.apps.petitions.actions.figures import publish_figures
from beffroi.apps.petitions.actions.filing import LIMITS, admit, file, open_overdue, refuse, tell_authors, text_bytes
from beffroi.apps.petitions.actions.firing import fire, fire_waiting
from beffroi.apps.petitions.actions.following import announce, choose, may_follow
from beffroi.apps.petitions.actions.paper import enter_line
from beffroi.apps.petitions.actions.signing import Receipt, sign, withdraw, withdraw_by_receipt
from beffroi.apps.petitions.actions.verifying import verify, verify_waiting

__all__ = [
    "LIMITS",
    "Receipt",
    "admit",
    "announce",
    "choose",
    "close_due",
    "count",
    "enter_line",
    "file",
    "fire",
    "fire_waiting",
    "may_follow",
    "open_overdue",
    "publish_figures",
    "recount",
    "refuse",
    "sign",
    "tell_authors",
    "text_bytes",
    "verify",
    "verify_waiting",
    "withdraw",
    "withdraw_by_receipt",
]
