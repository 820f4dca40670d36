"""Commit many requests at once: what comes while a commit runs is written together by the next.

There is no fixed delay. Alone, a request is written at once and in its own thread: handing it to another would cost
a fifth of the call, and a wait for the interpreter's lock. What comes meanwhile is left to one thread a process, so
that under load groups form by themselves, and one fsync serves all of a group. `submit` returns after COMMIT, so that
what was acknowledged survives a crash. A request that is answered in spite of SIGTERM has waited for its commit:
nothing needs draining.

Each kind of write has a writer of its own, and so a queue, a thread and a connection: presses of play do not wait
behind positions, nor are they refused because positions filled the queue.
"""

import logging
import os
import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError, connection

from spotify_lite import metrics, rest

logger = logging.getLogger(__name__)

GROUP_ROWS = 500  # a commit of so many takes 20-40 ms of CPU, which is what the next group waits
QUEUE_ROWS = 5_000  # that wait for a writer; more is refused, so that memory is bounded and waiting is too
QUEUE_REQUESTS = 500  # likewise: small ones cost more than their rows
PATIENCE = 10.0  # seconds until a request stops waiting for its commit

WRITES = metrics.counter("writes", "Writes of listening, by their kind and what became of them.", "writer", "outcome")

W = TypeVar("W")
R = TypeVar("R")


class _Item(Generic[W, R]):
    """One request that waits. A lock an item is the cheap way to wake exactly its thread."""

    __slots__ = ("done", "error", "result", "rows", "write")

    def __init__(self, write: W, rows: int) -> None:
        self.write = write
        self.rows = rows
        self.result: R | None = None
        self.error: Exception | None = None
        self.done = threading.Lock()
        self.done.acquire()


class Writer(Generic[W, R]):
    """Stores what its process submits, a group at a time; `name` is of its thread.

    `store` takes the writes of a group, commits them, and returns a result for each, in order. It must be safe to
    run twice on the same writes: a group that meets bad data or a lost connection is run again.
    """

    def __init__(self, store: Callable[[Sequence[W]], list[R]], *, name: str) -> None:
        self._store = store
        self._name = name
        self._changed = threading.Condition()
        self._writing = False  # somebody is: the thread, or a request that came alone
        self._waiting: list[_Item[W, R]] = []
        self._rows = 0  # of `_waiting`
        self._thread: threading.Thread | None = None
        self._pid = 0  # whose state this is: a fork inherits the object without its threads
        self._stopping = False

    def submit(self, write: W, *, rows: int) -> R:
        """Return what `store` made of the write, after its COMMIT; raise rest.Busy when it was not made.

        After Busy because of time a write that has begun may still be made: callers send it again, and the same again
        is nothing. One that still waited is forgotten: under load the time goes to those who still wait for it.
        A caller inside of a transaction stores within it, since waiting for another connection would wait for itself.
        """
        if connection.in_atomic_block:
            return self._store([write])[0]
        item: _Item[W, R] = _Item(write, rows)
        with self._changed:
            self._know_process()
            alone = not (self._writing or self._waiting)
            if alone:
                self._writing = True
            elif self._is_full(rows):
                self._count("refused")
                raise rest.Busy
            else:
                self._start()
                self._waiting.append(item)
                self._rows += rows
        if alone:
            self._finish([item])
        if not item.done.acquire(timeout=PATIENCE):
            self._forget(item)
            self._count("late")
            raise rest.Busy
        if item.error is not None:
            self._count("failed")
            raise item.error
        self._count("stored")
        return item.result  # type: ignore[return-value]  # there is one where there is no error

    def _count(self, outcome: str) -> None:
        WRITES.labels(self._name, outcome).inc()

    def _is_full(self, rows: int) -> bool:
        return len(self._waiting) >= QUEUE_REQUESTS or (bool(self._waiting) and self._rows + rows > QUEUE_ROWS)

    def _forget(self, item: _Item[W, R]) -> None:
        """Take an item out that still waits; nobody does for it."""
        with self._changed:
            if item in self._waiting:
                self._waiting.remove(item)
                self._rows -= item.rows

    def stop(self) -> None:
        """Write what waits, close the thread's connection and end the thread; the next submit starts another."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
        self._thread, self._stopping = None, False

    def _know_process(self) -> None:
        """Forget the state of the parent: its requests are not here to be written or woken."""
        if self._pid != os.getpid():
            self._pid = os.getpid()
            self._writing, self._waiting, self._rows, self._thread = False, [], 0, None

    def _start(self) -> None:
        """Start the thread where this process has none yet: lazily, because servers fork after the import."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            with self._changed:
                while (self._writing or not self._waiting) and not self._stopping:
                    self._changed.wait()
                group = self._take()
                self._writing = bool(group)
            if not group:
                connection.close()
                return
            self._finish(group)

    def _finish(self, group: list[_Item[W, R]]) -> None:
        """Write the group, wake its requests, and let the next be written."""
        try:
            self._write(group)
        except Exception as error:  # a dead thread would let every later request hang
            logger.exception("A group of %d writes was not stored", len(group))
            for item in group:
                item.error = item.error or _busy(error)
        finally:
            with self._changed:
                self._writing = False
                if self._waiting:
                    self._changed.notify()
            for item in group:
                item.done.release()

    def _take(self) -> list[_Item[W, R]]:
        """Return the next group, one request at least, and take it off the queue."""
        size = rows = 0
        for item in self._waiting:
            if size and rows + item.rows > GROUP_ROWS:
                break
            size, rows = size + 1, rows + item.rows
        group, self._waiting = self._waiting[:size], self._waiting[size:]
        self._rows -= rows
        return group

    def _write(self, group: list[_Item[W, R]]) -> None:
        """Store the group; where its data is refused, request by request, so that one cannot fail another."""
        try:
            results = self._store_twice([item.write for item in group])
        except (DataError, IntegrityError) as error:
            if len(group) == 1:
                logger.warning("A write was refused by the database: %s", error)
                group[0].error = _busy(error)
                return
            for item in group:
                self._write([item])
            return
        for item, result in zip(group, results, strict=True):
            item.result = result

    def _store_twice(self, writes: list[W]) -> list[R]:
        """Store; once more where the connection was lost, or the transaction chosen to end a deadlock."""
        connection.close_if_unusable_or_obsolete()
        try:
            return self._store(writes)
        except (OperationalError, InterfaceError) as error:
            logger.warning("Storing %d writes again after: %s", len(writes), error)
            connection.close()
            return self._store(writes)


def _busy(error: Exception) -> Exception:
    """Return what the request is told: trouble of the database passes, anything else is a fault of ours."""
    return rest.Busy() if isinstance(error, DatabaseError | InterfaceError) else error
