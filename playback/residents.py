"""Know which objects lie whole in which POP's cache: hints of this node and of others, which may be wrong.

A process keeps the newest in memory. A thread writes what this process saw and reads what others did, every two
seconds; no request waits for it, and without the database each process knows what it saw itself. A hint counts only
for the cache that it was seen in: a POP that was emptied has another.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections
from django.utils import timezone

from playback import edges
from playback.models import Resident
from spotify_lite.places import Edge

KEPT = 20_000  # objects a POP, in memory: about 5 MB
INTERVAL = 2.0  # seconds
OVERLAP = timedelta(seconds=30)  # rows may be committed later than they are dated, and clocks differ
BATCH = 5_000  # rows read at once; the newest, since memory holds no more than KEPT

logger = logging.getLogger(__name__)


class Memory:
    """What one process knows."""

    def __init__(self, places: Iterable[Edge]) -> None:
        self._known: dict[str, OrderedDict[str, None]] = {edge.name: OrderedDict() for edge in places}
        self._caches: dict[str, str] = {}  # the caches that it is known of
        self._unwritten: dict[tuple[str, str], int] = {}  # (edge, key): size
        self._read_to: datetime | None = None
        self._changing = threading.Lock()

    def warm(self, key: str) -> list[str]:
        """Return the names of the POPs that hold the object."""
        return [name for name, keys in self._known.items() if key in keys]

    def note(self, edge: str, key: str, size: int) -> None:
        """Take that the POP holds the object."""
        with self._changing:
            self._add(edge, key)
            if len(self._unwritten) < KEPT:
                self._unwritten[edge, key] = size

    def forget(self, edge: str, key: str) -> None:
        """Take that it does not."""
        with self._changing:
            self._known[edge].pop(key, None)
            self._unwritten.pop((edge, key), None)

    def exchange(self) -> None:
        """Write what is new here, and read what is new elsewhere; raise DatabaseError or InterfaceError."""
        caches = edges.view().caches
        self._forget_emptied(caches)
        with self._changing:
            unwritten, self._unwritten = self._unwritten, {}
        try:
            save([(edge, key, size) for (edge, key), size in unwritten.items()], caches=caches)
        except (DatabaseError, InterfaceError):
            with self._changing:
                self._unwritten = unwritten | self._unwritten
            raise
        rows = Resident.objects.filter(edge__in=self._known).order_by("-seen_at")
        if self._read_to is not None:
            rows = rows.filter(seen_at__gt=self._read_to - OVERLAP)
        found = list(rows.values_list("edge", "key", "cache", "seen_at")[:BATCH])
        with self._changing:
            for edge, key, cache, seen_at in reversed(found):
                if cache == caches[edge]:
                    self._add(edge, key)
                self._read_to = max(self._read_to or seen_at, seen_at)

    def run(self) -> None:
        """Exchange for ever."""
        away = False
        while True:
            try:
                close_old_connections()
                self.exchange()
                away = False
            except (DatabaseError, InterfaceError) as error:
                if not away:
                    logger.warning("What edges hold is not exchanged with other nodes: %s", error)
                away = True
            time.sleep(INTERVAL)

    def _forget_emptied(self, caches: dict[str, str]) -> None:
        for edge, cache in caches.items():
            before = self._caches.setdefault(edge, cache)
            if before == cache:
                continue
            with self._changing:
                self._caches[edge] = cache
                if before:  # the first name that is heard empties nothing
                    self._known[edge].clear()
                    self._unwritten = {pair: size for pair, size in self._unwritten.items() if pair[0] != edge}
                self._read_to = None  # rows of this cache may have been passed over

    def _add(self, edge: str, key: str) -> None:
        keys = self._known[edge]
        keys[key] = None
        keys.move_to_end(key)
        if len(keys) > KEPT:
            keys.popitem(last=False)


def save(seen: Iterable[tuple[str, str, int]], *, caches: dict[str, str]) -> None:
    """Write that POPs hold objects, as (edge, key, size), under the names of the caches that they were seen in."""
    now = timezone.now()
    rows = [Resident(edge=edge, key=key, size=size, cache=caches[edge], seen_at=now) for edge, key, size in seen]
    Resident.objects.bulk_create(
        sorted(rows, key=lambda row: (row.edge, row.key)),  # in one order everywhere, or writers would lock each other
        update_conflicts=True,
        unique_fields=["edge", "key"],
        update_fields=["size", "cache", "seen_at"],
    )


_memory: Memory | None = None
_starting = threading.Lock()


def watch() -> None:
    """Begin to exchange with other nodes, once a process that serves listeners."""
    global _memory
    with _starting:
        if settings.EDGES and _memory is None:
            _memory = Memory(settings.EDGES)
            threading.Thread(target=_memory.run, name="residents", daemon=True).start()


def warm(key: str) -> Collection[str]:
    """Return the names of the POPs that hold the object whole, as far as this process knows."""
    return _memory.warm(key) if _memory is not None else ()


def note(edge: str, key: str, size: int) -> None:
    """Take that the POP holds the object whole."""
    if _memory is not None:
        _memory.note(edge, key, size)


def forget(edge: str, key: str) -> None:
    """Take that it does not."""
    if _memory is not None:
        _memory.forget(edge, key)
