"""What the documents say and a program can check: links, commands, addresses, variables, names of the code."""

import ast
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from django.core.management import get_commands, load_command_class
from django.urls import Resolver404, resolve

from beffroi.core.cli import app

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests" / "vectors").rglob("*.md")],
    key=lambda path: path.relative_to(ROOT).as_posix(),
)
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
GUIDES = sorted((ROOT / "docs").glob("guide-*.md"))

in_each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)


@cache
def code_of(document: Path) -> tuple[str, ...]:
    """Every piece of code of a document: indented lines, fenced lines and words between backticks."""
    text = re.sub(r"\\\n\s*", " ", document.read_text())
    pieces, fenced = [], False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            pieces.append(line.partition("  # ")[0].strip())
        else:
            pieces += re.findall(r"`([^`]+)`", line)
    return tuple(pieces)


def words_after(piece: str, start: str) -> Iterator[list[str]]:
    """The words of each command in `piece` that begins with `start`."""
    for found in re.finditer(rf"(?:^|[\s/]){re.escape(start)} ", piece):
        rest = re.split(r"\s(?:&&|\||>|;)\s", piece[found.end() :])[0]
        try:
            yield shlex.split(rest.replace("[", " ").replace("]", " "))
        except ValueError:
            yield rest.split()


# ---------------------------------------------------------------- links and files


