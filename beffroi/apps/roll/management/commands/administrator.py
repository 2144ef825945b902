"""manage.py administrator ADDRESS NAME: the first administrator, or one more when nobody can sign in any longer."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.forms import ValidationError
from django.utils import timezone

from beffroi.apps.roll.roles import make_administrator
from beffroi.core.errors import Refused
from beffroi.web.refusals import sentence


class Command(BaseCommand):
    help = "Opens an account at work that administers this site, or gives that role to the one which has the address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="work address, to which the sign-in codes go")
        parser.add_argument("name", help="name or office, as the other administrators will see it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["address"])
            account = make_administrator(options["name"], options["address"], timezone.now())
        except ValidationError as wrong:
            raise CommandError(f"{options['address']}: not an e-mail address") from wrong
        except Refused as refused:
            raise CommandError(f"{refused.rule}: {sentence(refused)}") from refused
        self.stdout.write(f"{account.display_name} administers this site, and signs in by the address given")
