"""Petitions that ask for nearly the same thing: which share words that few others have. No service, no model.

Each text becomes the list of its words without accents, endings and stop words; a word weighs more the fewer texts
have it (inverse document frequency); two texts are as near as the cosine of their weights. The title counts twice.
"""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, TypeVar

from beffroi.apps.roll.queries import name_key

Key = TypeVar("Key", bound=Hashable)
NEAR: Final = 0.18  # tried on the texts of tests/apps/petitions/test_similar.py


@cache
def stop_words() -> frozenset[str]:
    """The words that every text has (stop_words.txt), and those that every petition has."""
    return frozenset((Path(__file__).parent / "stop_words.txt").read_text(encoding="utf-8").split())


def words(text: str) -> list[str]:
    """The words that mean something, cut so that "bancs" meets "banc" and "planter" meets "plantations"."""
    kept = (word for word in name_key(text).split() if word not in stop_words() and len(word) > 2)
    return [_stem(word) for word in kept]


def _stem(word: str) -> str:
    bare = word.rstrip("sx") if len(word) > 3 else word
    return bare[:6]


def nearest(title: str, text: str, others: Iterable[tuple[Key, str, str]], most: int = 3) -> list[Key]:
    """The keys of the others (key, title, text) that are near, the nearest first."""
    rows = [(key, _bag(other_title, other_text)) for key, other_title, other_text in others]
    mine = _bag(title, text)
    weights = _weights([mine, *(bag for _, bag in rows)])
    scored = [(_cosine(mine, bag, weights), place, key) for place, (key, bag) in enumerate(rows)]
    near = sorted((row for row in scored if row[0] >= NEAR), key=lambda row: (-row[0], row[1]))
    return [key for _, _, key in near[:most]]


@lru_cache(maxsize=1000)  # a filed text never changes, and most of the work is here
def _bag(title: str, text: str) -> Counter[str]:
    heading = words(title)
    # A word said ten times says hardly more than one said twice: a long text does not drown its own subject.
    return Counter({word: min(number, 2) for word, number in Counter([*heading, *heading, *words(text)]).items()})


def _weights(bags: Sequence[Counter[str]]) -> dict[str, float]:
    seen = Counter(word for bag in bags for word in bag)
    return {word: math.log(1 + len(bags) / number) for word, number in seen.items()}


def _cosine(one: Counter[str], other: Counter[str], weights: dict[str, float]) -> float:
    shared = sum(one[word] * other[word] * weights[word] ** 2 for word in one.keys() & other.keys())
    return shared / (_length(one, weights) * _length(other, weights)) if shared else 0.0


def _length(bag: Counter[str], weights: dict[str, float]) -> float:
    return math.sqrt(sum((number * weights[word]) ** 2 for word, number in bag.items()))
