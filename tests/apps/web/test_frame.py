"""The frame of every page: links, reader's choices, source, errors, refusals."""

import gzip
import io
import re
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account
from beffroi.core.errors import Malformed, Refused
from beffroi.web import frame, middleware, refusals, still, views
from beffroi.web.models import Instance
from tests.let_in import let_in

pytestmark = pytest.mark.django_db
FIRST_LOAD = ("web/tokens.css", "web/beffroi.css", "web/fonts/atkinson-next-latin.woff2", "web/fonts/bagnard.woff2")


def found(name: str) -> bytes:
    path = finders.find(name)
    assert isinstance(path, str)
    return Path(path).read_bytes()


def instance(demonstration: bool, kind: str = "commune") -> Instance:
    return Instance.objects.create(pk=1, kind=kind, demonstration=demonstration, created_at=datetime.now(UTC))


# What every page shows


def test_the_navigation_holds_what_the_apps_offer_and_nothing_else() -> None:
    assert [item.section for item in frame.items("NAV")] == ["petitions", "votations", "councils", "journal"]


def test_every_link_of_the_frame_leads_to_a_page() -> None:
    links = [item.url for place in ("NAV", "RIGHTS", "VERIFY") for item in frame.items(place)]
    assert all(link.startswith("/") for link in [*links, *frame.doors().values()])
    assert {"home", "search", "space", "counter", "sign_in", "sign_out", "counter_close"} <= set(frame.doors())


def test_every_page_links_to_its_source(client: Client) -> None:
    assert reverse("web:source") in client.get("/").content.decode()


def test_a_public_page_sets_no_cookie(client: Client) -> None:
    assert not client.get("/").cookies


def test_no_page_of_the_frame_holds_a_script(client: Client) -> None:
    answer = client.get("/")
    assert b"<script" not in answer.content
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_a_demonstration_says_so_on_every_page_and_a_real_site_never_does(client: Client) -> None:
    row = instance(demonstration=True)
    assert "inventées" in client.get("/").content.decode()
    row.delete()
    instance(demonstration=False)
    assert "inventées" not in client.get("/").content.decode()


def test_an_association_never_passes_for_the_commune(client: Client) -> None:
    instance(demonstration=False, kind="association")
    assert "pas par la commune" in client.get("/").content.decode()


def test_the_first_load_weighs_less_than_150_kb_and_60_kb_compressed(client: Client) -> None:
    page = client.get("/").content
    texts = [page, *(found(name) for name in FIRST_LOAD[:2])]
    fonts = sum(len(found(name)) for name in FIRST_LOAD[2:])
    assert sum(map(len, texts)) + fonts < 150_000
    assert sum(len(gzip.compress(text)) for text in texts) + fonts < 60_000


# Language and appearance


def test_the_reader_chooses_her_language(client: Client) -> None:
    assert 'lang="fr"' in client.get("/").content.decode()
    answer = client.post(reverse("web:language"), {"language": "en", "next": "/regles"})
    assert answer["Location"] == "/regles"
    assert 'lang="en"' in client.get("/").content.decode()


def test_a_language_that_does_not_exist_changes_nothing(client: Client) -> None:
    assert not client.post(reverse("web:language"), {"language": "xx"}).cookies


def test_the_reader_chooses_her_appearance_and_takes_it_back(client: Client) -> None:
    client.post(reverse("web:theme"), {"theme": "dark"})
    assert 'data-theme="dark"' in client.get("/").content.decode()
    client.post(reverse("web:theme"), {"theme": "auto"})
    assert "data-theme=" not in client.get("/").content.decode()


@pytest.mark.parametrize(
    "there", ["https://example.org/", "//example.org", "javascript:alert(1)", "", "\\\\example.org"]
)
def test_a_choice_never_leads_to_another_site(client: Client, there: str) -> None:
    assert client.post(reverse("web:theme"), {"theme": "dark", "next": there})["Location"] == "/"


@pytest.mark.parametrize("name", ["web:language", "web:theme"])
def test_a_choice_is_posted(client: Client, name: str) -> None:
    assert client.get(reverse(name)).status_code == 405


# The source


def test_the_source_is_what_runs_and_nothing_of_the_server() -> None:
    answer = Client().get(reverse("web:source"))
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as tar:
        names = tar.getnames()
        running = tar.extractfile("beffroi/beffroi/web/source.py")
        assert running is not None
        assert running.read() == (settings.ROOT / "beffroi/web/source.py").read_bytes()
    assert {"beffroi/manage.py", "beffroi/pyproject.toml", "beffroi/LICENSE"} <= set(names)
    assert not [name for name in names if re.search(r"/(var|node_modules|__pycache__|\.git|\.venv)(/|$)|\.key$", name)]


