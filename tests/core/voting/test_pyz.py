"""The verifier in one file, run by a bare Python from another folder: the verdicts and the words of `beffroi`.

Bare: `-I -S`, no installed package, no variable, no folder of the user or of the project.
"""

import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from beffroi.core.journal.log import proof_json
from beffroi.core.journal.tree import leaf_hash
from beffroi.core.voting import second_proof
from tests.core import test_receipt
from tests.core.voting import test_cli
from tests.core.voting.elections import BLANK, NO, YES, cast, count, set_up
from tests.vectors.mutants.subject import VECTORS, base, mutant

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("built") / "verify.pyz"
    subprocess.run(["sh", str(ROOT / "script/verify"), "--build", str(path)], check=True, capture_output=True)
    return path


def bare(pyz: Path, *words: str | Path) -> tuple[int, str]:
    """Exit status and output of the file, in its own folder."""
    command = [sys.executable, "-I", "-S", "-W", "error", str(pyz), *map(str, words)]
    done = subprocess.run(command, cwd=pyz.parent, capture_output=True, text=True, env={"LC_ALL": "C"})
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def installed(*words: str | Path) -> tuple[int, str]:
    """The same of the `beffroi` command."""
    done = test_cli.beffroi(*words)
    return done.exit_code, done.output


@pytest.mark.parametrize("path", sorted(VECTORS.glob("*.bel")), ids=lambda path: path.stem)
def test_every_archive_of_belenios_gets_the_steps_and_the_verdict_of_the_command(path: Path, pyz: Path) -> None:
    assert bare(pyz, "verify", path, "--json") == installed("verify", path, "--json")


@pytest.mark.parametrize("name", ["ok_unchanged", "event_last_removed", "ballot_overall_proof", "tar_truncated"])
def test_each_verdict_is_printed_as_the_command_prints_it(name: str, pyz: Path, tmp_path: Path) -> None:
    """That all mutants get the same steps is for test_mutants."""
    path = tmp_path / "mutant.bel"
    path.write_bytes(mutant(base("tallied"), name))
    found = bare(pyz, "verify", path, "--json")
    assert found == installed("verify", path, "--json")
    assert found[0] == (name in ("ballot_overall_proof", "tar_truncated"))


def test_another_file_gets_the_sentence_of_the_command(pyz: Path, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"no archive")
    for more in ((), ("--json",)):
        found = bare(pyz, "verify", tmp_path / "other", *more)
        assert found == installed("verify", tmp_path / "other", *more)
        assert found[0] == 1


def said(text: str) -> list[list[str]]:
    """The cells of each line: Rich draws a table, the file prints columns; the frame and the heads are left out."""
    cells = ([cell.strip() for cell in re.split(r"│|\s{2,}", line) if cell.strip()] for line in text.splitlines())
    return [line for line in cells if line and not set("".join(line)) & set("┏┃┡└")]


def journalled(tmp_path: Path, **changes: object) -> tuple[Path, list[str | Path]]:
    path = tmp_path / "whole.bel"
    path.write_bytes(test_cli.played().archive)
    return path, test_cli.journal(tmp_path, test_cli.played().events, **changes)


