"""Tell the workers that something waits for them; a hint that is lost costs time and nothing else.

The rows are the truth (`catalog.work`): a sweep finds what no message told of.
"""

import logging
import time
from collections.abc import Iterable

from django.conf import settings

from spotify_lite.celery import app

logger = logging.getLogger(__name__)

# Seconds between sweeps. A hint that was not taken by then is worth nothing: the next sweep sends another.
SWEEP = settings.WORK_LEASE / 2

_muted_until = 0.0  # time.monotonic(); after a failed hint there is none for a sweep's length: the writer must not wait


def work(ids: Iterable[int]) -> None:
    """Tell of rows of work."""
    _send("catalog.tasks.run_work", [[work_id] for work_id in ids])


def _send(task: str, calls: list[list[int]]) -> None:
    """Send the messages; a dead broker costs one log line a sweep."""
    global _muted_until
    if time.monotonic() < _muted_until:
        return
    try:
        for args in calls:
            app.send_task(task, args=args, expires=SWEEP)
    except Exception as error:  # noqa: BLE001 - whatever a broker's client raises, the row is there
        _muted_until = time.monotonic() + SWEEP
        logger.warning("no message could be sent for %s %s; the sweep will find it: %s", task, calls, error)
