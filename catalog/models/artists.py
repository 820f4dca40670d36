"""Artists and genres: the names that music is found by."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import popularity


class ArtistQuerySet(models.QuerySet["Artist"]):
    def listed(self) -> "ArtistQuerySet":
        """Keep those with something to hear; a name that only unpublished tracks carry is not shown."""
        return self.filter(tracks_count__gt=0)


class Artist(models.Model):
    name = models.CharField(_("name"), max_length=256)
    sort_name = models.CharField(max_length=256)  # folded, for alphabetical lists
    match_key = models.CharField(max_length=256)  # folded name: two spellings of one artist share it
    mbid = models.CharField(max_length=36, null=True, blank=True)  # MusicBrainz artist id
    aliases = models.TextField(_("other names"), blank=True)  # other names, `;` between; searched, not shown
    cover_key = models.CharField(max_length=64, null=True, blank=True)  # of the most played album that has one
    # Kept, not counted (`catalog.derived`): listed tracks and albums, and the plays of all of them.
    albums_count = models.PositiveIntegerField(_("albums"), default=0)
    tracks_count = models.PositiveIntegerField(_("songs"), default=0)
    plays = models.PositiveBigIntegerField(_("plays"), default=0)
    bucket = models.PositiveSmallIntegerField(default=popularity.UNPLAYED)
    created_at = models.DateTimeField()

    objects = ArtistQuerySet.as_manager()

    class Meta:
        verbose_name = _("artist")
        verbose_name_plural = _("artists")
        constraints = [
            models.UniqueConstraint(fields=["mbid"], name="artist_mbid_unique"),
            # one row a name, unless MusicBrainz knows two artists of that name
            models.UniqueConstraint(
                fields=["match_key"], name="artist_match_key_unique", condition=models.Q(mbid__isnull=True)
            ),
        ]
        indexes = [
            models.Index(fields=["match_key"], name="artist_match_key"),  # ingest
            models.Index(fields=["bucket", "id"], name="artist_popular", condition=models.Q(tracks_count__gt=0)),
            models.Index(fields=["sort_name", "id"], name="artist_by_name"),
            # the curators' list of who has nothing to hear, which is little
            models.Index(fields=["sort_name", "id"], name="artist_silent", condition=models.Q(tracks_count=0)),
        ]

    def __str__(self) -> str:
        return self.name


class GenreQuerySet(models.QuerySet["Genre"]):
    def listed(self) -> "GenreQuerySet":
        return self.filter(tracks_count__gt=0)


class Genre(models.Model):
    slug = models.CharField(_("address"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=100)
    tracks_count = models.PositiveIntegerField(_("songs"), default=0)  # kept by `catalog.derived`

    objects = GenreQuerySet.as_manager()

    class Meta:
        verbose_name = _("genre")
        verbose_name_plural = _("genres")
        indexes = [models.Index(fields=["name", "id"], name="genre_by_name")]

    def __str__(self) -> str:
        return self.name
