"""The receipt on its way from the signature to the page that shows it: in a cookie of the signer's own browser.

Nothing of it is stored here, and no session is written for it. The cookie is signed and for that page only: the page
shows what this server gave, for the signature that it names. It leaves with the page, or after ten minutes.
"""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from beffroi.apps.petitions import receipts
from beffroi.apps.petitions.actions import Receipt
from beffroi.apps.petitions.models import Signature
from beffroi.web.carried import Carried


@dataclass(frozen=True)
class _Shown:
    signature: int
    text: str


_SHOWN = Carried(_Shown, "beffroi_receipt", "beffroi.petitions.receipt", "petitions:signed", 600, samesite="Strict")


def to(answer: HttpResponse, number: str, receipt: Receipt) -> HttpResponse:
    """Sends the receipt along with the redirection to the page of this petition."""
    _SHOWN.write(answer, _Shown(receipt.signature.pk, receipt.text), number)
    return answer


def read(request: HttpRequest, signature: Signature) -> str:
    """The receipt of this very signature, as it stands; "" when the browser brings none, or another's."""
    shown = _SHOWN.read(request)
    if shown is None or shown.signature != signature.pk:
        return ""
    return shown.text if receipts.hashed(shown.text) == signature.receipt_hash else ""


def forget(answer: HttpResponse, number: str) -> HttpResponse:
    """The page has been made: the browser lets go of it."""
    _SHOWN.forget(answer, number)
    return answer
