"""Albums and who they are credited to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import popularity
from catalog.models.artists import Artist, Genre
from catalog.models.newest import Newest


class AlbumQuerySet(models.QuerySet["Album"]):
    def listed(self) -> "AlbumQuerySet":
        """Keep those with at least one listed track."""
        return self.filter(tracks_count__gt=0)


class Album(models.Model):
    title = models.CharField(_("title"), max_length=256)
    sort_title = models.CharField(max_length=256)  # folded, for alphabetical lists
    artist = models.CharField(_("artist as shown"), max_length=512)  # the album artist as the tags write it
    artists = models.JSONField(default=list)  # copy of the credits, [{id, name}], kept by `catalog.derived`
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    compilation = models.BooleanField(_("compilation"), default=False)
    mbid = models.CharField(max_length=36, null=True, blank=True)  # MusicBrainz release id
    match_key = models.CharField(max_length=600)  # folded album artist and title: what one album is
    cover_wanted = models.CharField(max_length=64, null=True, blank=True)  # the picture found; its sizes may not be cut
    cover_key = models.CharField(max_length=64, null=True, blank=True)  # the picture that can be served
    curated = models.JSONField(default=list, blank=True)  # as of tracks
    # Kept by `catalog.derived`: over the listed tracks.
    tracks_count = models.PositiveIntegerField(_("songs"), default=0)
    duration_ms = models.PositiveBigIntegerField(default=0)
    plays = models.PositiveBigIntegerField(_("plays"), default=0)
    bucket = models.PositiveSmallIntegerField(default=popularity.UNPLAYED)
    # Kept by `catalog.albumgains`: decibels, as of tracks; null until all that plays was measured.
    gain_db = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = AlbumQuerySet.as_manager()

    class Meta:
        verbose_name = _("album")
        verbose_name_plural = _("albums")
        constraints = [
            models.UniqueConstraint(fields=["mbid"], name="album_mbid_unique"),
            models.UniqueConstraint(
                fields=["match_key"], name="album_match_key_unique", condition=models.Q(mbid__isnull=True)
            ),
        ]
        indexes = [
            models.Index(fields=["match_key"], name="album_match_key"),  # ingest
            # These pass no row that has nothing to hear.
            models.Index(fields=["bucket", "id"], name="album_popular", condition=models.Q(tracks_count__gt=0)),
            models.Index(Newest("id"), name="album_newest", condition=models.Q(tracks_count__gt=0)),
            models.Index(fields=["year", "bucket", "id"], name="album_by_year", condition=models.Q(tracks_count__gt=0)),
            models.Index(fields=["sort_title", "id"], name="album_by_title"),
            models.Index(fields=["cover_wanted"], name="album_cover_wanted"),
            # the curators' lists of what has nothing to hear, which is little
            models.Index(fields=["sort_title", "id"], name="album_silent", condition=models.Q(tracks_count=0)),
        ]

    def __str__(self) -> str:
        return self.title


class AlbumCredit(models.Model):
    """An album artist, in the order of the credit."""

    album = models.ForeignKey(Album, on_delete=models.CASCADE, related_name="credits", db_index=False)
    artist = models.ForeignKey(Artist, on_delete=models.PROTECT, related_name="album_credits", verbose_name=_("artist"))
    position = models.PositiveSmallIntegerField(_("place"), default=0)

    class Meta:
        verbose_name = _("credit")
        verbose_name_plural = _("credits")
        constraints = [models.UniqueConstraint(fields=["album", "artist"], name="album_credit_unique")]


class AlbumGenre(models.Model):
    """A genre of any of an album's listed tracks, kept by `catalog.derived`: a rare genre's albums are one walk."""

    album = models.ForeignKey(Album, on_delete=models.CASCADE, related_name="album_genres", db_index=False)
    genre = models.ForeignKey(Genre, on_delete=models.CASCADE, related_name="album_genres", db_index=False)
    bucket = models.PositiveSmallIntegerField(default=popularity.UNPLAYED)  # the album's

    class Meta:
        constraints = [models.UniqueConstraint(fields=["album", "genre"], name="album_genre_unique")]
        indexes = [models.Index(fields=["genre", "bucket", "album"], name="album_genre_popular")]
