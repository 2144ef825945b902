"""The reads of the roll."""

import unicodedata
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from beffroi.apps.roll.models import Account, Address, Enrolment, Neighbourhood, Person
from beffroi.core import suffrage
from beffroi.web import pack

RESIDENTS, ELECTORS = "residents16", "electors"
_MINIMUM_AGE = {RESIDENTS: "suffrage.residents.minimum_age", ELECTORS: "suffrage.electors.minimum_age"}
MOST_FOUND = 20
LONGEST_KEY = 120  # of each name, in characters: an index has no room for 400
_LETTERS = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}


def name_key(text: str) -> str:
    """The name as it is compared: no accents, no case; hyphens, apostrophes and any other sign are one space."""
    folded = text
    for _ in range(2):  # Unicode's compatibility caseless matching (D146): some letters unfold only the second time
        folded = unicodedata.normalize("NFKD", folded).casefold()
    plain = unicodedata.normalize("NFKD", "".join(_LETTERS.get(letter, letter) for letter in folded))
    bare = (letter for letter in plain if not unicodedata.combining(letter))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in bare).split())


def full_key(last_name: str, first_name: str) -> str:
    """What `Person.name_key` holds: last name, a bar, first name, as much of each as is searched."""
    return f"{name_key(last_name)[:LONGEST_KEY]}|{name_key(first_name)[:LONGEST_KEY]}"


def search(last: str, first: str, year: int | None) -> list[Person]:
    """Persons of the roll whose last name begins so, first name too, born that year; at most 20, by name.

    An agent compares with a paper: an empty last name finds nobody, because the roll is not to be leafed through.
    """
    last_key, first_key = name_key(last)[:LONGEST_KEY], name_key(first)[:LONGEST_KEY]
    if not last_key or (year is not None and not 1850 <= year <= 2200):
        return []
    found = Person.objects.filter(_here(localdate()), name_key__startswith=last_key).select_related("neighbourhood")
    if first_key:
        found = found.filter(name_key__contains=f"|{first_key}")
    if year is not None:
        found = found.filter(birth_date__year=year)
    return list(found.order_by("name_key", "birth_date", "pk")[:MOST_FOUND])


def _here(day: date) -> Q:
    """Not gone: a departure that is announced has not come yet."""
    return Q(left_on=None) | Q(left_on__gt=day)


def neighbourhood_on(person: Person, day: date) -> Neighbourhood | None:
    """Where she lived on that day; None when she did not live here then."""
    past = Address.objects.filter(person=person).select_related("neighbourhood").order_by("since")
    for address in past:
        if address.since <= day < address.until:
            return address.neighbourhood
    begun = max([person.since, *(address.until for address in past)])
    gone = person.left_on is not None and person.left_on <= day
    return None if day < begun or gone else person.neighbourhood


def minimum_age(kind: str, on: date) -> int:
    """The age from which somebody is of the body `kind`, by the rules in force that day."""
    return pack.current().number(_MINIMUM_AGE[kind], on)


def _latest_birth(on: date, age: int) -> date:
    """The latest birth date of those who have completed `age` years on the day `on` (core.suffrage.is_old_enough)."""
    try:
        return on.replace(year=on.year - age)
    except ValueError:  # 29 February, and that year had none: its last day of February
        return date(on.year - age, 2, 28)


def body(kind: str, on: date) -> QuerySet[Person]:
    """Everybody of the body `kind` ("residents16" or "electors") on the day `on`: there, not gone, old enough."""
    people = Person.objects.filter(_here(on), since__lte=on, birth_date__lte=_latest_birth(on, minimum_age(kind, on)))
    return people.exclude(register=Person.Register.RESIDENT) if kind == ELECTORS else people


def eligibility(person: Person, kind: str, on: date) -> str:
    """Why this person is not of the body `kind` that day: not_on_roll, left, not_elector, too_young; "" if she is."""
    if person.since > on:
        return "not_on_roll"
    if person.left_on is not None and person.left_on <= on:
        return "left"
    if kind == ELECTORS and not person.is_elector:
        return "not_elector"
    if not suffrage.is_old_enough(person.birth_date, on, minimum_age(kind, on)):
        return "too_young"
    return ""


def address_of(ref: UUID) -> str:
    """The address of a person, "" when she gave none or has left; of somebody who asks to be enrolled, until the end.

    An account at work (a councillor's, say) has a reference too. Read at the moment of sending, kept nowhere else.
    """
    person = Person.objects.filter(_here(localdate()), ref=ref).values_list("email", flat=True)
    asking = Enrolment.objects.filter(ref=ref).values_list("email", flat=True)
    at_work = Account.objects.filter(ref=ref, is_active=True, person=None).values_list("work_email", flat=True)
    return person.first() or asking.first() or at_work.first() or ""


def normal_address(address: str) -> str:
    """An address as it is stored and compared: no spaces around, lower case."""
    return address.strip().lower()


def candidates(address: str) -> list[Account]:
    """The accounts that an address may open. Several persons may share one; an account at work shares with nobody."""
    wanted = normal_address(address)
    if not wanted:
        return []
    active = Account.objects.filter(is_active=True).select_related("person").order_by("pk")
    residents = list(active.filter(person__email=wanted))
    at_work = list(active.filter(work_email=wanted))
    return residents if residents else at_work[:1]