@in_each_document
def test_each_link_leads_to_a_file_of_the_repository(document: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", document.read_text())
    assert not [link for link in links if not re.match(r"[a-z]+:", link) and not _leads(document, link)]


def _leads(document: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = document.parent / name if name else document
    if not target.exists() or not anchor:
        return target.exists()
    titles = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
    return anchor in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@in_each_document
def test_each_file_that_a_document_names_exists(document: Path) -> None:
    named = {
        piece.split()[0].rstrip("/")
        for piece in code_of(document)
        if re.match(r"(beffroi|docs|packs|script|tests|requirements)/[\w./-]+", piece)
    }
    missing = [name for name in named if not _exists(name)]
    assert not missing


def _exists(name: str) -> bool:
    # "beffroi/core/rules" and "tests/vectors/voting/draws.json"; a star stands for several.
    return any(ROOT.glob(name)) if "*" in name else (ROOT / name).exists()


def test_each_document_that_the_code_names_exists() -> None:
    named: dict[str, str] = {}
    for folder in ("beffroi", "script", "tests", "packs"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".ts", ".sh", ".toml", ".html", ".mjs"} and "node_modules" not in path.parts:
                for name in re.findall(r"docs/[\w/-]+\.md", path.read_text()):
                    named[name] = path.relative_to(ROOT).as_posix()
    assert {name: by for name, by in named.items() if not (ROOT / name).exists()} == {}


def test_decisions_are_numbered_without_a_gap_and_say_their_number() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in files] == list(range(1, len(files) + 1))
    assert all(path.read_text().startswith(f"# {path.name[:4]}: ") for path in files)


# ---------------------------------------------------------------- commands


@in_each_document
def test_each_script_that_a_document_starts_exists(document: Path) -> None:
    named = {name for piece in code_of(document) for name in re.findall(r"\bscript/[\w./-]*\w", piece)}
    assert not [name for name in named if not (ROOT / name).is_file()]


@in_each_document
def test_each_verb_and_option_of_beffroi_that_a_document_names_exists(document: Path) -> None:
    for piece in code_of(document):
        for words in words_after(piece, "beffroi"):
            assert not _unknown(words), piece


def _unknown(words: list[str]) -> list[str]:
    """What `beffroi WORDS` names and the command line does not know."""
    command: Any = typer.main.get_command(app)
    while words and (below := getattr(command, "commands", None)):
        if words[0] not in below:
            return [words[0]]
        command, words = below[words[0]], words[1:]
    options = {option for parameter in command.params for option in parameter.opts}
    return [word for word in words if word.startswith("--") and word not in options]


@in_each_document
def test_each_command_of_manage_py_that_a_document_names_exists(document: Path) -> None:
    for piece in code_of(document):
        for words in words_after(piece, "manage.py"):
            known = get_commands()
            assert words[0] in known, piece
            owner = known[words[0]]
            command = owner if not isinstance(owner, str) else load_command_class(owner, words[0])
            assert not _unknown_to(command.create_parser("manage.py", words[0]), words[1:]), piece


def _unknown_to(parser: Any, words: list[str]) -> list[str]:
    """Verbs and options that an argparse parser does not know; words that stand for a value are passed over."""
    below = [action.choices for action in parser._actions if action.nargs == "A..."]
    options = set(parser._option_string_actions)
    if below and words:
        if words[0] not in below[0]:
            return [words[0]]
        options |= set(below[0][words[0]]._option_string_actions)
    return [word for word in words if word.startswith("--") and word not in options]


def test_the_command_checks_see_what_does_not_exist() -> None:
    assert _unknown(["verifie", "archive.bel"]) == ["verifie"]
    assert _unknown(["trustee", "decrypt", "--key", "k", "--force"]) == ["--force"]
    assert _unknown(["verify", "archive.bel", "--fingerprint", "F"]) == []
    parser = load_command_class(get_commands()["votation"], "votation").create_parser("manage.py", "votation")
    assert _unknown_to(parser, ["erase", "V-2026-01"]) == ["erase"]
    assert _unknown_to(parser, ["archive", "V-2026-01", "--out", "F"]) == []


@in_each_document
def test_each_address_of_the_site_that_a_document_gives_leads_to_a_page(document: Path) -> None:
    missing = []
    for path in re.findall(r"https://SITE(/[\w./-]*)", document.read_text()):
        try:
            resolve(path)
        except Resolver404:
            missing.append(path)
    assert not missing


# ---------------------------------------------------------------- names of the code


def read_by(path: Path) -> set[str]:
    return set(re.findall(r"""environ(?:\.get\(|\[)["'](BEFFROI_\w+)""", path.read_text()))


def test_operations_lists_the_environment_variables_of_the_settings_and_no_other() -> None:
    told = set(re.findall(r"^\| (.+?) \|", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE))
    listed = {name for cell in told for name in re.findall(r"`(BEFFROI_\w+)`", cell)}
    assert listed == read_by(ROOT / "beffroi" / "settings.py")


@in_each_document
def test_each_environment_variable_that_a_document_names_is_read_somewhere(document: Path) -> None:
    sources = [*(ROOT / "beffroi").rglob("*.py"), *(ROOT / "tests").glob("*.py"), ROOT / "script" / "test"]
    known = {name for path in sources for name in re.findall(r"BEFFROI_[A-Z_]+", path.read_text())}
    named = set(re.findall(r"\bBEFFROI_[A-Z_]+", "\n".join(code_of(document))))
    assert named <= known


@cache
def known() -> frozenset[str]:
    """What our code defines (functions, classes, variables, modules), its texts (codes of rules), our files."""
    names = {path.name for folder in FOLDERS for path in (ROOT / folder).rglob("*.*")}
    for path in (ROOT / "beffroi").rglob("*.py"):
        names |= {path.stem, path.parent.name}
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    names.add(name)
                case ast.Name(id=name, ctx=ast.Store()) | ast.Constant(value=str() as name):
                    names.add(name)
    return frozenset(names)


FOLDERS = ("beffroi", "docs", "packs", "requirements", "tests")
#: Files that a program makes or serves, a parameter that the pack's guide takes as its example, the browser's names.
MADE = {
    *("log.key", "log.vkey", "secret.key", "archive.bel", "said.txt", "etat.json", "uv.lock"),
    *("commitments.jsonl", "polynomials.jsonl"),
    *("petitions.recall.share", "crypto.getRandomValues"),
}
ELSEWHERE = "tests/vectors/"  # these name files of other people's projects


@in_each_document
def test_each_dotted_name_that_a_document_gives_is_in_the_code(document: Path) -> None:
    if document.relative_to(ROOT).as_posix().startswith(ELSEWHERE):
        return
    dotted = {piece for piece in code_of(document) if re.fullmatch(r"[a-z_]+(\.[A-Za-z_]+)+", piece)}
    assert [name for name in dotted - MADE - known() if name.rpartition(".")[2] not in known()] == []


def test_each_locked_package_has_its_line_in_third_party() -> None:
    told = (ROOT / "THIRD-PARTY.md").read_text().lower()
    locked = {
        name
        for path in (ROOT / "requirements").glob("*.txt")
        for name in re.findall(r"^([a-z0-9._-]+)==", path.read_text(), re.MULTILINE)
    }
    assert sorted(name for name in locked if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", told)) == []


# ---------------------------------------------------------------- the voice


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_guides_neither_shout_nor_write_middle_dots(guide: Path) -> None:
    prose = re.sub(r"`[^`]*`|^    .*$", "", guide.read_text(), flags=re.MULTILINE)
    assert not re.findall(r"!|·", prose)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_guides_name_no_commune(guide: Path) -> None:
    assert not re.search(r"\bSens\b", guide.read_text())
