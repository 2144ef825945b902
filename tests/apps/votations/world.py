"""A small town that votes: persons, an authority with credentials, trustees with keys, all in the test's hands."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache

from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account, Person, Role, Station
from beffroi.apps.votations import actions, group, queries, rules
from beffroi.apps.votations.models import Votation, Voter
from beffroi.core.voting import trustees
from beffroi.core.voting.ballot import encrypt
from beffroi.core.voting.credentials import make_credentials
from beffroi.core.voting.trustees import TrusteeKey
from beffroi.web import pack
from tests.core.voting import circles, decryptions

CALLED = datetime(2026, 10, 20, 8, tzinfo=UTC)
OPENS = datetime(2026, 11, 23, 7, tzinfo=UTC)
CLOSES = datetime(2026, 12, 5, 19, tzinfo=UTC)
PAPER = date(2026, 12, 6)
PAPER_EVENING = datetime(2026, 12, 6, 18, tzinfo=UTC)
WHILE_OPEN = OPENS + timedelta(hours=2)
ARGUMENTS = {"yes": ("The quay is flat.", "Nour Alouette"), "no": ("Sixty families live there.", "Paul Linotte")}
BLANK, YES, NO = (1, 0, 0), (0, 1, 0), (0, 0, 1)
SIDES = ("majority", "opposition", "resident")


@dataclass
class World:
    """A votation with everything that its parties hold. `credentials` is by the person's key."""

    votation: Votation
    people: list[Person]
    keys: list[TrusteeKey] = field(default_factory=list)
    credentials: dict[int, str] = field(default_factory=dict)

    def fresh(self) -> Votation:
        return Votation.objects.get(pk=self.votation.pk)

    def ballot(self, person: Person, choice: tuple[int, ...] = YES) -> bytes:
        """A ballot of this person, closed with her own credential."""
        return encrypt(queries.election(self.fresh()), self.credentials[person.pk], [choice])

    def cast(self, person: Person, choice: tuple[int, ...] = YES, now: datetime = WHILE_OPEN) -> actions.Receipt:
        return actions.cast(self.fresh(), person, self.ballot(person, choice), now)


def town(count: int = 6, station: int = 0) -> list[Person]:
    """`count` residents of 40 in the pack's station number `station`."""
    if not Station.objects.exists():
        roll.build(pack.current())
    where = Station.objects.order_by("code")[station]
    already = Person.objects.count()
    return [
        roll.enrol(
            roll_number=f"R{number:05d}",
            register="main",
            last_name=f"Linotte{number}",
            first_name="Anna",
            birth_date=date(1986, 5, 4),
            street="1 rue des Aulnes",
            station=where,
            since=date(2020, 1, 1),
            email=f"anna{number}@example.org",
        )
        for number in range(already + 1, already + count + 1)
    ]


def account(name: str, *roles: str) -> Account:
    """An account at work."""
    return roll.open_work_account(name, f"{name.lower()}@example.org", *roles)


def draft(petition: str = "") -> Votation:
    return actions.prepare(
        "The quay on Sundays",
        "Shall the quay be closed to cars on Sundays?",
        petition,
        None,
        CALLED - timedelta(days=9),
    )


def called(people: list[Person] | None = None) -> World:
    people = town() if people is None else people
    return World(actions.call(draft(), None, OPENS, CLOSES, PAPER, ARGUMENTS, CALLED), people)


@cache
def made_group() -> circles.Made:
    """One ceremony for all tests: 2 of 3. No real vote uses a key twice."""
    return circles.make(2, 3)


def trustee_account(owner: int) -> Account:
    """The account from which a trustee hands in her files."""
    address = f"trustee{owner}@example.org"
    return Account.objects.filter(work_email=address).first() or account(f"Trustee{owner}")


def named(world: World) -> None:
    """The secretariat names the three members of the group."""
    for owner, side in enumerate(SIDES, 1):
        actions.name_trustee(world.votation, f"Trustee {owner}", side, trustee_account(owner), CALLED)


