"""A whole vote with all who hold a part of it: the authority, three trustees, two voters, two scrutineers, an auditor.

Each works in a folder of its own with the `beffroi` command; the server gets what the clerk hands in on its pages, and
nothing else: the other folders are carried away, and the server, its database and its logs are searched for secrets.
"""

import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Page, expect

from beffroi.apps.votations import actions as votations
from beffroi.apps.votations.models import Ballot, PollBookEntry, SealedBallot, Votation, Voter
from beffroi.core.receipt import HELD
from beffroi.core.voting.archive import read
from beffroi.core.voting.ballot import tracker
from tests.browser import PHONE
from tests.stories import booth_site as booth
from tests.stories.village import (
    CLERK,
    QUESTION,
    SCRUTINEERS,
    START,
    TITLE,
    Village,
    call_the_vote,
    heading,
    overflow,
    press,
    say,
    write,
)

OPENS = START + timedelta(days=14)
CLOSES = OPENS + timedelta(days=5, hours=10)  # a Saturday evening
PAPER_EVENING = (CLOSES + timedelta(days=1)).replace(hour=20)
TRUSTEES = (("Mireille Butor", "majority"), ("Gilles Râle", "opposition"), ("Inès Gobemouche", "resident"))
SIDES = {
    "majority": "Majority of the council",
    "opposition": "Opposition of the council",
    "resident": "Resident drawn by lot",
}
VERIFIED = "accepted: this is the election that the journal announced, and its result is right"


def beffroi(*words: str | Path, folder: Path | None = None, expect: int = 0) -> str:
    """The command of the authority, the trustees and the auditors, on computers of theirs: no database, no settings."""
    alone = {name: value for name, value in os.environ.items() if not name.startswith(("BEFFROI_", "DJANGO_"))}
    command = [str(Path(sys.executable).parent / "beffroi"), *map(str, words)]
    done = subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True, check=False)
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout


def secrets_of(folders: Path) -> dict[str, list[bytes]]:
    """Each private credential and each trustee's key, in every form in which it could be kept."""
    found: dict[str, list[bytes]] = {}
    for file in folders.rglob("private_credentials.json"):
        for number, credential in json.loads(file.read_text()).items():
            found[f"credential {number}"] = [credential.encode(), credential.replace("-", "").encode()]
    for file in folders.rglob("private_key.json"):
        key = json.loads(file.read_text())
        scalar = int(key)
        found[f"key of {file.parent.name}"] = [
            key.encode(),
            f"{scalar:x}".encode(),
            scalar.to_bytes(32, "little"),
            scalar.to_bytes(32, "big"),
        ]
    return found


def holding(places: list[Path], secrets: dict[str, list[bytes]]) -> set[str]:
    """Which secrets stand somewhere in these files and folders."""
    files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*")) if file.is_file()]
    contents = [file.read_bytes() for file in files]
    return {name for name, forms in secrets.items() if any(form in text for form in forms for text in contents)}


class Server:
    """Everything that the server keeps: its folder, its database with the write-ahead log, what it logged."""

    def __init__(self, log: pytest.LogCaptureFixture, said: pytest.CaptureFixture[str], folder: Path) -> None:
        self.log, self.said, self.logged = log, said, folder / "server.log"

    def places(self) -> list[Path]:
        with self.logged.open("a") as kept:
            kept.write(self.log.text + "".join(self.said.readouterr()))
        database = Path(str(connection.settings_dict["NAME"]))
        beside = list(database.parent.glob(f"{database.name}*"))
        assert database in beside
        return [settings.HOME, self.logged, *beside]


