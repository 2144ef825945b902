"""Sign-in codes on screen open every account. They are for a demonstration, where nobody is real."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connections

from beffroi.web import instance
from beffroi.web.models import Instance

CODES_ON_SCREEN = Error(
    "BEFFROI_SHOW_CODES=1 shows sign-in codes on screen, but this database is not marked as a demonstration.",
    hint="Unset BEFFROI_SHOW_CODES, or build a demonstration: manage.py build --pack FOLDER --demonstration",
    id="roll.E001",
)


def codes_stay_off_screen(
    app_configs: object = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Asked with `manage.py check --database default`, by migrate, and by the server when it starts."""
    if not settings.SHOW_CODES or "default" not in (databases or ()):
        return []
    if Instance._meta.db_table not in connections["default"].introspection.table_names():
        return []  # nothing is built yet, so nobody can sign in
    if instance.current() is None or instance.is_demonstration():
        return []
    return [CODES_ON_SCREEN]


def may_show_codes() -> bool:
    """The second lock on the same door, asked at each sign-in."""
    return bool(settings.SHOW_CODES) and instance.is_demonstration()
