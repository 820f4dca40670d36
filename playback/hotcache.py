"""Keep objects of the origins in this node's memory: files in tmpfs, within a budget of bytes, filled single-flight.

The server can only pace what it sends from a file, so an object is one file here, filled in slices, and an answer is a
range of it that is filled. All clients of the process wait for the same slices. A slice is taken whole or not at all;
an object counts as held by a POP once all of it came through that POP and its sha256 is its name's.

State belongs to the event loop; only fetching and hashing happen on threads.
"""

import asyncio
import hashlib
import logging
import os
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playback import residents, upstream
from playback.upstream import Away, Fetched, Missing
from playback.windows import GRACE, SLICE, Full, Room, Stretch, Window

THREADS = 32  # that fetch; a slow origin holds them, so they are many
AT_ONCE = 6  # slices of one object in flight: 5 MB of a slow origin take as long as one
AHEAD = 4  # slices fetched behind those that were asked for, where no POP is to be warmed
LARGEST_SHARE = 4  # an object of more than this part of the budget is held in windows
WINDOW = 8 * SLICE  # bytes, at most
REMEMBERED = 16_384  # sizes of objects
FAILED_FOR = 1.0  # seconds in which what failed is not tried again
BRIEFLY = 0.02  # seconds that an open-ended range waits for more than its first slice: the client asks again
PATIENCE = 60.0  # seconds that anybody waits at most

logger = logging.getLogger(__name__)


