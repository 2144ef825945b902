"""Petitions, their ladder, signatures, paper lines, crossings and effects. What must be unique is unique here."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from beffroi.apps.assemblies.models import AgendaItem, Hearing, Official
from beffroi.apps.petitions.checking_models import CheckedLine, NamesSeen, Ruling, Sample, Signal, Trace
from beffroi.apps.petitions.models_writing import Appeal, Attachment, CoPetitioner, Decision, Draft, Withheld
from beffroi.apps.petitions.paper_models import Printing, ReadLine, Sheet, SheetReading, SheetScan
from beffroi.apps.roll.models import Neighbourhood, Person
from beffroi.apps.votations.models import Votation

__all__ = [
    "Appeal",
    "Attachment",
    "CheckedLine",
    "CoPetitioner",
    "Crossing",
    "Decision",
    "Draft",
    "Effect",
    "JudgedSignature",
    "NamesSeen",
    "PaperLine",
    "Petition",
    "Printing",
    "ReadLine",
    "Ruling",
    "Rung",
    "Sample",
    "Sheet",
    "SheetReading",
    "SheetScan",
    "Signal",
    "Signature",
    "Tally",
    "Trace",
    "Withheld",
]


class Petition(models.Model):
    class State(models.TextChoices):
        FILED = "filed"  # waits for the decision on admissibility
        REFUSED = "refused"
        OPEN = "open"
        CLOSED = "closed"

    #: The only way from one state to another.
    TRANSITIONS = {
        State.FILED: {State.REFUSED, State.OPEN},
        State.OPEN: {State.CLOSED},
        State.REFUSED: {State.OPEN},  # on appeal only
        State.CLOSED: set(),
    }

    class Kind(models.TextChoices):
        INITIATIVE = "initiative"
        RECALL = "recall"  # asks for the end of one official's mandate: signers and voters are electors

    number = models.CharField(max_length=16, unique=True)  # 2026-001
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.INITIATIVE)
    official = models.ForeignKey(Official, on_delete=models.PROTECT, null=True, related_name="recalls")
    title = models.CharField(max_length=120)
    text = models.TextField(max_length=5000)
    question = models.CharField(max_length=300)  # what the commune would vote on, answered by yes or no
    sources = models.JSONField(default=list)  # [{"title", "url"}], in the order of the author
    # Null: the whole commune. Else whoever lives there on the day of the act signs.
    neighbourhood = models.ForeignKey(Neighbourhood, on_delete=models.PROTECT, null=True, related_name="+")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="petitions")
    author_name = models.CharField(max_length=250)  # public by her consent: who carries a petition is named
    filed_by = models.ForeignKey(  # the agent, when it was filed at the counter
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    #: The hash of the code with which co-petitioners join; whoever holds the code may ask to be named.
    invitation_hash = models.CharField(max_length=64, null=True, unique=True)
    state = models.CharField(max_length=16, choices=State, default=State.FILED)
    refusal_code = models.CharField(max_length=40, blank=True)
    filed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)  # since then nobody knows who signed
    #: Why it closed before its last day: the official has left office. Empty: its time was over.
    closing_code = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="initiative", official=None) | Q(kind="recall", official__isnull=False),
                name="a_recall_names_an_official",
            ),
            models.UniqueConstraint(
                fields=["official"],
                condition=Q(kind="recall", state__in=["filed", "open"]),
                name="one_open_recall_an_official",
            ),
            models.CheckConstraint(
                condition=Q(closing_code="") | Q(state="closed", kind="recall"), name="closed_early_for_a_reason"
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="filed", decided_at=None, opened_at=None, refusal_code="")
                    | (Q(state="refused", opened_at=None, decided_at__isnull=False) & ~Q(refusal_code=""))
                    | Q(state__in=["open", "closed"], opened_at__isnull=False, closes_at__isnull=False, refusal_code="")
                ),
                name="petition_state_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Reply(models.Model):
    """What the official answers to a recall. Each change is a new version; the last one stands, all are public."""

    petition = models.ForeignKey(Petition, on_delete=models.PROTECT, related_name="replies")
    version = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=5000)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    #: Handed in on paper by an official who has no account, and copied by the secretariat.
    on_paper = models.BooleanField(default=False)

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["petition", "version"], name="reply_version_once")]

    def __str__(self) -> str:
        return f"{self.petition_id} {self.version}"


class Rung(models.Model):
    """One threshold of one petition, frozen at its opening with the base, the base's date and its source."""

    class Code(models.TextChoices):
        HEARING = "hearing"
        LEGAL = "legal"
        REFERENDUM = "referendum"
        RECALL = "recall"

    petition = models.ForeignKey(Petition, on_delete=models.PROTECT, related_name="rungs")
    code = models.CharField(max_length=16, choices=Code)
    share = models.CharField(max_length=16)  # exact fraction as text: "1/20"
    base_kind = models.CharField(max_length=16)  # inhabitants or electors
    base = models.PositiveIntegerField()
    base_on = models.DateField()
    base_source = models.CharField(max_length=300)
    needed = models.PositiveIntegerField()
    by_law = models.BooleanField()

    class Meta:
        ordering = ["needed"]
        constraints = [models.UniqueConstraint(fields=["petition", "code"], name="rung_once")]

    def __str__(self) -> str:
        return f"{self.petition_id} {self.code}"


