"""Where a street lies: the addresses of the commune, and which polling station each part of a street belongs to."""

from django.db import models
from django.db.models import F, Q


class AddressPoint(models.Model):
    """One address of the Base Adresse Locale. Public data; `number` is 0 for a place without numbers."""

    insee = models.CharField(max_length=5)
    street_key = models.CharField(max_length=120)  # streets.street_key(): how streets are compared
    street = models.CharField(max_length=200)
    number = models.PositiveIntegerField()
    suffix = models.CharField(max_length=20, blank=True)
    longitude = models.DecimalField(max_digits=10, decimal_places=7, null=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=7, null=True)

    class Meta:
        ordering = ["street_key", "number", "suffix"]
        constraints = [
            models.UniqueConstraint(fields=["insee", "street_key", "number", "suffix"], name="address_point_once")
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (str(self.number or ""), self.suffix, self.street)))


class StreetRule(models.Model):
    """A part of a street belongs to a polling station from a day on. Parts in force on one day never overlap."""

    class Side(models.TextChoices):
        BOTH = "both"
        EVEN = "even"
        ODD = "odd"

    street_key = models.CharField(max_length=120, db_index=True)
    street = models.CharField(max_length=200)
    side = models.CharField(max_length=4, choices=Side, default=Side.BOTH)
    first = models.PositiveIntegerField(default=0)
    last = models.PositiveIntegerField(default=99999)
    station = models.ForeignKey("roll.Station", on_delete=models.PROTECT)
    since = models.DateField()
    until = models.DateField(null=True)  # the first day on which it no longer holds

    class Meta:
        ordering = ["street_key", "first", "side"]
        constraints = [
            models.UniqueConstraint(fields=["street_key", "side", "first", "last", "since"], name="street_rule_once"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("since")), name="street_rule_has_days"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="street_rule_has_numbers"),
        ]

    def __str__(self) -> str:
        return f"{self.street} {self.first}-{self.last} {self.side}"


class BoundaryChange(models.Model):
    """New boundaries hold from a day on. On that day the worker moves, once, whoever lives where they changed."""

    since = models.DateField(unique=True)
    streets = models.PositiveIntegerField()  # how many streets have another rule
    applied_at = models.DateTimeField(null=True)
    moved = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.since}"
