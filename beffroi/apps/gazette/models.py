"""The journal's rows. An entry is written in the act's own transaction; the sequencer numbers what has committed."""

from django.db import models


class Entry(models.Model):
    """One public act. `leaf` holds the exact bytes (canonical JSON) that the tree hashes; `index` is its place."""

    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    leaf = models.TextField()
    index = models.PositiveBigIntegerField(null=True, unique=True)

    class Meta:
        ordering = ["index"]
        indexes = [models.Index(fields=["kind"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.index}"

    @property
    def sentence(self) -> str:
        """The act in words, for pages."""
        from beffroi.apps.gazette.sentences import sentence

        return sentence(self.leaf)


class Mention(models.Model):
    """A public id that an entry names: the page of one petition reads its own acts, not the whole journal."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="mentions")
    public_id = models.CharField(max_length=64, db_index=True)

    def __str__(self) -> str:
        return self.public_id


class Checkpoint(models.Model):
    """A signed tree head. `frontier` is the compact range from which the next head is computed."""

    size = models.PositiveBigIntegerField(unique=True)
    root = models.CharField(max_length=64)
    frontier = models.TextField()
    note = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.size}"
