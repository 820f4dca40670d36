"""Keep objects of the origins in this node's memory: files in tmpfs, within a budget of bytes, filled single-flight.

The server can only pace what it sends from a file, so an object is one file here, filled in slices, and an answer is a
range of it that is filled. All clients of the process wait for the same slices.
"""

import asyncio
from collections import OrderedDict
from pathlib import Path

from playback.filling import FAILED_FOR, Filler
from playback.upstream import Away, Missing
from playback.windows import GRACE, SLICE, SPARE, Full, Reach, Stretch, Window

LARGEST_SHARE = 4  # an object of more than this part of the budget is held in windows, unless it is wanted whole
WINDOW = 8 * SLICE  # bytes, at most
REMEMBERED = 16_384  # sizes of objects
BRIEFLY = 0.02  # seconds that an open-ended range waits for more than its first slice: the client asks again
PATIENCE = 60.0  # seconds that anybody waits at most


class Hot:
    """The memory of one process, in its event loop."""

    def __init__(self, folder: Path, *, budget: int) -> None:
        """Take HOT_DIR and HOT_BYTES; raise OSError where the folder cannot be used."""
        budget = max(budget, 2 * SLICE)
        self.largest = budget // LARGEST_SHARE  # bytes of an object that is held whole whatever is asked for
        self._most = budget - budget // SPARE  # bytes of one that can be held whole at all
        self._window = max(SLICE, min(WINDOW, budget // 8 // SLICE * SLICE))
        self._filler = Filler(folder, budget=budget)
        self._room = self._filler.room
        self._loop = asyncio.get_running_loop()
        self._sizes: OrderedDict[str, int] = OrderedDict()  # of objects, bytes
        self._refused: OrderedDict[str, tuple[float, Exception]] = OrderedDict()  # unknown objects: when, and why
        self._opening: dict[str, asyncio.Task[None]] = {}

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
        window = self._room.get(name, 0, Reach.USUAL)
        return window is not None and window.whole

    async def stretch(self, name: str, start: int, end: int, *, brief: bool = False) -> Stretch:
        """Return where the bytes from `start` to `end` lie, of an object whose size is known; raise as `size` does.

        It may end earlier: for want of room for a large object, and with `brief` where the filled part ends after a
        moment. At least one byte of it is there.
        """
        size = self._sizes[name]
        step = size if size <= self.largest else self._window
        begin = start // step * step
        reach = Reach.USUAL
        if not brief and end > begin + step:  # a range that has an end is to have all of it
            begin, step, reach = start // SLICE * SLICE, step + SLICE, Reach.CROSSING
        window = self._held(name, begin, min(step, size - begin), reach)
        return await self._part(window, start - begin, min(end - begin, window.length), brief=brief)

    async def whole(self, name: str) -> Stretch:
        """Return where all of the object lies, compared with its name; raise Full where it is too large for that.

        One of more than a quarter of the memory takes the place of others; in parts it would not.
        """
        size = self._sizes[name]
        if size > self._most:
            raise Full
        window = self._held(name, 0, size, Reach.USUAL if size <= self.largest else Reach.WHOLE)
        stretch = await self._part(window, 0, size)
        until = self._loop.time() + PATIENCE
        while not window.whole:
            if window.failure is not None:
                raise window.failure[1]
            if self._loop.time() >= until:
                raise Away
            await self._wait(window, until - self._loop.time())
        return stretch

    def _held(self, name: str, begin: int, length: int, reach: Reach) -> Window:
        held = self._room.get(name, begin, reach)
        return held or self._room.hold(name, begin, length, self._sizes[name], reach)

    async def _part(self, window: Window, first: int, last: int, *, brief: bool = False) -> Stretch:
        """Wait until this part of the window is filled, or with `brief` a little of it; return where it lies."""
        window.users += 1
        try:
            self._filler.want(window, first // SLICE, (last - 1) // SLICE)
            if brief:
                await self._filled(window, first, first + 1)
            filled = await self._filled(window, first, last, seconds=BRIEFLY if brief else PATIENCE)
        finally:
            window.users -= 1
            window.used = self._loop.time()
        return Stretch(window.path, window.first, window.first + min(last, filled))

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
        window = self._room.hold(name, 0, SLICE, SLICE, Reach.USUAL)
        self._room.reserve(window, SLICE)
        window.users += 1
        try:
            fetched = await self._filler.fetch(window, 0)
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
        await self._filler.finish(window)

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
