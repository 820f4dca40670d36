"""Small rows that say what changed: the catalog's version for caches, and the search index's outbox."""

from django.db import models


class CatalogVersion(models.Model):
    """The one row whose number grows with each change that listeners can see; part of every catalog ETag."""

    number = models.BigIntegerField(default=0)
    released_until = models.DateTimeField(null=True)  # releases up to here are counted (`catalog.releases`)


class Lane(models.IntegerChoices):
    """Which notes the indexer takes first."""

    SMALL = 0  # a person waits for it
    BULK = 1  # many at once: whatever is small overtakes it
    COVERED = 2  # so many that an index that is being built will be there sooner: they go when it takes its place


class SearchChange(models.Model):
    """The search index's outbox: written in the transaction of the change, read and deleted by the indexer."""

    kind = models.CharField(max_length=8)  # track, artist, album
    subject_id = models.BigIntegerField()
    lane = models.PositiveSmallIntegerField(db_default=Lane.SMALL)

    class Meta:
        indexes = [models.Index(fields=["lane", "id"], name="search_change_next")]


class SearchState(models.Model):
    """The one row whose number grows when searches find something new; part of every kept answer's name."""

    generation = models.BigIntegerField(default=0)
    layout = models.PositiveSmallIntegerField(default=0)  # of the live index; 0 is one that was never built
    bumped_at = models.DateTimeField(null=True)
    behind = models.BooleanField(default=False)  # has something changed since `bumped_at`?


class SearchBuild(models.Model):
    """The one row of an index that is being built beside the live one: how far it is, so that a kill costs little."""

    index = models.CharField(max_length=32)  # what its tables' names begin with
    layout = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=16)
    kind = models.CharField(max_length=8)  # of the documents, while they are written
    sid = models.BigIntegerField(default=-1)  # up to here
    started_at = models.DateTimeField()


class SearchMissed(models.Model):
    """What has changed since an index began to be built: handled there before it takes its place."""

    kind = models.CharField(max_length=8)
    subject_id = models.BigIntegerField()