class Signature(models.Model):
    """One person, one petition, one row, whatever the channel. Withdrawing and signing again take the same row back."""

    class Channel(models.TextChoices):
        WEB = "web"
        COUNTER = "counter"
        PAPER = "paper"

    petition = models.ForeignKey(Petition, on_delete=models.PROTECT, related_name="signatures")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="signatures")
    channel = models.CharField(max_length=8, choices=Channel)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    receipt_hash = models.CharField(max_length=64, unique=True, null=True)  # SHA-256 of the receipt's characters
    legal_quarter = models.CharField(
        max_length=7, null=True
    )  # "2026-Q4": also her legal request of that quarter (CGCT L1112-16)
    #: The code under which a verification refused it; it then counts no more. `legal_refused`: only as a legal request.
    refusal = models.CharField(max_length=20, blank=True, default="")
    legal_refused = models.BooleanField(default=False)
    #: What the tally holds of this row. A new row waits for the batch; a withdrawn or refused one is taken off at once.
    counted = models.BooleanField(default=False)
    counted_legal = models.BooleanField(default=False)
    #: Since when her name is public, by her consent; null: it is not. Withdrawing takes the consent back.
    named_since = models.DateTimeField(null=True)
    #: The row still counts, and is nobody's: no person, no agent, no receipt, and a day instead of an instant.
    erased = models.BooleanField(default=False)

    #: Codes under which the panel strikes off: the person may sign again at the counter only, in person.
    STRUCK = ("not_hers", "no_presence")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["petition", "person"], name="one_person_signs_once"),
            models.UniqueConstraint(fields=["person", "legal_quarter"], name="one_legal_request_a_quarter"),
            models.CheckConstraint(
                condition=Q(erased=True, agent=None)
                | Q(channel="web", agent=None)
                | (~Q(channel="web") & Q(agent__isnull=False)),
                name="counter_and_paper_have_an_agent",
            ),
            models.CheckConstraint(
                condition=Q(erased=True, person=None, receipt_hash=None)
                | Q(erased=False, person__isnull=False, receipt_hash__isnull=False),
                name="a_signature_has_its_person_until_erased",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("signed_at")), name="withdrawn_after_signing"
            ),
            models.CheckConstraint(
                condition=Q(counted=False, counted_legal=False)
                | (
                    Q(counted=True, withdrawn_at=None, refusal="")
                    & (Q(counted_legal=False) | Q(legal_quarter__isnull=False))
                ),
                name="only_a_standing_signature_counts",
            ),
        ]
        indexes = [
            models.Index(
                fields=["petition"],
                condition=Q(counted=False, withdrawn_at=None, refusal=""),
                name="signature_to_count",
            ),
            models.Index(fields=["petition", "channel"], condition=~Q(refusal=""), name="signature_refused"),
            models.Index(fields=["petition"], condition=Q(named_since__isnull=False), name="signature_named"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Tally(models.Model):
    """What the batch has counted, by channel. `legal` counts the signatures that are also legal requests."""

    petition = models.ForeignKey(Petition, on_delete=models.PROTECT, related_name="tallies")
    channel = models.CharField(max_length=8, choices=Signature.Channel)
    signatures = models.PositiveIntegerField(default=0)
    legal = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["petition", "channel"], name="tally_once_a_channel")]

    def __str__(self) -> str:
        return f"{self.petition_id} {self.channel}"


