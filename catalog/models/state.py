"""Small rows that say what changed: the catalog's version for caches, and the search index's outbox."""

from django.db import models


class CatalogVersion(models.Model):
    """The one row whose number grows with each change that listeners can see; part of every catalog ETag."""

    number = models.BigIntegerField(default=0)
    released_until = models.DateTimeField(null=True)  # releases up to here are counted (`catalog.releases`)


class SearchChange(models.Model):
    """The search index's outbox: written in the transaction of the change, read and deleted by the indexer."""

    kind = models.CharField(max_length=8)  # track, artist, album
    subject_id = models.BigIntegerField()


class SearchState(models.Model):
    """The one row whose number grows when searches find something new; part of every kept answer's name."""

    generation = models.BigIntegerField(default=0)
    layout = models.PositiveSmallIntegerField(default=0)  # of the live index; 0 is one that was never built
    bumped_at = models.DateTimeField(null=True)
