"""A small town on a database of its own: run as a process with BEFFROI_HOME and BEFFROI_DATABASE set.

python -m tests.attacks.town build VOTERS       an open petition and votation, everybody signed in
python -m tests.attacks.town close              closes, forgets, publishes the tally
python -m tests.attacks.town finish KEYS.json   the trustees' decryptions, the paper counts, the decision
"""

import json
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import django
from django.conf import settings

django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from beffroi.apps.gazette import actions as gazette  # noqa: E402
from beffroi.apps.petitions import actions as petitions  # noqa: E402
from beffroi.apps.roll import actions as roll  # noqa: E402
from beffroi.apps.roll.models import Account, Station  # noqa: E402
from beffroi.apps.votations import actions as votations  # noqa: E402
from beffroi.apps.votations.models import Votation, Voter  # noqa: E402
from beffroi.core.voting import credentials, trustees  # noqa: E402
from beffroi.core.voting.election import parse_election  # noqa: E402
from tests.core.voting import circles  # noqa: E402
from tests.core.voting.decryptions import handed_in  # noqa: E402
from tests.let_in import let_in  # noqa: E402

CLERK, SCRUTINEERS = "clerk@town.example", ("one@town.example", "two@town.example")


def build(voters: int) -> dict[str, Any]:
    """Everybody has an account and a session; the authority and three trustees have done their work elsewhere."""
    call_command("build", "--pack", str(settings.PACK), "--demonstration", verbosity=0)
    now, station = datetime.now(UTC), Station.objects.all()[0]
    accounts = []
    for number in range(voters):
        person = roll.enrol(
            roll_number=f"{number:06d}",
            register="main",
            last_name=f"Loriot{(number * 7919) % voters:04d}",
            first_name="Alix",
            birth_date=date(1980, 1, 1) + timedelta(days=number),
            street="1 rue des Saules",
            station=station,
            since=date(2026, 1, 1),
            email=f"voter{number}@town.example",
        )
        accounts.append(roll.open_account(person))
    clerk = roll.open_work_account("Dominique", CLERK, "clerk")
    for address in SCRUTINEERS:
        roll.open_work_account(address.split("@")[0], address, "scrutineer")
    author = accounts[0].person
    assert author is not None
    petition = petitions.file(
        author, "Un banc", "Nous demandons un banc.", "Faut-il un banc ?", now - timedelta(days=9)
    )
    petitions.admit(petition, clerk, now - timedelta(days=8))
    votation = votations.prepare("Un banc", "Faut-il un banc ?", "", None, now - timedelta(days=5))
    arguments = {"yes": ("Pour s'asseoir.", "Alix"), "no": ("Cela coûte.", "Alex")}
    votations.call(
        votation,
        clerk,
        now - timedelta(hours=2),
        now + timedelta(days=1),
        (now + timedelta(days=2)).date(),
        arguments,
        now - timedelta(days=4),
    )
    votation.refresh_from_db()
    private, public = credentials.make_credentials(
        votation.uuid, [str(number) for number in votations.voter_numbers(votation)]
    )
    votations.receive_credentials(votation, public, now - timedelta(days=3))
    made = circles.make(2, 3)
    members = [roll.open_work_account(f"Trustee {n}", f"trustee{n}@town.example") for n in (1, 2, 3)]
    for member in members:
        votations.name_trustee(votation, str(member), "resident", member, now - timedelta(days=3))
    for records in (made.certificates, made.commitments, made.handed, made.outputs):
        for member, record in zip(members, records, strict=True):
            votations.hand_in(votation, member, record, now - timedelta(days=3))
    votations.make_ready(votation, now - timedelta(days=3))
    gazette.sequence(now)
    votation.refresh_from_db()
    numbers = {voter.person_id: voter.number for voter in Voter.objects.filter(votation=votation)}
    return {
        "petition": petition.number,
        "votation": votation.number,
        "uuid": votation.uuid,
        "election": bytes(votation.election or b"").decode(),
        "keys": [key.private_json().decode() for key in made.keys],
        "voters": [
            {
                "person": account.person_id,
                "session": session(account),
                "credential": private[str(numbers[account.person_id or 0])],
            }
            for account in accounts
        ],
    }


def session(account: Account) -> str:
    client = Client()
    let_in(client, account)
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def close() -> dict[str, Any]:
    votation = Votation.objects.get()
    now = datetime.now(UTC)
    # The rules said tomorrow and a test cannot wait: `closes_at` is what the clock is compared with.
    Votation.objects.filter(pk=votation.pk).update(closes_at=now)
    votation.refresh_from_db()
    for verb in (votations.close, votations.forget, votations.tally):
        verb(votation, now)
        votation.refresh_from_db()
    return {"tally": bytes(votation.encrypted_tally or b"").decode()}


def finish(keys: list[str]) -> dict[str, Any]:
    votation = Votation.objects.get()
    now = datetime.now(UTC)
    assert votation.election is not None
    assert votation.encrypted_tally is not None
    election, tally = parse_election(bytes(votation.election)), bytes(votation.encrypted_tally)
    for owner, key in enumerate(keys, 1):
        handed = handed_in(election, trustees.read_private(key.encode()), tally)
        votations.receive_decryption(votation, owner, handed, now)
    for station in Station.objects.all():
        for address in SCRUTINEERS:
            votations.enter_paper_count(votation, station, Account.objects.get(work_email=address), 40, 30, 5, now)
    votations.decide(votation, now)
    votation.refresh_from_db()
    return {"decision": json.loads(votation.decision), "result": bytes(votation.result or b"").decode()}


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["build", voters]:
            told = build(int(voters))
        case ["close"]:
            told = close()
        case ["finish", path]:
            told = finish(json.loads(Path(path).read_text()))
        case _:
            raise SystemExit(__doc__)
    print(json.dumps(told))
