"""Filters and tags of every page: figures, dates, French setting, and the parts of the look."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Any, Protocol

from django import template
from django.forms import BaseForm, BoundField
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import pgettext as _p

from beffroi.web import drawing
from beffroi.web.drawing import BELL
from beffroi.web.still import shared
from beffroi.web.tower import Ladder
from beffroi.web.typography import at_place, french, of_place
from beffroi.web.words import day, hour, in_french, iso, local, moment, number, percent

# Sentences made in Python take the filters from here too.
__all__ = ["at", "brand", "day", "hour", "iso", "moment", "number", "of", "percent", "register", "sha"]

register = template.Library()
for _filter in (number, percent, day, hour, moment, iso):
    register.filter(_filter.__name__, _filter)


@register.filter
def days_since(value: date) -> int:
    """Whole days from a due date to today; 0 when it is not past."""
    return max((timezone.localdate() - value).days, 0)


@register.filter
def days_until(value: date | datetime) -> int:
    """Whole days from today; 0 when it is past."""
    last = local(value)
    return max(((last.date() if isinstance(last, datetime) else last) - timezone.localdate()).days, 0)


class _Aged(Protocol):
    def age_on(self, day: date) -> int: ...


@register.filter
def age(person: _Aged) -> int:
    """How old somebody is today."""
    return person.age_on(timezone.localdate())


# Words -----------------------------------------------------------------------------------------------------------


@register.filter(needs_autoescape=True)
def typo(text: object, autoescape: bool = True) -> str:
    """French spaces for a text that somebody wrote. Escapes, as every variable does."""
    if isinstance(text, SafeString):
        return SafeString(french(text))  # adds spaces to what was safe already
    set_text = french(str(text))
    return conditional_escape(set_text) if autoescape else set_text


@register.filter
def brand(place: str) -> str:
    """Beffroi de Bourg."""
    return f"Beffroi {of_place(place)}"


@register.filter
def at(place: str) -> str:
    """à Bourg, in Bourg."""
    return at_place(place) if in_french() else f"in {place}"


@register.filter
def of(place: str) -> str:
    """de Bourg, of Bourg."""
    return of_place(place) if in_french() else f"of {place}"


@register.filter
def groups(text: str, size: int = 4) -> str:
    """A receipt or a tracker in groups, each in a span, for <p class="tracker" translate="no">."""
    parts = ((str(text)[start : start + size],) for start in range(0, len(str(text)), size))
    return format_html_join(" ", "<span>{}</span>", parts)


@register.filter
def sha(text: str, how: str = "short") -> str:
    """A fingerprint in groups of eight: the first twenty signs, or all with `sha:"full"`."""
    shown = str(text).replace(" ", "") if how == "full" else str(text).replace(" ", "")[:20]
    return " ".join(shown[start : start + 8] for start in range(0, len(shown), 8))


# Parts -----------------------------------------------------------------------------------------------------------

SIGNED = mark_safe(
    '<svg viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path fill="none" stroke="var(--bronze)"'
    ' stroke-width="2" stroke-linecap="round" d="M2 14c3-9 5-10 5-6s-2 6 1 4 3-5 4-3 0 4 2 3 2-2 4-2M2 18h16"/></svg> '
)
SECTION = mark_safe('<span aria-hidden="true">§</span> ')
BADGES: dict[str, tuple[SafeString | str, Callable[[], str]]] = {
    "law": (SECTION, lambda: _p("badge", "Law")),
    "promise": (SIGNED, lambda: _p("badge", "Promise")),
    "advice": ("", lambda: _p("badge", "Advice")),
    "late": ("", lambda: _p("badge", "Late")),
    "done": ("", lambda: _p("badge", "Done")),
    "state": ("", lambda: ""),
}


@register.simple_tag
def badge(kind: str, text: str = "") -> str:
    """{% badge "law" %}, {% badge "promise" "2 effets promis" %}; kinds: law, promise, advice, late, done, state."""
    mark, word = BADGES[kind]
    css = "badge" if kind == "state" else f"badge badge-{kind}"
    return format_html('<span class="{}">{}{}</span>', css, mark, text or word())


@register.simple_tag
def bell(rung: bool = False) -> str:
    """A bell for the list of thresholds: bronze when it has rung, an outline before. The words beside it say so too."""
    return format_html(
        '<svg viewBox="-12 -12 24 24" aria-hidden="true" focusable="false"><g class="t-bell {}">{}</g></svg>',
        "rung" if rung else "mute",
        BELL,
    )


@register.simple_tag
def hatch() -> str:
    """The pattern of the "no" bars: once in a page that has `{% bar %}` of kind "no"."""
    return mark_safe(
        '<svg class="hatch" width="0" height="0" aria-hidden="true" focusable="false"><defs><pattern id="hatch"'
        ' width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V8"/>'
        "</pattern></defs></svg>"
    )


def _length(share: Fraction | Decimal | int) -> str:
    exact = min(max(Fraction(share), Fraction(0)), Fraction(1))
    return f"{(Decimal(exact.numerator) * 100 / exact.denominator).quantize(Decimal('0.01'), ROUND_DOWN):f}%"


@register.simple_tag
def bar(
    share: Fraction | Decimal | int,
    kind: str = "yes",
    label: str = "",
    mark: Fraction | Decimal | int | None = None,
    mark_label: str = "",
) -> str:
    """{% bar share kind="yes|no|blank" %} of the votes.

    {% bar share mark=minimum mark_label="minimum 20 %" label="..." %} of participation, with the bronze mark.
    A bar without `label` is hidden from assistive tools: the figure must stand beside it.
    """
    css, inset, height = {"yes": ("fg", 0, 36), "no": ("fg-2", 1, 34), "blank": ("fg-3", 1, 34)}[kind]
    named = (
        format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true" focusable="false"')
    )
    if mark is None:
        fill = format_html(
            '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', css, inset, inset, _length(share), height
        )
        return format_html('<svg class="bar" width="100%" height="36" {}>{}</svg>', named, fill)
    # Past the middle the words stand before the mark, or they would leave the page.
    anchor = mark_safe(' text-anchor="end"') if Fraction(mark) > Fraction(3, 5) else ""
    return format_html(
        '<svg class="bar" width="100%" height="66" {}><rect class="bg" width="100%" height="30"/>'
        '<rect class="fg" width="{}" height="30"/><line class="mark" x1="{}" x2="{}" y1="-6" y2="42"/>'
        '<text x="{}" y="60"{}>{}</text></svg>',
        *(named, _length(share), _length(mark), _length(mark), _length(mark), anchor, mark_label),
    )


@register.simple_tag(takes_context=True)
def kept(context: template.RequestContext, part: str, *depends: object) -> SafeString:
    """{% kept "web/parts/plinth.html" %}: an include that is made once in a few seconds for the same page's readers.

    For what the frame says to everybody: it may depend on the page's address, the language and the theme, and on
    `depends`, but on nothing else of the reader, and has no form with a token.
    """
    page = context.template
    assert page is not None

    def make() -> SafeString:
        return page.engine.get_template(part).render(context)

    request = context["request"]
    if request.META.get("QUERY_STRING"):  # any words may stand there: copies are few
        return make()
    name = ("web.part", part, get_language() or "", str(context["theme"]), request.path, *map(str, depends))
    return shared(name, make)


# The tower -------------------------------------------------------------------------------------------------------


@register.inclusion_tag("web/parts/tower.html")
def tower(ladder: Ladder, ident: str = "tour", today: str = "") -> dict[str, Any]:
    """{% tower ladder %}: the whole tower, twice: wide, and narrow with all words at one side for small screens."""
    return drawing.tower(ladder, ident, today)


@register.inclusion_tag("web/parts/mini_tower.html")
def mini_tower(ladder: Ladder | None = None, marks: bool = False, lines: bool = True) -> dict[str, Any]:
    """{% mini_tower ladder %}: one petition of the street; {% mini_tower %}: the empty plan.

    `marks` writes the thresholds on their lines; `lines` draws these, from one end of the street to the other.
    Hidden from assistive tools: the link beside it says its count, its title and its end.
    """
    return drawing.mini_tower(ladder, marks, lines)


# Forms -----------------------------------------------------------------------------------------------------------


@register.inclusion_tag("web/form/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """{% field form.name %}: label above, hint, error, field. Radios and boxes become lines that a finger can touch."""
    kind = getattr(bound.field.widget, "input_type", "")
    return {
        "field": bound,
        "kind": kind if kind in {"checkbox", "radio", "hidden"} else "line",
        "several": bound.use_fieldset,
    }


@register.inclusion_tag("web/form/errors.html")
def errors(form: BaseForm) -> dict[str, Any]:
    """{% errors form %}: the summary that comes first, each error a link to its field. Nothing when all is well."""
    wrong = [(bound, message) for bound in form for message in bound.errors]
    return {"fields": wrong, "others": form.non_field_errors(), "count": len(wrong) + len(form.non_field_errors())}