# When something is wrong


def test_a_page_that_does_not_exist_says_what_to_do(client: Client) -> None:
    answer = client.get("/nulle-part")
    assert answer.status_code == 404
    assert "existe pas" in answer.content.decode()
    assert 'href="/"' in answer.content.decode()


def test_a_form_without_its_token_is_refused_with_a_page() -> None:
    answer = Client(enforce_csrf_checks=True).post(reverse("roll:sign_out"))
    assert answer.status_code == 403
    assert "Ce formulaire a expiré" in answer.content.decode()


def test_a_host_that_is_not_ours_gets_a_plain_400(client: Client) -> None:
    answer = client.get("/", headers={"host": "example.org"})
    assert answer.status_code == 400
    assert "ne peut pas être lue" in answer.content.decode()


def test_a_bug_is_told_without_the_database(rf: RequestFactory, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):
        answer = views.server_error(rf.get("/"))
    assert answer.status_code == 500
    assert "Quelque chose" in answer.content.decode()


def test_a_permission_says_its_own_sentence(rf: RequestFactory) -> None:
    answer = views.permission_denied(rf.get("/"), PermissionDenied("Only bell ringers enter."))
    assert answer.status_code == 403
    assert "Only bell ringers enter." in answer.content.decode()


# Refusals


def answered(error: Exception, content_type: str = "text/html") -> HttpResponse | None:
    def nothing(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    request = RequestFactory().post("/", data=b"{}", content_type=content_type)
    caught = middleware.refusals(nothing).process_exception
    answer = caught(request, error)
    assert answer is None or isinstance(answer, HttpResponse)
    return answer


def test_what_a_rule_refuses_is_a_page_with_the_rules_sentence() -> None:
    answer = answered(Refused("rules.no_value", "council.seats"))
    assert answer is not None
    assert answer.status_code == 422
    assert "Les règles de cette commune" in answer.content.decode()


def test_what_does_not_parse_is_a_page_that_says_where() -> None:
    answer = answered(Malformed("receipt", "3 signs", "26 signs"))
    assert answer is not None
    assert answer.status_code == 400
    assert "receipt" in answer.content.decode()


def test_a_program_is_answered_with_the_rule_and_the_sentence() -> None:
    answer = answered(Refused("rules.no_value"), "application/json")
    assert answer is not None
    assert answer["Content-Type"] == "application/json"
    assert b'"rule": "rules.no_value"' in answer.content


def test_a_bug_is_not_taken_for_a_refusal() -> None:
    assert answered(KeyError("x")) is None


def test_a_sentence_names_who_is_at_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "_all", lambda: {"web.test": "It was {at_fault}."})
    assert refusals.sentence(Refused("web.test", "the cat")) == "It was the cat."


def test_a_rule_without_a_sentence_is_still_told() -> None:
    with translation.override("en"):
        assert "some.rule" in refusals.sentence(Refused("some.rule"))


# What is made once in a few seconds for all its readers


@pytest.fixture
def _kept(settings: Any) -> Iterator[None]:
    settings.STILL_SECONDS = 3
    still.forget()
    yield
    still.forget()


@pytest.mark.usefixtures("_kept")
def test_a_frame_that_is_kept_says_to_each_reader_who_is_signed_in_where_she_is_and_in_her_words(
    client: Client,
) -> None:
    def masthead(path: str, account: Account | None = None, language: str = "fr", theme: str = "") -> str:
        browser = Client()
        browser.cookies.load({"beffroi_language": language, "beffroi_theme": theme})
        if account:
            let_in(browser, account)
        return browser.get(path).content.decode()

    account = roll.open_work_account("Solange Pic", "solange@mairie.example", "clerk")
    space, sign_in = f'class="me" href="{reverse("portal:space")}"', f'class="me" href="{reverse("roll:sign_in")}"'
    for _ in range(2):
        assert sign_in in masthead("/chercher")
        assert space in masthead("/chercher", account)
        assert 'value="/chercher"' in masthead("/chercher")
        assert 'value="/petitions"' in masthead("/petitions")
        assert "Who organises?" in masthead("/chercher", language="en")
        assert 'value="dark" aria-pressed="true"' in masthead("/chercher", theme="dark")
        assert 'value="dark" aria-pressed="false"' in masthead("/chercher")


@pytest.mark.usefixtures("_kept")
def test_an_address_with_words_behind_a_question_mark_keeps_nothing(client: Client) -> None:
    client.get("/chercher?q=un")
    kept = set(still._values)
    assert 'value="/chercher?q=deux"' in client.get("/chercher?q=deux").content.decode()
    assert not [name for name in kept if name[0] == "web.part"]
