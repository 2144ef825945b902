"""A request under way lives in the reader's own browser, signed: the server keeps nothing before it is sent."""

from dataclasses import asdict, dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

COOKIE = "beffroi_enrolment"
SECONDS = 3600
_SALT = "beffroi.roll.enrolment"


@dataclass(frozen=True)
class Asked:
    """The address, and whether its code was typed. `shown`: the code itself, in a demonstration only."""

    address: str
    confirmed: bool = False
    shown: str = ""


def read(request: HttpRequest) -> Asked | None:
    """What is under way, or None: never begun, older than an hour, or not written by us."""
    try:
        return Asked(**signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=SECONDS))
    except signing.BadSignature:
        return None


def write(answer: HttpResponse, asked: Asked) -> None:
    """Puts it in a cookie that only the pages of enrolment receive, and no script."""
    answer.set_cookie(
        COOKIE,
        signing.dumps(asdict(asked), salt=_SALT),
        max_age=SECONDS,
        path=reverse("roll:enrol"),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def forget(answer: HttpResponse) -> None:
    """Takes it back."""
    answer.delete_cookie(COOKIE, path=reverse("roll:enrol"), samesite="Lax")
