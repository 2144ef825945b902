"""The verbs of petitions, the only writers: draft, file, decide, appeal, carry; sign, withdraw, enter paper; count,
verify, fire, close.

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
from beffroi.apps.petitions.actions.paper import enter_line
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
    "Receipt",
    "Words",
    "admissibility_due",
    "admit",
    "appeal",
    "as_lines",
    "attach",
    "begin_draft",
    "close_due",
    "count",
    "decide_appeal",
    "delete_draft",
    "detach",
    "enter_line",
    "file",
    "file_words",
    "fire",
    "fire_waiting",
    "forget_drafts",
    "forget_files",
    "invite",
    "join",
    "ladder_of",
    "last_day_to_appeal",
    "link_hash",
    "open_overdue",
    "open_unanswered",
    "printable",
    "recount",
    "refuse",
    "save_draft",
    "share_draft",
    "sign",
    "sources_of",
    "step_back",
    "tell_authors",
    "text_bytes",
    "uninvite",
    "unshare_draft",
    "verify",
    "verify_waiting",
    "withdraw",
    "withdraw_by_receipt",
]
