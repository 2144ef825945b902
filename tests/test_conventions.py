"""The conventions of the house that a program can check. One test, one rule."""

import ast
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.urls import URLPattern, URLResolver, get_resolver
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
# A floor may name the floors below it and itself, never its neighbour on the same level.
FLOORS = {
    "core": 0,
    "web": 1,
    "gazette": 2,
    "letters": 2,
    "roll": 3,
    "assemblies": 4,
    "votations": 4,
    "petitions": 5,
    "portal": 6,
    "demonstration": 7,
}
LEFT_OUT = {".git", ".venv", "var", "node_modules", "__pycache__", "build", "dist"}
# Whose address is not the same everywhere, so it is written nowhere.
HOSTS = re.compile(
    "|".join(("deb" + r"\.debian\.org", "registry" + r"\.npmjs", "pypi" + r"\.org", "python" + "hosted"))
)


@cache
def files(folder: str, *suffixes: str) -> tuple[Path, ...]:
    """The files of a folder of the repository, without what is made or fetched. No suffix: all of them."""
    found = []
    for path in sorted((ROOT / folder).rglob("*")):
        parts = path.relative_to(ROOT).parts
        if path.is_file() and not LEFT_OUT & set(parts) and not any(part.endswith("_cache") for part in parts):
            found.append(path)
    return tuple(path for path in found if not suffixes or path.suffix in suffixes)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def python(folder: str, migrations: bool = False) -> Iterator[tuple[str, ast.Module]]:
    for path in files(folder, ".py"):
        if migrations or "migrations" not in path.parts:
            yield str(path.relative_to(ROOT)), tree(path)


def texts(folder: str, *suffixes: str) -> Iterator[tuple[str, str]]:
    for path in files(folder, *suffixes):
        try:
            yield str(path.relative_to(ROOT)), path.read_text()
        except UnicodeDecodeError:
            continue  # a picture, a font, a compiled catalogue


def lines_with(pattern: str, folder: str, *suffixes: str) -> list[str]:
    wanted = re.compile(pattern)
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts(folder, *suffixes)
        for number, line in enumerate(text.splitlines(), 1)
        if wanted.search(line)
    ]


def floor_of(name: str) -> str | None:
    """The floor that a file of beffroi/ stands on; None for the settings and the list of paths, which see all."""
    parts = Path(name).parts
    if parts[:2] == ("beffroi", "apps"):
        return parts[2] if len(parts) > 3 else None
    return parts[1] if len(parts) > 2 else None


def upward(here: str | None, there: str) -> bool:
    """Whether `there` is a floor that `here` may not name."""
    if here is None or there not in FLOORS or there == here:
        return False
    return FLOORS[there] >= FLOORS[here]


# --- Floors that an import checker cannot see


def test_every_app_has_its_floor() -> None:
    own = {config.label for config in apps.get_app_configs() if config.name.startswith("beffroi.")}
    assert own <= set(FLOORS)


def test_a_foreign_key_never_points_upward() -> None:
    wrong = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model is not None
        if model._meta.app_label in FLOORS and upward(model._meta.app_label, field.related_model._meta.app_label)
    ]
    assert not wrong


def test_a_migration_depends_on_no_upper_floor() -> None:
    account = settings.AUTH_USER_MODEL.split(".")[0]
    wrong = [
        f"{app}.{name} -> {other}"
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        for other, _ in [*migration.dependencies, *migration.run_before]
        if app in FLOORS and upward(app, account if other == "__setting__" else other)
    ]
    assert not wrong


def test_a_template_names_no_page_and_no_template_of_an_upper_floor() -> None:
    named = re.compile(r"""{%\s*(?:url|include|extends)\s+["']([a-z]+)[:/]""")
    wrong = [
        f"{name}: {there}"
        for name, text in texts("beffroi", ".html", ".txt", ".xml")
        for there in named.findall(text)
        if upward(floor_of(name), there)
    ]
    assert not wrong


def test_python_names_no_page_and_no_template_of_an_upper_floor() -> None:
    """A page is "app:name", a template "app/name.html": plain strings, wherever they stand."""
    named = re.compile(r"([a-z]+)(?::[a-z][a-z_]+|/[a-z_/]+\.(?:html|txt|xml))")
    wrong = []
    for name, module in python("beffroi"):
        for node in ast.walk(module):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                match = named.fullmatch(node.value)
                if match and upward(floor_of(name), match[1]):
                    wrong.append(f"{name}:{node.lineno}: {node.value}")
    assert not wrong


def test_an_app_keeps_its_templates_and_static_files_in_a_folder_of_its_own_name() -> None:
    wrong = []
    for path in files("beffroi"):
        parts = path.relative_to(ROOT).parts
        for kind in ("templates", "static"):
            if kind in parts and len(parts) > parts.index(kind) + 1:
                owner, folder = parts[parts.index(kind) - 1], parts[parts.index(kind) + 1]
                if folder not in {owner, "booth"} and not re.fullmatch(r"(?:[45]\d\d|robots|favicon).*", folder):
                    wrong.append("/".join(parts))
    assert not wrong


