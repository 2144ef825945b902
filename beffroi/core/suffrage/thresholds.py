"""How many are needed: shares of a base, rounded up (docs/specs/suffrage.md, 1)."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Literal

from beffroi.core.errors import Malformed

BaseKind = Literal["inhabitants", "electors"]


def needed(share: Fraction, base: int) -> int:
    """The smallest whole number that is at least `share` of `base` persons: 5 % of 27,106 is 1,356.

    `Malformed` when the share is not between 0 and 1, or the base is negative.
    """
    if not 0 <= share <= 1:
        raise Malformed("share", str(share), "a share from 0 to 1")
    if base < 0:
        raise Malformed("base", str(base), "0 or more persons")
    return ceil(share * base)


def more_than_half(base: int) -> int:
    """The smallest whole number above half of `base`: the quorum of a council of 35 is 18, of 36 is 19 (L2121-17)."""
    if base < 0:
        raise Malformed("base", str(base), "0 or more persons")
    return base // 2 + 1


@dataclass(frozen=True)
class Rung:
    """A threshold of a petition, frozen when it opens. `base` persons of the kind `base_kind` on that day."""

    code: str
    share: Fraction
    base_kind: BaseKind
    base: int

    @property
    def needed(self) -> int:
        """The number of signatures that reaches the rung."""
        return needed(self.share, self.base)

    def is_reached(self, count: int) -> bool:
        """Whether `count` signatures reach the rung: exactly the number needed is enough."""
        return count >= self.needed
