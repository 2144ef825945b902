"""How addresses are compared: "12 BIS, Bd St-Éloi" and "12bis boulevard Saint Eloi" are one. Text only, no database."""

import re
from dataclasses import dataclass

from beffroi.apps.roll.queries import name_key

LONGEST_KEY = 120
#: The first word of a street, as it is written short (after the usage of La Poste and of the national address base).
TYPES = {
    "all": "allee",
    "av": "avenue",
    "ave": "avenue",
    "bd": "boulevard",
    "bld": "boulevard",
    "boul": "boulevard",
    "bvd": "boulevard",
    "ch": "chemin",
    "che": "chemin",
    "chem": "chemin",
    "crs": "cours",
    "fbg": "faubourg",
    "fg": "faubourg",
    "imp": "impasse",
    "lot": "lotissement",
    "pass": "passage",
    "pl": "place",
    "prom": "promenade",
    "qu": "quai",
    "r": "rue",
    "res": "residence",
    "rte": "route",
    "sq": "square",
}
#: Words that are written short inside a name.
WORDS = {
    "cdt": "commandant",
    "dr": "docteur",
    "gal": "general",
    "gen": "general",
    "mal": "marechal",
    "pdt": "president",
    "st": "saint",
    "ste": "sainte",
    "sts": "saints",
    "stes": "saintes",
}
KNOWN_TYPES = frozenset(TYPES.values()) | {
    *("clos", "cite", "cour", "domaine", "esplanade", "hameau", "mail", "montee", "parvis", "pont", "quartier"),
    *("rond", "ruelle", "sente", "sentier", "traverse", "venelle", "villa", "voie"),
}
SUFFIXES = frozenset({"bis", "ter", "quater", "quinquies", "sexies"})
_NUMBER = re.compile(r"([0-9]{1,5})((?:bis|ter|quater|quinquies|sexies|[a-z])?)")


@dataclass(frozen=True)
class Written:
    """An address as somebody wrote it. `number` is 0 when there is none."""

    number: int
    suffix: str
    street_key: str


def street_key(text: str) -> str:
    """The street as it is compared: no accents, no case, no signs, nothing written short. Applied twice, the same."""
    words = name_key(text).split()
    if words:
        words[0] = TYPES.get(words[0], words[0])
    return " ".join(WORDS.get(word, word) for word in words)[:LONGEST_KEY].strip()


def written(text: str) -> Written:
    """Parts an address: the number, its suffix ("bis", a letter), the street.

    A letter alone is a suffix only before the word for a kind of street: "12 b rue ..." but "12 r du Lavoir". Of "12-14
    rue ..." the first number is taken.
    """
    words = name_key(text).split()
    found = _NUMBER.fullmatch(words[0]) if words else None
    if found is None or len(words) == 1:
        return Written(0, "", street_key(" ".join(words)))
    number, suffix, rest = int(found[1]), found[2], words[1:]
    if not suffix and len(rest) > 1 and (rest[0] in SUFFIXES or (_is_letter(rest[0]) and _is_type(rest[1]))):
        suffix, rest = rest[0], rest[1:]
    elif not suffix and len(rest) > 1 and rest[0].isascii() and rest[0].isdecimal() and _is_type(rest[1]):
        rest = rest[1:]
    return Written(number, suffix, street_key(" ".join(rest)))


def suffix_key(text: str) -> str:
    """A suffix as it is kept: "Bis" and "bis" are one."""
    return name_key(text)[:20]


def _is_letter(word: str) -> bool:
    return len(word) == 1 and word.isascii() and word.isalpha()


def _is_type(word: str) -> bool:
    return word in KNOWN_TYPES or word in TYPES
