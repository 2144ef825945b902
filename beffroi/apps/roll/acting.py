"""On whose behalf an act is done: the resident herself, or the agent who acts for her in her presence."""

from dataclasses import dataclass

from django.http import HttpRequest

from beffroi.apps.roll.models import Account, Person

WEB, COUNTER, PAPER = "web", "counter", "paper"
CHANNELS = (WEB, COUNTER, PAPER)


@dataclass(frozen=True)
class Acting:
    """Whose act it is, through which channel, and the agent who does it for her (None on the web)."""

    person: Person
    channel: str
    agent: Account | None

    def __post_init__(self) -> None:
        assert self.channel in CHANNELS, self.channel
        assert (self.channel == WEB) == (self.agent is None), "an agent never acts on the web, nobody else elsewhere"


class Request(HttpRequest):
    """What a view receives behind `roll.middleware.acting`."""

    #: The resident signed in, or the person in front of the agent; None for everybody else.
    acting: Acting | None
    #: Who has signed in, at work or at home.
    account: Account | None
    #: What the account may do beyond a resident's acts.
    roles: frozenset[str]
