"""Lease rows of work to one run at a time: taken by one conditional UPDATE, kept by a heartbeat, lost by silence."""

import logging
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
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
# Of one run. Threads cannot be killed, so whoever hangs for good loses the row by this: another tries, and five such
# runs are a failure. The longest that is no failure is the build of an index of a hundred million songs.
LONGEST = timedelta(hours=12)


def take(work_id: int, *, at: datetime, kinds: Iterable[str]) -> Work | None:
    """Take the row for a lease's length, if it is of one of the kinds.

    The condition and the count decide between workers, on any database.
    """
    owner = str(uuid.uuid4())
    taken = (
        Work.objects.due(at=at)
        .filter(id=work_id, kind__in=kinds)
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
    done, until = threading.Event(), time.monotonic() + LONGEST.total_seconds()

    def beat() -> None:
        try:
            while not done.wait(HEARTBEAT):
                if time.monotonic() > until:
                    logger.error("work %s (%s) takes longer than %s: its lease runs out", work.id, work, LONGEST)
                    return
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
