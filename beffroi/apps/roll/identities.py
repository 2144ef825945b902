"""Which account an identity of FranceConnect or ProConnect opens. It never makes a person.

FranceConnect vouches for the birth name, the first names and the birth date: they must be those of exactly one person.
ProConnect vouches for a mail address at work: it must be that of an account at work. The first time, the account keeps
a keyed hash of the identity; from then on the identity alone opens it, and no other identity of that provider does.
"""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.timezone import localdate

from beffroi.apps.roll import sealing
from beffroi.apps.roll.models import AccessTrace, Account, ForeignIdentity, Person
from beffroi.apps.roll.oidc import FRANCECONNECT, PROCONNECT, Identity
from beffroi.apps.roll.queries import LONGEST_KEY, name_key, normal_address
from beffroi.core.errors import Refused

#: The means of ProConnect that are a second factor: another device, a key, or "several" (claim amr, RFC 8176).
SECOND_FACTORS = frozenset({"mfa"})


def subject_mac(identity: Identity) -> str:
    return sealing.mac("identity", f"{identity.issuer} {identity.subject}")


@transaction.atomic
def account_of(identity: Identity, now: datetime) -> Account:
    """The account, linked if it was not yet.

    `Refused`: roll.identity_unknown (nobody, or two persons), roll.identity_other (she has another identity there).
    """
    known = ForeignIdentity.objects.filter(subject_mac=subject_mac(identity), provider=identity.kind)
    link = known.select_related("account__person").first()
    account = link.account if link else _found(identity, now)
    if account is None or not account.is_active or _has_left(account, now):
        raise Refused("roll.identity_unknown")
    if link is None:
        _link(account, identity, now)
    return account


def passes_second_step(identity: Identity) -> bool:
    """Whether the provider says that a second factor was used."""
    used = identity.claims.get("amr")
    return identity.kind == PROCONNECT and isinstance(used, list) and bool(SECOND_FACTORS.intersection(map(str, used)))


def unlink(account: Account, provider: str, by: Account, now: datetime) -> None:
    """Forgets an identity: the provider no longer opens the account, until it is used again."""
    if account.foreign_identities.filter(provider=provider).delete()[0]:
        AccessTrace.objects.create(account=account, by=by, kind=AccessTrace.Kind.IDENTITY_UNLINKED, on=localdate(now))


def _has_left(account: Account, now: datetime) -> bool:
    left = account.person.left_on if account.person else None
    return left is not None and left <= localdate(now)


def _link(account: Account, identity: Identity, now: datetime) -> None:
    try:
        with transaction.atomic():
            ForeignIdentity.objects.create(account=account, provider=identity.kind, subject_mac=subject_mac(identity))
    except IntegrityError:
        raise Refused("roll.identity_other") from None
    AccessTrace.objects.create(account=account, by=account, kind=AccessTrace.Kind.IDENTITY_LINKED, on=localdate(now))


def _found(identity: Identity, now: datetime) -> Account | None:
    if identity.kind == FRANCECONNECT:
        people = matching(identity, localdate(now))
        return Account.objects.get_or_create(person=people[0])[0] if len(people) == 1 else None
    address = normal_address(str(identity.claims.get("email", "")))
    accounts = list(Account.objects.filter(work_email=address, person=None)) if address else []
    return accounts[0] if len(accounts) == 1 else None


def matching(identity: Identity, on: date) -> list[Person]:
    """The persons of the roll with that birth name and birth date whose first names agree.

    One side may have fewer first names than the other: the roll of one commune has all of them, of another the first.
    """
    last = name_key(str(identity.claims.get("family_name", "")))[:LONGEST_KEY]
    first = name_key(str(identity.claims.get("given_name", ""))).split()
    try:
        born = date.fromisoformat(str(identity.claims.get("birthdate", "")))
    except ValueError:  # 1953-00-00: the registry does not know the day
        return []
    if not last or not first:
        return []
    there = Q(left_on=None) | Q(left_on__gt=on)
    rows = Person.objects.filter(there, birth_date=born, name_key__startswith=f"{last}|")
    return [row for row in rows if _agree(row.name_key.partition("|")[2].split(), first)]


def _agree(one: list[str], other: list[str]) -> bool:
    size = min(len(one), len(other))
    return size > 0 and one[:size] == other[:size]