@pytest.mark.parametrize("changes", [{}, {"registered": 8}, {"fingerprint": "A" * 43}])
def test_with_the_journal_it_says_the_words_of_the_command(
    changes: dict[str, object], pyz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    path, options = journalled(tmp_path, **changes)
    (status, text), (right, words) = bare(pyz, "verify", path, *options), installed("verify", path, *options)
    assert said(text) == said(words)
    assert (status, right) == ((1, 1) if changes else (0, 0))
    assert ["1", "The tree head is signed by the key of the journal", "1", "passed"] in said(text)


def test_the_journal_alone_is_checked_in_the_words_of_the_command(
    pyz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    _, (_, entries, _, checkpoint, _, key) = journalled(tmp_path)
    cut, older = tmp_path / "cut.jsonl", tmp_path / "older"
    cut.write_bytes(Path(entries).read_bytes()[:-40])
    older.write_text(Path(checkpoint).read_text().replace("\n— ", "\n— another."))
    for words in (
        ("--entries", entries, "--checkpoint", checkpoint),
        ("--entries", entries, "--checkpoint", checkpoint, "--earlier", checkpoint),
        ("--entries", entries, "--checkpoint", checkpoint, "--earlier", older),
        ("--entries", cut, "--checkpoint", checkpoint),
    ):
        status, text = bare(pyz, "journal", "verify", *words, "--key", key)
        right, other = installed("journal", "verify", *words, "--key", key)
        assert (status, said(text)) == (right, said(other))
        assert (status == 0) == (cut not in words and older not in words)


def test_one_entry_is_checked_in_the_words_of_the_command(
    pyz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    _, (_, entries, _, checkpoint, _, key) = journalled(tmp_path)
    leaves = Path(entries).read_bytes().splitlines()
    (tmp_path / "proof").write_bytes(proof_json([leaf_hash(leaf) for leaf in leaves], 1))
    for n, right in ((1, 0), (2, 1)):
        (tmp_path / "entry").write_bytes(leaves[n])
        words = ("--entry", tmp_path / "entry", "--proof", tmp_path / "proof", "--checkpoint", checkpoint, "--key", key)
        status, text = bare(pyz, "journal", "inclusion", *words)
        other, expected = installed("journal", "inclusion", *words)
        assert said(text) == said(expected)
        assert status == other == right


def test_second_proofs_are_checked_in_the_words_of_the_command(pyz: Path, tmp_path: Path) -> None:
    path, _ = journalled(tmp_path)
    folder = tmp_path / "proofs"
    folder.mkdir()
    played = test_cli.played()
    added = next(event.data[0] for event in played.events if event.kind == "EncryptedTally")
    pds = [event.data[0] for event in played.events if event.kind == "PartialDecryption"]
    for n, (key, pd) in enumerate(zip(played.keys, pds, strict=True)):
        (folder / f"{n}.json").write_bytes(second_proof.make(played.election, key, added, pd))
    words = ("verify", path, "--json", "--second")
    for place, status in ((folder, 0), (folder / "0.json", 1), (path, 1)):
        assert bare(pyz, *words, place) == installed(*words, place)
        assert bare(pyz, *words, place)[0] == status
    assert bare(pyz, *words, tmp_path / "nothing")[0] == 2


def test_a_receipt_is_checked_in_the_words_of_the_command(
    pyz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    whole, without = tmp_path / "whole.bel", tmp_path / "without.bel"
    whole.write_bytes(test_receipt.box(test_receipt.played().events))
    without.write_bytes(test_receipt.box(test_receipt.played().events[:4]))
    (tmp_path / "receipt.json").write_bytes(test_receipt.receipt_of(4))
    for archived, key, right in ((whole, test_receipt.KEY, 0), (without, test_receipt.KEY, 1), (whole, None, 0)):
        words = ["receipt", "check", tmp_path / "receipt.json", "--archive", archived]
        words += ["--key", key.vkey] if key else []
        (status, text), (other, expected) = bare(pyz, *words), installed(*words)
        assert said(text) == said(expected)
        assert status == other == right
    (tmp_path / "receipt.json").write_bytes(b"{}")
    assert bare(pyz, *words) == installed(*words)


def test_misuse_has_its_own_exit_status(pyz: Path, tmp_path: Path) -> None:
    path, options = journalled(tmp_path)
    for words in ((), ("verify",), ("verify", "nothing"), ("verify", path, *options[:2]), ("journal", "verify")):
        assert bare(pyz, *words)[0] == 2


def test_many_ballots_are_checked_on_all_processors_from_the_one_file(pyz: Path, tmp_path: Path) -> None:
    played = set_up(voters=40)
    for number in range(1, 41):
        cast(played, str(number), (YES, NO, BLANK)[number % 3])
    path = tmp_path / "forty.bel"
    path.write_bytes(count(played).archive)
    began = time.perf_counter()
    found = bare(pyz, "verify", path, "--json")
    seconds = time.perf_counter() - began
    print(f"{40 / seconds:.0f} ballots per second with plain integers, {os.cpu_count()} processors")
    assert found == installed("verify", path, "--json")
    assert found[0] == 0


# ---------------------------------------------------------------- what the file holds


def test_two_builds_are_the_same_bytes(pyz: Path, tmp_path: Path) -> None:
    """The second one by another path, from files of another date."""
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "beffroi" / "core", copy / "beffroi" / "core", copy_function=shutil.copyfile)
    (copy / "script" / "lib").mkdir(parents=True)
    for name in ("beffroi/__init__.py", "script/lib/pyz.py", "script/verify", "LICENSE"):
        shutil.copyfile(ROOT / name, copy / name)
    os.utime(copy / "beffroi" / "core" / "bare.py", (1_000_000_000, 1_000_000_000))
    done = subprocess.run(
        ["sh", "script/verify", "--build", "again.pyz"],
        cwd=copy,
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"TZ": "Pacific/Auckland", "LC_ALL": "C"},
    )
    assert (copy / "again.pyz").read_bytes() == pyz.read_bytes()
    assert re.fullmatch(r"[0-9a-f]{64}  again\.pyz\n", done.stdout)


def test_its_modules_are_those_of_the_source_and_no_more_than_it_loads(pyz: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import beffroi.core.bare;"
        "print(*sorted(m.__spec__.name for n, m in sys.modules.items() if n.startswith('beffroi')))"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program, pyz], capture_output=True, text=True, check=True)
    held = zipfile.ZipFile(pyz)
    sources = {name for name in held.namelist() if name.startswith("beffroi/")}
    assert all(held.read(name) == (ROOT / name).read_bytes() for name in sources)
    assert {name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in sources} == set(
        done.stdout.split()
    )
    assert set(held.namelist()) - sources == {"__main__.py", "nacl.py", "LICENSE"}


@pytest.mark.parametrize("flags", [["-I", "-S"], ["-I"]], ids=["bare", "with packages installed"])
def test_no_installed_package_is_used_and_no_secret_is_handled(flags: list[str], pyz: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from beffroi.core import sodium\n"
        "from beffroi.core.voting import group, secret\n"
        "print(sodium.INSTALLED, type(group.ED25519).__name__)\n"
        "try:\n    secret.base(bytes([7]) + bytes(31))\n"
        "except ModuleNotFoundError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, *flags, "-c", program, pyz], capture_output=True, text=True, check=True)
    plain, refusal = done.stdout.splitlines()
    assert plain == "False PlainEd25519"
    assert "PyNaCl must be installed for whatever touches a secret" in refusal
