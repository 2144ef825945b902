"""The verbs of letters: queue one, deliver what waits, send one at once; follow a public thing, tell what happened."""

from beffroi.apps.letters.actions.delivering import (
    MOST_ATTEMPTS,
    deliver,
    due,
    forget_times,
    queue,
    send_now,
    wait,
)
from beffroi.apps.letters.actions.following import Always, announce, subscribe, tell, unsubscribe, unsubscribe_by_link

__all__ = [
    "MOST_ATTEMPTS",
    "Always",
    "announce",
    "deliver",
    "due",
    "forget_times",
    "queue",
    "send_now",
    "subscribe",
    "tell",
    "unsubscribe",
    "unsubscribe_by_link",
    "wait",
]
