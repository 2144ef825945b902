"""A sign-in code on screen opens every account: only a database marked as a demonstration may show one."""

import importlib
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client

from beffroi.apps.roll.models import Person
from beffroi.web.models import Instance
from tests.apps.roll.conftest import NOW

pytestmark = pytest.mark.django_db


def built(demonstration: bool) -> None:
    Instance.objects.create(pk=1, kind="commune", demonstration=demonstration, created_at=NOW)


def faults() -> list[str]:
    return [message.id for message in run_checks(databases=["default"]) if message.id == "roll.E001"]


def page(client: Client) -> str:
    return client.post("/connexion", {"email": "odette@example.org"}, follow=True).content.decode()


def test_the_check_refuses_codes_on_screen_in_a_real_commune(settings: Any) -> None:
    settings.SHOW_CODES = True
    built(demonstration=False)
    assert faults() == ["roll.E001"]


def test_the_check_accepts_them_in_a_demonstration(settings: Any) -> None:
    settings.SHOW_CODES = True
    built(demonstration=True)
    assert faults() == []


def test_the_check_accepts_a_real_commune_that_shows_none(settings: Any) -> None:
    settings.SHOW_CODES = False
    built(demonstration=False)
    assert faults() == []


def test_a_real_commune_shows_no_code_even_when_told_to(settings: Any, client: Client, odette: Person) -> None:
    settings.SHOW_CODES = True
    built(demonstration=False)
    assert "démonstration" not in page(client)


def test_a_database_that_was_never_marked_shows_no_code(settings: Any, client: Client, odette: Person) -> None:
    settings.SHOW_CODES = True
    assert "donc le code est montré" not in page(client)


def test_a_demonstration_shows_the_code_and_it_opens(settings: Any, client: Client, odette: Person) -> None:
    settings.SHOW_CODES = True
    built(demonstration=True)
    shown = page(client)
    assert "donc le code est montré" in shown
    digits = "".join(shown.split("donc le code est montré")[1].split("</code>")[0].split("<code>")[1])
    code = "".join(sign for sign in digits if sign.isdigit())
    client.post("/connexion/code", {"code": code})
    assert client.session["_auth_user_id"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("demonstration", [True, False])
def test_the_server_of_a_real_commune_does_not_start_with_codes_on_screen(
    settings: Any, monkeypatch: pytest.MonkeyPatch, demonstration: bool
) -> None:
    import beffroi.wsgi

    settings.SHOW_CODES = True
    monkeypatch.setenv("BEFFROI_SHOW_CODES", "1")
    built(demonstration)
    if demonstration:
        importlib.reload(beffroi.wsgi)
    else:
        with pytest.raises(SystemExit, match=r"roll\.E001"):
            importlib.reload(beffroi.wsgi)
