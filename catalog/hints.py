"""Tell the workers that something waits for them; a hint that is lost costs time and nothing else.

The rows are the truth (`catalog.work`): a sweep finds what no message told of.
"""

import atexit
import logging
import queue
import threading
import time
from collections.abc import Iterable
from contextlib import suppress

from django.conf import settings

from spotify_lite.celery import app

logger = logging.getLogger(__name__)

# Seconds between sweeps. A hint that was not taken by then is worth nothing: the next sweep sends another.
SWEEP = settings.WORK_LEASE / 2

WAITING = 100  # calls of `work` that may wait to be sent: a broker that is slow costs hints, not memory
LAST_WORDS = 1.0  # seconds that a process which ends stays for what waits

# One thread sends, so that nobody else ever waits for a broker: one that takes connections and says nothing holds a
# sender for many seconds.
_waiting: queue.Queue[tuple[str, list[list[int]]]] = queue.Queue(WAITING)
_sender: threading.Thread | None = None
_starting = threading.Lock()
_muted_until = 0.0  # time.monotonic(); after a failed hint there is none for a sweep's length


def work(ids: Iterable[int]) -> None:
    """Tell of rows of work, soon; returns at once."""
    _send("catalog.tasks.run_work", [[work_id] for work_id in ids])


def settle(seconds: float = LAST_WORDS) -> bool:
    """Wait until nothing waits to be sent; return whether it came to that."""
    with _waiting.all_tasks_done:
        return _waiting.all_tasks_done.wait_for(lambda: not _waiting.unfinished_tasks, seconds)


def _send(task: str, calls: list[list[int]]) -> None:
    global _sender
    if time.monotonic() < _muted_until:
        return
    with suppress(queue.Full):
        _waiting.put_nowait((task, calls))
    with _starting:
        if _sender is None or not _sender.is_alive():  # at the first hint, and in a child that was forked
            _sender = threading.Thread(target=_send_all, name="hints", daemon=True)
            _sender.start()


def _send_all() -> None:
    while True:
        task, calls = _waiting.get()
        try:
            _publish(task, calls)
        finally:
            _waiting.task_done()


def _publish(task: str, calls: list[list[int]]) -> None:
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


atexit.register(settle)  # a command that ends with its last row
