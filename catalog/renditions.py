"""Write the rows by which a rendition is there: its own, and where its segments lie."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from catalog import copies, fragments, media
from catalog.models import Master, Rendition, SegmentTable


@dataclass(frozen=True)
class Made:
    """A rendition whose object is in its storage."""

    name: str
    extension: str
    mime: str  # with codecs, RFC 6381
    stored: media.Stored
    duration_ms: int
    index: fragments.Index | None  # of a fragmented MP4


def show(master: Master, made: Iterable[Made]) -> None:
    """Write what was made of a master, over what its track had under these names, in the caller's transaction."""
    shown = []
    for one in made:
        row, _ = Rendition.objects.update_or_create(
            track_id=master.track_id,
            name=one.name,
            defaults={
                "master": master,
                "key": one.stored.key,
                "extension": one.extension,
                "mime": one.mime,
                "bitrate": round(one.stored.size * 8 / one.duration_ms),
                "size": one.stored.size,
                "file": None,
                "created_at": timezone.now(),
            },
        )
        shown.append(row)
        if one.index is None:
            SegmentTable.objects.filter(rendition=row).delete()
            continue
        SegmentTable.objects.update_or_create(
            rendition=row,
            defaults={
                "index_start": one.index.start,
                "init_size": one.index.head_size,
                "timescale": one.index.timescale,
                "segments": [[segment.size, segment.duration] for segment in one.index.segments],
            },
        )
    copies.want(shown)
