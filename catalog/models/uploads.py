"""Files that curators upload, from the first byte in the storage to the track that they became."""

from django.conf import settings
from django.db import models

from catalog.models.tracks import Track


class Upload(models.Model):
    """One uploaded file. The row is made once its bytes are stored; a worker does the rest."""

    class State(models.TextChoices):
        WAITING = "waiting"
        READY = "ready"
        FAILED = "failed"

    curator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="uploads", db_index=False
    )
    name = models.CharField(max_length=255)  # as the browser called it: a label and nothing else
    storage_name = models.CharField(max_length=200)  # in the storage "masters"
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()  # bytes
    publish = models.BooleanField(default=True)  # as soon as it can be played
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=300, blank=True)  # why it failed, in words
    remarks = models.JSONField(default=list)  # what was mended in its tags, in words
    track = models.ForeignKey(Track, on_delete=models.SET_NULL, null=True, related_name="uploads")
    known_before = models.BooleanField(default=False)  # the same bytes were here already: no second track
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["curator", "-id"], name="upload_of_curator")]

    def __str__(self) -> str:
        return self.name
