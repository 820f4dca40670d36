"""What curators did, object by object, and where objects went that were merged away."""

from django.db import models
from django.utils.translation import gettext_lazy as _

HOPS = 20  # merges of merges that are followed; the undo of one looks at the last alone


class ChangeQuerySet(models.QuerySet["Change"]):
    def of(self, kind: str, subject_id: int) -> "ChangeQuerySet":
        """Keep one object's history, the newest first."""
        return self.filter(kind=kind, subject_id=subject_id).order_by("-id")

    def newest(self) -> int | None:
        """Return the id of the newest change: another one means that curators were at work."""
        return self.order_by("-id").values_list("id", flat=True).first()


class Change(models.Model):
    """What one act of a curator did to one object. The database refuses to change or delete a row.

    `before` and `after` hold the fields that changed, as `catalog.states` takes them; all of them where the object was
    made or removed, and then the other one is null.
    """

    act = models.UUIDField(_("act"))  # one press of a button: what is undone together
    verb = models.CharField(_("what"), max_length=16)  # a key of `catalog.history.VERBS`
    kind = models.CharField(_("kind"), max_length=8)  # track, album, artist, genre
    subject_id = models.BigIntegerField(_("number"))
    label = models.CharField(_("name"), max_length=600)  # what it was called then
    actor_id = models.BigIntegerField(null=True)  # no foreign key: a row outlives the account
    actor = models.CharField(_("curator"), max_length=150)  # the username then
    at = models.DateTimeField(_("when"))
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    undoes = models.UUIDField(null=True)  # the act that this one took back

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes = [
            models.Index(fields=["kind", "subject_id", "-id"], name="change_of_object"),
            models.Index(fields=["act"], name="change_act"),
            models.Index(fields=["verb", "-id"], name="change_verb"),  # the list of what was deleted
            models.Index(fields=["undoes"], name="change_undoes", condition=models.Q(undoes__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.label}"


class MergedQuerySet(models.QuerySet["Merged"]):
    def target_of(self, kind: str, old_id: int) -> int | None:
        """Return what an id leads to now, through merges of merges; None for one that was not merged away."""
        target = None
        for _hop in range(HOPS):
            found = self.filter(kind=kind, old_id=old_id).values_list("into_id", flat=True).first()
            if found is None:
                break
            target = old_id = found
        return target


class Merged(models.Model):
    """Where an artist or album went that was merged into another: its address and its files lead there."""

    kind = models.CharField(max_length=8)  # artist, album
    old_id = models.BigIntegerField()
    into_id = models.BigIntegerField()
    match_key = models.CharField(max_length=600)
    mbid = models.CharField(max_length=36, null=True)

    objects = MergedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "old_id"], name="merged_unique")]
        indexes = [
            models.Index(fields=["kind", "match_key"], name="merged_match_key"),  # ingest
            models.Index(fields=["kind", "mbid"], name="merged_mbid", condition=models.Q(mbid__isnull=False)),
        ]


class Distinct(models.Model):
    """Two objects that look like one, and of which a curator said that they are two."""

    kind = models.CharField(max_length=8)  # artist, album, track
    one_id = models.BigIntegerField()  # the lower of the two
    other_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "one_id", "other_id"], name="distinct_unique"),
            models.CheckConstraint(condition=models.Q(one_id__lt=models.F("other_id")), name="distinct_in_order"),
        ]
