"""Bring counts, cards and the index along when the moment of a release has come.

A track is listed by the clock, in every query. What is kept and not counted (an album's songs, an artist's, a
genre's) needs somebody to look again, once.
"""

from datetime import UTC, datetime

from django.db import transaction

from catalog import curation
from catalog.models import CatalogVersion, Track

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def show_released(*, at: datetime) -> int:
    """Refresh what counts the tracks released since the last look; return how many they are.

    Two lookers at once refresh the same twice, which changes nothing. Nothing is written where nothing was released.
    """
    seen = CatalogVersion.objects.filter(id=1).values_list("released_until", flat=True).first() or NEVER
    released = dict(
        Track.objects.filter(release_at__gt=seen, release_at__lte=at).values_list("id", "release_at").order_by("id")
    )
    if released:
        with transaction.atomic():
            curation.refresh(curation.reach_of_tracks(released))
            CatalogVersion.objects.filter(id=1).update(released_until=max(filter(None, released.values())))
    return len(released)
