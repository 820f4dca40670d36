"""Tasks of accounts; each calls one function, and may run twice."""

from celery import shared_task
from django.utils import timezone

from accounts import sessions


@shared_task
def sweep_sessions() -> None:
    """Delete the sessions that have expired."""
    sessions.sweep(at=timezone.now())
