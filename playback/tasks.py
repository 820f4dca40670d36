"""Tasks of listening; each fetches, calls one function, and may run twice."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from playback import guests


@shared_task
def sweep_guests() -> None:
    """Delete guests who stayed away for settings.GUEST_IDLE."""
    guests.sweep(at=timezone.now(), after=settings.GUEST_IDLE)
