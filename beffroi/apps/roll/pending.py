"""A sign-in that is under way lives in the reader's own browser, signed; the server keeps no address for it."""

from dataclasses import asdict, dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

COOKIE = "beffroi_sign_in"
SECONDS = 3600
_SALT = "beffroi.roll.pending"


@dataclass(frozen=True)
class Pending:
    """The address that asked, where to go afterwards, the code's row once the code was right.

    `shown`: the code itself, in a demonstration only.
    """

    address: str
    after: str
    code_id: int = 0
    shown: str = ""


def read(request: HttpRequest) -> Pending | None:
    """The sign-in under way, or None: never begun, older than an hour, or not written by us."""
    try:
        return Pending(**signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=SECONDS))
    except signing.BadSignature:
        return None


def write(answer: HttpResponse, pending: Pending) -> None:
    """Puts it in a cookie that only the pages of signing in receive, and no script."""
    answer.set_cookie(
        COOKIE,
        signing.dumps(asdict(pending), salt=_SALT),
        max_age=SECONDS,
        path=reverse("roll:sign_in"),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def forget(answer: HttpResponse) -> None:
    """Takes it back."""
    answer.delete_cookie(COOKIE, path=reverse("roll:sign_in"), samesite="Lax")
