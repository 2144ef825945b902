"""One row that says what this database is."""

from django.db import models
from django.db.models import Q


class Instance(models.Model):
    """Made once, when the database is built. A demonstration says so on every page and may show sign-in codes."""

    class Kind(models.TextChoices):
        COMMUNE = "commune"
        ASSOCIATION = "association"

    kind = models.CharField(max_length=16, choices=Kind)
    demonstration = models.BooleanField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="instance_is_one_row")]

    def __str__(self) -> str:
        return self.kind
