"""The verbs of petitions, the only writers: draft, file, decide, appeal, carry; sign, withdraw, read paper; count,
verify, fire, close, erase.

Who may is asked by the views (perms.py); what the rules allow is asked here. Each act is atomic and writes its entry in
the journal.
"""

from beffroi.apps.petitions.actions.appealing import (
    APPEAL_LIMITS,
    appeal,
    decide_appeal,
    last_day_to_appeal,
    open_unanswered,
)
from beffroi.apps.petitions.actions.carrying import invite, join, step_back, uninvite
from beffroi.apps.petitions.actions.counting import close_due, count, recount
from beffroi.apps.petitions.actions.erasing import erase_due
from beffroi.apps.petitions.actions.figures import publish_figures
from beffroi.apps.petitions.actions.filing import (
    NOTE_LIMITS,
    PRIVATE,
    admissibility_due,
    admit,
    file,
    file_words,
    ladder_of,
    open_overdue,
    refuse,
    tell_authors,
    text_bytes,
)
from beffroi.apps.petitions.actions.firing import fire, fire_waiting
from beffroi.apps.petitions.actions.following import announce, choose, may_follow
from beffroi.apps.petitions.actions.panel import is_concerned, rule, see_names
from beffroi.apps.petitions.actions.paper import Read, drop_reading, finish, is_stalled, look_up, read_line, settle
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
from beffroi.apps.petitions.actions.texts import LIMITS, MOST_SOURCES, as_lines, printable, sources_of
from beffroi.apps.petitions.actions.verifying import verify, verify_waiting
from beffroi.apps.petitions.actions.writing import (
    ATTACHMENT_BYTES,
    MOST_ATTACHMENTS,
    ROOM,
    Words,
    attach,
    begin_draft,
    delete_draft,
    detach,
    forget_drafts,
    forget_files,
    link_hash,
    save_draft,
    share_draft,
    unshare_draft,
)

__all__ = [
    "APPEAL_LIMITS",
    "ATTACHMENT_BYTES",
    "LIMITS",
    "MOST_ATTACHMENTS",
    "MOST_SOURCES",
    "NOTE_LIMITS",
    "PRIVATE",
    "ROOM",
    "Read",
    "Receipt",
    "Words",
    "admissibility_due",
    "admit",
    "announce",
    "appeal",
    "as_lines",
    "attach",
    "attach_scan",
    "begin_draft",
    "choose",
    "close_due",
    "close_left",
    "correct_lines",
    "count",
    "decide_appeal",
    "delete_draft",
    "detach",
    "drop_reading",
    "erase_due",
    "file",
    "file_recall",
    "file_words",
    "finish",
    "fire",
    "fire_waiting",
    "forget",
    "forget_drafts",
    "forget_files",
    "invite",
    "is_concerned",
    "is_stalled",
    "join",
    "judge_line",
    "ladder_of",
    "last_day_to_appeal",
    "link_hash",
    "look_up",
    "lose",
    "may_follow",
    "open_overdue",
    "open_unanswered",
    "print_sheets",
    "printable",
    "publish_figures",
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
    "save_draft",
    "see_names",
    "settle",
    "share_draft",
    "sign",
    "sources_of",
    "step_back",
    "take_back",
    "tell_authors",
    "tell_officials",
    "text_bytes",
    "uninvite",
    "unshare_draft",
    "verify",
    "verify_waiting",
    "withdraw",
    "withdraw_by_receipt",
]
