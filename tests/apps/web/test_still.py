"""In a rush, who has not signed in gets a copy that is a few seconds old at most, and nobody gets another's page."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from beffroi.web import still

FACTORY = RequestFactory()


@pytest.fixture(autouse=True)
def _copies(settings: Any) -> Any:
    settings.STILL_SECONDS = 3
    still.forget()
    yield
    still.forget()


class Counting:
    """A view that says how often it was asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.times += 1
        return HttpResponse(f"made {self.times}")


@pytest.fixture
def view() -> Counting:
    return Counting()


def ask(view: Any, path: str = "/petitions/1", cookies: dict[str, str] | None = None, **headers: str) -> HttpResponse:
    request = FACTORY.get(path, headers=headers)
    request.COOKIES.update(cookies or {})
    return still.same_for_everybody(view)(request)


def test_two_visitors_without_a_session_get_the_same_bytes(view: Counting) -> None:
    assert ask(view).content == ask(view).content == b"made 1"


@pytest.mark.parametrize("cookie", ["beffroi_session", "messages"])
def test_who_has_a_session_or_a_message_gets_a_page_of_her_own_which_nobody_else_gets(
    view: Counting, cookie: str
) -> None:
    assert ask(view).content == b"made 1"
    assert ask(view, cookies={cookie: "x"}).content == b"made 2"
    assert ask(view).content == b"made 1"


def test_each_theme_language_address_and_host_has_its_own_copy(view: Counting, settings: Any) -> None:
    from django.utils import translation

    settings.ALLOWED_HOSTS = ["*"]
    ask(view)
    ask(view, cookies={"beffroi_theme": "dark"})
    ask(view, path="/petitions/2")
    ask(view, host="other.example")
    with translation.override("en"):
        ask(view)
    assert view.times == 5


def test_an_address_with_words_behind_a_question_mark_is_never_kept(view: Counting) -> None:
    ask(view, path="/petitions/1?x=1")
    ask(view, path="/petitions/1?x=1")
    assert view.times == 2
    assert not still._copies


def test_the_memory_of_a_process_has_a_limit(view: Counting) -> None:
    for number in range(still.MOST + 50):
        ask(view, path=f"/petitions/{number}")
    assert len(still._copies) == still.MOST


def test_a_copy_grows_old(view: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(view)
    now = still.time.monotonic()
    monkeypatch.setattr(still.time, "monotonic", lambda: now + 3.1)
    assert ask(view).content == b"made 2"


def test_a_browser_that_has_the_page_is_told_so_without_the_page(view: Counting) -> None:
    first = ask(view)
    again = ask(view, if_none_match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == "public, max-age=10"
    assert {"Cookie", "Accept-Language"} <= {part.strip() for part in again["Vary"].split(",")}


def test_what_is_not_a_whole_page_is_never_kept() -> None:
    def sets_a_cookie(request: HttpRequest) -> HttpResponse:
        answer = HttpResponse("x")
        answer.set_cookie("a", "b")
        return answer

    def refuses(request: HttpRequest) -> HttpResponse:
        raise PermissionDenied

    assert "ETag" not in ask(sets_a_cookie)
    assert "ETag" not in ask(lambda request: HttpResponse("gone", status=404))
    with pytest.raises(PermissionDenied):
        ask(refuses)
    assert not still._copies
    assert ask(Counting()).status_code == 200  # the lock was given back


def test_switched_off_each_page_is_made_anew_and_browsers_ask_each_time(view: Counting, settings: Any) -> None:
    settings.STILL_SECONDS = 0
    assert ask(view)["Cache-Control"] == "no-cache"
    assert ask(view).content == b"made 2"


def test_a_shared_value_is_made_once_in_a_few_seconds(settings: Any) -> None:
    made = iter(range(9))
    assert [still.shared(("x",), lambda: next(made)) for _ in range(3)] == [0, 0, 0]
    settings.STILL_SECONDS = 0
    assert [still.shared(("x",), lambda: next(made)) for _ in range(2)] == [1, 2]
