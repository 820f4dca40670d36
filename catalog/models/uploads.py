"""Files that curators upload, from the first byte in the storage to the track that they became."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.tracks import Track


class Upload(models.Model):
    """One uploaded file. The row is made once its bytes are stored; a worker does the rest.

    What came straight to the storage has no `storage_name` until a worker has read its bytes, and named it after them.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")  # until its track can be played
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    curator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="uploads",
        db_index=False,
        verbose_name=_("curator"),
    )
    name = models.CharField(_("name"), max_length=255)  # as the browser called it: a label and nothing else
    storage_name = models.CharField(max_length=200, blank=True)  # in the storage "masters"; empty if refused at once
    incoming = models.UUIDField(null=True, unique=True)  # of its object's key, if it came straight to the storage
    sha256 = models.CharField(max_length=64, blank=True)  # of such a one a worker fills it in
    size = models.PositiveBigIntegerField(_("size"))  # bytes
    publish = models.BooleanField(_("publish"), default=True)  # as soon as it can be played
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(_("reason"), max_length=300, blank=True)  # why it failed, in words
    remarks = models.JSONField(default=list)  # what was mended in its tags, in words
    track = models.ForeignKey(
        Track, on_delete=models.SET_NULL, null=True, related_name="uploads", verbose_name=_("track")
    )
    known_before = models.BooleanField(_("here before"), default=False)  # its track was: no second one was made
    created_at = models.DateTimeField(_("sent"))

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        indexes = [
            models.Index(fields=["curator", "-created_at"], name="upload_of_curator"),  # the list, the quota
            models.Index(  # the desk's first page
                fields=["-created_at", "-id"], name="upload_unfinished", condition=~models.Q(state="ready")
            ),
        ]

    def __str__(self) -> str:
        return self.name
