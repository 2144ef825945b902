"""The receipt on its way from the signature to the page that shows it: in a cookie of the signer's own browser.

Nothing of it is stored here, and no session is written for it. The cookie is signed and for that page only: the page
shows what this server gave, for the signature that it names. It leaves with the page, or after ten minutes.
"""

from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from beffroi.apps.petitions import receipts
from beffroi.apps.petitions.actions import Receipt
from beffroi.apps.petitions.models import Signature

COOKIE: Final = "beffroi_receipt"
SALT: Final = "beffroi.petitions.receipt"
SECONDS: Final = 600


def _path(number: str) -> str:
    return reverse("petitions:signed", args=[number])


def to(answer: HttpResponse, number: str, receipt: Receipt) -> HttpResponse:
    """Sends the receipt along with the redirection to the page of this petition."""
    given = signing.dumps([receipt.signature.pk, receipt.text], salt=SALT)
    answer.set_cookie(
        COOKIE, given, SECONDS, path=_path(number), secure=settings.HTTPS, httponly=True, samesite="Strict"
    )
    return answer


def read(request: HttpRequest, signature: Signature) -> str:
    """The receipt of this very signature, as it stands; "" when the browser brings none, or another's."""
    try:
        number, text = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return text if number == signature.pk and receipts.hashed(text) == signature.receipt_hash else ""


def forget(answer: HttpResponse, number: str) -> HttpResponse:
    """The page has been made: the browser lets go of it."""
    answer.delete_cookie(COOKIE, path=_path(number), samesite="Strict")
    return answer
