"""Votations and all that the archive, the poll book and the decision are written from. The rows are the truth."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from beffroi.apps.roll.models import Person, Station


class Votation(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft"  # caused by a petition or prepared by a clerk; nothing is frozen
        CALLED = "called"  # rules frozen and published; credentials and keys are being made
        READY = "ready"  # the election exists; the clock opens and closes it
        CLOSED = "closed"  # no ballot enters any more
        FORGOTTEN = "forgotten"  # the server no longer knows who cast what; decryption may begin
        TALLIED = "tallied"  # encrypted tally published
        DECIDED = "decided"
        DROPPED = "dropped"  # what caused it is gone before anything was frozen

    class Kind(models.TextChoices):
        VOTATION = "votation"  # residents of 16 and over
        RECALL = "recall"  # electors, on the end of one official's mandate

    TRANSITIONS = {
        State.DRAFT: {State.CALLED, State.DROPPED},
        State.CALLED: {State.READY},
        State.READY: {State.CLOSED},
        State.CLOSED: {State.FORGOTTEN},
        State.FORGOTTEN: {State.TALLIED},
        State.TALLIED: {State.DECIDED},
        State.DECIDED: set(),
        State.DROPPED: set(),
    }

    number = models.CharField(max_length=16, unique=True)  # V-2026-01
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.VOTATION)
    state = models.CharField(max_length=16, choices=State, default=State.DRAFT)
    title = models.CharField(max_length=120)
    question = models.CharField(max_length=300)
    petition = models.CharField(
        max_length=16, blank=True
    )  # public number of the petition that caused it: this floor does not know petitions
    due_on = models.DateField(null=True)  # held at the latest, when a petition caused it
    prepared_at = models.DateTimeField()

    # Frozen at the call. `rules` is the exact published text (canonical JSON); the columns repeat what queries need.
    called_at = models.DateTimeField(null=True)
    #: Null in what was called before this was kept, and in a past that is played.
    called_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    rules = models.TextField(blank=True)
    rules_sha256 = models.CharField(max_length=64, blank=True)
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    paper_on = models.DateField(null=True)

    # The election, exact bytes as published (core.voting).
    uuid = models.CharField(max_length=22, blank=True)
    credentials = models.BinaryField(null=True)
    trustees = models.BinaryField(null=True)
    election = models.BinaryField(null=True)
    fingerprint = models.CharField(max_length=43, blank=True)
    ready_at = models.DateTimeField(null=True)

    # The box: height and hash of the last event of the chain, read and written under this row's lock by each casting.
    height = models.PositiveIntegerField(null=True)
    head = models.CharField(max_length=64, blank=True)
    published_height = models.PositiveIntegerField(default=0)  # height of the last head that the journal holds

    closed_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)
    encrypted_tally = models.BinaryField(null=True)
    result = models.BinaryField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)  # canonical JSON: outcome, figures, reasons
    verification = models.TextField(blank=True)  # JSON: the steps of our own verifier on the published archive

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["petition"], condition=~Q(petition=""), name="one_votation_a_petition"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "dropped"])
                | (~Q(rules="") & ~Q(rules_sha256="") & Q(opens_at__lt=F("closes_at"))),
                name="called_with_frozen_rules",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "called", "dropped"]) | Q(election__isnull=False, height__isnull=False),
                name="ready_with_an_election",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "dropped", "called", "ready"], closed_at=None)
                | (~Q(state__in=["draft", "dropped", "called", "ready"]) & Q(closed_at__isnull=False)),
                name="closed_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "dropped", "called", "ready", "closed"], forgotten_at=None)
                | (~Q(state__in=["draft", "dropped", "called", "ready", "closed"]) & Q(forgotten_at__isnull=False)),
                name="no_tally_before_forgetting",
            ),
            models.CheckConstraint(
                condition=Q(state="decided", decided_at__isnull=False, result__isnull=False)
                | (~Q(state="decided") & Q(decided_at=None)),
                name="decided_has_a_result",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Argument(models.Model):
    """One side's argument, by named authors, of at most as many signs as the other side's. Closed by the call."""

    class Side(models.TextChoices):
        YES = "yes"
        NO = "no"

    votation = models.ForeignKey(Votation, on_delete=models.PROTECT, related_name="arguments")
    side = models.CharField(max_length=3, choices=Side)
    text = models.TextField(max_length=600)
    authors = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["votation", "side"], name="one_argument_a_side")]

    def __str__(self) -> str:
        return f"{self.votation_id} {self.side}"


class Trustee(models.Model):
    """Who holds a key. `owner` is the 1-based number in the election's trustees.

    `public_key` is what she has handed in before the vote: her key with its proof or, where a group makes one key
    together, her part of the ceremony with the reference of her account (`group.Part`).
    """

    class Side(models.TextChoices):
        MAJORITY = "majority"
        OPPOSITION = "opposition"
        RESIDENT = "resident"

    votation = models.ForeignKey(Votation, on_delete=models.PROTECT, related_name="trustee_rows")
    owner = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    side = models.CharField(max_length=16, choices=Side)
    public_key = models.BinaryField()
    decryption = models.BinaryField(null=True)  # as the archive holds it
    second_proof = models.BinaryField(null=True)  # kept and published beside the archive; null before 0003
    decrypted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["owner"]
        constraints = [
            models.UniqueConstraint(fields=["votation", "owner"], name="one_trustee_an_owner"),
            models.CheckConstraint(
                condition=Q(decryption=None, decrypted_at=None)
                | Q(decryption__isnull=False, decrypted_at__isnull=False),
                name="decryption_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(second_proof=None) | Q(decryption__isnull=False), name="second_proof_of_a_decryption"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Voter(models.Model):
    """One member of the body, while the vote is open. Rewritten into `PollBookEntry` at closing, then erased.

    `number` is what the credential authority knows; `credential_mac` = HMAC(K, public credential) once she has voted;
    K is a file of its own.
    """

    votation = models.ForeignKey(Votation, on_delete=models.PROTECT, related_name="voters")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    credential_mac = models.CharField(max_length=64, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["votation", "person"], name="one_voter_a_person"),
            models.UniqueConstraint(fields=["votation", "number"], name="one_voter_a_number"),
            models.UniqueConstraint(fields=["votation", "credential_mac"], name="one_voter_a_credential"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Ballot(models.Model):
    """A ballot in the open box, at its height in the chain. No person, no time. Becomes a `SealedBallot` at closing."""

    votation = models.ForeignKey(Votation, on_delete=models.PROTECT, related_name="ballots")
    height = models.PositiveIntegerField()
    tracker = models.CharField(max_length=43)
    credential = models.CharField(max_length=64)
    raw = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["votation", "height"], name="one_ballot_a_height"),
            models.UniqueConstraint(fields=["votation", "tracker"], name="one_ballot_a_tracker"),
        ]

    def __str__(self) -> str:
        return self.tracker


class HourCount(models.Model):
    """How many cast a ballot for the first time in an hour (the public participation curve)."""

    votation = models.ForeignKey(Votation, on_delete=models.PROTECT, related_name="hours")
    hour = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        ordering = ["hour"]
        constraints = [models.UniqueConstraint(fields=["votation", "hour"], name="one_count_an_hour")]

    def __str__(self) -> str:
        return f"{self.count}"


class PollBookEntry(models.Model):
    """Who is registered and who voted online, written at closing in the order of the roll."""

    votation = models.ForeignKey(Votation, on_delete=models.PROTECT, related_name="poll_book")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    voted_online = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["votation", "person"], name="one_poll_book_entry_a_person")]

    def __str__(self) -> str:
        return f"{self.pk}"


class SealedBallot(models.Model):
    """A ballot of the closed box, written in the order of the trackers; `height` is its public place in the chain."""

    votation = models.ForeignKey(Votation, on_delete=models.PROTECT, related_name="sealed")
    height = models.PositiveIntegerField()
    tracker = models.CharField(max_length=43)
    credential = models.CharField(max_length=64)
    raw = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["votation", "height"], name="one_sealed_ballot_a_height"),
            models.UniqueConstraint(fields=["votation", "tracker"], name="one_sealed_ballot_a_tracker"),
        ]

    def __str__(self) -> str:
        return self.tracker


class PaperCount(models.Model):
    """One station's paper count, entered by one scrutineer. A station is agreed when two standing entries are equal."""

    votation = models.ForeignKey(Votation, on_delete=models.PROTECT, related_name="paper_counts")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")
    scrutineer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    yes = models.PositiveIntegerField()
    no = models.PositiveIntegerField()
    blank = models.PositiveIntegerField()
    mixed_into = models.ForeignKey(
        Station, on_delete=models.PROTECT, null=True, related_name="+"
    )  # a box of few ballots, put unopened into another's, so that nobody's vote shows
    recorded_at = models.DateTimeField()
    corrected_at = models.DateTimeField(null=True)  # replaced by a later entry of the same scrutineer; kept

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["votation", "station", "scrutineer"],
                condition=Q(corrected_at=None),
                name="one_standing_count_a_scrutineer",
            ),
            models.CheckConstraint(
                condition=Q(mixed_into=None) | Q(yes=0, no=0, blank=0), name="a_mixed_box_has_no_count_of_its_own"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station_id}"
