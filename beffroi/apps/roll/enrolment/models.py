"""Requests for enrolment with their proofs, past addresses, moves to confirm, the days that the journal was told."""

import uuid

from django.db import models
from django.db.models import F, Q


class Enrolment(models.Model):
    """One request. Who asked stands here until the decision: then in the roll, or until the delays have passed."""

    class State(models.TextChoices):
        WAITING = "waiting"
        ACCEPTED = "accepted"
        REFUSED = "refused"
        APPEALED = "appealed"
        APPEAL_REFUSED = "appeal_refused"
        WITHDRAWN = "withdrawn"

    class Channel(models.TextChoices):
        WEB = "web"
        COUNTER = "counter"

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=16, unique=True)
    receipt_hash = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    channel = models.CharField(max_length=8, choices=Channel)
    asked_at = models.DateTimeField()
    last_name = models.CharField(max_length=400, blank=True)
    first_name = models.CharField(max_length=400, blank=True)
    name_key = models.CharField(max_length=250, blank=True)
    birth_date = models.DateField(null=True)
    street = models.CharField(max_length=801, blank=True)
    email = models.EmailField(blank=True, db_index=True)
    #: The agent who entered it at the counter; None on the web.
    entered_by = models.ForeignKey("roll.Account", on_delete=models.PROTECT, null=True, related_name="+")
    #: An agent has seen both papers in the hands of the person.
    papers_seen = models.BooleanField(default=False)
    proofs_deleted_at = models.DateTimeField(null=True)  # by the delay, before anybody had decided
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("roll.Account", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=40, blank=True)  # enrolment.reasons
    appealed_at = models.DateTimeField(null=True)
    appeal_text = models.TextField(blank=True)
    appeal_decided_at = models.DateTimeField(null=True)
    appeal_decided_by = models.ForeignKey("roll.Account", on_delete=models.PROTECT, null=True, related_name="+")
    appeal_answer = models.TextField(blank=True)
    person = models.ForeignKey("roll.Person", on_delete=models.PROTECT, null=True, related_name="enrolments")

    class Meta:
        constraints = [
            # One mailbox asks once for one person; another mailbox may ask in her name too: an agent then sees both.
            models.UniqueConstraint(
                fields=["name_key", "birth_date", "email"],
                condition=Q(state__in=("waiting", "appealed")),
                name="enrolment_asked_once",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None)
                | Q(state="withdrawn", person=None)
                | Q(state="accepted", person__isnull=False, decided_at__isnull=False, decided_by__isnull=False)
                | (
                    Q(state__in=("refused", "appealed", "appeal_refused"), person=None, decided_by__isnull=False)
                    & ~Q(reason="")
                ),
                name="enrolment_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("appealed", "appeal_refused")) | Q(appealed_at__isnull=False),
                name="enrolment_appeal_has_a_date",
            ),
            # Null on either side: not judged twice, and the constraint holds.
            models.CheckConstraint(
                condition=~Q(appeal_decided_by=F("decided_by")), name="enrolment_appeal_is_for_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(channel="web", entered_by=None) | Q(channel="counter", entered_by__isnull=False),
                name="enrolment_at_the_counter_has_its_agent",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Proof(models.Model):
    """A file handed in with a request, until the decision. `file` is the name that web.uploads gave."""

    class Kind(models.TextChoices):
        IDENTITY = "identity"
        RESIDENCE = "residence"

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="proofs")
    kind = models.CharField(max_length=12, choices=Kind)
    file = models.CharField(max_length=40, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "kind"], name="proof_once")]

    def __str__(self) -> str:
        return self.kind


class Address(models.Model):
    """Where a person lived before: from `since` on, until the day `until` on which she lived elsewhere.

    The present address is the person's own row; whoever never moved has none here.
    """

    person = models.ForeignKey("roll.Person", on_delete=models.CASCADE, related_name="addresses")
    street = models.CharField(max_length=801)
    neighbourhood = models.ForeignKey("roll.Neighbourhood", on_delete=models.PROTECT, related_name="+")
    station = models.ForeignKey("roll.Station", on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "until"], name="address_ends_once"),
            models.UniqueConstraint(fields=["person", "since"], name="address_begins_once"),
            models.CheckConstraint(condition=Q(since__lt=F("until")), name="address_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Move(models.Model):
    """A new address that a resident has declared, and that an agent confirms or not."""

    class State(models.TextChoices):
        WAITING = "waiting"
        CONFIRMED = "confirmed"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    person = models.ForeignKey("roll.Person", on_delete=models.CASCADE, related_name="moves")
    street = models.CharField(max_length=801)
    moved_on = models.DateField()
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField()
    entered_by = models.ForeignKey("roll.Account", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("roll.Account", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(state="waiting"), name="one_move_waits"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None)
                | Q(state="withdrawn")
                | Q(state__in=("confirmed", "refused"), decided_by__isnull=False),
                name="move_is_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class EnrolmentDay(models.Model):
    """A day whose numbers the journal has been told."""

    day = models.DateField(unique=True)

    def __str__(self) -> str:
        return self.day.isoformat()
