"""The queue of letters: whom (opaque reference), about what (public id), when."""

from django.db import models
from django.db.models import Q


class Letter(models.Model):
    """One message to one recipient about one public thing. The address is looked up at the moment of sending."""

    kind = models.CharField(max_length=40)
    recipient = models.UUIDField()
    reference = models.CharField(max_length=40)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "recipient", "reference"], name="letter_sent_once"),
        ]
        indexes = [models.Index(fields=["queued_at"], condition=Q(sent_at=None), name="letter_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
