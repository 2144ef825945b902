"""What shuffled ballots amount to: majority judgement, Schulze, single transferable vote (spec 8.5).

A ballot is a number for each choice, as the last shuffle left it. Choices are numbered from 0. Everything is counted
with integers and fractions, and a tie stays a tie: where a method must go on nevertheless, it says so.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

Ballot = Sequence[int]
Levels = tuple[tuple[int, ...], ...]  # best first; those of one level are equal


# ---------------------------------------------------------------- majority judgement


@dataclass(frozen=True)
class Judgement:
    """`grades[i][g]`: how many gave choice i the grade g + 1, 1 being the best."""

    grades: tuple[tuple[int, ...], ...]
    valid: int
    blank: int
    invalid: tuple[tuple[int, ...], ...]
    winners: Levels


def majority_judgement(ballots: Iterable[Ballot], choices: int, grades: int) -> Judgement:
    """Balinski and Laraki: the best median grade; among equals, medians are taken away one by one.

    A ballot of zeros is blank; one with any other number than 1 to `grades` is invalid.
    """
    counted = [[0] * grades for _ in range(choices)]
    valid, blank, invalid = 0, 0, []
    for ballot in ballots:
        if not any(ballot):
            blank += 1
        elif all(1 <= grade <= grades for grade in ballot):
            valid += 1
            for row, grade in zip(counted, ballot, strict=True):
                row[grade - 1] += 1
        else:
            invalid.append(tuple(ballot))
    medians = {i: _medians(row) for i, row in enumerate(counted)}
    return Judgement(tuple(map(tuple, counted)), valid, blank, tuple(sorted(invalid)), _levels(medians))


def _medians(row: Sequence[int]) -> tuple[int, ...]:
    """The median grade (the last of the better half), then that of the others, and so on: smaller is better."""
    given = [grade for grade, count in enumerate(row) for _ in range(count)]
    found = []
    while given:
        found.append(given.pop((len(given) + 1) // 2 - 1))
    return tuple(found)


def _levels(keys: dict[int, tuple[int, ...]]) -> Levels:
    return tuple(tuple(i for i in keys if keys[i] == key) for key in sorted(set(keys.values())))


# ---------------------------------------------------------------- Schulze


@dataclass(frozen=True)
class Duels:
    """`preferred[i][j]`: how many rank choice i before choice j. `strengths[i][j]`: the strongest path from i to j."""

    preferred: tuple[tuple[int, ...], ...]
    strengths: tuple[tuple[tuple[int, int], ...], ...]
    valid: int
    blank: int
    winners: Levels


def schulze(ballots: Iterable[Ballot], choices: int) -> Duels:
    """Schulze, "A new monotonic, clone-independent ..." (2011), links ordered by winning votes, then losing ones.

    The smaller the number, the better; equal numbers are no preference; 0 is behind all others. Zeros only: blank.
    """
    preferred = [[0] * choices for _ in range(choices)]
    valid = blank = 0
    for ballot in ballots:
        if not any(ballot):
            blank += 1
            continue
        valid += 1
        ranks = [rank or 256 for rank in ballot]
        for i in range(choices):
            for j in range(choices):
                preferred[i][j] += ranks[i] < ranks[j]
    strengths = _strongest_paths(preferred)
    return Duels(tuple(map(tuple, preferred)), tuple(map(tuple, strengths)), valid, blank, _unbeaten(strengths))


def _strongest_paths(preferred: Sequence[Sequence[int]]) -> list[list[tuple[int, int]]]:
    """Floyd and Warshall's algorithm on (winning votes, losing votes); (0, 0) where there is no path."""
    n = range(len(preferred))
    best = [[(preferred[i][j], preferred[j][i]) if preferred[i][j] > preferred[j][i] else (0, 0) for j in n] for i in n]
    for k in n:
        for i in n:
            for j in n:
                best[i][j] = max(best[i][j], min(best[i][k], best[k][j], key=_strength), key=_strength)
    return best


def _strength(link: tuple[int, int]) -> tuple[int, int]:
    return link[0], -link[1]


def _unbeaten(strengths: Sequence[Sequence[tuple[int, int]]]) -> Levels:
    left = list(range(len(strengths)))
    levels = []
    while left:
        level = tuple(
            i for i in left if all(_strength(strengths[j][i]) <= _strength(strengths[i][j]) for j in left if j != i)
        )
        levels.append(level)
        left = [i for i in left if i not in level]
    return tuple(levels)


# ---------------------------------------------------------------- single transferable vote


@dataclass(frozen=True)
class Step:
    """One step: who won or lost, and whether another had as many votes (then the first in the question's order won)."""

    kind: str  # "win", "lose" or "rest": those who are left take the seats that are left
    choices: tuple[int, ...]
    tied_with: int | None = None


@dataclass(frozen=True)
class Transfer:
    """The steps in order, the winners in the order in which they won, and how many ballots are valid."""

    quota: int
    steps: tuple[Step, ...]
    winners: tuple[int, ...]
    valid: int
    invalid: tuple[tuple[int, ...], ...]


def single_transferable_vote(ballots: Iterable[Ballot], seats: int) -> Transfer:
    """Droop's quota; a winner's surplus goes on by Gregory's fractions, a loser's votes whole.

    Ranks 1, 2, 3... without a gap, 0 for whoever is not ranked; any other ballot is invalid. One choice wins or loses
    at a time; among equals the question's order decides, and the step says so.
    """
    orders, invalid = [], []
    for ballot in ballots:
        order = _order(ballot)
        if order is None:
            invalid.append(tuple(ballot))
        else:
            orders.append(order)
    quota = len(orders) // (seats + 1) + 1
    steps = tuple(_run({order: Fraction(n) for order, n in Counter(orders).items()}, quota, seats))
    winners = tuple(i for step in steps if step.kind != "lose" for i in step.choices)
    return Transfer(quota, steps, winners, len(orders), tuple(sorted(invalid)))


def _order(ballot: Ballot) -> tuple[int, ...] | None:
    ranked = sorted((rank, i) for i, rank in enumerate(ballot) if rank)
    if [rank for rank, _ in ranked] != list(range(1, len(ranked) + 1)):
        return None
    return tuple(i for _, i in ranked)


def _run(votes: dict[tuple[int, ...], Fraction], quota: int, seats: int) -> Iterable[Step]:
    while seats:
        scores: dict[int, Fraction] = {i: Fraction(0) for order in votes for i in order}
        for order, weight in votes.items():
            if order:
                scores[order[0]] += weight
        if len(scores) <= seats:
            yield Step("rest", tuple(sorted(scores)))
            return
        ranking = sorted(scores, key=lambda i: (-scores[i], i))
        wins = scores[ranking[0]] >= quota
        one, next_to = ranking[:2] if wins else ranking[:-3:-1]
        yield Step("win" if wins else "lose", (one,), next_to if scores[one] == scores[next_to] else None)
        kept = (scores[one] - quota) / scores[one] if wins else Fraction(1)
        votes = _without(votes, one, kept)
        seats -= wins


def _without(votes: dict[tuple[int, ...], Fraction], gone: int, kept: Fraction) -> dict[tuple[int, ...], Fraction]:
    left: dict[tuple[int, ...], Fraction] = {}
    for order, weight in votes.items():
        rest = tuple(i for i in order if i != gone)
        moved = weight * kept if order[:1] == (gone,) else weight
        left[rest] = left.get(rest, Fraction(0)) + moved
    return left
