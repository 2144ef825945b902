"""What the templates of the tower draw: paths, bells, and words that never lie over one another (see tower.py)."""

from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from beffroi.web import tower as towers
from beffroi.web.tower import Ladder, Level
from beffroi.web.words import number

BELL = mark_safe(
    '<path d="M0-9.5c-.9 0-1.6.7-1.6 1.6v.7C-5-6.3-6.6-3.6-6.8.2-7 3.6-7.8 5.2-9.2 6.6v1.7H9.2V6.6C7.8 5.2 7 3.6 6.8.2'
    ' 6.6-3.6 5-6.3 1.6-7.2v-.7c0-.9-.7-1.6-1.6-1.6z"/><path d="M-2.6 8.3a2.6 2.6 0 0 0 5.2 0z"/>'
)


def _bell_at(x: object, y: object, scale: object, rung: bool) -> SafeString:
    css = "rung" if rung else "mute"
    return format_html('<g class="t-bell {}" transform="translate({} {}) scale({})">{}</g>', css, x, y, scale, BELL)


def _description(ladder: Ladder) -> str:
    told = [
        _("%(count)s signatures on a scale from 0 to %(top)s.")
        % {"count": number(ladder.count), "top": number(ladder.top)}
    ]
    for level in sorted(ladder.levels, key=lambda item: item.at):
        said = _("The bell at %(at)s has rung.") if level.rung else _("The bell at %(at)s has not rung yet.")
        told.append(said % {"at": number(level.at)})
    return " ".join([*told, _("The list of thresholds says the same.")])


def tower(ladder: Ladder, ident: str, today: str) -> dict[str, Any]:
    """The context of the big drawing. `today`: the word under today's figure, if not "today"."""
    top = ladder.top
    dark, pale = towers.stones(towers.BIG, ladder.count, top)
    law = [level for level in ladder.levels if level.by_law]
    promises = [level for level in ladder.levels if not level.by_law]
    least = towers.LABEL_UP + towers.LABEL_DOWN
    left, right = towers.spread(law, top, least), towers.spread(promises, top, least)
    level = towers.height_of(ladder.count, top)
    return {
        "ident": ident,
        "title": _("The tower of the petition"),
        "description": _description(ladder),
        "word": today or _("today"),
        "ladder": ladder,
        "count": ladder.count,
        "stones": dark,
        "pale": pale,
        "full": ladder.count >= top,
        "level": towers.plain(level),
        "bells": SafeString("".join(_bells(ladder, law, promises))),
        "law": [_drawn(label, 0) for label in left],
        "promises": [_drawn(label, 372) for label in right],
        "now": _today(ladder, left),
        "column": _column(ladder, least),
    }


def _bells(ladder: Ladder, law: list[Level], promises: list[Level]) -> list[SafeString]:
    drawn = []
    for levels, x in ((promises, 206), (law, 166)):
        for level in levels:
            y = towers.height_of(level.at, ladder.top)
            if level.at == ladder.top:
                drawn.append(_bell_at(186, 178, 1.9, level.rung))
                continue
            shut = "" if level.rung else " open"
            drawn.append(format_html('<circle class="t-hole{}" cx="{}" cy="{}" r="13.5"/>', shut, x, towers.plain(y)))
            drawn.append(_bell_at(x, towers.plain(y), 1.05, level.rung))
    return drawn


def _today(ladder: Ladder, left: tuple[towers.Label, ...]) -> dict[str, Any]:
    """Today's line at the start side, with the great figure above it, or below it where the law's words stand above."""
    now = towers.today(ladder.count, ladder.top, left)
    level, y, end = towers.plain(now.level_y), towers.plain(now.y), 134 if ladder.count >= ladder.top else 235
    bend = "" if now.y == now.level_y else f"L104 {y}L132 {level}"
    return {
        "line": f"M0 {y}{bend}L{end} {level}",
        "end": "" if end == 134 else f"M232 {level}l9-5.5v11z",
        "big": towers.plain(now.y + 38 if now.below else now.y - 10),
        "word": towers.plain(now.y + 58 if now.below else now.y - 47),
    }


def _drawn(label: towers.Label, x: int) -> dict[str, Any]:
    """One label's line and the heights of its three lines of words."""
    near, far = (230, 250) if x else (142, 122)
    if label.bell_y == towers.CHAMBER:
        near = 238 if x else 134
    line = f"M{near} {towers.plain(label.bell_y)}"
    if label.y != label.bell_y:
        line += f"L{far} {towers.plain(label.y)}"
    return {
        "level": label.level,
        "line": f"{line}L{x} {towers.plain(label.y)}",
        "num": towers.plain(label.y - 7),
        "first": towers.plain(label.y + 19),
        "second": towers.plain(label.y + 37),
    }


def _column(ladder: Ladder, least: int) -> list[dict[str, Any]]:
    """The narrow drawing's words, all at the end side: thresholds and today, none over another."""
    marks: list[tuple[int, Level | None]] = [(level.at, level) for level in ladder.levels]
    marks.append((min(ladder.count, ladder.top), None))
    rows, last = [], None
    # At the same height, the threshold stands above and today's figure below.
    for count, level in sorted(marks, key=lambda mark: (-mark[0], mark[1] is None)):
        own = towers.height_of(count, ladder.top)
        y = own if last is None else max(own, last + least)
        last = y + (22 if level is None else 0)
        start = 118 if level is not None and level.at == ladder.top else 112
        line = (
            f"M{start} {towers.plain(own)}"
            + (f"L130 {towers.plain(y)}" if y != own else "")
            + f"L300 {towers.plain(y)}"
        )
        rows.append(
            {
                "level": level,
                "line": line,
                "num": towers.plain(y - 7),
                "first": towers.plain(y + 19),
                "second": towers.plain(y + 38),
                "big": towers.plain(y + 36),
                "word": towers.plain(y + 56),
            }
        )
    return rows


def mini_tower(ladder: Ladder | None, marks: bool, lines: bool) -> dict[str, Any]:
    """The context of the small drawing; without a ladder, of the empty plan."""
    if ladder is None:
        return {"dark": "", "pale": "", "top": "289", "lines": [], "holes": []}
    dark, pale = towers.stones(towers.SMALL, ladder.count, ladder.top)
    promises = [level for level in ladder.levels if not level.by_law]
    heights = [(level, towers.SMALL.foot - Decimal(towers.SMALL.rise) * level.at / ladder.top) for level in promises]
    reached = towers.SMALL.foot - Decimal(towers.SMALL.rise) * min(ladder.count, ladder.top) / ladder.top
    bells = []
    for level, y in heights:
        if level.at == ladder.top:
            bells.append(_bell_at(35, 76, 1, level.rung))
        else:
            shut = "" if level.rung else " open"
            bells.append(format_html('<circle class="t-hole{}" cx="35" cy="{}" r="14"/>', shut, towers.plain(y)))
            bells.append(_bell_at(35, towers.plain(y), 1.05, level.rung))
    return {
        "dark": dark,
        "pale": pale,
        "top": towers.plain(reached),
        "full": ladder.count >= ladder.top,
        "lines": [towers.plain(y) for _level, y in heights] if lines else [],
        "marks": [(level.at, towers.plain(y - 6)) for level, y in heights] if marks else [],
        "bells": SafeString("".join(bells)) if bells else _bell_at(35, 76, 1, False),
    }
