"""What a reader's own browser carries from one page to the next, signed: the server keeps nothing of it."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


@dataclass(frozen=True)
class Carried(Generic[T]):
    """A cookie with one `kind`: a dataclass of plain values. No script reads it, and only the pages below `page` do.

    `args`, below, are those of the page's address, where it has some.
    """

    kind: type[T]
    cookie: str
    salt: str
    page: str
    seconds: int
    samesite: Literal["Lax", "Strict"] = "Lax"

    def read(self, request: HttpRequest) -> T | None:
        """What is carried, or None: nothing, too old, or not written by us."""
        try:
            return self.kind(
                **signing.loads(request.COOKIES.get(self.cookie, ""), salt=self.salt, max_age=self.seconds)
            )
        except (signing.BadSignature, TypeError):  # a TypeError: an earlier version of this program wrote it
            return None

    def write(self, answer: HttpResponse, value: T, *args: str) -> None:
        """Gives it to the browser, for `seconds`."""
        answer.set_cookie(
            self.cookie,
            signing.dumps(asdict(value), salt=self.salt),
            max_age=self.seconds,
            path=reverse(self.page, args=args),
            secure=settings.HTTPS,
            httponly=True,
            samesite=self.samesite,
        )

    def forget(self, answer: HttpResponse, *args: str) -> None:
        """Takes it back."""
        answer.delete_cookie(self.cookie, path=reverse(self.page, args=args), samesite=self.samesite)
