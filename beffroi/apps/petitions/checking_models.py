"""What a check before an effect leaves behind: samples of paper lines, signals of the panel and their decisions."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from beffroi.apps.gazette.models import Entry


class Sample(models.Model):
    """The paper lines of one crossing that persons compare with the sheets: some drawn, or all (`whole`).

    The list is fixed, and its fingerprint published, before the seed exists (docs/specs/suffrage.md, 5).
    """

    crossing = models.OneToOneField("petitions.Crossing", on_delete=models.PROTECT, related_name="sample")
    lines = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    confidence = models.CharField(max_length=16)  # exact fraction as text: "99/100"
    salt = models.CharField(max_length=64)  # stays here: the list says which lines of a sheet were refused
    list_sha256 = models.CharField(max_length=64)
    fixed_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")  # publishes the fingerprint
    whole = models.BooleanField(default=False)
    tree_size = models.PositiveBigIntegerField(null=True)  # the tree head that made the seed
    seed = models.CharField(max_length=64, blank=True, default="")
    refused = models.PositiveIntegerField(null=True)  # among the lines judged
    low = models.PositiveIntegerField(null=True)  # between how many and how many of the lines are valid
    high = models.PositiveIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(tree_size=None, seed="") | (Q(tree_size__isnull=False) & ~Q(seed="")),
                name="sample_seed_has_its_head",
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None)
                | Q(refused__isnull=False, low__isnull=False, high__isnull=False, low__lte=F("high")),
                name="sample_finished_with_its_figures",
            ),
            models.CheckConstraint(condition=Q(size__lte=F("lines")), name="sample_of_its_list"),
        ]

    def __str__(self) -> str:
        return f"{self.crossing_id}"


class CheckedLine(models.Model):
    """One line of the list. `to_judge`: drawn, or all are. A person compares it with the sheet, not who entered it."""

    class Refusal(models.TextChoices):
        UNSIGNED = "unsigned"
        OTHER_PERSON = "other_person"
        ILLEGIBLE = "illegible"
        SAME_HAND = "same_hand"
        SHEET_MISSING = "sheet_missing"

    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="rows")
    place = models.PositiveIntegerField()
    signature = models.ForeignKey("petitions.Signature", on_delete=models.PROTECT, related_name="+")
    sheet = models.CharField(max_length=16)
    line = models.PositiveSmallIntegerField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    to_judge = models.BooleanField(default=False)
    verdict = models.CharField(max_length=20, null=True)  # null: not judged; "": valid; else a coded refusal
    judge = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    judged_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "place"], name="place_once_a_sample"),
            models.UniqueConstraint(fields=["sample", "signature"], name="checked_once_a_sample"),
            models.CheckConstraint(
                condition=Q(judge=None) | ~Q(judge=F("entered_by")), name="nobody_judges_the_line_she_entered"
            ),
            models.CheckConstraint(
                condition=Q(verdict=None, judge=None, judged_at=None)
                | Q(verdict__isnull=False, judge__isnull=False, judged_at__isnull=False),
                name="a_verdict_has_its_judge",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet}/{self.line}"


class Trace(models.Model):
    """From where a signature was given, as two keyed hashes that differ from petition to petition; kept a few weeks."""

    signature = models.ForeignKey("petitions.Signature", on_delete=models.CASCADE, related_name="traces")
    device = models.CharField(max_length=64, db_index=True)  # of a random cookie set when signing
    network = models.CharField(max_length=64, blank=True)  # of the address; empty where a proxy hides it
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.pk}"


class Signal(models.Model):
    """Something unusual, found by computing. It decides nothing: the panel does."""

    class Code(models.TextChoices):
        DEVICE = "device"  # one device, many persons
        NETWORK = "network"  # one connection, many persons
        BURST = "burst"  # an hour far above the petition's own pace
        AGENT_DAY = "agent_day"  # an agent with many acts in a day
        AGENT_PACE = "agent_pace"  # acts at the counter too close to one another
        STREAK = "streak"  # persons of one street or one name, one after another
        SHEET = "sheet"  # a sheet of which many lines were refused

    petition = models.ForeignKey("petitions.Petition", on_delete=models.PROTECT, related_name="signals")
    code = models.CharField(max_length=16, choices=Code)
    subject = models.CharField(max_length=64)  # which device, hour, agent and day, sheet: never a name
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    number = models.PositiveIntegerField()  # what was counted
    usual = models.PositiveIntegerField()  # from how many on it is unusual
    found_at = models.DateTimeField()
    signatures = models.ManyToManyField("petitions.Signature", related_name="signals")

    class Meta:
        ordering = ["-found_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["petition", "code", "subject"], name="signal_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.pk}"


class Ruling(models.Model):
    """What a member of the panel decided on a signal. `check` may be followed by another; the two others end it."""

    class Decision(models.TextChoices):
        KEEP = "keep"
        CHECK = "check"
        STRIKE = "strike"

    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, related_name="rulings")
    decision = models.CharField(max_length=8, choices=Decision)
    reason = models.CharField(max_length=20)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    struck = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["signal"], condition=Q(decision__in=["keep", "strike"]), name="signal_decided_once"
            ),
            models.CheckConstraint(condition=Q(struck=0) | Q(decision="strike"), name="only_striking_strikes"),
        ]

    def __str__(self) -> str:
        return f"{self.signal_id} {self.decision}"


class NamesSeen(models.Model):
    """A member of the panel looked at the names behind a signal: who and when, kept with the signal."""

    signal = models.ForeignKey(Signal, on_delete=models.CASCADE, related_name="names_seen")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.pk}"
