"""The tower: a petition is a belfry that its signatures build (the look, 6). Geometry only: colour and type lie in CSS.

Linear scale from 0 at the foot to the highest threshold under the bell chamber. Units are those of the drawing's box.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

FOOT, RISE, CHAMBER = 604, 400, 204
LEFT, RIGHT = 144, 228
#: Room that one label needs: the figure above its line, two lines of words below.
LABEL_UP, LABEL_DOWN = 25, 42


@dataclass(frozen=True)
class Level:
    """One threshold. `at` is counted on its own base, and so is `rung`: the law's bell rings on electors only.

    `label` and `effect` are two short lines, 19 characters at most ("5 % des habitants", "audition au conseil").
    """

    at: int
    by_law: bool
    rung: bool
    label: str
    effect: str


@dataclass(frozen=True)
class Ladder:
    """A petition's count and its thresholds. `legal_count`: the signatures that are also legal requests, or None."""

    count: int
    legal_count: int | None
    levels: tuple[Level, ...]

    @property
    def top(self) -> int:
        return max((level.at for level in self.levels), default=max(self.count, 1))

    @property
    def course(self) -> int:
        return course(self.top)

    @property
    def next_level(self) -> Level | None:
        """The lowest promise not reached yet; the law's thresholds count other signatures."""
        waiting = [level for level in self.levels if not level.rung and not level.by_law]
        return min(waiting, key=lambda level: level.at, default=None)

    @property
    def missing(self) -> int:
        return max(self.next_level.at - self.count, 0) if self.next_level else 0


def course(top: int) -> int:
    """How many signatures a course of stone is worth: 1, 2 or 5 x 10**k, so that there are 20 to 40 courses."""
    worth = 1
    for step in _steps():
        if top <= step * 40:
            return step
        worth = step
    return worth


def _steps() -> Iterator[int]:
    for power in range(12):
        yield from (10**power, 2 * 10**power, 5 * 10**power)


def plain(value: Decimal | int) -> str:
    """A coordinate, at most one decimal, no zero too many."""
    text = f"{round(Decimal(value), 1):f}"
    return text.rstrip("0").rstrip(".") if "." in text else f"{value}"


@dataclass(frozen=True)
class Wall:
    """Where stones are laid: the shaft from `left`, `stone` wide with a `gap`, from `foot` up over `rise` units."""

    left: int
    width: int
    stone: Decimal
    gap: Decimal
    foot: int
    rise: int


BIG = Wall(LEFT, RIGHT - LEFT, Decimal(21), Decimal("1.4"), FOOT, RISE)
SMALL = Wall(5, 60, Decimal(20), Decimal(1), 289, 200)


def stones(wall: Wall, count: int, top: int) -> tuple[str, str]:
    """The built stones as two paths: dark ones, and one in seven paler, by its place and not by chance.

    A course holds `course(top)` signatures; the last one fills from the start. Nothing rises above the top.
    """
    worth, standing = course(top), min(count, top)
    rows = [_row(wall, top, row, min(standing - row * worth, worth)) for row in range(-(-standing // worth))]
    return "".join(dark for dark, _ in rows), "".join(pale for _, pale in rows)


@lru_cache(4096)  # the full courses of a petition are the same from one signature to the next
def _row(wall: Wall, top: int, row: int, laid: int) -> tuple[str, str]:
    """The stones of one course that holds `laid` signatures."""
    worth = course(top)
    high = Decimal(wall.rise) * worth / top
    base = wall.foot - high * row
    head = max(base - high, Decimal(wall.foot - wall.rise))
    y, height = head + wall.gap / 2, base - head - wall.gap
    if height < 1:
        return "", ""
    filled = wall.left + Decimal(wall.width) * laid / worth
    stones: tuple[list[str], list[str]] = ([], [])
    for place, x, width in _course(wall, row):
        shown = min(width, filled - wall.gap / 2 - x)
        if shown > Decimal("0.5"):
            stones[(4 * row + place) % 7 == 3].append(_rect(x, y, shown, height))
    return "".join(stones[0]), "".join(stones[1])


def _course(wall: Wall, row: int) -> Iterator[tuple[int, Decimal, Decimal]]:
    """Running bond: odd rows begin and end with half a stone. Gives the place in half stones, x and width."""
    half = wall.stone / 2
    edges = (
        [0, *range(1, 2 * int(wall.width / wall.stone), 2)]
        if row % 2
        else [*range(0, 2 * int(wall.width / wall.stone), 2)]
    )
    ends = [*edges[1:], 2 * int(wall.width / wall.stone)]
    for start, end in zip(edges, ends, strict=True):
        yield start, wall.left + half * start + wall.gap / 2, half * (end - start) - wall.gap


def _rect(x: Decimal, y: Decimal, width: Decimal, height: Decimal) -> str:
    return f"M{plain(x)} {plain(y)}h{plain(width)}v{plain(height)}h-{plain(width)}z"


def height_of(count: int, top: int) -> Decimal:
    """The y of a count in the big drawing."""
    return FOOT - Decimal(RISE) * min(count, top) / top


@dataclass(frozen=True)
class Label:
    """A dimension line and its words. `y` is the line's own height at the words, `bell_y` where it starts."""

    level: Level
    y: Decimal
    bell_y: Decimal


def spread(levels: Iterable[Level], top: int, least: int) -> tuple[Label, ...]:
    """Labels of one side from the highest down; one that comes too near is moved lower."""
    placed: list[Label] = []
    for level in sorted(levels, key=lambda item: -item.at):
        y = bell = height_of(level.at, top)
        if placed:
            y = max(y, placed[-1].y + least)
        placed.append(Label(level, y, bell))
    return tuple(placed)


@dataclass(frozen=True)
class Today:
    """Today's level: its true height, where its line ends at the words, and whether the words hang below that line."""

    level_y: Decimal
    y: Decimal
    below: bool


def today(count: int, top: int, beside: Iterable[Label]) -> Today:
    """Keeps the great figure off the law's words, which stand on the same side."""
    level = height_of(count, top)
    y, below = level, False
    for label in beside:
        if not label.y - LABEL_UP < level < label.y + LABEL_DOWN + 62:
            continue
        if level < label.y:
            y = min(y, label.y - LABEL_UP - 6)
        else:
            y, below = max(level, label.y + LABEL_DOWN + 6), True
    return Today(level, y, below)
