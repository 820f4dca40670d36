"""Lease rows of work to one run at a time: taken by one conditional UPDATE, kept by a heartbeat, lost by silence."""

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils import timezone

from catalog.models import Work

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=settings.WORK_LEASE)
HEARTBEAT = settings.WORK_LEASE / 3  # seconds; two may be late before the lease runs out


def take(work_id: int, *, at: datetime) -> Work | None:
    """Take the row for a lease's length. The condition and the count decide between workers, on any database."""
    owner = str(uuid.uuid4())
    taken = (
        Work.objects.due(at=at)
        .filter(id=work_id)
        .update(
            state=Work.State.RUNNING,
            attempts=F("attempts") + 1,
            progress=None,
            lease_until=at + LEASE,
            lease_owner=owner,
        )
    )
    return Work.objects.filter(id=work_id, lease_owner=owner).first() if taken else None


def held(work: Work) -> Any:
    """Return the row, if the lease is still this run's: a later run, or a new payload, may have it."""
    return Work.objects.filter(id=work.id, lease_owner=work.lease_owner)


@contextmanager
def kept(work: Work) -> Iterator[None]:
    """Renew the lease from a thread of its own, whose connection is opened only where the work takes that long."""
    done = threading.Event()

    def beat() -> None:
        try:
            while not done.wait(HEARTBEAT):
                try:
                    held(work).update(lease_until=timezone.now() + LEASE)
                except Exception:
                    logger.exception("the lease of work %s could not be renewed", work.id)
                    connection.close()
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"lease-{work.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
