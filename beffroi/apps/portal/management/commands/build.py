"""manage.py build: makes the database of an instance from its pack, once; run again, it adds what is missing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from beffroi.apps.assemblies import actions as assemblies
from beffroi.apps.gazette import actions as gazette
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll import boundaries
from beffroi.core.errors import Malformed
from beffroi.core.rules import Pack, read_pack
from beffroi.web.models import Instance


class Command(BaseCommand):
    help = "Creates the tables, the log's key, and the neighbourhoods, stations and councils of the pack."
    requires_system_checks = []  # the database does not exist yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pack", type=Path, default=settings.PACK, help="folder of the commune's pack")
        parser.add_argument("--demonstration", action="store_true", help="persons are invented, and every page says so")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            pack = read_pack(options["pack"])
        except Malformed as wrong:
            raise CommandError(str(wrong)) from wrong
        if Path(options["pack"]).resolve() != Path(settings.PACK).resolve():
            self.stderr.write(
                f"Serve it with BEFFROI_PACK={options['pack']}, or it will show other rules than it was built with."
            )
        own_file(settings.DATABASES["default"])
        call_command("migrate", interactive=False, verbosity=0)
        with transaction.atomic():
            mark(pack, options["demonstration"])
            roll.build(pack)
            boundaries.build(pack, timezone.now())
            assemblies.build(pack, timezone.now())
        gazette.ensure_key()
        self.stdout.write(f"{pack.name}: built in {settings.HOME}")


def own_file(database: dict[str, Any]) -> None:
    """SQLite would make a file that everybody on the machine can read; its logs get the rights of the file."""
    if database["ENGINE"].endswith("sqlite3"):
        Path(database["NAME"]).touch(mode=0o600)


def mark(pack: Pack, demonstration: bool) -> None:
    """Says once what this database is. A real one never becomes a demonstration, nor the other way round."""
    instance, made = Instance.objects.get_or_create(
        pk=1, defaults={"kind": pack.kind, "demonstration": demonstration, "created_at": timezone.now()}
    )
    if not made and (instance.demonstration, instance.kind) != (demonstration, pack.kind):
        raise CommandError("this database was built as another kind of instance: build in an empty BEFFROI_HOME")
