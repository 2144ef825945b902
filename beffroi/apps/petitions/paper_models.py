"""Paper: what was printed, where each sheet is, what each agent read on it. The outcome is PaperLine, in models.py."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from beffroi.apps.roll.models import Person

LINES_OF_A_SHEET = 10


class Printing(models.Model):
    """Sheets printed together, so that they can be printed again after a jam."""

    petition = models.ForeignKey("petitions.Petition", on_delete=models.PROTECT, related_name="printings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    large = models.BooleanField(default=False)  # large print, on two pages

    def __str__(self) -> str:
        return f"{self.pk}"


class Sheet(models.Model):
    """One sheet of paper. Each one that was printed is accounted for, whatever becomes of it."""

    class State(models.TextChoices):
        PRINTED = "printed"
        RECEIVED = "received"  # handed in at the counter: this is the signers' act
        ENTERED = "entered"  # by one agent
        DIFFERS = "differs"  # two agents have not read the same on every line
        AGREED = "agreed"  # each line is a signature or a coded refusal
        LOST = "lost"
        REFUSED = "refused"

    #: The only way from one state to another.
    TRANSITIONS = {
        State.PRINTED: {State.RECEIVED, State.LOST, State.REFUSED},
        State.RECEIVED: {State.ENTERED, State.LOST, State.REFUSED},
        State.ENTERED: {State.DIFFERS, State.AGREED, State.LOST, State.REFUSED},
        State.DIFFERS: {State.AGREED},
        State.AGREED: set(),
        State.LOST: {State.RECEIVED},  # found again
        State.REFUSED: {State.RECEIVED},  # refused by mistake
    }

    class Refusal(models.TextChoices):
        ALTERED = "altered"
        COPIED = "copied"
        UNREADABLE = "unreadable"

    petition = models.ForeignKey("petitions.Petition", on_delete=models.PROTECT, related_name="sheets")
    printing = models.ForeignKey(Printing, on_delete=models.PROTECT, related_name="sheets")
    place = models.PositiveSmallIntegerField()  # in its printing
    code = models.CharField(max_length=8, unique=True)  # sheet_codes.py
    state = models.CharField(max_length=10, choices=State, default=State.PRINTED)
    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    lines = models.PositiveSmallIntegerField(null=True)  # how many are filled
    agreed_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=20, choices=Refusal, blank=True, default="")
    ended_at = models.DateTimeField(null=True)  # lost or refused
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["printing", "place"]
        constraints = [
            models.UniqueConstraint(fields=["printing", "place"], name="sheet_once_a_printing"),
            models.CheckConstraint(
                condition=Q(lines=None, received_at=None, received_by=None)
                | Q(lines__range=(1, LINES_OF_A_SHEET), received_at__isnull=False, received_by__isnull=False),
                name="sheet_received_with_its_lines",
            ),
            models.CheckConstraint(
                condition=Q(state="printed", lines=None, agreed_at=None, ended_at=None, ended_by=None, refusal="")
                | Q(
                    state__in=["received", "entered", "differs"],
                    lines__isnull=False,
                    agreed_at=None,
                    ended_at=None,
                    ended_by=None,
                    refusal="",
                )
                | Q(state="agreed", lines__isnull=False, agreed_at__isnull=False, ended_at=None, refusal="")
                | Q(state="lost", agreed_at=None, ended_at__isnull=False, ended_by__isnull=False, refusal="")
                | (Q(state="refused", agreed_at=None, ended_at__isnull=False, ended_by__isnull=False) & ~Q(refusal="")),
                name="sheet_state_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["petition", "state"], name="sheet_by_state")]

    def __str__(self) -> str:
        return self.code


class SheetReading(models.Model):
    """What one agent reads on one sheet. The first two are blind to each other; a later one settles what they left."""

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="readings")
    round = models.PositiveSmallIntegerField()
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    lookups = models.PositiveIntegerField(default=0)  # how often the roll was asked: it is not to be leafed through

    class Meta:
        ordering = ["round"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "round"], name="sheet_read_once_a_round"),
            models.UniqueConstraint(fields=["sheet", "agent"], name="an_agent_reads_a_sheet_once"),
            models.CheckConstraint(condition=Q(round__gte=1), name="rounds_begin_at_one"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.round}"


class ReadLine(models.Model):
    """One line as one agent read it. A correction is a new row: what was read before stays, with its end."""

    reading = models.ForeignKey(SheetReading, on_delete=models.PROTECT, related_name="lines")
    line = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    refusal = models.CharField(max_length=20, blank=True, default="")
    legal = models.BooleanField(default=False)
    read_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["line", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reading", "line"], condition=Q(replaced_at=None), name="one_standing_reading_of_a_line"
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, refusal="") | (Q(person=None, legal=False) & ~Q(refusal="")),
                name="read_line_names_somebody_or_says_why_not",
            ),
            models.CheckConstraint(condition=Q(line__range=(1, LINES_OF_A_SHEET)), name="read_line_is_on_the_sheet"),
        ]

    def __str__(self) -> str:
        return f"{self.reading_id}/{self.line}"


class SheetScan(models.Model):
    """A picture of a sheet, for those who check. The file goes after a delay; its fingerprint stays."""

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="scans")
    file = models.CharField(max_length=40, blank=True)  # in the room "sheets"; empty once removed
    fingerprint = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(removed_at=None) & ~Q(file="")) | Q(removed_at__isnull=False, file=""),
                name="scan_has_its_file_until_removed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
