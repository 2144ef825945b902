"""French setting: the spaces and the apostrophe that a keyboard does not give. Used by the catalogues and the filters.

U+202F before ; ! ? and between thousands, U+00A0 before : and %, inside « », and between a number and its unit.
"""

import re
from collections.abc import Iterator

NARROW, FIXED = "\u202f", "\u00a0"
#: No width, no line break: « doit-il » stays on one line.
JOINED = "\u2060"

# Left as they are: tags, entities, placeholders, addresses.
_KEPT = re.compile(
    r"""(<[^<>]*>|&\#?\w+;|%\(\w+\)[\d.]*[sdr]|%[sdr](?![a-zà-ÿ])|\{\{[^}]*\}\}|\{%[^%]*%\}|\{\w*\}|https?://\S+)"""
)
_UNITS = (
    r"(?:ans?|jours?|mois|semaines?|heures?|minutes?|secondes?|habitants?|habitantes?|signatures?|personnes?|voix"
    r"|bulletins?|euros?|€|ko|Mo|Go|mètres?|km)"
)
_RULES = (
    (re.compile(r"(?<=\w)'(?=\w)"), "’"),
    (re.compile(r"\.\.\."), "…"),
    (re.compile(r"«[ \u00a0\u202f]*"), f"«{FIXED}"),
    (re.compile(r"[ \u00a0\u202f]*»"), f"{FIXED}»"),
    (re.compile(r"[ \u00a0](?=[;!?])"), NARROW),
    (re.compile(r"(?<=[\w»\")])(?=[;!?]+(?:\s|$))"), NARROW),
    (re.compile(r" (?=[:%])"), FIXED),
    (re.compile(r"(?<=\d) (?=\d{3}(?!\d))"), NARROW),
    (re.compile(r"(?<=[nN]°) (?=\S|$)"), FIXED),
    (re.compile(r"(?<=\d) (?=h\b)"), FIXED),
    (re.compile(r"(?<=\d[ \u00a0]h) (?=\d)"), FIXED),
    (re.compile(rf"(?<=\d) (?={_UNITS}(?!\w))"), FIXED),
    (re.compile(r"(?<=\b1er) (?=[a-zéû]+\b)"), FIXED),
    (re.compile(r"(?<=\w-)(?=(?:t-)?(?:ils?|elles?|on)\b)"), JOINED),
    (re.compile(r"(?<=\barticle) (?=[A-Z]?\d|L)"), FIXED),
)
_AFTER_PLACEHOLDER = re.compile(rf"^ (?={_UNITS}(?!\w))")


def french(text: str) -> str:
    """The text with its French spaces. Doing it twice changes nothing more."""
    return "".join(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    after_number = False
    for rank, piece in enumerate(_KEPT.split(text)):
        if rank % 2:
            after_number = piece.startswith(("%", "{"))
            yield piece
        else:
            yield _set(_AFTER_PLACEHOLDER.sub(FIXED, piece) if after_number else piece)


def _set(piece: str) -> str:
    for pattern, replacement in _RULES:
        piece = pattern.sub(replacement, piece)
    return piece


_VOWELS = tuple("AEIOUYÀÂÄÉÈÊËÎÏÔÖÙÛÜŒÆH")


def of_place(name: str) -> str:
    """« de Bourg », « d'Ambert », « du Mans », « des Abymes »: the name of a commune after « de »."""
    if name.startswith(("Le ", "Les ")):
        article, rest = name.split(" ", 1)
        return f"{'du' if article == 'Le' else 'des'} {rest}"
    return f"d’{name}" if name.upper().startswith(_VOWELS) else f"de {name}"


def at_place(name: str) -> str:
    """« à Bourg », « au Mans », « aux Abymes »."""
    if name.startswith(("Le ", "Les ")):
        article, rest = name.split(" ", 1)
        return f"{'au' if article == 'Le' else 'aux'} {rest}"
    return f"à {name}"
