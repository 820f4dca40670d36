"""Count the tracks of genres by what a transaction changes: a recount would walk a genre of 60,000 at every edit."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import F

from catalog import derived
from catalog.models import Genre, Track, TrackGenre, tracks

AT_ONCE = 2_000  # ids of one query: SQLite takes 32,766 parameters


class GenreCounts:
    """What some tracks add to the counts of genres: make it before they change, `settle` it when they have.

    The tracks are locked: of two transactions that change one at once, the later one counts from what the first left.
    """

    def __init__(self, track_ids: Iterable[int]) -> None:
        self._ids = sorted(set(track_ids))
        for some in _batches(self._ids):
            list(Track.objects.filter(id__in=some).order_by("id").select_for_update().values_list("id"))
        self._before = _counted(self._ids)

    def settle(self, *, made: Iterable[int] = ()) -> None:
        """Add the difference, with the tracks that were made meanwhile; last in its transaction, as others wait."""
        after = _counted(sorted({*self._ids, *made}))
        for genre in sorted(after.keys() | self._before.keys()):
            if change := after[genre] - self._before[genre]:
                Genre.objects.filter(id=genre).update(tracks_count=F("tracks_count") + change)


def _counted(track_ids: list[int]) -> Counter[int]:
    """Return how many of these tracks count for each genre."""
    if not track_ids:
        return Counter()
    listed = tracks.listed(at=derived.counted_until(), through="track__")
    found = (TrackGenre.objects.filter(listed, track_id__in=some) for some in _batches(track_ids))
    return Counter(genre for rows in found for genre in rows.values_list("genre_id", flat=True))


def _batches(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
