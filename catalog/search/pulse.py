"""Know how the database is just now: how long a statement takes, whether it answers at all, how many searches ask it.

One for a process. A database that has not answered is not asked again by searches: a thread knocks until it answers.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.conf import settings
from django.db import DatabaseError

from spotify_lite import replicas

logger = logging.getLogger(__name__)

SHARE = 0.3  # of the newest statement in the figure: ten statements after a slow hour it is forgotten
BELIEVED = 5.0  # seconds since the last statement; who is told that there is no time measures nothing
SLOW = 0.06  # seconds a statement, from which on searches leave some of the process's threads to other requests
KNOCKS = 0.5  # seconds between two
DEAD = 1.0  # seconds without an answer to a statement, after which there is none

_lock = threading.Lock()
_seconds = 0.0
_noted_at = float("-inf")  # time.monotonic()
_asking = 0  # searches that ask the database now
_lost = False


def seconds() -> float:
    """Return how long a statement is expected to take."""
    return _seconds if time.monotonic() - _noted_at < BELIEVED else 0.0


def slow() -> bool:
    return seconds() > SLOW


def note(taken: float) -> None:
    """Remember how long a statement took. Two threads may overwrite one another's, which is one of many."""
    global _seconds, _noted_at
    _seconds = (known := seconds()) + SHARE * (taken - known)
    _noted_at = time.monotonic()


def enter() -> bool:
    """Say whether one more search may ask the database; who may calls `leave` at the end.

    While statements are slow, searches hold no more than half of the threads: whoever plays needs the others, and a
    queue before all of them would keep everybody waiting for longer than a search may take.
    """
    global _asking
    with _lock:
        if _lost or (slow() and _asking >= max(1, settings.WEB_THREADS // 2)):
            return False
        _asking += 1
        return True


def leave() -> None:
    global _asking
    with _lock:
        _asking -= 1


def lose(error: Exception) -> None:
    """Leave the database alone until it answers again."""
    global _lost
    with _lock:
        if _lost:
            return
        _lost = True
    logger.warning("Searches do without the database until it answers: %s", error)
    threading.Thread(target=_knock, name="search-knock", daemon=True).start()


def _knock() -> None:
    """Ask, by a connection of this thread's own, until there is an answer."""
    global _lost, _seconds
    while True:
        time.sleep(KNOCKS)
        started = time.monotonic()
        replicas.begin()
        connection = replicas.connection()
        try:
            connection.ensure_connection()
            with impatient(), connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError:
            continue
        finally:
            connection.close()
            replicas.end()
        with _lock:
            _lost, _seconds = False, 0.0
        logger.info("The database answers searches again, after %.1f s", time.monotonic() - started)
        return


@contextmanager
def impatient() -> Iterator[None]:
    """Let a statement on this thread's connection fail after `DEAD`, also where the network swallows everything.

    PostgreSQL's own limit needs an answer to arrive. The connection is of no use after such a failure.
    """
    connection = replicas.connection()
    raw = connection.connection
    if raw is None or connection.vendor != "postgresql":
        yield
        return
    usual = raw.wait
    raw.wait = partial(type(raw).wait, raw, timeout=DEAD)  # psycopg's: every statement waits through it
    try:
        yield
    finally:
        raw.wait = usual
