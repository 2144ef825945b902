"""Preparing a votation, and calling it: from then on its rules are frozen and published."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from beffroi.apps.gazette.actions import publish
from beffroi.apps.roll import queries as roll
from beffroi.apps.roll.models import Account
from beffroi.apps.votations import rules
from beffroi.apps.votations.actions.state import State, locked, move
from beffroi.apps.votations.models import Argument, Votation, Voter
from beffroi.core.errors import Refused
from beffroi.core.voting.election import new_uuid
from beffroi.web import pack

BATCH = 1000


def prepare(
    title: str,
    question: str,
    petition_number: str,
    due_on: date | None,
    now: datetime,
    kind: str = Votation.Kind.VOTATION,
) -> Votation:
    """A draft, numbered. Asked again for the same petition, it gives back the votation that is there already."""
    with transaction.atomic():
        existing = Votation.objects.filter(petition=petition_number).exclude(petition="").first()
        if existing is not None:
            return existing
        return Votation.objects.create(
            number=_next_number(timezone.localdate(now).year),
            kind=Votation.Kind(kind),
            title=title,
            question=question,
            petition=petition_number,
            due_on=due_on,
            prepared_at=now,
        )


def _next_number(year: int) -> str:
    # Two at the same instant: the unique number refuses the second, and its caller tries again.
    # The newest row, not the highest text: "V-2026-100" sorts before "V-2026-99".
    last = Votation.objects.filter(number__startswith=f"V-{year}-").order_by("-pk").first()
    return f"V-{year}-{int(last.number.rpartition('-')[2]) + 1 if last else 1:02d}"


@transaction.atomic
def drop(votation: Votation, code: str, now: datetime) -> bool:
    """Ends a draft whose cause is gone, for a coded reason. False when it was called meanwhile: then it goes on."""
    row = Votation.objects.select_for_update().get(pk=votation.pk)
    if row.state != State.DRAFT:
        return False
    move(row, State.DROPPED)
    row.save(update_fields=["state"])
    caused = {"petition": row.petition} if row.petition else {}
    publish("votation.dropped", now, votation=row.number, code=code, **caused)
    return True


def call(
    votation: Votation,
    clerk: Account | None,
    opens_at: datetime,
    closes_at: datetime,
    paper_on: date,
    arguments: Mapping[str, tuple[str, str]],
    now: datetime,
) -> Votation:
    """Freezes the rules, the arguments and the body, and publishes the call.

    `arguments`: for each side ("yes", "no") the text and its authors; both sides or none. The body is who is old enough
    on the paper day, the last day on which one can vote, and listed now. `clerk` may be None: a past that is played.
    """
    _check_calendar(opens_at, closes_at, paper_on, now)
    _check_arguments(arguments)
    with transaction.atomic():
        row = locked(votation, State.DRAFT)
        registered = _list_voters(row, paper_on)
        row.rules = rules.freeze(
            pack.current(),
            number=row.number,
            kind=row.kind,
            question=row.question,
            petition=row.petition,
            registered=registered,
            opens_at=opens_at,
            closes_at=closes_at,
            paper_on=paper_on,
            arguments=arguments,
            first_side=secrets.choice(Argument.Side.values),
            now=now,
        )
        row.rules_sha256 = rules.sha256(row.rules)
        row.called_by = clerk
        row.called_at, row.opens_at, row.closes_at, row.paper_on = now, opens_at, closes_at, paper_on
        row.uuid = new_uuid()
        move(row, State.CALLED)
        row.save()
        Argument.objects.bulk_create(
            Argument(votation=row, side=side, text=text, authors=authors) for side, (text, authors) in arguments.items()
        )
        caused = {"petition": row.petition} if row.petition else {}
        publish(
            "votation.called",
            now,
            votation=row.number,
            uuid=row.uuid,
            rules_sha256=row.rules_sha256,
            opens=opens_at,
            closes=closes_at,
            **caused,
        )
    return row


def _check_calendar(opens_at: datetime, closes_at: datetime, paper_on: date, now: datetime) -> None:
    if not now <= opens_at < closes_at:
        raise Refused("votations.calendar")
    # Who voted online is struck off the poll book before it is printed for the desks.
    if paper_on <= timezone.localdate(closes_at):
        raise Refused("votations.paper_after_online")


def _check_arguments(arguments: Mapping[str, tuple[str, str]]) -> None:
    if arguments and set(arguments) != set(Argument.Side.values):
        raise Refused("votations.both_sides")
    for text, authors in arguments.values():
        if not text.strip() or not authors.strip():
            raise Refused("votations.both_sides")
        if len(text) > rules.LONGEST_ARGUMENT:
            raise Refused("votations.argument_too_long", str(len(text)))


def _list_voters(votation: Votation, on: date) -> int:
    """The body of the day, each with a number drawn at random, so that a number says nothing about the roll."""
    persons = list(roll.body(rules.BODIES[votation.kind], on).values_list("pk", flat=True))
    if not persons:
        raise Refused("votations.nobody")
    secrets.SystemRandom().shuffle(persons)
    # Written in the order of the numbers: the rows' own order says nothing either.
    rows = (Voter(votation=votation, person_id=person, number=number) for number, person in enumerate(persons, 1))
    Voter.objects.bulk_create(rows, batch_size=BATCH)
    return len(persons)
