"""The link that ends a subscription: its number and a keyed code. Nothing has to be stored, nobody can guess one.

Whoever holds the link can end this subscription, and learn nothing: neither who, nor about what.
"""

import hmac

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

from beffroi.apps.letters.models import Subscription


def key(number: int) -> str:
    """128 bits that only this server can make."""
    return salted_hmac("beffroi.letters.unsubscribe", str(number), algorithm="sha256").hexdigest()[:32]


def is_key(number: int, given: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(key(number), given)


def address(subscription: Subscription) -> str:
    """The whole address of the page."""
    path = reverse("letters:unsubscribe", args=[subscription.pk, key(subscription.pk)])
    return f"{settings.ADDRESS}{path}"