class Figures(models.Model):
    """What is published of a petition's pace and places, computed once a day, never for a reader.

    Only what may be published is in it: of a neighbourhood the band, not the count (core.suffrage.banded).
    """

    petition = models.OneToOneField(Petition, on_delete=models.PROTECT, related_name="figures")
    on = models.DateField()  # every whole day before this one is in
    days = models.JSONField()  # [["2026-10-12", 40], ...] from the opening on
    step = models.PositiveSmallIntegerField()  # the width of a band
    places = models.JSONField(null=True)  # [["Le Port", 30], ...]: from 30 to 39; null: too little to show any

    def __str__(self) -> str:
        return f"{self.petition_id} {self.on}"


class PaperLine(models.Model):
    """One line of one sheet, on which two agents agree: a signature, or a coded refusal. Written once."""

    class Refusal(models.TextChoices):
        NOT_ON_ROLL = "not_on_roll"
        ALREADY_SIGNED = "already_signed"
        ILLEGIBLE = "illegible"
        TOO_YOUNG = "too_young"
        AMBIGUOUS = "ambiguous"
        STRUCK_OFF = "struck_off"  # by the panel: she may sign again at the counter
        NOT_AN_ELECTOR = "not_an_elector"  # of a recall, which electors sign
        UNDER_18 = "under_18"
        OTHER_NEIGHBOURHOOD = "other_neighbourhood"  # of a neighbourhood's petition
        WITHDRAWN = "withdrawn"  # taken back after the sheet was handed in: the later will stands

    #: What an agent may read by herself; the others follow from whom the line names.
    READ = (Refusal.ILLEGIBLE, Refusal.NOT_ON_ROLL, Refusal.AMBIGUOUS)

    petition = models.ForeignKey(Petition, on_delete=models.PROTECT, related_name="paper_lines")
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="paper_lines")
    line = models.PositiveSmallIntegerField()
    # Not one to one: a line whose signature was withdrawn, and a later line that took the row back, are both history.
    signature = models.ForeignKey(Signature, on_delete=models.PROTECT, null=True, related_name="paper_lines")
    refusal = models.CharField(max_length=20, choices=Refusal, blank=True)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ["sheet", "line"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "line"], name="paper_line_once"),
            models.CheckConstraint(
                condition=Q(signature__isnull=False, refusal="") | (Q(signature=None) & ~Q(refusal="")),
                name="paper_line_signed_or_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id}/{self.line}"


class Crossing(models.Model):
    """The count reached a rung: the signatures that stand at that second are listed, then judged."""

    rung = models.ForeignKey(Rung, on_delete=models.PROTECT, related_name="crossings")
    attempt = models.PositiveSmallIntegerField()
    crossed_at = models.DateTimeField()
    count = models.PositiveIntegerField()
    verified_at = models.DateTimeField(null=True)
    valid = models.PositiveIntegerField(null=True)
    refused = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rung", "attempt"], name="crossing_once_an_attempt"),
            models.CheckConstraint(
                condition=Q(verified_at=None, valid=None, refused=None)
                | Q(verified_at__isnull=False, valid__isnull=False, refused__isnull=False),
                name="crossing_verified_with_its_figures",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rung_id} {self.attempt}"


class JudgedSignature(models.Model):
    """One signature on the list of one crossing, and the verdict of its check against the roll (empty: valid)."""

    crossing = models.ForeignKey(Crossing, on_delete=models.PROTECT, related_name="judged")
    signature = models.ForeignKey(Signature, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=20, null=True)  # null: not judged yet; "": valid; else a coded refusal

    class Meta:
        constraints = [models.UniqueConstraint(fields=["crossing", "signature"], name="judged_once_a_crossing")]
        indexes = [models.Index(fields=["crossing"], condition=Q(verdict=None), name="signature_to_judge")]

    def __str__(self) -> str:
        return f"{self.pk}"


class Effect(models.Model):
    """What a verified rung caused. Fires once."""

    rung = models.OneToOneField(Rung, on_delete=models.PROTECT, related_name="effect")
    fired_at = models.DateTimeField()
    hearing = models.OneToOneField(Hearing, on_delete=models.PROTECT, null=True, related_name="+")
    item = models.OneToOneField(AgendaItem, on_delete=models.PROTECT, null=True, related_name="+")
    votation = models.OneToOneField(Votation, on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.rung_id}"
