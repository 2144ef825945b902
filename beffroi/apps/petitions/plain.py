"""Hints to a writer: only what can be counted in a text. They never block: she knows better what she means.

The words and their simpler ones are our own list (jargon.csv). Past twenty-five words many readers lose a sentence's
beginning (a rule of thumb of the guides for easy reading, not a law).
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

LONG_SENTENCE, SHORT_TEXT, CAPITALS = 25, 200, 8
_SENTENCES: Final = re.compile(r"(?<=[.!?…])\s+|\n+")
_WORDS: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
#: A question that begins so asks for more than yes or no.
_OPEN: Final = re.compile(
    r"\s*(?:qui|que|quel(?:le)?s?|quoi|où|quand|comment|pourquoi|combien|lequel|laquelle)\b(?!\s*faut-il\s+que\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Hint:
    """One thing to look at. `what` says where it is, in the writer's own words; `instead` is a simpler word."""

    code: str
    what: str = ""
    number: int = 0
    instead: str = ""


@cache
def jargon() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """The list: a word, a simpler one, and where it is found (its plurals and feminines too)."""
    with (Path(__file__).parent / "jargon.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["word"], row["simpler"]) for row in csv.DictReader(file)]
    return tuple((word, simpler, re.compile(rf"\b{_flexible(word)}", re.IGNORECASE)) for word, simpler in rows)


def _flexible(word: str) -> str:
    escaped = re.escape(word).replace("'", "['’]").replace(r"\ ", r"\s+")
    return escaped + (r"(?:e?s?|nt)\b" if word.isalpha() else r"\b")


def hints(title: str, text: str, question: str, sources: int) -> list[Hint]:
    """What may make the petition harder to read or to vote on, the question first, because that is what is decided."""
    return [
        *_question(question),
        *_capitals(title),
        *_sentences(text),
        *_jargon(f"{title}\n{text}\n{question}"),
        *_length(text, sources),
    ]


def _question(question: str) -> list[Hint]:
    found = []
    if question.strip() and not question.rstrip().endswith("?"):
        found.append(Hint("no_question_mark"))
    if _OPEN.match(question):
        found.append(Hint("open_question", question.split()[0]))
    if re.search(r"\bne\b.*\bpas\b|\bn['’]\w+.*\bpas\b", question, re.IGNORECASE):
        found.append(Hint("negative_question"))
    if question.count("?") > 1 or re.search(r"\bet/ou\b", question, re.IGNORECASE):
        found.append(Hint("two_questions"))
    return found


def _capitals(title: str) -> list[Hint]:
    words = [word for word in _WORDS.findall(title) if len(word) > 1]
    loud = [word for word in words if word.isupper()]  # an abbreviation or two are no shouting
    return [Hint("capitals")] if len(loud) * 2 > len(words) and len("".join(loud)) >= CAPITALS else []


def _sentences(text: str) -> list[Hint]:
    counted = [(len(_WORDS.findall(sentence)), sentence.strip()) for sentence in _SENTENCES.split(text)]
    longest = sorted((row for row in counted if row[0] > LONG_SENTENCE), reverse=True)[:3]
    return [Hint("long_sentence", _beginning(sentence), number) for number, sentence in longest]


def _beginning(sentence: str) -> str:
    words = sentence.split()
    return " ".join(words[:6]) + (" …" if len(words) > 6 else "")


def _jargon(text: str) -> list[Hint]:
    found = ((pattern.search(text), simpler) for _, simpler, pattern in jargon())
    return [Hint("jargon", match[0], instead=simpler) for match, simpler in found if match][:5]


def _length(text: str, sources: int) -> list[Hint]:
    if text.strip() and len(text) < SHORT_TEXT:
        return [Hint("short_text", number=len(text))]
    figures = re.search(r"\d+\s?(?:%|€|euros)", text)
    return [Hint("figures_without_source", figures[0])] if figures and not sources else []
