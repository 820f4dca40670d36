"""Look for notes in each worker, several times a second: what is committed is found at once, whatever the queue holds.

A thread of its own, since all of the worker's others may be encoding songs for minutes.
"""

import logging
import threading

from django.db import connection

from catalog.search import indexer, state, upkeep

logger = logging.getLogger(__name__)

INTERVAL = 0.2  # seconds; a look costs one query by an index of what waits
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
    while not _stopping.wait(PATIENCE if failing else INTERVAL):
        try:
            indexer.index_pending()
            if not state.current():
                upkeep.ask_for_build()
        except Exception:
            if not failing:
                logger.exception("the search index cannot be kept; trying again every %s s", PATIENCE)
            failing = True
            connection.close()
        else:
            failing = False
