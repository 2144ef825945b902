"""Before a petition is open: drafts, what is attached, who carries it, the decision on it and its appeal."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from beffroi.apps.assemblies.models import Official
from beffroi.apps.roll.models import Neighbourhood, Person


class Draft(models.Model):
    """What somebody writes before filing. `version` tells two tabs apart: neither silently overwrites the other."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="drafts")
    title = models.CharField(max_length=120, blank=True)
    text = models.TextField(max_length=5000, blank=True)
    question = models.CharField(max_length=300, blank=True)
    sources = models.JSONField(default=list)
    neighbourhood = models.ForeignKey(Neighbourhood, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    link_hash = models.CharField(max_length=64, null=True, unique=True)  # SHA-256 of the secret in the shared address

    class Meta:
        ordering = ["-saved_at"]

    def __str__(self) -> str:
        return f"{self.pk}"


class Attachment(models.Model):
    """A file that goes with a draft, then with the petition that the draft became; public once it is open."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, null=True, related_name="attachments")
    petition = models.ForeignKey("petitions.Petition", on_delete=models.PROTECT, null=True, related_name="attachments")
    place = models.PositiveSmallIntegerField()  # 1 to 3
    title = models.CharField(max_length=120)  # what it shows, for whoever cannot see it
    file = models.CharField(max_length=40, unique=True)  # its name in web.uploads
    media_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["place"]
        constraints = [
            models.CheckConstraint(
                condition=Q(draft=None, petition__isnull=False) | Q(draft__isnull=False, petition=None),
                name="attached_to_one_thing",
            ),
            models.CheckConstraint(condition=Q(place__gte=1, place__lte=3), name="three_attachments_at_most"),
            models.UniqueConstraint(fields=["draft", "place"], name="attachment_place_in_draft"),
            models.UniqueConstraint(fields=["petition", "place"], name="attachment_place_in_petition"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class CoPetitioner(models.Model):
    """Somebody who carries the petition beside its author, named by her own consent, which she can take back."""

    petition = models.ForeignKey("petitions.Petition", on_delete=models.PROTECT, related_name="co_petitioners")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=801)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["joined_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["petition", "person"], name="co_petitioner_once")]

    def __str__(self) -> str:
        return f"{self.pk}"


class Decision(models.Model):
    """What was decided on admissibility, by whom. It is never changed: an appeal is written beside it."""

    petition = models.OneToOneField("petitions.Petition", on_delete=models.PROTECT, related_name="decision")
    clerk = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    code = models.CharField(max_length=40, blank=True)  # reasons.REASONS; empty: admitted
    note = models.TextField(max_length=600, blank=True)  # why, in this case; published

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(code="", note="") | (~Q(code="") & ~Q(note="")), name="a_refusal_says_why"
            )
        ]

    def __str__(self) -> str:
        return f"{self.petition_id}"


class Withheld(models.Model):
    """The words of a refused petition that nobody should read on: moved out of its row, so that no page shows them."""

    petition = models.OneToOneField("petitions.Petition", on_delete=models.PROTECT, related_name="withheld")
    title = models.CharField(max_length=120)
    text = models.TextField(max_length=5000)
    question = models.CharField(max_length=300)
    sources = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.petition_id}"


class Appeal(models.Model):
    """The author contests a refusal before the bureau of the council, once. Silence opens the petition."""

    class Outcome(models.TextChoices):
        ADMITTED = "admitted"
        UPHELD = "upheld"
        BY_ITSELF = "by_itself"  # the bureau let its delay pass

    petition = models.OneToOneField("petitions.Petition", on_delete=models.PROTECT, related_name="appeal")
    text = models.TextField(max_length=2000)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    filed_at = models.DateTimeField()
    due_on = models.DateField()
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    decided_at = models.DateTimeField(null=True)
    official = models.ForeignKey(Official, on_delete=models.PROTECT, null=True, related_name="+")
    answer = models.TextField(max_length=2000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(outcome="", decided_at=None, official=None, answer="")
                    | Q(outcome="by_itself", decided_at__isnull=False, official=None, answer="")
                    | (
                        Q(outcome__in=["admitted", "upheld"], decided_at__isnull=False, official__isnull=False)
                        & ~Q(answer="")
                    )
                ),
                name="appeal_is_whole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.petition_id}"
