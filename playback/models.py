"""Listening: plays and their events, resume points, and what a listener's player shows."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from catalog.models import Track
from playback import merging


class ResumePoint(models.Model):
    """Where a listener is in a track. The greatest (at, play_id, seq) wins; an equal key changes nothing.

    Narrow on purpose: it is the most written row. Foreign keys without constraints: the writers check tracks
    themselves, and a batch must not fail at COMMIT because one track has just gone. On PostgreSQL the table is
    partitioned by hash of the listener, and pages have room for the next version of a row.
    """

    class State(models.IntegerChoices):
        PLAYING = 0
        PAUSED = 1
        ENDED = 2

    pk = models.CompositePrimaryKey("listener_id", "track_id")
    listener = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_constraint=False, db_index=False
    )
    track = models.ForeignKey(Track, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    at_ms = models.BigIntegerField()  # server time of the event, Unix milliseconds
    play_id = models.UUIDField()
    seq = models.IntegerField()
    position_ms = models.IntegerField()
    state = models.SmallIntegerField(choices=State.choices)
    day = models.GeneratedField(
        expression=Cast(models.F("at_ms") / merging.DAY_MS, models.IntegerField()),
        output_field=models.IntegerField(),
        db_persist=True,
    )

    class Meta:
        # me/continue. The moment itself would make PostgreSQL write both indexes anew for each position.
        indexes = [models.Index(fields=["listener", "-day"], name="resume_day")]


class PlaybackState(models.Model):
    """A listener's queue and active device, changed only by a PUT that an action of theirs caused."""

    listener = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True)
    at_ms = models.BigIntegerField()  # Unix milliseconds
    play_id = models.UUIDField()
    seq = models.IntegerField()
    queue = models.JSONField(default=list)  # track ids, up to 1,000
    index = models.PositiveSmallIntegerField(default=0)
    position_ms = models.IntegerField(default=0)
    playing = models.BooleanField(default=False)
    device = models.CharField(max_length=100, blank=True)
    updated_at = models.DateTimeField()


class Play(models.Model):
    """One press of play, named by the client or by us with a UUIDv7; counted once, when enough of it was heard."""

    listener = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, verbose_name=_("account"))
    track = models.ForeignKey(Track, on_delete=models.CASCADE, verbose_name=_("song"))
    play_id = models.UUIDField()
    device = models.CharField(_("device"), max_length=100, blank=True)
    started_at = models.DateTimeField(_("begun"))
    counted_at = models.DateTimeField(_("counted"), null=True, blank=True)

    class Meta:
        verbose_name = _("play")
        verbose_name_plural = _("plays")
        # the id first: a batch of many listeners finds its plays by it, and UUIDv7 keeps new rows together
        constraints = [models.UniqueConstraint(fields=["play_id", "listener"], name="play_unique")]


class PlayEvent(models.Model):
    """An event of a play that is not counted yet: what was heard is summed over neighbours, in whatever order
    they arrive. Deleted when the play counts."""

    play = models.ForeignKey(Play, on_delete=models.CASCADE, related_name="events")
    seq = models.IntegerField()
    at_ms = models.BigIntegerField()
    position_ms = models.IntegerField()
    state = models.SmallIntegerField(choices=ResumePoint.State.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["play", "seq"], name="play_event_unique")]


class Quality(models.Model):
    """How often something was told of plays in five minutes: a bucket of a histogram, to be added up as one likes.

    Nothing in it belongs to anybody. Which `figure` there is, and what its buckets are, says `playback.quality`.
    """

    pk = models.CompositePrimaryKey("slot", "region", "source", "figure", "bucket")
    slot = models.IntegerField()  # Unix time in slots of `playback.quality`
    region = models.CharField(max_length=32)
    source = models.CharField(max_length=8)
    figure = models.CharField(max_length=16)
    bucket = models.SmallIntegerField()
    plays = models.BigIntegerField()
    total_ms = models.BigIntegerField()  # the milliseconds behind this bucket, where it is one of milliseconds


class Resident(models.Model):
    """An object that an edge was seen to hold whole: a hint, since caches forget. It ends with the cache it is of."""

    edge = models.CharField(_("edge"), max_length=32)
    key = models.CharField(_("key"), max_length=64)  # of a rendition, hex
    size = models.PositiveBigIntegerField(_("size"))  # bytes
    cache = models.CharField(max_length=64, blank=True)  # as the edge's health named it; another once it was emptied
    seen_at = models.DateTimeField(_("seen"))

    class Meta:
        verbose_name = _("resident object")
        verbose_name_plural = _("resident objects")
        constraints = [models.UniqueConstraint(fields=["edge", "key"], name="resident_unique")]
        indexes = [models.Index(fields=["-seen_at"], name="resident_newest")]  # each process reads what is new