# --- Writing Python


def test_no_error_is_caught_without_its_name() -> None:
    def broad(kind: ast.expr | None) -> bool:
        names = kind.elts if isinstance(kind, ast.Tuple) else [kind]
        return any(n is None or (isinstance(n, ast.Name) and n.id in {"Exception", "BaseException"}) for n in names)

    wrong = [
        f"{name}:{node.lineno}"
        for folder in ("beffroi", "packs", "script", "tests")
        for name, module in python(folder)
        for node in ast.walk(module)
        if isinstance(node, ast.ExceptHandler) and broad(node.type)
    ]
    assert not wrong


def test_no_field_takes_its_time_by_itself() -> None:
    assert not lines_with(r"\bauto_now(_add)?\b", "beffroi", ".py")


def test_the_core_and_the_actions_are_given_the_time_and_never_ask_for_it() -> None:
    asks = {"now", "today", "utcnow", "localdate", "localtime"}
    wrong = [
        f"{name}:{node.lineno}: {node.func.attr}()"
        for name, module in python("beffroi")
        if name.startswith("beffroi/core/") or name.endswith("/actions.py") or "/actions/" in name
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args
        if node.func.attr in asks and isinstance(node.func.value, ast.Name)
        if node.func.value.id in {"timezone", "datetime", "date"}
    ]
    assert not wrong


def test_there_are_no_signals() -> None:
    assert not lines_with(r"\bsignals\b.*import|import.*\bsignals\b|django\.dispatch|@receiver", "beffroi", ".py")


def test_there_are_no_generic_foreign_keys() -> None:
    assert not lines_with("GenericForeignKey|GenericRelation|contenttypes.fields", "beffroi", ".py")


def test_a_model_has_no_logic_in_save_or_delete() -> None:
    wrong = [
        f"{name}:{node.lineno}: {node.name}"
        for name, module in python("beffroi")
        if name.endswith("/models.py")
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete", "full_clean"}
    ]
    assert not wrong


