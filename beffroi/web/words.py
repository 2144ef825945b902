"""Figures and dates in the reader's language, as the pages write them."""

from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from beffroi.core.rules import parse_share
from beffroi.web.typography import FIXED, NARROW


def _words(text: str) -> list[str]:
    return text.split()


MONTHS = {
    "fr": _words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    "en": _words("January February March April May June July August September October November December"),
}
WEEK = {
    "fr": _words("lundi mardi mercredi jeudi vendredi samedi dimanche"),
    "en": _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
}


def in_french() -> bool:
    return (get_language() or "fr").startswith("fr")


# Figures ---------------------------------------------------------------------------------------------------------


def number(value: int | Decimal | None) -> str:
    """1 356 in French (U+202F), 1,356 in English. Nothing for None."""
    if value is None or value == "":
        return ""
    whole = f"{value:,}"
    return whole.replace(",", NARROW).replace(".", ",") if in_french() else whole


def percent(value: Fraction | Decimal | int | str, how: str = "near") -> str:
    """A share as a percentage, one decimal at most: 25,4 %. `percent:"down"` never rounds up: below stays below."""
    share = parse_share(value) if isinstance(value, str) and not value.isdigit() else Fraction(value)
    rounding = ROUND_DOWN if how == "down" else ROUND_HALF_UP
    hundred = (Decimal(share.numerator) * 100 / share.denominator).quantize(Decimal("0.1"), rounding)
    text = f"{hundred:f}".removesuffix(".0")
    return f"{text.replace('.', ',')}{FIXED}%" if in_french() else f"{text}%"


# Dates -----------------------------------------------------------------------------------------------------------


def local(value: date | datetime | str) -> date | datetime:
    if isinstance(value, str):
        value = parse_datetime(value) or parse_date(value) or value
    if isinstance(value, str):
        raise TypeError(f"not a date: {value!r}")
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def day(value: date | datetime | str | None, how: str = "") -> str:
    """7 décembre 2026; `day:"short"` without the year, `day:"week"` with the day of the week."""
    if not value:
        return ""
    when = local(value)
    language = "fr" if in_french() else "en"
    first = "1er" if when.day == 1 and language == "fr" else str(when.day)
    text = f"{first}{FIXED}{MONTHS[language][when.month - 1]}"
    if how != "short":
        text += f" {when.year}"
    return f"{WEEK[language][when.weekday()]} {text}" if how == "week" else text


def hour(value: datetime | str | None) -> str:
    """9 h 41, 20 h; 9:41 in English."""
    if not value:
        return ""
    when = local(value)
    assert isinstance(when, datetime), "a date has no hour"
    if not in_french():
        return f"{when.hour}:{when.minute:02}"
    return f"{when.hour}{FIXED}h" + (f"{FIXED}{when.minute:02}" if when.minute else "")


def moment(value: datetime | str | None, how: str = "") -> str:
    """23 novembre 2026 à 9 h 41; `moment:"short"` says 23 novembre, 9 h 41."""
    if not value:
        return ""
    if how == "short":
        return f"{day(value, 'short')}, {hour(value)}"
    return _("%(day)s at %(hour)s") % {"day": day(value), "hour": hour(value)}


def iso(value: date | datetime | str | None) -> str:
    """For the datetime attribute of <time>: 2026-11-23 or 2026-11-23T09:41+01:00."""
    if not value:
        return ""
    when = local(value)
    return when.isoformat(timespec="minutes") if isinstance(when, datetime) else when.isoformat()
