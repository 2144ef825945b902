"""What the apps offer each other by a module of an agreed name (`jobs`, `frame`, `refusals` ...): nobody lists them."""

from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.apps import apps


@lru_cache
def modules(name: str) -> tuple[ModuleType, ...]:
    """The module `name` of every installed app of ours that has one, lowest floor first. Every page asks."""
    ours = [config.name for config in apps.get_app_configs() if config.name.startswith("beffroi.apps.")]
    return tuple(import_module(f"{app}.{name}") for app in ours if find_spec(f"{app}.{name}"))
