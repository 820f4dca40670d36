"""Own which objects lie in this process's folder of HOT_DIR: a file each, within a budget of bytes. Knows no network.

Everything here belongs to the event loop. A file outlives its window a little, since the server opens it by its path
after the answer was handed over; that room is lent, and comes back later.
"""

import asyncio
import logging
import os
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from playback import tmpfs

SLICE = 1 << 20  # bytes: the edges' own slices, so that each is asked of an origin once
GRACE = 2.0  # seconds that a file stays after its window was dropped
IDLE = 600.0  # seconds after which an object that nobody asks for goes
FILES = 4096  # held at most, such as small covers
SPARE = 4  # so much of the budget (a quarter) is kept free: room for what comes while files leave


logger = logging.getLogger(__name__)


class Full(Exception):
    """There is no room for the object: all that is held is being waited for."""


class Reach(Enum):
    """Which part of an object a window is."""

    USUAL = "usual"  # all of a small one, or one of the equal parts of a large one
    CROSSING = "crossing"  # across the borders of the usual ones, for one range
    WHOLE = "whole"  # all of a large one


@dataclass(frozen=True, slots=True)
class Stretch:
    """A filled range of an object, in a file."""

    path: str
    shift: int  # offset of the file's first byte in the object
    end: int  # of the object, one past the last byte that is filled or was asked for


@dataclass(eq=False)
class Window:
    """One file: a whole object, or a part of a large one."""

    name: str
    first: int  # offset in the object
    length: int  # bytes of it
    size: int  # of the whole object
    path: str
    reach: Reach = Reach.USUAL
    filled: set[int] = field(default_factory=set)  # numbers of slices
    flying: set[int] = field(default_factory=set)
    wanted: list[int] = field(default_factory=list)  # in this order
    through: set[str] = field(default_factory=set)  # POPs through which slices came, empty for an origin
    reserved: int = 0  # bytes of the budget
    users: int = 0  # requests that wait for it
    used: float = 0.0  # of the loop's clock
    past_edges: bool = False  # a POP gave bytes that are not the object's
    whole: bool = False  # all is filled, and compared where there is something to compare with
    failure: tuple[float, Exception] | None = None  # when, of the loop's clock
    changed: asyncio.Event = field(default_factory=asyncio.Event)  # set and replaced at each change

    @property
    def place(self) -> tuple[str, int, Reach]:
        return self.name, self.first, self.reach

    @property
    def slices(self) -> int:
        return -(-self.length // SLICE)

    @property
    def idle(self) -> bool:
        return not self.users and not self.flying

    @property
    def complete(self) -> bool:
        """Say whether this is the whole object, filled."""
        return self.length == self.size and len(self.filled) == self.slices

    def tell(self) -> None:
        """Wake whoever waits."""
        self.changed.set()
        self.changed = asyncio.Event()

    def filled_to(self, offset: int) -> int:
        """Return up to which offset of the window all is filled, from this one on."""
        number = offset // SLICE
        while number in self.filled:
            number += 1
        return max(offset, min(number * SLICE, self.length))


class Room:
    """The windows of one process, and the bytes they may take."""

    def __init__(self, folder: Path, *, budget: int, freed: Callable[[Window], None]) -> None:
        """Take HOT_DIR, bytes, and whom to tell of windows that may have waited for room."""
        self.budget = budget
        self._folder = tmpfs.claim(folder)
        self._freed = freed
        self._loop = asyncio.get_running_loop()
        self._held: OrderedDict[tuple[str, int, Reach], Window] = OrderedDict()  # the least recently asked for first
        self._reserved = 0  # bytes of the windows that are held
        self._leaving = 0  # bytes of files that wait for their deletion
        self._number = 0
        self._loop.call_later(IDLE / 10, self._sweep)

    def get(self, name: str, first: int, reach: Reach) -> Window | None:
        """Return the window that begins at this offset of the object, as one that was just asked for."""
        window = self._held.get((name, first, reach))
        if window is not None:
            self._held.move_to_end(window.place)
            window.used = self._loop.time()
        return window

    def has(self, window: Window) -> bool:
        """Say whether the window is still held."""
        return self._held.get(window.place) is window

    def hold(self, name: str, first: int, length: int, size: int, reach: Reach) -> Window:
        """Return a new window with an empty file; raise Full where none can be made."""
        self._number += 1
        path = str(self._folder / f"{self._number}")
        window = Window(name, first, length, size, path, reach, used=self._loop.time())
        try:
            os.close(os.open(window.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            logger.warning("A file for %s could not be made: %s", name, error)
            raise Full from error
        self._held[window.place] = window
        while len(self._held) > FILES and self._evict():
            pass
        return window

    def drop(self, window: Window) -> None:
        """Forget a window at once, and its file a little later."""
        del self._held[window.place]
        self._reserved -= window.reserved
        self._leaving += window.reserved
        self._loop.call_later(GRACE, self._unlink, window)

    def reserve(self, window: Window, more: int) -> None:
        """Count so many bytes more (or less) as the window's."""
        window.reserved += more
        self._reserved += more
        while self._reserved > self.budget - self.budget // SPARE and self._evict():
            pass

    def free(self, need: int) -> bool:
        """Say whether there is room; False where there will be in a moment. Raise Full where all is waited for."""
        free = self.budget - self._reserved - self._leaving - tmpfs.lingering(self._folder)
        if free >= need:
            return True
        while self._leaving < need - free and self._evict():
            pass
        if not self._leaving:
            raise Full
        return False

    def _evict(self) -> bool:
        """Drop the window that nobody has asked for longest; say whether there was one that nobody waits for."""
        for window in self._held.values():
            if window.idle:
                self.drop(window)
                return True
        return False

    def _unlink(self, window: Window) -> None:
        Path(window.path).unlink(missing_ok=True)
        self._leaving -= window.reserved
        for other in [held for held in self._held.values() if held.wanted]:
            self._freed(other)

    def _sweep(self) -> None:
        now = self._loop.time()
        for window in [held for held in self._held.values() if held.idle and now - held.used > IDLE]:
            self.drop(window)
        self._loop.call_later(IDLE / 10, self._sweep)