def ceremony(world: World, until: str = "") -> None:
    """Named members hand in what each step asks for, the steps before `until` only."""
    made = made_group()
    for step, records in zip(
        group.STEPS, (made.certificates, made.commitments, made.handed, made.outputs), strict=True
    ):
        if step == until:
            return
        for owner, raw in enumerate(records, 1):
            actions.hand_in(world.votation, trustee_account(owner), raw, CALLED)


def before_groups(world: World) -> World:
    """The same votation as if it had been called before the rules spoke of trustees: each has a key of her own."""
    row = world.fresh()
    found = json.loads(row.rules)
    for path in (rules.MEMBERS, rules.NEEDED):
        del found["values"][path]
    Votation.objects.filter(pk=row.pk).update(rules=rules.canonical(found))
    world.votation = world.fresh()
    return world


def hand_in(world: World) -> None:
    """The authority's list and the trustees' keys."""
    hand_in_credentials(world)
    if rules.read(world.fresh().rules).group:
        named(world)
        ceremony(world)
        world.keys = made_group().keys
        return
    world.keys = [trustees.new_trustee_key() for _ in SIDES]
    for owner, key in enumerate(world.keys, 1):
        actions.receive_trustee(
            world.votation, owner, f"Trustee {owner}", SIDES[owner - 1], trustees.public_json(key), CALLED
        )


def hand_in_credentials(world: World) -> None:
    """The authority's list."""
    votation = world.votation
    numbers = [str(number) for number in actions.voter_numbers(votation)]
    private, public = make_credentials(votation.uuid, numbers)
    voters = Voter.objects.filter(votation=votation).values_list("person_id", "number")
    world.credentials = {person: private[str(number)] for person, number in voters}
    actions.receive_credentials(votation, public, CALLED)


def ready(people: list[Person] | None = None, together: bool = True) -> World:
    """Its trustees have made one key together, 2 of 3; or each has a key of her own."""
    world = called(people) if together else before_groups(called(people))
    hand_in(world)
    world.votation = actions.make_ready(world.votation, CALLED + timedelta(days=2))
    return world


def count_paper(world: World, now: datetime = PAPER_EVENING, **by_station: tuple[int, int, int]) -> None:
    """Two scrutineers agree on every station: (yes, no, blank) for those that are named, empty boxes for the others."""
    first, second = (Account.objects.filter(work_email=f"{name}@example.org").first() for name in ("grive", "merle"))
    first = first or account("Grive", Role.Kind.SCRUTINEER)
    second = second or account("Merle", Role.Kind.SCRUTINEER)
    listed = queries.stations(world.fresh())
    for station in sorted(listed, key=lambda station: station.code in by_station):
        for scrutineer in (first, second):
            yes, no, blank = by_station.get(station.code, (0, 0, 0))
            actions.enter_paper_count(world.fresh(), station, scrutineer, yes, no, blank, now)


def decrypt(world: World, now: datetime = PAPER_EVENING) -> None:
    """Every trustee whose key is in the test's hands decrypts."""
    row = world.fresh()
    for owner, key in enumerate(world.keys, 1):
        actions.receive_decryption(row, owner, decryption(world, key), now)


def decryption(world: World, key: TrusteeKey) -> bytes:
    """The file that `beffroi trustee decrypt` makes with this key."""
    return handed_in(world.fresh(), key)


def handed_in(row: Votation, key: TrusteeKey) -> bytes:
    """The same, for a votation at hand."""
    return decryptions.handed_in(queries.election(row), key, bytes(row.encrypted_tally or b""))


def close_and_count(world: World, **by_station: tuple[int, int, int]) -> Votation:
    """From the closing to the decision. Outside a transaction: forgetting rewrites the database's files."""
    actions.close(world.fresh(), CLOSES)
    actions.forget(world.fresh(), CLOSES)
    actions.tally(world.fresh(), CLOSES)
    count_paper(world, **by_station)
    decrypt(world)
    return actions.decide(world.fresh(), PAPER_EVENING)
