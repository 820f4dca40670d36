"""What a search answers; and answers that are kept: as long as nothing in them can have changed, and for an hour as
better than none.

Up to three letters, which everybody types on the way to more, are kept in the process's memory, the rest where all
processes find it. Only ids are kept, never an address.
"""

import hashlib
import time
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from django.core.cache import BaseCache, caches

from catalog.search.asking import Query
from catalog.search.present import Present

SHORT = 3  # letters of a query that is kept in the process
IN_PROCESS = 60.0  # seconds that an answer stands there
SHARED = 300.0  # seconds that it stands in the cache of all
STALE = 3600  # seconds after which it is worth nothing
LAYOUT = 1  # of what is kept

_SHORT = "short"


@dataclass(frozen=True, slots=True)
class Found:
    """The ids that answer a query, best first."""

    tracks: list[int] = field(default_factory=list)
    artists: list[int] = field(default_factory=list)
    albums: list[int] = field(default_factory=list)
    corrected: dict[str, str] = field(default_factory=dict)  # typed word: the word that was used
    partial: bool = False  # was anything left out for lack of time?
    # Of the ladder: 0 all of it, 1 without mending words and leaving some out, 2 the most popular only, 3 only what
    # starts as the first word does, 4 ids of up to an hour ago, 5 nothing.
    stage: int = 0
    took_ms: float = 0.0

    def cut(self) -> Self:
        """Return the same as an answer that something was left out of."""
        return replace(self, partial=True, stage=max(self.stage, 1))

    def stale(self) -> Self:
        """Return the same as an answer of an earlier hour."""
        return replace(self, partial=True, stage=4)

    def timed(self, started: float) -> Self:
        """Return the same with how long it took since then, of `time.perf_counter`."""
        return replace(self, took_ms=(time.perf_counter() - started) * 1000)


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole answer, and what it was made from."""

    found: Found
    present: Present
    at: datetime  # the moment that it is an answer for
    made: float  # Unix seconds

    def stands(self, now: Present, *, at: datetime, name: str) -> bool:
        """Say whether it is still what a search would answer, but for changes of the last moment.

        The index's generation grows within two seconds of a change; the catalog's version, with every play.
        """
        longest = IN_PROCESS if _in_process(name) else SHARED
        unreleased = self.present.release is None or at < self.present.release
        same = self.present.generation == now.generation
        return same and self.at <= at and unreleased and 0 <= time.time() - self.made < longest


def name_of(query: Query, *, kinds: Collection[str], limit: int) -> str:
    """Return what an answer is kept under: all that a search is told but the moment."""
    asked = (LAYOUT, query.words, sorted(query.exact), query.filters, query.phrases, tuple(kinds), limit)
    short = query.plain and len(query.key) <= SHORT
    return f"{_SHORT if short else 'search'}:{hashlib.blake2b(repr(asked).encode(), digest_size=16).hexdigest()}"


def find(name: str) -> Kept | None:
    """Return what is kept under a name, whether it stands or not."""
    kept: Kept | None = _cache_of(name).get(name)
    return kept


def keep(name: str, found: Found, now: Present, *, at: datetime) -> None:
    """Keep a whole answer that was made from what stood just before it."""
    _cache_of(name).set(name, Kept(found, now, at, time.time()), STALE)


def _in_process(name: str) -> bool:
    return name.startswith(_SHORT)


def _cache_of(name: str) -> BaseCache:
    return caches["process" if _in_process(name) else "default"]
