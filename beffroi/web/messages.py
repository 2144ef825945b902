"""Which texts the code and the templates of an app ask to have translated. No gettext tools needed."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.extract import DEFAULT_KEYWORDS, extract
from django.utils.translation.template import templatize

KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "_p": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}

#: (context or "", singular, plural or "")
Text = tuple[str, str, str]


def used(folder: Path) -> Iterator[Text]:
    """The messages of one app: its Python files and its templates, in the order of the files."""
    for path in sorted(folder.rglob("*.py")):
        if "migrations" not in path.parts and "node_modules" not in path.parts:
            yield from _in(path.read_text())
    for path in sorted((folder / "templates").rglob("*")):
        if path.suffix in {".html", ".txt", ".xml"}:
            yield from _in(templatize(path.read_text(), origin=str(path)))


def _in(source: str) -> Iterator[Text]:
    for _line, found, _comments, context in extract("python", BytesIO(source.encode()), KEYWORDS, options={}):
        one, several = (found, "") if isinstance(found, str) else (found[0], found[1])
        if one:
            yield context or "", one, several or ""
