"""The roll: one row a person. Accounts sign in; a role says what an account may do at the counter or the desk."""

import uuid
from datetime import date
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property

from beffroi.apps.roll.access import (
    AccessTrace,
    CounterAct,
    ForeignIdentity,
    LetterCode,
    Passkey,
    RecoveryCode,
    SecondFactor,
)

__all__ = [
    "AccessTrace",
    "Account",
    "CounterAct",
    "CounterSession",
    "ForeignIdentity",
    "Import",
    "LetterCode",
    "Neighbourhood",
    "Passkey",
    "Person",
    "RecoveryCode",
    "Role",
    "SecondFactor",
    "SignInCode",
    "Station",
]

from beffroi.apps.roll.enrolment.models import Address as Address
from beffroi.apps.roll.enrolment.models import Enrolment as Enrolment
from beffroi.apps.roll.enrolment.models import EnrolmentDay as EnrolmentDay
from beffroi.apps.roll.enrolment.models import Move as Move
from beffroi.apps.roll.enrolment.models import Proof as Proof
from beffroi.apps.roll.territory import AddressPoint as AddressPoint
from beffroi.apps.roll.territory import BoundaryChange as BoundaryChange
from beffroi.apps.roll.territory import StreetRule as StreetRule


class Neighbourhood(models.Model):
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name


class Station(models.Model):
    """A polling station, where paper ballots are cast and counted."""

    code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=120)
    neighbourhood = models.ForeignKey(Neighbourhood, on_delete=models.PROTECT)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """A resident of the commune, once. Homonyms exist: only `ref` and `roll_number` tell persons apart."""

    class Register(models.TextChoices):
        MAIN = "main"  # the electoral roll's main list
        MUNICIPAL_EU = "municipal_eu"  # EU citizens, complementary list for municipal elections
        RESIDENT = "resident"  # the wider register: 16 and over, any nationality

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    roll_number = models.CharField(max_length=16, unique=True)
    register = models.CharField(max_length=16, choices=Register)
    last_name = models.CharField(max_length=400)
    first_name = models.CharField(max_length=400)
    name_key = models.CharField(max_length=250, db_index=True)  # queries.name_key(): no accents, no case, no hyphens
    birth_date = models.DateField()
    street = models.CharField(max_length=801)  # a number and a name of 400 characters each
    neighbourhood = models.ForeignKey(Neighbourhood, on_delete=models.PROTECT)
    station = models.ForeignKey(Station, on_delete=models.PROTECT)
    email = models.EmailField(blank=True, db_index=True)
    since = models.DateField()
    left_on = models.DateField(null=True)
    # From the electoral roll's export, "" for whoever is written by hand. Homonyms share an identity.
    roll_identity = models.CharField(max_length=64, blank=True, default="", db_index=True)
    order_number = models.CharField(max_length=16, blank=True, default="")  # in the station; may be given twice
    #: Of whoever came by enrolment: a hash of name and birth date, so that two agents never write one person twice.
    enrolled_as = models.CharField(max_length=64, null=True, unique=True)
    confirmed_on = models.DateField(null=True)  # when she last said that she still lives here

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=models.F("since")), name="person_left_after_arrival"
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def is_elector(self) -> bool:
        return self.register != self.Register.RESIDENT

    def age_on(self, day: date) -> int:
        from beffroi.core.suffrage import age_on

        return age_on(self.birth_date, day)


