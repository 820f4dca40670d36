"""Own whose turn it is: one import at a time, since it remembers the rows that it has found, and one edit or batch."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from django.conf import settings
from django.db import connection

IMPORTS_LOCK = 0x1A9037  # of PostgreSQL's advisory locks
CATALOG_LOCK = 0x1A9038
HELD = 30_000  # ms that a statement may take whose transaction holds the catalog
ASKED_EVERY = 0.2  # seconds; asking, and not waiting in the lock, lets a signal end it


def _never() -> bool:
    return True


@contextmanager
def turn(*, waiting: Callable[[], object] | None = None, stop: Callable[[], bool] = _never) -> Iterator[bool]:
    """Give True once no other import runs on this database, and keep others out for the while.

    `waiting` is called once where another one runs; it is waited for until `stop` says True, and then False is given.
    A process that dies gives its turn back.
    """
    with (settings.VAR_DIR / "import.lock").open("w") as file:
        while not (ours := _taken(file)):
            if waiting:
                waiting()
                waiting = None
            if stop():
                break
            time.sleep(ASKED_EVERY)
        try:
            yield ours
        finally:
            if ours and connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [IMPORTS_LOCK])


def hold_catalog() -> None:
    """Wait until nobody else writes what files or curators say, and let others wait until this transaction ends.

    Else an import would write over an edit of the same second, or credit an artist who is being merged away. A batch
    of an import takes a second or two. SQLite has one writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            if settings.STATEMENT_TIMEOUT:  # a listener's limits: these few may wait, and write thousands of rows
                cursor.execute(f"SET LOCAL statement_timeout = {HELD}; SET LOCAL lock_timeout = {HELD}")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CATALOG_LOCK])


def _taken(file: TextIO) -> bool:
    """Try for this machine's lock, and for the one that PostgreSQL keeps for all machines."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [IMPORTS_LOCK])
        return bool(cursor.fetchone()[0])
