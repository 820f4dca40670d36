"""The names that devices search by themselves, packed (`catalog.pocket`)."""

from django.db import models


class Pocket(models.Model):
    """The one row that says what is packed, and from what."""

    layout = models.PositiveSmallIntegerField(default=0)  # of the pieces; 0: nothing was packed yet
    made_of = models.CharField(max_length=48, blank=True)  # the catalog's version and the index's generation
    told = models.JSONField(default=dict)  # what clients are told, whole
    base = models.BinaryField(default=bytes)  # what differences are told from: `packing.Base`
    due_at = models.DateTimeField(null=True)  # nobody packs before: somebody does, or did a moment ago


class PocketPiece(models.Model):
    """One piece under the hash of its bytes; it never changes."""

    digest = models.CharField(max_length=32, primary_key=True)
    body = models.BinaryField()  # JSON, compressed by gzip
    dropped_at = models.DateTimeField(null=True)  # since when nothing names it
