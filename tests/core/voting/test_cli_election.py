"""A whole election by commands alone, from nothing to a result that both programs accept; and each command killed.

The trustees, the authority, the voters and whoever keeps the archive each have their own folder.
"""

import json
import os
import shutil
import signal
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from beffroi.core.cli import app
from beffroi.core.errors import Refused
from beffroi.core.verdict import accepted
from beffroi.core.voting import archive, credentials, files, trustees
from beffroi.core.voting.verify import verify
from tests.core.voting.elections import LISTED, RANKED, YES_NO
from tests.core.voting.test_belenios_tool import Belenios, the_tool
from tests.core.voting.test_cli_ceremony import Group

__all__ = ["the_tool"]

QUESTIONS: dict[object, dict[str, Any]] = {
    YES_NO: {"answers": ["yes", "no"], "blank": True, "min": 1, "max": 1, "question": "Do you agree?"},
    RANKED: {"type": "NonHomomorphic", "value": {"answers": list(RANKED.answers), "question": RANKED.question}},
    LISTED: {"type": "Lists", "value": {"answers": [list(one) for one in LISTED.answers], "question": LISTED.question}},
}

PLAIN = {"name": "Le pont", "description": "Pour de faux", "questions": []}
BALLOTS = (("1", "0,0,1"), ("2", "0,1,0"), ("3", "1,0,0"), ("1", "0,1,0"))  # the first voter votes twice
MIXED = ("1,2,3", "0,0,0,1,1,0,0,0,0")
Word = str | Path


def beffroi(*words: Word) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def must(*words: Word) -> str:
    done = beffroi(*words)
    assert done.exit_code == 0, (words, done.output)
    return done.output


class Game:
    """An election's folders, and what all commands printed."""

    def __init__(self, place: Path, *, group: bool = False, mixed: bool = False) -> None:
        self.place, self.mixed, self.said = place, mixed, ""
        self.out, self.group = place / "public", Group(place) if group else None
        asked = [QUESTIONS[YES_NO], QUESTIONS[RANKED], QUESTIONS[LISTED]] if mixed else [QUESTIONS[YES_NO]]
        (place / "questions.json").write_text(json.dumps({**PLAIN, "questions": asked}))
        (place / "voters").write_text("1\n2\n3\n4\n")

    def must(self, *words: Word) -> str:
        said = must(*words)
        self.said += said
        return said

    def trustees(self) -> list[Word]:
        """Makes them; the options that name them."""
        if self.group is not None:
            self.group.all_rounds()
            done = self.group.gather(*self.group.handed("commitment"))
            assert done.exit_code == 0, done.output
            self.said += self.group.said
            return ["--trustees", self.place / "trustees.json"]
        words: list[Word] = []
        for n, name in enumerate(("Ana", "Bo", "Cé"), 1):
            self.must("trustee", "init", "--out", self.place / f"trustee-{n}", "--name", name)
            words += ["--public-key", self.place / f"trustee-{n}" / "public_key.json", "--name", name]
        return words

    def make_words(self, named: list[Word]) -> list[Word]:
        return ["election", "make", "--out", self.out, "--questions", self.place / "questions.json", *named]

    @property
    def uuid(self) -> str:
        return (self.out / "uuid.txt").read_text()

    @property
    def bel(self) -> Path:
        return self.out / f"{self.uuid}.bel"

    def credentials_words(self) -> list[Word]:
        words: list[Word] = ["credentials", "make", "--uuid", self.uuid, "--voters", self.place / "voters"]
        return [*words, "--out", self.place / "authority"]

    @property
    def public(self) -> list[Word]:
        return ["--credentials", self.place / "authority" / "public_credentials.json"]

    def set_up(self) -> None:
        words = self.make_words(self.trustees())
        said = self.must(*words)
        assert self.uuid in said
        self.must(*self.credentials_words())
        self.must(*words, *self.public)

    def encrypt(self, n: int, number: str, choice: str) -> Path:
        private = json.loads((self.place / "authority" / "private_credentials.json").read_bytes())
        code, out = self.place / f"code-{number}", self.place / f"ballot-{n}"
        code.write_text(private[number])
        choices = (choice, *MIXED) if self.mixed else (choice,)
        words = [word for one in choices for word in ("--choice", one)]
        self.must(
            "ballot",
            "encrypt",
            "--election",
            self.out / "election.json",
            *words,
            "--credential-file",
            code,
            "--out",
            out,
        )
        return out

    def cast(self) -> list[Path]:
        made = [self.encrypt(n, number, choice) for n, (number, choice) in enumerate(BALLOTS)]
        self.must("election", "ballot", self.bel, *made)
        return made

    def shuffle(self, n: int) -> Path:
        out = self.place / f"shuffle-{n}.json"
        self.must("trustee", "shuffle", "--archive", self.bel, "--out", out)
        return out

    def decrypt(self, n: int) -> str:
        """What is handed in: the option's value."""
        folder, out = self.place / f"trustee-{n}", self.place / f"decryption-{n}.json"
        key: list[Word] = ["--key", folder / "private_key.json"]
        if self.group is not None:
            folder = self.group.folder(n)
            key = ["--key", folder / "seed.txt", "--sealed", folder / "decryption_key.json"]
        words = ["--election", self.out / "election.json", "--trustees", self.out / "trustees.json"]
        self.must("trustee", "decrypt", *key, *words, "--archive", self.bel, "--out", out)
        return f"{n}={out}"

    def secrets(self) -> list[str]:
        found = list(json.loads((self.place / "authority" / "private_credentials.json").read_bytes()).values())
        keys = self.place.glob("trustee-?/private_key.json")
        return [*found, *(json.loads(path.read_bytes()) for path in keys)]

    def kinds(self) -> list[str]:
        return [event.kind for event in archive.read(self.bel.read_bytes()).events]


