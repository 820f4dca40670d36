"""A pool of threads for blocking calls of an event loop, with bounded queues and one wake-up for many results."""

import asyncio
import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

WAITING = 1000  # calls of a kind that may wait for a thread; more are refused, so that the wait stays bounded
PATIENT_TURN = 4  # of so many calls one is a patient one while both kinds wait, so that it is slow but not starved


class Full(Exception):
    """More calls wait than this pool takes."""


class Threads:
    """Runs calls on a fixed number of threads; results come back to the loop in batches."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, number: int) -> None:
        self._loop = loop
        self._waiting: deque[tuple[Callable[[], Any], asyncio.Future[Any]]] = deque()
        self._patient: deque[tuple[Callable[[], Any], asyncio.Future[Any]]] = deque()
        self._ready: queue.SimpleQueue[None] = queue.SimpleQueue()  # one for each call that waits, of either kind
        self._taking = threading.Lock()
        self._turn = 0
        self._done: deque[tuple[asyncio.Future[Any], Any, BaseException | None]] = deque()
        self._armed = False
        for place in range(number):
            threading.Thread(target=self._work, name=f"web-{place}", daemon=True).start()

    def run(self, call: Callable[[], Any], *, patient: bool = False) -> asyncio.Future[Any]:
        """Return the future result of the call; raise Full when too many of its kind wait already.

        A patient call lets others go first.
        """
        calls = self._patient if patient else self._waiting
        if len(calls) >= WAITING:
            raise Full
        future = self._loop.create_future()
        calls.append((call, future))
        self._ready.put(None)
        return future

    def _next(self) -> tuple[Callable[[], Any], asyncio.Future[Any]]:
        """Take a call. The lock keeps it there: whoever got a mark from `_ready` finds one in one of the two."""
        with self._taking:
            self._turn = (self._turn + 1) % PATIENT_TURN
            patient_first = self._turn == 0
            calls = self._patient if (patient_first and self._patient) or not self._waiting else self._waiting
            return calls.popleft()

    def _work(self) -> None:
        while True:
            self._ready.get()
            call, future = self._next()
            try:
                result, error = call(), None
            except BaseException as raised:  # noqa: BLE001 - it is raised again where the result is awaited
                result, error = None, raised
            self._done.append((future, result, error))
            # Two threads may both arm: the second wake-up finds nothing to do. None is ever missed, because a result
            # is in the queue before the flag is read, and `_drain` clears the flag before it reads the queue.
            if not self._armed:
                self._armed = True
                self._loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        self._armed = False
        while self._done:
            future, result, error = self._done.popleft()
            if future.done():
                continue
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)
