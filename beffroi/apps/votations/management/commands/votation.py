"""The roles outside the server hand in files and take what they need: `manage.py votation VERB NUMBER ...`."""

import csv
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from beffroi.apps.votations import actions, archive, queries
from beffroi.apps.votations.models import Trustee, Votation
from beffroi.core.errors import Malformed, Refused
from beffroi.web.refusals import sentence


def _voter_numbers(votation: Votation, options: dict[str, Any], now: datetime) -> str:
    numbers = actions.voter_numbers(votation)
    Path(options["out"]).write_text("".join(f"{number}\n" for number in numbers))
    return f"{len(numbers)} voter numbers"


def _envelopes(votation: Votation, options: dict[str, Any], now: datetime) -> str:
    voters = queries.envelopes(votation)
    with Path(options["out"]).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("number", "first_name", "last_name", "street"))
        writer.writerows((v.number, v.person.first_name, v.person.last_name, v.person.street) for v in voters)
    return f"{len(voters)} envelopes"


def _receive_credentials(votation: Votation, options: dict[str, Any], now: datetime) -> str:
    actions.receive_credentials(votation, Path(options["file"]).read_bytes(), now)
    return "credentials received"


def _receive_trustee(votation: Votation, options: dict[str, Any], now: datetime) -> str:
    raw = Path(options["file"]).read_bytes()
    actions.receive_trustee(votation, options["owner"], options["name"], options["side"], raw, now)
    return f"trustee {options['owner']} received"


def _make_ready(votation: Votation, options: dict[str, Any], now: datetime) -> str:
    return f"ready: fingerprint {actions.make_ready(votation, now).fingerprint}"


def _receive_decryption(votation: Votation, options: dict[str, Any], now: datetime) -> str:
    actions.receive_decryption(votation, options["owner"], Path(options["file"]).read_bytes(), now)
    return f"decryption of trustee {options['owner']} received"


def _archive(votation: Votation, options: dict[str, Any], now: datetime) -> str:
    with Path(options["out"]).open("wb") as file:
        size = sum(file.write(piece) for piece in archive.archive_bytes(votation))
    return f"{size} bytes"


VERBS = {
    "voter-numbers": _voter_numbers,
    "envelopes": _envelopes,
    "receive-credentials": _receive_credentials,
    "receive-trustee": _receive_trustee,
    "make-ready": _make_ready,
    "receive-decryption": _receive_decryption,
    "archive": _archive,
}


class Command(BaseCommand):
    """Each verb calls the action that the pages call."""

    help = "Takes in the files of the credential authority and of the trustees, and gives out what they need."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        for verb in VERBS:
            sub = verbs.add_parser(verb)
            sub.add_argument("number", help="public number of the votation")
            if verb.startswith("receive"):
                sub.add_argument("file")
            if verb in {"voter-numbers", "envelopes", "archive"}:
                sub.add_argument("--out", required=True)
            if verb in {"receive-trustee", "receive-decryption"}:
                sub.add_argument("--owner", type=int, required=True)
            if verb == "receive-trustee":
                sub.add_argument("--name", required=True)
                sub.add_argument("--side", required=True, choices=Trustee.Side.values)

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs the verb; a refusal is one sentence and exit status 1."""
        votation = Votation.objects.filter(number=options["number"]).first()
        if votation is None:
            raise CommandError(f"there is no votation {options['number']}")
        try:
            self.stdout.write(VERBS[options["verb"]](votation, options, timezone.now()))
        except Refused as refused:
            raise CommandError(f"{refused.rule}: {sentence(refused)}") from refused
        except (Malformed, OSError) as error:
            raise CommandError(str(error)) from error
