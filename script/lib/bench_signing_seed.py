"""The town of `script/bench signing`: a petition with many signatures, and residents about to sign, with sessions.

Run with BEFFROI_HOME, BEFFROI_DATABASE and BEFFROI_PACK of a built instance. Writes the session keys, one a line.
"""

import os
import sys
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "beffroi.settings")
django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.utils import timezone  # noqa: E402

from beffroi.apps.petitions import actions, receipts  # noqa: E402
from beffroi.apps.petitions.models import Petition, Signature, Tally  # noqa: E402
from beffroi.apps.roll import actions as roll  # noqa: E402
from beffroi.apps.roll.models import Account, Person, Station  # noqa: E402

BATCH = 5000
BACKEND = "beffroi.apps.roll.backend.AccountBackend"


def people(first: int, number: int) -> Iterator[Person]:
    """Invented residents, told apart by a number."""
    stations = list(Station.objects.order_by("code"))
    for n in range(first, first + number):
        station = stations[n % len(stations)]
        yield Person(
            roll_number=f"B-{n:07d}",
            register="main",
            last_name=f"Passereau{n}",
            first_name="Camille",
            name_key=f"passereau{n}|camille",
            birth_date=date(1980, 5, 17),
            street="rue du Héron-Cendré",
            neighbourhood_id=station.neighbourhood_id,
            station=station,
            email=f"p{n}@example.org",
            since=date(2020, 1, 1),
        )


def opened() -> Petition:
    """A petition by somebody, open."""
    (author,) = Person.objects.bulk_create(people(0, 1))
    clerk = roll.open_work_account("Solange Pic", "secretariat@example.org", "clerk")
    now = timezone.now()
    filed = actions.file(author, "Des bancs et de l'ombre", "La place est en plein soleil. " * 40, "Des bancs ?", now)
    return actions.admit(filed, clerk, now)


def sign_before(petition: Petition, number: int) -> None:
    """`number` counted signatures, as the batch leaves them."""
    now, source = timezone.now(), people(1, number)
    while rows := Person.objects.bulk_create(islice(source, BATCH)):
        Signature.objects.bulk_create(
            Signature(
                petition=petition,
                person=row,
                channel="web",
                signed_at=now - timedelta(hours=1),
                receipt_hash=receipts.hashed(receipts.new()),
                counted=True,
            )
            for row in rows
        )
    Tally.objects.filter(petition=petition, channel="web").update(signatures=number)


def sign_in(first: int, number: int) -> list[str]:
    """Residents who have signed in; the keys of their sessions."""
    store, keys, source = SessionStore(), [], people(first, number)
    ends = timezone.now() + timedelta(hours=12)
    while rows := Person.objects.bulk_create(islice(source, BATCH)):
        sessions = []
        for account in Account.objects.bulk_create(Account(person=row) for row in rows):
            keys.append(uuid.uuid4().hex)
            data = {
                SESSION_KEY: str(account.pk),
                BACKEND_SESSION_KEY: BACKEND,
                HASH_SESSION_KEY: account.get_session_auth_hash(),
            }
            sessions.append(Session(session_key=keys[-1], session_data=store.encode(data), expire_date=ends))
        Session.objects.bulk_create(sessions)
    return keys


def main(before: int, signers: int, out: Path) -> None:
    """Fills the database; writes the petition's number, then the keys."""
    petition = opened()
    sign_before(petition, before)
    keys = sign_in(before + 1, signers)
    out.write_text("\n".join([petition.number, *keys]))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