def play(game: Game) -> str:
    """From nothing to the result; what the last command says."""
    game.set_up()
    game.cast()
    game.must("election", "tally", game.bel)
    if game.mixed:
        for n in (3, 1):
            game.must("election", "result", game.bel, "--shuffle", f"{n}={game.shuffle(n)}")
        game.must("election", "result", game.bel, "--end-shuffles")
    handed = [game.decrypt(n) for n in ((3, 1) if game.group else (2, 1, 3))]
    return game.must("election", "result", game.bel, *(w for one in handed for w in ("--decryption", one)))


@pytest.mark.parametrize(("group", "mixed"), [(False, False), (True, False), (False, True), (True, True)])
def test_a_whole_election_is_played_by_commands_alone(group: bool, mixed: bool, tmp_path: Path) -> None:
    game = Game(tmp_path, group=group, mixed=mixed)
    said = play(game)
    assert "Do you agree?\n  (blank): 1\n  yes: 2\n  no: 0\n" in said
    assert ("  3 ballots opened" in said) == mixed
    assert ("  cleo: 3" in said) == mixed
    proofs = game.bel.with_suffix(".second.json")
    must("verify", game.bel, "--second", proofs)
    Belenios(game.out).must("election", "verify")
    assert len(game.secrets()) == (4 if group else 7)
    assert not [secret for secret in game.secrets() if secret in game.said]
    shown = {path.name: stat.S_IMODE(path.stat().st_mode) for path in game.out.iterdir()}
    assert set(shown) == {"uuid.txt", "election.json", "trustees.json", "credentials.json", game.bel.name, proofs.name}
    assert set(shown.values()) == {0o644}
    assert not list(tmp_path.rglob("*.part"))


def test_a_decryption_with_a_wrong_second_proof_is_set_aside_by_name_and_others_count(tmp_path: Path) -> None:
    game = Game(tmp_path, group=True)
    game.set_up()
    game.cast()
    game.must("election", "tally", game.bel)
    handed = [game.decrypt(n) for n in (1, 2, 3)]
    mine, others = (json.loads(Path(one[2:]).read_bytes()) for one in handed[:2])
    proof = {**mine["second_proof"], "proof": others["second_proof"]["proof"]}
    Path(handed[0][2:]).write_text(json.dumps({**mine, "second_proof": proof}, separators=(",", ":")))
    said = game.must("election", "result", game.bel, *(w for one in handed for w in ("--decryption", one)))
    assert "set aside: trustee 1" in said
    assert "the second proof is wrong" in said
    must("verify", game.bel, "--second", game.bel.with_suffix(".second.json"))


