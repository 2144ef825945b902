"""What opens an account beside the e-mailed code, and what was done with it: hashes, sealed secrets, public keys."""

from django.db import models
from django.db.models import Q


class SecondFactor(models.Model):
    """The codes of an authenticator app, and how often the second step was missed lately."""

    account = models.OneToOneField("roll.Account", on_delete=models.CASCADE, related_name="second_factor")
    sealed_secret = models.TextField(blank=True, default="")  # roll.sealing; "" for whoever has passkeys only
    last_step = models.BigIntegerField(default=0)  # the latest thirty seconds whose code was used: none serves twice
    wrong = models.PositiveSmallIntegerField(default=0)
    wrong_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.pk}"


class RecoveryCode(models.Model):
    """One of ten, for the day when the telephone is lost. The row goes when the code is used."""

    account = models.ForeignKey("roll.Account", on_delete=models.CASCADE, related_name="recovery_codes")
    code_mac = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "code_mac"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"{self.pk}"


class Passkey(models.Model):
    """A key that a telephone, a computer or a token keeps; here is its public half."""

    account = models.ForeignKey("roll.Account", on_delete=models.CASCADE, related_name="passkeys")
    credential_id = models.CharField(max_length=1400, unique=True)  # base64url; the standard allows 1,023 bytes
    data = models.BinaryField()  # AttestedCredentialData
    sign_count = models.BigIntegerField(default=0)
    name = models.CharField(max_length=60)
    added_on = models.DateField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class LetterCode(models.Model):
    """A code that travels in a paper letter. Asked for, printed (from then on it works), then used, revoked or dead."""

    person = models.ForeignKey("roll.Person", on_delete=models.CASCADE, related_name="letter_codes")
    code_mac = models.CharField(max_length=64, unique=True, null=True)  # null until it is printed
    printed_by = models.ForeignKey("roll.Account", on_delete=models.PROTECT, null=True, related_name="+")
    asked_on = models.DateField()  # days, not hours: nobody keeps the times of signing in
    expires_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)  # wrong birth dates beside the right code
    closed_on = models.DateField(null=True)  # used, or replaced by another letter

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(closed_on=None), name="one_letter_code_each"),
            models.CheckConstraint(
                condition=Q(code_mac=None, expires_at=None, printed_by=None)
                | Q(code_mac__isnull=False, expires_at__isnull=False, printed_by__isnull=False),
                name="letter_code_printed_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class ForeignIdentity(models.Model):
    """An account's identity at FranceConnect or ProConnect: a keyed hash of who says it and of whom."""

    class Provider(models.TextChoices):
        FRANCECONNECT = "franceconnect"
        PROCONNECT = "proconnect"

    account = models.ForeignKey("roll.Account", on_delete=models.CASCADE, related_name="foreign_identities")
    provider = models.CharField(max_length=16, choices=Provider)
    subject_mac = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "provider"], name="one_identity_a_provider")]

    def __str__(self) -> str:
        return self.provider


class CounterAct(models.Model):
    """What an agent did for a person in one session at the counter: a code, no content."""

    session = models.ForeignKey("roll.CounterSession", on_delete=models.CASCADE, related_name="acts")
    at = models.DateTimeField()
    act = models.CharField(max_length=40)  # roll.counter_acts.ACTS, and those of the upper floors

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.act


class AccessTrace(models.Model):
    """What somebody else, or the account itself, changed in how the account is opened."""

    class Kind(models.TextChoices):
        FACTOR_SET = "factor_set"
        FACTOR_REMOVED = "factor_removed"
        FACTOR_RESET = "factor_reset"  # by an administrator
        ADDRESS_CHANGED = "address_changed"
        LETTER_PRINTED = "letter_printed"
        IDENTITY_LINKED = "identity_linked"
        IDENTITY_UNLINKED = "identity_unlinked"

    account = models.ForeignKey("roll.Account", on_delete=models.CASCADE, related_name="traces")
    by = models.ForeignKey("roll.Account", on_delete=models.PROTECT, null=True, related_name="+")  # null: the server
    kind = models.CharField(max_length=20, choices=Kind)
    on = models.DateField()  # a day, not an hour: nobody keeps the times of signing in

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.kind
