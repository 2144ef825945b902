"""The verbs of petitions, the only writers: file, decide, sign, withdraw, read paper; count, verify, close, erase.

Who may is asked by the views (perms.py); what the rules allow is asked here. Each act is atomic and writes its entry in
the journal.
"""

from beffroi.apps.petitions.actions.counting import close_due, count, recount
from beffroi.apps.petitions.actions.erasing import erase_due
from beffroi.apps.petitions.actions.filing import LIMITS, admit, file, open_overdue, refuse, tell_authors, text_bytes
from beffroi.apps.petitions.actions.firing import fire, fire_waiting
from beffroi.apps.petitions.actions.panel import is_concerned, rule, see_names
from beffroi.apps.petitions.actions.paper import Read, drop_reading, finish, look_up, read_line, settle
from beffroi.apps.petitions.actions.recalling import close_left, reply, reply_bytes, reply_is_open, tell_officials
from beffroi.apps.petitions.actions.recalling import file as file_recall
from beffroi.apps.petitions.actions.recalling import wording as recall_wording
from beffroi.apps.petitions.actions.sampling import judge_line
from beffroi.apps.petitions.actions.sheets import (
    attach_scan,
    correct_lines,
    forget,
    lose,
    print_sheets,
    receive,
    refuse_sheet,
    take_back,
)
from beffroi.apps.petitions.actions.signing import Receipt, sign, withdraw, withdraw_by_receipt
from beffroi.apps.petitions.actions.verifying import verify, verify_waiting

__all__ = [
    "LIMITS",
    "Read",
    "Receipt",
    "admit",
    "attach_scan",
    "close_due",
    "close_left",
    "correct_lines",
    "count",
    "drop_reading",
    "erase_due",
    "file",
    "file_recall",
    "finish",
    "fire",
    "fire_waiting",
    "forget",
    "is_concerned",
    "judge_line",
    "look_up",
    "lose",
    "open_overdue",
    "print_sheets",
    "read_line",
    "recall_wording",
    "receive",
    "recount",
    "refuse",
    "refuse_sheet",
    "reply",
    "reply_bytes",
    "reply_is_open",
    "rule",
    "see_names",
    "settle",
    "sign",
    "take_back",
    "tell_authors",
    "tell_officials",
    "text_bytes",
    "verify",
    "verify_waiting",
    "withdraw",
    "withdraw_by_receipt",
]