def test_a_decryption_of_another_program_has_no_second_proof_and_counts(tmp_path: Path) -> None:
    game = Game(tmp_path, group=True)
    game.set_up()
    game.cast()
    game.must("election", "tally", game.bel)
    handed = [game.decrypt(n) for n in (1, 2)]
    for one in handed:
        path = Path(one[2:])
        path.write_text(json.dumps(json.loads(path.read_bytes())["decryption"], separators=(",", ":")))
    game.must("election", "result", game.bel, *(w for one in handed for w in ("--decryption", one)))
    must("verify", game.bel)
    assert not game.bel.with_suffix(".second.json").exists()


# ---------------------------------------------------------------- what is refused


def test_a_command_typed_again_with_other_files_changes_nothing(tmp_path: Path) -> None:
    game = Game(tmp_path)
    named = game.trustees()
    must(*game.make_words(named))
    must(*game.credentials_words())
    must(*game.make_words(named), *game.public)
    before = {path: path.read_bytes() for path in game.out.iterdir()}
    must(*game.make_words(named), *game.public)
    fewer = [*named[4:], "--name", "Ana"]
    (tmp_path / "other.json").write_text(json.dumps({**PLAIN, "name": "Un autre", "questions": [QUESTIONS[YES_NO]]}))
    other = game.make_words(named)
    other[other.index("--questions") + 1] = tmp_path / "other.json"
    for words in (game.make_words(named[4:]), other):
        done = beffroi(*words, *game.public)
        assert (done.exit_code, "is there already with another content" in done.output) == (1, True), done.output
    done = beffroi(*game.make_words(fewer), *game.public)
    assert (done.exit_code, "3 --name for 2 --public-key" in done.output) == (1, True), done.output
    assert {path: path.read_bytes() for path in game.out.iterdir()} == before


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ({"questions": []}, "at least one question"),
        ({"questions": [QUESTIONS[YES_NO] | {"max": 3}]}, "question 1"),
        ({"questions": [QUESTIONS[YES_NO]], "title": "x"}, "unknown field 'title'"),
        ({"questions": [QUESTIONS[YES_NO]], "name": 3}, "questions, name"),
    ],
)
def test_a_template_that_is_wrong_is_refused_with_its_place(template: dict[str, Any], why: str, tmp_path: Path) -> None:
    game = Game(tmp_path)
    named = game.trustees()
    (tmp_path / "questions.json").write_text(json.dumps(PLAIN | template))
    done = beffroi(*game.make_words(named))
    assert (done.exit_code, why in done.output) == (1, True), done.output


def test_weights_are_counted_and_refused_where_ballots_are_shuffled(tmp_path: Path) -> None:
    for mixed in (False, True):
        (place := tmp_path / str(mixed)).mkdir()
        game = Game(place, mixed=mixed)
        named = game.trustees()
        must(*game.make_words(named))
        must(*game.credentials_words())
        path = place / "authority" / "public_credentials.json"
        listed = [f"{point},{n}" for n, point in enumerate(json.loads(path.read_bytes()), 2)]
        path.unlink()
        path.write_text(json.dumps(listed, separators=(",", ":")))
        done = beffroi(*game.make_words(named), *game.public)
        if mixed:
            assert (done.exit_code, "counts once" in done.output) == (1, True), done.output
            continue
        assert done.exit_code == 0, done.output
        game.cast()
        assert "3 voters, weight" in game.must("election", "tally", game.bel)
        handed = [word for n in (1, 2, 3) for word in ("--decryption", game.decrypt(n))]
        assert "yes: " in game.must("election", "result", game.bel, *handed)
        must("verify", game.bel)


def test_a_trustee_who_gives_no_proof_makes_no_election(tmp_path: Path) -> None:
    game = Game(tmp_path)
    named = game.trustees()
    first, second = (json.loads(Path(named[n]).read_bytes()) for n in (1, 5))
    Path(named[1]).write_text(json.dumps({**first, "pok": second["pok"]}, separators=(",", ":")))
    done = beffroi(*game.make_words(named))
    assert (done.exit_code, "trustee.pok" in done.output) == (1, True), done.output


# ---------------------------------------------------------------- kill -9

TOUCHES = ("open", "write", "fsync", "link", "replace", "unlink", "ftruncate")


