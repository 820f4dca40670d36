"""What curators did, object by object, and where objects went that were merged away."""

from django.db import models


class ChangeQuerySet(models.QuerySet["Change"]):
    def of(self, kind: str, subject_id: int) -> "ChangeQuerySet":
        """Keep one object's history, the newest first."""
        return self.filter(kind=kind, subject_id=subject_id).order_by("-id")


class Change(models.Model):
    """One object before and after one act of a curator. The database refuses to change or delete a row.

    `before` and `after` are what `catalog.history` takes of the object; null where it was not there.
    """

    act = models.UUIDField()  # one press of a button: what is undone together
    verb = models.CharField(max_length=16)  # created, changed, deleted, merged, published, ..., reverted
    kind = models.CharField(max_length=8)  # track, album, artist, genre
    subject_id = models.BigIntegerField()
    label = models.CharField(max_length=600)  # what it was called then
    actor_id = models.BigIntegerField(null=True)  # no foreign key: a row outlives the account
    actor = models.CharField(max_length=150)  # the username then
    at = models.DateTimeField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "subject_id", "-id"], name="change_of_object"),
            models.Index(fields=["act"], name="change_act"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.label}"


class Merged(models.Model):
    """Where an artist or album went that was merged into another: its address and its files lead there."""

    kind = models.CharField(max_length=8)  # artist, album
    old_id = models.BigIntegerField()
    into_id = models.BigIntegerField()
    match_key = models.CharField(max_length=600)
    mbid = models.CharField(max_length=36, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "old_id"], name="merged_unique")]
        indexes = [models.Index(fields=["kind", "match_key"], name="merged_match_key")]  # ingest
