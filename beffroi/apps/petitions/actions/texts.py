"""What people write, as it is kept: one form of line ends, no sign that hides or turns the others around."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from beffroi.core.errors import Malformed

#: The most signs of each part of a petition, as the form says them; a line break is one sign.
LIMITS: Final = {"title": 120, "text": 5000, "question": 300}
ONE_LINE: Final = frozenset({"title", "question", "source"})
MOST_SOURCES, SOURCE_TITLE, SOURCE_URL = 10, 120, 500
# What turns the direction of a line: an address or a name could be made to read as another.
_TURNING: Final = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

Source = dict[str, str]


def printable(text: str) -> bool:
    """No control character but the line break, nothing that turns the direction of a line, no half of a letter."""
    return not any(
        (sign < " " and sign != "\n") or "\x7f" <= sign <= "\x9f" or sign in _TURNING or "\ud800" <= sign <= "\udfff"
        for sign in text
    )


def written(name: str, value: str, most: int, least: int = 1) -> str:
    """The text as it is kept. `Malformed` when it is shorter or longer than allowed, or not printable."""
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if name in ONE_LINE:
        text = " ".join(text.split())
    if not least <= len(text) <= most or not printable(text):
        raise Malformed(name, f"{len(text)} signs", f"{least} to {most} signs, none of them a control character")
    return text


def sources_of(lines: str) -> list[Source]:
    """Reads the field of the form: a source a line, its title first, its address last. `Malformed` says which line."""
    rows = [line.split() for line in lines.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    return checked_sources({"title": " ".join(words[:-1]).rstrip(" ,:;–—-"), "url": words[-1]} for words in rows)


def as_lines(sources: Iterable[Source]) -> str:
    """The way back: what the form shows."""
    return "\n".join(f"{row['title']} {row['url']}" for row in sources)


def checked_sources(sources: Iterable[Source]) -> list[Source]:
    """Each with a title and a web address. A source without a title is called by its site's name."""
    rows = list(sources)
    if len(rows) > MOST_SOURCES:
        raise Malformed("sources", f"{len(rows)} sources", f"{MOST_SOURCES} at most")
    return [_checked(place, row) for place, row in enumerate(rows, 1)]


def _checked(place: int, row: Source) -> Source:
    accepted = "a title, then an address that begins with https:// or http://"
    url = row["url"]
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:  # an address between brackets that is none
        raise Malformed(f"sources: {place}", "no address", accepted) from None
    # No name and password in it (https://bank.example@elsewhere), nothing but the web, and plain signs only.
    web = parts.scheme in {"http", "https"} and "." in host and "@" not in parts.netloc
    if not web or len(url) > SOURCE_URL or not url.isprintable() or any(sign in url for sign in "<>\"'` "):
        raise Malformed(f"sources: {place}", "no web address", accepted)
    title = row["title"].strip() or host
    return {"title": written("source", title, SOURCE_TITLE), "url": url}