def killed_at(step: int, words: list[Word]) -> bool:
    """Runs the command in a child that is killed when it touches the disk for the `step`-th time; whether it was.

    A write is killed in its middle.
    """
    child = os.fork()
    if not child:
        try:
            die_at(step)
            beffroi(*words)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def die_at(step: int) -> None:
    left = step

    def dying(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def touch(*given: object, **more: object) -> object:
            nonlocal left
            writes = name != "open" or int(str(given[1])) & os.O_CREAT
            left -= bool(writes)
            if writes and not left:
                if name == "write":
                    real(given[0], memoryview(given[1])[: len(memoryview(given[1])) // 2])  # type: ignore
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*given, **more)

        return touch

    for name in TOUCHES:
        setattr(os, name, dying(name, getattr(os, name)))


def kill_everywhere(words: list[Word], folder: Path, spare: Path, check: Callable[[], None]) -> int:
    """Kills the command at each place, types it again, and checks; how many places there were."""
    shutil.copytree(folder, spare)
    step = 1
    while killed_at(step, words):
        done = beffroi(*words)
        assert done.exit_code == 0 or "already" in done.output, (step, done.output)
        check()
        assert not list(folder.rglob("*.part")) or done.exit_code
        shutil.rmtree(folder)
        shutil.copytree(spare, folder)
        step += 1
    check()
    shutil.rmtree(spare)
    return step - 1


def test_a_command_that_is_killed_at_any_write_is_finished_by_typing_it_again(tmp_path: Path) -> None:
    place, spare = tmp_path / "place", tmp_path / "spare"
    place.mkdir()
    game = Game(place, mixed=True)
    named = [*game.trustees()]
    first = place / "trustee-1"
    shutil.rmtree(first)

    def same_key() -> None:
        key = trustees.read_private((first / "private_key.json").read_bytes())
        assert trustees.check_public((first / "public_key.json").read_bytes()) == key.public_key
        assert stat.S_IMODE((first / "private_key.json").stat().st_mode) == 0o600

    def same_credentials() -> None:
        private = json.loads((place / "authority" / "private_credentials.json").read_bytes())
        listed = json.loads((place / "authority" / "public_credentials.json").read_bytes())
        assert sorted(credentials.public_credential(game.uuid, c) for c in private.values()) == sorted(listed)

    def ends_with(*kinds: str) -> Callable[[], None]:
        def check() -> None:
            assert game.kinds()[-len(kinds) :] == list(kinds)
            assert accepted(verify(game.bel.read_bytes(), processes=1))

        return check

    def kill(words: list[Word], check: Callable[[], None]) -> int:
        return kill_everywhere(words, place, spare, check)

    steps = kill(["trustee", "init", "--out", first, "--name", "Ana"], same_key)
    steps += kill(game.make_words(named), lambda: None)
    steps += kill(game.credentials_words(), same_credentials)
    steps += kill([*game.make_words(named), *game.public], ends_with("Setup"))
    made = [game.encrypt(n, number, choice) for n, (number, choice) in enumerate(BALLOTS)]
    steps += kill(["election", "ballot", game.bel, *made], ends_with("Setup", *["Ballot"] * 4))
    steps += kill(["election", "tally", game.bel], ends_with("Ballot", "EndBallots", "EncryptedTally"))
    handed = f"1={game.shuffle(1)}"
    words: list[Word] = ["election", "result", game.bel, "--shuffle", handed, "--end-shuffles"]
    steps += kill(words, ends_with("EncryptedTally", "Shuffle", "EndShuffles"))
    found = [w for n in (1, 2, 3) for w in ("--decryption", game.decrypt(n))]
    words = ["election", "result", game.bel, *found]
    steps += kill(words, ends_with("EndShuffles", *["PartialDecryption"] * 3, "Result"))
    assert steps > 40


@pytest.mark.parametrize("named_twice", [False, True])
def test_a_file_is_whole_whatever_a_killed_command_left_beside_it(named_twice: bool, tmp_path: Path) -> None:
    path = tmp_path / "out"
    if named_twice:  # killed after the file had its name, before the other one was taken away
        path.write_bytes(b"whole")
        os.link(path, tmp_path / "out.part")
        with pytest.raises(Refused, match=r"file\.exists"):
            files.write_new(path, b"other")
        assert path.read_bytes() == b"whole"
    else:
        (tmp_path / "out.part").write_bytes(b"half, and longer than what comes after it")
        files.write_new(path, b"whole", files.SECRET)
        assert path.read_bytes() == b"whole"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
