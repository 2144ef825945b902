"""What every page offers around its matter. Each app says in its own `frame.py` what it adds: the frame knows no app.

NAV      entries of the navigation          RIGHTS, VERIFY   entries of the page's foot
DOORS    names of pages that the frame itself links to: home, search, space, sign_in, sign_out, counter, counter_close
"""

from dataclasses import dataclass
from types import ModuleType

from django.urls import reverse
from django.utils.functional import Promise

from beffroi.web import offers


@dataclass(frozen=True)
class NavItem:
    """One link. `section` is what a page's context calls itself (`{"section": "petitions"}`) to be marked."""

    section: str
    label: str | Promise
    url_name: str

    @property
    def url(self) -> str:
        return reverse(self.url_name)


def _frames() -> tuple[ModuleType, ...]:
    # The upper floors first: what residents do comes before how it is kept.
    return offers.modules("frame")[::-1]


def items(place: str) -> list[NavItem]:
    """The entries that the apps offer for NAV, RIGHTS or VERIFY."""
    return [item for frame in _frames() for item in getattr(frame, place, [])]


def doors() -> dict[str, str]:
    """The address of each page that the frame links to, by its role."""
    return {role: reverse(name) for frame in _frames() for role, name in getattr(frame, "DOORS", {}).items()}