class Hot:
    """The memory of one process, in its event loop."""

    def __init__(self, folder: Path, *, budget: int) -> None:
        """Take HOT_DIR and HOT_BYTES; raise OSError where the folder cannot be used."""
        budget = max(budget, 2 * SLICE)
        self.largest = budget // LARGEST_SHARE  # bytes of an object that is held whole
        self._window = max(SLICE, min(WINDOW, budget // 8 // SLICE * SLICE))
        self._room = Room(folder, budget=budget, freed=self._pump)
        self._loop = asyncio.get_running_loop()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="hot")
        self._sizes: OrderedDict[str, int] = OrderedDict()  # of objects, bytes
        self._refused: OrderedDict[str, tuple[float, Exception]] = OrderedDict()  # unknown objects: when, and why
        self._opening: dict[str, asyncio.Task[None]] = {}
        self._filling: set[asyncio.Task[None]] = set()  # held here, since the loop holds tasks weakly

    async def size(self, name: str) -> int:
        """Return the object's size, fetching its first slice where it is not known; raise Missing, Away or Full."""
        while (known := self._sizes.get(name)) is None:
            when, failure = self._refused.get(name, (0.0, None))
            if failure is not None and self._loop.time() - when < FAILED_FOR:
                raise failure
            if name not in self._opening:
                self._opening[name] = self._loop.create_task(self._open(name))
            await asyncio.wait([self._opening[name]])
        self._sizes.move_to_end(name)
        return known

    def holds(self, name: str) -> bool:
        """Say whether the whole object is here."""
        window = self._room.get(name, 0, crossing=False)
        return window is not None and window.whole

    async def stretch(self, name: str, start: int, end: int, *, brief: bool = False) -> Stretch:
        """Return where the bytes from `start` to `end` lie, of an object whose size is known; raise as `size` does.

        It may end earlier: for want of room for a large object, and with `brief` where the filled part ends after a
        moment. At least one byte of it is there.
        """
        size = self._sizes[name]
        step = size if size <= self.largest else self._window
        begin = start // step * step
        crossing = not brief and end > begin + step  # a range that has an end is to have all of it
        if crossing:
            begin, step = start // SLICE * SLICE, step + SLICE
        window = self._room.get(name, begin, crossing=crossing) or self._room.hold(
            name, begin, min(step, size - begin), size, crossing=crossing
        )
        first, last = start - begin, min(end - begin, window.length)
        window.users += 1
        try:
            self._want(window, first // SLICE, (last - 1) // SLICE)
            if brief:
                await self._filled(window, first, first + 1)
            filled = await self._filled(window, first, last, seconds=BRIEFLY if brief else PATIENCE)
        finally:
            window.users -= 1
            window.used = self._loop.time()
        return Stretch(window.path, begin, begin + min(last, filled))

    async def verified(self, name: str) -> None:
        """Wait until the whole object was compared with its name, where it is held whole; raise as `size` does."""
        window = self._room.get(name, 0, crossing=False)
        until = self._loop.time() + PATIENCE
        while window is not None and window.length == window.size and not window.whole:
            if window.failure is not None:
                raise window.failure[1]
            if self._loop.time() >= until:
                raise Away
            await self._wait(window, until - self._loop.time())

    async def _open(self, name: str) -> None:
        """Fetch an object's first slice, which tells its size; never raise."""
        try:
            await self._begin(name)
        except (Missing, Away, Full) as failure:
            self._refused[name] = (self._loop.time(), failure)
            self._refused.move_to_end(name)
            if len(self._refused) > REMEMBERED:
                self._refused.popitem(last=False)
        finally:
            del self._opening[name]

    async def _begin(self, name: str) -> None:
        until = self._loop.time() + 2 * GRACE
        while not self._room.free(SLICE):
            if self._loop.time() > until:
                raise Full
            await asyncio.sleep(GRACE / 8)
        window = self._room.hold(name, 0, SLICE, SLICE, crossing=False)
        self._room.reserve(window, SLICE)
        window.users += 1
        try:
            fetched = await self._fetch(window, 0)
        except (Missing, Away, Full):
            self._room.drop(window)
            raise
        finally:
            window.users -= 1
        window.size = fetched.size
        window.length = fetched.size if fetched.size <= self.largest else min(self._window, fetched.size)
        window.filled.update(range(min(window.slices, 1)))
        self._room.reserve(window, min(SLICE, window.length) - SLICE)
        self._sizes[name] = fetched.size
        if len(self._sizes) > REMEMBERED:
            self._sizes.popitem(last=False)
        await self._finish(window)

    def _want(self, window: Window, first: int, last: int) -> None:
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

    def _pump(self, window: Window) -> None:
        """Send for what is wanted, as far as there are room and turns."""
        if not self._room.has(window) or window.failure is not None:
            return
        while window.wanted and len(window.flying) < AT_ONCE:
            number = window.wanted[0]
            if number not in window.filled and number not in window.flying:
                need = min(SLICE, window.length - number * SLICE)
                window.flying.add(number)  # and so it is not what makes room
                try:
                    there = self._room.free(need)
                except Full as full:
                    window.flying.discard(number)
                    if not window.flying:
                        self._fail(window, full)
                    return
                if not there:
                    window.flying.discard(number)
                    return
                self._room.reserve(window, need)
                filling = self._loop.create_task(self._fill(window, number, need))
                self._filling.add(filling)
                filling.add_done_callback(self._filling.discard)
            window.wanted.pop(0)

    async def _fill(self, window: Window, number: int, need: int) -> None:
        failure: Exception | None = None
        try:
            fetched = await self._fetch(window, number)
            if fetched.size != window.size:
                failure = Away()
        except (Missing, Away, Full) as caught:
            failure = caught
        window.flying.discard(number)
        if failure is not None:
            self._room.reserve(window, -need)
            self._fail(window, failure)
            return
        window.filled.add(number)
        await self._finish(window)
        self._pump(window)

    async def _fetch(self, window: Window, number: int) -> Fetched:
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

    async def _finish(self, window: Window) -> None:
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

    def _distrust(self, window: Window, key: str) -> None:
        """Drop what is filled, since it is not what its name says; fetch it once more, from an origin."""
        logger.error("What came for %s is not what its name says", window.name)
        edges = [edge for edge in window.through if edge]
        for edge in edges:
            self._threads.submit(upstream.purge, edge, window.name)
            residents.forget(edge, key)
        self._room.reserve(window, -window.reserved)
        window.filled.clear()
        window.through.clear()
        if edges and not window.past_edges:
            window.past_edges = True
            self._want(window, 0, window.slices - 1)
        else:
            self._fail(window, Away())

    @staticmethod
    def _fail(window: Window, failure: Exception) -> None:
        window.failure = (asyncio.get_running_loop().time(), failure)
        window.wanted.clear()
        window.tell()

    async def _filled(self, window: Window, start: int, end: int, *, seconds: float = PATIENCE) -> int:
        """Wait until this range of the window is filled, and return up to where it is; raise why it will not be.

        With fewer `seconds` it is not waited for longer, and what is filled by then will do, if there is any.
        """
        until = self._loop.time() + seconds
        while (filled := window.filled_to(start)) < end:
            if seconds < PATIENCE and filled > start and (window.failure or self._loop.time() >= until):
                break
            if window.failure is not None:
                raise window.failure[1]
            if self._loop.time() >= until:
                raise Away
            await self._wait(window, until - self._loop.time())
        return filled

    @staticmethod
    async def _wait(window: Window, seconds: float) -> None:
        """Wait for a change; who leaves ends it for nobody else."""
        changed = window.changed
        try:
            async with asyncio.timeout(max(seconds, 0.001)):
                await changed.wait()
        except TimeoutError:
            pass


def _sha256(path: str) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
