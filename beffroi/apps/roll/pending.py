"""A sign-in that is under way lives in the reader's own browser, signed; the server keeps no address for it."""

from dataclasses import dataclass

from beffroi.web.carried import Carried


@dataclass(frozen=True)
class Pending:
    """The address that asked, where to go afterwards, the code's row once the code was right.

    `shown`: the code itself, in a demonstration only.
    """

    address: str
    after: str
    code_id: int = 0
    shown: str = ""


PENDING = Carried(Pending, "beffroi_sign_in", salt="beffroi.roll.pending", page="roll:sign_in", seconds=3600)
