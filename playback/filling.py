"""Fill windows with slices of objects: single-flight, several at once, whole or not at all, and compared in the end.

An object counts as held by a POP once all of it came through that POP and its sha256 is its name's. State belongs to
the event loop; only fetching and hashing happen on threads.
"""

import asyncio
import hashlib
import logging
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playback import residents, upstream
from playback.upstream import Away, Fetched, Missing
from playback.windows import SLICE, Full, Room, Window

THREADS = 32  # that fetch; a slow origin holds them, so they are many
AT_ONCE = 6  # slices of one object in flight: 5 MB of a slow origin take as long as one
AHEAD = 4  # slices fetched behind those that were asked for, where no POP is to be warmed
FAILED_FOR = 1.0  # seconds in which what failed is not tried again

logger = logging.getLogger(__name__)


class Filler:
    """The windows of one process, and who fills them."""

    def __init__(self, folder: Path, *, budget: int) -> None:
        """Take HOT_DIR and bytes; raise OSError where the folder cannot be used."""
        self.room = Room(folder, budget=budget, freed=self._pump)
        self._loop = asyncio.get_running_loop()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="hot")
        self._filling: set[asyncio.Task[None]] = set()  # held here, since the loop holds tasks weakly

    def want(self, window: Window, first: int, last: int) -> None:
        """Ask for these slices first, then for what is to follow."""
        if window.whole:
            return
        if window.failure is not None and self._loop.time() - window.failure[0] >= FAILED_FOR:
            window.failure = None
        follow: Iterable[int] = range(last + 1, min(last + 1 + AHEAD, window.slices))
        if any(window.through) and window.length == window.size:  # the POP is to have all of it
            follow = [*range(last + 1, window.slices), *range(first)]
        asked = [*range(first, last + 1), *follow]
        window.wanted = asked + [number for number in window.wanted if number not in set(asked)]
        self._pump(window)

    async def fetch(self, window: Window, number: int) -> Fetched:
        """Fetch one slice into the file."""
        start = number * SLICE
        length = min(SLICE, window.length - start)

        def work() -> Fetched:
            descriptor = os.open(window.path, os.O_WRONLY)
            try:
                return upstream.fetch(
                    window.name,
                    window.first + start,
                    length,
                    lambda offset, chunk: os.pwrite(descriptor, chunk, start + offset),
                    past_edges=window.past_edges,
                )
            finally:
                os.close(descriptor)

        try:
            fetched = await self._loop.run_in_executor(self._threads, work)
        except OSError as error:  # the tmpfs is full, or gone
            logger.warning("A slice of %s could not be kept: %s", window.name, error)
            raise Full from error
        except (Missing, Away):
            raise
        except Exception as error:  # such as credentials that are none, or were not renewed: whoever waits must hear it
            logger.warning("%s cannot be asked for: %s", window.name, type(error).__name__)
            raise Away from error
        window.through.add(fetched.edge)
        return fetched

    async def finish(self, window: Window) -> None:
        """Compare a window that is the whole object with its name once all is filled, and tell who waits."""
        if window.complete and not window.whole:
            key = window.name.rpartition("/")[2].partition(".")[0]
            is_hashed = window.name.startswith("media/")  # a cover's key is its picture's, not its own
            window.users += 1  # nobody else need be there, and the file must be
            right = not is_hashed or await self._loop.run_in_executor(self._threads, _sha256, window.path) == key
            window.users -= 1
            if not right:
                self._distrust(window, key)
            else:
                window.whole = True
                if is_hashed and len(window.through) == 1 and any(window.through):
                    residents.note(next(iter(window.through)), key, window.size)
        window.tell()

    def _pump(self, window: Window) -> None:
        """Send for what is wanted, as far as there are room and turns."""
        if not self.room.has(window) or window.failure is not None:
            return
        while window.wanted and len(window.flying) < AT_ONCE:
            number = window.wanted[0]
            if number not in window.filled and number not in window.flying:
                need = min(SLICE, window.length - number * SLICE)
                window.flying.add(number)  # and so it is not what makes room
                try:
                    there = self.room.free(need)
                except Full as full:
                    window.flying.discard(number)
                    if not window.flying:
                        self._fail(window, full)
                    return
                if not there:
                    window.flying.discard(number)
                    return
                self.room.reserve(window, need)
                filling = self._loop.create_task(self._fill(window, number, need))
                self._filling.add(filling)
                filling.add_done_callback(self._filling.discard)
            window.wanted.pop(0)

    async def _fill(self, window: Window, number: int, need: int) -> None:
        failure: Exception | None = None
        try:
            fetched = await self.fetch(window, number)
            if fetched.size != window.size:
                failure = Away()
        except (Missing, Away, Full) as caught:
            failure = caught
        window.flying.discard(number)
        if failure is not None:
            self.room.reserve(window, -need)
            self._fail(window, failure)
            return
        window.filled.add(number)
        await self.finish(window)
        self._pump(window)

    def _distrust(self, window: Window, key: str) -> None:
        """Drop what is filled, since it is not what its name says; fetch it once more, from an origin."""
        logger.error("What came for %s is not what its name says", window.name)
        edges = [edge for edge in window.through if edge]
        for edge in edges:
            self._threads.submit(upstream.purge, edge, window.name)
            residents.forget(edge, key)
        self.room.reserve(window, -window.reserved)
        window.filled.clear()
        window.through.clear()
        if edges and not window.past_edges:
            window.past_edges = True
            self.want(window, 0, window.slices - 1)
        else:
            self._fail(window, Away())

    @staticmethod
    def _fail(window: Window, failure: Exception) -> None:
        window.failure = (asyncio.get_running_loop().time(), failure)
        window.wanted.clear()
        window.tell()


def _sha256(path: str) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
