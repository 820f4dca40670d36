"""A pool of threads for blocking calls of an event loop, with a bounded queue and one wake-up for many results."""

import asyncio
import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

WAITING = 1000  # calls that may wait for a thread; more are refused, so that the wait stays bounded


class Full(Exception):
    """More calls wait than this pool takes."""


class Threads:
    """Runs calls on a fixed number of threads; results come back to the loop in batches."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, number: int) -> None:
        self._loop = loop
        self._calls: queue.SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]]] = queue.SimpleQueue()
        self._done: deque[tuple[asyncio.Future[Any], Any, BaseException | None]] = deque()
        self._armed = False
        for place in range(number):
            threading.Thread(target=self._work, name=f"web-{place}", daemon=True).start()

    def run(self, call: Callable[[], Any]) -> asyncio.Future[Any]:
        """Return the future result of the call; raise Full when too many wait already."""
        if self._calls.qsize() >= WAITING:
            raise Full
        future = self._loop.create_future()
        self._calls.put((call, future))
        return future

    def _work(self) -> None:
        while True:
            call, future = self._calls.get()
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
