"""Keep which genres albums have: those of their listed tracks, with the popularity of the album."""

from collections.abc import Mapping
from datetime import datetime

from catalog import bulk
from catalog.models import AlbumGenre, TrackGenre, tracks


def note(buckets: Mapping[int, int], *, at: datetime) -> None:
    """Write which genres the listed tracks of these albums have, with the albums' buckets; what is so already stays."""
    rows = TrackGenre.objects.filter(tracks.listed(at=at, through="track__"), track__album_id__in=buckets)
    wanted = {
        (album_id, genre_id): buckets[album_id]
        for album_id, genre_id in rows.values_list("track__album_id", "genre_id").distinct()
    }
    stale = []
    kept = AlbumGenre.objects.filter(album_id__in=buckets).values_list("id", "album_id", "genre_id", "bucket")
    for row_id, album_id, genre_id, bucket in kept:
        if wanted.get((album_id, genre_id)) == bucket:
            del wanted[album_id, genre_id]
        else:
            stale.append(row_id)
    AlbumGenre.objects.filter(id__in=stale).delete()
    bulk.insert(AlbumGenre, ("album_id", "genre_id", "bucket"), [(*pair, bucket) for pair, bucket in wanted.items()])
