"""An auditor reads the journal, then types what its pages print, on a computer that has only what she downloaded."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from beffroi.apps.gazette.models import Entry
from tests.stories.village import Village, follow, heading, overflow, press, say, write

Axe = Callable[[Page], None]


@pytest.fixture
def acts(village: Village) -> list[Entry]:
    """A petition filed, admitted, opened; crossed, verified, heard: a journal of some length."""
    village.plan_sitting(village.now().replace(month=11))
    petition = village.opened()
    village.sign(petition, "lea", "odette")
    village.work()
    found = list(Entry.objects.order_by("index"))
    assert len(found) > 5
    return found


def type_in(folder: Path, commands: str, expect_status: int = 0) -> str:
    """A terminal: each line as printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BEFFROI_", "DJANGO_"))}
    path = f"{Path(sys.executable).parent}:{kept['PATH']}"
    done = subprocess.run(
        ["sh", "-e"], input=commands, cwd=folder, env=kept | {"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == expect_status, f"{commands}\n{done.stdout}{done.stderr}"
    return done.stdout


def printed(page: Page) -> list[str]:
    """The commands of the page, block by block."""
    return [block for block in page.locator("main pre code").all_inner_texts() if "curl" in block or "beffroi" in block]


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_an_auditor_checks_one_act_with_the_commands_of_its_page(
    visitor: Callable[..., Page], axe: Axe, village: Village, acts: list[Entry], tmp_path: Path, javascript: bool
) -> None:
    page = visitor(javascript=javascript)

    def look() -> None:
        assert overflow(page) == []
        if javascript:
            axe(page)

    village.open(page, "/")
    page.get_by_role("navigation").get_by_role("link", name=say("Journal")).click()
    heading(page, "The journal")
    look()
    page.locator("ol.ledger a").nth(2).click()
    heading(page, "This act is in the journal")
    look()
    (commands,) = printed(page)
    assert "curl" in commands
    assert "The entry is in the journal." in type_in(tmp_path, commands)
    # One changed sign, and the same command refuses.
    entry = tmp_path / "entry.json"
    entry.write_bytes(entry.read_bytes().replace(b"2026", b"2027", 1))
    check = commands[commands.index("beffroi journal inclusion") :]
    assert "not shown to be" in type_in(tmp_path, check, expect_status=1)


def test_an_auditor_checks_the_whole_journal_and_comes_back_later(
    desk: Page, axe: Axe, village: Village, acts: list[Entry], tmp_path: Path
) -> None:
    village.open(desk, "/journal")
    follow(desk, "How to check the journal")
    axe(desk)
    install, download, check, again = printed(desk)
    assert "pip install" in install  # asks a registry: only its first line, the source itself, is tried here
    type_in(tmp_path, install.splitlines()[0])
    with tarfile.open(tmp_path / "beffroi-source.tar.gz") as source:
        assert {"beffroi/pyproject.toml", "beffroi/beffroi/core/cli.py"} <= set(source.getnames())
    type_in(tmp_path, download)
    assert f"The journal holds: {len(acts)} entries." in type_in(tmp_path, check)
    lines = (tmp_path / "entries.jsonl").read_text().splitlines()
    assert [json.loads(line)["kind"] for line in lines] == [act.kind for act in acts]

    # She puts the head aside; other acts follow; the journal has only grown.
    shutil.move(tmp_path / "checkpoint", tmp_path / "checkpoint-before")
    village.opened("hugo")
    village.work()
    desk.reload()
    _, download, check, again = printed(desk)
    type_in(tmp_path, download)
    type_in(tmp_path, check)
    type_in(tmp_path, again)
    # A journal in which an old act is another one is refused.
    entries = tmp_path / "entries.jsonl"
    entries.write_bytes(entries.read_bytes().replace(b'"petition.filed"', b'"petition.other"', 1))
    type_in(tmp_path, again, expect_status=1)


def test_the_journal_shows_what_names_one_petition(phone: Page, axe: Axe, village: Village, acts: list[Entry]) -> None:
    village.opened("hugo")
    village.work()
    village.open(phone, "/journal")
    write(phone, "Only what names this number", "2026-002")
    press(phone, "Show", "journal")
    axe(phone)
    assert overflow(phone) == []
    expect(phone.locator("ol.ledger li")).to_have_count(3)  # filed, admitted, opened
    write(phone, "Only what names this number", "2026-404")
    press(phone, "Show", "journal")
    axe(phone)
    expect(phone.get_by_text(say("No act names this number."))).to_be_visible()


def test_an_empty_journal_says_so(phone: Page, axe: Axe, village: Village) -> None:
    for path in ("/journal", "/journal/verifier", "/", "/petitions", "/votations", "/conseils"):
        village.open(phone, path)
        axe(phone)
        assert overflow(phone) == []
    expect(phone.locator("main")).to_be_visible()
