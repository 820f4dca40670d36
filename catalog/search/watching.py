"""Look for notes in each worker, several times a second: what is committed is found at once, whatever the queue holds.

A thread of its own, since all of the worker's others may be encoding songs for minutes.
"""

import logging
import threading
import time

from django.db import connection

from catalog.search import indexer, upkeep

logger = logging.getLogger(__name__)

INTERVAL = 0.2  # seconds; a look costs one query by an index of what waits
BUILDS = 10.0  # seconds between looks for a build that is due
PATIENCE = 2.0  # seconds, after an error: a database that is away is not asked faster

_stopping = threading.Event()


def start() -> None:
    """Begin to look; the thread ends with the process."""
    threading.Thread(target=_watch, name="search-indexer", daemon=True).start()


def stop() -> None:
    """Stop after the transaction that is under way; a build, too."""
    _stopping.set()
    upkeep.stop()


def _watch() -> None:
    failing = False
    looked_at = float("-inf")  # time.monotonic()
    while not _stopping.wait(PATIENCE if failing else INTERVAL):
        try:
            indexer.index_pending()
            if time.monotonic() - looked_at > BUILDS:
                looked_at = time.monotonic()
                if upkeep.due():
                    upkeep.ask_for_build()
        except Exception:
            if not failing:
                logger.exception("the search index cannot be kept; trying again every %s s", PATIENCE)
            failing = True
            connection.close()
        else:
            failing = False
