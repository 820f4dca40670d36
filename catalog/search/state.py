"""Know the index's generation, which names what searches would find, and whether the live index is of this code."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest

from catalog.models import SearchState

# Grows with what is stored: tokens, keys, columns. A worker builds an index of an older layout anew by itself, and lets
# one of a newer layout be: while versions change, each would undo the other's. Searches of this code must also read an
# index of the layout before, since nodes are replaced before workers.
LAYOUT = 1
NEVER_BUILT = 0
BUMPED_AFTER = timedelta(seconds=2)  # kept answers are worth nothing after each bump
KNOWN = 0.25  # seconds that a process believes what it has read


@dataclass(frozen=True, slots=True)
class Standing:
    """What the row says."""

    generation: int
    layout: int
    behind: bool
    bumped_at: datetime | None


_FRESH = Standing(0, LAYOUT, behind=False, bumped_at=None)  # no row: the migrations of this code made the tables
_known: tuple[Standing, float] | None = None  # and until when, of `time.monotonic`


def read() -> Standing:
    """Return what the row says now, in one query."""
    row = SearchState.objects.filter(id=1).values_list("generation", "layout", "behind", "bumped_at").first()
    return Standing(*row) if row else _FRESH


def known() -> Standing:
    """Return what the row said a moment ago."""
    global _known
    if _known is None or _known[1] < time.monotonic():
        _known = (read(), time.monotonic() + KNOWN)
    return _known[0]


def generation() -> int:
    """Return the number that changes whenever searches may find something else."""
    return known().generation


def built() -> bool:
    """Tell whether there is an index to search; while the first one is being built, answers lack something."""
    return known().layout != NEVER_BUILT


def current() -> bool:
    """Tell whether the live index is of this code."""
    return known().layout == LAYOUT


def superseded() -> bool:
    """Tell whether the live index is of newer code: this process is of a version that is about to be replaced."""
    return known().layout > LAYOUT


def note_change(*, at: datetime) -> None:
    """Let kept answers end with this transaction, or, soon after another, with the next `catch_up`."""
    forget()
    SearchState.objects.get_or_create(id=1, defaults={"layout": LAYOUT})
    if not _bump(_quiet(SearchState.objects.all(), at), at):
        SearchState.objects.filter(id=1, behind=False).update(behind=True)


def catch_up(*, at: datetime) -> bool:
    """Do what `note_change` has put off, where it is time; return whether it was."""
    standing = known()
    if not standing.behind or (standing.bumped_at and at - BUMPED_AFTER < standing.bumped_at <= at):
        return False
    forget()
    return _bump(_quiet(SearchState.objects.filter(behind=True), at), at)


def note_build(*, at: datetime) -> None:
    """Say that the live index is now of this code; at once, since everything in it is new."""
    forget()
    SearchState.objects.get_or_create(id=1)
    _bump(SearchState.objects.all(), at)
    SearchState.objects.filter(id=1).update(layout=LAYOUT)


def _quiet(rows: QuerySet[SearchState], at: datetime) -> QuerySet[SearchState]:
    """Keep the row if its number has stood for long enough, or was given by a clock that was ahead."""
    return rows.exclude(Q(bumped_at__gt=at - BUMPED_AFTER) & Q(bumped_at__lte=at))


def _bump(rows: QuerySet[SearchState], at: datetime) -> bool:
    # Milliseconds, so that a database that was restored from a backup does not use a number twice.
    following = Greatest(F("generation") + 1, int(at.timestamp() * 1000))
    return bool(rows.filter(id=1).update(generation=following, bumped_at=at, behind=False))


def forget() -> None:
    """Read the row again when it is asked for next."""
    global _known
    _known = None
