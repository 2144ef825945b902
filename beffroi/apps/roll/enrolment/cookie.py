"""A request under way lives in the reader's own browser, signed: the server keeps nothing before it is sent."""

from dataclasses import dataclass

from beffroi.web.carried import Carried


@dataclass(frozen=True)
class Asked:
    """The address, and whether its code was typed. `shown`: the code itself, in a demonstration only."""

    address: str
    confirmed: bool = False
    shown: str = ""


ASKED = Carried(Asked, "beffroi_enrolment", salt="beffroi.roll.enrolment", page="roll:enrol", seconds=3600)
