"""Bring counts, cards and the index along when the moment of a release has come.

A track is listed by the clock, in every query. What is kept and not counted (an album's songs, an artist's, a
genre's) needs somebody to look again, once.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from catalog import curation, derived, genrecounts, imports
from catalog.models import CatalogVersion, Track


def show_released(*, at: datetime) -> int:
    """Refresh what counts the tracks released since the last look; return how many they are.

    Of two lookers at once the second finds nothing left. Nothing is written where nothing was released.
    """
    if not _released(at):
        return 0
    with transaction.atomic():
        imports.hold_catalog()
        released = _released(at)
        if released:
            genres = genrecounts.GenreCounts(released)
            curation.refresh(curation.reach_of_tracks(released))
            CatalogVersion.objects.filter(id=1).update(released_until=max(released.values()))
            genres.settle()
    return len(released)


def _released(at: datetime) -> dict[int, Any]:
    """Return when those tracks were released, by id, that nobody has counted yet."""
    rows = Track.objects.filter(release_at__gt=derived.counted_until(), release_at__lte=at).order_by("id")
    return dict(rows.values_list("id", "release_at"))
