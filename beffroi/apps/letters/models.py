"""The queue of letters: whom (opaque reference), about what (public id), when; and who asked to be told more."""

from django.db import models
from django.db.models import Q


class Letter(models.Model):
    """One message to one recipient about one public thing. The address is looked up at the moment of sending."""

    kind = models.CharField(max_length=40)
    recipient = models.UUIDField()
    reference = models.CharField(max_length=40)
    step = models.CharField(max_length=24, default="", blank=True)  # which of several alike about one reference
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "recipient", "reference", "step"], name="letter_sent_once"),
        ]
        indexes = [models.Index(fields=["queued_at"], condition=Q(sent_at=None), name="letter_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class Subscription(models.Model):
    """Somebody asked to be told what follows about one public thing. Ending it deletes the row."""

    recipient = models.UUIDField()
    reference = models.CharField(max_length=40, db_index=True)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "reference"], name="subscribed_once")]

    def __str__(self) -> str:
        return f"{self.pk}"


class Announcement(models.Model):
    """One step to tell to those who follow `reference`. Not done: the next round goes on where a kill stopped it."""

    kind = models.CharField(max_length=40)
    reference = models.CharField(max_length=40)
    step = models.CharField(max_length=24)
    at = models.DateTimeField()  # who subscribed later is not told
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "reference", "step"], name="announced_once")]
        indexes = [models.Index(fields=["at"], condition=Q(done_at=None), name="announcement_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference} {self.step}"
