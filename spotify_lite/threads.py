"""A pool of threads for blocking calls of an event loop, with bounded queues and one wake-up for many results."""

import asyncio
import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

WAITING = 1000  # calls of a kind that may wait for a thread; more are refused, so that the wait stays bounded
WAITING_BYTES = 64 * 1024 * 1024  # of the bodies of these calls; so does memory
PATIENT_TURN = 4  # of so many calls one is a patient one while both kinds wait, so that it is slow but not starved
# Of eight threads run a patient call at once: all of those may wait for one slow commit, searches may take half of
# the threads too, and each that computes holds the interpreter's lock while a play waits for it.
PATIENT_EIGHTHS = 3


class Full(Exception):
    """More calls wait than this pool takes."""


@dataclass(frozen=True, slots=True)
class _Call:
    run: Callable[[], Any]
    future: asyncio.Future[Any]
    size: int  # bytes in memory while it waits


@dataclass(slots=True)
class _Queue:
    """Calls of one kind that wait."""

    calls: deque[_Call] = field(default_factory=deque)
    size: int = 0  # bytes of all of them

    @property
    def full(self) -> bool:
        return len(self.calls) >= WAITING or self.size >= WAITING_BYTES


class Threads:
    """Runs calls on a fixed number of threads; results come back to the loop in batches.

    A patient call lets others go first, and leaves some threads to them.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, *, number: int) -> None:
        self._loop = loop
        self._others, self._patient = _Queue(), _Queue()
        self._ready: queue.SimpleQueue[None] = queue.SimpleQueue()  # a mark for each call that waits, of either kind
        self._taking = threading.Lock()  # of the queues, and of the next four
        self._turn = 0
        self._running = 0  # patient calls
        self._at_most = max(1, number * PATIENT_EIGHTHS // 8)  # of these at once
        self._kept = 0  # marks of patient calls that wait for another of theirs to end
        self._done: deque[tuple[asyncio.Future[Any], Any, BaseException | None]] = deque()
        self._armed = False
        for place in range(number):
            threading.Thread(target=self._work, name=f"web-{place}", daemon=True).start()

    def admit(self, *, patient: bool = False) -> None:
        """Raise Full when too many calls of this kind wait already."""
        if (self._patient if patient else self._others).full:
            raise Full

    def run(self, call: Callable[[], Any], *, patient: bool = False, size: int = 0) -> asyncio.Future[Any]:
        """Return the future result of the call; raise Full when too many of its kind wait already.

        `size` is what it holds in memory until it runs, in bytes.
        """
        self.admit(patient=patient)
        waiting = self._patient if patient else self._others
        future = self._loop.create_future()
        with self._taking:
            waiting.calls.append(_Call(call, future, size))
            waiting.size += size
        self._ready.put(None)
        return future

    def _next(self) -> tuple[_Call, bool] | None:
        """Take a call and say whether it is a patient one; None where those that wait may not run yet.

        Whoever got a mark from `_ready` finds a call in one of the queues, for there are as many marks as calls.
        """
        with self._taking:
            self._turn = (self._turn + 1) % PATIENT_TURN
            may = bool(self._patient.calls) and self._running < self._at_most
            patient = may and (self._turn == 0 or not self._others.calls)
            waiting = self._patient if patient else self._others
            if not waiting.calls:
                self._kept += 1
                return None
            self._running += patient
            call = waiting.calls.popleft()
            waiting.size -= call.size
            return call, patient

    def _end_patient(self) -> None:
        """Give the place of a patient call to the next, with its mark."""
        with self._taking:
            self._running -= 1
            kept, self._kept = self._kept, max(0, self._kept - 1)
        if kept:
            self._ready.put(None)

    def _work(self) -> None:
        while True:
            self._ready.get()
            taken = self._next()
            if taken is None:
                continue
            call, patient = taken
            try:
                result, error = call.run(), None
            except BaseException as raised:  # noqa: BLE001 - it is raised again where the result is awaited
                result, error = None, raised
            if patient:
                self._end_patient()
            self._done.append((call.future, result, error))
            del taken, call  # a thread that waits holds nothing of the last request
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
