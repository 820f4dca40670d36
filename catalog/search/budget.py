"""The time that one answer may take, and what may still be asked of the database in it.

Whether there is time is decided before a statement: what it will take is known from those before it (`pulse`), and
none can be taken back from a slow network. So an answer takes at most `WHOLE` and one statement.
"""

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from django.db import InterfaceError, OperationalError
from psycopg import errors

from catalog.search import pulse
from spotify_lite import replicas

P = ParamSpec("P")
T = TypeVar("T")

WHOLE = 0.8  # seconds; nothing is begun after them. At 300 ms a statement: the search, its songs, its artists
EXTRAS = 0.25  # seconds, in which misspelt words are mended and words left out


class Budget:
    """The time of one answer, from its first moment, and one turn at the database.

    `reserve` is how many statements the answer cannot do without after the search: those that read what was found.
    """

    def __init__(self, *, reserve: int = 0) -> None:
        self._started = time.monotonic()
        self._reserve = reserve
        self._admitted = False
        self.short = False  # was there no time for rows?

    def __enter__(self) -> Self:
        self._admitted = pulse.enter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._admitted:
            pulse.leave()

    @property
    def spent(self) -> float:
        """Return the seconds since the beginning."""
        return time.monotonic() - self._started

    @property
    def room(self) -> int:
        """Return how many statements may still be begun."""
        left = WHOLE - self.spent
        return int(left / max(pulse.seconds(), 0.001)) + 1 if self._admitted and left > 0 else 0

    @property
    def roomy(self) -> bool:
        """Say whether there is time for what only makes an answer better."""
        return self._admitted and self.spent + pulse.seconds() < EXTRAS

    def ask(self, reader: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Read something of the index, a statement; None where no time is left for it and what must follow."""
        return self._read(reader, *args, **kwargs) if self.room > self._reserve else None

    def rows(self, reader: Callable[..., T], ids: Sequence[int], **kwargs: Any) -> T:
        """Read the rows of what was found; without time for it those of nothing, which the reader asks nothing for."""
        found = self.read(reader, ids, **kwargs) if ids else None
        if found is None:
            self.short |= bool(ids)
            return reader([], **kwargs)
        return found

    def read(self, reader: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Read something, a statement; None where there is no time left, or the database is away."""
        return self._read(reader, *args, **kwargs) if self.room else None

    def _read(self, reader: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        if replicas.connection().in_atomic_block:  # who has one open must see its statements fail
            return self._timed(reader, *args, **kwargs)
        for last in (False, True):
            connection = replicas.connection()
            try:
                connection.ensure_connection()
                connection.health_check_done = True  # type: ignore[attr-defined]  # this statement is one
                with pulse.impatient():
                    found = self._timed(reader, *args, **kwargs)
            except (OperationalError, InterfaceError) as error:
                if isinstance(error.__cause__, errors.QueryCanceled):
                    return None
                connection.close()
                if replicas.leave():
                    continue
                if last or self.spent >= pulse.DEAD:  # else a server that was started anew: its connections were gone
                    self._give_up(error)
                    return None
            else:
                return found
        return None

    def _give_up(self, error: Exception) -> None:
        pulse.lose(error)
        if self._admitted:
            pulse.leave()
        self._admitted = False

    def _timed(self, reader: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        started = time.monotonic()
        try:
            return reader(*args, **kwargs)
        finally:
            pulse.note(time.monotonic() - started)
