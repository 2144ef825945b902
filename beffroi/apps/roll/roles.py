"""The verbs of the accounts at work: open one, give and take roles, close one. What the administrators' page does.

Nobody changes her own roles, but to give up being an administrator. What adds power (a role given, an administrator
removed) waits for the agreement of a second administrator wherever there are two. Whoever administers holds no role
that she could use on what she has set up: she neither stands at the counter, nor counts ballots, nor judges fraud.
"""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from beffroi.apps.gazette.actions import publish
from beffroi.apps.roll import actions
from beffroi.apps.roll.models import Account, Role, RoleRequest
from beffroi.apps.roll.queries import normal_address
from beffroi.core.errors import Refused

ADMINISTRATOR = Role.Kind.ADMINISTRATOR
#: What an administrator may not hold beside.
APART = frozenset({Role.Kind.AGENT, Role.Kind.SCRUTINEER, Role.Kind.PANEL})
LONGEST_NAME = 120
_LOCK = 0x726F6C65  # "role": changes of roles follow one another, so that the last administrator stays


def open_account(by: Account, name: str, address: str) -> Account:
    """An account at work without a role: it can do nothing yet. `Refused`: roll.no_name, roll.address_taken."""
    shown = " ".join(name.split())
    if not shown or len(shown) > LONGEST_NAME:
        raise Refused("roll.no_name")
    with transaction.atomic():
        _one_at_a_time()
        _administers(by)
        return actions.open_work_account(shown, address)


def ask(by: Account, account: Account, kind: str, gives: bool, now: datetime) -> bool:
    """Gives or takes a role. True when it is done, False when a second administrator has to agree first.

    `Refused`: roll.not_administrator, roll.own_roles, roll.at_work_only, roll.apart, roll.last_administrator,
    roll.asked_already.
    """
    with transaction.atomic():
        _one_at_a_time()
        _administers(by)
        _may(by, account, kind, gives)
        if Role.objects.filter(account=account, kind=kind).exists() == gives:
            return True  # as it was asked for already
        if not needs_two(by, account, kind, gives):
            RoleRequest.objects.filter(account=account, kind=kind).delete()
            _do(account, kind, gives, now)
            return True
        if RoleRequest.objects.filter(account=account, kind=kind).exists():
            raise Refused("roll.asked_already")
        RoleRequest.objects.create(account=account, kind=kind, gives=gives, asked_by=by, asked_at=now)
        return False


def agree(by: Account, request: RoleRequest, now: datetime) -> None:
    """The second administrator agrees. `Refused`: roll.not_administrator, roll.second_person, or as `ask`."""
    with transaction.atomic():
        _one_at_a_time()
        _administers(by)
        row = RoleRequest.objects.select_related("account", "asked_by").filter(pk=request.pk).first()
        if row is None:
            raise Refused("roll.no_request")
        if row.asked_by_id == by.pk or (row.gives and row.account_id == by.pk):
            raise Refused("roll.second_person")
        _administers(row.asked_by)  # who asked may have lost her role since
        _may(row.asked_by, row.account, row.kind, row.gives)
        row.delete()
        _do(row.account, row.kind, row.gives, now)


def drop(by: Account, request: RoleRequest) -> None:
    """Takes a request back, or says no to it."""
    with transaction.atomic():
        _one_at_a_time()
        _administers(by)
        RoleRequest.objects.filter(pk=request.pk).delete()


def deactivate(by: Account, account: Account, now: datetime) -> None:
    """Closes an account at work: signed out at once, its roles gone. The row stays, because acts point to it."""
    with transaction.atomic():
        _one_at_a_time()
        _administers(by)
        if account.person_id is not None:
            raise Refused("roll.at_work_only")
        if account.pk == by.pk:
            raise Refused("roll.own_roles")
        held = list(account.roles.values_list("kind", flat=True))
        if ADMINISTRATOR in held:
            raise Refused("roll.administrator_first")
        for kind in held:
            _do(account, kind, False, now)
        RoleRequest.objects.filter(account=account).delete()
        RoleRequest.objects.filter(asked_by=account).delete()
        Account.objects.filter(pk=account.pk).update(is_active=False)


def reactivate(by: Account, account: Account) -> None:
    """Opens a closed account again, without the roles that it had."""
    with transaction.atomic():
        _one_at_a_time()
        _administers(by)
        if account.person_id is not None:
            raise Refused("roll.at_work_only")
        Account.objects.filter(pk=account.pk).update(is_active=True)


def make_administrator(name: str, address: str, now: datetime) -> Account:
    """The command's verb: whoever holds the server makes the first administrator, or one when all are lost."""
    with transaction.atomic():
        _one_at_a_time()
        account = Account.objects.filter(work_email=normal_address(address)).first()
        if account is None:
            account = actions.open_work_account(name, address)
        if APART & set(account.roles.values_list("kind", flat=True)):
            raise Refused("roll.apart")
        Account.objects.filter(pk=account.pk).update(is_active=True)
        if not account.roles.filter(kind=ADMINISTRATOR).exists():
            _do(account, ADMINISTRATOR, True, now)
        return account


def administrators() -> QuerySet[Role]:
    """The administrators who can sign in."""
    return Role.objects.filter(kind=ADMINISTRATOR, account__is_active=True)


def _administers(by: Account) -> None:
    if not Role.objects.filter(account=by, kind=ADMINISTRATOR, account__is_active=True).exists():
        raise Refused("roll.not_administrator")


def needs_two(by: Account, account: Account, kind: str, gives: bool) -> bool:
    """Whether a second administrator has to agree: where there are two, for all that adds power."""
    adds_power = gives or (kind == ADMINISTRATOR and account.pk != by.pk)
    return adds_power and administrators().count() > 1


def _may(by: Account, account: Account, kind: str, gives: bool) -> None:
    if kind not in Role.Kind.values:
        raise Refused("roll.no_such_role")
    if account.person_id is not None:
        raise Refused("roll.at_work_only")
    if account.pk == by.pk and (gives or kind != ADMINISTRATOR):
        raise Refused("roll.own_roles")
    if gives and not Account.objects.filter(pk=account.pk, is_active=True).exists():
        raise Refused("roll.closed_account")
    held = set(account.roles.values_list("kind", flat=True))
    if gives and ((kind == ADMINISTRATOR and APART & held) or (kind in APART and ADMINISTRATOR in held)):
        raise Refused("roll.apart")
    if not gives and kind == ADMINISTRATOR and not administrators().exclude(account=account).exists():
        raise Refused("roll.last_administrator")


def _do(account: Account, kind: str, gives: bool, now: datetime) -> None:
    if gives:
        actions.grant(account, kind)
    else:
        Role.objects.filter(account=account, kind=kind).delete()
        if kind == Role.Kind.AGENT:
            actions.end_counter_session(account, now)
    publish("roles.changed", now, role=str(kind), holders=Role.objects.filter(kind=kind).count())


def _one_at_a_time() -> None:
    """SQLite's transactions follow one another anyway (settings.database says IMMEDIATE)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
