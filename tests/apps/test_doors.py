"""tests/pages.txt lists each page with its public; here a stranger tries every door that is not hers."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

PAGES = Path(__file__).resolve().parent.parent / "pages.txt"
PUBLICS = {"anyone", "resident", "agent", "clerk", "scrutineer", "councillor", "panel", "administrator"}
EXAMPLES = {"int": 1, "str": "2026-001", "slug": "2026-001", "path": "x", "uuid": uuid4()}


def listed() -> dict[str, set[str]]:
    """Page -> its publics."""
    lines = [line.split() for line in PAGES.read_text().splitlines() if re.match("[a-z]", line)]
    return {name: set(publics.split("|")) for name, publics, *_ in lines}


def patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, entry.namespace or namespace)
        else:
            yield f"{namespace}:{entry.name}", entry


def address(name: str, pattern: URLPattern) -> str:
    kinds = {key: type(converter).__name__ for key, converter in pattern.pattern.converters.items()}
    return reverse(name, kwargs={key: EXAMPLES[kind.removesuffix("Converter").lower()] for key, kind in kinds.items()})


def test_every_public_on_the_list_is_a_known_one() -> None:
    assert {public for publics in listed().values() for public in publics} <= PUBLICS


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(name for name, publics in listed().items() if "anyone" not in publics))
def test_a_stranger_is_turned_away_before_anything_is_looked_up(name: str, client: Client) -> None:
    """Sent to sign in, or refused; never told whether the thing behind the door exists."""
    pattern = dict(patterns(get_resolver()))[name]
    answers = [client.get(address(name, pattern)), client.post(address(name, pattern))]
    sign_in = resolve_url(settings.LOGIN_URL)
    turned_away = [
        answer.status_code in {401, 403} or (answer.status_code == 302 and answer["Location"].startswith(sign_in))
        for answer in answers
    ]
    assert any(turned_away)
    assert all(away or answer.status_code == 405 for away, answer in zip(turned_away, answers, strict=True))
