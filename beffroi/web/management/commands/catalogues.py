"""manage.py catalogues: compiles each app's translations and puts the French spaces in. The .mo files are committed.

--update APP adds to its .po what its code and templates ask for and no .po has; --check says what is missing or stale.
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from beffroi.web.messages import Text, used
from beffroi.web.typography import french


def sources() -> Iterator[Path]:
    """The .po files of our own apps."""
    for config in apps.get_app_configs():
        if config.name.startswith("beffroi."):
            yield from sorted(Path(config.path).glob("locale/*/LC_MESSAGES/django.po"))


def _set(text: Any) -> Any:
    return french(text) if isinstance(text, str) else tuple(french(form) for form in text)


def compiled(source: Path) -> bytes:
    """The .mo of one .po: nothing fuzzy, French spaces in. The same text gives the same bytes."""
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parts[-3])
    catalogue.fuzzy = False
    for message in list(catalogue):
        if message.id and not _told(message):
            catalogue.delete(message.id, message.context)  # or a page would show an empty text
        elif message.id and source.parts[-3] == "fr":
            message.string = _set(message.string)
    made = BytesIO()
    write_mo(made, catalogue)
    return made.getvalue()


def _told(message: Message) -> bool:
    """Whether every form of it has a text."""
    return all(message.string if isinstance(message.string, list | tuple) else (message.string,))


def untranslated(catalogue: Catalog) -> list[str]:
    """The messages that have no text, or only a guessed one."""
    return [str(message.id) for message in catalogue if message.id and (message.fuzzy or not _told(message))]


def faults(source: Path) -> Iterator[str]:
    """What `--check` says of one .po: untranslated or wrong messages, and a .mo that is not what the .po gives."""
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parts[-3])
    yield from (f"{source}: not translated: {text!r}" for text in untranslated(catalogue))
    yield from (f"{source}: {message.id!r}: {error}" for message, errors in catalogue.check() for error in errors)
    target = source.with_suffix(".mo")
    if not target.exists():
        yield f"{target}: missing"
        return
    # Compared as texts: the bytes depend on the version of Babel.
    with target.open("rb") as file:
        was = _texts(read_mo(file))
    if was != _texts(read_mo(BytesIO(compiled(source)))):
        yield f"{target}: older than its .po"


def _texts(catalogue: Catalog) -> set[tuple[str, str]]:
    return {(f"{message.context} {message.id}", str(message.string)) for message in catalogue if message.id}


def known() -> set[tuple[str, str]]:
    """Context and message of everything that some .po translates."""
    found = set()
    for source in sources():
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3])
        found |= {(message.context or "", _first(message.id)) for message in catalogue if message.id and _told(message)}
    return found


def _first(ident: Any) -> str:
    return ident if isinstance(ident, str) else str(ident[0])


def told_twice() -> Iterator[str]:
    """One message that two apps translate differently: Django would show one of the two everywhere."""
    seen: dict[tuple[str, str, str], tuple[Path, Any]] = {}
    for source in sources():
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3])
        for message in catalogue:
            if not message.id or not _told(message):
                continue
            key = (source.parts[-3], message.context or "", _first(message.id))
            first, text = seen.setdefault(key, (source, message.string))
            if text != message.string:
                yield f"{key[2]!r}: {text!r} in {first}, {message.string!r} in {source}: give one of them a context"


def wanted(folder: Path) -> list[Text]:
    """What one app asks for and no .po has, each once."""
    have = known()
    return [text for text in dict.fromkeys(used(folder)) if text[:2] not in have]


def folders() -> list[Path]:
    """The folders of our own apps."""
    return [Path(config.path) for config in apps.get_app_configs() if config.name.startswith("beffroi.")]


def update(folder: Path) -> int:
    """Adds what is wanted to the app's French .po, without a translation. How many."""
    target = folder / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    new = wanted(folder)
    if not new:
        return 0
    catalogue = Catalog(locale="fr", charset="utf-8")
    if target.exists():
        with target.open("rb") as file:
            catalogue = read_po(file, locale="fr")
    for context, one, several in new:
        catalogue.add((one, several) if several else one, context=context or None)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        write_po(file, catalogue, width=120, omit_header=False)
    return len(new)


class Command(BaseCommand):
    help = "Compiles every translation; --check only says what is missing or stale, and fails if something is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail when something is missing or stale"
        )
        parser.add_argument("--update", metavar="APP", help="add what this app's code asks for to its French .po")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["update"]:
            self.stdout.write(f"{update(Path(apps.get_app_config(options['update']).path))} messages added")
            return
        if options["check"]:
            found = [fault for source in sources() for fault in faults(source)]
            found += [f"{folder}: in no .po: {text[1]!r}" for folder in folders() for text in wanted(folder)]
            found += told_twice()
            if found:
                raise CommandError("\n".join(found))
            return
        for source in sources():
            source.with_suffix(".mo").write_bytes(compiled(source))
            self.stdout.write(f"{source.with_suffix('.mo')}")