def test_only_actions_write() -> None:
    writing = {"create", "save", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete"}
    readers = ("/views.py", "/queries.py", "/perms.py", "/forms.py", "/context.py", "/middleware.py", "/jobs.py")
    wrong = [
        f"{name}:{node.lineno}: {node.func.attr}()"
        for name, module in python("beffroi/apps")
        if name.endswith(readers) or "/views/" in name or "/queries/" in name
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in writing
    ]
    assert not wrong


def test_every_module_class_and_function_of_the_core_that_others_may_use_says_what_it_does() -> None:
    wrong = []
    for name, module in python("beffroi/core"):
        if not ast.get_docstring(module):
            wrong.append(name)
        public = [
            n for n in module.body if isinstance(n, ast.FunctionDef | ast.ClassDef) and not n.name.startswith("_")
        ]
        wrong += [f"{name}:{node.lineno}: {node.name}" for node in public if not ast.get_docstring(node)]
    assert not wrong


def test_the_core_holds_no_float() -> None:
    """It may name the type only to refuse one: isinstance(value, float)."""
    refusals = {
        id(part)
        for _, module in python("beffroi/core")
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance"
        for part in ast.walk(node.args[1])
    }
    wrong = [
        f"{name}:{node.lineno}"
        for name, module in python("beffroi/core")
        for node in ast.walk(module)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float" and id(node) not in refusals)
    ]
    assert not wrong


@pytest.mark.parametrize("app", sorted(set(FLOORS) - {"core"}))
def test_an_app_says_what_people_do_there(app: str) -> None:
    folder = ROOT / "beffroi" / app if app in {"web", "demonstration"} else ROOT / "beffroi" / "apps" / app
    said = ast.get_docstring(tree(folder / "__init__.py")) or ""
    assert len(said) > 60


# --- Pages


def test_a_template_holds_no_style_no_script_and_no_handler_of_its_own() -> None:
    """The content policy forbids all three; a page that needs them would be broken."""
    assert not lines_with(r"""\sstyle=|<style|\son[a-z]+=["']|<script(?![^>]*\bsrc=)|javascript:""", "beffroi", ".html")


def test_a_page_takes_nothing_from_another_site() -> None:
    assert not lines_with(
        r"""(?:src|srcset)=["'](?:https?:)?//|<link[^>]*href=["']https?:|@import""", "beffroi", ".html"
    )
    assert not lines_with(r"url\(\s*[\"']?(?:https?:)?//|@import", "beffroi", ".css")


def test_every_form_that_posts_carries_its_token() -> None:
    form = re.compile(r"<form\b[^>]*\bmethod=[\"']post[\"'].*?</form>", re.S | re.I)
    # The reader's language and appearance: nothing about a person is said or done, and a public page sets no cookie.
    choices = ("{% url 'web:language' %}", "{% url 'web:theme' %}")
    wrong = [
        name
        for name, text in texts("beffroi", ".html")
        for found in form.findall(text)
        if "csrf_token" not in found and not any(choice in found for choice in choices)
    ]
    assert not wrong


def pages(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from pages(entry, entry.namespace or namespace)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}:{entry.name}"


def test_every_page_is_listed_with_who_may_open_it() -> None:
    """tests/pages.txt: a page and its public. The list is read by persons; the apps' own tests prove it."""
    listed = {
        line.split()[0] for line in (ROOT / "tests/pages.txt").read_text().splitlines() if re.match("[a-z]", line)
    }
    existing = set(pages(get_resolver()))
    assert existing - listed == set(), "not in tests/pages.txt"
    assert listed - existing == set(), "in tests/pages.txt, but there is no such page"


def test_two_pages_never_share_a_name() -> None:
    """Of two, a link would open the other one."""
    names = Counter(pages(get_resolver()))
    assert [name for name, count in names.items() if count > 1] == []


# --- A commune is data


def test_the_product_names_no_commune_and_no_party() -> None:
    named = (
        r"\bSens\b|packs/sens|\b89387\b|(?i:insoumis|rassemblement national|parti socialiste|les républicains)|\bLFI\b"
    )
    assert not lines_with(named, "beffroi")


def test_nothing_is_read_outside_the_repository() -> None:
    outside = "/work" + "/"
    for folder in ("beffroi", "packs", "script", "tests", "requirements", ".ci"):
        assert not lines_with(re.escape(outside), folder)


# --- Locks and scripts


def test_a_lock_holds_no_address() -> None:
    assert not lines_with(r"://|--index-url|--find-links", "requirements", ".txt")
    wrong = []
    for path in files(".", ".json"):
        if path.name == "package-lock.json":
            lock = json.loads(path.read_text())
            wrong += [f"{path.relative_to(ROOT)}: {name}" for name, of in lock["packages"].items() if "resolved" in of]
    assert not wrong


def test_no_package_registry_is_named() -> None:
    wrong = [name for name, text in texts(".") if HOSTS.search(text)]
    assert not wrong


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = {
        "core": project["dependencies"],
        "server": [*project["dependencies"], *extras["server"]],
        "demo": [*project["dependencies"], *extras["server"], *extras["demo"]],
        "dev": [*project["dependencies"], *extras["server"], *extras["demo"], *extras["dev"]],
    }
    wrong = []
    for name, wanted in asked.items():
        locked = dict(re.findall(r"(?m)^([a-z0-9-]+)==([^ ;\\]+)", (ROOT / f"requirements/{name}.txt").read_text()))
        for line in wanted:
            requirement = Requirement(line)
            if not requirement.specifier.contains(locked.get(requirement.name, "0"), prereleases=True):
                wrong.append(f"{name}.txt: {line} (sh script/lib/lock.sh)")
    assert not wrong


def test_every_script_is_posix_sh_and_says_in_one_line_what_it_does() -> None:
    for path in sorted(path for path in (ROOT / "script").iterdir() if path.is_file()):
        first, second = path.read_text().splitlines()[:2]
        assert (first, second[:2]) == ("#!/bin/sh", "# "), path.name


# --- Nothing left behind, nothing switched off in silence


def test_no_work_is_left_as_a_note() -> None:
    note = r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b"
    for folder in ("beffroi", "packs", "script", "tests", ".ci"):
        assert not lines_with(note, folder, ".py", ".html", ".css", ".ts", ".sh", ".toml", ".po", "")


def test_what_is_switched_off_is_on_one_list_with_its_reason() -> None:
    """tests/switched-off.txt: file, rule, reason, for each lint, type check or warning that a line switches off."""
    switch = re.compile(
        r"# (?:noqa: ([A-Z0-9, ]+)|(type: ignore\[[a-z-]+\]))|filterwarnings\(\s*[\"'](ignore\S*)|# (noqa)$"
    )
    found = set()
    for folder in ("beffroi", "packs", "script", "tests", "manage.py"):
        for name, text in texts(folder, ".py") if folder != "manage.py" else [(folder, (ROOT / folder).read_text())]:
            for match in switch.finditer(text):
                rules = next(rule for rule in match.groups() if rule)
                if name.startswith("tests/") and rules.startswith("type"):
                    continue  # the type checker does not read the tests
                found |= {f"{name} {rule.strip().replace(' ', '')}" for rule in rules.split(",")}
    lines = (ROOT / "tests/switched-off.txt").read_text().splitlines()
    entries = [line.split(maxsplit=2) for line in lines if line and not line.startswith("#")]
    assert all(len(entry) == 3 for entry in entries), "each line: file, rule, reason"
    listed = {f"{name} {rule}" for name, rule, _ in entries}
    assert found - listed == set(), "switched off, but not in tests/switched-off.txt"
    assert listed - found == set(), "in tests/switched-off.txt, but switched off no more"