class Import(models.Model):
    """One import of the electoral roll. The last one keeps what it changed, so that it can be undone; none before."""

    at = models.DateTimeField()
    fingerprint = models.CharField(max_length=16)
    counts = models.JSONField()  # how many lines, electors, and persons by kind of change
    #: [person, fields before, fields after]; before is null for somebody new. Null: it can no longer be undone.
    changes = models.JSONField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(changes__isnull=True) | Q(undone_at=None), name="import_undone_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class RollTask(models.Model):
    """The import under way on the administrators' page: one at a time. Row and file go when it is over, or in a day."""

    class State(models.TextChoices):
        PREVIEW = "preview"  # waits for the worker, or is with it
        READY = "ready"  # waits for an administrator
        CONFIRMED = "confirmed"  # the worker imports
        UNDO = "undo"  # the worker takes the last import back
        FAILED = "failed"

    state = models.CharField(max_length=10, choices=State)
    started_by = models.ForeignKey("roll.Account", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    file = models.CharField(max_length=40, blank=True)  # the export, in web.uploads
    changes_file = models.CharField(max_length=40, blank=True)  # every change, with names, for the administrators
    decisions = models.JSONField(default=dict)  # {"same": {line: roll number}, "new": [line]}
    summary = models.JSONField(null=True)  # what the preview shows, doubts with their names
    fingerprint = models.CharField(max_length=16, blank=True)
    leaving = models.PositiveIntegerField(null=True)
    fault = models.JSONField(null=True)  # {"rule", "at_fault"} or {"where", "found", "accepted"}

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="roll_task_is_one_row")]

    def __str__(self) -> str:
        return self.state


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(ref=username or "")


class Account(AbstractBaseUser):
    """What signs in. A resident's account has a person; an agent's has a display name and a work address of its own.

    No password and no last login: signing in is an e-mailed one-time code, and login times are not kept.
    """

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, null=True, related_name="account")
    display_name = models.CharField(max_length=120, blank=True)
    work_email = models.EmailField(blank=True, db_index=True)
    is_active = models.BooleanField(default=True)
    #: Sessions carry it: one more, and every session of the account has ended.
    epoch = models.PositiveIntegerField(default=0)
    #: Signed in by the first step only. Set by the middleware; no role and no seat is used before the second one.
    half_way = False

    password = None  # type: ignore[assignment]
    last_login = None

    USERNAME_FIELD = "ref"
    objects: ClassVar[AccountManager] = AccountManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, work_email="") | (Q(person=None) & ~Q(work_email="")),
                name="account_is_a_person_or_at_work",
            )
        ]

    def __str__(self) -> str:
        return self.display_name or str(self.person)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The roles that it has; read once, with the account itself where a session is (backend.py)."""
        return frozenset(self.roles.values_list("kind", flat=True))

    def get_session_auth_hash(self) -> str:
        """What a session must carry to live on; Django's own would be made of the password."""
        return salted_hmac("beffroi.roll.session", f"{self.pk} {self.epoch}", algorithm="sha256").hexdigest()


class Role(models.Model):
    """What an account may do beyond a resident's acts."""

    class Kind(models.TextChoices):
        AGENT = "agent"  # the counter: acts for a resident in her presence, enters paper lines
        CLERK = "clerk"  # the secretariat: admissibility, sittings, calling a votation
        SCRUTINEER = "scrutineer"  # enters the paper counts
        PANEL = "panel"  # the verification panel: judges what looks like fraud
        ADMINISTRATOR = "administrator"  # gives and takes roles, imports the roll

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=16, choices=Kind)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "kind"], name="role_once")]

    def __str__(self) -> str:
        return self.kind


class RoleRequest(models.Model):
    """A role to give or to take that another administrator has to agree to."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="role_requests")
    kind = models.CharField(max_length=16, choices=Role.Kind)
    gives = models.BooleanField()  # False: takes the role away
    asked_by = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "kind"], name="role_request_once")]

    def __str__(self) -> str:
        return self.kind


class SignInCode(models.Model):
    """A one-time code: neither the address nor the code is stored, only keyed hashes of both."""

    address_mac = models.CharField(max_length=64, db_index=True)
    code_mac = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    wrong_choices = models.PositiveSmallIntegerField(default=0)  # wrong birth dates after the right code
    #: Twenty digits instead of six: nobody guesses it, so wrong codes do not kill it.
    is_long = models.BooleanField(default=False)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.pk}"


class CounterSession(models.Model):
    """An agent acts for a resident who is there. At most one open per agent; it closes itself."""

    class Proof(models.TextChoices):
        IDENTITY_CARD = "identity_card"
        PASSPORT = "passport"
        RESIDENCE_PERMIT = "residence_permit"
        OTHER = "other"

    agent = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="counter_sessions")
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    proof = models.CharField(max_length=20, choices=Proof)
    opened_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent"], condition=Q(closed_at=None), name="one_person_at_the_counter")
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
