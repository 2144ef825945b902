"""The verbs of petitions, the only writers: file, decide, sign, withdraw, enter paper; count, verify, close, erase.

Who may is asked by the views (perms.py); what the rules allow is asked here. Each act is atomic and writes its entry in
the journal.
"""

from beffroi.apps.petitions.actions.counting import close_due, count, recount
from beffroi.apps.petitions.actions.erasing import erase_due
from beffroi.apps.petitions.actions.filing import LIMITS, admit, file, open_overdue, refuse, tell_authors, text_bytes
from beffroi.apps.petitions.actions.firing import fire, fire_waiting
from beffroi.apps.petitions.actions.panel import is_concerned, rule, see_names
from beffroi.apps.petitions.actions.paper import enter_line
from beffroi.apps.petitions.actions.sampling import judge_line
from beffroi.apps.petitions.actions.recalling import close_left, reply, reply_bytes, reply_is_open, tell_officials
from beffroi.apps.petitions.actions.recalling import file as file_recall
from beffroi.apps.petitions.actions.recalling import wording as recall_wording
from beffroi.apps.petitions.actions.signing import Receipt, sign, withdraw, withdraw_by_receipt
from beffroi.apps.petitions.actions.verifying import verify, verify_waiting

__all__ = [
    "LIMITS",
    "Receipt",
    "admit",
    "close_due",
    "close_left",
    "count",
    "enter_line",
    "erase_due",
    "file",
    "file_recall",
    "fire",
    "fire_waiting",
    "is_concerned",
    "judge_line",
    "open_overdue",
    "recall_wording",
    "recount",
    "refuse",
    "rule",
    "see_names",
    "reply",
    "reply_bytes",
    "reply_is_open",
    "sign",
    "tell_authors",
    "tell_officials",
    "text_bytes",
    "verify",
    "verify_waiting",
    "withdraw",
    "withdraw_by_receipt",
]
