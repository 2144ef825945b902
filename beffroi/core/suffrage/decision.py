"""What a count decides, and why in codes that a page turns into sentences (docs/specs/suffrage.md, 3)."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from beffroi.core.errors import Malformed, Refused
from beffroi.core.suffrage.thresholds import needed

Majority = Literal["more-yes-than-no", "majority-of-votes-cast"]
Outcome = Literal["adopted", "refused", "minimum_not_met"]
MAJORITIES: Final[tuple[Majority, ...]] = ("more-yes-than-no", "majority-of-votes-cast")


@dataclass(frozen=True)
class Count:
    """Ballots of a yes or no question. Counts of stations add up with +. Never negative."""

    yes: int
    no: int
    blank: int

    def __post_init__(self) -> None:
        for name, number in (("yes", self.yes), ("no", self.no), ("blank", self.blank)):
            if number < 0:
                raise Malformed(f"count: {name}", str(number), "0 or more ballots")

    def __add__(self, other: "Count") -> "Count":
        return Count(self.yes + other.yes, self.no + other.no, self.blank + other.blank)

    @property
    def participants(self) -> int:
        """Everybody who voted: a blank ballot is participation."""
        return self.yes + self.no + self.blank

    @property
    def cast(self) -> int:
        """Votes cast in the law's sense (suffrages exprimés): blank ballots are not among them."""
        return self.yes + self.no


@dataclass(frozen=True)
class DecisionRules:
    """The frozen rules of a vote: how many are registered, the participation minimum (None: none), the majority."""

    registered: int
    minimum: Fraction | None
    majority: Majority

    def __post_init__(self) -> None:
        if self.registered < 0:
            raise Malformed("rules: registered", str(self.registered), "0 or more persons")
        if self.majority not in MAJORITIES:
            raise Malformed("rules: majority", f'"{self.majority}"', ", ".join(MAJORITIES))
        if self.minimum is not None and not 0 < self.minimum <= 1:
            raise Malformed("rules: minimum", str(self.minimum), "a share above 0 and up to 1, or None")

    @property
    def minimum_needed(self) -> int:
        """How many must vote; 0 without a minimum. Never 0 with one: where nobody came, no minimum is met."""
        return 0 if self.minimum is None else max(1, needed(self.minimum, self.registered))


@dataclass(frozen=True)
class Reason:
    """One reason of a decision: a stable code, and the numbers that its sentence shows."""

    code: str
    values: dict[str, int]


@dataclass(frozen=True)
class Decision:
    """The outcome, with the reason about participation first, then the one about the votes."""

    outcome: Outcome
    participants: int
    minimum_needed: int
    reasons: tuple[Reason, ...]


def decide(rules: DecisionRules, count: Count) -> Decision:
    """Applies the frozen rules. Exactly the minimum is enough; a tie refuses; all blank refuses.

    `Refused("suffrage.more_voters_than_registered")` when the count cannot be that of this body: nothing is decided
    from figures that contradict themselves.
    """
    if count.participants > rules.registered:
        fault = f"{count.participants} voters, {rules.registered} registered"
        raise Refused("suffrage.more_voters_than_registered", fault)
    reasons = (_participation(rules, count), _votes(rules, count))
    outcome: Outcome = "refused"
    if count.participants < rules.minimum_needed:
        outcome = "minimum_not_met"
    elif _is_adopted(rules, count):
        outcome = "adopted"
    return Decision(outcome, count.participants, rules.minimum_needed, reasons)


def _is_adopted(rules: DecisionRules, count: Count) -> bool:
    # With two answers both rules choose alike; they are two because the law and the promise word them differently.
    if rules.majority == "majority-of-votes-cast":
        return 2 * count.yes > count.cast
    return count.yes > count.no


def _participation(rules: DecisionRules, count: Count) -> Reason:
    numbers = {"participants": count.participants, "registered": rules.registered, "needed": rules.minimum_needed}
    if rules.minimum is None:
        return Reason("no_minimum", numbers)
    return Reason("minimum_met" if count.participants >= rules.minimum_needed else "minimum_not_met", numbers)


def _votes(rules: DecisionRules, count: Count) -> Reason:
    numbers = {"yes": count.yes, "no": count.no, "blank": count.blank, "cast": count.cast}
    if not count.participants:
        return Reason("nobody_voted", numbers)
    if not count.cast:
        return Reason("all_blank", numbers)
    if count.yes == count.no:
        return Reason("tie", numbers)
    if rules.majority == "majority-of-votes-cast":
        return Reason("majority_of_votes_cast" if _is_adopted(rules, count) else "no_majority_of_votes_cast", numbers)
    return Reason("more_yes_than_no" if _is_adopted(rules, count) else "more_no_than_yes", numbers)
