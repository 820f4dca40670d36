"""Tracks, and the credits and genres that they are listed under."""

from datetime import datetime

from django.db import models

from catalog.models import popularity
from catalog.models.albums import Album
from catalog.models.artists import Artist, Genre


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

    def by_artist(self, artist_id: int) -> "TrackQuerySet":
        return self.filter(credits__artist_id=artist_id)

    def by_genre(self, slug: str) -> "TrackQuerySet":
        return self.filter(track_genres__genre__slug=slug)


class Track(models.Model):
    title = models.CharField(max_length=256)
    sort_title = models.CharField(max_length=256)  # folded, for alphabetical lists
    artist = models.CharField(max_length=512)  # the credit as the tags write it
    album = models.ForeignKey(
        Album, on_delete=models.PROTECT, null=True, blank=True, related_name="tracks", db_index=False
    )
    disc_number = models.PositiveSmallIntegerField(default=1)
    track_number = models.PositiveSmallIntegerField(null=True, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(default=0)
    explicit = models.BooleanField(default=False)
    gain_db = models.FloatField(null=True, blank=True)  # ReplayGain track gain, decibels
    mbid = models.CharField(max_length=36, null=True, blank=True)  # MusicBrainz release track id
    isrc = models.CharField(max_length=12, blank=True)
    cover_wanted = models.CharField(max_length=64, null=True, blank=True)  # only of a track without an album
    cover_key = models.CharField(max_length=64, null=True, blank=True)
    plays = models.PositiveBigIntegerField(default=0)
    bucket = models.PositiveSmallIntegerField(default=popularity.UNPLAYED)
    published = models.BooleanField(default=True)
    release_at = models.DateTimeField(null=True, blank=True)  # not found and not played before
    # Names of what curators set by hand (columns, "credits", "genres", "cover"): an import leaves it as it is.
    curated = models.JSONField(default=list, blank=True)
    available = models.BooleanField(default=True)  # false once its file is gone from the library
    created_at = models.DateTimeField()
    # All of the track's JSON that is the same for every request, kept by `catalog.derived`: a list is one query.
    card = models.JSONField(default=dict)

    objects = TrackQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id__lt=1 << popularity.BUCKET_BITS), name="track_id_fits_sid"),
        ]
        indexes = [
            models.Index(fields=["bucket", "id"], name="track_popular"),
            models.Index(fields=["sort_title", "id"], name="track_by_title"),
            models.Index(fields=["-created_at", "-id"], name="track_recent"),
            models.Index(fields=["year", "bucket", "id"], name="track_by_year"),
            models.Index(fields=["album", "disc_number", "track_number"], name="track_in_album"),
            models.Index(fields=["mbid"], name="track_mbid", condition=models.Q(mbid__isnull=False)),  # ingest
            models.Index(  # the next release: how long catalog answers may be cached
                fields=["release_at"], name="track_releases", condition=models.Q(release_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Role(models.TextChoices):
    MAIN = "main"
    FEATURED = "featured"
    REMIXER = "remixer"
    COMPOSER = "composer"
    CONDUCTOR = "conductor"
    LYRICIST = "lyricist"


class Credit(models.Model):
    """Who made a track, once a person: the first of their roles in the order of `Role`."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="credits", db_index=False)
    artist = models.ForeignKey(Artist, on_delete=models.PROTECT, related_name="credits", db_index=False)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.MAIN)
    position = models.PositiveSmallIntegerField(default=0)
    bucket = models.PositiveSmallIntegerField(default=popularity.UNPLAYED)  # the track's: an artist's list is one walk

    class Meta:
        constraints = [models.UniqueConstraint(fields=["track", "artist"], name="credit_unique")]
        indexes = [models.Index(fields=["artist", "bucket", "track"], name="credit_popular")]


class TrackGenre(models.Model):
    """A genre of a track; position 0 is the one that is shown."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="track_genres", db_index=False)
    genre = models.ForeignKey(Genre, on_delete=models.PROTECT, related_name="track_genres", db_index=False)
    position = models.PositiveSmallIntegerField(default=0)
    bucket = models.PositiveSmallIntegerField(default=popularity.UNPLAYED)  # the track's: a genre's list is one walk

    class Meta:
        constraints = [models.UniqueConstraint(fields=["track", "genre"], name="track_genre_unique")]
        indexes = [models.Index(fields=["genre", "bucket", "track"], name="track_genre_popular")]
