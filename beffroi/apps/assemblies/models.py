"""Assemblies, officials and their charters, sittings, agenda items, hearings and the answers owed."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate


class Assembly(models.Model):
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    seats = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return self.name


class Official(models.Model):
    """Somebody who sits. `side` is said of the assembly, never of a party."""

    class Side(models.TextChoices):
        MAJORITY = "majority"
        OPPOSITION = "opposition"

    number = models.CharField(
        max_length=16, unique=True
    )  # M-2026-07: what the journal calls this mandate, never a name
    assembly = models.ForeignKey(Assembly, on_delete=models.PROTECT, related_name="officials")
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="official"
    )
    name = models.CharField(max_length=120)
    side = models.CharField(max_length=16, choices=Side)
    presides = models.BooleanField(default=False)
    in_bureau = models.BooleanField(default=False)  # the bureau decides on appeals; whoever presides is of it
    since = models.DateField()
    until = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class CharterText(models.Model):
    """A charter exactly as it was signed. A new text of the pack is a new row: nobody is held to it without signing."""

    sha256 = models.CharField(max_length=64, unique=True)
    text = models.TextField()

    def __str__(self) -> str:
        return self.sha256


class Charter(models.Model):
    """An official's signature under the charter. It is withdrawn by a date, never taken away."""

    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="charters")
    text = models.ForeignKey(CharterText, on_delete=models.PROTECT, related_name="+")
    signed_on = models.DateField()
    recorded_at = models.DateTimeField()
    #: Her own account, or the secretariat's that holds the paper.
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["official"], condition=Q(withdrawn_at=None), name="one_standing_charter_an_official"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__gte=models.F("recorded_at"), withdrawn_by__isnull=False),
                name="charter_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.official_id}"

    @property
    def by_herself(self) -> bool:
        """She signed in her own session; else the secretariat recorded a signed paper."""
        return self.recorded_by_id == self.official.account_id


class Sitting(models.Model):
    number = models.CharField(max_length=16, unique=True)  # 2026-S3
    assembly = models.ForeignKey(Assembly, on_delete=models.PROTECT, related_name="sittings")
    starts_at = models.DateTimeField()
    place = models.CharField(max_length=200)
    convocation_at = models.DateTimeField()  # when the convocation leaves; the agenda is fixed from then on
    convened_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=300, blank=True)  # published

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancel_reason="")
                | (Q(cancelled_at__isnull=False) & ~Q(cancel_reason="")),
                name="sitting_cancelled_with_a_reason",
            )
        ]

    def __str__(self) -> str:
        return self.number


class AgendaItem(models.Model):
    class Kind(models.TextChoices):
        MINUTES = "minutes"
        HEARING = "hearing"
        DELIBERATION = "deliberation"
        QUESTIONS = "questions"

    class Nature(models.TextChoices):
        LAW = "law"
        PROMISE = "promise"
        CUSTOM = "custom"

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=Kind)
    nature = models.CharField(max_length=16, choices=Nature)
    title = models.CharField(max_length=300)
    link = models.CharField(
        max_length=200, blank=True
    )  # a path of this site, given by the floor that asked for the item

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["sitting", "position"], name="agenda_position_once")]

    def __str__(self) -> str:
        return self.title


class Hearing(models.Model):
    """A petition heard in person. `petition` is its public number: this floor does not know petitions."""

    number = models.CharField(max_length=16, unique=True)  # A-2026-001
    item = models.OneToOneField(AgendaItem, on_delete=models.PROTECT, related_name="hearing")
    petition = models.CharField(max_length=16, unique=True)
    held_at = models.DateTimeField(null=True)
    answer_due_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.number


class Answer(models.Model):
    """The council's written answer, recorded once; its fingerprint is in the journal."""

    hearing = models.OneToOneField(Hearing, on_delete=models.PROTECT, related_name="answer")
    official = models.ForeignKey(Official, on_delete=models.PROTECT)
    text = models.TextField()
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.hearing_id}"

    @property
    def recorded_on(self) -> date:
        """The day, here, on which it was recorded: what lateness is counted to."""
        return localdate(self.recorded_at)
