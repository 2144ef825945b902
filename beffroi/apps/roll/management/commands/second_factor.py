"""Takes a second factor away when no administrator can: `manage.py second_factor reset ADDRESS`, on the server."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils import timezone

from beffroi.apps.roll import addresses, second_factor
from beffroi.apps.roll.models import Account
from beffroi.apps.roll.queries import normal_address


class Command(BaseCommand):
    help = "Takes away the second factor of the account that this address opens, with a trace; its sessions end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["reset"])
        parser.add_argument("address")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = normal_address(options["address"])
        found = [
            one
            for one in Account.objects.filter(Q(work_email=wanted) | Q(person__email=wanted))
            if wanted and second_factor.is_set(one)
        ]
        if len(found) != 1:
            raise CommandError(f"{len(found)} accounts with a second factor and this address: exactly one is needed")
        second_factor.reset(found[0], None, timezone.now())
        addresses.tell_reset(found[0], "fr")
        self.stdout.write("taken away: it is set up anew at the next sign-in")
