"""The paper counts: each station is counted by two scrutineers, who enter what they counted apart from one another."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from beffroi.apps.gazette.actions import publish
from beffroi.apps.roll.models import Account, Station
from beffroi.apps.votations import queries, rules
from beffroi.apps.votations.actions.state import State, locked
from beffroi.apps.votations.models import PaperCount, PollBookEntry, Votation
from beffroi.core.errors import Refused
from beffroi.core.suffrage import Count


def enter_paper_count(
    votation: Votation,
    station: Station,
    scrutineer: Account,
    yes: int,
    no: int,
    blank: int,
    now: datetime,
    mixed_into: Station | None = None,
) -> PaperCount:
    """One scrutineer's count of one station. A former entry of hers is kept, marked as corrected.

    When two standing entries of two persons are equal the station is agreed, published, and takes no further entry.
    `mixed_into`: this box held fewer ballots than the rules allow to open alone, and was put unopened into that one's.
    """
    count = Count(yes, no, blank)
    with transaction.atomic():
        row = locked(votation, State.FORGOTTEN, State.TALLIED)
        frozen = rules.read(row.rules)
        _check_when(row, now)
        if station.code not in frozen.stations:
            raise Refused("votations.station", station.code)
        if station.code in queries.agreed_counts(row):
            raise Refused("votations.station_agreed", station.name)
        _check_mixing(row, frozen, station, count, mixed_into)
        _check_poll_book(row, station, count)
        former = row.paper_counts.filter(station=station, scrutineer=scrutineer, corrected_at=None)
        former.update(corrected_at=now)
        entered = PaperCount.objects.create(
            votation=row,
            station=station,
            scrutineer=scrutineer,
            yes=yes,
            no=no,
            blank=blank,
            mixed_into=mixed_into,
            recorded_at=now,
        )
        if station.code in queries.agreed_counts(row):
            _publish(row, station, count, now)
    return entered


def _check_when(row: Votation, now: datetime) -> None:
    if row.paper_on is None or timezone.localdate(now) < row.paper_on:
        raise Refused("votations.paper_not_yet")


def _check_mixing(row: Votation, frozen: rules.Rules, station: Station, count: Count, into: Station | None) -> None:
    if into is not None:
        if into == station or into.code not in frozen.stations or count.participants:
            raise Refused("votations.mixed", station.name)
        if row.paper_counts.filter(station=into, corrected_at=None, mixed_into__isnull=False).exists():
            raise Refused("votations.mixed", into.name)
        return
    if 0 < count.participants < frozen.mixing_minimum and not _alone(row, frozen, station):
        raise Refused("votations.box_too_small", str(frozen.mixing_minimum))


def _alone(row: Votation, frozen: rules.Rules, station: Station) -> bool:
    """Whether every other box is empty or lies in this one already: then there is none to mix it with."""
    others = set(frozen.stations) - {station.code}
    agreed = queries.agreed_counts(row)
    return all(code in agreed and agreed[code].count.participants == 0 for code in others)


def _check_poll_book(row: Votation, station: Station, count: Count) -> None:
    """No more ballots than the persons who could still vote there, the boxes mixed into this one included."""
    mixed = row.paper_counts.filter(mixed_into=station, corrected_at=None).values("station")
    book = PollBookEntry.objects.filter(votation=row, voted_online=False)
    allowed = (book.filter(person__station=station) | book.filter(person__station__in=mixed)).count()
    if count.participants > allowed:
        raise Refused("votations.more_than_the_poll_book", f"{count.participants} > {allowed}")


def _publish(row: Votation, station: Station, count: Count, now: datetime) -> None:
    publish(
        "votation.paper_agreed",
        now,
        votation=row.number,
        uuid=row.uuid,
        station=station.code,
        voters=count.participants,
        yes=count.yes,
        no=count.no,
        blank=count.blank,
    )
