"""Tracks, and the credits and genres that they are listed under."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import popularity
from catalog.models.albums import Album
from catalog.models.artists import Artist, Genre
from catalog.models.newest import Newest

SHOWN = models.Q(published=True, available=True)


def listed(*, at: datetime, through: str = "") -> models.Q:
    """Return what makes a track one that a listener may see: published, released, and not gone from its library.

    `through` leads from the filtered model to the track, as in `track__`.
    """
    released = models.Q((f"{through}release_at__isnull", True)) | models.Q((f"{through}release_at__lte", at))
    return released & models.Q((f"{through}published", True), (f"{through}available", True))


class TrackQuerySet(models.QuerySet["Track"]):
    def listed(self, *, at: datetime) -> "TrackQuerySet":
        """Keep what a listener may see."""
        return self.filter(listed(at=at))

    def shown(self) -> "TrackQuerySet":
        """Keep what a listener may see, if not now then from its release on: what partial indexes hold."""
        return self.filter(SHOWN)


class Track(models.Model):
    title = models.CharField(_("title"), max_length=256)
    sort_title = models.CharField(max_length=256)  # folded, for alphabetical lists
    artist = models.CharField(_("artist as shown"), max_length=512)  # the credit as the tags write it
    album = models.ForeignKey(
        Album,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tracks",
        db_index=False,
        verbose_name=_("album"),
    )
    disc_number = models.PositiveSmallIntegerField(_("disc"), default=1)
    track_number = models.PositiveSmallIntegerField(_("number"), null=True, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    duration_ms = models.PositiveIntegerField(_("length"), default=0)
    explicit = models.BooleanField(_("explicit"), default=False)
    gain_db = models.FloatField(null=True, blank=True)  # ReplayGain track gain, decibels
    mbid = models.CharField(max_length=36, null=True, blank=True)  # MusicBrainz release track id
    isrc = models.CharField(max_length=12, blank=True)
    cover_wanted = models.CharField(max_length=64, null=True, blank=True)  # only of a track without an album
    cover_key = models.CharField(max_length=64, null=True, blank=True)
    plays = models.PositiveBigIntegerField(_("plays"), default=0)
    bucket = models.PositiveSmallIntegerField(default=popularity.UNPLAYED)
    published = models.BooleanField(_("published"), default=True)
    release_at = models.DateTimeField(_("release"), null=True, blank=True)  # not found and not played before
    # Names of what curators set by hand (columns, "credits", "genres", "cover"): an import leaves it as it is.
    curated = models.JSONField(default=list, blank=True)
    available = models.BooleanField(_("file there"), default=True)  # false once its file is gone from the library
    created_at = models.DateTimeField()
    # All of the track's JSON that is the same for every request, kept by `catalog.derived`: a list is one query.
    card = models.JSONField(default=dict)

    objects = TrackQuerySet.as_manager()

    class Meta:
        verbose_name = _("song")
        verbose_name_plural = _("songs")
        constraints = [
            models.CheckConstraint(condition=models.Q(id__lt=1 << popularity.BUCKET_BITS), name="track_id_fits_sid"),
        ]
        indexes = [
            # These pass no row that was hidden.
            models.Index(fields=["bucket", "id"], name="track_popular", condition=SHOWN),
            models.Index(Newest("id"), name="track_newest", condition=SHOWN),
            models.Index(fields=["year", "bucket", "id"], name="track_by_year", condition=SHOWN),
            models.Index(fields=["year", "id"], name="track_recent_of_year", condition=SHOWN),
            models.Index(fields=["sort_title", "id"], name="track_by_title"),  # the curators' list too: all rows
            models.Index(fields=["album", "disc_number", "track_number"], name="track_in_album"),
            models.Index(fields=["mbid"], name="track_mbid", condition=models.Q(mbid__isnull=False)),  # ingest
            models.Index(  # the next release: how long catalog answers may be cached
                fields=["release_at"], name="track_releases", condition=models.Q(release_at__isnull=False)
            ),
            # the curators' lists of what listeners do not see, and of what is explicit, which are little
            models.Index(fields=["sort_title", "id"], name="track_hidden", condition=models.Q(published=False)),
            models.Index(fields=["sort_title", "id"], name="track_gone", condition=models.Q(available=False)),
            models.Index(fields=["sort_title", "id"], name="track_explicit", condition=models.Q(explicit=True)),
        ]

    def __str__(self) -> str:
        return self.title

    def take(self, **values: Any) -> None:
        """Set what a file says, but for what curators set by hand."""
        for name, value in values.items():
            if name not in self.curated:
                setattr(self, name, value)


class Role(models.TextChoices):
    MAIN = "main", _("main artist")
    FEATURED = "featured", _("featured")
    REMIXER = "remixer", _("remixer")
    COMPOSER = "composer", _("composer")
    CONDUCTOR = "conductor", _("conductor")
    LYRICIST = "lyricist", _("lyricist")


class Credit(models.Model):
    """Who made a track, once a person: the first of their roles in the order of `Role`."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="credits", db_index=False)
    artist = models.ForeignKey(
        Artist, on_delete=models.PROTECT, related_name="credits", db_index=False, verbose_name=_("artist")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.MAIN)
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    bucket = models.PositiveSmallIntegerField(default=popularity.UNPLAYED)  # the track's: an artist's list is one walk

    class Meta:
        verbose_name = _("credit")
        verbose_name_plural = _("credits")
        constraints = [models.UniqueConstraint(fields=["track", "artist"], name="credit_unique")]
        indexes = [
            models.Index(fields=["artist", "bucket", "track"], name="credit_popular"),
            models.Index(fields=["artist", "track"], name="credit_recent"),
        ]


class TrackGenre(models.Model):
    """A genre of a track; position 0 is the one that is shown."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="track_genres", db_index=False)
    genre = models.ForeignKey(
        Genre, on_delete=models.PROTECT, related_name="track_genres", db_index=False, verbose_name=_("genre")
    )
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    bucket = models.PositiveSmallIntegerField(default=popularity.UNPLAYED)  # the track's: a genre's list is one walk

    class Meta:
        verbose_name = _("genre")
        verbose_name_plural = _("genres")
        constraints = [models.UniqueConstraint(fields=["track", "genre"], name="track_genre_unique")]
        indexes = [
            models.Index(fields=["genre", "bucket", "track"], name="track_genre_popular"),
            models.Index(fields=["genre", "track"], name="track_genre_recent"),
        ]
