"""The journal's pages, and the files with which anybody checks it without asking the server."""

import json
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.db import transaction
from django.test import Client
from typer.testing import CliRunner

from beffroi.apps.gazette import actions
from beffroi.core.journal.log import verify_log
from beffroi.core.journal.verbs import app
from beffroi.core.verdict import accepted

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 8, 41, tzinfo=UTC)


def acts(count: int, start: int = 1) -> None:
    for number in range(start, start + count):
        with transaction.atomic():
            actions.publish("petition.filed", NOW, petition=f"2026-{number:03d}")
    actions.sequence(NOW)


def body(client: Client, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.getvalue()


def test_anyone_reads_the_journal_newest_first(client: Client) -> None:
    acts(3)
    page = body(client, "/journal").decode()
    assert page.index("2026-003") < page.index("2026-001\u00a0: déposée")


def test_the_journal_has_pages_of_fifty(client: Client) -> None:
    acts(120)
    first, third = body(client, "/journal").decode(), body(client, "/journal?page=3").decode()
    assert first.count('class="no"') == 50
    assert third.count('class="no"') == 20
    assert "2026-001" in third


@pytest.mark.parametrize("page", ["0", "-1", "x", "99", "9" * 30, "\x00"])
def test_a_page_that_does_not_exist_is_the_nearest_one(client: Client, page: str) -> None:
    acts(1)
    assert client.get("/journal", {"page": page}).status_code == 200


def test_the_journal_can_be_kept_to_what_names_one_number(client: Client) -> None:
    acts(3)
    page = body(client, "/journal?objet=2026-002").decode()
    assert page.count('class="no"') == 1
    assert "2026-003" not in page


@pytest.mark.parametrize("subject", ["petition", "2026-00", '"', "%", "' OR 1=1", "<script>", "x" * 5000, "é", "\x00"])
def test_a_number_that_nothing_bears_finds_nothing(client: Client, subject: str) -> None:
    acts(3)
    answer = client.get("/journal", {"objet": subject})
    assert answer.status_code == 200
    assert b'class="no"' not in answer.content
    assert b"<script>" not in answer.content


def test_an_empty_journal_says_so(client: Client) -> None:
    assert "Aucun acte" in body(client, "/journal").decode()
    assert "Aucun acte" in body(client, "/journal/verifier").decode()
    for path in ("/journal/checkpoint", "/journal/entries.jsonl", "/journal/key", "/journal/0"):
        assert client.get(path).status_code == 404
    assert client.get("/journal/atom.xml").status_code == 200


def test_an_outsider_verifies_the_whole_journal_with_what_he_downloads(client: Client) -> None:
    acts(5)
    earlier = body(client, "/journal/checkpoint")
    acts(4, 6)
    head, entries, key = (body(client, f"/journal/{name}") for name in ("checkpoint", "entries.jsonl", "key"))
    steps, read = verify_log(entries, head, key.decode().strip(), earlier)
    assert accepted(steps)
    assert len(read) == 9


def test_a_reader_who_downloads_while_the_journal_grows_asks_for_one_size(client: Client) -> None:
    acts(5)
    acts(4, 6)
    steps, read = verify_log(
        body(client, "/journal/entries.jsonl?taille=5"),
        body(client, "/journal/checkpoint?taille=5"),
        body(client, "/journal/key").decode().strip(),
    )
    assert accepted(steps)
    assert len(read) == 5
    assert client.get("/journal/checkpoint?taille=7").status_code == 404


@pytest.mark.parametrize("size", ["0", "-1", "x", "9" * 30, "1.5"])
def test_a_size_without_a_head_does_not_exist(client: Client, size: str) -> None:
    acts(1)
    for path in ("/journal/checkpoint", "/journal/entries.jsonl", "/journal/0/proof.json"):
        assert client.get(path, {"taille": size}).status_code == 404


def test_an_acts_own_page_shows_its_proof_and_the_commands_that_do_it_again(client: Client, tmp_path: Path) -> None:
    acts(5)
    page = body(client, "/journal/2").decode()
    assert "Cet acte est dans le journal" in page
    files = {
        "entry.json": "/journal/2/entry.json",
        "proof.json": "/journal/2/proof.json?taille=5",
        "checkpoint": "/journal/checkpoint?taille=5",
    }
    for name, path in files.items():
        assert path in page.replace("&amp;", "&")
        (tmp_path / name).write_bytes(body(client, path))
    arguments = ["--entry", "entry.json", "--proof", "proof.json", "--checkpoint", "checkpoint"]
    placed = [str(tmp_path / word) if word in files else word for word in arguments]
    key = body(client, "/journal/key").decode().strip()
    assert CliRunner().invoke(app, ["inclusion", *placed, "--key", key]).exit_code == 0
    (tmp_path / "entry.json").write_bytes(body(client, "/journal/3/entry.json"))
    assert CliRunner().invoke(app, ["inclusion", *placed, "--key", key]).exit_code == 1


def test_the_page_of_an_act_that_was_changed_says_that_it_is_not_shown(client: Client) -> None:
    from beffroi.apps.gazette.models import Entry

    acts(3)
    Entry.objects.filter(index=1).update(leaf=Entry.objects.get(index=1).leaf.replace("002", "009"))
    assert "Cet acte est dans le journal" not in body(client, "/journal/1").decode()


@pytest.mark.parametrize("index", ["3", str(2**63), "9" * 40])
def test_an_act_that_does_not_exist_has_no_page(client: Client, index: str) -> None:
    acts(3)
    for path in (f"/journal/{index}", f"/journal/{index}/entry.json", f"/journal/{index}/proof.json"):
        assert client.get(path).status_code == 404


def test_an_act_that_has_no_place_yet_is_not_shown(client: Client) -> None:
    acts(1)
    with transaction.atomic():
        actions.publish("petition.filed", NOW, petition="2026-777")
    assert "2026-777" not in body(client, "/journal").decode()
    assert b"2026-777" not in body(client, "/journal/entries.jsonl")


def test_nothing_can_be_sent_to_the_journal(client: Client) -> None:
    acts(1)
    for path in ("/journal", "/journal/0", "/journal/checkpoint", "/journal/entries.jsonl", "/journal/verifier"):
        for method in (client.post, client.put, client.delete):
            assert method(path).status_code == 405


def test_the_foot_of_every_page_shows_the_head(client: Client) -> None:
    acts(2)
    page = body(client, "/journal/verifier").decode()
    proof = json.loads(body(client, "/journal/0/proof.json"))
    assert proof["size"] == 2
    from beffroi.apps.gazette.queries import head

    last = head()
    assert last is not None
    assert f"{last.root[:8]} {last.root[8:16]} {last.root[16:20]}" in page


def test_the_feed_is_well_formed_and_names_the_newest_acts(client: Client) -> None:
    acts(40)
    feed = ElementTree.fromstring(body(client, "/journal/atom.xml"))
    titles = [title.text or "" for title in feed.iterfind("{*}entry/{*}title")]
    assert len(titles) == 30
    assert "2026-040" in titles[0]


def test_the_journal_is_read_in_english_too(client: Client) -> None:
    acts(1)
    client.cookies["beffroi_language"] = "en"
    page = body(client, "/journal").decode()
    assert "Petition 2026-001: filed" in page


def test_a_page_of_the_journal_asks_the_database_few_questions(
    client: Client, django_assert_max_num_queries: object
) -> None:
    acts(60)
    with django_assert_max_num_queries(6):
        client.get("/journal")
