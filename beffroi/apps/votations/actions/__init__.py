"""The verbs of votations, the only writers: prepare and call, cast, close and forget, count and decide."""

from beffroi.apps.votations.actions.calling import call, drop, prepare
from beffroi.apps.votations.actions.casting import MOST_BYTES, Receipt, cast, receipt
from beffroi.apps.votations.actions.ceremony import begin_anew, hand_in, name_trustee
from beffroi.apps.votations.actions.closing import close, forget, publish_head, publish_heads
from beffroi.apps.votations.actions.counting import decide, hand_in_decryption, receive_decryption, tally, verify
from beffroi.apps.votations.actions.paper import enter_paper_count
from beffroi.apps.votations.actions.preparing import (
    make_ready,
    receive_credentials,
    receive_trustee,
    remove_trustee,
    voter_numbers,
)

__all__ = [
    "MOST_BYTES",
    "Receipt",
    "begin_anew",
    "call",
    "cast",
    "close",
    "decide",
    "drop",
    "enter_paper_count",
    "forget",
    "hand_in",
    "hand_in_decryption",
    "make_ready",
    "name_trustee",
    "prepare",
    "publish_head",
    "publish_heads",
    "receipt",
    "receive_credentials",
    "receive_decryption",
    "receive_trustee",
    "remove_trustee",
    "tally",
    "verify",
    "voter_numbers",
]
