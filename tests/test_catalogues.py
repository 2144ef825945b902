"""What people read exists in French, in the voice of the house, and is compiled."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po
from django.core.management import call_command
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Words that Django translates already ("French").
DJANGOS = Path(django.__file__).parent / "conf/locale/fr/LC_MESSAGES/django.po"
CATALOGUES = sorted((ROOT / "beffroi").rglob("locale/fr/LC_MESSAGES/django.po"))


def messages(path: Path) -> Iterator[Message]:
    with path.open("rb") as file:
        yield from (message for message in read_po(file, locale="fr") if message.id)


def singular(message: Message) -> tuple[str, str]:
    return message.context or "", message.id if isinstance(message.id, str) else message.id[0]


def french(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def asked() -> Iterator[tuple[str, tuple[str, str]]]:
    """Every text that the code and the templates give to be translated, with its file."""
    for path in sorted((ROOT / "beffroi").rglob("*")):
        if path.suffix not in {".py", ".html", ".txt", ".xml"} or "node_modules" in path.parts:
            continue
        text = path.read_text()
        if path.suffix != ".py":
            if "templates" not in path.parts:
                continue
            text = templatize(text, origin=str(path))
        for _, found, _, context in extract("python", io.BytesIO(text.encode()), KEYWORDS, options={}):
            name = found if isinstance(found, str) else found[0]
            if name:
                yield str(path.relative_to(ROOT)), (context or "", name)


def test_every_text_has_its_french() -> None:
    known = {singular(message) for path in [*CATALOGUES, DJANGOS] for message in messages(path) if all(french(message))}
    missing = sorted({f"{name}: {text}" for name, (context, text) in asked() if (context, text) not in known})
    assert not missing


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parents[3].name)
def test_no_french_is_doubtful_or_empty(path: Path) -> None:
    wrong = [singular(message)[1] for message in messages(path) if message.fuzzy or not all(french(message))]
    assert not wrong


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parents[3].name)
def test_the_french_keeps_every_placeholder(path: Path) -> None:
    hole = re.compile(r"%\([a-z_]+\)[sd]|{[a-z_]*}")
    wrong = [
        singular(message)[1]
        for message in messages(path)
        for text in french(message)
        if not set(hole.findall(text)) <= set(hole.findall(str(message.id)))
        or (isinstance(message.id, str) and set(hole.findall(text)) != set(hole.findall(message.id)))
    ]
    assert not wrong


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parents[3].name)
def test_the_french_shouts_not_and_needs_no_middle_dots(path: Path) -> None:
    wrong = [
        text for message in messages(path) for text in french(message) if re.search(r"!|\w[·•]\w|\bcliquez ici\b", text)
    ]
    assert not wrong


def test_what_is_compiled_is_what_is_written() -> None:
    call_command("catalogues", check=True)