@pytest.fixture
def server(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Server:
    for ours in ("beffroi", "django"):
        caplog.set_level(logging.DEBUG, ours)  # more than a server ever logs
    return Server(caplog, capsys, tmp_path)


@pytest.fixture
def called(village: Village) -> Votation:
    """A vote that the clerk is about to call."""
    return votations.prepare(TITLE, QUESTION, "", None, village.now())


def download(page: Page, village: Village, path: str, to: Path) -> Path:
    answer = page.request.get(village.url + path)
    assert answer.status == 200, path
    to.write_bytes(answer.body())
    return to


def hand_in(page: Page, file: Path, button: str, **fields: str) -> None:
    """In the form of this button: its fields, the file, and the button."""
    form = page.locator("form").filter(has=page.get_by_role("button", name=say(button), exact=True))
    for name, value in fields.items():
        place = form.locator(f"[name$='{name}']")
        if place.evaluate("place => place.tagName") == "SELECT":
            place.select_option(value)
        else:
            place.fill(value)
    form.locator("input[type=file]").set_input_files(file)
    press(page, button)


def vote(page: Page, village: Village, path: str, answer: str, code: str) -> str:
    """In the booth, alone; gives the tracking number."""
    village.open(page, f"{path}/isoloir")
    booth.choose(page, answer)
    booth.close(page, code)
    press(page, "Put in the box")
    booth.heading(page, "Your ballot is in the box")
    return booth.number(page)


def find(page: Page, village: Village, path: str, tracker: str) -> None:
    village.open(page, f"{path}/urne")
    write(page, "Tracking number of the ballot", tracker)
    press(page, "Find")
    assert tracker not in page.url


def count(page: Page, station: str, yes: int, no: int, blank: int, mixed_into: str = "") -> None:
    form = page.locator("form").filter(has=page.get_by_role("button", name=say("Record my count"), exact=True))
    form.locator("[name=station]").select_option(label=station)
    for name, number in (("yes", yes), ("no", no), ("blank", blank)):
        form.locator(f"[name={name}]").fill(str(number))
    if mixed_into:
        form.locator("[name=mixed_into]").select_option(label=mixed_into)
    press(page, "Record my count")


def test_a_vote_from_its_call_to_its_decision(
    visitor: Callable[..., Page],
    axe: Callable[[Page], None],
    village: Village,
    called: Votation,
    server: Server,
    tmp_path: Path,
    allow: list[str],
) -> None:
    clerk, lea, hugo = visitor(), visitor(width=PHONE), visitor()
    scrutineers, auditor = [visitor(javascript=False), visitor()], visitor()
    path = f"/votations/{called.number}"
    here, handed, elsewhere = tmp_path / "roles", tmp_path / "handed", tmp_path / "elsewhere"
    here.mkdir()
    handed.mkdir()

    def look(page: Page) -> None:
        assert overflow(page) == []
        axe(page)

    # The clerk calls the vote.
    village.let_in_at_work(clerk, CLERK)
    village.open(clerk, f"{path}/appel")
    look(clerk)
    call_the_vote(clerk, OPENS, CLOSES)
    heading(clerk, "Prepare the opening")
    look(clerk)
    votation = Votation.objects.get()

    # The authority receives numbers, no names, and makes the credentials. Each trustee makes a key.
    call_command("votation", "voter-numbers", called.number, out=str(handed / "numbers.txt"))
    assert "Léa" not in (handed / "numbers.txt").read_text()
    beffroi(
        "credentials", "make", "--uuid", votation.uuid, "--voters", handed / "numbers.txt", "--out", here / "authority"
    )
    for owner, (name, _) in enumerate(TRUSTEES, 1):
        beffroi("trustee", "init", "--out", here / f"trustee-{owner}", "--name", name)
    # What leaves these folders: the public halves for the clerk, and one sealed letter for each voter.
    shutil.copy(here / "authority" / "public_credentials.json", handed)
    for owner in (1, 2, 3):
        shutil.copy(here / f"trustee-{owner}" / "public_key.json", handed / f"key-{owner}.json")
    letters = json.loads((here / "authority" / "private_credentials.json").read_text())
    code = {voter.person_id: letters[str(voter.number)] for voter in Voter.objects.all()}
    secrets = secrets_of(here)
    assert len(secrets) == len(village.people) + len(TRUSTEES)

    # Handed in on the clerk's page; then the folders are carried away.
    village.open(clerk, f"{path}/preparation")
    hand_in(clerk, handed / "public_credentials.json", "Hand in the credentials")
    for owner, (name, side) in enumerate(TRUSTEES, 1):
        hand_in(clerk, handed / f"key-{owner}.json", "Hand in a key", owner=str(owner), name=name, side=side)
    look(clerk)
    press(clerk, "Make the election")
    heading(clerk, "The election is made")
    look(clerk)
    here.rename(elsewhere)
    assert holding([elsewhere], secrets) == set(secrets), "the search finds what is there"
    assert holding([*server.places(), handed], secrets) == set()

    # Léa votes, thinks again, and votes again. Hugo votes blank.
    village.wait_until(OPENS + timedelta(hours=2))
    village.work()
    village.sign_in(lea, "lea@village.example", then=path)
    look(lea)
    first = vote(lea, village, path, "No", code[village.people["lea"].pk])
    village.let_in(hugo, village.people["hugo"])
    hers = vote(hugo, village, path, "Blank", code[village.people["hugo"].pk])
    with hugo.expect_download() as receipt:
        hugo.get_by_role("link", name=say("Save the receipt")).click()
    receipt.value.save_as(handed / "receipt.json")
    last = vote(lea, village, path, "Yes", code[village.people["lea"].pk])
    assert len({first, hers, last}) == 3
    find(lea, village, path, first)
    heading(lea, "This ballot was replaced")
    look(lea)
    find(lea, village, path, last)
    heading(lea, "This ballot is in the box")
    look(lea)
    village.open(lea, "/mon-espace")
    expect(lea.locator("main")).to_contain_text(say("You have voted"))
    village.open(auditor, path)
    look(auditor)
    assert holding(server.places(), secrets) == set()

    # The clock closes the vote; the worker seals the box, forgets who cast what, and adds the ballots up unopened.
    village.wait_until(CLOSES + timedelta(minutes=1))
    village.work()
    assert Votation.objects.get().state == Votation.State.TALLIED
    assert (Ballot.objects.count(), Voter.objects.count(), SealedBallot.objects.count()) == (0, 0, 3)
    assert not list((settings.HOME / "keys").glob("*.key")), "the key that joined voters to credentials is destroyed"
    assert set(PollBookEntry.objects.filter(voted_online=True).values_list("person__first_name", flat=True)) == {
        "Léa",
        "Hugo",
    }
    village.open(auditor, path)
    look(auditor)
    village.open(auditor, f"{path}/dechiffrement")
    heading(auditor, "Paper first")
    look(auditor)

    # Paper: ten persons may still come to the desks. Two scrutineers count, apart from one another.
    village.wait_until(PAPER_EVENING)
    for page, address in zip(scrutineers, SCRUTINEERS, strict=True):
        village.let_in_at_work(page, address)
        village.open(page, f"{path}/depouillement")
        count(page, "Préau du Moulin", 0, 0, 0, mixed_into="Mairie")
    look(scrutineers[1])
    count(scrutineers[0], "Mairie", 4, 2, 1)
    count(scrutineers[1], "Mairie", 4, 1, 2)
    expect(scrutineers[1].get_by_text(say("Different: count again"))).to_be_visible()
    look(scrutineers[1])
    count(scrutineers[1], "Mairie", 4, 2, 1)
    expect(scrutineers[1].get_by_text(say("Different: count again"))).to_have_count(0)

    # Each trustee checks the whole box on her own computer before she decrypts its total.
    village.let_in_at_work(clerk, CLERK)
    for owner in (1, 2, 3):
        hers_alone = elsewhere / f"trustee-{owner}"
        for name in ("election.json", "trustees.json", "tally.json", "archive.bel"):
            download(auditor, village, f"{path}/{name}", hers_alone / name)
        beffroi(
            *("trustee", "decrypt", "--key", "private_key.json", "--election", "election.json"),
            *("--trustees", "trustees.json", "--tally", "tally.json", "--archive", "archive.bel"),
            *("--out", handed / f"decryption-{owner}.json"),
            folder=hers_alone,
        )
    shutil.rmtree(elsewhere)
    village.open(clerk, f"{path}/dechiffrement")
    look(clerk)
    allow += [f"answered 4.*{path}", "status of 4"]
    hand_in(clerk, handed / "decryption-2.json", "Hand in", owner="1")  # under another trustee's number
    expect(clerk.get_by_role("alert")).to_be_visible()
    for owner in (1, 2, 3):
        hand_in(clerk, handed / f"decryption-{owner}.json", "Hand in", owner=str(owner))
    village.work()
    assert Votation.objects.get().state == Votation.State.DECIDED

    # Anybody reads the result in words, with and without JavaScript.
    for page in (auditor, visitor(width=PHONE, javascript=False)):
        village.open(page, path)
        page.get_by_role("link", name=say("See the result")).click()
        main = page.locator("main")
        expect(main.locator(".verdict")).to_have_text(say("Yes."))
        expect(main).to_contain_text(
            say("The answer is yes. The commune has promised to follow it: the council deliberates, and votes by name.")
        )
        # Online: yes 1, blank 1; on paper: yes 4, no 2, blank 1.
        expect(main.locator("tfoot tr")).to_have_text("".join([say("Total"), "5", "2", "2", "9"]))
        expect(main).to_contain_text(say("mixed, unopened, into the box of %(other)s", other="Mairie"))
    look(auditor)
    village.open(lea, path)
    look(lea)
    find(lea, village, path, last)
    heading(lea, "This ballot was counted")
    find(lea, village, path, first)
    heading(lea, "This ballot was replaced")
    look(lea)

    # The auditor downloads the archive, and runs what the page prints.
    village.open(auditor, f"{path}/resultat")
    outsider = tmp_path / "outsider"
    outsider.mkdir()
    with auditor.expect_download() as coming:
        auditor.locator("a[href$='/archive.bel']").first.click()
    archive = outsider / coming.value.suggested_filename
    coming.value.save_as(archive)
    printed = auditor.locator("pre code").first.inner_text().split()
    assert printed[0] == "beffroi"
    assert "accepted" in beffroi(*printed[1:], folder=outsider)
    download(auditor, village, "/journal/entries.jsonl", outsider / "entries.jsonl")
    download(auditor, village, "/journal/checkpoint", outsider / "checkpoint")
    key = download(auditor, village, "/journal/key", outsider / "key").read_text().strip()
    journal = ("--journal", "entries.jsonl", "--checkpoint", "checkpoint", "--log-key", key)
    assert VERIFIED in beffroi("verify", archive.name, *journal, folder=outsider)
    download(auditor, village, f"{path}/second-proofs.json", outsider / "second-proofs.json")
    assert VERIFIED in beffroi("verify", archive.name, "--second", "second-proofs.json", *journal, folder=outsider)
    words = ("--archive", archive.name, "--key", key)
    assert HELD in beffroi("receipt", "check", handed / "receipt.json", *words, folder=outsider)
    ballots = [event.data[0] for event in read(archive.read_bytes()).events if event.kind == "Ballot"]
    assert {tracker(raw) for raw in ballots} == {first, hers, last}
    damaged = outsider / "damaged.bel"
    damaged.write_bytes(archive.read_bytes().replace(b'"answers"', b'"answerz"', 1))
    assert "REFUSED" in beffroi("verify", damaged.name, *journal, folder=outsider, expect=1)
    damaged.unlink()

    # Nothing secret was ever there, and nobody's name went into the archive or the journal.
    assert holding([*server.places(), handed, outsider], secrets) == set()
    published = b"".join(file.read_bytes() for file in outsider.iterdir())
    assert not [person for person in village.people.values() if person.last_name.encode() in published]
