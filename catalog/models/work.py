"""Work that must happen: a row with a lease. Messages are hints; see `catalog.work` for how rows move."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkQuerySet(models.QuerySet["Work"]):
    def due(self, *, at: datetime) -> "WorkQuerySet":
        """Keep what a worker may take: queued and past its delay, or running with a lease that has run out."""
        queued = models.Q(state=Work.State.QUEUED, ready_at__lte=at)
        abandoned = models.Q(state=Work.State.RUNNING, lease_until__lt=at)
        return self.filter(queued | abandoned)


class Work(models.Model):
    """One piece of work on one row of another table. Done work is deleted: its result is the evidence."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        FAILED = "failed", _("failed")

    kind = models.CharField(_("kind"), max_length=24)  # a key of `catalog.work.KINDS`
    subject_id = models.BigIntegerField(_("subject"))  # of the master, file or track that it is about
    payload = models.JSONField(default=dict, blank=True)
    priority = models.SmallIntegerField(default=0)  # lower goes first
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    ready_at = models.DateTimeField(_("not before"))  # not before: the back-off after a failure
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_owner = models.CharField(
        max_length=36, blank=True
    )  # a UUID of the run: an old one may not finish a new one's
    reason = models.CharField(_("reason"), max_length=300, blank=True)  # of the last failure, in words
    progress = models.PositiveSmallIntegerField(_("done"), null=True, blank=True)  # percent, of what takes long
    created_at = models.DateTimeField()

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("work")
        verbose_name_plural = _("work")
        permissions = [("retry_work", "Can try failed work again")]
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="work_unique")]
        indexes = [models.Index(fields=["state", "priority", "ready_at"], name="work_due")]  # claim, sweeper

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
