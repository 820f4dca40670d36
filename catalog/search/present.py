"""What answers are made from, at present: the catalog's version, the index's generation, whether changes wait for the
indexer, and when the next song is released. One statement, which a process believes for a moment.

Kept answers and ETags are good while these are the same.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Exists, Subquery
from django.utils import timezone

from catalog.models import CatalogVersion, SearchChange, SearchState, Track
from catalog.search import pulse, state
from catalog.search.budget import Budget
from spotify_lite import replicas
from spotify_lite.prepared import Prepared

KNOWN = 0.25  # seconds
KNOWN_WHILE_SLOW = 10.0  # seconds: a statement less is a kind of rows more in an answer


@dataclass(frozen=True, slots=True)
class Present:
    version: int  # of the catalog
    generation: int  # of the index
    built: bool  # is there an index?
    lagging: bool  # will answers be others in a moment, at the same version?
    release: datetime | None  # the next one


UNKNOWN = Present(version=0, generation=0, built=True, lagging=True, release=None)

_known: dict[str, tuple[Present, float]] = {}  # by database, and when it was read, of `time.monotonic`
_STATE = SearchState.objects.filter(id=1)
_COMING = Track.objects.filter(published=True, available=True).order_by("release_at")
_PRESENT = Prepared(
    CatalogVersion,
    lambda at: CatalogVersion.objects.filter(id=1).values_list(
        "number",
        Subquery(_STATE.values("generation")),
        Subquery(_STATE.values("layout")),
        Exists(SearchChange.objects.all()),
        Exists(_STATE.filter(behind=True)),
        Subquery(_COMING.filter(release_at__gt=at).values("release_at")[:1]),
    ),
    at=datetime.max.replace(tzinfo=UTC),
)


def read(budget: Budget, *, fresh: bool = False) -> Present:
    """Return the present; `fresh`: of now. Where it cannot be read it is what was read last, however long ago."""
    source, now = replicas.alias(), time.monotonic()
    known = _known.get(source)
    if known and not fresh and now - known[1] < (KNOWN_WHILE_SLOW if pulse.slow() else KNOWN):
        return known[0]
    rows = budget.read(_PRESENT.rows, at=timezone.now())
    if not rows:  # no time, or a catalog in which nothing ever changed
        return known[0] if known and rows is None else UNKNOWN
    version, generation, layout, waiting, behind, release = rows[0]
    built = layout is None or layout != state.NEVER_BUILT
    lagging = bool(waiting or behind) or not built
    present = Present(version, generation or 0, built=built, lagging=lagging, release=release)
    _known[source] = present, now
    return present


def forget() -> None:
    """Know nothing."""
    _known.clear()
