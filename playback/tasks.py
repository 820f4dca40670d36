"""Tasks of listening; each fetches, calls one function, and may run twice."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from playback import audit, guests, listening, plays, quality

EVENTS_KEPT = timedelta(days=1)  # of a play that has not counted: who goes on listening counts long before


@shared_task
def sweep_guests() -> None:
    """Delete guests who stayed away for settings.GUEST_IDLE."""
    guests.sweep(at=timezone.now(), after=settings.GUEST_IDLE)


@shared_task
def sweep_events() -> None:
    """Delete the events of plays that did not count within EVENTS_KEPT."""
    plays.sweep_events(before_ms=listening.ms_of(timezone.now() - EVENTS_KEPT))


@shared_task
def sweep_quality() -> None:
    """Delete what is too old of how plays went."""
    quality.sweep(at=timezone.now())


@shared_task
def audit_edges() -> None:
    """Compare some of what each POP holds with what it should be."""
    audit.audit_held()
